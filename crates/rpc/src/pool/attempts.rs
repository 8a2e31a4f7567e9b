//! One call from its first attempt to its end.

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use solana_rpc_client_api::request::RpcRequest;
use tokio::time::{Instant, sleep};
use tracing::Instrument;
use tracing::field::Empty;

use super::breaker::Permit;
use super::call::{CallOptions, CallTrace, CorrelationId};
use super::choice::{Chosen, Wanted, choose};
use super::error::{Cause, PoolError, Unfit};
use super::fault::{Again, Blame, Fault};
use super::identity::Belonging;
use super::member::{Member, Members, Table};
use super::method::{MethodClass, is_repeatable};
use super::shared::Shared;
use super::transport::Post;

/// How often an endpoint is asked within one attempt because the answer came from an address that has not said its cluster.
const IDENTITIES: u32 = 3;

/// A call under way.
pub(super) struct Call<'a> {
    shared: &'a Shared,
    /// The endpoints as they were when the call began: a change of the configuration takes none from under it.
    table: Arc<Table>,
    request: RpcRequest,
    class: MethodClass,
    meant: Members,
    deadline: Instant,
    started: Instant,
    correlation: CorrelationId,
    attempts: u32,
    /// Whether an attempt that failed may have been carried out.
    may_be_done: bool,
    tried: Members,
    last: Option<usize>,
}

impl<'a> Call<'a> {
    pub(super) fn new(shared: &'a Shared, request: RpcRequest, options: &CallOptions) -> Self {
        let table = shared.table.load_full();
        let class = MethodClass::of(request);
        let started = Instant::now();
        let limit = started + table.config.limits.call;
        Self {
            meant: table.meant(class, options),
            deadline: options.deadline.map_or(limit, |deadline| deadline.min(limit)),
            correlation: options.correlation.clone().unwrap_or_else(|| CorrelationId::new(&shared.dice)),
            shared,
            table,
            request,
            class,
            started,
            attempts: 0,
            may_be_done: false,
            tried: Members::NONE,
            last: None,
        }
    }

    pub(super) fn correlation(&self) -> CorrelationId {
        self.correlation.clone()
    }

    pub(super) async fn run(mut self, params: Value) -> Result<Value, PoolError> {
        let meters = &self.shared.meters.calls[self.class];
        self.shared.meters.budget.set(self.table.budget.earn());
        let id = self.shared.next_id();
        let body = self.request.build_request_json(id, params).to_string();
        let mut last_fault = None;
        loop {
            let chosen = match self.choose() {
                Ok(chosen) => chosen,
                Err(cause) => {
                    meters.failed.increment(1);
                    // What an endpoint said explains more than that nobody else was left to ask.
                    return Err(self.error(last_fault.map_or(cause, Cause::Fault)));
                }
            };
            let index = chosen.index;
            let fault = match self.attempt(chosen, &body, id).await {
                Attempt::Answered(value) => {
                    meters.ok.increment(1);
                    return Ok(value);
                }
                Attempt::Foreign => continue,
                Attempt::Failed(fault) => fault,
            };
            self.tried = self.tried.with(index);
            let Some(pause) = self.pause_after(&fault) else {
                meters.failed.increment(1);
                return Err(self.error(Cause::Fault(fault)));
            };
            self.may_be_done |= fault.may_be_done();
            last_fault = Some(fault);
            meters.retries.increment(1);
            sleep(pause).await;
        }
    }

    fn choose(&self) -> Result<Chosen, Cause> {
        let now = Instant::now();
        if now >= self.deadline {
            return Err(Cause::Deadline);
        }
        let allowed = self.meant.and(self.table.those(Member::is_usable));
        let wanted = Wanted { class: self.class, allowed, tried: self.tried };
        choose(&self.table, wanted, &self.shared.dice, now).ok_or_else(|| Cause::NoEndpoint(self.reasons()))
    }

    fn reasons(&self) -> Vec<(super::endpoint::Label, Unfit)> {
        let members = self.table.members.iter().enumerate();
        members
            .map(|(index, member)| {
                let unfit = if self.meant.has(index) { member.unfit() } else { Unfit::NotMeant };
                (member.endpoint.name.clone(), unfit)
            })
            .collect()
    }

