//! What is logged about electorates by snapshot and by weight records.

use quantumagi_interface::Address;
use quantumagi_interface::calls::Call;
use quantumagi_interface::events::{
    ElectorateClosed, Event, OperatorsCreated, SeatClosed, SeatOpened, SnapshotBound, SnapshotClosed,
    SnapshotPublished, SnapshotReviewed, WeightPluginCreated,
};
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::snapshot::voting_times;

use super::super::super::replay::ProposalRecord;
use super::super::live::Live;
use super::community::Next;

/// The event of a call about the electorates themselves, in the constitution's chain.
#[allow(clippy::wildcard_enum_match_arm, reason = "the families divide the calls among themselves")]
pub(super) fn prepared(live: &Live, call: &Call, next: Next) -> Option<Event> {
    let Next { constitution, sequence, at } = next;
    let snapshots = &live.state()?.snapshots;
    let version = live.constitution()?.next_electorate_version;
    Some(match call {
        Call::OperatorsCreate { accounts, needed, challenge_seconds, operators } => {
            Event::OperatorsCreated(OperatorsCreated {
                constitution,
                sequence,
                at,
                electorate: accounts.electorate,
                payer: accounts.payer,
                version,
                challenge_seconds: *challenge_seconds,
                needed: *needed,
                operators: operators.clone(),
            })
        }
        Call::WeightPluginCreate { accounts, program, realm, mint } => {
            Event::WeightPluginCreated(WeightPluginCreated {
                constitution,
                sequence,
                at,
                electorate: accounts.electorate,
                payer: accounts.payer,
                version,
                program: *program,
                realm: *realm,
                mint: *mint,
            })
        }
        Call::ElectorateClose { accounts } => {
            let (electorate, payer) = (accounts.electorate, accounts.payer);
            Event::ElectorateClosed(ElectorateClosed { constitution, sequence, at, electorate, payer })
        }
        Call::SeatOpen { accounts } => Event::SeatOpened(SeatOpened {
            constitution,
            sequence,
            at,
            electorate: accounts.electorate,
            voter: accounts.voter,
            payer: accounts.payer,
            index: snapshots.plugins.get(&accounts.electorate)?.account.next_seat,
        }),
        Call::SeatClose { accounts } => {
            let seat = &snapshots.seats.get(&accounts.seat)?.account;
            Event::SeatClosed(SeatClosed {
                constitution,
                sequence,
                at,
                electorate: accounts.electorate,
                voter: seat.voter,
                payer: accounts.payer,
                index: seat.index,
            })
        }
        Call::SnapshotClose { accounts } => {
            let (proposal, publisher) = (accounts.proposal, accounts.publisher);
            Event::SnapshotClosed(SnapshotClosed { constitution, sequence, at, proposal, publisher })
        }
        _ => return None,
    })
}

/// The event of a call about a root, in the proposal's chain.
#[allow(clippy::wildcard_enum_match_arm, reason = "the families divide the calls among themselves")]
pub(super) fn rooted(live: &Live, call: &Call, record: &ProposalRecord, at: i64) -> Option<Event> {
    let snapshots = &live.state()?.snapshots;
    let (proposal, account) = (record.address, &record.account);
    let sequence = account.chain.sequence;
    let position = |operator: &Address| {
        let listed = &snapshots.operators.get(&account.electorate)?.account;
        let mut listed = listed.operators.iter().take(usize::from(listed.count));
        u8::try_from(listed.position(|listed| listed == operator)?).ok()
    };
    Some(match call {
        Call::SnapshotPublish { accounts, root, total_weight, voters, read_at } => {
            Event::SnapshotPublished(SnapshotPublished {
                proposal,
                sequence,
                at,
                publisher: accounts.publisher,
                root: *root,
                total_weight: *total_weight,
                slot: *read_at,
                voters: *voters,
                position: position(&accounts.publisher)?,
            })
        }
        Call::SnapshotReview { accounts, verdict } => Event::SnapshotReviewed(SnapshotReviewed {
            proposal,
            sequence,
            at,
            publisher: snapshots.published.get(&accounts.snapshot)?.account.publisher,
            operator: accounts.operator,
            position: position(&accounts.operator)?,
            verdict: *verdict,
        }),
        Call::SnapshotBind { accounts } => {
            let snapshot = &snapshots.published.get(&accounts.snapshot)?.account;
            let (starts_at, ends_at) = (UnixSeconds(account.starts_at), UnixSeconds(account.ends_at));
            let (starts_at, ends_at) = voting_times(starts_at, ends_at, UnixSeconds(at))?;
            Event::SnapshotBound(SnapshotBound {
                proposal,
                sequence,
                at,
                publisher: snapshot.publisher,
                root: snapshot.root,
                total_weight: snapshot.total_weight,
                slot: snapshot.slot,
                starts_at: starts_at.0,
                ends_at: ends_at.0,
                voters: snapshot.voters,
            })
        }
        _ => return None,
    })
}
