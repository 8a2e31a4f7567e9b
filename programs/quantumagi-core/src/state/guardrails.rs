//! All guardrails of a constitution, in one account: whoever checks one checks all.

use anchor_lang::prelude::*;
use quantumagi_rules::{
    guardrail::{
        place_for, place_of, Breach, Deed, Guardrail, Spending, Summary, BUCKETS, GUARDRAIL_BYTES, MAX_GUARDRAILS,
    },
    UnixSeconds,
};

use crate::{error::GovError, events::Charge};

/// A place for one guardrail, and what it has measured.
#[derive(Clone, Copy, bytemuck::Pod, bytemuck::Zeroable, IdlType)]
#[bytemuck(crate = "anchor_lang::bytemuck")]
#[repr(C)]
pub struct GuardrailSlot {
    /// Canonical bytes: `quantumagi_rules::guardrail`. Zeros where the place is free.
    pub guardrail: [u8; GUARDRAIL_BYTES],
    /// The principle that it belongs to.
    pub principle_id: u32,
    /// Number of the newest bucket of spending: seconds since 1970 over a quarter of the window.
    pub newest: u32,
    /// Spent in that bucket and in the four before it, the newest first, in lamports or base units.
    pub buckets: [u64; BUCKETS],
}

/// The guardrails. Opened by anyone, once; changed as the principles are; never closed.
///
/// Seeds: `"guardrails"`, constitution.
#[account]
pub struct Guardrails {
    /// The constitution it belongs to.
    pub constitution: Address,
    /// Who paid for this account.
    pub payer: Address,
    /// Changes so far: guardrails set and cleared, spending counted. The order of all three, across their events.
    pub changes: u64,
    /// The places.
    pub slots: [GuardrailSlot; MAX_GUARDRAILS],
    /// Layout of this account.
    pub layout_version: u8,
    /// Canonical bump of this address.
    pub bump: u8,
    /// Zero. Fills the last eight bytes.
    pub reserved: [u8; 6],
}

impl GuardrailSlot {
    fn is_free(&self) -> bool {
        self.guardrail[0] == 0
    }

    fn owner(&self) -> Option<u32> {
        (!self.is_free()).then_some(self.principle_id)
    }

    /// What lies here; `None` where nothing does.
    ///
    /// # Errors
    /// [`GovError::AccountCorrupt`] where the bytes have no meaning.
    pub fn guardrail(&self) -> Result<Option<Guardrail>> {
        if self.is_free() {
            return Ok(None);
        }
        Guardrail::from_stored(&self.guardrail).map(Some).map_err(|_| GovError::AccountCorrupt.into())
    }

    fn spending(&self) -> Spending {
        Spending { buckets: self.buckets, newest: self.newest }
    }

    fn set_spending(&mut self, spending: Spending) {
        let Spending { buckets, newest } = spending;
        (self.buckets, self.newest) = (buckets, newest);
    }
}

impl Guardrails {
    /// Binds a guardrail to a principle, in place of the one it had.
    ///
    /// # Errors
    /// [`GovError::TooManyGuardrails`] where no place is free.
    pub fn set(&mut self, principle_id: u32, guardrail: &Guardrail) -> Result<()> {
        let owners = self.slots.iter().map(GuardrailSlot::owner);
        let place = place_for(owners, principle_id).ok_or(GovError::TooManyGuardrails)?;
        let slot = &mut self.slots[place];
        slot.set_spending(guardrail.inherited(slot.guardrail()?.as_ref(), slot.spending()));
        (slot.guardrail, slot.principle_id) = (guardrail.to_bytes(), principle_id);
        self.count_change()
    }

    /// Takes a principle's guardrail away, with all that it measured.
    ///
    /// # Errors
    /// [`GovError::GuardrailNotSet`] where it has none.
    pub fn clear(&mut self, principle_id: u32) -> Result<()> {
        let place = place_of(self.slots.iter().map(GuardrailSlot::owner), principle_id);
        self.slots[place.ok_or(GovError::GuardrailNotSet)?] = bytemuck::Zeroable::zeroed();
        self.count_change()
    }

    /// # Errors
    /// What the first guardrail in the way says.
    pub fn check_each(&self, check: impl Fn(&Guardrail) -> core::result::Result<(), Breach>) -> Result<()> {
        for slot in &self.slots {
            if let Some(guardrail) = slot.guardrail()? {
                check(&guardrail).map_err(GovError::from)?;
            }
        }
        Ok(())
    }

    /// # Errors
    /// [`GovError::GuardrailWrite`] where this account may never be written.
    pub fn check_write(&self, account: &Address) -> Result<()> {
        self.check_each(|guardrail| guardrail.check_proposed(Deed::Write { account: account.as_array() }))
    }

    /// Counts what left against the guardrail in a place.
    ///
    /// # Errors
    /// [`GovError::GuardrailSpending`] over its limit; [`GovError::InvariantBroken`] where nothing there limits spending.
    pub fn charge(&mut self, place: usize, amount: u64, now: UnixSeconds) -> Result<Charge> {
        let slot = self.slots.get_mut(place).ok_or(GovError::InvariantBroken)?;
        let guardrail = slot.guardrail()?.ok_or(GovError::InvariantBroken)?;
        let deed = guardrail.payment(amount).ok_or(GovError::InvariantBroken)?;
        slot.set_spending(guardrail.with(deed, slot.spending(), now).map_err(GovError::from)?);
        Ok(Charge { principle_id: slot.principle_id, amount })
    }

    /// Takes the number of a change.
    ///
    /// # Errors
    /// [`GovError::Overflow`] after 2^64 changes.
    pub fn count_change(&mut self) -> Result<()> {
        self.changes = self.changes.checked_add(1).ok_or(GovError::Overflow)?;
        Ok(())
    }

    /// What the guardrails ask of every execution, so that the constitution can say it without this account.
    ///
    /// # Errors
    /// [`GovError::AccountCorrupt`] where the bytes have no meaning.
    pub fn summary(&self) -> Result<Summary> {
        let mut summary = Summary::default();
        for slot in &self.slots {
            if let Some(guardrail) = slot.guardrail()? {
                summary = summary.with(&guardrail);
            }
        }
        Ok(summary)
    }
}
