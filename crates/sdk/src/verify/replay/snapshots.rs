//! Electorates by snapshot and by weight records, carried out again: who published and judged what, and who has which seat.
//!
//! A ballot's proof is not in its event. What is checked of a ballot by snapshot is that its index has one voter and one
//! weight for good, lies inside the tree that was bound, and that all weights together stay within its total; of one by
//! weight record, that the voter had the seat. That the proof was right, or the record, the program checked.

use std::collections::BTreeMap;

use quantumagi_interface::accounts::{Seat, Snapshot, SnapshotOperators, WeightPlugin};
use quantumagi_interface::events::{
    ElectorateClosed, Event, OperatorsCreated, ProposalCreated, ProposalVoted, SeatClosed, SeatOpened, SnapshotBound,
    SnapshotClosed, SnapshotPublished, SnapshotReviewed, WeightPluginCreated,
};
use quantumagi_interface::{Address, pda};
use quantumagi_rules::electorate::ElectorateKind;
use quantumagi_rules::snapshot::review::{Review, Verdict, challenge_ends_at, check_operators};
use quantumagi_rules::snapshot::voting_times;
use quantumagi_rules::{UnixSeconds, Weight};

use super::constitution::Replaying;
use super::{Contradiction, LAYOUT_VERSION, ProposalRecord, Record, check_hash, check_number, unexpected};

/// Electorates that are neither councils nor pools, and what belongs to them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snapshots {
    /// Lists of snapshot operators, by address.
    pub operators: BTreeMap<Address, Record<SnapshotOperators>>,
    /// Weight plugins, by address.
    pub plugins: BTreeMap<Address, Record<WeightPlugin>>,
    /// Seats of plugins, by address.
    pub seats: BTreeMap<Address, Record<Seat>>,
    /// Roots that were published, by address.
    pub published: BTreeMap<Address, Record<Snapshot>>,
    /// Who ever had an index of a plugin.
    sitters: BTreeMap<(Address, u32), Address>,
    /// Who voted at an index of a proposal, and with what weight.
    ballots: BTreeMap<(Address, u32), (Address, u64)>,
    /// Weight of all who voted on a proposal.
    cast: BTreeMap<Address, u128>,
    /// Roots that were closed, with the number of the event: they are published in other chains.
    closings: Vec<(u64, SnapshotClosed)>,
}

/// Applies an event of the constitution's chain; `false` where it is about something else.
///
/// # Errors
/// The [`Contradiction`] between this event and those before it.
#[allow(clippy::wildcard_enum_match_arm, reason = "the caller has the other events")]
pub(super) fn apply(replaying: &mut Replaying, event: &Event) -> Result<bool, Contradiction> {
    let sequence = replaying.state.constitution.chain.sequence;
    match event {
        Event::OperatorsCreated(e) => operators_created(replaying, e, event)?,
        Event::WeightPluginCreated(e) => plugin_created(replaying, e)?,
        Event::ElectorateClosed(e) => closed(replaying, e, event)?,
        Event::SeatOpened(e) => seat_opened(&mut replaying.state.snapshots, e, event)?,
        Event::SeatClosed(e) => seat_closed(&mut replaying.state.snapshots, e, event)?,
        Event::SnapshotClosed(e) => replaying.state.snapshots.closings.push((sequence, e.clone())),
        _ => return Ok(false),
    }
    Ok(true)
}

/// Whether a proposal's electorate is there, and what it froze of it.
///
/// # Errors
/// Where total or voters are not what the electorate gives.
pub(super) fn bind(replaying: &mut Replaying, e: &ProposalCreated, event: &Event) -> Result<(), Contradiction> {
    let snapshots = &mut replaying.state.snapshots;
    if e.electorate_kind == ElectorateKind::Snapshot as u8 {
        check_number("total weight", e.total_weight, 0u64)?;
        check_number("voters", e.voters, 0u64)?;
        operators(snapshots, &e.electorate, event)?.bound_proposals += 1;
    } else if e.electorate_kind == ElectorateKind::WeightRecord as u8 {
        let plugin = plugin(snapshots, &e.electorate, event)?;
        check_number("voters", e.voters, plugin.next_seat)?;
        plugin.bound_proposals += 1;
    }
    Ok(())
}

