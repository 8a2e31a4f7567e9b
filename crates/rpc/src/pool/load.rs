//! How busy and how slow an endpoint is: peak-EWMA latency times calls under way, with penalties.
//!
//! The estimate jumps to every latency above it and forgets slowly what lies below (Finagle's peak EWMA, as in
//! tower and linkerd2-proxy). A refused or failed call counts as a very slow one, so that an endpoint that fails
//! fast does not look fast. Without news the estimate decays, and the endpoint is tried again.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use tokio::time::Instant;

use super::method::{MethodClass, PerClass};

/// How fast the past is forgotten: after this time it weighs 1/e. The figure of linkerd2-proxy.
const DECAY_MICROS: f32 = 10_000_000.0;

/// What a failed call counts as, in microseconds: linkerd2-proxy's 5 s.
const PENALTY_MICROS: f32 = 5_000_000.0;

/// The least that an endpoint is thought to take, in microseconds: linkerd2-proxy's 1 ms. Below it, differences
/// are noise, and an endpoint of which nothing is known yet would draw too many calls before it answers.
const LEAST_MICROS: f32 = 1_000.0;

/// How long an endpoint is left alone that refuses for its load and does not say for how long.
const REST: Duration = Duration::from_secs(1);

/// The longest rest that an endpoint is granted, whatever it asks for: linkerd2-proxy's limit.
const LONGEST_REST: Duration = Duration::from_secs(300);

/// Latency of one class at one endpoint: microseconds as `f32` in the high half of a word, and when it was last
/// changed, in milliseconds, in the low half. The milliseconds wrap after 49 days; an endpoint that was silent
/// for exactly as long then looks freshly asked, which harms nobody.
#[derive(Debug, Default)]
struct Estimate(AtomicU64);

impl Estimate {
    fn decode(word: u64) -> (f32, u32) {
        let [a, b, c, d, e, f, g, h] = word.to_be_bytes();
        (f32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h]))
    }

    fn encode(micros: f32, stamp: u32) -> u64 {
        u64::from(micros.to_bits()) << 32 | u64::from(stamp)
    }

    /// Share of the past that is left.
    fn weight(stamp: u32, millis: u32) -> f32 {
        let elapsed = Duration::from_millis(millis.wrapping_sub(stamp).into());
        if elapsed.is_zero() { 1.0 } else { (-elapsed.as_secs_f32() * 1e6 / DECAY_MICROS).exp() }
    }

    fn at(&self, millis: u32) -> f32 {
        let (micros, stamp) = Self::decode(self.0.load(Ordering::Relaxed));
        micros * Self::weight(stamp, millis)
    }

    /// What was thought when the last answer came; `None` before the first.
    fn last(&self) -> Option<Duration> {
        let (micros, _) = Self::decode(self.0.load(Ordering::Relaxed));
        (micros > 0.0).then(|| Duration::from_secs_f32(micros / 1e6))
    }

    /// Whether no answer was ever noted, or so long ago that nothing of it is left.
    fn is_unknown(&self, millis: u32) -> bool {
        self.at(millis) < f32::MIN_POSITIVE
    }

    fn observe(&self, micros: f32, millis: u32) {
        let next = |word| {
            let (before, stamp) = Self::decode(word);
            let weight = Self::weight(stamp, millis);
            let after = if micros > before { micros } else { before * weight + micros * (1.0 - weight) };
            Some(Self::encode(after, millis))
        };
        // Never an error: `next` always has a value.
        let _ = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, next);
    }
}

/// How busy and how slow one endpoint is.
#[derive(Debug)]
pub(super) struct Load {
    estimates: PerClass<Estimate>,
    under_way: AtomicU32,
    /// Milliseconds since `epoch` until which the endpoint asked to be left alone.
    resting_until: AtomicU64,
    epoch: Instant,
}

