//! Rounds, one after the other: for as long as nobody says stop, or until nothing more can be done.

use std::time::Duration;

use quantumagi_rpc::ChainClock;
use quantumagi_rules::UnixSeconds;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use super::{Crank, Mode, Outcome, Round};
use crate::duty::Duty;
use crate::journal::JournalError;

/// Between two rounds at least, unless a moment comes: about two slots, before which nothing else can have changed.
const LEAST_PAUSE: Duration = Duration::from_millis(500);
/// After a round in which something went wrong that may be over soon; doubles up to the operator's pause.
const FIRST_RETRY: Duration = Duration::from_secs(1);

/// What the rounds before say about the next.
#[derive(Default)]
struct Cadence {
    /// Rounds since one in which nothing went wrong.
    troubled: u32,
    /// Slot of the round before.
    slot: Option<u64>,
    /// Rounds in which the chain stood still.
    stalled: u32,
}

impl Cadence {
    /// How long to wait after this round; `None` for one that the journal broke off.
    fn pause(&mut self, round: Option<&Round>, longest: Duration) -> Duration {
        let longest = longest.max(LEAST_PAUSE);
        let Some(round) = round.filter(|round| round.clock.is_some() && round.unread.is_empty()) else {
            return self.retry(longest);
        };
        let slot = round.clock.map(|clock| clock.slot);
        self.stalled = if slot == self.slot { self.stalled.saturating_add(1) } else { 0 };
        self.slot = slot;
        let mut pause = round.again_in.unwrap_or(longest).min(longest);
        let mut is_troubled = false;
        for (_, outcome) in &round.outcomes {
            match outcome {
                // What it makes possible may be due already.
                Outcome::Done { .. } | Outcome::Expired | Outcome::Overtaken { .. } => pause = LEAST_PAUSE,
                Outcome::Open { .. } | Outcome::Unreachable { .. } => is_troubled = true,
                Outcome::Rehearsed { .. }
                | Outcome::TooDear { .. }
                | Outcome::DayLimit { .. }
                | Outcome::NoFunds
                | Outcome::Refused { .. } => {}
            }
        }
        if is_troubled {
            return pause.min(self.retry(longest)).max(LEAST_PAUSE);
        }
        self.troubled = 0;
        // A chain that stands still does not reach a moment the sooner for being asked.
        pause.max(doubled(LEAST_PAUSE, self.stalled)).min(longest)
    }

    fn retry(&mut self, longest: Duration) -> Duration {
        let pause = doubled(FIRST_RETRY, self.troubled).min(longest);
        self.troubled = self.troubled.saturating_add(1);
        pause
    }
}

fn doubled(pause: Duration, times: u32) -> Duration {
    pause.saturating_mul(1u32.checked_shl(times).unwrap_or(u32::MAX))
}

impl Crank {
    /// Moves everything along until `stop` says true, or nobody is left who could say it. Then nothing new is begun, and
    /// what is under way is waited for as long as the terms' grace; what is still open then, the next start looks up.
    ///
    /// A journal that cannot be used stops nothing but sending: its observers are told, and it is tried again.
    pub async fn run(&mut self, stop: &watch::Receiver<bool>) {
        let mut cadence = Cadence::default();
        let (longest, grace, observers) = (self.terms.look_every, self.terms.grace, self.observers.clone());
        let mut clock = None;
        loop {
            let round = tokio::select! {
                round = self.round_by(clock.take(), stop) => round,
                () = stopped_for(stop, grace) => {
                    tracing::warn!("stopped while transactions were open: the next start looks them up");
                    return;
                }
            };
            let pause = match &round {
                Ok(round) => cadence.pause(Some(round), longest),
                Err(error) => {
                    observers.journal_failed(error);
                    cadence.pause(None, longest)
                }
            };
            let next = round.ok().and_then(|round| round.next_moment);
            tokio::select! {
                () = sleep(pause) => {}
                read = self.until_moment(next) => clock = Some(read),
                () = stopped_for(stop, Duration::ZERO) => return,
            }
        }
    }

    /// Until the chain's clock shows this second, and what it shows then: known within a part of a slot, because it is asked
    /// again and again from shortly before. Where it does not come when it should, it is asked ever more seldom.
    async fn until_moment(&mut self, next: Option<UnixSeconds>) -> ChainClock {
        let Some((UnixSeconds(second), earliest)) =
            next.and_then(|next| Some((next, self.pace.earliest(next.0, Instant::now())?)))
        else {
            return std::future::pending().await;
        };
        sleep_until(earliest).await;
        let mut pause = self.pace.pause();
        loop {
            match self.read_clock().await {
                Ok(clock) if second <= clock.unix_timestamp => return clock,
                Ok(_) => {}
                Err(error) => {
                    tracing::debug!(%error, second, "the chain's clock was not told");
                    pause = pause.saturating_mul(2);
                }
            }
            let now = Instant::now();
            if self.pace.latest(second, now).is_none_or(|latest| latest < now) {
                pause = pause.saturating_mul(2);
            }
            pause = pause.min(self.terms.look_every);
            // What was read may tell that it is not as near as it could have been.
            let earliest = self.pace.earliest(second, now).unwrap_or(now);
            sleep_until(earliest.max(now + pause)).await;
        }
    }

    /// Carries out everything that is due now and what that makes due, and waits for no other crank. The last round, with
    /// what was attempted in all of them.
    ///
    /// # Errors
    /// As [`Crank::round`].
    pub async fn once(&mut self, stop: &watch::Receiver<bool>) -> Result<Round, JournalError> {
        let began = Instant::now();
        let (mut outcomes, mut ended) = (Vec::new(), Vec::new());
        loop {
            let mut round = self.round_at_once(stop).await?;
            // What came between may have left something to do.
            let again = |(_, it): &(Duty, Outcome)| {
                matches!(it, Outcome::Done { .. }) || matches!(it, Outcome::Overtaken { cost } if 0 < cost.fee_lamports)
            };
            let goes_on = round.outcomes.iter().any(again) && self.terms.mode == Mode::Act && !*stop.borrow();
            outcomes.append(&mut round.outcomes);
            ended.append(&mut round.ended);
            if !goes_on {
                return Ok(Round { outcomes, ended, took: began.elapsed(), ..round });
            }
        }
    }
}

/// Until it was said, and so much longer.
async fn stopped_for(stop: &watch::Receiver<bool>, longer: Duration) {
    let mut stop = stop.clone();
    // An error says that nobody is left who could say it.
    let _ = stop.wait_for(|stop| *stop).await;
    sleep(longer).await;
}

#[cfg(test)]
mod tests;
