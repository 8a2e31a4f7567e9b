//! What a pool measures, under which names. Handles are made once: a call adds to numbers and looks nothing up.
//!
//! Labels are configured names and fixed words, never addresses. Every series exists from the start, so that an
//! alert can tell "never happened" from "not measured".

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::Duration;

use metrics::{Counter, Gauge, Histogram, counter, gauge, histogram};

use super::breaker::BreakerState;
use super::endpoint::Label;
use super::fault::Fault;
use super::method::{MethodClass, PerClass};

/// Attempts at an endpoint. Labels `endpoint`, `class`, `outcome` (`ok` or [`Fault::kind`]).
pub const ATTEMPTS: &str = "quantumagi_rpc_attempts_total";
/// Attempts at an endpoint by method; exists once a method was used. Labels `endpoint`, `method`, `outcome`.
pub const METHOD_ATTEMPTS: &str = "quantumagi_rpc_method_attempts_total";
/// Seconds from an attempt's start to its end, whatever came of it. Labels `endpoint`, `class`.
pub const ATTEMPT_SECONDS: &str = "quantumagi_rpc_attempt_seconds";
/// Calls as their callers see them. Labels `class`, `outcome` (`ok` or `failed`).
pub const CALLS: &str = "quantumagi_rpc_calls_total";
/// Attempts beyond a call's first. Label `class`.
pub const RETRIES: &str = "quantumagi_rpc_retries_total";
/// Retries that did not happen because the budget was spent: the cluster or the network is unwell.
pub const RETRIES_REFUSED: &str = "quantumagi_rpc_retries_refused_total";
/// Retries left in the budget.
pub const RETRY_BUDGET: &str = "quantumagi_rpc_retry_budget";
/// 0 closed, 1 half-open, 2 open. Labels `endpoint`, `class`.
pub const BREAKER_STATE: &str = "quantumagi_rpc_breaker_state";
/// How often a breaker opened. Labels `endpoint`, `class`.
pub const BREAKER_OPENED: &str = "quantumagi_rpc_breaker_opened_total";
/// Quarters of its usual share that an endpoint gets: 4 well, 0 out. Label `endpoint`.
pub const ENDPOINT_SHARE: &str = "quantumagi_rpc_endpoint_share";
/// Slots by which an endpoint is behind the best of the others. Label `endpoint`.
pub const SLOT_LAG: &str = "quantumagi_rpc_endpoint_slot_lag";
/// Changes of the configuration while running. Label `outcome` (`ok` or `refused`).
pub const RELOADS: &str = "quantumagi_rpc_reloads_total";

/// Words about endpoints that go through Redis. Label `direction`: `told`; `heard`, from another process; `refused`, what
/// was no word.
pub const HEALTH_WORDS: &str = "quantumagi_rpc_health_words_total";
/// Checks that other processes' words caused. Label `outcome`: `out`, they put an endpoint out; `vain`, all was well.
pub const HEALTH_CHECKS: &str = "quantumagi_rpc_health_checks_total";
/// 1 while words go through Redis, 0 while it does not answer.
pub const HEALTH_SHARING: &str = "quantumagi_rpc_health_sharing_in_use";

/// How an attempt can end.
pub const OUTCOMES: [&str; 8] = ["ok", "connect", "timeout", "broken", "too-large", "status", "unreadable", "answer"];

