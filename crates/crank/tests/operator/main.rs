//! The binary as its operator meets it: arguments, files, outputs, exit codes, signals and pages.

mod commands;
mod daemon;
mod diagnosis;
#[path = "../../../rpc/tests/it/support/endpoint.rs"]
#[allow(dead_code, reason = "what only the tests of the connection use")]
mod endpoint;
mod levels;
mod looks;
mod manual;
mod operators;
mod packaging;
mod process;
mod prometheus;
#[path = "../../../rpc/tests/it/support/proxy.rs"]
#[allow(dead_code, reason = "what only the tests of the connection use")]
mod proxy;
#[allow(dead_code, reason = "what only the tests of the delivery use")]
mod receiver;
mod terminal;
mod tls;
mod top;
#[cfg(feature = "otel")]
mod traces;
mod webhooks;
mod workflows;

#[path = "../it/support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "a part of what the library's tests need")]
mod support;
