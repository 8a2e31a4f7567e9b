//! Token electorates, carried out again: what each deposit held when, and so what it weighed.

use std::collections::BTreeMap;

use quantumagi_interface::Address;
use quantumagi_interface::accounts::{Deposit, DepositPool};
use quantumagi_interface::events::{
    DepositMatured, DepositOpened, DepositPoolClosed, DepositPoolCreated, ElectorateAdopted, Event, ProposalCreated,
    ProposalVoted,
};
use quantumagi_interface::types::DepositCheckpoint;
use quantumagi_rules::action::Action;
use quantumagi_rules::deposit::{Asker, DepositError, Holding, NO_INDEX, lock_end};
use quantumagi_rules::electorate::ElectorateKind;
use quantumagi_rules::{UnixSeconds, Weight};

use super::constitution::Replaying;
use super::snapshots;
use super::{Contradiction, LAYOUT_VERSION, ProposalRecord, Record, check_number, unexpected};

/// Somebody with an index in a pool, and what was held since when. Closing a deposit ends that index for good.
#[derive(Clone, Debug)]
struct Depositor {
    deposit: Address,
    owner: Address,
    held: Vec<(i64, Holding)>,
    /// Until when ballots lock it.
    locked_until: UnixSeconds,
}

/// All who ever had an index, by pool and index.
#[derive(Clone, Debug, Default)]
pub(super) struct Depositors(BTreeMap<(Address, u32), Depositor>);

impl Depositors {
    fn note(&mut self, address: Address, account: &Deposit, at: i64) {
        if account.index == NO_INDEX {
            return;
        }
        let entry = self.0.entry((account.pool, account.index));
        let depositor = entry.or_insert_with(|| Depositor {
            deposit: address,
            owner: account.owner,
            held: Vec::new(),
            locked_until: UnixSeconds(0),
        });
        depositor.held.push((at, account.holding()));
    }

    /// Checks the weight of a ballot, and notes how long it locks the deposit. `record` is the proposal before it.
    ///
    /// # Errors
    /// [`Contradiction::NotTheMember`] for a weight that the deposit did not have on this proposal at that moment.
    pub(super) fn vote(&mut self, record: &ProposalRecord, e: &ProposalVoted) -> Result<(), Contradiction> {
        let (index, voter, weight) = (e.voter_index, e.voter, e.weight);
        let stranger = Contradiction::NotTheMember { index, voter, weight };
        let account = &record.account;
        let depositor = self.0.get_mut(&(account.electorate, index)).filter(|_| index < account.voters);
        let depositor = depositor.filter(|depositor| depositor.owner == voter).ok_or(stranger.clone())?;
        // Two chains have no order within a second: whatever was held in it is possible.
        let next = depositor.held.iter().skip(1).map(|(at, _)| *at).chain([i64::MAX]);
        let possible = depositor.held.iter().zip(next).filter(|((from, _), until)| *from <= e.at && e.at <= *until);
        let weighs = |holding: &Holding| holding.weight_for(account.id) == Weight(weight);
        if weight == 0 || !possible.into_iter().any(|((_, holding), _)| weighs(holding)) {
            return Err(stranger);
        }
        let end = lock_end(UnixSeconds(account.ends_at), account.extension_seconds, account.was_extended == 1);
        depositor.locked_until = depositor.locked_until.max(end.ok_or(stranger)?);
        Ok(())
    }

    /// Writes the locks into the deposits that are still those that voted.
    pub(super) fn lock(self, deposits: &mut BTreeMap<Address, Record<Deposit>>) {
        for ((_, index), Depositor { deposit, locked_until, .. }) in self.0 {
            if let Some(record) = deposits.get_mut(&deposit).filter(|record| record.account.index == index) {
                record.account.locked_until = locked_until.0;
            }
        }
    }
}

