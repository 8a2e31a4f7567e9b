//! `quantumagi principle`: what decisions rest on.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::{Args, Subcommand, ValueEnum};
use quantumagi_interface::accounts::Principle;
use quantumagi_interface::digest::sha256;
use quantumagi_rules::principle::{Category, Class, MAX_PRIORITY};
use quantumagi_sdk::builders::NewPrinciple;
use quantumagi_sdk::words::{Names, category_name, class_name, describe_guardrail, hex};
use serde::Serialize;

use crate::context::Context;
use crate::library::read_text;
use crate::order::Order;
use crate::printer::Report;
use crate::table::{facts, table};

/// What to do with principles. Before the seal the founder orders changes; after it `proposal create` does.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Add a principle, before the seal.
    Add(NewText),
    /// Replace a principle's text, before the seal.
    Amend {
        /// Its id.
        id: u32,
        /// The new text.
        #[arg(long, value_name = "FILE")]
        file: PathBuf,
    },
    /// Retire a principle, before the seal. It can no longer be cited; its id is never used again.
    Retire {
        /// Its id.
        id: u32,
    },
    /// List the principles.
    List,
    /// Show a principle with its text.
    Show {
        /// Its id.
        id: u32,
    },
}

/// A principle's text and what kind it is.
#[derive(Args, Clone, Debug)]
pub(crate) struct NewText {
    /// The text.
    #[arg(long, value_name = "FILE")]
    pub(crate) file: PathBuf,
    /// How hard it is to change.
    #[arg(long, value_enum, default_value = "ordinary")]
    pub(crate) class: ClassName,
    /// What it is about. No rule depends on it.
    #[arg(long, value_enum, default_value = "other")]
    pub(crate) category: CategoryName,
    /// 0 to 100: higher weighs more where two principles pull apart. No rule depends on it.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u8).range(0..=i64::from(MAX_PRIORITY)))]
    pub(crate) priority: u8,
}

/// How hard a principle is to change.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum ClassName {
    /// By the amendment track's threshold.
    Ordinary,
    /// By the entrenched threshold, at least three to one.
    Entrenched,
}

/// What a principle is about.
#[derive(Clone, Copy, Debug, ValueEnum)]
#[allow(missing_docs, reason = "each name says it")]
pub(crate) enum CategoryName {
    Governance,
    Rights,
    Process,
    Treasury,
    Safety,
    Technical,
    Other,
}

impl From<ClassName> for Class {
    fn from(name: ClassName) -> Self {
        match name {
            ClassName::Ordinary => Self::Ordinary,
            ClassName::Entrenched => Self::Entrenched,
        }
    }
}

impl From<CategoryName> for Category {
    fn from(name: CategoryName) -> Self {
        match name {
            CategoryName::Governance => Self::Governance,
            CategoryName::Rights => Self::Rights,
            CategoryName::Process => Self::Process,
            CategoryName::Treasury => Self::Treasury,
            CategoryName::Safety => Self::Safety,
            CategoryName::Technical => Self::Technical,
            CategoryName::Other => Self::Other,
        }
    }
}

