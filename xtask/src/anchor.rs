//! `cargo xtask anchor`: the Anchor CLI, where it is installed, gives what we build without it.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::{build, idl, repo, step};

/// The release candidate that the program is written for.
const ANCHOR_VERSION: &str = "2.0.0-rc.2";

/// Builds with `anchor build` in a target folder of its own and compares program and IDL.
///
/// Where the CLI of that version is not installed, says so and succeeds: it takes a quarter of an
/// hour to build, and nothing else here needs it.
///
/// # Errors
/// When `anchor build` fails, or either result differs from ours.
pub(crate) fn run() -> Result<()> {
    let Some(anchor) = installed()? else {
        eprintln!(
            "skipped: anchor-cli {ANCHOR_VERSION} is not installed; install it: \
             cargo install anchor-cli@{ANCHOR_VERSION} --locked --ignore-rust-version"
        );
        return Ok(());
    };
    build::program()?;
    let target = repo::root().join("target/anchor-build");
    // The program's key is the deployer's own; here only code is compared.
    step::run(
        repo::command(anchor, repo::root())
            .args(["build", "--ignore-keys"])
            .env("CARGO_TARGET_DIR", &target)
            .env("PATH", repo::path_with_stand_in()),
    )?;
    same_program(&target)?;
    same_idl(&target)
}

/// The CLI, if it is there in the right version.
fn installed() -> Result<Option<PathBuf>> {
    let Some(anchor) = repo::find_installed("anchor") else {
        return Ok(None);
    };
    let version = step::output(repo::command(&anchor, repo::root()).arg("--version"))?;
    Ok((version.trim() == format!("anchor-cli {ANCHOR_VERSION}")).then_some(anchor))
}

fn same_program(target: &Path) -> Result<()> {
    let theirs = target.join("deploy").join(format!("{}.so", repo::PROGRAM));
    let theirs = std::fs::read(&theirs).with_context(|| format!("reading {}", theirs.display()))?;
    let ours = std::fs::read(repo::program_so())?;
    if ours != theirs {
        let at = ours.iter().zip(&theirs).take_while(|(a, b)| a == b).count();
        bail!(
            "`anchor build` gives another program: {} bytes against our {}, first difference at byte {at}",
            theirs.len(),
            ours.len()
        );
    }
    eprintln!("anchor build gives the same {} bytes", ours.len());
    Ok(())
}

fn same_idl(target: &Path) -> Result<()> {
    let theirs = target.join("idl").join(format!("{}.json", repo::PROGRAM));
    let theirs = std::fs::read_to_string(&theirs).with_context(|| format!("reading {}", theirs.display()))?;
    if theirs.trim_end() != idl::generate()?.trim_end() {
        bail!("`anchor build` gives another IDL than `cargo xtask idl`");
    }
    eprintln!("anchor build gives the same IDL");
    Ok(())
}
