//! Guardrails: reading them, asking them, and binding them before the seal.

use quantumagi_interface::accounts::{Constitution, Guardrails, Proposal};
use quantumagi_interface::{Address, pda};
use quantumagi_rpc::solana::Instruction;
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::action::Action;
use quantumagi_rules::guardrail::{Guardrail, Proposed};

use super::{AtSlot, Quantumagi};
use crate::builders;
use crate::check::{self, CheckError};
use crate::error::Result;

impl Quantumagi {
    /// The constitution's guardrails; `None` where their account was never opened.
    ///
    /// # Errors
    /// As [`Quantumagi::constitution`].
    pub async fn guardrails(&self, constitution: &Address) -> Result<Option<AtSlot<Guardrails>>> {
        let found = self.those_of("guardrails", &[pda::guardrails(constitution)], Guardrails::decode).await?;
        Ok(found.into_iter().flatten().next())
    }

    /// Opens the account of the guardrails; anybody may, once.
    ///
    /// # Errors
    /// [`CheckError::GuardrailsOpen`], and as [`Quantumagi::constitution`].
    pub async fn guardrails_open(&self, constitution: &Address, payer: &Address) -> Result<Instruction> {
        self.constitution(constitution).await?;
        match self.guardrails(constitution).await?.map(|read| read.value) {
            Some(_) => Err(CheckError::GuardrailsOpen)?,
            None => Ok(builders::guardrails_open(payer, constitution)),
        }
    }

    /// Binds a guardrail to a principle, by the founder before the seal; opens the guardrails' account where needed.
    ///
    /// # Errors
    /// As [`Quantumagi::principle_amend`]; [`CheckError::GuardrailNumber`], [`CheckError::Guardrail`] where the
    /// parameters in force break it.
    pub async fn guardrail_set(
        &self,
        constitution: &Address,
        founder: &Address,
        principle_id: u32,
        guardrail: &Guardrail,
    ) -> Result<Vec<Instruction>> {
        let (account, mandate) = self.founder_of(constitution, founder).await?;
        let principle = self.principle(constitution, principle_id).await?.value;
        check::principle(&principle, principle.version)?;
        check::guardrail::settable(&account, principle_id, guardrail)?;
        let open = self.guardrails(constitution).await?.map(|read| read.value).is_none();
        let open = open.then(|| builders::guardrails_open(founder, constitution));
        let set = builders::guardrail_set(constitution, &mandate, principle_id, principle.version, guardrail);
        Ok(open.into_iter().chain([set]).collect())
    }

    /// Takes a principle's guardrail away, by the founder before the seal.
    ///
    /// # Errors
    /// As [`Quantumagi::principle_amend`]; [`CheckError::GuardrailNotSet`].
    pub async fn guardrail_clear(&self, constitution: &Address, founder: &Address, id: u32) -> Result<Instruction> {
        let (_, mandate) = self.founder_of(constitution, founder).await?;
        let principle = self.principle(constitution, id).await?.value;
        check::principle(&principle, principle.version)?;
        if principle.has_guardrail == 0 {
            Err(CheckError::GuardrailNotSet { principle_id: id })?;
        }
        Ok(builders::guardrail_clear(constitution, &mandate, id, principle.version))
    }

    /// Whether a vote can bind a guardrail at all.
    pub(super) async fn check_guardrails_open(&self, constitution: &Address) -> Result<()> {
        match self.guardrails(constitution).await?.map(|read| read.value) {
            Some(_) => Ok(()),
            None => Err(CheckError::GuardrailsNotOpen)?,
        }
    }

    /// Whether the guardrails would let this action be proposed now.
    pub(super) async fn check_guardrails(
        &self,
        constitution: &Address,
        account: &Constitution,
        action: &Action<'_>,
    ) -> Result<()> {
        if account.guardrails == 0 {
            return Ok(());
        }
        let Some(guardrails) = self.guardrails(constitution).await?.map(|read| read.value) else { return Ok(()) };
        let parameters = account.parameters(action.track());
        let opens_at = parameters.voting_times(self.now().await?).and_then(|(_, ends_at)| {
            ends_at.checked_add(parameters.cooloff_seconds)?.checked_add(parameters.timelock_seconds)
        });
        let opens_at = opens_at.unwrap_or(UnixSeconds(i64::MAX));
        let (vault, timelock_seconds) = (account.vault.as_array(), parameters.timelock_seconds);
        check::guardrail::proposed(&guardrails, &Proposed { action, vault, timelock_seconds, opens_at })
    }

    /// Whether the guardrails would let an approved action be executed now.
    pub(super) async fn check_guardrails_now(
        &self,
        proposal: &Proposal,
        account: &Constitution,
        action: &Action<'_>,
    ) -> Result<()> {
        if account.guardrails == 0 {
            return Ok(());
        }
        let Some(guardrails) = self.guardrails(&proposal.constitution).await?.map(|read| read.value) else {
            return Ok(());
        };
        let now = self.now().await?;
        // What counts now is how long it has waited, not how long it promised to.
        let waited = u32::try_from(now.0.saturating_sub(proposal.ends_at).max(0)).unwrap_or(u32::MAX);
        let vault = account.vault.as_array();
        let proposed = Proposed { action, vault, timelock_seconds: waited, opens_at: now };
        check::guardrail::executed(&guardrails, &proposed, now)
    }
}