impl Load {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            estimates: PerClass::from_fn(|_| Estimate::default()),
            under_way: AtomicU32::new(0),
            resting_until: AtomicU64::new(0),
            epoch: now,
        }
    }

    fn millis(&self, now: Instant) -> u64 {
        u64::try_from(now.saturating_duration_since(self.epoch).as_millis()).unwrap_or(u64::MAX)
    }

    /// What one more call of this class would cost: microseconds times calls under way with it.
    pub(super) fn cost(&self, class: MethodClass, now: Instant) -> f32 {
        let under_way = self.under_way.load(Ordering::Relaxed).saturating_add(1);
        let (estimate, millis) = (&self.estimates[class], truncated(self.millis(now)));
        // Nobody knows yet how long its first answer takes: until it is there, the next caller asks another (Finagle's).
        let is_awaited = under_way > 1 && estimate.is_unknown(millis);
        let micros = if is_awaited { PENALTY_MICROS } else { estimate.at(millis) };
        micros.max(LEAST_MICROS) * f32::from(u16::try_from(under_way).unwrap_or(u16::MAX))
    }

    /// How long a call of this class took, as it was weighed when the last one ended: for people.
    pub(super) fn last(&self, class: MethodClass) -> Option<Duration> {
        self.estimates[class].last()
    }

    /// Takes note of a call that begins. It ends when what is returned is dropped.
    pub(super) fn begin(&self) -> UnderWay<'_> {
        self.under_way.fetch_add(1, Ordering::Relaxed);
        UnderWay(self)
    }

    /// Takes note of an answer's latency.
    pub(super) fn observe(&self, class: MethodClass, latency: Duration, now: Instant) {
        self.estimates[class].observe(latency.as_secs_f32() * 1e6, truncated(self.millis(now)));
    }

    /// Takes note of a failure: it counts as slow, or as slow as it was.
    pub(super) fn penalise(&self, class: MethodClass, latency: Duration, now: Instant) {
        let micros = (latency.as_secs_f32() * 1e6).max(PENALTY_MICROS);
        self.estimates[class].observe(micros, truncated(self.millis(now)));
    }

    /// Leaves the endpoint alone for as long as it asks, within bounds.
    pub(super) fn rest(&self, asked: Option<Duration>, now: Instant) {
        let until = self.millis(now + asked.unwrap_or(REST).min(LONGEST_REST));
        self.resting_until.fetch_max(until, Ordering::Relaxed);
    }

    /// Whether the endpoint asked to be left alone.
    pub(super) fn is_resting(&self, now: Instant) -> bool {
        self.millis(now) < self.resting_until.load(Ordering::Relaxed)
    }
}

fn truncated(millis: u64) -> u32 {
    let [.., a, b, c, d] = millis.to_be_bytes();
    u32::from_be_bytes([a, b, c, d])
}

/// A call under way.
#[derive(Debug)]
pub(super) struct UnderWay<'a>(&'a Load);

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::Instant;

    use super::Load;
    use crate::pool::method::MethodClass::{Read, Scan};

    const MS: Duration = Duration::from_millis(1);

    /// Within a thousandth, the precision of the arithmetic.
    #[track_caller]
    fn check(load: &Load, at: Instant, micros: f32) {
        let cost = load.cost(Read, at);
        assert!((cost / micros - 1.0).abs() < 1e-3, "{cost} instead of {micros}");
    }

    #[test]
    fn the_estimate_jumps_up_and_comes_down_slowly() {
        let start = Instant::now();
        let load = Load::new(start);
        load.observe(Read, 10 * MS, start);
        check(&load, start, 10_000.0);
        load.observe(Read, 200 * MS, start);
        check(&load, start, 200_000.0);
        // After ten seconds the past weighs 1/e: 200 / e + 10 * (1 - 1 / e).
        let later = start + 10_000 * MS;
        load.observe(Read, 10 * MS, later);
        check(&load, later, 79_897.0);
    }

    #[test]
    fn without_news_an_endpoint_is_forgiven() {
        let start = Instant::now();
        let load = Load::new(start);
        load.penalise(Read, MS, start);
        check(&load, start, 5_000_000.0);
        check(&load, start + 10_000 * MS, 1_839_397.0);
        check(&load, start + 600_000 * MS, 1_000.0);
        assert_eq!(load.last(Read), Some(Duration::from_secs(5)), "people are told what it was when it last answered");
        assert_eq!(load.last(Scan), None);
    }

    #[test]
    fn calls_under_way_multiply_the_cost() {
        let start = Instant::now();
        let load = Load::new(start);
        load.observe(Read, 2 * MS, start);
        let calls = [load.begin(), load.begin(), load.begin()];
        check(&load, start, 8_000.0);
        drop(calls);
        check(&load, start, 2_000.0);
    }

    #[test]
    fn an_endpoint_of_which_nothing_is_known_costs_little_until_a_call_waits_for_it() {
        let start = Instant::now();
        let load = Load::new(start);
        check(&load, start, 1_000.0);
        let first = load.begin();
        check(&load, start, 2.0 * 5_000_000.0);
        load.observe(Read, 2 * MS, start);
        check(&load, start, 4_000.0);
        drop(first);
        check(&load, start, 2_000.0);
    }

    #[test]
    fn a_slow_scan_does_not_make_reads_look_slow() {
        let start = Instant::now();
        let load = Load::new(start);
        load.observe(Scan, 9_000 * MS, start);
        check(&load, start, 1_000.0);
    }

    #[test]
    fn an_endpoint_rests_for_as_long_as_it_asks_within_bounds() {
        let start = Instant::now();
        for (asked, millis) in [(None, 1_000), (Some(7_000 * MS), 7_000), (Some(3_600_000 * MS), 300_000)] {
            let load = Load::new(start);
            assert!(!load.is_resting(start));
            load.rest(asked, start);
            load.rest(Some(MS), start);
            assert!(load.is_resting(start + (millis - 1) * MS), "{asked:?}");
            assert!(!load.is_resting(start + millis * MS), "{asked:?}");
        }
    }
}
