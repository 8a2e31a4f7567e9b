//! A constitution's accounts and events, as an endpoint gives them.

mod snapshots;

use std::collections::{BTreeMap, BTreeSet};

use quantumagi_interface::accounts::{
    Authorization, Constitution, Deposit, DepositPool, EmergencyAction, Guardians, Guardrails, Policy, Principle,
    Proposal, Proposer, Roster,
};
use quantumagi_interface::events::Event;
use quantumagi_interface::{Address, DecodeError, PROGRAM_ID, pda};
use quantumagi_rpc::{Account, Rpc, RpcError};
use quantumagi_rules::electorate::ElectorateKind;

pub use self::snapshots::SnapshotAccounts;
use crate::history::History;

/// How often the accounts are read again when somebody changed them in between.
const READINGS: usize = 5;

/// Everything there is about one constitution. An account that does not exist (any more) is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ledger {
    /// The constitution's address.
    pub address: Address,
    /// The constitution. All other accounts but proposals are as they were when its chain stood where it says.
    pub constitution: Constitution,
    /// Its principles, by id.
    pub principles: BTreeMap<u32, Option<Principle>>,
    /// Its policies, by id.
    pub policies: BTreeMap<u64, Option<Policy>>,
    /// The headers of its rosters, by version.
    pub rosters: BTreeMap<u32, Option<Roster>>,
    /// Its proposals, by id.
    pub proposals: BTreeMap<u64, Option<Proposal>>,
    /// Its electorates by snapshot and by weight records.
    pub snapshots: SnapshotAccounts,
    /// The counts of all proposers that the history tells of, by owner.
    pub proposers: BTreeMap<Address, Option<Proposer>>,
    /// Its deposit pools, by address.
    pub pools: BTreeMap<Address, Option<DepositPool>>,
    /// All deposits that the history tells of, by address.
    pub deposits: BTreeMap<Address, Option<Deposit>>,
    /// Its guardians, if their account was ever opened.
    pub guardians: Option<Guardians>,
    /// Its emergency acts, by id.
    pub emergencies: BTreeMap<u32, Option<EmergencyAction>>,
    /// Its guardrails, if their account was opened; read before all proposals.
    pub guardrails: Option<Guardrails>,
    /// The records of all uses of policies that the history tells of, by address.
    pub authorizations: BTreeMap<Address, Option<Authorization>>,
    /// What was logged about the constitution and its proposals, perhaps with events that are newer than the accounts.
    pub history: History,
}

/// Why a ledger could not be fetched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LedgerError {
    /// The endpoint did not answer as it should.
    #[error(transparent)]
    Rpc(#[from] RpcError),
    /// There is no constitution at this address.
    #[error("{address} is no constitution of this program")]
    NoConstitution {
        /// The address.
        address: Address,
    },
    /// An account of the program cannot be read.
    #[error("account {address} cannot be read: {source}")]
    Unreadable {
        /// The account.
        address: Address,
        /// Why.
        source: DecodeError,
    },
    /// The constitution changed each time while its accounts were being read. Trying again later helps.
    #[error("the constitution changed {readings} times while its accounts were being read; try again")]
    Busy {
        /// How often.
        readings: usize,
    },
}

type Result<T> = std::result::Result<T, LedgerError>;

impl Ledger {
    /// Reads all accounts of a constitution, then all that was logged about it.
    ///
    /// Order: accounts first. What happens in between is then in the events and can be told by its number; the other
    /// way round it would be missing.
    ///
    /// # Errors
    /// [`LedgerError`].
    pub async fn fetch(rpc: &Rpc, address: &Address) -> Result<Self> {
        let mut before = fetch_constitution(rpc, address).await?;
        for _ in 0..READINGS {
            let ledger = Self::fetch_accounts(rpc, *address, before).await?;
            let after = fetch_constitution(rpc, address).await?;
            if after.chain != ledger.constitution.chain {
                before = after;
                continue;
            }
            let history = fetch_history(rpc, &ledger).await?;
            let owners = owners_of(&history);
            let proposers = children(rpc, owners, |owner| pda::proposer(address, &owner), Proposer::decode).await?;
            // After the proposals: what is locked by a vote that they hold is then locked.
            let deposits = children(rpc, deposits_of(&history), |deposit| deposit, Deposit::decode).await?;
            let uses = uses_of(&history, address);
            let authorizations = children(rpc, uses, |record| record, Authorization::decode).await?;
            let snapshots = ledger.snapshots.clone().with_what_belongs_to_them(rpc, &history).await?;
            let is_settled = ledger.are_roots_settled(rpc).await?;
            let after = fetch_constitution(rpc, address).await?;
            if is_settled && after.chain == ledger.constitution.chain {
                return Ok(Self { history, proposers, deposits, authorizations, snapshots, ..ledger });
            }
            before = after;
        }
        Err(LedgerError::Busy { readings: READINGS })
    }