/// Lets go of it when the proposal is closed.
///
/// # Errors
/// Where none was bound.
pub(super) fn unbind(
    replaying: &mut Replaying,
    kind: u8,
    electorate: &Address,
    event: &Event,
) -> Result<(), Contradiction> {
    let snapshots = &mut replaying.state.snapshots;
    let bound = if kind == ElectorateKind::Snapshot as u8 {
        &mut operators(snapshots, electorate, event)?.bound_proposals
    } else if kind == ElectorateKind::WeightRecord as u8 {
        &mut plugin(snapshots, electorate, event)?.bound_proposals
    } else {
        return Ok(());
    };
    *bound = bound.checked_sub(1).ok_or_else(|| unexpected(event))?;
    Ok(())
}

/// Whether an electorate that is adopted was made before, and not closed.
///
/// # Errors
/// Where it was not.
pub(super) fn check_adopted(
    replaying: &mut Replaying,
    kind: ElectorateKind,
    electorate: &Address,
    event: &Event,
) -> Result<(), Contradiction> {
    let snapshots = &mut replaying.state.snapshots;
    match kind {
        ElectorateKind::Snapshot => operators(snapshots, electorate, event).map(drop),
        ElectorateKind::WeightRecord => plugin(snapshots, electorate, event).map(drop),
        ElectorateKind::None | ElectorateKind::Council | ElectorateKind::Deposit => Ok(()),
    }
}

impl Snapshots {
    /// Applies an event of a proposal's chain; whatever is about something else changes nothing here.
    ///
    /// # Errors
    /// The [`Contradiction`] between this event and those before it.
    #[allow(clippy::wildcard_enum_match_arm, reason = "the caller has the other events")]
    pub(super) fn follow(&mut self, record: &mut ProposalRecord, event: &Event) -> Result<(), Contradiction> {
        match event {
            Event::SnapshotPublished(e) => self.published(record, e, event),
            Event::SnapshotReviewed(e) => self.reviewed(record, e, event),
            Event::SnapshotBound(e) => self.bound(record, e, event),
            _ => Ok(()),
        }
    }

    /// Checks a ballot. `record` is the proposal before it.
    ///
    /// # Errors
    /// [`Contradiction::NotTheMember`].
    pub(super) fn vote(&mut self, record: &ProposalRecord, e: &ProposalVoted) -> Result<(), Contradiction> {
        let (index, voter, weight) = (e.voter_index, e.voter, e.weight);
        let account = &record.account;
        let has_place = if account.electorate_kind == ElectorateKind::WeightRecord as u8 {
            self.sitters.get(&(account.electorate, index)) == Some(&voter)
        } else {
            account.snapshot_root != [0; 32]
        };
        let stranger = Contradiction::NotTheMember { index, voter, weight };
        match self.ballots.get(&(record.address, index)) {
            Some(before) if *before != (voter, weight) => return Err(stranger),
            Some(_) => {}
            None => {
                self.ballots.insert((record.address, index), (voter, weight));
                *self.cast.entry(record.address).or_default() += u128::from(weight);
            }
        }
        let cast = self.cast.get(&record.address).copied().unwrap_or_default();
        let is_within = index < account.voters && cast <= u128::from(account.total_weight);
        if has_place && is_within { Ok(()) } else { Err(stranger) }
    }

    /// Closes the roots that the constitution's chain says were closed, now that it is known which were published.
    ///
    /// # Errors
    /// The number of the event, and what is wrong with it.
    pub(super) fn close(&mut self) -> Result<(), (u64, Contradiction)> {
        for (sequence, e) in std::mem::take(&mut self.closings) {
            let record = self.published.get_mut(&pda::snapshot(&e.proposal, &e.publisher));
            let record = record.filter(|record| !record.is_closed);
            record.ok_or((sequence, Contradiction::Unexpected { name: "SnapshotClosed" }))?.is_closed = true;
        }
        Ok(())
    }

    fn published(
        &mut self,
        record: &mut ProposalRecord,
        e: &SnapshotPublished,
        event: &Event,
    ) -> Result<(), Contradiction> {
        self.check_position(record, &e.publisher, e.position, event)?;
        let review =
            Review::default().with(usize::from(e.position), Verdict::Approve).map_err(|_| unexpected(event))?;
        let account = Snapshot {
            constitution: record.account.constitution,
            proposal: e.proposal,
            publisher: e.publisher,
            root: e.root,
            total_weight: e.total_weight,
            slot: e.slot,
            published_at: e.at,
            voters: e.voters,
            approvals: review.approvals,
            challenges: review.challenges,
            layout_version: LAYOUT_VERSION,
            bump: 0,
            reserved: [0; 6],
        };
        let address = pda::snapshot(&e.proposal, &e.publisher);
        let before = self.published.insert(address, Record { account, is_closed: false });
        record.account.updated_at = e.at;
        if before.is_some() { Err(unexpected(event)) } else { Ok(()) }
    }

