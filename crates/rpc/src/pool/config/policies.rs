//! The tables that say how calls are made: timeouts, breakers, retries.

use std::time::Duration;

use super::Limits;
use super::section::Section;
use crate::pool::breaker::BreakerPolicy;
use crate::pool::health::ProbePolicy;
use crate::pool::method::{MethodClass, PerClass};
use crate::pool::retry::RetryPolicy;

const ONE_MS: Duration = Duration::from_millis(1);
const ONE_MINUTE: Duration = Duration::from_secs(60);
const ONE_HOUR: Duration = Duration::from_secs(3_600);

/// `[timeout]`: one key for each class.
pub(super) fn timeouts(root: &mut Section<'_, '_>) -> PerClass<Duration> {
    let mut table = root.table("timeout");
    let timeouts =
        PerClass::from_fn(|class| table.span(class.as_str(), class.default_timeout(), ONE_MS..=ONE_MINUTE * 5));
    table.finish();
    timeouts
}

/// `[limits]`.
pub(super) fn limits(root: &mut Section<'_, '_>) -> Limits {
    let mut table = root.table("limits");
    let default = Limits::default();
    let answer_len = table.integer("answer_bytes", default.answer_len as u64, 1 << 10..=1 << 30);
    let call = table.span("call", default.call, ONE_MS..=ONE_HOUR);
    table.finish();
    Limits { call, answer_len: usize::try_from(answer_len).expect("its range ends at 2^30") }
}

/// `[probe]`.
pub(super) fn probe(root: &mut Section<'_, '_>) -> ProbePolicy {
    let mut table = root.table("probe");
    let default = ProbePolicy::default();
    let parallel = table.integer("parallel", default.parallel as u64, 1..=64);
    let probe = ProbePolicy {
        interval: table.span("interval", default.interval, ONE_MS * 100..=ONE_HOUR),
        timeout: table.span("timeout", default.timeout, ONE_MS..=ONE_MINUTE * 5),
        parallel: small(parallel).into(),
        max_lag: table.integer("max_lag", default.max_lag, 1..=100_000),
    };
    table.finish();
    probe
}

/// `[breaker]`, and `[breaker.<class>]` for what differs.
pub(super) fn breakers(root: &mut Section<'_, '_>) -> PerClass<BreakerPolicy> {
    let mut table = root.table("breaker");
    let general = breaker(&mut table, BreakerPolicy::default());
    let breakers = PerClass::from_fn(|class: MethodClass| {
        let mut own = table.table(class.as_str());
        let policy = breaker(&mut own, general);
        own.finish();
        policy
    });
    table.finish();
    breakers
}

fn breaker(table: &mut Section<'_, '_>, default: BreakerPolicy) -> BreakerPolicy {
    BreakerPolicy {
        failures: small(table.integer("failures", default.failures.into(), 1..=BreakerPolicy::MAX_FAILURES.into())),
        open_for: table.span("open_for", default.open_for, ONE_MS..=ONE_HOUR),
        permits: small(table.integer("permits", default.permits.into(), 1..=BreakerPolicy::MAX_PERMITS.into())),
    }
}

/// `[retry]`.
pub(super) fn retry(root: &mut Section<'_, '_>) -> RetryPolicy {
    let mut table = root.table("retry");
    let default = RetryPolicy::default();
    let retry = RetryPolicy {
        attempts: medium(table.integer("attempts", default.attempts.into(), 1..=10)),
        base: table.span("base", default.base, Duration::ZERO..=ONE_MINUTE),
        cap: table.span("cap", default.cap, Duration::ZERO..=ONE_MINUTE),
        budget_percent: medium(table.integer("budget_percent", default.budget_percent.into(), 0..=100)),
        reserve: medium(table.integer("reserve", default.reserve.into(), 0..=10_000)),
    };
    table.finish();
    retry
}

fn small(number: u64) -> u8 {
    u8::try_from(number).expect("its range ends at 255")
}

fn medium(number: u64) -> u32 {
    u32::try_from(number).expect("its range ends far below 2^32")
}
