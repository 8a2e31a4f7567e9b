//! What the guardrails would refuse, with the guardrail, its principle and both values.

use quantumagi_interface::accounts::{Constitution, Guardrails};
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::action::Action;
use quantumagi_rules::guardrail::{Breach, Deed, Guardrail, Proposed, Spending};
use quantumagi_rules::parameters::Track;

use super::CheckError;
use crate::error::Result;

/// Whether the guardrails let this be proposed.
///
/// # Errors
/// [`CheckError::Guardrail`] with the first that does not.
pub fn proposed(guardrails: &Guardrails, proposed: &Proposed<'_>) -> Result<()> {
    check(guardrails, |guardrail, _| proposed.check(guardrail))
}

/// Whether the guardrails let this be executed at `now`, `proposed.opens_at`: as [`proposed`], and with what was spent
/// lately. What a called program will take from the vault is known only when it has.
///
/// # Errors
/// [`CheckError::Guardrail`] with the first that does not.
pub fn executed(guardrails: &Guardrails, proposed: &Proposed<'_>, now: UnixSeconds) -> Result<()> {
    check(guardrails, |guardrail, spending| {
        proposed.check(guardrail)?;
        let Action::TransferLamports { lamports, .. } = *proposed.action else { return Ok(()) };
        guardrail.with(Deed::PayLamports { lamports }, spending, now).map(|_| ())
    })
}

/// Whether a guardrail can be bound: it makes sense, and the parameters in force keep it.
///
/// # Errors
/// [`CheckError::GuardrailNumber`]; [`CheckError::Guardrail`] where a track breaks it.
pub fn settable(
    constitution: &Constitution,
    principle_id: u32,
    guardrail: &Guardrail,
) -> std::result::Result<(), CheckError> {
    guardrail.check().map_err(CheckError::GuardrailNumber)?;
    Track::ALL.into_iter().try_for_each(|track| {
        let parameters = &constitution.parameters(track);
        let kept = guardrail.check_proposed(Deed::SetParameters { track, parameters });
        kept.map_err(|breach| broken(principle_id, *guardrail, breach))
    })
}

fn broken(principle_id: u32, guardrail: Guardrail, breach: Breach) -> CheckError {
    CheckError::Guardrail { principle_id, guardrail: Box::new(guardrail), breach: Box::new(breach) }
}

fn check(
    guardrails: &Guardrails,
    breach: impl Fn(&Guardrail, Spending) -> std::result::Result<(), Breach>,
) -> Result<()> {
    for it in guardrails.in_force()? {
        breach(&it.guardrail, it.spending).map_err(|breach| broken(it.principle_id, it.guardrail, breach))?;
    }
    Ok(())
}
