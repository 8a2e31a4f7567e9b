//! Makes a roster the electorate of later proposals: the founder before the seal, an approved proposal after it.
//!
//! Specification
//! 1. The roster shall be complete and have the members that were voted on.
//! 2. It shall not be the veto body: a proposal takes each of the two accounts once.
//! 3. Proposals that are open keep the roster they are bound to (T6, T7).

use anchor_lang::prelude::*;
use quantumagi_rules::{action::Action, electorate::ElectorateKind};

// All of it: a nested list of accounts brings generated modules of its own.
use super::shared::*;
use crate::{error::GovError, events::RosterAdopted, mandate::now, state::Roster};

#[derive(Accounts)]
pub struct RosterAdopt {
    pub mandated: Nested<Mandated>,
    #[account(constraint = roster.constitution == *mandated.constitution.address() @ GovError::WrongConstitution)]
    pub roster: Account<Roster>,
}

impl RosterAdopt {
    pub fn handler(&mut self) -> Result<()> {
        let now = now()?;
        require!(self.roster.is_usable(), GovError::RosterNotUsable);
        let is_veto_body = *self.roster.address() == self.mandated.constitution.veto_roster;
        require!(!is_veto_body, GovError::VetoBodyIsElectorate);
        let (roster_version, members_hash) = (self.roster.version, self.roster.members_hash);
        let action = Action::RosterAdopt { roster_version, members_hash };
        let mandate = self.mandated.order(&action, now)?;
        let address = *self.mandated.constitution.address();
        let constitution = &mut *self.mandated.constitution;
        constitution.electorate = *self.roster.address();
        constitution.electorate_kind = ElectorateKind::Council as u8;
        constitution.roster_version = roster_version;
        let event = RosterAdopted {
            constitution: address,
            sequence: constitution.chain.sequence,
            at: now.0,
            mandate,
            roster: constitution.electorate,
            version: roster_version,
            total_weight: self.roster.total_weight,
            members_hash,
        };
        constitution.chain.record(&event)
    }
}
