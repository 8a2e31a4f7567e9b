//! The connection to a cluster, in the program's own terms.

mod cached;
mod deposits;
mod electorate;
mod emergency;
mod execution;
mod guardrails;
mod orders;
mod proposals;
mod published;
mod reads;
mod snapshots;
mod tracks;

use std::sync::{Arc, OnceLock};

use quantumagi_interface::{DecodeError, PROGRAM_ID};
use quantumagi_rpc::pool::{Pool, Probes};
use quantumagi_rpc::reader::AccountReader;
use quantumagi_rpc::solana::{Address, AddressLookupTableAccount, ids};
use quantumagi_rpc::subscribe::{SubscribePolicy, Subscriptions};
use quantumagi_rpc::{Account, ChainClock, Commitment, Rpc};
use quantumagi_rules::UnixSeconds;

use crate::connect::{Config, ConnectError};
use crate::error::{Result, SdkError};
pub use deposits::{TOKEN, TOKEN_2022, associated_token_account};
pub use electorate::{Ballot, Electorate};
pub use emergency::EmergencyDraft;
pub use proposals::ProposalDraft;
pub use snapshots::proved_voter;

/// A value as it was at one slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AtSlot<T> {
    /// What was read.
    pub value: T,
    /// Slot at which it was so.
    pub slot: u64,
}

impl<T> AtSlot<T> {
    fn map<U>(self, with: impl FnOnce(T) -> U) -> AtSlot<U> {
        AtSlot { value: with(self.value), slot: self.slot }
    }
}

/// Everything the program can do, over one connection. Cloning shares it.
///
/// Reads return typed accounts with the slot at which they were so. Methods named after an instruction read what it
/// needs, ask the rules whether it would be refused, and return instructions for [`Quantumagi::send`] or
/// [`Quantumagi::unsigned`]; [`crate::builders`] has the same without reading or asking.
#[derive(Clone, Debug)]
pub struct Quantumagi {
    rpc: Rpc,
    /// Address tables that transactions may use.
    tables: Arc<[AddressLookupTableAccount]>,
    /// The endpoints are probed while a client lives.
    #[allow(dead_code, reason = "held for its end, never read")]
    probes: Option<Arc<Probes>>,
    watching: Arc<Watching>,
    /// Through which accounts are read, if not from the connection each time.
    reader: Option<AccountReader>,
}

/// The endpoints where changes are told, and the subscriptions there once there is one.
#[derive(Debug, Default)]
struct Watching {
    pool: Option<Pool>,
    subscriptions: OnceLock<Subscriptions>,
}

impl Quantumagi {
    /// A client over this connection. Nothing is read yet.
    #[must_use]
    pub fn new(rpc: Rpc) -> Self {
        Self { rpc, tables: Arc::from([]), probes: None, watching: Arc::default(), reader: None }
    }

    fn of_pool(pool: Pool, commitment: Commitment) -> Self {
        let rpc = Rpc::with_pool(pool.clone(), commitment);
        let watching = Watching { pool: Some(pool), subscriptions: OnceLock::new() };
        Self { watching: Arc::new(watching), ..Self::new(rpc) }
    }

    /// A client over these endpoints, at least one of which answers and belongs to the cluster that is named, or that
    /// all of them name. One of another cluster is never used. Where there are several, they are probed for as long
    /// as the client or a clone of it lives. Where the configuration has `[cache]`, typed reads go through a reader that is
    /// made as it says (see [`Quantumagi::with_reader`]).
    ///
    /// ```no_run
    /// # async fn connect() -> Result<(), Box<dyn std::error::Error>> {
    /// use quantumagi_sdk::{Config, Quantumagi};
    ///
    /// let client = Quantumagi::connect(Config::of_url("http://127.0.0.1:8899")?).await?;
    /// println!("the chain's time is {}", client.now().await?.0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`ConnectError::TwoClusters`]; [`ConnectError::Unreachable`] with the endpoint that was asked last, how often
    /// one was asked and how long it took; also where every endpoint belongs to another cluster.
    ///
    /// # Panics
    /// Outside a Tokio runtime.
    pub async fn connect(config: Config) -> std::result::Result<Self, ConnectError> {
        let config = config.settled().await?;
        let (expected, commitment) = (config.pool.cluster, config.commitment);
        let has_several = config.pool.endpoints.len() > 1;
        let pool = config.pool();
        let client = Self::of_pool(pool.clone(), commitment);
        let genesis = client.rpc.genesis_hash().await.map_err(ConnectError::Unreachable)?;
        debug_assert_eq!(expected.map(|cluster| cluster.genesis()), Some(genesis), "the pool asked for it before");
        let reader = AccountReader::of_pool(&pool, commitment).await.map_err(ConnectError::Unreachable)?;
        let probes = has_several.then(|| Arc::new(pool.spawn_probes()));
        Ok(Self { probes, reader, ..client })
    }

