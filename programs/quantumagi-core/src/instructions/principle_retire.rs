//! Retires a principle: the founder before the seal, an approved proposal after it.
//!
//! Specification
//! 1. The version named shall be the current one.
//! 2. A retired principle shall never be cited, amended or retired again. Its account stays: an id means one thing.

use anchor_lang::prelude::*;
use quantumagi_rules::action::Action;

use crate::{
    error::GovError,
    events::PrincipleRetired,
    mandate::{now, Authority},
    state::{Constitution, Principle, Proposal},
};

#[derive(Accounts)]
pub struct PrincipleRetire {
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

impl PrincipleRetire {
    pub fn handler(&mut self, version: u32) -> Result<()> {
        let now = now()?;
        self.principle.check_current(version)?;
        let action = Action::PrincipleRetire { principle_id: self.principle.id, version };
        let authority = Authority { signer: self.authority.address(), proposal: self.proposal.as_mut() };
        let mandate = authority.order(&self.constitution, &action, now)?;
        let address = *self.constitution.address();
        let constitution = &mut *self.constitution;
        self.principle.is_retired = 1;
        let event = PrincipleRetired {
            constitution: address,
            sequence: constitution.chain.sequence,
            at: now.0,
            mandate,
            principle_id: self.principle.id,
            version,
        };
        constitution.chain.record(&event)
    }
}
