//! When the chain's clock will show a second: as narrow as what was read of it allows.
//!
//! The clock says whole seconds and moves with the slots, so a reading leaves a second and a slot open. Readings on both
//! sides of a second leave next to nothing open, until the clocks drift apart again.

use std::ops::RangeInclusive;
use std::time::Duration;

use quantumagi_rpc::ChainClock;
use tokio::time::Instant;

/// Until it is known.
const USUAL_SLOT: Duration = Duration::from_millis(400);
const POSSIBLE_SLOTS: RangeInclusive<Duration> = Duration::from_millis(1)..=Duration::from_secs(1);
/// Chain seconds over which the length of a slot is taken: at least, and until it is taken anew.
const LEAST_SPAN: i64 = 4;
const MOST_SPAN: i64 = 600;
/// By how much the chain's clock may run faster or slower than the host's, parts in a thousand: validators keep it, and
/// slots come in fits and starts.
const DRIFT: i64 = 20;
/// Questions for the clock in each slot while a second is waited for, and the time between two of them.
const QUESTIONS_PER_SLOT: u32 = 4;
const PAUSE: (Duration, Duration) = (Duration::from_millis(10), Duration::from_millis(100));

/// What was read of the chain's clock.
#[derive(Debug)]
pub(super) struct Pace {
    origin: Instant,
    slot: Duration,
    since: Option<ChainClock>,
    known: Option<Bounds>,
}

/// Between which the chain's clock less the host's lies, milliseconds.
#[derive(Clone, Copy, Debug)]
struct Bounds {
    noted: Instant,
    least: i64,
    most: i64,
}

impl Default for Pace {
    fn default() -> Self {
        Self { origin: Instant::now(), slot: USUAL_SLOT, since: None, known: None }
    }
}

impl Pace {
    /// Takes note of what the chain's clock said between two instants.
    pub(super) fn note(&mut self, clock: &ChainClock, asked: Instant, told: Instant) {
        self.measure_slot(clock);
        let second = clock.unix_timestamp.saturating_mul(1_000);
        let (mut least, mut most) = (
            second.saturating_sub(self.millis(told)),
            second.saturating_add(1_000).saturating_add(whole(self.slot)).saturating_sub(self.millis(asked)),
        );
        if let Some(before) = self.widened(told)
            && before.least.max(least) <= before.most.min(most)
        {
            (least, most) = (before.least.max(least), before.most.min(most));
        }
        self.known = Some(Bounds { noted: told, least, most });
    }

    /// Before this the clock does not show that second; `None` where it was never read.
    pub(super) fn earliest(&self, second: i64, now: Instant) -> Option<Instant> {
        let known = self.widened(now)?;
        Some(self.instant(second.saturating_mul(1_000).saturating_sub(known.most)))
    }

    /// From then on it does, unless it stands still.
    pub(super) fn latest(&self, second: i64, now: Instant) -> Option<Instant> {
        let known = self.widened(now)?;
        Some(self.instant(second.saturating_mul(1_000).saturating_sub(known.least).saturating_add(whole(self.slot))))
    }

    /// Between two questions while a second is waited for.
    pub(super) fn pause(&self) -> Duration {
        (self.slot / QUESTIONS_PER_SLOT).clamp(PAUSE.0, PAUSE.1)
    }

    fn measure_slot(&mut self, clock: &ChainClock) {
        let Some(since) = self.since else {
            self.since = Some(*clock);
            return;
        };
        let seconds = clock.unix_timestamp.saturating_sub(since.unix_timestamp);
        let slots = u32::try_from(clock.slot.saturating_sub(since.slot)).unwrap_or(u32::MAX);
        let measured = Duration::from_secs(seconds.max(0).unsigned_abs()).checked_div(slots);
        // A clock that was set, as a test's is, says nothing of slots.
        let is_possible = measured.is_some_and(|slot| POSSIBLE_SLOTS.contains(&slot));
        if let Some(slot) = measured.filter(|_| is_possible && LEAST_SPAN <= seconds) {
            self.slot = slot;
        }
        if !(0..MOST_SPAN).contains(&seconds) || (LEAST_SPAN <= seconds && !is_possible) {
            self.since = Some(*clock);
        }
    }

    fn widened(&self, now: Instant) -> Option<Bounds> {
        let known = self.known?;
        let drift = whole(now.saturating_duration_since(known.noted)).saturating_mul(DRIFT).div_euclid(1_000);
        let (least, most) = (known.least.saturating_sub(drift), known.most.saturating_add(drift));
        Some(Bounds { noted: now, least, most })
    }

