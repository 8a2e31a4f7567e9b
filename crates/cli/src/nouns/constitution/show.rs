//! The constitution as it stands.

use quantumagi_interface::accounts::Constitution;
use quantumagi_rpc::solana::Address;
use quantumagi_rules::Bps;
use quantumagi_rules::parameters::Track;
use quantumagi_sdk::words::{bps, duration, hex, sol};
use serde::Serialize;

use crate::context::Context;
use crate::library::document_title;
use crate::printer::Report;
use crate::table::{facts, table};
use crate::tracks::Parameters;

/// Reads and prints it.
pub(super) async fn run(context: &Context) -> anyhow::Result<()> {
    let address = context.constitution()?;
    let account = context.client.constitution(&address).await?.value;
    let document = context.library.document(&account.text_hash).await;
    let title = document.as_ref().map(document_title);
    let vault_lamports = context.client.vault_balance(&address).await?.value;
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
    veto_roster: Option<String>,
    attestor: Option<String>,
    max_open_proposals: u8,
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
            veto_roster: account.veto_roster().map(|roster| roster.to_string()),
            attestor: (account.attestor != Address::default()).then(|| account.attestor.to_string()),
            max_open_proposals: account.max_open_proposals,
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
        let nobody = || "nobody".to_owned();
        let head = facts(&[
            ("constitution", self.constitution.clone()),
            ("title", self.title.clone().unwrap_or_else(|| "(nobody published the text)".to_owned())),
            ("version", self.version.to_string()),
            ("text", self.text_hash.clone()),
            ("power", power),
            ("electorate", roster),
            ("veto body", self.veto_roster.clone().unwrap_or_else(nobody)),
            ("attestor", self.attestor.clone().unwrap_or_else(nobody)),
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
