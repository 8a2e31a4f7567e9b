//! What a proposal's own chain logs after its creation.

use quantumagi_interface::calls::Call;
use quantumagi_interface::events::{
    BallotPageClosed, BallotPageOpened, Event, ProposalCancelled, ProposalExpired, ProposalFinalized, ProposalVoted,
};
use quantumagi_interface::{Address, pda};
use quantumagi_rules::ballot::{Choice, pages_for};
use quantumagi_rules::lifecycle::Status;

use super::super::super::Chain;
use super::super::super::replay::ProposalRecord;
use super::super::super::replay::proposal::counted;
use super::super::live::Live;
use super::{Asked, Logged, snapshots, tracks};

/// The events of a call that moves a proposal on.
#[allow(clippy::wildcard_enum_match_arm, reason = "the caller passes on these calls only")]
pub(super) fn stepped(live: &Live, asked: Asked<'_>) -> Logged {
    let Asked { call, at, .. } = asked;
    match call {
        Call::BallotPageOpen { accounts, page } => own(live, accounts.proposal, |sequence, _| {
            let (proposal, page, payer) = (accounts.proposal, *page, accounts.payer);
            Some(Event::BallotPageOpened(BallotPageOpened { proposal, sequence, at, page, payer }))
        }),
        Call::BallotPageClose { accounts } => own(live, accounts.proposal, |sequence, record| {
            let (proposal, payer) = (accounts.proposal, accounts.payer);
            let mut pages = 0..pages_for(record.account.voters);
            let page = pages.find(|page| pda::ballot_page(&proposal, *page) == accounts.ballot_page)?;
            Some(Event::BallotPageClosed(BallotPageClosed { proposal, sequence, at, page, payer }))
        }),
        Call::ProposalVote { accounts, voter_index, choice } => own(live, accounts.proposal, |_, record| {
            let member = live.roster(&record.account.electorate)?.members.get(*voter_index as usize)?;
            let ballot = Ballot { voter: accounts.voter, index: *voter_index, weight: member.weight, choice: *choice };
            voted(accounts.proposal, record, ballot, at)
        }),
        Call::DepositVote { accounts, choice } => own(live, accounts.proposal, |_, record| {
            let deposit = &live.state()?.deposits.get(&accounts.deposit)?.account;
            let weight = deposit.holding().weight_for(record.account.id).0;
            let ballot = Ballot { voter: deposit.owner, index: deposit.index, weight, choice: *choice };
            voted(accounts.proposal, record, ballot, at)
        }),
        Call::ProposalVeto { accounts, member_index } => {
            own(live, accounts.proposal, |_, record| tracks::vetoed(live, accounts, record, *member_index, at))
        }
        Call::ProposalAttest { accounts, score, report_hash } => own(live, accounts.proposal, |_, record| {
            Some(tracks::attested(accounts, record, (*score, *report_hash), at))
        }),
        Call::ProposalFinalize { accounts } => {
            own(live, accounts.proposal, |sequence, record| finalized(accounts.proposal, record, (sequence, at)))
        }
        Call::ProposalCancel { accounts } => own(live, accounts.proposal, |sequence, _| {
            Some(Event::ProposalCancelled(ProposalCancelled { proposal: accounts.proposal, sequence, at }))
        }),
        Call::ProposalExpire { accounts } => own(live, accounts.proposal, |sequence, _| {
            Some(Event::ProposalExpired(ProposalExpired { proposal: accounts.proposal, sequence, at }))
        }),
        Call::SnapshotVote { accounts, voter_index, weight, choice, .. } => {
            own(live, accounts.proposal, |_, record| {
                let ballot = Ballot { voter: accounts.voter, index: *voter_index, weight: *weight, choice: *choice };
                voted(accounts.proposal, record, ballot, at)
            })
        }
        Call::SnapshotPublish { accounts, .. } => {
            own(live, accounts.proposal, |_, record| snapshots::rooted(live, call, record, at))
        }
        Call::SnapshotReview { accounts, .. } => {
            own(live, accounts.proposal, |_, record| snapshots::rooted(live, call, record, at))
        }
        Call::SnapshotBind { accounts } => {
            own(live, accounts.proposal, |_, record| snapshots::rooted(live, call, record, at))
        }
        _ => None,
    }
}

/// An event of a proposal of this constitution; nothing for a proposal of another one.
fn own(live: &Live, proposal: Address, event: impl FnOnce(u64, &ProposalRecord) -> Option<Event>) -> Logged {
    match live.proposal(&proposal) {
        Some(record) => Some(vec![(Chain::Proposal(proposal), event(record.account.chain.sequence, record)?)]),
        None => Some(Vec::new()),
    }
}

/// A ballot, with the weight that the electorate gives it.
struct Ballot {
    voter: Address,
    index: u32,
    weight: u64,
    choice: u8,
}

fn voted(proposal: Address, record: &ProposalRecord, ballot: Ballot, at: i64) -> Option<Event> {
    let Ballot { voter, index, weight, choice } = ballot;
    let account = &record.account;
    let previous = record.ballots.get(&index).copied();
    let (_, ending) = counted(account, previous, Choice::from_bits(choice)?, weight, at)?;
    Some(Event::ProposalVoted(ProposalVoted {
        proposal,
        sequence: account.chain.sequence,
        at,
        voter,
        weight,
        ends_at: ending.ends_at.0,
        voter_index: index,
        choice,
        previous_choice: previous.map_or(0, |previous| previous as u8),
        was_extended: u8::from(ending.was_extended),
        reserved: 0,
    }))
}

fn finalized(proposal: Address, record: &ProposalRecord, (sequence, at): (u64, i64)) -> Option<Event> {
    let account = &record.account;
    let times = account.timetable().ok()?;
    let (status, defeat) = match account.outcome() {
        Ok(()) => (Status::Succeeded, 0),
        Err(defeat) => (Status::Defeated, defeat as u8),
    };
    Some(Event::ProposalFinalized(ProposalFinalized {
        proposal,
        sequence,
        at,
        for_weight: account.for_weight,
        against_weight: account.against_weight,
        abstain_weight: account.abstain_weight,
        total_weight: account.total_weight,
        cooled_at: times.cooled_at.0,
        opens_at: times.opens_at.0,
        closes_at: times.closes_at.0,
        status: status as u8,
        defeat,
        reserved: [0; 6],
    }))
}