    async fn attempt(&mut self, chosen: Chosen, body: &str, id: u64) -> Attempt {
        let Chosen { index, permit } = chosen;
        let table = Arc::clone(&self.table);
        let Some(member) = table.members.get(index) else { return Attempt::Foreign };
        self.last = Some(index);
        if permit.is_trial() {
            member.meters.classes[self.class].breaker(super::breaker::BreakerState::HalfOpen);
        }
        let under_way = member.load.begin();
        let began = Instant::now();
        let timeout = table.config.timeouts[self.class];
        let limit = timeout.min(self.deadline.saturating_duration_since(began));
        let span = tracing::info_span!(
            target: crate::SPANS,
            "rpc_attempt",
            otel.kind = "client",
            otel.status_code = Empty,
            endpoint = %member.endpoint.name,
            method = method_name(self.request),
            attempt = self.attempts.saturating_add(1),
            fault = Empty,
        );
        let correlation = self.correlation.as_str();
        let post = Post { body, correlation, timeout: limit, max_answer_len: 0, is_last: false };
        let answer = async {
            for _ in 0..IDENTITIES {
                match self.shared.belonging(&table, member, post).await? {
                    Belonging::Foreign => return Ok(None),
                    Belonging::Ours | Belonging::Unknown => {}
                }
                // What is left of the time after the endpoint was asked for its cluster, the first time.
                let timeout = limit.saturating_sub(began.elapsed());
                let (answer, from) = self.shared.exchange(&table, member, Post { timeout, ..post }, id).await?;
                if table.genesis().is_none() || member.identity.was_told_from(from) {
                    return answer.map(Some);
                }
                // Its name leads elsewhere: who answered there has not said its cluster, so nothing is taken from it.
                member.identity.set(Belonging::Unknown);
                if !is_repeatable(self.request) {
                    break;
                }
            }
            Err(Fault::Unreadable { what: "it came from an address that has not said its cluster" })
        }
        .instrument(span.clone())
        .await;
        if let Err(fault) = &answer {
            span.record("otel.status_code", "ERROR").record("fault", fault.kind());
        }
        drop(span);
        drop(under_way);
        let now = Instant::now();
        let latency = now.saturating_duration_since(began);
        let fault = match answer {
            Ok(None) => return Attempt::Foreign,
            Ok(Some(value)) => {
                self.attempts = self.attempts.saturating_add(1);
                member.load.observe(self.class, latency, now);
                member.meters.attempt(self.class, method_name(self.request), None, latency);
                member.note(self.class, permit.succeed(now));
                let (endpoint, attempt) = (&member.endpoint.name, self.attempts);
                tracing::trace!(%endpoint, attempt, elapsed_ms = latency.as_millis(), "attempt answered");
                return Attempt::Answered(value);
            }
            // Of the attempt as a whole, not of its last part.
            Err(Fault::Timeout { .. }) => Fault::Timeout { limit },
            Err(fault) => fault,
        };
        self.attempts = self.attempts.saturating_add(1);
        member.meters.attempt(self.class, method_name(self.request), Some(&fault), latency);
        let is_cut_short = matches!(fault, Fault::Timeout { .. }) && limit < timeout;
        self.settle(member, permit, &fault, is_cut_short, latency, now);
        tracing::debug!(
            endpoint = %member.endpoint.name,
            attempt = self.attempts,
            elapsed_ms = latency.as_millis(),
            %fault,
            "attempt failed"
        );
        Attempt::Failed(fault)
    }

    /// Lets the breaker and the load know of a failure, by who is to blame.
    fn settle(
        &self,
        member: &Member,
        permit: Permit,
        fault: &Fault,
        is_cut_short: bool,
        latency: Duration,
        now: Instant,
    ) {
        match fault.verdict().blame {
            // The caller had less patience than an endpoint is granted: nothing is learnt from that.
            Blame::Endpoint if is_cut_short => drop(permit),
            Blame::Endpoint => {
                member.load.penalise(self.class, latency, now);
                member.note(self.class, permit.fail(now));
            }
            Blame::Load => {
                member.load.penalise(self.class, latency, now);
                member.load.rest(fault.retry_after(), now);
            }
            Blame::Nobody => {
                // What one endpoint does not have, it will not have for the next caller: others come first.
                if fault.verdict().again == Again::Never {
                    member.load.observe(self.class, latency, now);
                } else {
                    member.load.penalise(self.class, latency, now);
                }
                member.note(self.class, permit.succeed(now));
            }
        }
    }

    /// How long to wait before the next attempt; `None` where there is none.
    fn pause_after(&self, fault: &Fault) -> Option<Duration> {
        let policy = &self.table.config.retry;
        let may_help = fault.verdict().again != Again::Never && self.attempts < policy.attempts;
        // What may have been done already is done again only where that changes nothing.
        if !may_help || !(is_repeatable(self.request) || fault.is_undone()) {
            return None;
        }
        let now = Instant::now();
        let pause = policy.pause(self.attempts, &self.shared.dice);
        if now + pause >= self.deadline {
            return None;
        }
        let is_paid = self.table.budget.spend(now);
        self.shared.meters.budget.set(self.table.budget.left());
        if !is_paid {
            self.shared.meters.retries_refused.increment(1);
            tracing::warn!(%fault, "the retry budget is spent");
            return None;
        }
        Some(pause)
    }

    fn error(self, cause: Cause) -> PoolError {
        let endpoint = self.last.and_then(|index| self.table.members.get(index));
        let trace = CallTrace {
            method: method_name(self.request),
            endpoint: endpoint.map(|member| member.endpoint.name.clone()),
            attempts: self.attempts,
            may_be_done: self.may_be_done,
            elapsed: self.started.elapsed(),
            correlation: self.correlation,
        };
        PoolError { cause, trace }
    }
}

enum Attempt {
    Answered(Value),
    Failed(Fault),
    /// The endpoint turned out to belong to another cluster. It was asked nothing else.
    Foreign,
}

pub(super) fn method_name(request: RpcRequest) -> &'static str {
    request.as_str()
}
