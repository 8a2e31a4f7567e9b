//! Makes a roster the veto body of later proposals, or leaves them none: the founder before the seal, an approved proposal
//! after it.
//!
//! Specification
//! 1. The roster shall be complete, have the members that were voted on, and at most 256 of them.
//! 2. It shall not be the electorate: a proposal takes each of the two accounts once.
//! 3. Proposals that are open keep the body that they froze (T6, T7). No body has a say about this (E6).

use anchor_lang::prelude::*;
use quantumagi_rules::{action::Action, veto::MAX_VETO_MEMBERS, UnixSeconds};

use super::{Mandated, RosterAdopt};
use crate::{error::GovError, events::VetoBodyAdopted, mandate::now};

impl RosterAdopt {
    /// `veto_body_adopt`.
    pub fn adopt_veto_body(&mut self) -> Result<()> {
        let now = now()?;
        let roster = &self.roster;
        require!(roster.is_usable(), GovError::RosterNotUsable);
        require!(roster.count <= MAX_VETO_MEMBERS, GovError::VetoBodyTooLarge);
        let is_electorate = *roster.address() == self.mandated.constitution.electorate;
        require!(!is_electorate, GovError::VetoBodyIsElectorate);
        let body = VetoBody {
            roster: *roster.address(),
            version: roster.version,
            total_weight: roster.total_weight,
            members_hash: roster.members_hash,
        };
        self.mandated.set_veto_body(body, now)
    }
}

impl Mandated {
    /// `veto_body_remove`.
    pub fn remove_veto_body(&mut self) -> Result<()> {
        self.set_veto_body(VetoBody::default(), now()?)
    }

    fn set_veto_body(&mut self, body: VetoBody, now: UnixSeconds) -> Result<()> {
        let VetoBody { roster, version, total_weight, members_hash } = body;
        let mandate = self.order(&Action::VetoBodyAdopt { roster_version: version, members_hash }, now)?;
        let address = *self.constitution.address();
        let constitution = &mut *self.constitution;
        constitution.veto_roster = roster;
        let event = VetoBodyAdopted {
            constitution: address,
            sequence: constitution.chain.sequence,
            at: now.0,
            mandate,
            roster,
            version,
            total_weight,
            members_hash,
        };
        constitution.chain.record(&event)
    }
}

/// Who can veto; all zeros for nobody.
#[derive(Default)]
struct VetoBody {
    roster: Address,
    version: u32,
    total_weight: u64,
    members_hash: [u8; 32],
}
