//! What changed between two versions, in words.

use std::path::PathBuf;

use clap::Args;
use quantumagi_document::{Diff, Document};
use quantumagi_rules::Hash;
use serde::Serialize;

use super::{history, read_document};
use crate::context::Context;
use crate::exit::UsageError;
use crate::printer::Report;

/// Two versions to compare.
#[derive(Args, Debug)]
pub(crate) struct Compare {
    /// Version to compare from [default: the one before].
    from: Option<u32>,
    /// Version to compare to [default: the one in force].
    to: Option<u32>,
    /// Compare to a file instead.
    #[arg(long, value_name = "FILE", conflicts_with = "to")]
    file: Option<PathBuf>,
    /// Shorten nothing.
    #[arg(long)]
    full: bool,
}

impl Compare {
    pub(super) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let address = context.constitution()?;
        let versions = history::all_versions(context, &address).await?;
        let in_force = versions.last().map_or(1, |version| version.number);
        let text_of = |number: u32| -> Result<Hash, UsageError> {
            let found = versions.iter().find(|version| version.number == number);
            let missing = || {
                UsageError::new(format!("there is no version {number}"), format!("versions go from 1 to {in_force}"))
            };
            Ok(found.ok_or_else(missing)?.text)
        };
        let (from, to, new_name) = match &self.file {
            Some(path) => {
                let from = self.from.unwrap_or(in_force);
                (from, read_document(path)?, path.display().to_string())
            }
            None => {
                let to = self.to.unwrap_or(in_force);
                let from = self.from.unwrap_or(to.saturating_sub(1).max(1));
                (from, document(context, &text_of(to)?).await?, format!("version {to}"))
            }
        };
        let old = document(context, &text_of(from)?).await?;
        let diff = Diff::between(&old, &to);
        let changes = if self.full { format!("{diff:#}") } else { diff.to_string() };
        let changes = changes.lines().map(str::to_owned).collect();
        context.printer.report(&Compared {
            from: format!("version {from}"),
            to: new_name,
            summary: diff.summary(),
            changes,
        })
    }
}

/// The version with this text.
async fn document(context: &Context, text: &Hash) -> anyhow::Result<Document> {
    let text = context.library.text(text).await?;
    Ok(Document::parse_file("", text.as_bytes())?)
}

#[derive(Serialize)]
struct Compared {
    from: String,
    to: String,
    summary: String,
    changes: Vec<String>,
}

impl Report for Compared {
    fn words(&self) -> String {
        let Self { from, to, summary, changes } = self;
        format!("{from} → {to}: {summary}\n\n{}", changes.join("\n"))
    }
}