/// Numbers of one endpoint and class.
pub(super) struct AttemptMeters {
    outcomes: [(&'static str, Counter); OUTCOMES.len()],
    seconds: Histogram,
    breaker: Gauge,
    opened: Counter,
}

impl AttemptMeters {
    fn new(endpoint: &Label, class: MethodClass) -> Self {
        let (endpoint, class) = (endpoint.shared(), class.as_str());
        let named = |outcome| {
            (outcome, counter!(ATTEMPTS, "endpoint" => endpoint.clone(), "class" => class, "outcome" => outcome))
        };
        let meters = Self {
            outcomes: OUTCOMES.map(named),
            seconds: histogram!(ATTEMPT_SECONDS, "endpoint" => endpoint.clone(), "class" => class),
            breaker: gauge!(BREAKER_STATE, "endpoint" => endpoint.clone(), "class" => class),
            opened: counter!(BREAKER_OPENED, "endpoint" => endpoint.clone(), "class" => class),
        };
        meters.outcomes.iter().for_each(|(_, counter)| counter.increment(0));
        meters.opened.increment(0);
        meters.breaker.set(0.0);
        meters
    }

    fn attempt(&self, fault: Option<&Fault>, latency: Duration) {
        let outcome = fault.map_or("ok", Fault::kind);
        let counter = self.outcomes.iter().find(|(name, _)| *name == outcome);
        counter.into_iter().for_each(|(_, counter)| counter.increment(1));
        self.seconds.record(latency);
    }

    pub(super) fn breaker(&self, state: BreakerState) {
        self.breaker.set(match state {
            BreakerState::Closed => 0.0,
            BreakerState::HalfOpen => 1.0,
            BreakerState::Open => 2.0,
        });
        if state == BreakerState::Open {
            self.opened.increment(1);
        }
    }
}

/// Numbers of one endpoint.
pub(super) struct MemberMeters {
    endpoint: Label,
    methods: Mutex<HashMap<(&'static str, &'static str), Counter>>,
    pub(super) classes: PerClass<AttemptMeters>,
    pub(super) share: Gauge,
    pub(super) lag: Gauge,
}

impl MemberMeters {
    pub(super) fn new(endpoint: &Label) -> Self {
        Self {
            endpoint: endpoint.clone(),
            methods: Mutex::default(),
            classes: PerClass::from_fn(|class| AttemptMeters::new(endpoint, class)),
            share: gauge!(ENDPOINT_SHARE, "endpoint" => endpoint.shared()),
            lag: gauge!(SLOT_LAG, "endpoint" => endpoint.shared()),
        }
    }

    pub(super) fn attempt(&self, class: MethodClass, method: &'static str, fault: Option<&Fault>, latency: Duration) {
        self.classes[class].attempt(fault, latency);
        let outcome = fault.map_or("ok", Fault::kind);
        // There are many methods: a series is made with its first use.
        let new = || counter!(METHOD_ATTEMPTS, "endpoint" => self.endpoint.shared(), "method" => method, "outcome" => outcome);
        let mut methods = self.methods.lock().expect("nothing panics while it holds the lock");
        methods.entry((method, outcome)).or_insert_with(new).increment(1);
    }
}

/// Numbers of the pool as a whole.
pub(super) struct PoolMeters {
    pub(super) calls: PerClass<CallMeters>,
    pub(super) retries_refused: Counter,
    pub(super) budget: Gauge,
}

/// Numbers of one class, over all endpoints.
pub(super) struct CallMeters {
    pub(super) ok: Counter,
    pub(super) failed: Counter,
    pub(super) retries: Counter,
}

impl PoolMeters {
    pub(super) fn new() -> Self {
        let calls = PerClass::from_fn(|class: MethodClass| {
            let class = class.as_str();
            let meters = CallMeters {
                ok: counter!(CALLS, "class" => class, "outcome" => "ok"),
                failed: counter!(CALLS, "class" => class, "outcome" => "failed"),
                retries: counter!(RETRIES, "class" => class),
            };
            [&meters.ok, &meters.failed, &meters.retries].into_iter().for_each(|counter| counter.increment(0));
            meters
        });
        let retries_refused = counter!(RETRIES_REFUSED);
        retries_refused.increment(0);
        Self { calls, retries_refused, budget: gauge!(RETRY_BUDGET) }
    }
}

/// Numbers of reloads.
pub(super) struct ReloadMeters {
    pub(super) ok: Counter,
    pub(super) refused: Counter,
}

impl ReloadMeters {
    pub(super) fn new() -> Self {
        let named = |outcome| {
            let counter = counter!(RELOADS, "outcome" => outcome);
            counter.increment(0);
            counter
        };
        Self { ok: named("ok"), refused: named("refused") }
    }
}

/// Numbers of what is shared with other processes.
pub(super) struct SharingMeters {
    pub(super) told: Counter,
    pub(super) heard: Counter,
    pub(super) refused: Counter,
    pub(super) out: Counter,
    pub(super) vain: Counter,
    pub(super) in_use: Gauge,
}

impl SharingMeters {
    pub(super) fn new() -> Self {
        let words = |direction| counter!(HEALTH_WORDS, "direction" => direction);
        let checks = |outcome| counter!(HEALTH_CHECKS, "outcome" => outcome);
        let meters = Self {
            told: words("told"),
            heard: words("heard"),
            refused: words("refused"),
            out: checks("out"),
            vain: checks("vain"),
            in_use: gauge!(HEALTH_SHARING),
        };
        let counters = [&meters.told, &meters.heard, &meters.refused, &meters.out, &meters.vain];
        counters.into_iter().for_each(|counter| counter.increment(0));
        meters.in_use.set(0.0);
        meters
    }
}
