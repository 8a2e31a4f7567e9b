//! Who may order a change: the founder before the seal, an approved proposal ever after. Never both.

use anchor_lang::prelude::*;
use quantumagi_rules::{action::Action, UnixSeconds};

use crate::{
    error::GovError,
    state::{Constitution, Proposal},
};

/// The proposal that orders a change, or zeros for the founder.
pub type Mandate = Address;

/// Checks that `action` is ordered, and spends the proposal that orders it.
///
/// # Errors
/// [`GovError::NotFounder`] or [`GovError::MandateNotNeeded`] before the seal; [`GovError::MandateMissing`], or what
/// [`execute`] refuses, after it.
#[inline(never)]
pub fn order(
    signer: &Address,
    constitution: &Account<Constitution>,
    proposal: Option<&mut Account<Proposal>>,
    action: &Action,
    now: UnixSeconds,
) -> Result<Mandate> {
    if constitution.is_sealed == 0 {
        require!(proposal.is_none(), GovError::MandateNotNeeded);
        require!(*signer == constitution.founder, GovError::NotFounder);
        return Ok(Mandate::default());
    }
    let proposal = proposal.ok_or(GovError::MandateMissing)?;
    execute(proposal, constitution, action, now)
}

/// Spends a proposal of this constitution on an action that calls no other program.
///
/// # Errors
/// What [`Proposal::execute`] refuses.
#[inline(never)]
pub fn execute(
    proposal: &mut Account<Proposal>,
    constitution: &Account<Constitution>,
    action: &Action,
    now: UnixSeconds,
) -> Result<Mandate> {
    let address = *proposal.address();
    proposal.execute(address, action, 0, constitution, now)?;
    Ok(address)
}

/// The chain's clock, read once an instruction.
///
/// # Errors
/// Only where the runtime has no clock.
#[inline(never)]
pub fn now() -> Result<UnixSeconds> {
    Ok(UnixSeconds(Clock::get()?.unix_timestamp))
}

/// The same, with the slot: for what must be near in blocks rather than in seconds.
///
/// # Errors
/// Only where the runtime has no clock.
#[inline(never)]
pub fn now_and_slot() -> Result<(UnixSeconds, u64)> {
    let clock = Clock::get()?;
    Ok((UnixSeconds(clock.unix_timestamp), clock.slot))
}

/// The chain's slot, read where a weight is bound to one.
///
/// # Errors
/// Only where the runtime has no clock.
#[inline(never)]
pub fn slot() -> Result<u64> {
    Ok(Clock::get()?.slot)
}