/// Applies an event of a token electorate; `false` where it is about something else.
///
/// # Errors
/// The [`Contradiction`] between this event and those before it.
#[allow(clippy::wildcard_enum_match_arm, reason = "the caller has the other events")]
pub(super) fn apply(replaying: &mut Replaying, event: &Event) -> Result<bool, Contradiction> {
    match event {
        Event::ElectorateAdopted(e) => adopted(replaying, e, event)?,
        Event::DepositPoolCreated(e) => pool_created(replaying, e)?,
        Event::DepositPoolClosed(e) => pool_closed(replaying, e, event)?,
        Event::DepositOpened(e) => opened(replaying, e, event)?,
        Event::DepositAdded(e) => change(replaying, &e.deposit, e.at, event, |holding, pool| {
            holding.with_added(Weight(e.amount), pool.maturity_seconds, UnixSeconds(e.at))
        })?,
        Event::DepositMatured(e) => matured(replaying, e, event)?,
        Event::DepositWithdrawn(e) => change(replaying, &e.deposit, e.at, event, |holding, _| {
            holding.with_withdrawn(Weight(e.amount), UnixSeconds(e.at))
        })?,
        Event::DepositDelegated(e) => {
            let account = &mut deposit(replaying, &e.deposit, event)?.account;
            (account.delegate, account.delegate_expires_at) = (e.delegate, e.expires_at);
        }
        Event::DepositClosed(e) => {
            let record = deposit(replaying, &e.deposit, event)?;
            if record.account.holding().check_closable(UnixSeconds(e.at)).is_err() {
                return Err(unexpected(event));
            }
            record.is_closed = true;
        }
        _ => return Ok(false),
    }
    Ok(true)
}

/// Binds a proposal to its pool, after checking what it froze of it.
///
/// # Errors
/// Where total or voters are not the pool's.
pub(super) fn bind(replaying: &mut Replaying, e: &ProposalCreated, event: &Event) -> Result<(), Contradiction> {
    let pool = &mut pool(replaying, &e.electorate, event)?.account;
    check_number("total weight", e.total_weight, pool.electorate_weight())?;
    check_number("voters", e.voters, pool.next_index)?;
    pool.bound_proposals += 1;
    Ok(())
}

/// Lets go of it when the proposal is closed.
///
/// # Errors
/// Where none was bound.
pub(super) fn unbind(replaying: &mut Replaying, electorate: &Address, event: &Event) -> Result<(), Contradiction> {
    let bound = &mut pool(replaying, electorate, event)?.account.bound_proposals;
    *bound = bound.checked_sub(1).ok_or_else(|| unexpected(event))?;
    Ok(())
}

fn adopted(replaying: &mut Replaying, e: &ElectorateAdopted, event: &Event) -> Result<(), Contradiction> {
    let kind = ElectorateKind::from_u8(e.kind).ok_or_else(|| unexpected(event))?;
    if kind == ElectorateKind::Deposit {
        pool(replaying, &e.electorate, event)?;
    }
    snapshots::check_adopted(replaying, kind, &e.electorate, event)?;
    replaying.ordered(e.mandate, &Action::ElectorateAdopt { kind, electorate: e.electorate.to_bytes() })?;
    let constitution = &mut replaying.state.constitution;
    (constitution.electorate, constitution.electorate_kind) = (e.electorate, e.kind);
    Ok(())
}

fn pool_created(replaying: &mut Replaying, e: &DepositPoolCreated) -> Result<(), Contradiction> {
    let next = &mut replaying.state.constitution.next_electorate_version;
    check_number("version of the pool", e.version, *next)?;
    *next += 1;
    let account = DepositPool {
        constitution: e.constitution,
        payer: e.payer,
        mint: e.mint,
        token_program: e.token_program,
        vault: e.vault,
        total: 0,
        matured_total: 0,
        floor: e.floor,
        version: e.version,
        next_index: 0,
        maturity_seconds: e.maturity_seconds,
        bound_proposals: 0,
        decimals: e.decimals,
        layout_version: LAYOUT_VERSION,
        bump: 0,
        reserved: [0; 5],
    };
    replaying.state.pools.insert(e.pool, Record { account, is_closed: false });
    Ok(())
}

