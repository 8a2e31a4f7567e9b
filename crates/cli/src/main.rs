//! The `quantumagi` command: a constitution, its principles, electorate, proposals, policies and vault from a terminal.
//!
//! What is typed becomes arguments ([`args`]) and settings ([`settings`]); each noun has a module in [`nouns`] that
//! reads or orders something through the SDK; [`printer`] is the only place that prints. No rule is decided here.
#![allow(clippy::disallowed_methods, reason = "the environment is read here and nowhere below")]
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod amount;
mod args;
mod context;
mod environment;
mod exit;
mod keys;
mod library;
mod members;
mod moment;
mod naming;
mod nouns;
mod order;
mod printer;
mod settings;
mod solana_config;
mod table;
mod tracks;

#[cfg(test)]
mod manual;

use std::process::ExitCode;

use clap::Parser;

use crate::args::Cli;
use crate::environment::Environment;
use crate::exit::Exit;

fn main() -> ExitCode {
    let environment = Environment::read();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return printer::usage(&error).into(),
    };
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let outcome = match runtime {
        Ok(runtime) => runtime.block_on(nouns::run(cli, &environment)),
        Err(error) => Err(error.into()),
    };
    match outcome {
        Ok(()) => Exit::Done.into(),
        Err(error) => printer::failure(&error).into(),
    }
}
