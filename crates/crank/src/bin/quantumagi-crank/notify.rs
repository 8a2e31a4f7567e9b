//! Alerts that the crank raises by itself: asked of what it knows after every look and between looks, written into the
//! journal, and told to webhooks by tasks of their own. A sink that is dead, slow or hostile delays nothing but its own queue.

mod book;
mod deliver;
mod format;
mod knowledge;
mod post;

use std::collections::BTreeMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::Duration;

use metrics::{counter, gauge};
use quantumagi_crank::Journal;
use quantumagi_crank::alert::{Alert, Phase, Policy, RULES, Severity, Step, Told};
use quantumagi_crank::journal::alerts::Address;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval_at};

use crate::catalogue::list as name;
use crate::config::Config;
use crate::health::Health;
use crate::meters;
use book::Book;
use deliver::Courier;
pub(crate) use format::{notice_of_a_test, resolution_of};
pub(crate) use knowledge::Knowledge;
pub(crate) use post::{Post, RESULTS, Verdict};

/// Between two evaluations at most: a main loop that hangs must be told too.
const EVALUATE_EVERY: Duration = Duration::from_secs(15);

/// Raises alerts and has them told, for one configuration.
pub(crate) struct Desk {
    health: Arc<Health>,
    book: Arc<Book>,
    policy: Policy,
    addresses: Vec<Address>,
    couriers: Vec<Courier>,
    wake: Arc<Notify>,
    watched: Watched,
}

/// What the facts are about.
pub(crate) struct Watched {
    constitutions: Vec<String>,
    min_balance: u64,
}

/// Now, by the host's clock. Alerts are for people, who go by it too.
pub(crate) fn now() -> i64 {
    // Bound: seconds since 1970 are far below 2^53.
    meters::host_now() as i64
}

impl Desk {
    /// Reads and sends nothing yet.
    ///
    /// # Errors
    /// Where a client for HTTP cannot be made.
    pub(crate) fn new(config: &Config, journal: Arc<Journal>, health: &Arc<Health>) -> anyhow::Result<Self> {
        let alerting = &config.alerting;
        let (book, wake) = (Arc::new(Book::new(journal)), Arc::new(Notify::new()));
        let mut couriers = Vec::new();
        for webhook in &alerting.webhooks {
            let post = Post::new(webhook, &alerting.instance)?;
            couriers.push(Courier::new(post, Arc::clone(&book), Arc::clone(health), Arc::clone(&wake)));
        }
        let address = |it: &crate::config::alerting::Webhook| Address {
            sink: it.name.to_string(),
            min_severity: it.min_severity,
        };
        let watched = Watched {
            constitutions: config.constitutions.iter().map(ToString::to_string).collect(),
            min_balance: config.min_balance,
        };
        Ok(Self {
            health: Arc::clone(health),
            book,
            policy: alerting.policy.clone(),
            addresses: alerting.webhooks.iter().map(address).collect(),
            couriers,
            wake,
            watched,
        })
    }

    /// Begins. Everything ends with what is returned; what was not told by then stays in the journal.
    pub(crate) fn start(self) -> JoinSet<()> {
        let mut tasks = JoinSet::new();
        let names: Vec<&str> = self.addresses.iter().map(|it| it.sink.as_str()).collect();
        let forgotten = self.book.keep_sinks(&names);
        if 0 < forgotten {
            tracing::warn!(forgotten, "notifications for webhooks that are gone from the configuration are dropped");
        }
        let Self { health, book, policy, addresses, couriers, wake, watched } = self;
        for courier in couriers {
            tasks.spawn(courier.run());
        }
        tasks.spawn(async move {
            let mut ticks = interval_at(Instant::now() + EVALUATE_EVERY, EVALUATE_EVERY);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    _ = ticks.tick() => {}
                    () = health.knowledge.changed() => {}
                }
                let facts = health.facts(&watched.constitutions, watched.min_balance, now());
                let (book, policy, addresses) = (Arc::clone(&book), policy.clone(), addresses.clone());
                let stepped = tokio::task::spawn_blocking(move || book.step(&addresses, &facts, &policy)).await;
                // It is cancelled only where the process ends.
                let Ok((step, dropped)) = stepped else { return };
                note(&step, &dropped);
                wake.notify_waiters();
            }
        });
        tasks
    }
}

fn note(step: &Step, dropped: &BTreeMap<String, u64>) {
    for notice in &step.notices {
        let (key, severity, summary) = (&notice.key, notice.alert.severity.name(), &notice.alert.summary);
        match notice.told {
            Told::Firing | Told::Repeated => tracing::warn!(alert = %key, severity, summary, "alert"),
            Told::Resolved | Told::Test => tracing::info!(alert = %key, severity, summary, "alert resolved"),
        }
    }
    for (sink, many) in dropped {
        counter!(name::NOTIFICATIONS, "sink" => sink.clone(), "result" => "dropped").increment(*many);
        tracing::error!(webhook = %sink, dropped = many, "the queue of a webhook is full: its oldest notifications are dropped");
    }
    note_firing(&step.alerts);
}

fn note_firing(alerts: &BTreeMap<String, Alert>) {
    for rule in &RULES {
        for severity in [Severity::Warning, Severity::Critical] {
            let is_such =
                |alert: &&Alert| alert.phase == Phase::Firing && alert.name == rule.name && alert.severity == severity;
            let count = alerts.values().filter(is_such).count();
            gauge!(name::ALERTS, "alert" => rule.name, "severity" => severity.name()).set(meters::float(count as u64));
        }
    }
}

/// A name for a notice that is in no queue.
pub(crate) fn new_id() -> String {
    // The standard library's hash maps are seeded by the operating system.
    let [first, second] = [0_u8, 1].map(|half| RandomState::new().hash_one(half));
    format!("{first:016x}{second:016x}")
}
