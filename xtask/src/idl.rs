//! `cargo xtask idl`: the interface description, as `anchor idl build` gives it.
//!
//! The work is done by the CLI's own library, so the result is the CLI's to the byte (apart from
//! the newline at the end of the file); only the CLI itself is not needed.

use std::path::Path;

use anchor_lang_idl::build::IdlBuilder;
use anyhow::{Context, Result, bail};

use crate::repo;

/// Options of `idl`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Write nothing; fail when the committed IDL differs from the program's
    #[arg(long)]
    check: bool,
}

/// Writes or checks the committed IDL.
pub(crate) fn run(args: &Args) -> Result<()> {
    if args.check { check() } else { write_if_changed(&repo::idl_path(), &generate()?) }
}

/// Fails when the committed IDL is not the program's.
pub(crate) fn check() -> Result<()> {
    let current = generate()?;
    let path = repo::idl_path();
    let committed = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    if committed != current {
        bail!("idl/{}.json is not the program's; write it anew: cargo xtask idl", repo::PROGRAM);
    }
    Ok(())
}

/// The program's IDL as it is committed: pretty JSON and a newline.
///
/// # Errors
/// When the program does not compile with its feature `idl-build`, or its discriminators clash.
pub(crate) fn generate() -> Result<String> {
    // A target folder of its own: the builder sets RUSTFLAGS, which would invalidate the other.
    let target = repo::root().join("target/idl-build");
    let cargo_args =
        ["--locked", "--lib", "--target-dir"].map(String::from).into_iter().chain([target.display().to_string()]);
    let idl = IdlBuilder::new().program_path(repo::program_dir()).cargo_args(cargo_args.collect()).build()?;
    let mut json = serde_json::to_string_pretty(&idl)?;
    json.push('\n');
    Ok(json)
}

/// Leaves the file's time alone when nothing changed, so that nothing is rebuilt for it.
fn write_if_changed(path: &Path, text: &str) -> Result<()> {
    if std::fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    let dir = path.parent().expect("the IDL lies in a folder");
    std::fs::create_dir_all(dir)?;
    std::fs::write(path, text).with_context(|| format!("cannot write {}", path.display()))?;
    eprintln!("wrote {}", path.display());
    Ok(())
}
