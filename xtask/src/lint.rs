//! `cargo xtask lint`: what the compiler's own tools and cargo-deny say about all workspaces.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use crate::repo;
use crate::step::{run, step};

const ALONE: &str = "cargo xtask lint";

/// Runs all of them; each stops at its first finding.
pub(crate) fn run_all() -> Result<()> {
    step("formatting", "cargo fmt --all --check", formatting)?;
    step("clippy", ALONE, clippy)?;
    step("documentation", ALONE, documentation)?;
    step("dependencies", ALONE, dependencies)
}

/// `cargo fmt --check` in all workspaces.
pub(crate) fn formatting() -> Result<()> {
    run(&mut repo::cargo(["fmt", "--all", "--check"]))?;
    repo::program_cargos(&["fmt", "--check"]).iter_mut().try_for_each(run)
}

/// Clippy with warnings refused: all targets of the root workspace, and the programs as the host
/// compiles them.
fn clippy() -> Result<()> {
    let strict = ["--all-targets", "--", "-D", "warnings"];
    run(repo::cargo(["clippy", "--quiet", "--locked", "--workspace"]).args(strict))?;
    repo::program_cargos(&["clippy", "--quiet", "--locked"]).iter_mut().try_for_each(|cargo| run(cargo.args(strict)))
}

/// The documentation of all workspaces builds without a warning, so no link in it is broken.
fn documentation() -> Result<()> {
    let strict = |mut command: Command| run(command.env("RUSTDOCFLAGS", "-D warnings"));
    strict(repo::cargo(["doc", "--quiet", "--locked", "--workspace", "--no-deps"]))?;
    repo::program_cargos(&["doc", "--quiet", "--locked", "--no-deps"]).into_iter().try_for_each(strict)
}

/// cargo-deny on all lock files. Advisories only where their database is on the machine: it
/// comes from GitHub alone, and a check that needs one more host would fail where nothing is wrong.
fn dependencies() -> Result<()> {
    if repo::find_installed("cargo-deny").is_none() {
        bail!("cargo-deny is missing; install it: scripts/setup --test");
    }
    let manifests = repo::program_dirs().map(|dir| dir.join("Cargo.toml"));
    for manifest in [repo::root().join("Cargo.toml")].iter().chain(&manifests) {
        run(&mut deny(manifest, &["bans", "licenses", "sources"]))?;
        if advisory_database().is_some() {
            run(&mut deny(manifest, &["--disable-fetch", "advisories"]))?;
        }
    }
    if advisory_database().is_none() {
        eprintln!(
            "advisories not checked: no advisory database here; where GitHub can be reached, \
             `cargo deny fetch db` gets it"
        );
    }
    Ok(())
}

fn deny(manifest: &Path, checks: &[&str]) -> Command {
    let mut command = repo::cargo(["deny", "--log-level", "error", "--locked"]);
    command.args(["--config", "deny.toml", "--manifest-path"]).arg(manifest).arg("check").args(checks);
    command
}

/// Where cargo-deny keeps the advisories it fetched, if it ever did.
fn advisory_database() -> Option<PathBuf> {
    let databases = repo::cargo_home()?.join("advisory-dbs");
    let mut entries = std::fs::read_dir(databases).ok()?;
    entries.find_map(|entry| entry.ok().map(|entry| entry.path()).filter(|path| path.is_dir()))
}