    fn reviewed(
        &mut self,
        record: &mut ProposalRecord,
        e: &SnapshotReviewed,
        event: &Event,
    ) -> Result<(), Contradiction> {
        self.check_position(record, &e.operator, e.position, event)?;
        let verdict = Verdict::from_u8(e.verdict).ok_or_else(|| unexpected(event))?;
        let snapshot = self.root_of(&e.proposal, &e.publisher, event)?;
        let review = Review { approvals: snapshot.approvals, challenges: snapshot.challenges };
        let review = review.with(usize::from(e.position), verdict).map_err(|_| unexpected(event))?;
        (snapshot.approvals, snapshot.challenges) = (review.approvals, review.challenges);
        record.account.updated_at = e.at;
        Ok(())
    }

    fn bound(&mut self, record: &mut ProposalRecord, e: &SnapshotBound, event: &Event) -> Result<(), Contradiction> {
        let operators = self.operators.get(&record.account.electorate).ok_or_else(|| unexpected(event))?;
        let (needed, seconds) = (operators.account.needed, operators.account.challenge_seconds);
        let snapshot = self.root_of(&e.proposal, &e.publisher, event)?;
        check_hash("root of the snapshot", e.root, snapshot.root)?;
        check_number("total weight", e.total_weight, snapshot.total_weight)?;
        check_number("voters", e.voters, snapshot.voters)?;
        check_number("slot of the snapshot", e.slot, snapshot.slot)?;
        let review = Review { approvals: snapshot.approvals, challenges: snapshot.challenges };
        let is_over = challenge_ends_at(UnixSeconds(snapshot.published_at), seconds)
            .is_some_and(|ends_at| ends_at <= UnixSeconds(e.at));
        let account = &mut record.account;
        let times = voting_times(UnixSeconds(account.starts_at), UnixSeconds(account.ends_at), UnixSeconds(e.at));
        let is_timely = times == Some((UnixSeconds(e.starts_at), UnixSeconds(e.ends_at)));
        if account.snapshot_root != [0; 32] || !review.is_accepted(needed) || !is_over || !is_timely {
            return Err(unexpected(event));
        }
        (account.snapshot_root, account.snapshot_slot) = (e.root, e.slot);
        (account.total_weight, account.voters) = (Weight(e.total_weight).0, e.voters);
        (account.starts_at, account.ends_at, account.updated_at) = (e.starts_at, e.ends_at, e.at);
        Ok(())
    }

    /// Whether the proposal still waits for its root, and who speaks is the operator at this position.
    fn check_position(
        &self,
        record: &ProposalRecord,
        operator: &Address,
        position: u8,
        event: &Event,
    ) -> Result<(), Contradiction> {
        let operators = self.operators.get(&record.account.electorate).ok_or_else(|| unexpected(event))?;
        let is_listed = position < operators.account.count
            && operators.account.operators.get(usize::from(position)) == Some(operator);
        if is_listed && record.account.snapshot_root == [0; 32] { Ok(()) } else { Err(unexpected(event)) }
    }

    fn root_of(
        &mut self,
        proposal: &Address,
        publisher: &Address,
        event: &Event,
    ) -> Result<&mut Snapshot, Contradiction> {
        let record = self.published.get_mut(&pda::snapshot(proposal, publisher));
        Ok(&mut record.ok_or_else(|| unexpected(event))?.account)
    }
}

fn operators_created(replaying: &mut Replaying, e: &OperatorsCreated, event: &Event) -> Result<(), Contradiction> {
    take_version(replaying, e.version)?;
    let listed: Vec<_> = e.operators.iter().map(|operator| operator.to_bytes()).collect();
    check_operators(&listed, e.needed, e.challenge_seconds).map_err(|_| unexpected(event))?;
    let mut operators = [Address::default(); 16];
    for (place, operator) in operators.iter_mut().zip(&e.operators) {
        *place = *operator;
    }
    let account = SnapshotOperators {
        constitution: e.constitution,
        payer: e.payer,
        operators,
        version: e.version,
        bound_proposals: 0,
        challenge_seconds: e.challenge_seconds,
        count: u8::try_from(e.operators.len()).map_err(|_| unexpected(event))?,
        needed: e.needed,
        layout_version: LAYOUT_VERSION,
        bump: 0,
    };
    replaying.state.snapshots.operators.insert(e.electorate, Record { account, is_closed: false });
    Ok(())
}

