//! Makes a roster the electorate of later proposals: the founder before the seal, an approved proposal after it.
//!
//! Specification
//! 1. The roster shall be complete and have the members that were voted on.
//! 2. Proposals that are open keep the roster they are bound to (T6, T7).

use anchor_lang::prelude::*;
use quantumagi_rules::action::Action;

use crate::{
    error::GovError,
    events::RosterAdopted,
    mandate::{now, Authority},
    state::{Constitution, Proposal, Roster},
};

#[derive(Accounts)]
pub struct RosterAdopt {
    /// The founder before the seal; anybody with the proposal after it.
    pub authority: Signer,
    #[account(mut)]
    pub constitution: Account<Constitution>,
    #[account(constraint = roster.constitution == *constitution.address() @ GovError::WrongConstitution)]
    pub roster: Account<Roster>,
    /// The approved proposal that orders this; none before the seal.
    #[account(mut)]
    pub proposal: Option<Account<Proposal>>,
}

impl RosterAdopt {
    pub fn handler(&mut self) -> Result<()> {
        let now = now()?;
        require!(self.roster.is_usable(), GovError::RosterNotUsable);
        let (roster_version, members_hash) = (self.roster.version, self.roster.members_hash);
        let action = Action::RosterAdopt { roster_version, members_hash };
        let authority = Authority { signer: self.authority.address(), proposal: self.proposal.as_mut() };
        let mandate = authority.order(&self.constitution, &action, now)?;
        let address = *self.constitution.address();
        let constitution = &mut *self.constitution;
        constitution.roster = *self.roster.address();
        constitution.roster_version = roster_version;
        let event = RosterAdopted {
            constitution: address,
            sequence: constitution.chain.sequence,
            at: now.0,
            mandate,
            roster: constitution.roster,
            version: roster_version,
            total_weight: self.roster.total_weight,
            members_hash,
        };
        constitution.chain.record(&event)
    }
}
