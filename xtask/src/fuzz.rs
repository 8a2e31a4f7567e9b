//! `cargo xtask fuzz`: the decoders, the rules and the built program, with inputs that libFuzzer makes up as it learns what they reach.
//!
//! The compiler of `rust-toolchain.toml` is enough: coverage counters are a compiler pass, and without a sanitizer no
//! nightly flag is needed.

use anyhow::{Context, Result, bail};

use crate::{repo, step};

/// What is built and run, each with its corpus in `fuzz/corpus`.
const TARGETS: [&str; 3] = ["decoders", "sequences", "program"];
/// libFuzzer's counters of edges and its view of comparisons, as `cargo fuzz build --sanitizer none` asks for them.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
                     -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
                     -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 --cfg fuzzing -Cdebug-assertions";
/// Naming the target keeps the flags away from build scripts and macros.
const TRIPLE: &str = "x86_64-unknown-linux-gnu";
/// Longest input: a little more than an account or an event can be.
const MAX_LEN: u32 = 2_048;

/// Options of `fuzz`.
#[derive(clap::Args)]
pub(crate) struct Args {
    /// How long each target runs, seconds
    #[arg(long, default_value_t = 60)]
    seconds: u32,
    /// Keep what was found in the corpus, and drop what reaches nothing more than the rest
    #[arg(long)]
    keep: bool,
}

/// Runs every target from its corpus.
pub(crate) fn run(args: &Args) -> Result<()> {
    build()?;
    TARGETS.iter().try_for_each(|target| fuzz(target, args))
}

/// For the full test: long enough to go through the corpus and look around.
pub(crate) fn check() -> Result<()> {
    run(&Args { seconds: 60, keep: false })
}

fn build() -> Result<()> {
    step::run(
        repo::cargo(["build", "--quiet", "--release", "--locked", "--target", TRIPLE])
            .args(["--manifest-path", "fuzz/Cargo.toml"])
            .env("RUSTFLAGS", FLAGS),
    )
}

fn fuzz(target: &str, args: &Args) -> Result<()> {
    let program = repo::root().join("target").join(TRIPLE).join("release").join(target);
    let corpus = repo::root().join("fuzz/corpus").join(target);
    let found = repo::root().join("target/fuzz").join(target);
    std::fs::create_dir_all(&found).with_context(|| format!("cannot create {}", found.display()))?;
    let mut command = repo::command(&program, repo::root());
    // New inputs go into the first folder, the corpus stays as it is committed.
    command.arg(&found).arg(&corpus);
    command.args([
        format!("-max_total_time={}", args.seconds),
        format!("-max_len={MAX_LEN}"),
        "-print_final_stats=1".into(),
    ]);
    command.arg(format!("-artifact_prefix={}/crash-", found.display()));
    step::run(&mut command).with_context(|| {
        format!("{target} broke; the input is in {}, and {} runs it again", found.display(), program.display())
    })?;
    // The corpus is no secret to a target that counts what it reaches; something else always is.
    if std::fs::read_dir(&found).with_context(|| format!("cannot read {}", found.display()))?.next().is_none() {
        bail!("{target} found nothing new at all: it is not instrumented");
    }
    if args.keep {
        let mut merge = repo::command(&program, repo::root());
        merge.arg("-merge=1").arg(&corpus).arg(&found);
        step::run(&mut merge)?;
    }
    Ok(())
}
