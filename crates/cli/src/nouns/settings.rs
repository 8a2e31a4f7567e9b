//! `quantumagi settings`: who attests, and how many proposals one proposer may have open.

use clap::{Args, Subcommand};
use quantumagi_interface::accounts::Constitution;
use quantumagi_rpc::solana::Address;
use quantumagi_rules::Bps;
use quantumagi_rules::settings::Settings;
use quantumagi_sdk::words::bps;
use serde::Serialize;

use crate::context::Context;
use crate::order::Order;
use crate::printer::Report;
use crate::table::facts;

/// What to do with the settings that belong to no track.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Show them.
    Show,
    /// Change them, before the seal. After it, `proposal create settings-amend` does.
    Amend(Change),
}

/// Settings to change; what is not named stays.
#[derive(Args, Debug)]
pub(crate) struct Change {
    /// Who attests proposals.
    #[arg(long, value_name = "ADDRESS", conflicts_with = "no_attestor")]
    attestor: Option<Address>,
    /// Nobody attests proposals any more.
    #[arg(long, conflicts_with = "mark_bps")]
    no_attestor: bool,
    /// Least score that keeps the ordinary threshold, in basis points: 0 to 10000.
    #[arg(long, value_name = "BPS")]
    mark_bps: Option<u16>,
    /// Most proposals that one proposer may have open: 1 to 16.
    #[arg(long, value_name = "COUNT")]
    max_open: Option<u8>,
}

impl Change {
    /// The settings in force with these changes.
    pub(crate) fn of(&self, account: &Constitution) -> Settings {
        let Settings { attestor, attestation_mark, max_open_proposals } = account.settings();
        let max_open_proposals = self.max_open.unwrap_or(max_open_proposals);
        if self.no_attestor {
            return Settings { attestor: [0; 32], attestation_mark: 0, max_open_proposals };
        }
        Settings {
            attestor: self.attestor.map_or(attestor, |attestor| attestor.to_bytes()),
            attestation_mark: self.mark_bps.unwrap_or(attestation_mark),
            max_open_proposals,
        }
    }
}

impl Command {
    pub(crate) async fn run(self, context: &Context) -> anyhow::Result<()> {
        let constitution = context.constitution()?;
        let account = context.client.constitution(&constitution).await?.value;
        match self {
            Self::Show => context.printer.report(&Shown::new(&account)),
            Self::Amend(change) => {
                let actor = context.actor()?;
                let settings = change.of(&account);
                let amend = context.client.settings_amend(&constitution, &actor.address(), settings).await?;
                context.carry_out(&actor, Order::one("settings amended", vec![amend])).await
            }
        }
    }
}

#[derive(Serialize)]
struct Shown {
    attestor: Option<String>,
    mark_bps: u16,
    max_open: u8,
}

impl Shown {
    fn new(account: &Constitution) -> Self {
        let Settings { attestor, attestation_mark, max_open_proposals } = account.settings();
        let attestor = (attestor != [0; 32]).then(|| Address::new_from_array(attestor).to_string());
        Self { attestor, mark_bps: attestation_mark, max_open: max_open_proposals }
    }
}

impl Report for Shown {
    fn words(&self) -> String {
        let mut lines = vec![("attestor", self.attestor.clone().unwrap_or_else(|| "nobody".to_owned()))];
        if self.attestor.is_some() {
            lines.push(("mark", bps(Bps(self.mark_bps))));
        }
        lines.push(("open proposals", format!("{} for each proposer", self.max_open)));
        facts(&lines)
    }
}
