//! The programs that a proposal will call or upgrade: that it may, and the code that they are (X2, X6).

use anchor_lang::prelude::*;
use quantumagi_rules::{
    action::{Action, Surroundings},
    digest::{execution_digest_of_bytes, pending_digests, ExecutionContext},
    Hash,
};

extern crate alloc;
use alloc::vec::Vec;

use crate::{
    error::GovError,
    program_pin::{check_call, deploy_slot, upgradeable, OWN_CODE},
    state::{Constitution, SolSha256},
};

/// What creation learns about the programs that an action calls or upgrades.
#[derive(Default)]
pub struct Calls {
    /// Slot of the last deployment of each called program, in order; 0 for code that cannot change.
    pub slots: Vec<u64>,
    /// Slot of the last deployment of the program to upgrade; 0 where none is.
    pub upgraded_slot: u64,
    /// Whether this program's own code could change: whoever replaces it replaces every rule there is.
    pub touch_own_code: bool,
}

/// The accounts that show what an action calls.
pub struct CalledAccounts<'a> {
    /// The proposal's constitution.
    pub constitution: &'a Account<Constitution>,
    /// The proposal's own address.
    pub proposal: &'a Address,
    /// The program of a single call.
    pub subject: Option<&'a AccountView>,
    /// The account with its code, where it can be upgraded.
    pub program_data: Option<&'a AccountView>,
    /// For each call of a series and for an upgrade, in order: the program and the account with its code, or the program
    /// again where it cannot be upgraded.
    pub programs: &'a [AccountView],
}

impl CalledAccounts<'_> {
    /// Checks every call of `action`, or the upgrade that it is.
    ///
    /// # Errors
    /// [`GovError::WrongSubject`] for other accounts; what [`check_call`], [`deploy_slot`] and [`upgradeable`] refuse.
    #[inline(never)]
    pub fn pin(&self, action: &Action) -> Result<Calls> {
        let is_single = matches!(action, Action::Invoke { .. });
        require!(is_single || self.program_data.is_none(), GovError::WrongSubject);
        let single =
            self.subject.filter(|_| is_single).map(|program| [*program, *self.program_data.unwrap_or(program)]);
        let mut pairs = single.as_ref().map_or(self.programs, |pair| pair.as_slice()).chunks_exact(2);
        let around = Surroundings {
            governance: crate::ID.as_array(),
            code: OWN_CODE.as_array(),
            vault: self.constitution.vault.as_array(),
            constitution: self.constitution.address().as_array(),
            proposal: self.proposal.as_array(),
        };
        let mut calls = Calls::default();
        for invocation in action.invocations() {
            calls.touch_own_code |= check_call(&invocation, &around)?;
            let (program, data) = next_of(&mut pairs, &invocation.program)?;
            calls.slots.push(deploy_slot(program, Some(data))?);
        }
        if let Action::ProgramUpgrade { program: upgraded, .. } = action {
            let (program, data) = next_of(&mut pairs, upgraded)?;
            calls.upgraded_slot = upgradeable(program, data, &self.constitution.vault)?;
            calls.touch_own_code = *program.address() == crate::ID;
        }
        let is_all = pairs.next().is_none() && pairs.remainder().is_empty();
        require!(is_all, GovError::WrongSubject);
        Ok(calls)
    }
}

impl Calls {
    /// What is voted on. `bytes` are the action's; one that calls no program is hashed as it stands.
    ///
    /// # Errors
    /// [`GovError::InvariantBroken`] where there are not as many slots as calls.
    #[inline(never)]
    pub fn digest(&self, context: &ExecutionContext, action: &Action, bytes: &[u8]) -> Result<Hash> {
        if self.slots.is_empty() {
            return Ok(execution_digest_of_bytes::<SolSha256>(context, bytes));
        }
        let pending = pending_digests::<SolSha256>(context, action, &self.slots);
        pending.and_then(|pending| pending.first().copied()).ok_or_else(|| GovError::InvariantBroken.into())
    }
}

/// The accounts behind the declared ones of a creation: the cited principles, and two for each program of a series or an
/// upgrade.
///
/// # Errors
/// [`GovError::WrongSubject`] where there are too few.
pub fn split_behind<'a>(action: &Action, behind: &'a [AccountView]) -> Result<(&'a [AccountView], &'a [AccountView])> {
    let n_behind = action.programs_behind().saturating_mul(2);
    let n_cited = behind.len().checked_sub(n_behind).ok_or(GovError::WrongSubject)?;
    Ok(behind.split_at(n_cited))
}

/// The next program, which must be this one, and the account with its code.
fn next_of<'a>(
    pairs: &mut core::slice::ChunksExact<'a, AccountView>,
    program: &[u8; 32],
) -> Result<(&'a AccountView, &'a AccountView)> {
    let Some([next, data]) = pairs.next() else { return Err(GovError::WrongSubject.into()) };
    require!(next.address().as_array() == program, GovError::WrongSubject);
    Ok((next, data))
}
