//! `cargo xtask codegen`: the client's view of the program, from the committed IDL.
//!
//! Writes `crates/interface/src/generated/` and the TypeScript type beside the IDL. Both are
//! committed, so that nobody needs this tool to build; `--check` fails when they are stale.
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "the IDL's types are another crate's and may grow; what is not known here is refused"
)]

mod accounts;
mod calls;
mod docs;
mod errors;
mod events;
mod idl;
mod instructions;
mod rust;
mod typescript;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::repo;
use idl::Program;

/// Options of `codegen`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// Write nothing; fail when a committed file differs from what the IDL gives
    #[arg(long)]
    check: bool,
}

/// A generated file.
struct Output {
    path: PathBuf,
    text: String,
}

/// Writes or checks all generated files.
pub(crate) fn run(args: &Args) -> Result<()> {
    if args.check { check() } else { write() }
}

/// Fails when a generated file is not what the committed IDL gives.
pub(crate) fn check() -> Result<()> {
    for Output { path, text } in outputs()? {
        if std::fs::read_to_string(&path).ok().as_deref() != Some(&text) {
            bail!("{} is stale; write it anew: cargo xtask codegen", shown(&path));
        }
    }
    Ok(())
}

fn write() -> Result<()> {
    for Output { path, text } in outputs()? {
        // The file's time stays as it is when nothing changed, so that nothing is rebuilt for it.
        if std::fs::read_to_string(&path).ok().as_deref() == Some(&text) {
            continue;
        }
        std::fs::create_dir_all(path.parent().expect("a generated file lies in a folder"))?;
        std::fs::write(&path, text).with_context(|| format!("cannot write {}", shown(&path)))?;
        eprintln!("wrote {}", shown(&path));
    }
    Ok(())
}

fn outputs() -> Result<Vec<Output>> {
    let path = repo::idl_path();
    let json = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", shown(&path)))?;
    let program = Program::from_json(&json).with_context(|| format!("cannot use {}", shown(&path)))?;
    let folder = repo::root().join("crates/interface/src/generated");
    let modules = [
        ("mod", rust::index(&program)),
        ("accounts", accounts::module(&program)?),
        ("types", accounts::types_module(&program)?),
        ("instructions", instructions::module(&program)?),
        ("calls", calls::module(&program)?),
        ("events", events::module(&program)?),
        ("errors", errors::module(&program)?),
    ];
    let mut outputs = Vec::new();
    for (name, source) in modules {
        outputs.push(Output { path: folder.join(name).with_extension("rs"), text: rust::formatted(&source)? });
    }
    outputs.push(Output { path: path.with_extension("ts"), text: typescript::module(&program)? });
    Ok(outputs)
}

fn shown(path: &Path) -> String {
    path.strip_prefix(repo::root()).unwrap_or(path).display().to_string()
}
