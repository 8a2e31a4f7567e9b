//! An operator publishes who votes on a proposal, as the root of a Merkle sum tree, and approves it by that.
//!
//! Specification
//! 1. The proposal shall vote by snapshot, have no root yet, and voting shall not have ended.
//! 2. The publisher shall be an operator of the proposal's electorate, and publish once.
//! 3. The slot shall have passed: its weights cannot change any more, and voting starts later (W1).
//! 4. There shall be 1 to 2^20 voters, and at least one unit of weight for each.

use anchor_lang::prelude::*;
use quantumagi_rules::{
    lifecycle::Step,
    snapshot::{review::Verdict, Root},
    Weight,
};

use crate::{
    error::GovError,
    events::SnapshotPublished,
    mandate::{now, slot},
    seeds,
    state::{Proposal, Snapshot, SnapshotOperators, LAYOUT_VERSION},
};

#[derive(Accounts)]
pub struct SnapshotPublish {
    /// The operator. Pays, and is paid back when the root is closed.
    #[account(mut)]
    pub publisher: Signer,
    #[account(mut)]
    pub proposal: Account<Proposal>,
    /// The operators who publish for it.
    #[account(constraint = *electorate.address() == proposal.electorate @ GovError::WrongElectorate)]
    pub electorate: Account<SnapshotOperators>,
    /// The published root.
    #[account(init, payer = publisher, seeds = [seeds::SNAPSHOT, proposal, publisher], bump)]
    pub snapshot: Account<Snapshot>,
    pub system_program: Program<System>,
}

impl SnapshotPublish {
    pub fn handler(
        &mut self,
        bumps: &SnapshotPublishBumps,
        root: [u8; 32],
        total_weight: u64,
        voters: u32,
        read_at: u64,
    ) -> Result<()> {
        let now = now()?;
        let address = *self.proposal.address();
        let proposal = &mut *self.proposal;
        proposal.check_step(Step::BindSnapshot, now)?;
        require!(!proposal.has_snapshot(), GovError::SnapshotAlreadyBound);
        let position = self.electorate.position(self.publisher.address())?;
        let claim = Root { hash: root, total: Weight(total_weight), voters };
        claim.check(read_at, slot()?).map_err(GovError::from)?;
        let snapshot = &mut *self.snapshot;
        snapshot.constitution = proposal.constitution;
        snapshot.proposal = address;
        snapshot.publisher = *self.publisher.address();
        snapshot.root = root;
        snapshot.total_weight = total_weight;
        snapshot.slot = read_at;
        snapshot.published_at = now.0;
        snapshot.voters = voters;
        snapshot.layout_version = LAYOUT_VERSION;
        snapshot.bump = bumps.snapshot;
        snapshot.speak(position, Verdict::Approve)?;
        proposal.updated_at = now.0;
        let event = SnapshotPublished {
            proposal: address,
            sequence: proposal.chain.sequence,
            at: now.0,
            publisher: snapshot.publisher,
            root,
            total_weight,
            slot: read_at,
            voters,
            // Bound: below 16, a position in the list.
            position: position as u8,
        };
        proposal.chain.record(&event)
    }
}