fn pool_closed(replaying: &mut Replaying, e: &DepositPoolClosed, event: &Event) -> Result<(), Contradiction> {
    let in_force = replaying.state.constitution.electorate;
    let record = pool(replaying, &e.pool, event)?;
    if record.account.total > 0 || record.account.bound_proposals > 0 || in_force == e.pool {
        return Err(unexpected(event));
    }
    record.is_closed = true;
    Ok(())
}

fn opened(replaying: &mut Replaying, e: &DepositOpened, event: &Event) -> Result<(), Contradiction> {
    pool(replaying, &e.pool, event)?;
    let account = Deposit {
        constitution: e.constitution,
        pool: e.pool,
        owner: e.owner,
        payer: e.payer,
        delegate: Address::default(),
        delegate_expires_at: 0,
        fresh: 0,
        fresh_at: 0,
        locked_until: 0,
        checkpoints: [DepositCheckpoint { from_proposal_id: 0, amount: 0 }; 4],
        index: NO_INDEX,
        layout_version: LAYOUT_VERSION,
        bump: 0,
        reserved: [0; 2],
    };
    let before = replaying.state.deposits.insert(e.deposit, Record { account, is_closed: false });
    if before.is_some_and(|before| !before.is_closed) { Err(unexpected(event)) } else { Ok(()) }
}

fn matured(replaying: &mut Replaying, e: &DepositMatured, event: &Event) -> Result<(), Contradiction> {
    check_number("first proposal", e.from_proposal_id, replaying.state.constitution.next_proposal_id)?;
    let account = deposit(replaying, &e.deposit, event)?.account.clone();
    check_number("fresh tokens", e.amount, account.fresh)?;
    let next = pool(replaying, &account.pool, event)?;
    let index = account.index().unwrap_or(next.account.next_index);
    check_number("index of the deposit", e.index, index)?;
    next.account.next_index = next.account.next_index.max(index + 1);
    deposit(replaying, &e.deposit, event)?.account.index = index;
    change(replaying, &e.deposit, e.at, event, |holding, pool| {
        holding.with_matured(e.from_proposal_id, pool.maturity_seconds, Asker::Owner, UnixSeconds(e.at))
    })
}

/// Lets the rules change a deposit and its pool's totals.
fn change(
    replaying: &mut Replaying,
    address: &Address,
    at: i64,
    event: &Event,
    next: impl FnOnce(Holding, &DepositPool) -> Result<Holding, DepositError>,
) -> Result<(), Contradiction> {
    let account = deposit(replaying, address, event)?.account.clone();
    let before = account.holding();
    let pool = &mut pool(replaying, &account.pool, event)?.account;
    let after = next(before, pool).map_err(|_| unexpected(event))?;
    let totals = pool.totals().with_change(&before, &after).ok_or_else(|| unexpected(event))?;
    (pool.total, pool.matured_total) = (totals.total.0, totals.matured.0);
    let account = &mut deposit(replaying, address, event)?.account;
    account.set_holding(&after);
    let account = account.clone();
    replaying.depositors.note(*address, &account, at);
    Ok(())
}

fn pool<'a>(
    replaying: &'a mut Replaying,
    address: &Address,
    event: &Event,
) -> Result<&'a mut Record<DepositPool>, Contradiction> {
    let pool = replaying.state.pools.get_mut(address);
    pool.filter(|pool| !pool.is_closed).ok_or_else(|| unexpected(event))
}

fn deposit<'a>(
    replaying: &'a mut Replaying,
    address: &Address,
    event: &Event,
) -> Result<&'a mut Record<Deposit>, Contradiction> {
    let deposit = replaying.state.deposits.get_mut(address);
    deposit.filter(|deposit| !deposit.is_closed).ok_or_else(|| unexpected(event))
}
