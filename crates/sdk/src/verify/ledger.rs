//! A constitution's accounts and events, as an endpoint gives them.

mod payloads;
mod snapshots;

use std::collections::{BTreeMap, BTreeSet};

use quantumagi_interface::accounts::{
    Authorization, Constitution, Deposit, DepositPool, EmergencyAction, Guardians, Guardrails, Policy, Principle,
    Proposal, Proposer, Roster,
};
use quantumagi_interface::calls::Call;
use quantumagi_interface::events::Event;
use quantumagi_interface::{Address, DecodeError, PROGRAM_ID, pda};
use quantumagi_rpc::{Account, HistoryRange, Rpc, RpcError};
use quantumagi_rules::electorate::ElectorateKind;

pub use self::snapshots::SnapshotAccounts;
use crate::history::History;

/// How often the accounts are read again when somebody changed them in between.
const READINGS: usize = 5;
/// Instructions that one transaction can carry out, those of its programs included (`solana-transaction-context` 3).
const MAX_INSTRUCTIONS: u64 = 64;

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
    /// The bytes of payloads that proposals were read from, by address, where they were found in the transactions that wrote
    /// them.
    pub payloads: BTreeMap<Address, Vec<u8>>,
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
    /// The constitution claims more than all transactions that name it can have done. Reading it all would never end.
    #[error("{field} is {claimed}, but the {listed} transactions that name the constitution cannot have led there")]
    Implausible {
        /// Which number.
        field: &'static str,
        /// What it is.
        claimed: u64,
        /// How many transactions the endpoint lists.
        listed: usize,
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
            let listed = rpc.signatures_for(address, HistoryRange::default()).await?.len();
            check_plausible(&before, listed)?;
            let ledger = Self::fetch_accounts(rpc, *address, before).await?;
            let after = fetch_constitution(rpc, address).await?;
            if after.chain != ledger.constitution.chain {
                before = after;
                continue;
            }
            let history = fetch_history(rpc, &ledger).await?;
            let owners = owners_of(address, &history);
            let proposers = children(rpc, owners, |owner| pda::proposer(address, &owner), Proposer::decode).await?;
            // After the proposals: what is locked by a vote that they hold is then locked.
            let deposits = children(rpc, deposits_of(address, &history), |deposit| deposit, Deposit::decode).await?;
            let uses = uses_of(&history, address);
            let authorizations = children(rpc, uses, |record| record, Authorization::decode).await?;
            let snapshots = ledger.snapshots.clone().with_what_belongs_to_them(rpc, &history).await?;
            let payloads = payloads::fetch(rpc, address, &history).await?;
            let is_settled = ledger.are_roots_settled(rpc).await?;
            let after = fetch_constitution(rpc, address).await?;
            if is_settled && after.chain == ledger.constitution.chain {
                return Ok(Self { history, proposers, deposits, authorizations, snapshots, payloads, ..ledger });
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
            payloads: BTreeMap::new(),
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

/// Whether all that the constitution counts can have been done by the transactions that name it.
///
/// Each thing that is counted was counted by an event, and an instruction logs one event of the constitution's. What is
/// then read is in proportion to what the endpoint itself has sent.
fn check_plausible(constitution: &Constitution, listed: usize) -> Result<()> {
    let counters = [
        ("number of events", constitution.chain.sequence, (listed as u64).saturating_mul(MAX_INSTRUCTIONS)),
        ("next proposal", constitution.next_proposal_id, constitution.chain.sequence),
        ("next policy", constitution.next_policy_id, constitution.chain.sequence),
        ("next principle", constitution.next_principle_id.into(), constitution.chain.sequence),
        // The first of these have version 1.
        ("next electorate", constitution.next_electorate_version.into(), constitution.chain.sequence.saturating_add(1)),
        ("next roster", constitution.next_roster_version.into(), constitution.chain.sequence.saturating_add(1)),
    ];
    match counters.into_iter().find(|(_, claimed, most)| claimed > most) {
        Some((field, claimed, _)) => Err(LedgerError::Implausible { field, claimed, listed }),
        None => Ok(()),
    }
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

/// Everybody whose count of open proposals was ever opened in this constitution. Only the history tells of them: its lines, and where lines
/// are hidden, its instructions.
fn owners_of(address: &Address, history: &History) -> impl Iterator<Item = Address> + use<> {
    let events = history.events.iter().filter_map(|logged| logged.event.as_ref().ok());
    let opened = events.filter_map(|event| {
        let Event::ProposerOpened(e) = event else { return None };
        (e.constitution == *address).then_some(e.owner)
    });
    let asked = history.calls().filter_map(|call| {
        let Call::ProposerOpen { accounts, owner } = call else { return None };
        (accounts.constitution == *address).then_some(owner)
    });
    opened.chain(asked).collect::<BTreeSet<_>>().into_iter()
}

/// Addresses of all deposits that were ever opened in this constitution.
fn deposits_of(address: &Address, history: &History) -> impl Iterator<Item = Address> + use<> {
    let events = history.events.iter().filter_map(|logged| logged.event.as_ref().ok());
    let opened = events.filter_map(|event| {
        let Event::DepositOpened(e) = event else { return None };
        (e.constitution == *address).then_some(e.deposit)
    });
    let asked = history.calls().filter_map(|call| {
        let Call::DepositOpen { accounts, .. } = call else { return None };
        (accounts.constitution == *address).then_some(accounts.deposit)
    });
    opened.chain(asked).collect::<BTreeSet<_>>().into_iter()
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
    let asked = history.calls().filter_map(|call| {
        let Call::PolicyUse { accounts, .. } = call else { return None };
        (accounts.constitution == constitution).then_some(accounts.authorization)
    });
    used.chain(asked).collect::<BTreeSet<_>>().into_iter()
}

/// What was logged about the constitution and about each of its proposals: a vote mentions the proposal only.
async fn fetch_history(rpc: &Rpc, ledger: &Ledger) -> Result<History> {
    let addresses: Vec<Address> = [ledger.address].into_iter().chain(ledger.proposal_addresses()).collect();
    Ok(History::fetch_all(rpc, &addresses).await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn constitution(change: impl Fn(&mut Constitution)) -> Constitution {
        let bytes = vec![0; Constitution::LEN];
        let zeros = [&Constitution::DISCRIMINATOR[..], &bytes[8..]].concat();
        let mut constitution = Constitution::decode(&zeros).expect("zeros are one");
        (constitution.chain.sequence, constitution.next_roster_version) = (10, 1);
        change(&mut constitution);
        constitution
    }

    #[track_caller]
    fn check(change: impl Fn(&mut Constitution), refused: Option<&str>) {
        let found = check_plausible(&constitution(change), 2).err();
        let found = found.map(|error| {
            let LedgerError::Implausible { field, .. } = error else { panic!("{error}") };
            field
        });
        assert_eq!(found, refused);
    }

    #[test]
    fn a_constitution_that_counts_more_than_it_can_have_done_is_not_read() {
        check(|_| {}, None);
        check(|c| c.chain.sequence = 128, None);
        check(|c| c.chain.sequence = 129, Some("number of events"));
        check(|c| c.next_proposal_id = 10, None);
        check(|c| c.next_proposal_id = u64::MAX, Some("next proposal"));
        check(|c| c.next_policy_id = 11, Some("next policy"));
        check(|c| c.next_principle_id = u32::MAX, Some("next principle"));
        check(|c| c.next_roster_version = 11, None);
        check(|c| c.next_roster_version = 12, Some("next roster"));
    }
}
