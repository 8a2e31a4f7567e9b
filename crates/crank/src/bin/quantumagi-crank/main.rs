//! The daemon `quantumagi-crank`: what an operator types, writes down, watches and is told.
//!
//! The library decides what is due and carries it out; here are the configuration ([`config`]), the wallet's checks
//! ([`wallet`]), the loop ([`daemon`]), what it shows of itself ([`health`], [`http`], [`catalogue`]), and the commands beside
//! it. [`printer`] is the only place that prints.
#![allow(clippy::disallowed_methods, reason = "the environment and the host's clock are read here and nowhere below")]
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod alerts;
mod args;
mod board;
mod catalogue;
mod config;
mod crew;
mod daemon;
mod doctor;
mod exit;
mod health;
mod http;
mod init;
mod letters;
mod logs;
mod meters;
mod notify;
#[cfg(feature = "otel")]
mod otel;
mod printer;
mod report;
mod sla;
mod snapshots;
mod status;
mod top;
mod wallet;
mod watch;
mod workflows;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;
use serde_json::json;

use crate::args::{Cli, Command};
use crate::config::Config;
use crate::exit::Exit;
use crate::printer::Form;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return printer::usage(&error).into(),
    };
    carry_out(&cli).unwrap_or_else(|error| printer::failure(&error)).into()
}

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn carry_out(cli: &Cli) -> anyhow::Result<Exit> {
    let form = if cli.json { Form::Json } else { Form::Words };
    let load = || Config::load(&cli.config, variable);
    match &cli.command {
        Command::Init(asked) => init::run(&cli.config, asked, form, variable),
        Command::CheckConfig => check_config(&cli.config, &load()?, form),
        Command::PrintConfig => print_config(&load()?, form),
        Command::Workflows(asked) => workflows::run(&load()?, asked, form),
        Command::Dlq(asked) => letters::run(&load()?, asked, form),
        Command::Alerts(asked) => alerts::carry_out(&load()?, asked, form),
        Command::Snapshot(asked) => block_on(snapshots::run(&load()?, asked, form)),
        Command::Metrics => list_metrics(&load()?, form),
        Command::Sla => sla::run(&load()?, form),
        Command::Doctor => block_on(doctor::run(&cli.config, &load()?, form)),
        Command::Top(asked) => block_on(top::run(&cli.config, asked, form)),
        Command::Run(asked) => block_on(daemon::run(&cli.config, load()?, *asked, form)),
    }
}

fn block_on(work: impl Future<Output = anyhow::Result<Exit>>) -> anyhow::Result<Exit> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    let ended = runtime.block_on(work);
    // Whatever still runs, like a request that nobody reads the answer of, ends with the process.
    runtime.shutdown_background();
    ended
}

fn check_config(path: &Path, config: &Config, form: Form) -> anyhow::Result<Exit> {
    config.tls.as_ref().map(http::load).transpose()?;
    let (constitutions, endpoints) = (config.constitutions.len(), config.pool.endpoints.len());
    let words = format!(
        "{} is in order; constitutions: {constitutions}, endpoints: {endpoints}. Whether they can be reached is asked by \
         `quantumagi-crank doctor`",
        path.display()
    );
    printer::report(form, &words, &json!({ "config": path, "constitutions": constitutions, "endpoints": endpoints }))?;
    Ok(Exit::Done)
}

fn list_metrics(config: &Config, form: Form) -> anyhow::Result<Exit> {
    let (words, value) = catalogue::listed(&meters::scope(config));
    printer::report(form, &words, &value)?;
    Ok(Exit::Done)
}

fn print_config(config: &Config, form: Form) -> anyhow::Result<Exit> {
    let shown = config.shown();
    let value: toml::Table = shown.parse()?;
    printer::report(form, &shown, &value)?;
    Ok(Exit::Done)
}
