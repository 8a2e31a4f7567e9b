//! `quantumagi constitution`: found, show, seal, amend, and compare its versions.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::Subcommand;
use quantumagi_document::Document;
use quantumagi_interface::digest::sha256;
use quantumagi_sdk::words::hex;

use crate::context::Context;
use crate::exit::Mendable;
use crate::order::Order;

mod create;
mod diff;
mod history;
mod list;
mod show;

/// What to do with constitutions.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Found a constitution from a file: its text, its principles, its parameters. The text is published.
    Create(create::Create),
    /// Show the constitution as it stands.
    Show,
    /// Give up the founder's power for good: from then on only approved proposals change anything.
    Seal,
    /// Replace the text, before the seal. Principles stay as they are. After the seal, `proposal create` does.
    Amend {
        /// The new constitution: numbered text, Markdown or TOML, gzipped or not.
        #[arg(long, value_name = "FILE")]
        file: PathBuf,
    },
    /// Show all versions of the text, and what changed from each to the next.
    History {
        /// Show every event of the constitution instead.
        #[arg(long)]
        events: bool,
    },
    /// Show in words what changed between two versions.
    Diff(diff::Compare),
    /// List all constitutions of the cluster.
    List,
}

impl Command {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        match self {
            Self::Create(create) => create.run(context).await,
            Self::Show => show::run(context).await,
            Self::Seal => {
                let (constitution, actor) = (context.constitution()?, context.actor()?);
                let instruction = context.client.constitution_seal(&constitution, &actor.address()).await?;
                let order = Order::one("constitution sealed: the founder has no power any more", vec![instruction]);
                context.carry_out(&actor, order.with("constitution", constitution.to_string())).await
            }
            Self::Amend { file } => {
                let document = read_document(&file)?;
                let (constitution, actor) = (context.constitution()?, context.actor()?);
                let hash = sha256(document.text.as_bytes());
                let instruction = context.client.constitution_amend(&constitution, &actor.address(), hash).await?;
                let parts = context.library.publication(&actor.address(), &[&document.text]).await?;
                let order = Order::one("constitution amended", vec![instruction]).with_aside(parts);
                let order = order.with("constitution", constitution.to_string()).with("text_hash", hex(&hash));
                context.carry_out(&actor, order).await
            }
            Self::History { events } => history::run(context, events).await,
            Self::Diff(compare) => compare.run(context).await,
            Self::List => list::run(context).await,
        }
    }
}

/// The constitution in a file.
///
/// # Errors
/// Where it cannot be read; with line and column of the first fault.
pub(crate) fn read_document(path: &Path) -> anyhow::Result<Document> {
    let shown = path.display();
    let bytes = std::fs::read(path).with_context(|| format!("cannot read {shown}"))?;
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let document = Document::parse_file(&name, &bytes).map_err(|error| {
        let hint = "docs/constitution-files.md describes numbered text, Markdown and TOML";
        let place = format!("{shown}:{}:{} is no constitution", error.line, error.column);
        anyhow::Error::new(error).context(Mendable::new(place, hint))
    })?;
    // The chain has the words and not the name of the file: everybody must read the same principles out of them.
    if Document::parse_file("", document.text.as_bytes()).as_ref() != Ok(&document) {
        let hint = "change lines that look like headings of another format: \"# …\" in plain text, for example";
        return Err(Mendable::new(format!("{shown} would be read otherwise without its name"), hint).into());
    }
    Ok(document)
}
