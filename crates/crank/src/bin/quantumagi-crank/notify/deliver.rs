//! Takes one sink's queue to the sink: in its order, each until the sink has it, with pauses that grow.

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use metrics::{counter, gauge};
use quantumagi_crank::JournalError;
use quantumagi_crank::journal::alerts::Waiting;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, sleep_until};

use super::book::Book;
use super::now;
use super::post::{Post, Verdict};
use crate::catalogue::list as name;
use crate::health::Health;
use crate::meters;
use crate::report::words_of;

/// Pauses grow from this one, doubled with each failure.
const FIRST_PAUSE: Duration = Duration::from_secs(1);
/// And up to this one.
const LONGEST_PAUSE: Duration = Duration::from_secs(300);
/// Between two looks into an empty queue, where nobody said that there is something.
const LOOK_EVERY: Duration = Duration::from_secs(30);

/// Serves one sink.
pub(super) struct Courier {
    post: Post,
    book: Arc<Book>,
    health: Arc<Health>,
    wake: Arc<Notify>,
    first_pause: Duration,
}

impl Courier {
    pub(super) fn new(post: Post, book: Arc<Book>, health: Arc<Health>, wake: Arc<Notify>) -> Self {
        Self { post, book, health, wake, first_pause: FIRST_PAUSE }
    }

    /// Never ends by itself.
    pub(super) async fn run(self) {
        let mut failures = 0_u32;
        loop {
            // Before the queue is looked into: what comes after it wakes.
            let mut woken = std::pin::pin!(self.wake.notified());
            woken.as_mut().enable();
            let (book, sink) = (Arc::clone(&self.book), self.post.name().to_owned());
            let next = blocking(move || book.next_notice(&sink)).await;
            self.note().await;
            let pause = match next {
                Ok(None) => {
                    tokio::select! {
                        () = woken => {}
                        () = sleep(LOOK_EVERY) => {}
                    }
                    continue;
                }
                Ok(Some(waiting)) => self.deliver(waiting, failures).await,
                Err(error) => {
                    tracing::error!(webhook = self.post.name(), error = words_of(&error), "a queue cannot be read");
                    Some(pause(self.first_pause, failures))
                }
            };
            match pause {
                None => failures = 0,
                Some(pause) => {
                    failures = failures.saturating_add(1);
                    self.note().await;
                    sleep_until(Instant::now() + pause).await;
                }
            }
        }
    }

    /// One attempt; a pause where the next has to wait.
    async fn deliver(&self, waiting: Waiting, failures: u32) -> Option<Duration> {
        let Waiting { id, notice } = waiting;
        let sink = self.post.name().to_owned();
        let verdict = self.post.send(&id, &notice).await;
        counter!(name::NOTIFICATIONS, "sink" => sink.clone(), "result" => verdict.result()).increment(1);
        let (book, told, name, of) = (Arc::clone(&self.book), verdict.clone(), sink.clone(), id.clone());
        let written = blocking(move || match &told {
            Verdict::Delivered => book.delivered(&name, &of, now()),
            Verdict::Refused { words } => book.refused(&name, &of, now(), words),
            Verdict::Later { words, .. } => book.failed(&name, now(), words),
        });
        let written = written.await;
        let (alert, words) = (&notice.key, verdict.words().unwrap_or_default());
        match (&written, &verdict) {
            // It is told once more under the same name, and not at once.
            (Err(error), _) => {
                tracing::error!(webhook = sink, %alert, id, error = words_of(error), "what became of a notification is not written");
            }
            (Ok(()), Verdict::Delivered) => tracing::info!(webhook = sink, %alert, id, "notified"),
            (Ok(()), Verdict::Refused { .. }) => {
                tracing::error!(webhook = sink, %alert, id, words, "a notification is refused for good");
            }
            (Ok(()), Verdict::Later { .. }) => {
                tracing::warn!(webhook = sink, %alert, id, words, "a notification waits")
            }
        }
        match verdict {
            Verdict::Delivered | Verdict::Refused { .. } if written.is_ok() => None,
            Verdict::Later { rest: Some(rest), .. } => Some(rest.max(pause(self.first_pause, failures))),
            Verdict::Delivered | Verdict::Refused { .. } | Verdict::Later { .. } => {
                Some(pause(self.first_pause, failures))
            }
        }
    }

    /// How the sink is, for whoever asks.
    async fn note(&self) {
        let (book, sink) = (Arc::clone(&self.book), self.post.name().to_owned());
        let Ok(record) = blocking(move || book.sink(&sink)).await else { return };
        let sink = self.post.name().to_owned();
        gauge!(name::NOTIFICATION_QUEUE, "sink" => sink.clone()).set(meters::float(record.waiting));
        if let Some(at) = record.success_at {
            gauge!(name::NOTIFIED, "sink" => sink.clone()).set(meters::float(at.unsigned_abs()));
        }
        let words = record.failure.as_ref().filter(|_| 0 < record.waiting);
        let reason = words.map(|words| format!("webhook {sink}: {words}; notifications that wait: {}", record.waiting));
        self.health.sink_judged(&sink, reason);
    }
}

/// Full jitter: anything up to the pause, so that many cranks do not come back together.
fn pause(first: Duration, failures: u32) -> Duration {
    let longest = first.saturating_mul(1_u32.checked_shl(failures).unwrap_or(u32::MAX)).min(LONGEST_PAUSE);
    // The standard library's hash maps are seeded by the operating system.
    let chance = RandomState::new().hash_one(failures);
    let micros = u64::try_from(longest.as_micros()).unwrap_or(u64::MAX).saturating_add(1);
    Duration::from_micros(chance.checked_rem(micros).unwrap_or_default())
}

/// SQLite waits for disks, and so for nobody here.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, JournalError> + Send + 'static,
) -> Result<T, JournalError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        // It is cancelled only where the process ends.
        Err(_) => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests;
