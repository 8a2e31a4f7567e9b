//! Proving a constitution's whole history from the network alone.
//!
//! [`verify_chain`] proves that events are complete and unaltered. [`replay`] carries them out again by the rules and
//! arrives at the accounts. [`Ledger`] fetches what both need. No endpoint is believed: one that leaves out or alters an
//! event is found out by the hash in the account, and one that alters the account, too, by any other endpoint.

mod chain;
mod compare;
mod ledger;
mod rebuild;
mod replay;

use std::collections::BTreeMap;

use quantumagi_interface::events::Event;
use quantumagi_interface::{Address, pda};

pub use chain::{Chain, ChainBreak, ChainHead, Report, verify_chain, verify_chain_through};
pub use compare::{Deviation, Difference};
pub use ledger::{Ledger, LedgerError, SnapshotAccounts};
pub use rebuild::{Line, Recovered, Stuck};
pub use replay::{
    Contradiction, GuardrailChange, ProposalRecord, Record, ReplayBreak, Replayed, RosterRecord, Snapshots, replay,
};

use crate::history::{Gap, RawEvent};

/// What could be proved about a constitution, and what could not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// The constitution's chain against its account.
    pub constitution: Result<Report, ChainBreak>,
    /// Each proposal's chain, by id: against its account while there is one, against the event that closed it later.
    pub proposals: BTreeMap<u64, Result<Report, ChainBreak>>,
    /// Proposals whose account is gone although no event closed them.
    pub lost: Vec<u64>,
    /// What the events lead to; `None` where some are missing, because half a history leads nowhere. Where an event
    /// was altered, the hash tells only that; carrying the events out tells which, if it contradicts another one.
    pub replayed: Option<Result<Replayed, ReplayBreak>>,
    /// Accounts that are not what the events lead to.
    pub differences: Vec<Difference>,
    /// Transactions whose events are not all known. Harmless where every chain is whole, else probably the cause.
    pub gaps: Vec<Gap>,
    /// Events whose lines are lost or altered, and which their instructions tell.
    pub recovered: Vec<Recovered>,
    /// Where telling lost events from their instructions ended early.
    pub stuck: Option<Stuck>,
}

impl Verification {
    /// Whether everything is proved: every chain whole, every event in accord with those before it, every account what
    /// the events lead to. An altered line is no proof, even where the instructions tell what it was: the endpoint that
    /// gave it cannot be relied on for anything else.
    #[must_use]
    pub fn is_proved(&self) -> bool {
        let is_replayed = matches!(self.replayed, Some(Ok(_)));
        let are_whole = self.constitution.is_ok() && self.proposals.values().all(Result::is_ok);
        let is_unaltered = self.recovered.iter().all(|recovered| recovered.line == Line::Lost);
        are_whole && self.lost.is_empty() && is_replayed && self.differences.is_empty() && is_unaltered
    }

    /// Whether the history of this chain is whole and unaltered.
    #[must_use]
    pub fn is_whole(&self, chain: Chain) -> bool {
        let is_it = |proved: &Result<Report, ChainBreak>| proved.as_ref().is_ok_and(|report| report.chain == chain);
        is_it(&self.constitution) || self.proposals.values().any(is_it)
    }

    /// Events that are proved to be whole and unaltered. A proposal's creation is in two chains and counts once.
    #[must_use]
    pub fn events(&self) -> u64 {
        let own = |report: &Report| report.head.sequence.saturating_sub(1);
        let proposals: u64 = self.proposals.values().flatten().map(own).sum();
        proposals.saturating_add(self.constitution.as_ref().map_or(0, |report| report.head.sequence))
    }
}

/// Proves a ledger: every chain, then every event, then every account. Asks nobody.
///
/// Events whose lines are lost or altered are told from their instructions, and proved like the others.
#[must_use]
pub fn verify(ledger: &Ledger) -> Verification {
    let logged: Vec<&RawEvent> = ledger.history.events.iter().map(|event| &event.raw).collect();
    let verification = prove(ledger, &logged);
    if verification.is_proved() || ledger.history.traces.is_empty() {
        return verification;
    }
    rebuild::rebuilt(ledger, verification)
}

/// Proves a ledger with these events.
fn prove(ledger: &Ledger, given: &[&RawEvent]) -> Verification {
    let chain = Chain::Constitution(ledger.address);
    let head = ChainHead::from(ledger.constitution.chain);
    let events = chain.select(given.iter().copied(), head);
    let constitution = verify_chain(chain, &events, head);
    let closed = closing_heads(&events);
    let mut proposals = BTreeMap::new();
    let mut lost = Vec::new();
    let mut own_events = BTreeMap::new();
    for (id, account) in &ledger.proposals {
        let address = pda::proposal(&ledger.address, *id);
        let head = match (account, closed.get(&address)) {
            (Some(account), _) => ChainHead::from(account.chain),
            (None, Some(head)) => *head,
            (None, None) => {
                lost.push(*id);
                continue;
            }
        };
        let chain = Chain::Proposal(address);
        let events = chain.select(given.iter().copied(), head);
        proposals.insert(*id, verify_chain(chain, &events, head));
        own_events.insert(address, events);
    }
    let is_told = |proved: &Result<Report, ChainBreak>| matches!(proved, Ok(_) | Err(ChainBreak::Altered { .. }));
    let is_complete = lost.is_empty() && is_told(&constitution) && proposals.values().all(is_told);
    let replayed = is_complete.then(|| replay_raw(ledger.address, &events, &own_events));
    let differences = match &replayed {
        Some(Ok(replayed)) => replayed.differences(ledger),
        Some(Err(_)) | None => Vec::new(),
    };
    let (gaps, recovered, stuck) = (ledger.history.gaps.clone(), Vec::new(), None);
    Verification { constitution, proposals, lost, replayed, differences, gaps, recovered, stuck }
}

/// Where the chain of each proposal stood that was closed.
fn closing_heads(constitution: &[&RawEvent]) -> BTreeMap<Address, ChainHead> {
    let decoded = constitution.iter().filter_map(|event| Event::decode(&event.bytes).ok());
    decoded
        .filter_map(|event| {
            let Event::ProposalClosed(e) = event else { return None };
            Some((e.proposal, ChainHead { hash: e.final_hash, sequence: e.final_sequence }))
        })
        .collect()
}

/// [`replay`] of events as they were logged.
fn replay_raw(
    address: Address,
    constitution: &[&RawEvent],
    proposals: &BTreeMap<Address, Vec<&RawEvent>>,
) -> Result<Replayed, ReplayBreak> {
    let decode = |chain, events: &[&RawEvent]| -> Result<Vec<Event>, ReplayBreak> {
        let numbered = (0u64..).zip(events);
        let decoded = numbered.map(|(sequence, event)| {
            Event::decode(&event.bytes).map_err(|error| ReplayBreak {
                chain,
                sequence,
                contradiction: Box::new(Contradiction::Unreadable(error)),
            })
        });
        decoded.collect()
    };
    let constitution = decode(Chain::Constitution(address), constitution)?;
    let mut own = BTreeMap::new();
    for (proposal, events) in proposals {
        own.insert(*proposal, decode(Chain::Proposal(*proposal), events)?);
    }
    // The creation is carried out with the constitution's events.
    let own = own.iter().map(|(proposal, events)| (*proposal, events.iter().skip(1).collect())).collect();
    replay(address, &constitution.iter().collect::<Vec<_>>(), &own)
}
