//! Who has a say in a proposal besides its voters, and what its proposer puts down: frozen when it is created.

use anchor_lang::prelude::*;
use anchor_lang::system_program;
use quantumagi_rules::{
    action::Action, approval::ApprovalRule, attestation::unattested_threshold, parameters::TrackParameters,
};

use crate::{
    error::GovError,
    state::{Bound, Constitution, Proposal, Roster},
};

/// Freezes the veto body into a proposal that it has a say about, and keeps its roster until the proposal is closed.
///
/// # Errors
/// [`GovError::WrongVetoBody`] unless the body's roster is passed exactly where it has a say.
#[inline(never)]
pub fn bind_veto_body(
    proposal: &mut Proposal,
    constitution: &Constitution,
    roster: Option<&mut Account<Roster>>,
    action: &Action,
    parameters: &TrackParameters,
) -> Result<()> {
    let has_body = constitution.veto_roster != Address::default();
    let has_say = has_body && parameters.veto_bps > 0 && action.can_be_vetoed();
    match roster {
        None => {
            require!(!has_say, GovError::WrongVetoBody);
            Ok(())
        }
        Some(roster) => {
            let is_body = has_say && *roster.address() == constitution.veto_roster;
            require!(is_body, GovError::WrongVetoBody);
            proposal.veto_roster = constitution.veto_roster;
            proposal.veto_total = roster.total_weight;
            proposal.veto_bps = parameters.veto_bps;
            roster.bind()
        }
    }
}

/// Lets go of the veto body when the proposal is closed.
///
/// # Errors
/// [`GovError::WrongVetoBody`] unless the roster that the proposal froze is passed, and none where it froze none.
#[inline(never)]
pub fn unbind_veto_body(proposal: &Proposal, roster: Option<&mut Account<Roster>>) -> Result<()> {
    let passed = roster.as_ref().map_or(Address::default(), |roster| *roster.address());
    require!(passed == proposal.veto_roster, GovError::WrongVetoBody);
    roster.map_or(Ok(()), |roster| roster.unbind())
}

/// Freezes the attestor, the mark and what it takes without a score, where `rule` is what it takes with one.
pub fn freeze_attestor(
    proposal: &mut Proposal,
    constitution: &Constitution,
    action: &Action,
    rule: ApprovalRule,
    parameters: &TrackParameters,
) {
    if constitution.attestor != Address::default() && action.can_be_attested() {
        proposal.attestor = constitution.attestor;
        proposal.attestation_mark = constitution.attestation_mark;
        proposal.unattested_threshold_bps = unattested_threshold(rule, parameters).0;
    }
}

/// Takes the deposit against spam from the proposer, on top of the rent.
///
/// # Errors
/// Whatever the System program refuses: too few lamports.
#[inline(never)]
pub fn take_deposit(proposer: &mut Signer, proposal: &mut Account<Proposal>, lamports: u32) -> Result<()> {
    let lamports = u64::from(lamports);
    proposal.deposit_lamports = lamports;
    if lamports == 0 {
        return Ok(());
    }
    let accounts = system_program::Transfer { from: proposer.cpi_handle_mut(), to: proposal.cpi_handle_mut() };
    system_program::transfer(CpiContext::new(&system_program::ID, accounts), lamports)
}
