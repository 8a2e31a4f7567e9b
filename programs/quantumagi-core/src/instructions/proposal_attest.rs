//! The attestor that a proposal froze signs a score and the hash of a report. At the mark, the proposal keeps its ordinary
//! threshold.
//!
//! Specification
//! 1. Only that attestor shall sign, once, until voting ends.
//! 2. Without a score, or below the mark, a proposal shall pass by the higher tier's threshold: nobody's silence decides.

use anchor_lang::prelude::*;
use quantumagi_rules::{attestation::is_score, lifecycle::Step};

use crate::{error::GovError, events::ProposalAttested, mandate::now, state::Proposal};

#[derive(Accounts)]
pub struct ProposalAttest {
    /// Who attests. Where nobody does, the proposal names the zero address, which never signs.
    pub attestor: Signer,
    #[account(mut, constraint = proposal.attestor == *attestor.address() @ GovError::NotAttestor)]
    pub proposal: Account<Proposal>,
}

impl ProposalAttest {
    pub fn handler(&mut self, score: u16, report_hash: [u8; 32]) -> Result<()> {
        let now = now()?;
        let address = *self.proposal.address();
        let proposal = &mut *self.proposal;
        proposal.check_step(Step::Attest, now)?;
        require!(proposal.is_attested == 0, GovError::AlreadyAttested);
        require!(is_score(score), GovError::ScoreOutOfRange);
        require!(report_hash != [0; 32], GovError::TextEmpty);
        proposal.is_attested = 1;
        proposal.attestation_score = score;
        proposal.attestation_hash = report_hash;
        proposal.updated_at = now.0;
        let event = ProposalAttested {
            proposal: address,
            sequence: proposal.chain.sequence,
            at: now.0,
            attestor: proposal.attestor,
            report_hash,
            score,
            reserved: [0; 6],
        };
        proposal.chain.record(&event)
    }
}
