//! Anybody closes a published root that is not needed any more; the rent goes back to its publisher.
//!
//! Specification
//! 1. The proposal shall have a root, be final, or be closed itself: until then the root may still be bound, and an
//!    operator who could close it could publish another (W10).
//! 2. The rent shall go to the publisher (A6).

use anchor_lang::prelude::*;
use quantumagi_rules::lifecycle::Step;

use crate::{
    error::GovError,
    events::SnapshotClosed,
    mandate::now,
    state::{Constitution, Proposal, Snapshot},
};

#[derive(Accounts)]
pub struct SnapshotClose {
    #[account(mut)]
    pub constitution: Account<Constitution>,
    /// The published root.
    #[account(
        mut,
        close = publisher,
        constraint = snapshot.constitution == *constitution.address() @ GovError::WrongConstitution
    )]
    pub snapshot: Account<Snapshot>,
    /// The proposal it was for; its address where it is closed.
    #[account(constraint = *proposal.address() == snapshot.proposal @ GovError::WrongProposal)]
    pub proposal: UncheckedAccount,
    /// Who published it.
    #[account(mut, constraint = *publisher.address() == snapshot.publisher @ GovError::NotPayer)]
    pub publisher: UncheckedAccount,
}

impl SnapshotClose {
    pub fn handler(&mut self) -> Result<()> {
        let now = now()?;
        let view = self.proposal.account();
        // A closed account is the System program's; nothing but this program makes it a proposal, and never again.
        if view.owned_by(&crate::ID) {
            let proposal = Account::<Proposal>::load(*view)?;
            let is_needed = !proposal.has_snapshot() && proposal.check_step(Step::Close, now).is_err();
            require!(!is_needed, GovError::SnapshotInUse);
        }
        let event = SnapshotClosed {
            constitution: *self.constitution.address(),
            sequence: self.constitution.chain.sequence,
            at: now.0,
            proposal: self.snapshot.proposal,
            publisher: self.snapshot.publisher,
        };
        self.constitution.chain.record(&event)
    }
}
