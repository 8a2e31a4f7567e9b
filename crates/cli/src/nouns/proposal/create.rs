//! Proposing.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Args;
use quantumagi_interface::digest::sha256;
use quantumagi_interface::pda;
use quantumagi_rpc::solana::Address;
use quantumagi_rules::action::Action;
use quantumagi_rules::ballot::BallotRule;
use quantumagi_rules::text::canonicalize;
use quantumagi_sdk::words::{describe_action, hex};
use quantumagi_sdk::{ProposalDraft, SdkError};

use super::action::{Prepared, Typed, texts_of};
use super::named;
use crate::context::Context;
use crate::exit::{Mendable, UsageError};
use crate::library::read_text;
use crate::order::Order;

/// Something to propose.
#[derive(Args, Debug)]
#[command(subcommand_value_name = "ACTION", subcommand_help_heading = "Actions")]
pub(crate) struct Create {
    /// Why, in a few words. The proposal binds to them.
    #[arg(long, global = true, value_name = "WORDS", conflicts_with = "explanation")]
    reason: Option<String>,
    /// Why: a text. The proposal binds to it.
    #[arg(long, global = true, value_name = "FILE")]
    explanation: Option<PathBuf>,
    /// Principles it rests on, by id, at most 8: 0,3,7. A policy or a payment needs one.
    #[arg(long, global = true, value_name = "IDS", value_delimiter = ',')]
    cites: Vec<u32>,
    /// Ballots are final, and voting ends as soon as the outcome is settled.
    #[arg(long, global = true)]
    final_ballots: bool,
    /// Keep the texts here and do not publish them.
    #[arg(long, global = true)]
    no_publish: bool,
    /// Name accounts by this address table where that makes them fit. Repeat it.
    #[arg(long = "lookup-table", global = true, value_name = "ADDRESS")]
    tables: Vec<Address>,
    /// What is done if it passes.
    #[command(subcommand)]
    action: Typed,
}

impl Create {
    pub(super) async fn run(self, context: &Context, constitution: &Address) -> anyhow::Result<()> {
        let explanation = self.explain()?;
        let Self { mut cites, final_ballots, no_publish, tables, action, .. } = self;
        cites.sort_unstable();
        cites.dedup();
        let Prepared { bytes, text } = action.prepare(context, constitution).await?;
        let action = Action::decode(&bytes).map_err(SdkError::from)?;
        let actor = context.actor()?;
        let content_hash = sha256(explanation.as_bytes());
        let ballot_rule = if final_ballots { BallotRule::Final } else { BallotRule::Changeable };
        let draft = ProposalDraft { content_hash, ballot_rule, action, citations: &cites, payload: None };
        let account = context.client.constitution(constitution).await?.value;
        let client = context.client.with_lookup_tables(&tables).await?;
        let proposer = actor.address();
        let (address, mut instructions) = client.proposal_create(constitution, &proposer, &draft).await?;
        // An action that does not fit is written to a payload first, part by part.
        let mut before = Vec::new();
        if !client.fits(&proposer, &instructions) {
            let (payload, parts) = client.payload_write(&proposer, &bytes).await?;
            let draft = ProposalDraft { payload: Some(payload), ..draft };
            (_, instructions) = client.proposal_create(constitution, &proposer, &draft).await?;
            before = parts;
        }
        let id = account.next_proposal_id;
        if pda::proposal(constitution, id) != address {
            return Err(Mendable::again("somebody else proposed at the same moment", "run the command again").into());
        }
        let texts: Vec<&str> = std::iter::once(explanation.as_str()).chain(text.as_deref()).collect();
        for text in &texts {
            context.library.keep(text)?;
        }
        let parts = match no_publish {
            true => Vec::new(),
            false => context.library.publication(&actor.address(), &texts).await?,
        };
        let names = context.names(constitution, &account, &texts_of(&action)).await?;
        let words = describe_action(&action, &names);
        let sequence = before.into_iter().chain([instructions]).collect();
        let order = Order::many(format!("proposal {id} created: it {}", words.sentence), sequence);
        let order = named(order, id, &address).with("does", words.sentence).with("content_hash", hex(&content_hash));
        context.carry_out(&actor, order.by(client).with_aside(parts)).await
    }

    /// The canonical text that explains it.
    fn explain(&self) -> anyhow::Result<String> {
        match (&self.reason, &self.explanation) {
            (Some(reason), _) => canonicalize(reason.as_bytes()).context("the reason is no text"),
            (None, Some(path)) => read_text(path),
            (None, None) => {
                let hint = "say why with --reason \"…\" or --explanation FILE: voters decide on it";
                Err(UsageError::new("a proposal needs an explanation", hint).into())
            }
        }
    }
}