    async fn fetch_accounts(rpc: &Rpc, address: Address, constitution: Constitution) -> Result<Self> {
        let Constitution {
            next_principle_id,
            next_policy_id,
            next_roster_version,
            next_proposal_id,
            next_emergency_id,
            ..
        } = constitution;
        let pools = (1..constitution.next_electorate_version).map(|version| pda::deposit_pool(&address, version));
        // Order: before the proposals, so that whatever the guardrails have counted is in a chain read later.
        let guardrails = children(rpc, std::iter::once(()), |()| pda::guardrails(&address), Guardrails::decode).await?;
        Ok(Self {
            guardrails: guardrails.into_values().flatten().next(),
            authorizations: BTreeMap::new(),
            principles: children(rpc, 0..next_principle_id, |id| pda::principle(&address, id), Principle::decode)
                .await?,
            policies: children(rpc, 0..next_policy_id, |id| pda::policy(&address, id), Policy::decode).await?,
            rosters: children(rpc, 1..next_roster_version, |id| pda::roster(&address, id), Roster::decode).await?,
            proposals: children(rpc, 0..next_proposal_id, |id| pda::proposal(&address, id), Proposal::decode).await?,
            proposers: BTreeMap::new(),
            snapshots: SnapshotAccounts::fetch_electorates(rpc, &address, constitution.next_electorate_version).await?,
            pools: children(rpc, pools, |pool| pool, DepositPool::decode).await?,
            deposits: BTreeMap::new(),
            guardians: children(rpc, std::iter::once(()), |()| pda::guardians(&address), Guardians::decode)
                .await?
                .remove(&())
                .flatten(),
            emergencies: children(
                rpc,
                0..next_emergency_id,
                |id| pda::emergency(&address, id),
                EmergencyAction::decode,
            )
            .await?,
            address,
            constitution,
            history: History::default(),
        })
    }

    /// Whether no proposal that waits for its root has moved on since it was read: its roots were read later.
    async fn are_roots_settled(&self, rpc: &Rpc) -> Result<bool> {
        let waits =
            |proposal: &Proposal| proposal.electorate_kind == ElectorateKind::Snapshot as u8 && proposal.voters == 0;
        let waiting = self.proposals.iter().filter(|(_, proposal)| proposal.as_ref().is_some_and(waits));
        let (ids, before): (Vec<u64>, Vec<&Option<Proposal>>) = waiting.unzip();
        let now = children(rpc, ids.into_iter(), |id| pda::proposal(&self.address, id), Proposal::decode).await?;
        Ok(now.values().eq(before))
    }

    /// Addresses of all proposals there ever were, in the order of their ids.
    pub fn proposal_addresses(&self) -> impl Iterator<Item = Address> + '_ {
        self.proposals.keys().map(|id| pda::proposal(&self.address, *id))
    }
}

async fn fetch_constitution(rpc: &Rpc, address: &Address) -> Result<Constitution> {
    let account = rpc.account(address).await?.filter(|account| account.owner == PROGRAM_ID);
    let account = account.ok_or(LedgerError::NoConstitution { address: *address })?;
    // Another kind of account of this program is no constitution, either.
    Constitution::decode(&account.data).map_err(|_| LedgerError::NoConstitution { address: *address })
}

/// The accounts at numbered addresses.
async fn children<Id: Copy + Ord, T>(
    rpc: &Rpc,
    ids: impl Iterator<Item = Id>,
    find: impl Fn(Id) -> Address,
    decode: fn(&[u8]) -> std::result::Result<T, DecodeError>,
) -> Result<BTreeMap<Id, Option<T>>> {
    let ids: Vec<Id> = ids.collect();
    let addresses: Vec<Address> = ids.iter().map(|id| find(*id)).collect();
    let accounts = rpc.accounts(&addresses).await?;
    let load = |address: Address, account: Account| {
        decode(&account.data).map_err(|source| LedgerError::Unreadable { address, source })
    };
    ids.into_iter()
        .zip(addresses)
        .zip(accounts)
        .map(|((id, address), account)| {
            // Lamports sent to the address of a closed account make an account of the System program.
            let account = account.filter(|account| account.owner == PROGRAM_ID);
            Ok((id, account.map(|account| load(address, account)).transpose()?))
        })
        .collect()
}

/// Everybody whose count of open proposals was ever opened. Only the history tells of them.
fn owners_of(history: &History) -> impl Iterator<Item = Address> + use<> {
    let opened = history.events.iter().filter_map(|logged| match &logged.event {
        Ok(Event::ProposerOpened(opened)) => Some(opened.owner),
        _ => None,
    });
    opened.collect::<BTreeSet<_>>().into_iter()
}

/// Addresses of all deposits that were ever opened.
#[allow(clippy::wildcard_enum_match_arm, reason = "one kind of event is looked for")]
fn deposits_of(history: &History) -> impl Iterator<Item = Address> + use<> {
    let opened = history.events.iter().filter_map(|logged| match &logged.event {
        Ok(Event::DepositOpened(opened)) => Some(opened.deposit),
        _ => None,
    });
    opened.collect::<BTreeSet<_>>().into_iter()
}

/// The record of every use of a policy. Only the history tells of them.
fn uses_of(history: &History, constitution: &Address) -> impl Iterator<Item = Address> + use<> {
    let constitution = *constitution;
    let used = history.events.iter().filter_map(|logged| match &logged.event {
        Ok(Event::PolicyUsed(used)) => {
            let policy = pda::policy(&constitution, used.policy_id);
            Some(pda::authorization(&policy, &used.authority, &used.use_key))
        }
        _ => None,
    });
    used.collect::<BTreeSet<_>>().into_iter()
}

/// What was logged about the constitution and about each of its proposals: a vote mentions the proposal only.
async fn fetch_history(rpc: &Rpc, ledger: &Ledger) -> Result<History> {
    let addresses: Vec<Address> = [ledger.address].into_iter().chain(ledger.proposal_addresses()).collect();
    Ok(History::fetch_all(rpc, &addresses).await?)
}