impl Command {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let constitution = context.constitution()?;
        let client = &context.client;
        match self {
            Self::Add(NewText { file, class, category, priority }) => {
                let (text, actor) = (read_text(&file)?, context.actor()?);
                let text_hash = sha256(text.as_bytes());
                let new = NewPrinciple { text_hash, class: class.into(), category: category.into(), priority };
                let id = client.constitution(&constitution).await?.value.next_principle_id;
                let transactions = client.principle_add(&constitution, &actor.address(), &[new]).await?;
                let parts = context.library.publication(&actor.address(), &[&text]).await?;
                let order = Order::many(format!("principle {id} added"), transactions).with_aside(parts);
                context.carry_out(&actor, order.with("principle", id).with("text_hash", hex(&text_hash))).await
            }
            Self::Amend { id, file } => {
                let (text, actor) = (read_text(&file)?, context.actor()?);
                let text_hash = sha256(text.as_bytes());
                let instruction = client.principle_amend(&constitution, &actor.address(), id, text_hash).await?;
                let parts = context.library.publication(&actor.address(), &[&text]).await?;
                let order = Order::one(format!("principle {id} amended"), vec![instruction]).with_aside(parts);
                context.carry_out(&actor, order.with("principle", id).with("text_hash", hex(&text_hash))).await
            }
            Self::Retire { id } => {
                let actor = context.actor()?;
                let instruction = client.principle_retire(&constitution, &actor.address(), id).await?;
                let order = Order::one(format!("principle {id} retired"), vec![instruction]);
                context.carry_out(&actor, order.with("principle", id)).await
            }
            Self::List => {
                let account = client.constitution(&constitution).await?.value;
                let names = context.names(&constitution, &account, &[]).await?;
                let read = client.principles(&constitution).await?;
                let principles: Result<_, _> = read.iter().map(|read| Row::new(&read.value, &names)).collect();
                context.printer.report(&Listed { principles: principles? })
            }
            Self::Show { id } => {
                let account = client.constitution(&constitution).await?.value;
                let principle = client.principle(&constitution, id).await?.value;
                let names = context.names(&constitution, &account, &[]).await?;
                let text = principle_text(context, &principle, &account.text_hash).await;
                let guardrail = match principle.has_guardrail {
                    0 => None,
                    _ => client.guardrails(&constitution).await?.map(|read| read.value),
                };
                let in_force = guardrail.map_or_else(|| Ok(Vec::new()), |guardrails| guardrails.in_force())?;
                let own = in_force.iter().find(|it| it.principle_id == id);
                let guardrail = own.map(|it| describe_guardrail(&it.guardrail, &names));
                let row = Row::new(&principle, &names).context("the principle cannot be read")?;
                context.printer.report(&Shown { principle: row, guardrail, text })
            }
        }
    }
}

/// The words of a principle: its own text, or else the section of the constitution that has its hash.
async fn principle_text(context: &Context, principle: &Principle, constitution: &[u8; 32]) -> Option<String> {
    if let Some(document) = context.library.document(constitution).await {
        let texts = document.principles.iter().map(|section| section.canonical_text());
        if let Some(text) = texts.into_iter().find(|text| sha256(text.as_bytes()) == principle.text_hash) {
            return Some(text);
        }
    }
    context.library.wanted(&principle.text_hash).await
}

#[derive(Serialize)]
struct Row {
    id: u32,
    title: Option<String>,
    class: &'static str,
    category: &'static str,
    priority: u8,
    version: u32,
    is_retired: bool,
    text_hash: String,
}

impl Row {
    fn new(principle: &Principle, names: &Names) -> Result<Self, quantumagi_interface::DecodeError> {
        Ok(Self {
            id: principle.id,
            title: names.titles.get(&principle.text_hash).cloned(),
            class: class_name(principle.class()?),
            category: category_name(principle.category()?),
            priority: principle.priority,
            version: principle.version,
            is_retired: principle.is_retired(),
            text_hash: hex(&principle.text_hash),
        })
    }

    fn name(&self) -> String {
        let name = self.title.as_ref().unwrap_or(&self.text_hash);
        if self.is_retired { format!("{name} (retired)") } else { name.clone() }
    }
}

#[derive(Serialize)]
struct Listed {
    principles: Vec<Row>,
}

impl Report for Listed {
    fn words(&self) -> String {
        if self.principles.is_empty() {
            return "no principles".to_owned();
        }
        let rows = self.principles.iter().map(|row| {
            let (class, category) = (row.class.to_owned(), row.category.to_owned());
            [row.id.to_string(), row.name(), class, category, row.priority.to_string(), row.version.to_string()]
        });
        table(["id", "principle", "class", "category", "priority", "version"], rows)
    }
}

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    principle: Row,
    /// What it forbids in numbers.
    guardrail: Option<String>,
    text: Option<String>,
}

impl Report for Shown {
    fn words(&self) -> String {
        let Self { principle, guardrail, text } = self;
        let head = facts(&[
            ("principle", principle.id.to_string()),
            ("class", principle.class.to_owned()),
            ("category", principle.category.to_owned()),
            ("priority", principle.priority.to_string()),
            ("version", principle.version.to_string()),
            ("state", if principle.is_retired { "retired".to_owned() } else { "can be cited".to_owned() }),
            ("guardrail", guardrail.clone().unwrap_or_else(|| "none".to_owned())),
            ("text", principle.text_hash.clone()),
        ]);
        format!("{head}\n\n{}", text.as_deref().unwrap_or("(nobody published the text)"))
    }
}
