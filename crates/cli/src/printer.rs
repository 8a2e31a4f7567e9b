//! The only place that prints. Results go to standard output, everything else to standard error.

use std::io::{self, IsTerminal, Write};
use std::time::Duration;

use clap::error::ErrorKind;
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;

use crate::exit::{Exit, exit_of, hint_of};

/// How often the sign of life on a terminal moves.
const TICK: Duration = Duration::from_millis(100);

/// A result: JSON for machines, words for people.
pub(crate) trait Report: Serialize {
    /// The result for people. May have many lines; no line feed at its end is needed.
    fn words(&self) -> String;
}

/// In which form results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Words and tables.
    Words,
    /// One JSON value.
    Json,
}

/// Prints results and progress.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Printer {
    form: Form,
}

impl Printer {
    /// A printer of results in this form.
    pub(crate) fn new(form: Form) -> Self {
        Self { form }
    }

    /// Prints a result.
    pub(crate) fn report(self, report: &impl Report) -> anyhow::Result<()> {
        let text = match self.form {
            Form::Words => report.words(),
            Form::Json => serde_json::to_string_pretty(report)?,
        };
        print(&text)
    }

    /// Prints one result of several, on a line of its own.
    pub(crate) fn line(self, report: &impl Report) -> anyhow::Result<()> {
        let text = match self.form {
            Form::Words => report.words(),
            Form::Json => serde_json::to_string(report)?,
        };
        print(&text)
    }

    /// Tells something that is no result, such as what to do next.
    pub(crate) fn note(self, words: &str) {
        complain(words);
    }

    /// Tells people about a result what JSON has in itself.
    pub(crate) fn aside(self, words: &str) {
        if self.form == Form::Words {
            complain(words);
        }
    }

    /// Tells that something has begun that takes a while, in `steps` steps.
    pub(crate) fn begin(self, words: &str, steps: usize) -> Progress {
        if !io::stderr().is_terminal() {
            complain(words);
            return Progress { bar: ProgressBar::hidden() };
        }
        let bar = match u64::try_from(steps) {
            Ok(len) if steps > 1 => ProgressBar::new(len).with_style(style("{spinner} {msg} {pos}/{len}")),
            _ => ProgressBar::new_spinner().with_style(style("{spinner} {msg}")),
        };
        bar.set_message(words.to_owned());
        bar.enable_steady_tick(TICK);
        Progress { bar }
    }
}

/// A sign of life while something takes its time. It disappears when this is dropped.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// Tells that another step is done.
    pub(crate) fn step(&self) {
        self.bar.inc(1);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Prints why the command line cannot be read, or the help that was asked for.
pub(crate) fn usage(error: &clap::Error) -> Exit {
    // A closed pipe is nobody's failure.
    let _ = error.print();
    let is_asked_for = matches!(error.kind(), ErrorKind::DisplayHelp | ErrorKind::DisplayVersion);
    if is_asked_for { Exit::Done } else { Exit::Usage }
}

/// Prints why it failed, the causes below, and what to do about it.
pub(crate) fn failure(error: &anyhow::Error) -> Exit {
    let mut lines = vec![format!("error: {error}")];
    let mut told = error.to_string();
    for cause in error.chain().skip(1) {
        let words = cause.to_string();
        // Transparent errors and those that quote their cause would say everything twice.
        if !told.contains(&words) {
            lines.push(format!("  because {words}"));
            told = words;
        }
    }
    if let Some(hint) = hint_of(error) {
        lines.push(format!("\nhint: {hint}"));
    }
    complain(&lines.join("\n"));
    exit_of(error)
}

fn print(text: &str) -> anyhow::Result<()> {
    raw(format!("{}\n", text.trim_end_matches('\n')).as_bytes())
}

/// Prints bytes as they are.
pub(crate) fn raw(bytes: &[u8]) -> anyhow::Result<()> {
    let mut out = io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        // Whoever reads has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}

fn complain(text: &str) {
    // There is nowhere left to complain about not being able to complain.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).expect("the template is a constant that indicatif knows")
}
