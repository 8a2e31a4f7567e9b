//! Lists of accounts that more than one instruction of the emergency powers takes.

use anchor_lang::prelude::*;
use quantumagi_rules::{
    action::Action,
    emergency::course::{self, Outcome},
    UnixSeconds,
};

// All of it: a nested list of accounts brings generated modules of its own.
use super::shared::*;
use crate::{
    effect::Effect,
    error::GovError,
    mandate::{execute, Mandate},
    signing::check_signed_now,
    state::{Constitution, EmergencyAction, Guardians, Proposal},
};

/// Guardians to adopt or remove.
#[derive(Accounts)]
pub struct GuardiansChange {
    pub mandated: Nested<Mandated>,
    /// The guardians of this constitution.
    #[account(mut, constraint = guardians.constitution == *mandated.constitution.address() @ GovError::WrongConstitution)]
    pub guardians: Account<Guardians>,
}

/// A guardian who signs now and here.
#[derive(Accounts)]
pub struct GuardianSigned {
    /// The guardian.
    pub guardian: Signer,
    #[account(mut)]
    pub constitution: Account<Constitution>,
    /// The guardians of this constitution.
    #[account(mut, constraint = guardians.constitution == *constitution.address() @ GovError::WrongConstitution)]
    pub guardians: Account<Guardians>,
    /// The transaction's instructions: none may make its nonce durable.
    pub transaction: Sysvar<SysvarInstructions>,
}

impl GuardianSigned {
    /// # Errors
    /// [`GovError::NotGuardian`], or as [`check_signed_now`].
    pub fn check(&self, index: u8) -> Result<()> {
        check_signed_now(&self.transaction)?;
        self.guardians.check_guardian(index, self.guardian.address())
    }
}

/// An emergency act that a vote confirms or ends.
#[derive(Accounts)]
pub struct EmergencyVote {
    #[account(mut)]
    pub constitution: Account<Constitution>,
    /// The guardians of this constitution.
    #[account(mut, constraint = guardians.constitution == *constitution.address() @ GovError::WrongConstitution)]
    pub guardians: Account<Guardians>,
    /// The emergency act.
    #[account(mut, constraint = emergency.constitution == *constitution.address() @ GovError::WrongConstitution)]
    pub emergency: Account<EmergencyAction>,
    /// The policy or the proposal the act is about; none for a pause.
    #[account(mut)]
    pub target: Option<UncheckedAccount>,
    /// The approved proposal that orders this.
    #[account(mut)]
    pub proposal: Account<Proposal>,
}

impl EmergencyVote {
    /// Checks that the step is due and ordered, spends the proposal that orders it, and writes the outcome.
    ///
    /// # Errors
    /// The refusal of the act's table, or as [`crate::mandate::execute`].
    pub fn order(
        &mut self,
        step: course::Step,
        outcome: Outcome,
        action: impl Fn(u32) -> Action<'static>,
        now: UnixSeconds,
    ) -> Result<Mandate> {
        // The slot decides about approvals only, and no step of a vote comes before the last of them.
        self.emergency.check_step(step, 0, now)?;
        let mandate = execute(&mut self.proposal, &self.constitution, &action(self.emergency.id), now)?;
        self.emergency.outcome = outcome as u8;
        Ok(mandate)
    }

    /// Moves the end of the effect.
    ///
    /// # Errors
    /// As [`Effect::change`].
    pub fn change(&mut self, until: UnixSeconds, now: UnixSeconds) -> Result<i64> {
        let target = self.target.as_ref().map(|target| target.account());
        Effect { constitution: &mut self.constitution, emergency: &self.emergency, target, now }.change(until)
    }
}

/// An emergency act that anybody may move on.
#[derive(Accounts)]
pub struct EmergencyStep {
    #[account(mut)]
    pub constitution: Account<Constitution>,
    /// The emergency act.
    #[account(mut, constraint = emergency.constitution == *constitution.address() @ GovError::WrongConstitution)]
    pub emergency: Account<EmergencyAction>,
}
