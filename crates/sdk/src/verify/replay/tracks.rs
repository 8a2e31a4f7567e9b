//! Events of what decides besides the voters, carried out again: parameters, veto body, attestor.

use quantumagi_interface::Address;
use quantumagi_interface::accounts::Proposal;
use quantumagi_interface::events::{
    Event, ParametersAmended, ProposalAttested, ProposalVetoed, SettingsAmended, VetoBodyAdopted,
};
use quantumagi_interface::types::Member;
use quantumagi_rules::action::Action;
use quantumagi_rules::attestation::is_score;
use quantumagi_rules::lifecycle::Status;
use quantumagi_rules::parameters::{ParameterChange, Track};
use quantumagi_rules::settings::Settings;
use quantumagi_rules::veto::{is_vetoed, with_ballot};
use quantumagi_rules::{Bps, Weight};

use super::constitution::Replaying;
use super::{Contradiction, check_hash, check_number, unexpected};

impl Replaying {
    pub(super) fn parameters_amended(&mut self, e: &ParametersAmended, event: &Event) -> Result<(), Contradiction> {
        let track = Track::from_u8(e.track).ok_or_else(|| unexpected(event))?;
        let before = self.state.constitution.parameters(track);
        let change = ParameterChange { track, before, after: e.parameters.into() };
        change.check().map_err(|_| unexpected(event))?;
        self.ordered(e.mandate, &Action::ParametersAmend(change))?;
        let tracks = &mut self.state.constitution.tracks;
        *tracks.get_mut(usize::from(e.track)).ok_or_else(|| unexpected(event))? = e.parameters;
        Ok(())
    }

    pub(super) fn veto_body_adopted(&mut self, e: &VetoBodyAdopted, event: &Event) -> Result<(), Contradiction> {
        if e.version == 0 {
            check_number("total weight", e.total_weight, 0u64)?;
        } else {
            let roster = &self.roster(&e.roster, event)?.account;
            check_number("version of the roster", e.version, roster.version)?;
            check_number("total weight", e.total_weight, roster.total_weight)?;
            check_hash("hash of the members", e.members_hash, roster.members_hash)?;
        }
        let (roster_version, members_hash) = (e.version, e.members_hash);
        self.ordered(e.mandate, &Action::VetoBodyAdopt { roster_version, members_hash })?;
        self.state.constitution.veto_roster = if e.version == 0 { Address::default() } else { e.roster };
        Ok(())
    }

    pub(super) fn settings_amended(&mut self, e: &SettingsAmended, event: &Event) -> Result<(), Contradiction> {
        let SettingsAmended { attestor, attestation_mark, max_open_proposals, .. } = *e;
        let settings = Settings { attestor: attestor.to_bytes(), attestation_mark, max_open_proposals };
        settings.check().map_err(|_| unexpected(event))?;
        self.ordered(e.mandate, &Action::SettingsAmend(settings))?;
        let constitution = &mut self.state.constitution;
        (constitution.attestor, constitution.attestation_mark) = (attestor, attestation_mark);
        constitution.max_open_proposals = max_open_proposals;
        Ok(())
    }
}

/// A ballot of the veto body, whose members are `members`.
pub(super) fn vetoed(
    account: &mut Proposal,
    members: &[Member],
    e: &ProposalVetoed,
    event: &Event,
) -> Result<(), Contradiction> {
    let can_be = [Status::Open, Status::Succeeded].iter().any(|status| account.status == *status as u8);
    if !can_be {
        return Err(unexpected(event));
    }
    let (index, voter, weight) = (e.member_index, e.member, e.weight);
    if members.get(index as usize) != Some(&Member { voter, weight }) {
        return Err(Contradiction::NotTheMember { index, voter, weight });
    }
    let sum = with_ballot(&mut account.veto_ballots, index, Weight(account.veto_weight), Weight(weight));
    let sum = sum.map_err(|_| unexpected(event))?;
    check_number("weight for a veto", e.veto_weight, sum.0)?;
    account.veto_weight = sum.0;
    if is_vetoed(sum, Weight(account.veto_total), Bps(account.veto_bps)) {
        account.status = Status::Vetoed as u8;
    }
    check_number("status of the proposal", e.status, account.status)?;
    account.updated_at = e.at;
    Ok(())
}

/// The attestor's score.
pub(super) fn attested(account: &mut Proposal, e: &ProposalAttested, event: &Event) -> Result<(), Contradiction> {
    let is_due = account.status == Status::Open as u8 && account.is_attested == 0 && account.attestation().is_some();
    if !is_due || e.attestor != account.attestor || !is_score(e.score) {
        return Err(unexpected(event));
    }
    (account.is_attested, account.attestation_score, account.attestation_hash) = (1, e.score, e.report_hash);
    account.updated_at = e.at;
    Ok(())
}
