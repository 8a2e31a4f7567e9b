//! An operator says whether a published root is the one that it computed itself.
//!
//! Specification
//! 1. The root shall be open for its proposal, which has none yet, and voting shall not have ended.
//! 2. An operator shall speak once on a root, one way or the other; the publisher has (W10).

use anchor_lang::prelude::*;
use quantumagi_rules::snapshot::review::Verdict;

// All of it: a nested list of accounts brings generated modules of its own.
use super::shared::*;
use crate::{error::GovError, events::SnapshotReviewed, mandate::now};

#[derive(Accounts)]
pub struct SnapshotReview {
    /// The operator.
    pub operator: Signer,
    pub published: Nested<PublishedSnapshot>,
}

impl SnapshotReview {
    pub fn handler(&mut self, verdict: u8) -> Result<()> {
        let now = now()?;
        let verdict = Verdict::from_u8(verdict).ok_or(GovError::UnknownVerdict)?;
        let published = &mut *self.published;
        published.check_open(now)?;
        let position = published.electorate.position(self.operator.address())?;
        published.snapshot.speak(position, verdict)?;
        let (address, publisher) = (*published.proposal.address(), published.snapshot.publisher);
        let proposal = &mut *published.proposal;
        proposal.updated_at = now.0;
        let event = SnapshotReviewed {
            proposal: address,
            sequence: proposal.chain.sequence,
            at: now.0,
            publisher,
            operator: *self.operator.address(),
            // Bound: below 16, a position in the list.
            position: position as u8,
            verdict: verdict as u8,
        };
        proposal.chain.record(&event)
    }
}
