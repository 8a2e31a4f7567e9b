//! Timed steps: what runs, how long it took, and how to run it alone when it fails.

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

/// Runs one part of a verb and prints its name before and its duration after, on standard error,
/// so that standard output belongs to the tools that are called.
///
/// # Errors
/// The work's own error, with `alone` as the command that repeats only this part.
pub(crate) fn step<T>(name: &str, alone: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    eprintln!("==> {name}");
    let started = Instant::now();
    let outcome = work().with_context(|| format!("{name} failed; alone: {alone}"))?;
    eprintln!("==> {name}: done in {}", seconds(started.elapsed()));
    Ok(outcome)
}

/// A duration for people: `0.4 s`, `12 s`, `2 min 05 s`.
pub(crate) fn seconds(duration: Duration) -> String {
    let whole = duration.as_secs();
    if whole >= 60 {
        format!("{} min {:02} s", whole / 60, whole % 60)
    } else if whole >= 10 {
        format!("{whole} s")
    } else {
        format!("{:.1} s", duration.as_secs_f64())
    }
}

/// Runs a command with its output going where ours goes.
///
/// # Errors
/// When it cannot be started, or ends with anything but success.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start {}", words(command)))?;
    if !status.success() {
        bail!("{} ended with {status}", words(command));
    }
    Ok(())
}

/// Runs a command and returns what it printed on standard output.
///
/// # Errors
/// When it cannot be started, ends with anything but success, or prints other than UTF-8.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let output = command
        .stderr(std::process::Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start {}", words(command)))?;
    if !output.status.success() {
        bail!("{} ended with {}", words(command), output.status);
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// The command as one would type it, without the folders of its program.
fn words(command: &Command) -> String {
    let program = std::path::Path::new(command.get_program());
    let name = program.file_name().unwrap_or(command.get_program());
    std::iter::once(name).chain(command.get_args()).map(|word| word.to_string_lossy()).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(milliseconds: u64, text: &str) {
        assert_eq!(seconds(Duration::from_millis(milliseconds)), text);
    }

    #[test]
    fn durations_get_coarser_as_they_grow() {
        check(0, "0.0 s");
        check(9_949, "9.9 s");
        check(10_000, "10 s");
        check(59_999, "59 s");
        check(60_000, "1 min 00 s");
        check(125_000, "2 min 05 s");
    }

    #[test]
    fn a_failing_command_is_named_with_its_arguments() {
        let error = run(Command::new("/bin/sh").args(["-c", "exit 3"])).unwrap_err();
        assert_eq!(error.to_string(), "sh -c exit 3 ended with exit status: 3");
    }

    #[test]
    fn a_failing_step_says_how_to_run_it_alone() {
        let error = step("tidy", "cargo xtask tidy", || -> Result<()> { bail!("one finding") }).unwrap_err();
        assert_eq!(format!("{error:#}"), "tidy failed; alone: cargo xtask tidy: one finding");
    }
}
