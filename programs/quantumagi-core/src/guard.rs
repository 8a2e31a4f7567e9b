//! What guardrails have to say about an execution, and what it really took from the vault.

use core::ops::Deref;

use anchor_lang::prelude::*;
use quantumagi_rules::{
    action::Action,
    guardrail::{Breach, Deed, Guardrail, Proposed, MAX_GUARDRAILS},
    UnixSeconds,
};

extern crate alloc;
use alloc::vec::Vec;

use crate::{
    error::GovError,
    events::SpendingCounted,
    holdings::tokens_of,
    state::{Constitution, Guardrails, Proposal},
};

/// The guardrails in force, where there are any; never `None` because nobody passed them.
///
/// # Errors
/// [`GovError::GuardrailsMissing`]; [`GovError::WrongConstitution`] for another's.
#[inline(never)]
pub fn in_force<T: Deref<Target = Account<Guardrails>>>(
    constitution: &Account<Constitution>,
    passed: Option<T>,
) -> Result<Option<T>> {
    let Some(passed) = passed else {
        require!(constitution.guardrails == 0, GovError::GuardrailsMissing);
        return Ok(None);
    };
    require!(passed.constitution == *constitution.address(), GovError::WrongConstitution);
    Ok((constitution.guardrails > 0).then_some(passed))
}

/// Whether every guardrail there is lets an action be proposed whose voting ends at `ends_at`.
///
/// # Errors
/// As [`in_force`]; what the first guardrail in the way says.
#[inline(never)]
pub fn check_proposed(
    constitution: &Account<Constitution>,
    passed: Option<&Account<Guardrails>>,
    action: &Action,
    ends_at: UnixSeconds,
) -> Result<()> {
    let Some(guardrails) = in_force(constitution, passed)? else { return Ok(()) };
    let parameters = constitution.parameters(action.track());
    let opens_at = ends_at.checked_add(parameters.cooloff_seconds);
    let opens_at = opens_at.and_then(|end| end.checked_add(parameters.timelock_seconds)).ok_or(GovError::Overflow)?;
    let timelock_seconds = parameters.timelock_seconds;
    let proposed = Proposed { action, vault: constitution.vault.as_array(), timelock_seconds, opens_at };
    guardrails.check_each(|guardrail| proposed.check(guardrail))
}

/// What the vault held before an execution, by guardrail; where it spends and nothing limits that, nothing.
pub struct Holdings {
    vault: AccountView,
    /// Accounts that the execution may write. Tokens elsewhere cannot leave.
    writable: Vec<AccountView>,
    held: [u64; MAX_GUARDRAILS],
}

impl Holdings {
    /// What the vault holds now. `accounts` are all those of the execution; the ones it cannot write are passed over.
    ///
    /// # Errors
    /// [`GovError::AccountCorrupt`] where the guardrails' bytes have no meaning.
    #[inline(never)]
    pub fn now(guardrails: &Guardrails, vault: &AccountView, accounts: &[AccountView]) -> Result<Self> {
        let writable = accounts.iter().filter(|account| account.is_writable()).copied().collect();
        let mut holdings = Self { vault: *vault, writable, held: [0; MAX_GUARDRAILS] };
        holdings.held = holdings.measure(guardrails)?;
        Ok(holdings)
    }

    fn measure(&self, guardrails: &Guardrails) -> Result<[u64; MAX_GUARDRAILS]> {
        let mut held = [0; MAX_GUARDRAILS];
        for (held, slot) in held.iter_mut().zip(&guardrails.slots) {
            *held = match slot.guardrail()? {
                Some(Guardrail::LamportsPerWindow { .. }) => self.vault.lamports(),
                Some(Guardrail::TokensPerWindow { mint, .. }) => {
                    tokens_of(&mint, self.vault.address(), &self.writable)?
                }
                None
                | Some(
                    Guardrail::ForbiddenProgram { .. }
                    | Guardrail::RequiredDelay { .. }
                    | Guardrail::ParameterRange { .. }
                    | Guardrail::PolicySunset { .. }
                    | Guardrail::NeverWritable { .. },
                ) => 0,
            };
        }
        Ok(held)
    }

    /// Counts what left since against every guardrail, and tells.
    ///
    /// # Errors
    /// [`GovError::GuardrailSpending`] over a limit: the whole transaction is then undone.
    #[inline(never)]
    pub fn settle(
        &self,
        guardrails: &mut Guardrails,
        proposal: &mut Account<Proposal>,
        now: UnixSeconds,
    ) -> Result<()> {
        let mut charges = Vec::new();
        for (place, (before, after)) in self.held.iter().zip(self.measure(guardrails)?).enumerate() {
            // What came in is no licence to spend: only what left is counted, execution by execution.
            let amount = before.saturating_sub(after);
            if amount > 0 {
                charges.push(guardrails.charge(place, amount, now)?);
            }
        }
        if charges.is_empty() {
            return Ok(());
        }
        let (address, change) = (*proposal.address(), guardrails.changes);
        guardrails.count_change()?;
        let event =
            SpendingCounted { proposal: address, sequence: proposal.chain.sequence, at: now.0, change, charges };
        proposal.chain.record(&event)
    }
}

/// An execution under the eyes of the guardrails, where there are any: what may not be done is refused before it, and what
/// has left is counted after it.
pub struct Guarded<'a>(Option<(&'a mut Account<Guardrails>, Holdings)>);

impl<'a> Guarded<'a> {
    /// Asks about everything that is about to be done, and notes what the vault holds. `accounts` are all those of the
    /// execution.
    ///
    /// # Errors
    /// As [`in_force`]; what the first guardrail in the way says.
    #[inline(never)]
    pub fn begin(
        constitution: &Account<Constitution>,
        passed: Option<&'a mut Account<Guardrails>>,
        vault: &AccountView,
        accounts: &[AccountView],
        deeds: &[Deed],
    ) -> Result<Self> {
        let Some(guardrails) = in_force(constitution, passed)? else { return Ok(Self(None)) };
        for deed in deeds {
            guardrails.check_each(|guardrail| guardrail.check_proposed(*deed))?;
        }
        let before = Holdings::now(guardrails, vault, accounts)?;
        Ok(Self(Some((guardrails, before))))
    }

    /// Counts what left.
    ///
    /// # Errors
    /// As [`Holdings::settle`].
    pub fn settle(self, proposal: &mut Account<Proposal>, now: UnixSeconds) -> Result<()> {
        let Some((guardrails, before)) = self.0 else { return Ok(()) };
        before.settle(guardrails, proposal, now)
    }
}

impl From<Breach> for GovError {
    fn from(breach: Breach) -> Self {
        match breach {
            Breach::OverLimit { .. } => Self::GuardrailSpending,
            Breach::ForbiddenProgram { .. } => Self::GuardrailProgram,
            Breach::DelayTooShort { .. } => Self::GuardrailDelay,
            Breach::ParameterOutside { .. } => Self::GuardrailParameter,
            Breach::SunsetTooLate { .. } => Self::GuardrailSunset,
            Breach::NeverWritable { .. } => Self::GuardrailWrite,
        }
    }
}
