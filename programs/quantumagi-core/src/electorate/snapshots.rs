//! Proposals on a snapshot electorate, and on one by weight records.

use anchor_lang::prelude::*;
use quantumagi_rules::{
    ballot::BallotRule,
    electorate::ElectorateKind,
    weight_record::{Purpose, WeightAction},
};

use super::{ElectorateAccounts, Franchise};
use crate::{
    error::GovError,
    mandate::slot,
    state::{load_mut, Bound, SnapshotOperators, WeightPlugin},
};

/// The proposer's own weight record, which comes before the cited principles where weights are known by records.
pub fn split_own_record(kind: u8, behind: &[AccountView]) -> (Option<&AccountView>, &[AccountView]) {
    match behind.split_first() {
        Some((own, cited)) if kind == ElectorateKind::WeightRecord as u8 => (Some(own), cited),
        _ => (None, behind),
    }
}

impl ElectorateAccounts<'_> {
    /// Weights are not known before the snapshot: an operator proposes, or anybody who puts a deposit down for it.
    pub(super) fn snapshot(&self) -> Result<Franchise> {
        require!(self.membership.is_none() && self.weight_record.is_none(), GovError::WrongElectorateKind);
        let mut operators: Account<SnapshotOperators> = load_mut(self.electorate)?;
        let has_standing = self.parameters.deposit_lamports > 0 || operators.position(self.proposer).is_ok();
        require!(has_standing, GovError::NoStanding);
        // A root can be published from the first second on; where its window ended after the vote, nobody could vote.
        let seconds = self.parameters.discussion_seconds.saturating_add(self.parameters.voting_seconds);
        require!(operators.challenge_seconds < seconds, GovError::ChallengeTooLong);
        operators.bind()?;
        Ok(Franchise { total_weight: 0, voters: 0 })
    }

    /// The plugin says what everybody weighs, and that the proposer weighs something, both in this slot (W7, W8).
    pub(super) fn weight_records(&self) -> Result<Franchise> {
        require!(self.ballot_rule == BallotRule::Final, GovError::FinalBallotsOnly);
        let total = self.membership.ok_or(GovError::WeightRecordMalformed)?;
        let own = self.weight_record.ok_or(GovError::WeightRecordMalformed)?;
        let mut plugin: Account<WeightPlugin> = load_mut(self.electorate)?;
        let slot = slot()?;
        let purpose = Purpose {
            voter: self.proposer.as_array(),
            action: WeightAction::CreateProposal,
            target: self.constitution.as_array(),
            slot,
        };
        plugin.read(own, |plugin, record| plugin.voter_weight(record, &purpose).map_err(GovError::from))?;
        let total = plugin.read(total, |plugin, record| plugin.total_weight(record, slot).map_err(GovError::from))?;
        plugin.bind()?;
        Ok(Franchise { total_weight: total.0, voters: plugin.next_seat })
    }
}
