//! Several endpoints of one cluster behind one connection.
//!
//! A [`Pool`] asks the better of two endpoints, avoids those that fail, asks another one where an attempt fails,
//! and never asks one of another cluster. It is `solana-rpc-client`'s own transport, so every typed call of that
//! client goes through it; [`crate::Rpc::with_pool`] does the same for this crate's calls.
//!
//! What decides what: `config` says what there is, `choice` who is asked, `breaker` and `load` who is not,
//! `health` which
//! endpoints are well, `sharing` what other processes hear of it, `fault` what a failure means, `retry` whether to try again, `attempts` puts them together.
//!
//! A pool writes and measures through `tracing` and `metrics` ([`meters`]). It owns no task but those that are asked
//! for: [`Pool::spawn_probes`], [`Pool::spawn_reloads`].
//! Set a recorder of metrics before making a pool: it looks its series up once.

mod attempts;
mod breaker;
mod call;
mod choice;
mod config;
pub(crate) mod dice;
mod endpoint;
mod error;
mod fallback;
mod fault;
mod health;
mod identity;
mod load;
mod member;
pub mod meters;
mod method;
mod reload;
mod retry;
mod shared;
mod sharing;
mod status;
mod transport;
mod wire;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde_json::Value;
use solana_rpc_client::rpc_sender::{RpcSender, RpcTransportStats};
use solana_rpc_client_api::client_error;
use solana_rpc_client_api::request::RpcRequest;
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::Instrument;

use crate::cache::Class;
use crate::reader::ReaderConfig;
use attempts::{Call, method_name};
use dice::Dice;
use member::Member;
use shared::Shared;

pub use breaker::{Breaker, BreakerPolicy, BreakerState, Permit, Transition};
pub use call::{BadCorrelationId, CallOptions, CallTrace, CorrelationId};
pub use config::{ConfigError, ConfigFault, Limits, PoolConfig, Problem, nearest, read_span, shown_span};
pub use endpoint::{BadLabel, BadUrl, Cluster, Endpoint, EndpointUrl, Label, Role, UnknownCluster};
pub(crate) use error::answer_data;
pub use error::{Ailment, Cause, PoolError, Unfit};
pub use fallback::Fallback;
pub use fault::{Again, Blame, Fault, Verdict};
pub(crate) use fault::{code_verdict, status_verdict};
pub use health::{ProbePolicy, Probes};
pub use method::{MethodClass, PerClass};
pub use reload::{Reload, ReloadError, Reloads};
pub use retry::RetryPolicy;
pub use sharing::SharingConfig;
pub use status::EndpointStatus;
pub use transport::{BadCertificate, Http, Post, Reply, Transport};

/// Several endpoints of one cluster behind one connection. Cloning shares them.
#[derive(Clone)]
pub struct Pool {
    shared: Arc<Shared>,
    options: CallOptions,
}

impl Pool {
    /// A pool over HTTP. Nothing is sent yet.
    #[must_use]
    pub fn new(config: PoolConfig) -> Self {
        Self::with_transport(config, Http::new())
    }

    /// A pool over any transport. Nothing is sent yet.
    #[must_use]
    pub fn with_transport(config: PoolConfig, transport: impl Transport) -> Self {
        let shared = Shared::new(config, Box::new(transport), Dice::new());
        Self { shared: Arc::new(shared), options: CallOptions::default() }
    }

    /// The same endpoints, with other words about each call.
    #[must_use]
    pub fn with_options(&self, options: CallOptions) -> Self {
        Self { shared: Arc::clone(&self.shared), options }
    }

