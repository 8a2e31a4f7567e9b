//! What all handles of a pool share.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arc_swap::ArcSwap;
use serde_json::Value;
use solana_rpc_client::rpc_sender::RpcTransportStats;
use solana_rpc_client_api::request::RpcRequest;
use tokio::sync::{Mutex, watch};
use tokio::time::Instant;

use super::choice::{Wanted, choose};
use super::config::PoolConfig;
use super::dice::Dice;
use super::fault::Fault;
use super::identity::Belonging;
use super::member::{Member, Members, Table};
use super::meters::PoolMeters;
use super::method::MethodClass;
use super::sharing::Waiting;
use super::transport::{Post, Transport};
use super::wire;
use crate::redact::Secrets;
use crate::solana::Hash;

/// What all handles of a pool share.
pub(super) struct Shared {
    pub(super) table: ArcSwap<Table>,
    pub(super) dice: Dice,
    pub(super) meters: PoolMeters,
    /// Number of the next round of probes. Held during a round: two of them do not overlap.
    pub(super) next_round: Mutex<u64>,
    /// How often the table was changed.
    pub(super) reloads: watch::Sender<u64>,
    /// Endpoints that own probes put out and other processes may be told of.
    pub(super) outs: Waiting,
    transport: Box<dyn Transport>,
    last_id: AtomicU64,
    calls: AtomicU64,
    micros: AtomicU64,
}

impl Shared {
    pub(super) fn new(config: PoolConfig, transport: Box<dyn Transport>, dice: Dice) -> Self {
        let now = Instant::now();
        Self {
            table: ArcSwap::from_pointee(Table::new(config, now)),
            dice,
            meters: PoolMeters::new(),
            next_round: Mutex::new(0),
            reloads: watch::Sender::new(0),
            outs: Waiting::default(),
            transport,
            last_id: AtomicU64::new(0),
            calls: AtomicU64::new(0),
            micros: AtomicU64::new(0),
        }
    }

    /// A number for the next request, which its answer must bear.
    pub(super) fn next_id(&self) -> u64 {
        self.last_id.fetch_add(1, Ordering::Relaxed)
    }

    /// Asks one question of one endpoint, past breakers and choice.
    pub(super) async fn ask(
        &self,
        table: &Table,
        member: &Member,
        request: RpcRequest,
        params: Value,
        post: Post<'_>,
    ) -> Result<Value, Fault> {
        let id = self.next_id();
        let body = request.build_request_json(id, params).to_string();
        self.exchange(table, member, Post { body: &body, ..post }, id).await?.0
    }

    /// Sends one question and reads its answer, and tells from where it came.
    pub(super) async fn exchange(
        &self,
        table: &Table,
        member: &Member,
        post: Post<'_>,
        id: u64,
    ) -> Result<(Result<Value, Fault>, Option<SocketAddr>), Fault> {
        let max_answer_len = table.config.limits.answer_len;
        let post = Post { max_answer_len, ..post };
        let (reply, from) = self.transport.post_telling(&member.endpoint, post).await?;
        let answer = wire::read(&reply, id).map_err(|fault| fault.hiding(&Secrets::of(&member.endpoint)));
        Ok((answer, from))
    }

    /// Whether the endpoint belongs to the pool's cluster; asks it where that is not known yet.
    pub(super) async fn belonging(&self, table: &Table, member: &Member, post: Post<'_>) -> Result<Belonging, Fault> {
        if member.identity.get() != Belonging::Unknown {
            return Ok(member.identity.get());
        }
        // With a single endpoint and no named cluster there is nothing to compare.
        let Some(expected) = table.genesis() else { return Ok(Belonging::Unknown) };
        let waiting = tokio::time::timeout(post.timeout, member.identity.turn());
        let Ok(_turn) = waiting.await else { return Err(Fault::Timeout { limit: post.timeout }) };
        if member.identity.get() == Belonging::Unknown {
            self.identify(table, member, expected, post).await?;
        }
        Ok(member.identity.get())
    }

    /// Asks the endpoint for its cluster, whatever was known.
    pub(super) async fn identify(
        &self,
        table: &Table,
        member: &Member,
        expected: Hash,
        post: Post<'_>,
    ) -> Result<(), Fault> {
        let id = self.next_id();
        let body = RpcRequest::GetGenesisHash.build_request_json(id, Value::Null).to_string();
        // Its name may lead back to where it belongs, which a connection that is kept would never show.
        let is_last = member.identity.get() == Belonging::Foreign;
        let (answer, from) = self.exchange(table, member, Post { body: &body, is_last, ..post }, id).await?;
        let genesis: Option<Hash> = answer?.as_str().and_then(|text| text.parse().ok());
        let Some(genesis) = genesis else { return Err(Fault::Unreadable { what: "its genesis hash is none" }) };
        let belonging = if genesis == expected { Belonging::Ours } else { Belonging::Foreign };
        if belonging == Belonging::Foreign && member.identity.get() != Belonging::Foreign {
            let endpoint = &member.endpoint.name;
            tracing::error!(%endpoint, %genesis, %expected, "endpoint belongs to another cluster and is not used");
        }
        member.identity.take(belonging, from);
        Ok(())
    }

    pub(super) fn note_call(&self, elapsed: Duration) {
        self.calls.fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    pub(super) fn transport_stats(&self) -> RpcTransportStats {
        RpcTransportStats {
            request_count: usize::try_from(self.calls.load(Ordering::Relaxed)).unwrap_or(usize::MAX),
            elapsed_time: Duration::from_micros(self.micros.load(Ordering::Relaxed)),
            // Nothing waits for a busy endpoint: another one is asked.
            rate_limited_time: Duration::ZERO,
        }
    }

    /// See [`super::Pool::rehearse`].
    pub(super) fn rehearse(&self, class: MethodClass) -> bool {
        let table = self.table.load();
        let now = Instant::now();
        let wanted = Wanted { class, allowed: table.those(Member::is_usable), tried: Members::NONE };
        let Some(chosen) = choose(&table, wanted, &self.dice, now) else { return false };
        let Some(member) = table.members.get(chosen.index) else { return false };
        let under_way = member.load.begin();
        let ended = Instant::now();
        member.load.observe(class, Duration::from_millis(1), ended);
        drop(under_way);
        chosen.permit.succeed(ended).is_none()
    }

    pub(super) fn names(&self) -> String {
        let table = Arc::clone(&self.table.load());
        let names: Vec<&str> = table.members.iter().map(|member| member.endpoint.name.as_str()).collect();
        names.join(",")
    }
}