    /// A client over these endpoints. Nothing is asked yet: an endpoint's cluster is, before its first use. What `[cache]`
    /// says is kept in memory alone: the levels beyond it need to know the cluster first.
    ///
    /// # Errors
    /// [`ConnectError::ClusterNotNamed`] for several endpoints whose cluster nobody named.
    pub fn lazily(config: Config) -> std::result::Result<Self, ConnectError> {
        let total = config.pool.endpoints.len();
        if config.pool.cluster.is_none() && total > 1 {
            return Err(ConnectError::ClusterNotNamed { total });
        }
        let commitment = config.commitment;
        let pool = config.pool();
        let reader = AccountReader::in_memory_of_pool(&pool, commitment);
        Ok(Self { reader, ..Self::of_pool(pool, commitment) })
    }

    /// The same client with transactions that name accounts by these address tables, so that more of them fit. What a
    /// program sees, and what was voted on, is the accounts.
    ///
    /// # Errors
    /// [`SdkError::Rpc`]; [`SdkError::NotOurs`] for an account that is no table.
    pub async fn with_lookup_tables(&self, addresses: &[Address]) -> Result<Self> {
        let mut tables = Vec::with_capacity(addresses.len());
        for key in addresses {
            let account = self.rpc.existing_account(key).await?;
            if account.owner != ids::address_lookup_table::ID {
                return Err(SdkError::NotOurs { what: "lookup table", address: *key, owner: account.owner });
            }
            // Source: `solana_address_lookup_table_interface::state`, which puts the addresses behind 56 bytes.
            let (rows, _) = account.data.get(56..).unwrap_or_default().as_chunks::<32>();
            let addresses = rows.iter().map(|row| Address::new_from_array(*row)).collect();
            tables.push(AddressLookupTableAccount { key: *key, addresses });
        }
        Ok(Self { tables: tables.into(), ..self.clone() })
    }

    /// The address tables that transactions may use.
    #[must_use]
    pub fn lookup_tables(&self) -> &[AddressLookupTableAccount] {
        &self.tables
    }

    /// The connection.
    #[must_use]
    pub fn rpc(&self) -> &Rpc {
        &self.rpc
    }

    /// The client's endpoints, whose configuration can be changed while it works ([`Pool::reload`], [`Pool::spawn_reloads`]):
    /// calls, subscriptions and the times of the cache follow. `None` where the client was made from a connection.
    #[must_use]
    pub fn pool(&self) -> Option<&Pool> {
        self.watching.pool.as_ref()
    }

    /// Subscriptions at the client's endpoints: for accounts of other programs. One connection carries all of a client
    /// and its clones. Where the client was made from a connection, whose endpoints are not known, they go by calls.
    ///
    /// # Panics
    /// Outside a Tokio runtime.
    #[must_use]
    pub fn subscriptions(&self) -> &Subscriptions {
        self.watching.subscriptions.get_or_init(|| {
            let policy = SubscribePolicy::default();
            match &self.watching.pool {
                Some(pool) => Subscriptions::of_pool(pool, self.rpc.commitment(), policy),
                None => Subscriptions::by_calls(self.rpc.clone(), policy),
            }
        })
    }

    /// The chain's clock.
    ///
    /// # Errors
    /// [`SdkError::Rpc`].
    pub async fn clock(&self) -> Result<ChainClock> {
        Ok(self.rpc.clock().await?)
    }

    /// The chain's time, which is the only one that rules go by.
    ///
    /// # Errors
    /// [`SdkError::Rpc`].
    pub async fn now(&self) -> Result<UnixSeconds> {
        Ok(UnixSeconds(self.clock().await?.unix_timestamp))
    }

    /// The account at `address`, which must be there and be what `decode` reads.
    async fn existing<T>(
        &self,
        what: &'static str,
        address: &Address,
        decode: impl FnOnce(&[u8]) -> std::result::Result<T, DecodeError>,
    ) -> Result<AtSlot<T>> {
        let account = self.account(address).await?;
        decoded(what, address, account, decode)?.ok_or(SdkError::NotFound { what, address: *address })
    }

    /// Those of these accounts that exist, in the order asked.
    async fn those_of<T>(
        &self,
        what: &'static str,
        addresses: &[Address],
        decode: impl Fn(&[u8]) -> std::result::Result<T, DecodeError>,
    ) -> Result<Vec<Option<AtSlot<T>>>> {
        let accounts = self.accounts(addresses).await?;
        addresses.iter().zip(accounts).map(|(address, account)| decoded(what, address, account, &decode)).collect()
    }
}

/// What an account holds. One that belongs to the System program has never been created, or was closed: somebody has
/// merely sent lamports there.
pub(crate) fn decoded<T>(
    what: &'static str,
    address: &Address,
    account: Option<Account>,
    decode: impl FnOnce(&[u8]) -> std::result::Result<T, DecodeError>,
) -> Result<Option<AtSlot<T>>> {
    let Some(account) = account.filter(|account| account.owner != quantumagi_rpc::solana::ids::system_program::ID)
    else {
        return Ok(None);
    };
    let address = *address;
    if account.owner != PROGRAM_ID {
        return Err(SdkError::NotOurs { what, address, owner: account.owner });
    }
    let value = decode(&account.data).map_err(|source| SdkError::Undecodable { what, address, source })?;
    Ok(Some(AtSlot { value, slot: account.slot }))
}