    /// Makes a call. `params` is a JSON list, or `Null` for none.
    ///
    /// # Errors
    /// [`PoolError`], with the last endpoint that was asked and what it answered.
    pub async fn call(&self, request: RpcRequest, params: Value) -> Result<Value, PoolError> {
        let call = Call::new(&self.shared, request, &self.options);
        // Of the highest level: a line of any level that is written must find its call's id.
        let span = tracing::error_span!("rpc_call", method = method_name(request), correlation = %call.correlation());
        let started = Instant::now();
        let result = async {
            let result = call.run(params).await;
            if let Err(error) = &result {
                tracing::info!(%error, "call failed");
            }
            result
        }
        .instrument(span)
        .await;
        self.shared.note_call(started.elapsed());
        result
    }

    /// Starts probing the endpoints, on the runtime that this is called on, until what is returned is dropped.
    /// Without probes only calls themselves show what is wrong with an endpoint.
    ///
    /// # Panics
    /// Outside a Tokio runtime.
    pub fn spawn_probes(&self) -> Probes {
        Probes::spawn(Arc::clone(&self.shared))
    }

    /// Probes every endpoint once, whatever [`Pool::spawn_probes`] does: what [`Pool::status`] tells afterwards is fresh.
    /// Waits for a round that is under way.
    pub async fn probe(&self) {
        self.shared.probe_next_round().await;
    }

    /// What is known of each endpoint, in the order of the configuration.
    #[must_use]
    pub fn status(&self) -> Vec<EndpointStatus> {
        let now = Instant::now();
        self.shared.table.load().members.iter().map(|member| EndpointStatus::of(member, now)).collect()
    }

    /// Chooses an endpoint and notes a call of a millisecond at it, without making one: what a call costs beside its
    /// transport and its text. For benchmarks.
    #[doc(hidden)]
    #[must_use]
    pub fn rehearse(&self, class: MethodClass) -> bool {
        self.shared.rehearse(class)
    }

    /// The same pool with one correlation id for all calls, and that id.
    pub(crate) fn correlated(&self) -> (Self, CorrelationId) {
        let given = self.options.correlation.clone();
        let correlation = given.unwrap_or_else(|| CorrelationId::new(&self.shared.dice));
        (self.with_options(self.options.clone().with_correlation(correlation.clone())), correlation)
    }

    /// The same pool for calls to one endpoint by chance, out of those that reads may go to now; `None` where none is.
    pub(crate) fn one_reader(&self) -> Option<Self> {
        let table = self.shared.table.load();
        let usable = table.meant(MethodClass::Read, &self.options).and(table.those(Member::is_usable));
        let index = usable.nth(self.shared.dice.below(usable.len()))?;
        let name = table.members.get(index)?.endpoint.name.clone();
        Some(self.with_options(self.options.clone().with_endpoint(name)))
    }

    /// The configuration of the moment.
    pub(crate) fn config(&self) -> PoolConfig {
        self.shared.table.load().config.clone()
    }

    /// Told of each change of the configuration from now on.
    pub(crate) fn reloads(&self) -> watch::Receiver<u64> {
        self.shared.reloads.subscribe()
    }

    /// How accounts are read through a cache, as the configuration of the moment says.
    pub(crate) fn reader_config(&self) -> Option<ReaderConfig> {
        self.shared.table.load().config.reader.clone()
    }

    /// For how long the configuration of the moment has accounts of this class told again.
    pub(crate) fn time_of(&self, class: Class) -> Option<Duration> {
        self.shared.table.load().config.reader.as_ref().map(|reader| reader.policy.of_class(class))
    }

    /// The endpoints' names, with commas between them.
    #[must_use]
    pub fn names(&self) -> String {
        self.shared.names()
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").field("endpoints", &self.names()).field("options", &self.options).finish()
    }
}

#[async_trait]
impl RpcSender for Pool {
    async fn send(&self, request: RpcRequest, params: Value) -> client_error::Result<Value> {
        self.call(request, params).await.map_err(PoolError::into_client)
    }

    fn get_transport_stats(&self) -> RpcTransportStats {
        self.shared.transport_stats()
    }

    fn url(&self) -> String {
        self.names()
    }
}

#[cfg(test)]
mod tests;
