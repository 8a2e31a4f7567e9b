//! Anybody binds an accepted root to its proposal: from then on it is known who votes.
//!
//! Specification
//! 1. The challenge window shall be over, and approvals exceed challenges by what the operators' list asks (W10).
//! 2. Root, total, voters and slot shall be written once, and before the end of voting (W7, W9).
//! 3. A root that comes after the start of voting shall start voting over, at its full length: nobody could vote before.

use anchor_lang::prelude::*;
use quantumagi_rules::{
    snapshot::{review::challenge_ends_at, voting_times},
    UnixSeconds,
};

use super::shared::*;
use crate::{error::GovError, events::SnapshotBound, mandate::now};

impl PublishedSnapshot {
    /// `snapshot_bind`.
    pub fn bind(&mut self) -> Result<()> {
        let now = now()?;
        self.check_open(now)?;
        let snapshot = &self.snapshot;
        let published_at = UnixSeconds(snapshot.published_at);
        let ends = challenge_ends_at(published_at, self.electorate.challenge_seconds).ok_or(GovError::Overflow)?;
        require!(ends <= now, GovError::ChallengeRunning);
        require!(snapshot.review().is_accepted(self.electorate.needed), GovError::SnapshotNotAccepted);

        let address = *self.proposal.address();
        let proposal = &mut *self.proposal;
        let (starts_at, ends_at) = (UnixSeconds(proposal.starts_at), UnixSeconds(proposal.ends_at));
        let (starts_at, ends_at) = voting_times(starts_at, ends_at, now).ok_or(GovError::Overflow)?;
        proposal.snapshot_root = snapshot.root;
        proposal.snapshot_slot = snapshot.slot;
        proposal.total_weight = snapshot.total_weight;
        proposal.voters = snapshot.voters;
        proposal.starts_at = starts_at.0;
        proposal.ends_at = ends_at.0;
        proposal.updated_at = now.0;
        proposal.check_invariant()?;
        let event = SnapshotBound {
            proposal: address,
            sequence: proposal.chain.sequence,
            at: now.0,
            publisher: snapshot.publisher,
            root: snapshot.root,
            total_weight: snapshot.total_weight,
            slot: snapshot.slot,
            starts_at: starts_at.0,
            ends_at: ends_at.0,
            voters: snapshot.voters,
        };
        proposal.chain.record(&event)
    }
}
