//! Saying what is being done and how long each part took, on standard error.
//!
//! On a terminal the current part turns and its last word stays behind it; elsewhere each word is a line. Standard
//! output belongs to the report.

use std::cell::RefCell;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;

use crate::step::seconds;

/// A part of the demo and how long it took.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Part {
    /// What was done.
    pub(super) name: &'static str,
    /// How long it took, seconds.
    pub(super) seconds: f64,
}

/// Tells the parts of the demo.
pub(super) struct Narrator {
    started: Instant,
    parts: RefCell<Vec<Part>>,
}

/// Tells what happens inside one part.
pub(super) struct Teller {
    bar: ProgressBar,
}

impl Narrator {
    pub(super) fn new() -> Self {
        Self { started: Instant::now(), parts: RefCell::default() }
    }

    /// Does one part and tells its name before and its duration after.
    ///
    /// # Errors
    /// The work's own, with the part's name.
    pub(super) async fn part<T>(&self, name: &'static str, work: impl AsyncFnOnce(&Teller) -> Result<T>) -> Result<T> {
        let started = Instant::now();
        let teller = Teller::begin(name);
        let outcome = work(&teller).await;
        teller.bar.finish_and_clear();
        let outcome = outcome.with_context(|| format!("could not {name}"))?;
        eprintln!("==> {name}: done in {}", seconds(started.elapsed()));
        self.parts.borrow_mut().push(Part { name, seconds: started.elapsed().as_secs_f64() });
        Ok(outcome)
    }

    /// Since the beginning.
    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    /// The parts that are done, in order.
    pub(super) fn parts(&self) -> Vec<Part> {
        self.parts.borrow().clone()
    }
}

impl Teller {
    fn begin(name: &'static str) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.set_style(
            ProgressStyle::with_template("{spinner} {prefix} {msg:.dim}").expect("the template is a constant"),
        );
        eprintln!("==> {name}");
        if !bar.is_hidden() {
            bar.set_prefix(name);
            bar.enable_steady_tick(Duration::from_millis(100));
        }
        Self { bar }
    }

    /// Something that the reader shall keep.
    pub(super) fn say(&self, words: impl AsRef<str>) {
        for line in words.as_ref().lines() {
            if self.bar.is_hidden() {
                eprintln!("    {line}");
            } else {
                self.bar.println(format!("    {line}"));
            }
        }
    }

    /// Leaves the terminal to a tool that writes to it by itself.
    pub(super) fn step_aside(&self) {
        self.bar.set_draw_target(ProgressDrawTarget::hidden());
    }

    /// Something that is true only now; nothing where there is no terminal.
    pub(super) fn now(&self, words: impl Into<String>) {
        self.bar.set_message(words.into());
    }
}
