//! The events that a call must have logged, from its accounts, its arguments, and what held before it.
//!
//! Nothing is decided here: the call went through. What it wrote follows, except for the time, which is a guess until
//! the chain of hashes confirms it.

mod community;
mod creation;
mod deposits;
mod emergency;
mod execution;
mod guardrails;
mod proposal;
mod snapshots;
mod tracks;

use quantumagi_interface::Address;
use quantumagi_interface::calls::Call;
use quantumagi_interface::events::{Event, ProposalExecuted};

use super::super::{Chain, Ledger};
use super::live::Live;

/// What a call is asked about.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) call: &'a Call,
    /// The accounts behind the declared ones.
    pub(super) rest: &'a [Address],
    /// The time it ran at, Unix seconds.
    pub(super) at: i64,
    /// The slot it ran in.
    pub(super) slot: u64,
    pub(super) hints: Hints<'a>,
}

/// What is in no instruction and in no event: read from the accounts that keep it, while they are there.
#[derive(Clone, Copy)]
pub(super) struct Hints<'a> {
    ledger: &'a Ledger,
}

impl<'a> Hints<'a> {
    pub(super) fn new(ledger: &'a Ledger) -> Self {
        Self { ledger }
    }

    /// Slot in which the program was deployed that a proposal calls first, or upgrades.
    fn deploy_slot(self, proposal_id: u64) -> Option<u64> {
        self.ledger.proposals.get(&proposal_id)?.as_ref().map(|proposal| proposal.deploy_slot)
    }

    /// What all weigh together that voted, or can vote, on a proposal.
    fn total_weight(self, proposal_id: u64) -> Option<u64> {
        self.ledger.proposals.get(&proposal_id)?.as_ref().map(|proposal| proposal.total_weight)
    }

    /// The bytes of a payload.
    fn payload(self, payload: &Address) -> Option<&'a [u8]> {
        self.ledger.payloads.get(payload).map(Vec::as_slice)
    }

    /// The decimals of a pool's mint.
    fn decimals(self, pool: &Address) -> Option<u8> {
        self.ledger.pools.get(pool)?.as_ref().map(|pool| pool.decimals)
    }
}

/// Events in the order in which they are logged, each with its chain. `None` where they do not follow from what is known.
pub(super) type Logged = Option<Vec<(Chain, Event)>>;

/// The events of this constitution and of its proposals. A call about another constitution has none.
#[allow(clippy::wildcard_enum_match_arm, reason = "the families divide the calls among themselves")]
pub(super) fn expected(live: &Live, asked: Asked<'_>) -> Logged {
    match asked.call {
        // In no chain, or not told at all.
        Call::TextPublish { .. }
        | Call::PayloadCreate { .. }
        | Call::PayloadWrite { .. }
        | Call::PayloadClose { .. }
        | Call::PolicyAuthorize { .. } => Some(Vec::new()),
        Call::ProposalCreate { accounts, args } => creation::proposed(live, asked, accounts, args),
        Call::BallotPageOpen { .. }
        | Call::BallotPageClose { .. }
        | Call::ProposalVote { .. }
        | Call::DepositVote { .. }
        | Call::ProposalVeto { .. }
        | Call::ProposalAttest { .. }
        | Call::ProposalFinalize { .. }
        | Call::ProposalCancel { .. }
        | Call::ProposalExpire { .. }
        | Call::SnapshotVote { .. }
        | Call::SnapshotPublish { .. }
        | Call::SnapshotReview { .. }
        | Call::SnapshotBind { .. } => proposal::stepped(live, asked),
        Call::ProposalExecute { .. }
        | Call::VaultTransfer { .. }
        | Call::VaultTransferTokens { .. }
        | Call::ProgramUpgrade { .. } => execution::executed(live, asked),
        _ => community::changed(live, asked),
    }
}

/// The spending of the proposal that orders a change; nothing for the founder.
fn spent(live: &Live, proposal: Option<Address>, at: i64) -> Logged {
    let Some(proposal) = proposal else { return Some(Vec::new()) };
    let account = &live.proposal(&proposal)?.account;
    let (sequence, digest) = (account.chain.sequence, account.execution_digest);
    let event = Event::ProposalExecuted(ProposalExecuted { proposal, sequence, at, digest });
    Some(vec![(Chain::Proposal(proposal), event)])
}
