//! Whether the libraries still are what their users have compiled against.

use anyhow::{Result, bail};

use crate::repo;
use crate::step::run;

/// The state that is compared with. It moves with a release, or together with the line in CHANGELOG.md that says what broke.
const BASELINE: &str = "4167e8b967d3b5d82f5fc5ad3d936e4d62d7a2ae";

/// What others depend on.
const LIBRARIES: [&str; 2] = ["quantumagi-rpc", "quantumagi-sdk"];

/// Compares the public items of the libraries with those of [`BASELINE`]. Minutes: both are documented, with all that they
/// depend on.
///
/// # Errors
/// Where something broke, or the tool is not installed.
pub(crate) fn run_all() -> Result<()> {
    if repo::find_installed("cargo-semver-checks").is_none() {
        bail!("cargo-semver-checks is not installed: cargo install cargo-semver-checks@0.51 --locked");
    }
    let packages = LIBRARIES.iter().flat_map(|library| ["--package", library]);
    run(repo::cargo(["semver-checks", "check-release", "--baseline-rev", BASELINE, "--release-type", "minor"])
        .args(packages))
}
