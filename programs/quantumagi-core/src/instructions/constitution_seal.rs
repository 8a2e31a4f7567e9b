//! The founder gives up all power, for good: from here on only votes change anything.
//!
//! Specification
//! 1. Only the founder shall seal, and only once.
//! 2. An electorate shall have been adopted: a community without voters could never change again.

use anchor_lang::prelude::*;
use quantumagi_rules::electorate::ElectorateKind;

use crate::{error::GovError, events::ConstitutionSealed, mandate::now, state::Constitution};

#[derive(Accounts)]
pub struct ConstitutionSeal {
    /// The founder.
    pub founder: Signer,
    #[account(mut)]
    pub constitution: Account<Constitution>,
}

impl ConstitutionSeal {
    pub fn handler(&mut self) -> Result<()> {
        let address = *self.constitution.address();
        let constitution = &mut *self.constitution;
        require!(constitution.is_sealed == 0, GovError::AlreadySealed);
        require!(*self.founder.address() == constitution.founder, GovError::NotFounder);
        require!(constitution.electorate_kind != ElectorateKind::None as u8, GovError::ElectorateMissing);
        constitution.is_sealed = 1;
        let event = ConstitutionSealed {
            constitution: address,
            sequence: constitution.chain.sequence,
            at: now()?.0,
            electorate: constitution.electorate,
        };
        constitution.chain.record(&event)
    }
}
