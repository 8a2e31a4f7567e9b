//! The only place that prints. Results go to standard output, failures to standard error.

use std::io::{self, Write};

use clap::error::ErrorKind;
use serde::Serialize;

use crate::exit::{Exit, told};

/// In which form results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// Words.
    Words,
    /// One JSON value.
    Json,
}

/// Prints a result: `words` for people, `value` for machines.
pub(crate) fn report(form: Form, words: &str, value: &impl Serialize) -> anyhow::Result<()> {
    let text = match form {
        Form::Words => words.trim_end_matches('\n').to_owned(),
        Form::Json => serde_json::to_string_pretty(value)?,
    };
    let mut out = io::stdout().lock();
    match writeln!(out, "{text}").and_then(|()| out.flush()) {
        // Whoever reads has seen enough.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
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
    let (exit, hint) = told(error);
    let mut lines = vec![format!("error: {error}")];
    lines.extend(error.chain().skip(1).map(|cause| format!("  because {cause}")));
    lines.extend(hint.map(|hint| format!("\nhint: {hint}")));
    // There is nowhere left to complain about not being able to complain.
    let _ = writeln!(io::stderr().lock(), "{}", lines.join("\n"));
    exit
}
