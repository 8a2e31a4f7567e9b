//! What the program would refuse of changes of parameters and of the veto body.

use quantumagi_interface::accounts::{Constitution, Roster};
use quantumagi_interface::pda;
use quantumagi_rules::parameters::{ChangeError, ParameterChange};
use quantumagi_rules::settings::Settings;
use quantumagi_rules::veto::MAX_VETO_MEMBERS;

use super::{CheckError, usable};

/// Whether a change of parameters replaces those in force by others that keep the bounds.
///
/// # Errors
/// [`CheckError::ParametersNotInForce`], [`CheckError::NothingAmended`], [`CheckError::Parameter`].
pub fn change(constitution: &Constitution, change: &ParameterChange) -> Result<(), CheckError> {
    if constitution.parameters(change.track) != change.before {
        return Err(CheckError::ParametersNotInForce);
    }
    change.check().map_err(|error| match error {
        ChangeError::Nothing => CheckError::NothingAmended,
        ChangeError::OutOfBounds(error) => CheckError::Parameter(error),
    })
}

/// Whether a roster of this constitution can be its veto body.
///
/// # Errors
/// [`CheckError::RosterNotUsable`], [`CheckError::VetoBodyTooLarge`], [`CheckError::VetoBodyIsElectorate`].
pub fn veto_body(constitution: &Constitution, roster: &Roster) -> Result<(), CheckError> {
    usable(roster)?;
    let Roster { version, count, .. } = *roster;
    if count > MAX_VETO_MEMBERS {
        return Err(CheckError::VetoBodyTooLarge { version, count });
    }
    if constitution.electorate == pda::roster(&roster.constitution, version) {
        return Err(CheckError::VetoBodyIsElectorate { version });
    }
    Ok(())
}

/// Whether settings make sense.
///
/// # Errors
/// [`CheckError::Settings`].
pub fn settings(settings: &Settings) -> Result<(), CheckError> {
    settings.check().map_err(CheckError::Settings)
}
