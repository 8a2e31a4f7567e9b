//! The constitution as it stands.

use quantumagi_interface::accounts::Constitution;
use quantumagi_rpc::solana::Address;
use quantumagi_rules::Bps;
use quantumagi_rules::parameters::{Track, TrackParameters};
use quantumagi_sdk::words::{bps, duration, hex, sol};
use serde::Serialize;

use crate::context::Context;
use crate::library::document_title;
use crate::printer::Report;
use crate::table::{facts, table};

/// Reads and prints it.
pub(super) async fn run(context: &Context) -> anyhow::Result<()> {
    let address = context.constitution()?;
    let account = context.client.constitution(&address).await?.value;
    let document = context.library.document(&account.text_hash).await;
    let title = document.as_ref().map(document_title);
    let vault_lamports = context.client.vault_balance(&address).await?;
    context.printer.report(&Shown::new(&address, &account, title, vault_lamports))
}

#[derive(Serialize)]
struct Shown {
    constitution: String,
    title: Option<String>,
    text_hash: String,
    parent_hash: Option<String>,
    version: u32,
    is_sealed: bool,
    founder: String,
    roster: Option<u32>,
    vault: String,
    vault_lamports: u64,
    principles: u32,
    proposals: u64,
    policies: u64,
    events: u64,
    tracks: Tracks,
}

#[derive(Serialize)]
struct Tracks {
    policy: Parameters,
    treasury: Parameters,
    amendment: Parameters,
    ratification: Parameters,
}

#[derive(Serialize)]
struct Parameters {
    threshold_bps: u16,
    quorum_bps: u16,
    min_for_bps: u16,
    entrenched_threshold_bps: u16,
    veto_bps: u16,
    slash_bps: u16,
    discussion_seconds: u32,
    voting_seconds: u32,
    extension_seconds: u32,
    cooloff_seconds: u32,
    timelock_seconds: u32,
    window_seconds: u32,
    deposit_lamports: u32,
}

impl From<TrackParameters> for Parameters {
    fn from(parameters: TrackParameters) -> Self {
        Self {
            threshold_bps: parameters.threshold_bps,
            quorum_bps: parameters.quorum_bps,
            min_for_bps: parameters.min_for_bps,
            entrenched_threshold_bps: parameters.entrenched_threshold_bps,
            veto_bps: parameters.veto_bps,
            slash_bps: parameters.slash_bps,
            discussion_seconds: parameters.discussion_seconds,
            voting_seconds: parameters.voting_seconds,
            extension_seconds: parameters.extension_seconds,
            cooloff_seconds: parameters.cooloff_seconds,
            timelock_seconds: parameters.timelock_seconds,
            window_seconds: parameters.window_seconds,
            deposit_lamports: parameters.deposit_lamports,
        }
    }
}

impl Shown {
    fn new(address: &Address, account: &Constitution, title: Option<String>, vault_lamports: u64) -> Self {
        Self {
            constitution: address.to_string(),
            title,
            text_hash: hex(&account.text_hash),
            parent_hash: (account.version > 1).then(|| hex(&account.parent_hash)),
            version: account.version,
            is_sealed: account.is_sealed(),
            founder: account.founder.to_string(),
            roster: account.roster().map(|_| account.roster_version),
            vault: account.vault.to_string(),
            vault_lamports,
            principles: account.next_principle_id,
            proposals: account.next_proposal_id,
            policies: account.next_policy_id,
            events: account.chain.sequence,
            tracks: Tracks {
                policy: account.parameters(Track::Policy).into(),
                treasury: account.parameters(Track::Treasury).into(),
                amendment: account.parameters(Track::Amendment).into(),
                ratification: account.parameters(Track::Ratification).into(),
            },
        }
    }
}

impl Report for Shown {
    fn words(&self) -> String {
        let power = match self.is_sealed {
            true => "sealed: only approved proposals change anything".to_owned(),
            false => format!("not sealed: {} can change everything", self.founder),
        };
        let roster = self.roster.map_or_else(|| "none yet".to_owned(), |version| format!("roster {version}"));
        let head = facts(&[
            ("constitution", self.constitution.clone()),
            ("title", self.title.clone().unwrap_or_else(|| "(nobody published the text)".to_owned())),
            ("version", self.version.to_string()),
            ("text", self.text_hash.clone()),
            ("power", power),
            ("electorate", roster),
            ("vault", format!("{} ({})", self.vault, sol(self.vault_lamports))),
            (
                "so far",
                format!(
                    "{} principles, {} proposals, {} policies, {} events",
                    self.principles, self.proposals, self.policies, self.events
                ),
            ),
        ]);
        let Tracks { policy, treasury, amendment, ratification } = &self.tracks;
        let named =
            [("policy", policy), ("treasury", treasury), ("amendment", amendment), ("ratification", ratification)];
        let rows = named.map(|(name, track)| {
            let share = |value| bps(Bps(value));
            let time = |seconds: u32| duration(u64::from(seconds));
            [
                name.to_owned(),
                share(track.threshold_bps),
                share(track.entrenched_threshold_bps),
                share(track.quorum_bps),
                share(track.min_for_bps),
                time(track.discussion_seconds),
                time(track.voting_seconds),
                time(track.cooloff_seconds),
                time(track.timelock_seconds),
                time(track.window_seconds),
            ]
        });
        let headings = [
            "track",
            "for",
            "entrenched",
            "quorum",
            "minimum for",
            "discussion",
            "voting",
            "cool-off",
            "timelock",
            "window",
        ];
        format!("{head}\n{}", table(headings, rows))
    }
}