fn plugin_created(replaying: &mut Replaying, e: &WeightPluginCreated) -> Result<(), Contradiction> {
    take_version(replaying, e.version)?;
    let account = WeightPlugin {
        constitution: e.constitution,
        payer: e.payer,
        program: e.program,
        realm: e.realm,
        mint: e.mint,
        version: e.version,
        bound_proposals: 0,
        next_seat: 0,
        seats: 0,
        layout_version: LAYOUT_VERSION,
        bump: 0,
        reserved: [0; 6],
    };
    replaying.state.snapshots.plugins.insert(e.electorate, Record { account, is_closed: false });
    Ok(())
}

fn take_version(replaying: &mut Replaying, version: u32) -> Result<(), Contradiction> {
    let next = &mut replaying.state.constitution.next_electorate_version;
    check_number("version of the electorate", version, *next)?;
    *next += 1;
    Ok(())
}

fn closed(replaying: &mut Replaying, e: &ElectorateClosed, event: &Event) -> Result<(), Contradiction> {
    let is_in_force = replaying.state.constitution.electorate == e.electorate;
    let snapshots = &mut replaying.state.snapshots;
    if let Some(record) = snapshots.plugins.get_mut(&e.electorate).filter(|record| !record.is_closed) {
        record.is_closed = true;
        let is_needed = is_in_force || record.account.bound_proposals > 0 || record.account.seats > 0;
        return if is_needed { Err(unexpected(event)) } else { Ok(()) };
    }
    let record = snapshots.operators.get_mut(&e.electorate).filter(|record| !record.is_closed);
    let record = record.ok_or_else(|| unexpected(event))?;
    record.is_closed = true;
    if is_in_force || record.account.bound_proposals > 0 { Err(unexpected(event)) } else { Ok(()) }
}

fn seat_opened(snapshots: &mut Snapshots, e: &SeatOpened, event: &Event) -> Result<(), Contradiction> {
    let plugin = plugin(snapshots, &e.electorate, event)?;
    check_number("index of the seat", e.index, plugin.next_seat)?;
    plugin.next_seat += 1;
    plugin.seats += 1;
    let account = Seat {
        plugin: e.electorate,
        voter: e.voter,
        payer: e.payer,
        index: e.index,
        layout_version: LAYOUT_VERSION,
        bump: 0,
        reserved: [0; 2],
    };
    snapshots.sitters.insert((e.electorate, e.index), e.voter);
    let before = snapshots.seats.insert(pda::seat(&e.electorate, &e.voter), Record { account, is_closed: false });
    if before.is_some_and(|before| !before.is_closed) { Err(unexpected(event)) } else { Ok(()) }
}

fn seat_closed(snapshots: &mut Snapshots, e: &SeatClosed, event: &Event) -> Result<(), Contradiction> {
    let plugin = plugin(snapshots, &e.electorate, event)?;
    plugin.seats = plugin.seats.checked_sub(1).ok_or_else(|| unexpected(event))?;
    let seat = snapshots.seats.get_mut(&pda::seat(&e.electorate, &e.voter)).filter(|record| !record.is_closed);
    let seat = seat.ok_or_else(|| unexpected(event))?;
    check_number("index of the seat", e.index, seat.account.index)?;
    seat.is_closed = true;
    Ok(())
}

fn operators<'a>(
    snapshots: &'a mut Snapshots,
    address: &Address,
    event: &Event,
) -> Result<&'a mut SnapshotOperators, Contradiction> {
    let record = snapshots.operators.get_mut(address).filter(|record| !record.is_closed);
    Ok(&mut record.ok_or_else(|| unexpected(event))?.account)
}

fn plugin<'a>(
    snapshots: &'a mut Snapshots,
    address: &Address,
    event: &Event,
) -> Result<&'a mut WeightPlugin, Contradiction> {
    let record = snapshots.plugins.get_mut(address).filter(|record| !record.is_closed);
    Ok(&mut record.ok_or_else(|| unexpected(event))?.account)
}
