//! Replaces the constitution's text: the founder before the seal, an approved proposal after it.
//!
//! Specification
//! 1. The parent shall be the text in force, so that an amendment of an older text cannot land.
//! 2. The new hash shall not be empty. The version goes up by one.

use anchor_lang::prelude::*;
use quantumagi_rules::action::Action;

use crate::{
    error::GovError,
    events::ConstitutionAmended,
    mandate::{now, Authority},
    state::{Constitution, Proposal},
};

#[derive(Accounts)]
pub struct ConstitutionAmend {
    /// The founder before the seal; anybody with the proposal after it.
    pub authority: Signer,
    #[account(mut)]
    pub constitution: Account<Constitution>,
    /// The approved proposal that orders this; none before the seal.
    #[account(mut)]
    pub proposal: Option<Account<Proposal>>,
}

impl ConstitutionAmend {
    pub fn handler(&mut self, text_hash: [u8; 32], parent_hash: [u8; 32]) -> Result<()> {
        let now = now()?;
        require!(text_hash != [0; 32], GovError::TextEmpty);
        require!(parent_hash == self.constitution.text_hash, GovError::ParentMismatch);
        let action = Action::ConstitutionAmend { text_hash, parent_hash };
        let authority = Authority { signer: self.authority.address(), proposal: self.proposal.as_mut() };
        let mandate = authority.order(&self.constitution, &action, now)?;
        let address = *self.constitution.address();
        let constitution = &mut *self.constitution;
        constitution.parent_hash = parent_hash;
        constitution.text_hash = text_hash;
        constitution.version = constitution.version.checked_add(1).ok_or(GovError::Overflow)?;
        let event = ConstitutionAmended {
            constitution: address,
            sequence: constitution.chain.sequence,
            at: now.0,
            mandate,
            version: constitution.version,
            text_hash,
            parent_hash,
        };
        constitution.chain.record(&event)
    }
}
