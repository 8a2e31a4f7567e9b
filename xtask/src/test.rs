//! `cargo xtask test`: everything that must hold, in the order in which it is cheapest to learn
//! that it does not. The test runner comes last, so that its own summary ends the output.

use std::time::Instant;

use anyhow::{Result, bail};

use crate::step::{run, seconds, step};
use crate::{anchor, bill, build, codegen, demo, fuzz, idl, lint, repo, tidy};

/// Options of `test`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Leave out what takes minutes: lints, documentation, the Anchor CLI, long random walks
    #[arg(long)]
    quick: bool,
}

/// What a step is called, the command that repeats it alone, and the step.
type Step = (&'static str, &'static str, fn() -> Result<()>);

const QUICK: &[Step] = &[
    ("fetch", "cargo fetch --locked", fetch),
    ("program", "cargo xtask build --program-only", build::program),
    ("formatting", "cargo fmt --all --check", lint::formatting),
    ("tidy", "cargo xtask tidy", tidy::run),
    ("tests", "cargo test --workspace", quick_tests),
];

const FULL: &[Step] = &[
    ("fetch", "cargo fetch --locked", fetch),
    ("program", "cargo xtask build --program-only", build::program),
    ("idl", "cargo xtask idl --check", idl::check),
    ("codegen", "cargo xtask codegen --check", codegen::check),
    ("tidy", "cargo xtask tidy", tidy::run),
    ("lint", "cargo xtask lint", lint::run_all),
    ("anchor build", "cargo xtask anchor", anchor::run),
    ("migrations", "npx tsc --noEmit --project .", migrations),
    ("bill", "cargo xtask bill --check", bill::check),
    // Starts its own binary again, so nothing may rebuild xtask meanwhile: before the tests, which might.
    ("demo", "cargo xtask demo --check", demo::check),
    ("fuzz", "cargo xtask fuzz", fuzz::check),
    ("doc tests", DOC_TESTS_ALONE, doc_tests),
    ("traces", TRACES_ALONE, traces),
    ("tests", "QUANTUMAGI_FULL=1 cargo test --workspace", full_tests),
];

const DOC_TESTS_ALONE: &str = "cargo test --doc -p quantumagi-rules -p quantumagi-sdk";

const TRACES_ALONE: &str = "cargo test -p quantumagi-crank --features otel --bins --test operator -- traces otlp";

/// Runs the steps, stops at the first that fails.
pub(crate) fn run_all(args: &Args) -> Result<()> {
    let started = Instant::now();
    for (name, alone, work) in if args.quick { QUICK } else { FULL } {
        step(name, alone, work)?;
    }
    eprintln!("==> everything passed in {}", seconds(started.elapsed()));
    Ok(())
}

/// Everything the lock files name, and nothing else. The only step that may use the network.
fn fetch() -> Result<()> {
    run(&mut repo::cargo(["fetch", "--quiet", "--locked"]))?;
    run(&mut repo::cargo(["fetch", "--quiet", "--locked", "--manifest-path", "fuzz/Cargo.toml"]))?;
    repo::program_cargos(&["fetch", "--quiet", "--locked"]).iter_mut().try_for_each(run)
}

/// The types of what `anchor migrate` runs. That it works is shown by xtask/tests/migrate.rs, with all other tests.
fn migrations() -> Result<()> {
    let compiler = repo::root().join("node_modules/.bin/tsc");
    if !compiler.is_file() {
        bail!("npm's packages are not installed; run scripts/setup --test, or npm ci");
    }
    run(repo::command(&compiler, repo::root()).args(["--noEmit", "--project", "."]))
}

/// Examples in the documentation of the two crates that others depend on; they link slowly.
fn doc_tests() -> Result<()> {
    let packages = ["-p", "quantumagi-rules", "-p", "quantumagi-sdk"];
    run(repo::cargo(["test", "--quiet", "--locked", "--doc"]).args(packages))
}

/// What is compiled only with OpenTelemetry, which nobody else has to build.
fn traces() -> Result<()> {
    let built = ["--locked", "--package", "quantumagi-crank", "--features", "otel"];
    run(repo::cargo(["clippy", "--quiet"]).args(built).args(["--all-targets", "--", "-D", "warnings"]))?;
    run(repo::cargo(["test"]).args(built).args(["--bins", "--test", "operator", "--", "traces", "otlp"]))
}

fn quick_tests() -> Result<()> {
    run(&mut workspace_tests())
}

/// With the variable by which the random walks know that they may take minutes.
fn full_tests() -> Result<()> {
    run(workspace_tests().env("QUANTUMAGI_FULL", "1"))
}

/// One call for all packages, so that all are compiled with the same features.
fn workspace_tests() -> std::process::Command {
    repo::cargo(["test", "--locked", "--workspace", "--lib", "--bins", "--tests"])
}
