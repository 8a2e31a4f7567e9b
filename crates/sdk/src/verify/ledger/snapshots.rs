//! The accounts of electorates by snapshot and by weight records.

use std::collections::{BTreeMap, BTreeSet};

use quantumagi_interface::accounts::{Seat, Snapshot, SnapshotOperators, WeightPlugin};
use quantumagi_interface::calls::Call;
use quantumagi_interface::events::Event;
use quantumagi_interface::{Address, pda};
use quantumagi_rpc::Rpc;

use super::{Result, children};
use crate::history::History;

/// Accounts of electorates that are neither councils nor pools, by address. One that does not exist (any more) is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SnapshotAccounts {
    /// Lists of snapshot operators.
    pub operators: BTreeMap<Address, Option<SnapshotOperators>>,
    /// Weight plugins.
    pub plugins: BTreeMap<Address, Option<WeightPlugin>>,
    /// Seats of plugins.
    pub seats: BTreeMap<Address, Option<Seat>>,
    /// Roots that were published.
    pub published: BTreeMap<Address, Option<Snapshot>>,
}

impl SnapshotAccounts {
    /// Reads the electorates themselves. Each version may be one of any kind.
    pub(super) async fn fetch_electorates(rpc: &Rpc, constitution: &Address, next: u32) -> Result<Self> {
        let operators = (1..next).map(|version| pda::operators(constitution, version));
        let plugins = (1..next).map(|version| pda::weight_plugin(constitution, version));
        Ok(Self {
            operators: children(rpc, operators, |address| address, SnapshotOperators::decode).await?,
            plugins: children(rpc, plugins, |address| address, WeightPlugin::decode).await?,
            ..Self::default()
        })
    }

    /// Reads what only the history tells of.
    #[allow(clippy::wildcard_enum_match_arm, reason = "two kinds of event are looked for")]
    pub(super) async fn with_what_belongs_to_them(self, rpc: &Rpc, history: &History) -> Result<Self> {
        let (mut seats, mut published) = (BTreeSet::new(), BTreeSet::new());
        for logged in &history.events {
            match &logged.event {
                Ok(Event::SeatOpened(e)) => seats.insert(pda::seat(&e.electorate, &e.voter)),
                Ok(Event::SnapshotPublished(e)) => published.insert(pda::snapshot(&e.proposal, &e.publisher)),
                _ => false,
            };
        }
        for call in history.calls() {
            match call {
                Call::SeatOpen { accounts } => seats.insert(accounts.seat),
                Call::SnapshotPublish { accounts, .. } => published.insert(accounts.snapshot),
                _ => false,
            };
        }
        Ok(Self {
            seats: children(rpc, seats.into_iter(), |address| address, Seat::decode).await?,
            published: children(rpc, published.into_iter(), |address| address, Snapshot::decode).await?,
            ..self
        })
    }
}