    fn millis(&self, moment: Instant) -> i64 {
        whole(moment.saturating_duration_since(self.origin))
    }

    fn instant(&self, millis: i64) -> Instant {
        // A century is for ever, and every instant of it can be named.
        let after = u64::try_from(millis).unwrap_or(0).min(3_155_760_000_000);
        self.origin + Duration::from_millis(after)
    }
}

fn whole(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    /// A chain whose clock began at second 1,000 with the host's clock at 0, and makes a slot each 400 ms.
    fn clock_at(millis: u32) -> ChainClock {
        let slot = u64::from(millis / 400);
        ChainClock { slot, epoch: 0, unix_timestamp: 1_000 + i64::try_from(slot * 400 / 1_000).expect("small") }
    }

    fn note(pace: &mut Pace, millis: u32) {
        let moment = pace.origin + millis * MS;
        pace.note(&clock_at(millis), moment, moment);
    }

    fn window(pace: &Pace, second: i64, now: u32) -> (u128, u128) {
        let now = pace.origin + now * MS;
        let after = |moment: Option<Instant>| moment.expect("it was read").duration_since(pace.origin).as_millis();
        (after(pace.earliest(second, now)), after(pace.latest(second, now)))
    }

    #[tokio::test(start_paused = true)]
    async fn a_reading_leaves_a_second_and_a_slot_open_and_two_around_a_second_leave_slots() {
        let mut pace = Pace::default();
        assert_eq!(pace.earliest(1_010, pace.origin), None);
        note(&mut pace, 100);
        assert_eq!(window(&pace, 1_010, 100), (8_700, 10_500), "second 1,010 is shown from 10,000 on");
        // The slot of 800 says 1,000 and that of 1,200 says 1,001.
        note(&mut pace, 1_150);
        note(&mut pace, 1_250);
        let (earliest, latest) = window(&pace, 1_010, 1_250);
        assert!(earliest <= 10_000 && 10_000 <= latest && latest - earliest < 1_100, "{earliest} to {latest}");
    }

    #[tokio::test(start_paused = true)]
    async fn the_second_is_always_within_the_window_and_the_window_shrinks() {
        let mut pace = Pace::default();
        let mut widest = 0;
        for millis in (37..120_000).step_by(91) {
            note(&mut pace, millis);
            let next = clock_at(millis).unix_timestamp + 2;
            let shown = (millis..).find(|at| next <= clock_at(*at).unix_timestamp).expect("it comes");
            let (earliest, latest) = window(&pace, next, millis);
            assert!((earliest..=latest).contains(&u128::from(shown)), "{shown} is not in {earliest} to {latest}");
            widest = if millis < 10_000 { 0 } else { widest.max(latest - earliest) };
        }
        assert!(widest <= 1_000, "{widest} ms are open");
    }

    #[tokio::test(start_paused = true)]
    async fn clocks_that_drift_apart_are_read_anew_and_a_jump_is_believed() {
        let mut pace = Pace::default();
        note(&mut pace, 0);
        assert_eq!(window(&pace, 1_010, 0), (8_600, 10_400));
        assert_eq!(window(&pace, 1_010, 5_000), (8_500, 10_500), "20 in 1,000");
        let moment = pace.origin + 500 * MS;
        let jumped = ChainClock { unix_timestamp: 5_000, ..clock_at(500) };
        pace.note(&jumped, moment, moment);
        assert_eq!(window(&pace, 5_010, 500).1, 10_900);
    }

    #[tokio::test(start_paused = true)]
    async fn questions_come_four_a_slot_within_bounds() {
        let mut pace = Pace::default();
        assert_eq!(pace.pause(), 100 * MS);
        let read = |pace: &mut Pace, slot, unix_timestamp| {
            let now = Instant::now();
            pace.note(&ChainClock { slot, epoch: 0, unix_timestamp }, now, now);
            pace.pause()
        };
        assert_eq!(read(&mut pace, 0, 0), 100 * MS);
        assert_eq!(read(&mut pace, 60, 3), 100 * MS, "too soon to tell");
        assert_eq!(read(&mut pace, 200, 10), 12 * MS + MS / 2, "slots of 50 ms");
        assert_eq!(read(&mut pace, 201, 5_000), 12 * MS + MS / 2, "a jump says nothing");
        assert_eq!(read(&mut pace, 100_201, 5_400), 10 * MS, "slots of 4 ms");
    }
}
