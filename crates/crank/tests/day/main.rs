//! A whole day of a crank in paused time: a hundred proposals whose deadlines are spread over it, endpoints that break in
//! every way, clocks that jump, a journal that is locked and a disk that is full. Everything is done once and in time, and
//! neither memory nor open files grow.

mod chain;
mod network;
mod notes;
#[path = "../it/support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "what only the other test binary uses")]
mod support;
mod weather;
mod whole;
