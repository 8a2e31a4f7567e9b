//! The connection to a cluster that all calls share.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use solana_rpc_client_api::request::RpcRequest;

use crate::endpoint::shown_host;
use crate::error::{Result, RpcError};
use crate::pool::{CallOptions, Pool};
use crate::single::Single;
use crate::solana::Hash;

/// How settled the state must be that a call reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Commitment {
    /// In the node's latest block, which may yet be dropped.
    Processed,
    /// Voted for by two thirds of the stake.
    #[default]
    Confirmed,
    /// Rooted: cannot be undone.
    Finalized,
}

impl Commitment {
    /// The name that the JSON-RPC interface uses.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Processed => "processed",
            Self::Confirmed => "confirmed",
            Self::Finalized => "finalized",
        }
    }
}

/// A connection to one cluster. Cloning shares it.
#[derive(Clone)]
pub struct Rpc {
    shared: Arc<Shared>,
}

struct Shared {
    transport: Carrier,
    host: String,
    commitment: Commitment,
}

enum Carrier {
    /// One endpoint, and the caller's words about each call.
    Single(Arc<Single>, CallOptions),
    /// Several. Asked directly: the Solana client's errors have no room for which one answered.
    Pool(Pool),
}

/// An answer that says at which slot it was read.
#[derive(Deserialize)]
pub(crate) struct AtSlot<T> {
    pub(crate) context: Context,
    pub(crate) value: T,
}

#[derive(Deserialize)]
pub(crate) struct Context {
    pub(crate) slot: u64,
}

impl Rpc {
    /// A connection to the endpoint at `url` (`http://` or `https://`). Nothing is sent yet.
    #[must_use]
    pub fn new(url: &str, commitment: Commitment) -> Self {
        let transport = Carrier::Single(Arc::new(Single::new(url)), CallOptions::default());
        Self { shared: Arc::new(Shared { transport, host: shown_host(url), commitment }) }
    }

    /// A connection through a pool of endpoints. Nothing is sent yet.
    #[must_use]
    pub fn with_pool(pool: Pool, commitment: Commitment) -> Self {
        let host = pool.names();
        Self { shared: Arc::new(Shared { transport: Carrier::Pool(pool), host, commitment }) }
    }

    /// The same connection with other words about each call. A connection to a single endpoint heeds the deadline and the
    /// correlation id; there is nothing to choose from by tag or name.
    #[must_use]
    pub fn with_options(&self, options: CallOptions) -> Self {
        match &self.shared.transport {
            Carrier::Single(single, _) => {
                let transport = Carrier::Single(Arc::clone(single), options);
                let (host, commitment) = (self.shared.host.clone(), self.shared.commitment);
                Self { shared: Arc::new(Shared { transport, host, commitment }) }
            }
            Carrier::Pool(pool) => Self::with_pool(pool.with_options(options), self.shared.commitment),
        }
    }

    /// The same connection with one correlation id for all its calls, the caller's where it gave one, and that id.
    pub(crate) fn correlated(&self) -> (Self, String) {
        match &self.shared.transport {
            Carrier::Single(single, options) => {
                let correlation = single.correlation(options);
                let options = options.clone().with_correlation(correlation.clone());
                (self.with_options(options), correlation.to_string())
            }
            Carrier::Pool(pool) => {
                let (pool, correlation) = pool.correlated();
                (Self::with_pool(pool, self.commitment()), correlation.to_string())
            }
        }
    }

    /// A connection to one endpoint by chance, where this one has several: what it answers to one question can be compared
    /// with what it answers to the next.
    pub(crate) fn one_reader(&self) -> Self {
        match &self.shared.transport {
            Carrier::Single(..) => self.clone(),
            Carrier::Pool(pool) => {
                pool.one_reader().map_or_else(|| self.clone(), |one| Self::with_pool(one, self.commitment()))
            }
        }
    }

    /// How settled the state is that this connection reads.
    #[must_use]
    pub fn commitment(&self) -> Commitment {
        self.shared.commitment
    }

    /// Host of the endpoint, without anything that may be a key; the endpoints' names for a pool.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.shared.host
    }

    /// Hash of the cluster's first block, which tells clusters apart.
    ///
    /// # Errors
    /// As every call: [`RpcError::Transport`], [`RpcError::Rpc`], [`RpcError::Malformed`].
    pub async fn genesis_hash(&self) -> Result<Hash> {
        let text: String = self.call(RpcRequest::GetGenesisHash, Value::Null).await?;
        text.parse().map_err(|_| self.malformed("genesis hash"))
    }

    /// The latest slot at this connection's commitment.
    ///
    /// # Errors
    /// As [`Rpc::genesis_hash`].
    pub async fn slot(&self) -> Result<u64> {
        self.call(RpcRequest::GetSlot, json!([{ "commitment": self.commitment().as_str() }])).await
    }

    pub(crate) async fn call<T: DeserializeOwned>(&self, request: RpcRequest, params: Value) -> Result<T> {
        let answer = match &self.shared.transport {
            Carrier::Single(single, options) => single.call(request, params, options).await?,
            Carrier::Pool(pool) => pool.call(request, params).await.map_err(RpcError::from_pool)?,
        };
        serde_json::from_value(answer).map_err(|source| RpcError::Malformed {
            host: self.host().to_owned(),
            what: "not the type that was asked for",
            source: Some(source),
        })
    }

    pub(crate) fn malformed(&self, what: &'static str) -> RpcError {
        RpcError::malformed(self.host(), what)
    }
}

impl fmt::Debug for Rpc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rpc")
            .field("host", &self.shared.host)
            .field("commitment", &self.shared.commitment)
            .finish_non_exhaustive()
    }
}
