//! Looking without doing: `--observe`.

use std::sync::Arc;
use std::time::Duration;

use quantumagi_crank::plan::plan;
use quantumagi_crank::survey::Surveyor;
use quantumagi_crank::{Journal, Monitor, Observer, Plan, Round, Terms, next_moment};
use quantumagi_interface::Address;
use quantumagi_rules::UnixSeconds;
use quantumagi_sdk::Quantumagi;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

/// Between two looks at least.
const LEAST_PAUSE: Duration = Duration::from_secs(1);

/// Reads constitutions and says what is due. It has no key.
pub(crate) struct Watch {
    client: Quantumagi,
    surveyors: Vec<Surveyor>,
    terms: Terms,
    monitor: Monitor,
}

impl Watch {
    /// One that knows nothing yet.
    pub(crate) fn new(client: Quantumagi, constitutions: &[Address], terms: Terms, journal: Arc<Journal>) -> Self {
        let surveyors = constitutions.iter().map(|address| Surveyor::new(*address)).collect();
        Self { client, surveyors, terms, monitor: Monitor::new(journal) }
    }

    /// Looks again and again until `stop` says true.
    pub(crate) async fn run(&mut self, told: &dyn Observer, longest: Duration, stop: &watch::Receiver<bool>) {
        let mut stop = stop.clone();
        while !*stop.borrow() {
            let round = self.look().await;
            told.round(&round);
            let now = round.clock.map_or(0, |clock| clock.unix_timestamp);
            let until = |next: UnixSeconds| Duration::from_secs(next.0.saturating_sub(now).unsigned_abs());
            let pause = round.next_moment.map_or(longest, until).clamp(LEAST_PAUSE, longest.max(LEAST_PAUSE));
            tokio::select! {
                () = sleep(pause) => {}
                _ = stop.wait_for(|stop| *stop) => {}
            }
        }
    }

    /// One look: everything that is due is left.
    pub(crate) async fn look(&mut self) -> Round {
        let (began, mut round) = (Instant::now(), Round::default());
        match self.client.clock().await {
            Err(error) => round.clock_error = Some(error),
            Ok(clock) => {
                round.clock = Some(clock);
                let (mut next, mut surveys) = (None, Vec::new());
                for surveyor in &mut self.surveyors {
                    match surveyor.survey(&self.client).await {
                        Err(error) => round.unread.push((*surveyor.address(), error)),
                        Ok(survey) => {
                            let Plan { duties, unreadable } = plan(&survey, &clock, self.terms.habits);
                            let unreadable = survey.undecodable.iter().cloned().chain(unreadable);
                            let address = survey.address;
                            round.unreadable.extend(unreadable.map(|(subject, source)| (address, subject, source)));
                            next = next.into_iter().chain(next_moment(&survey, &clock, self.terms.habits)).min();
                            round.due.extend(duties);
                            surveys.push(survey);
                        }
                    }
                }
                round.waiting = round.due.len();
                match self.monitor.look(&self.client, &surveys, &clock, self.terms.patience(), false).await {
                    Ok(looked) => round.workflows = looked,
                    Err(error) => tracing::error!(%error, "workflows cannot be followed"),
                }
                round.next_moment = next;
            }
        }
        round.took = began.elapsed();
        round
    }
}
