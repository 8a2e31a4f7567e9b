//! Proposals' own chains, carried out beside the constitution's.

use quantumagi_interface::Address;
use quantumagi_interface::events::Event;

use super::constitution::Replaying;
use super::{Contradiction, ProposalRecord, RosterRecord, electors, proposal, unexpected};

impl Replaying {
    /// Carries out an event of a proposal's own chain.
    ///
    /// # Errors
    /// The [`Contradiction`] between this event and those before it.
    pub(in super::super) fn apply_own(&mut self, address: &Address, event: &Event) -> Result<(), Contradiction> {
        let record = self.ids.get(address).and_then(|id| self.state.proposals.get_mut(id));
        let record = record.ok_or_else(|| unexpected(event))?;
        let roster = self.versions.get(&record.account.electorate).and_then(|version| self.state.rosters.get(version));
        let members = roster.map(|roster| roster.members.as_slice());
        electors(members, &mut self.depositors, &mut self.state.snapshots, record, event)?;
        self.state.snapshots.follow(record, event)?;
        let vetoes = self.versions.get(&record.account.veto_roster).and_then(|version| self.state.rosters.get(version));
        proposal::apply(record, vetoes.map_or(&[], |roster| roster.members.as_slice()), event)
    }

    /// The proposal at this address.
    pub(in super::super) fn proposal(&self, address: &Address) -> Option<&ProposalRecord> {
        self.ids.get(address).and_then(|id| self.state.proposals.get(id))
    }

    /// The roster at this address.
    pub(in super::super) fn roster_at(&self, address: &Address) -> Option<&RosterRecord> {
        self.versions.get(address).and_then(|version| self.state.rosters.get(version))
    }
}
