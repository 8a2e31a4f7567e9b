//! A constitution and its proposals, carried out side by side in the order of execution.

use std::collections::HashMap;

use quantumagi_interface::accounts::{Constitution, Policy, Principle};
use quantumagi_interface::events::Event;
use quantumagi_interface::{Address, pda};

use super::super::Chain;
use super::super::replay::constitution::Replaying;
use super::super::replay::guardrails::spent;
use super::super::replay::{Contradiction, ProposalRecord, Replayed, RosterRecord};
use crate::history::EventHeader;

/// What the events so far lead to.
#[derive(Clone)]
pub(super) struct Live {
    pub(super) address: Address,
    /// `None` before the founding.
    replaying: Option<Replaying>,
    /// Ids of the principles by address.
    principles: HashMap<Address, u32>,
    /// Ids of the policies by address.
    policies: HashMap<Address, u64>,
    /// Who proposes, by the address of the count of their proposals.
    proposers: HashMap<Address, Address>,
}

impl Live {
    pub(super) fn new(address: Address) -> Self {
        Self {
            address,
            replaying: None,
            principles: HashMap::new(),
            policies: HashMap::new(),
            proposers: HashMap::new(),
        }
    }

    pub(super) fn constitution(&self) -> Option<&Constitution> {
        self.state().map(|state| &state.constitution)
    }

    pub(super) fn state(&self) -> Option<&Replayed> {
        self.replaying.as_ref().map(|replaying| &replaying.state)
    }

    pub(super) fn proposal(&self, address: &Address) -> Option<&ProposalRecord> {
        self.replaying.as_ref()?.proposal(address)
    }

    pub(super) fn roster(&self, address: &Address) -> Option<&RosterRecord> {
        self.replaying.as_ref()?.roster_at(address)
    }

    /// The principle at this address.
    pub(super) fn principle(&self, address: &Address) -> Option<&Principle> {
        self.state()?.principles.get(self.principles.get(address)?)
    }

    /// The policy at this address.
    pub(super) fn policy(&self, address: &Address) -> Option<&Policy> {
        self.state()?.policies.get(self.policies.get(address)?).map(|record| &record.account)
    }

    /// The policy at this address, unless it was closed.
    pub(super) fn open_policy(&self, address: &Address) -> Option<&Policy> {
        let record = self.state()?.policies.get(self.policies.get(address)?);
        record.filter(|record| !record.is_closed).map(|record| &record.account)
    }

    /// Whose proposals the account at this address counts.
    pub(super) fn proposer_at(&self, address: &Address) -> Option<Address> {
        self.proposers.get(address).copied()
    }

    /// The chain of the constitution or of one of its proposals that this event belongs to, with its number there.
    pub(super) fn place_of(&self, bytes: &[u8]) -> Option<(Chain, u64)> {
        let header = EventHeader::read(bytes)?;
        let chain = if header.subject == self.address {
            Chain::Constitution(self.address)
        } else {
            self.proposal(&header.subject)?;
            Chain::Proposal(header.subject)
        };
        Some((chain, header.sequence))
    }

    /// The number of the next event of a chain.
    pub(super) fn next_number(&self, chain: Chain) -> u64 {
        match chain {
            Chain::Constitution(_) => self.constitution().map_or(0, |constitution| constitution.chain.sequence),
            Chain::Proposal(address) => self.proposal(&address).map_or(0, |record| record.account.chain.sequence),
        }
    }

    /// # Errors
    /// The [`Contradiction`] between this event and those before it.
    #[allow(clippy::wildcard_enum_match_arm, reason = "only these give an address to something")]
    pub(super) fn apply(&mut self, chain: Chain, event: &Event) -> Result<(), Contradiction> {
        match (&mut self.replaying, chain) {
            (None, _) => self.replaying = Some(Replaying::begin(self.address, event)?),
            (Some(replaying), Chain::Constitution(_)) => replaying.apply(event)?,
            (Some(replaying), Chain::Proposal(address)) => {
                replaying.apply_own(&address, event)?;
                spent(&mut replaying.state.guardrail_changes, event)?;
            }
        }
        match event {
            Event::PrincipleAdded(e) => {
                self.principles.insert(pda::principle(&self.address, e.principle_id), e.principle_id);
            }
            Event::PolicyAdopted(e) => {
                self.policies.insert(pda::policy(&self.address, e.policy_id), e.policy_id);
            }
            Event::ProposerOpened(e) => {
                self.proposers.insert(pda::proposer(&self.address, &e.owner), e.owner);
            }
            _ => {}
        }
        Ok(())
    }
}
