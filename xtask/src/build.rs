//! `cargo xtask build`: the program for the chain, with the compiler that is there.

use anyhow::{Context, Result, bail};

use crate::repo;
use crate::step;

/// The largest program this project ships, in bytes; see docs/decisions/0017-what-completeness-costs.md.
pub(crate) const MAX_PROGRAM_BYTES: u64 = 715_000;

/// Options of `build`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Leave out the command line, compile only the program
    #[arg(long)]
    program_only: bool,
}

/// Builds the program and, unless told otherwise, the command line.
pub(crate) fn run(args: &Args) -> Result<()> {
    step::step("program", "cargo xtask build --program-only", program)?;
    if !args.program_only {
        step::step("command line", "cargo build --package quantumagi-cli", || {
            step::run(&mut repo::cargo(["build", "--locked", "--package", "quantumagi-cli"]))
        })?;
    }
    Ok(())
}

/// Compiles the program, the sample that asks it, and the programs of the tests to target/deploy with Solana's own `cargo-build-sbf` where it is
/// installed, else with the stand-in of scripts/sbf. Cargo decides whether anything is to be done.
///
/// # Errors
/// When the compiler fails, or the program is larger than [`MAX_PROGRAM_BYTES`].
pub(crate) fn program() -> Result<()> {
    let compiler =
        repo::find_installed("cargo-build-sbf").unwrap_or_else(|| repo::root().join("scripts/sbf/cargo-build-sbf"));
    for dir in repo::program_dirs() {
        step::run(repo::command(&compiler, &dir).args(["--", "--locked"]))?;
    }

    let so = repo::program_so();
    let bytes = std::fs::metadata(&so).with_context(|| format!("{} was not written", so.display()))?.len();
    if bytes > MAX_PROGRAM_BYTES {
        bail!("{} has {bytes} bytes, the budget is {MAX_PROGRAM_BYTES}", repo::PROGRAM);
    }
    eprintln!("{}.so: {bytes} bytes of {MAX_PROGRAM_BYTES}", repo::PROGRAM);
    Ok(())
}
