//! The logic of the scripts, one module per verb. `cargo xtask help` lists them.
//!
//! A verb prints what it does and fails with one line that says what broke and how to mend it.
//! It never needs the network once the scripts have installed what is missing.
#![allow(clippy::disallowed_methods, reason = "a binary: it reads the environment and the host's clock")]

mod anchor;
mod bill;
mod build;
mod codegen;
mod demo;
mod fuzz;
mod idl;
mod lint;
mod peers;
mod repo;
mod semver;
mod step;
mod test;
mod tidy;

use std::os::unix::process::CommandExt;
use std::process::{Command, ExitCode};

use clap::Parser;

/// Builds, tests and checks this repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(clap::Subcommand)]
enum Verb {
    /// Show that `anchor build` gives the same program and IDL, where the Anchor CLI is installed
    Anchor,
    /// How many whole decisions the program takes a second on one core, in a release build
    Bench(bill::bench::Args),
    /// What every instruction and a whole decision cost, beside SPL Governance
    Bill(bill::Args),
    /// Compile the program for the chain, check its size, and compile the command line
    Build(build::Args),
    /// Write what the client knows of the program, from the IDL
    Codegen(codegen::Args),
    /// Govern a community with a real constitution on a local network, from its founding to the bill
    Demo(demo::Args),
    /// Run the decoders and the rules on inputs that libFuzzer makes up
    Fuzz(fuzz::Args),
    /// Write the program's IDL to idl/quantumagi_core.json
    Idl(idl::Args),
    /// Formatting, clippy, documentation, licences and sources of dependencies
    Lint,
    /// Whether the libraries break their users, where cargo-semver-checks is installed
    Semver,
    /// Everything that must hold before a change is merged
    Test(test::Args),
    /// The rules of this repository that no compiler checks
    Tidy,
}

fn main() -> ExitCode {
    if let Err(error) = without_callers_toolchain() {
        eprintln!("error: {error:#}");
        return ExitCode::FAILURE;
    }
    let outcome = match Cli::parse().verb {
        Verb::Anchor => anchor::run(),
        Verb::Bench(args) => bill::bench::run(&args),
        Verb::Bill(args) => bill::run(&args),
        Verb::Build(args) => build::run(&args),
        Verb::Codegen(args) => codegen::run(&args),
        Verb::Demo(args) => demo::run(&args),
        Verb::Fuzz(args) => fuzz::run(&args),
        Verb::Idl(args) => idl::run(&args),
        Verb::Lint => lint::run_all(),
        Verb::Semver => semver::run_all(),
        Verb::Test(args) => test::run_all(&args),
        Verb::Tidy => tidy::run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Starts this program again without the toolchain name that rustup gives to all children of
/// `cargo xtask`: Debian's cargo and the Anchor CLI, which we call, both stumble over it.
fn without_callers_toolchain() -> anyhow::Result<()> {
    if std::env::var_os("RUSTUP_TOOLCHAIN").is_none() {
        return Ok(());
    }
    let error =
        Command::new(std::env::current_exe()?).args(std::env::args_os().skip(1)).env_remove("RUSTUP_TOOLCHAIN").exec();
    Err(anyhow::Error::new(error).context("cannot start again without RUSTUP_TOOLCHAIN"))
}
