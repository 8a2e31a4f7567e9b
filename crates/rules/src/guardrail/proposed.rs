//! What an action is about to do, deed by deed, before it is proposed.

use super::{Breach, Deed, Guardrail};
use crate::{
    action::{Action, InvokeAccounts, LOADER_UPGRADEABLE},
    Address, UnixSeconds,
};

/// An action as it would be proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proposed<'a> {
    /// The action.
    pub action: &'a Action<'a>,
    /// The constitution's vault, which every payment writes.
    pub vault: &'a Address,
    /// The timelock that the proposal would freeze, in seconds.
    pub timelock_seconds: u32,
    /// The first second in which it could be executed.
    pub opens_at: UnixSeconds,
}

impl Proposed<'_> {
    /// Whether a guardrail lets this be proposed.
    ///
    /// # Errors
    /// The first [`Breach`].
    pub fn check(&self, guardrail: &Guardrail) -> Result<(), Breach> {
        let track = self.action.track();
        guardrail.check_proposed(Deed::Wait { track, seconds: self.timelock_seconds })?;
        match self.action {
            Action::PolicyAdopt { sunset_at, .. } | Action::PolicyAmend { sunset_at, .. } => {
                guardrail.check_proposed(Deed::SetSunset { sunset_at: *sunset_at, from: self.opens_at })
            }
            Action::TransferLamports { recipient, lamports } => {
                guardrail.check_proposed(Deed::Write { account: self.vault })?;
                guardrail.check_proposed(Deed::Write { account: recipient })?;
                guardrail.check_proposed(Deed::PayLamports { lamports: *lamports })
            }
            Action::Invoke { program, accounts, .. } => {
                guardrail.check_proposed(Deed::Call { program, accounts: *accounts })
            }
            Action::InvokeSeries { steps } => {
                for step in steps.iter() {
                    guardrail.check_proposed(Deed::Call { program: &step.program, accounts: step.accounts })?;
                }
                Ok(())
            }
            Action::TransferTokens { mint, recipient, amount } => {
                guardrail.check_proposed(Deed::Write { account: recipient })?;
                guardrail.check_proposed(Deed::PayTokens { mint, amount: *amount })
            }
            Action::ProgramUpgrade { program, buffer, spill, .. } => {
                // The loader is called, and it writes these.
                let called = InvokeAccounts::default();
                guardrail.check_proposed(Deed::Call { program: &LOADER_UPGRADEABLE, accounts: called })?;
                for account in [program, buffer, spill] {
                    guardrail.check_proposed(Deed::Write { account })?;
                }
                Ok(())
            }
            Action::ParametersAmend(change) => {
                guardrail.check_proposed(Deed::SetParameters { track: change.track, parameters: &change.after })
            }
            // Named one by one, so that whoever adds an action decides what guardrails have to say about it.
            Action::PolicyRepeal { .. }
            | Action::ConstitutionAmend { .. }
            | Action::PrincipleAdd { .. }
            | Action::PrincipleAmend { .. }
            | Action::PrincipleRetire { .. }
            | Action::RosterAdopt { .. }
            | Action::ElectorateAdopt { .. }
            | Action::VetoBodyAdopt { .. }
            | Action::SettingsAmend(_)
            | Action::GuardiansAdopt { .. }
            | Action::EmergencyRatify { .. }
            | Action::EmergencyEnd { .. }
            | Action::GuardiansRemove
            | Action::GuardrailSet { .. }
            | Action::GuardrailClear { .. } => Ok(()),
        }
    }
}
