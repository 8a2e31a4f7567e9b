//! A voter of the proposal's snapshot votes, with a proof of index and weight, or changes the vote where the proposal
//! allows it.
//!
//! Specification
//! 1. Index, voter and weight shall be in the tree whose root is bound to this proposal, for this program, constitution
//!    and slot; the sums along the proof shall end at the declared total (W1, W9).
//! 2. The proof shall have exactly the tree's levels, at most 20 (L8).
//! 3. A voter's weight shall count once: an index has one leaf and one ballot (W3, W4).
//! 4. Voting shall be open, and the root bound (W6).

use anchor_lang::prelude::*;
use quantumagi_rules::{
    ballot::Choice,
    electorate::ElectorateKind,
    lifecycle::Step,
    snapshot::{Leaf, Root, SnapshotContext},
    Weight,
};

use crate::{
    error::GovError,
    mandate::now,
    state::{BallotPage, Proposal, SolSha256},
    voting::{cast, Ballot},
};

#[derive(Accounts)]
pub struct SnapshotVote {
    /// Votes.
    pub voter: Signer,
    #[account(mut)]
    pub proposal: Account<Proposal>,
    /// The page that holds the voter's ballot; none for the first 256 voters.
    #[account(mut, constraint = ballot_page.proposal == *proposal.address() @ GovError::WrongProposal)]
    pub ballot_page: Option<Account<BallotPage>>,
}

impl SnapshotVote {
    pub fn handler(&mut self, voter_index: u32, weight: u64, choice: u8, proof: &[u8]) -> Result<()> {
        let now = now()?;
        let choice = Choice::from_bits(choice).ok_or(GovError::UnknownChoice)?;
        let proposal = &mut self.proposal;
        require!(proposal.electorate_kind == ElectorateKind::Snapshot as u8, GovError::WrongElectorateKind);
        proposal.check_step(Step::Vote, now)?;
        require!(proposal.has_snapshot(), GovError::SnapshotNotBound);
        let voter = self.voter.address();
        let context = SnapshotContext {
            program: crate::ID.as_array(),
            constitution: proposal.constitution.as_array(),
            proposal: proposal.address().as_array(),
            slot: proposal.snapshot_slot,
        };
        let root = Root { hash: proposal.snapshot_root, total: Weight(proposal.total_weight), voters: proposal.voters };
        let leaf = Leaf { index: voter_index, voter: voter.as_array(), weight: Weight(weight) };
        root.verify::<SolSha256>(&context, &leaf, proof).map_err(GovError::from)?;
        let ballot = Ballot { voter: *voter, index: voter_index, choice, weight };
        cast(proposal, self.ballot_page.as_mut(), &ballot, now)?;
        Ok(())
    }
}
