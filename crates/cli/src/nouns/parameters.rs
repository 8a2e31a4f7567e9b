//! `quantumagi parameters`: the numbers of the four tracks.

use clap::{Subcommand, ValueEnum};
use quantumagi_interface::accounts::Constitution;
use quantumagi_rules::parameters::{Track, TrackParameters};
use quantumagi_sdk::words::{describe_parameters, track_name};
use serde::Serialize;

use crate::context::Context;
use crate::order::Order;
use crate::printer::Report;
use crate::table::table;
use crate::tracks;

/// What to do with the parameters of the tracks.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show the parameters of all tracks.
    Show,
    /// Change parameters of a track, before the seal. After it, `proposal create parameters-amend` does.
    Amend {
        /// The track.
        track: Named,
        /// What changes; everything else stays.
        #[command(flatten)]
        change: tracks::Track,
    },
}

/// A track by name.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Named {
    /// Adopting, amending and repealing policies.
    Policy,
    /// Spending from the vault and signing with it.
    Treasury,
    /// Changing the constitution and how it decides.
    Amendment,
    /// Answering emergency acts, and removing the guardians.
    Ratification,
}

impl From<Named> for Track {
    fn from(named: Named) -> Self {
        match named {
            Named::Policy => Self::Policy,
            Named::Treasury => Self::Treasury,
            Named::Amendment => Self::Amendment,
            Named::Ratification => Self::Ratification,
        }
    }
}

impl Command {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let constitution = context.constitution()?;
        let account = context.client.constitution(&constitution).await?.value;
        match self {
            Self::Show => context.printer.report(&Shown::new(&account)),
            Self::Amend { track, change } => {
                let (actor, track) = (context.actor()?, Track::from(track));
                let after = change.or(account.parameters(track));
                let founder = actor.address();
                let amend = context.client.parameters_amend(&constitution, &founder, track, after).await?;
                let name = track_name(track);
                let order = Order::one(format!("parameters of the {name} track amended"), vec![amend]);
                context.carry_out(&actor, order.with("track", name)).await
            }
        }
    }
}

#[derive(Serialize)]
struct Shown {
    tracks: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    track: &'static str,
    #[serde(flatten)]
    parameters: tracks::Parameters,
    #[serde(skip)]
    words: [(&'static str, String); 13],
}

impl Shown {
    fn new(account: &Constitution) -> Self {
        let row = |track| {
            let parameters: TrackParameters = account.parameters(track);
            let words = describe_parameters(&parameters);
            Row { track: track_name(track), parameters: parameters.into(), words }
        };
        Self { tracks: Track::ALL.into_iter().map(row).collect() }
    }
}

impl Report for Shown {
    /// A row for each parameter: there are more of them than fit beside each other.
    fn words(&self) -> String {
        let [policy, treasury, amendment, ratification] = self.tracks.as_slice() else { return String::new() };
        let columns = policy.words.iter().zip(&treasury.words).zip(&amendment.words).zip(&ratification.words);
        let rows = columns.map(|((((name, policy), treasury), amendment), ratification)| {
            [name.to_string(), policy.clone(), treasury.1.clone(), amendment.1.clone(), ratification.1.clone()]
        });
        table(["parameter", policy.track, treasury.track, amendment.track, ratification.track], rows)
    }
}
