//! Replaces a principle's text: the founder before the seal, an approved proposal after it.
//!
//! Specification
//! 1. The version named shall be the current one, so that an amendment of an older text cannot land.
//! 2. A retired principle shall not change. Class, category and priority never do.

use anchor_lang::prelude::*;
use quantumagi_rules::action::Action;

use crate::{
    error::GovError,
    events::PrincipleAmended,
    mandate::{now, Authority},
    state::{Constitution, Principle, Proposal},
};

#[derive(Accounts)]
pub struct PrincipleAmend {
    /// The founder before the seal; anybody with the proposal after it.
    pub authority: Signer,
    #[account(mut)]
    pub constitution: Account<Constitution>,
    #[account(mut, constraint = principle.constitution == *constitution.address() @ GovError::WrongConstitution)]
    pub principle: Account<Principle>,
    /// The approved proposal that orders this; none before the seal.
    #[account(mut)]
    pub proposal: Option<Account<Proposal>>,
}

impl PrincipleAmend {
    pub fn handler(&mut self, version: u32, text_hash: [u8; 32]) -> Result<()> {
        let now = now()?;
        require!(text_hash != [0; 32], GovError::TextEmpty);
        self.principle.check_current(version)?;
        let action = Action::PrincipleAmend { principle_id: self.principle.id, version, text_hash };
        let authority = Authority { signer: self.authority.address(), proposal: self.proposal.as_mut() };
        let mandate = authority.order(&self.constitution, &action, now)?;
        let address = *self.constitution.address();
        let constitution = &mut *self.constitution;
        let principle = &mut *self.principle;
        principle.text_hash = text_hash;
        principle.version = version.checked_add(1).ok_or(GovError::Overflow)?;
        let event = PrincipleAmended {
            constitution: address,
            sequence: constitution.chain.sequence,
            at: now.0,
            mandate,
            principle_id: principle.id,
            version: principle.version,
            text_hash,
        };
        constitution.chain.record(&event)
    }
}
