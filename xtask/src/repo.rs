//! Where things are in this repository, and how its cargo is called.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The program's library name, which names its `.so`, its IDL and its keypair.
pub(crate) const PROGRAM: &str = "quantumagi_core";

/// The repository's folder.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies one folder below the root")
}

/// The program's folder, a Cargo workspace of its own.
pub(crate) fn program_dir() -> PathBuf {
    root().join("programs/quantumagi-core")
}

/// The folders of all programs, each a Cargo workspace of its own: the program, the sample, then what only tests need.
pub(crate) fn program_dirs() -> [PathBuf; 4] {
    let others = ["programs/guarded-sample", "tests/programs/guarded-sample-next", "tests/programs/forwarder"];
    let [sample, next_sample, forwarder] = others.map(|dir| root().join(dir));
    [program_dir(), sample, next_sample, forwarder]
}

/// The program as it is deployed.
pub(crate) fn program_so() -> PathBuf {
    root().join("target/deploy").join(format!("{PROGRAM}.so"))
}

/// The committed IDL.
pub(crate) fn idl_path() -> PathBuf {
    root().join("idl").join(format!("{PROGRAM}.json"))
}

/// A command that runs in `dir`.
pub(crate) fn command(program: impl AsRef<std::ffi::OsStr>, dir: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(dir);
    command
}

/// `cargo` in the root workspace, with these arguments.
pub(crate) fn cargo<'a>(args: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = command("cargo", root());
    command.args(args);
    command
}

/// `cargo` in the workspace of each program, with these arguments.
pub(crate) fn program_cargos(args: &[&str]) -> [Command; 4] {
    program_dirs().map(|dir| {
        let mut command = command("cargo", &dir);
        command.args(args);
        command
    })
}

/// Cargo's folder of binaries, caches and databases.
pub(crate) fn cargo_home() -> Option<PathBuf> {
    std::env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| std::env::home_dir().map(|home| home.join(".cargo")))
}

/// The first executable of this name in Cargo's folder of binaries or on PATH, as cargo itself
/// would choose it. The stand-ins of this repository's scripts/ do not count.
pub(crate) fn find_installed(name: &str) -> Option<PathBuf> {
    let cargo_bin = cargo_home().map(|home| home.join("bin"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    cargo_bin
        .into_iter()
        .chain(std::env::split_paths(&path))
        .filter_map(|dir| dir.join(name).canonicalize().ok())
        .find(|file| file.is_file() && !file.starts_with(root().join("scripts")))
}

/// PATH with the chain compiler's stand-in first, for tools that look for `cargo-build-sbf`.
pub(crate) fn path_with_stand_in() -> std::ffi::OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let dirs = std::iter::once(root().join("scripts/sbf")).chain(std::env::split_paths(&path));
    std::env::join_paths(dirs).expect("the parts of PATH contain no separator")
}
