//! Makes an electorate that is no council that of later proposals: the founder before the seal, an approved proposal
//! after it.
//!
//! Specification
//! 1. It shall belong to the constitution and be of the kind that was voted on; its terms never change.
//! 2. Proposals that are open keep the electorate they are bound to (T6, T7).

use anchor_lang::prelude::*;
use quantumagi_rules::{action::Action, electorate::ElectorateKind};

// All of it: a nested list of accounts brings generated modules of its own.
use super::shared::*;
use crate::{electorate::check_adoptable, error::GovError, events::ElectorateAdopted, mandate::now};

#[derive(Accounts)]
pub struct ElectorateAdopt {
    pub mandated: Nested<Mandated>,
    /// A deposit pool, or what else the kind is.
    pub electorate: UncheckedAccount,
}

impl ElectorateAdopt {
    pub fn handler(&mut self, kind: u8) -> Result<()> {
        let now = now()?;
        let kind = ElectorateKind::from_u8(kind).ok_or(GovError::WrongElectorateKind)?;
        let (address, electorate) = (*self.mandated.constitution.address(), *self.electorate.address());
        check_adoptable(kind, self.electorate.account(), &address)?;
        let action = Action::ElectorateAdopt { kind, electorate: electorate.to_bytes() };
        let mandate = self.mandated.order(&action, now)?;
        let constitution = &mut *self.mandated.constitution;
        (constitution.electorate, constitution.electorate_kind) = (electorate, kind as u8);
        let sequence = constitution.chain.sequence;
        let event =
            ElectorateAdopted { constitution: address, sequence, at: now.0, mandate, electorate, kind: kind as u8 };
        constitution.chain.record(&event)
    }
}
