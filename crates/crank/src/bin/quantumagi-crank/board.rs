//! What happened, for people: written by whoever does the work, and told as [`Status`]. Everything in it is bounded, and it
//! asks neither an endpoint nor the disk when it is asked.

use std::collections::{HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use quantumagi_crank::duty::DutyKey;
use quantumagi_crank::journal::{Attempt, DeadLetter, Ending, Fate};
use quantumagi_crank::{Attempted, Cost, Duty, Outcome, Round, Stage};
use quantumagi_interface::Address;
use quantumagi_rpc::pool::{EndpointStatus, MethodClass};

use crate::config::Config;
use crate::status::{Due, Endpoint, Event, Letter, Listed, Look, Looks, MOST_EVENTS, MOST_ITEMS, Money, Status, short};

/// What happened.
#[derive(Debug)]
pub(crate) struct Board(Mutex<Seen>);

#[derive(Debug)]
struct Seen {
    started: Instant,
    mode: &'static str,
    wallet: Option<Address>,
    look_every: Duration,
    min_balance: u64,
    most_a_day: Cost,
    looks: Looks,
    last: Option<Instant>,
    /// The chain's clock, and when it was read.
    chain: Option<(i64, Instant)>,
    balance: Option<u64>,
    spent_today: Cost,
    due_total: usize,
    due: Vec<Pending>,
    under_way: Vec<(Duty, Stage)>,
    letters: Listed<Waiting>,
    events: VecDeque<(Instant, Event)>,
}

/// Something that is due, and how its last attempt ended.
#[derive(Debug)]
struct Pending {
    duty: Duty,
    state: &'static str,
    again_at: Option<i64>,
}

/// What is told of a dead letter, and when it is tried again by the chain's clock.
#[derive(Debug)]
struct Waiting {
    letter: Letter,
    again_at: Option<i64>,
}

impl Board {
    /// Of a daemon that starts now.
    pub(crate) fn new(config: &Config, now: Instant) -> Self {
        Self(Mutex::new(Seen {
            started: now,
            mode: "",
            wallet: None,
            look_every: config.terms.look_every,
            min_balance: config.min_balance,
            most_a_day: config.terms.max_cost_per_day,
            looks: Looks::default(),
            last: None,
            chain: None,
            balance: None,
            spent_today: Cost::default(),
            due_total: 0,
            due: Vec::new(),
            under_way: Vec::new(),
            letters: Listed::default(),
            events: VecDeque::new(),
        }))
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        // Whatever a thread that panicked left behind is overwritten by the next look.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Another configuration is in force.
    pub(crate) fn reconfigured(&self, config: &Config) {
        let mut seen = self.seen();
        seen.look_every = config.terms.look_every;
        seen.min_balance = config.min_balance;
        seen.most_a_day = config.terms.max_cost_per_day;
    }

    /// Who begins to work, and how.
    pub(crate) fn at_work(&self, mode: &'static str, wallet: Option<Address>) {
        let mut seen = self.seen();
        if seen.wallet != wallet {
            seen.balance = None;
        }
        (seen.mode, seen.wallet) = (mode, wallet);
    }

    /// What processes before this one have signed, the latest first; `unix` is the present.
    pub(crate) fn remember(&self, attempts: &[Attempt], unix: i64, now: Instant) {
        let mut seen = self.seen();
        if !seen.events.is_empty() {
            return;
        }
        for attempt in attempts.iter().take(MOST_EVENTS) {
            let ago = Duration::from_secs(u64::try_from(unix.saturating_sub(attempt.signed_at)).unwrap_or(0));
            seen.events.push_back((now.checked_sub(ago).unwrap_or(now), found(attempt)));
        }
    }

    /// An attempt has reached a stage.
    pub(crate) fn stage(&self, stage: Stage, duty: &Duty) {
        let mut seen = self.seen();
        let key = duty.key();
        match seen.under_way.iter_mut().find(|(other, _)| other.key() == key) {
            Some((_, reached)) => *reached = stage,
            None => seen.under_way.push((*duty, stage)),
        }
    }

    /// An attempt is over. `signature` is that of its last transaction.
    pub(crate) fn attempted(&self, attempt: &Attempted, words: &str, signature: Option<String>, now: Instant) {
        let Attempted { duty, outcome, .. } = attempt;
        let mut seen = self.seen();
        let key = duty.key();
        seen.under_way.retain(|(other, _)| other.key() != key);
        if let Some(place) = seen.due.iter().position(|pending| pending.duty.key() == key) {
            if outcome.is_settled() {
                seen.due.remove(place);
                seen.due_total = seen.due_total.saturating_sub(1);
            } else if let Some(pending) = seen.due.get_mut(place) {
                (pending.state, pending.again_at) = (outcome.name(), None);
            }
        }
        let event = Event {
            ago_seconds: 0,
            action: key.to_string(),
            outcome: outcome.name().to_owned(),
            words: short(words),
            cost: outcome.cost().into(),
            signature,
        };
        seen.happened(event, now);
    }

    /// What a look came to, with the letters and the spending after it.
    pub(crate) fn round(&self, round: &Round, result: &str, now: Instant) {
        let mut seen = self.seen();
        seen.under_way.clear();
        match result {
            "ok" => seen.looks.ok += 1,
            "partial" => seen.looks.partial += 1,
            _ => seen.looks.failed += 1,
        }
        let within = round.again_in.unwrap_or(seen.look_every).min(seen.look_every);
        seen.looks.last = Some(Look {
            ago_seconds: 0,
            took_millis: millis(round.took),
            result: result.to_owned(),
            next_within_seconds: within.as_secs().max(1),
            slot: round.clock.map(|clock| clock.slot),
        });
        seen.last = Some(now);
        seen.balance = round.balance.or(seen.balance);
        for attempt in &round.ended {
            seen.happened(found(attempt), now);
        }
        let Some(clock) = round.clock else { return };
        seen.chain = Some((clock.unix_timestamp, now.checked_sub(round.took).unwrap_or(now)));
        let ends: HashMap<DutyKey, &Outcome> =
            round.outcomes.iter().map(|(duty, outcome)| (duty.key(), outcome)).collect();
        let mut due: Vec<Pending> = round
            .due
            .iter()
            .filter(|duty| !ends.get(&duty.key()).is_some_and(|outcome| outcome.is_settled()))
            .map(|duty| {
                let state = ends.get(&duty.key()).map_or("waiting", |outcome| outcome.name());
                Pending { duty: *duty, state, again_at: None }
            })
            .collect();
        due.sort_by_key(|pending| (pending.duty.due_at, pending.duty.key()));
        seen.due_total = due.len();
        due.truncate(MOST_ITEMS);
        seen.due = due;
    }

    /// What the journal says after a look.
    pub(crate) fn journal(&self, letters: &[DeadLetter], spent_today: Cost) {
        let mut seen = self.seen();
        seen.spent_today = spent_today;
        let by_key: HashMap<&str, &DeadLetter> = letters.iter().map(|letter| (letter.key.as_str(), letter)).collect();
        for pending in &mut seen.due {
            let Some(letter) = by_key.get(pending.duty.key().to_string().as_str()) else { continue };
            pending.again_at = letter.next_at();
            pending.state = if pending.again_at.is_some() { "refused" } else { "dropped" };
        }
        let first = letters.iter().take(MOST_ITEMS).map(|letter| Waiting {
            letter: Letter {
                action: letter.key.clone(),
                reason: short(&letter.reason),
                tries: letter.tries,
                state: letter.state.name().to_owned(),
                again_in_seconds: None,
            },
            again_at: letter.next_at(),
        });
        seen.letters = Listed { total: letters.len(), first: first.collect() };
    }

    /// Everything but how the daemon is.
    pub(crate) fn told(&self, endpoints: &[EndpointStatus], now: Instant) -> Status {
        let seen = self.seen();
        let ago = |at: Instant| now.saturating_duration_since(at).as_secs();
        let mut looks = seen.looks.clone();
        if let (Some(look), Some(at)) = (&mut looks.last, seen.last) {
            look.ago_seconds = ago(at);
            look.next_within_seconds = look.next_within_seconds.saturating_sub(look.ago_seconds);
        }
        Status {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            up_seconds: ago(seen.started),
            mode: seen.mode.to_owned(),
            wallet: seen.wallet.map(|wallet| wallet.to_string()),
            looks,
            money: Money {
                balance: seen.balance,
                min_balance: seen.min_balance,
                spent_today: seen.spent_today.into(),
                most_a_day: seen.most_a_day.into(),
            },
            due: seen.due(now),
            endpoints: endpoints.iter().map(endpoint).collect(),
            letters: seen.letters(now),
            events: seen.events.iter().map(|(at, event)| Event { ago_seconds: ago(*at), ..event.clone() }).collect(),
            ..Status::default()
        }
    }
}

impl Seen {
    fn happened(&mut self, event: Event, now: Instant) {
        self.events.truncate(MOST_EVENTS - 1);
        self.events.push_front((now, event));
    }

    /// The chain's clock as it should be by now; 0 where it was never read.
    fn chain_now(&self, now: Instant) -> i64 {
        let since = |at| i64::try_from(now.saturating_duration_since(at).as_secs()).unwrap_or(i64::MAX);
        self.chain.map_or(0, |(unix, at)| unix.saturating_add(since(at)))
    }

    fn due(&self, now: Instant) -> Listed<Due> {
        let chain_now = self.chain_now(now);
        let told = |duty: &Duty, state: &str, again_at: Option<i64>| Due {
            constitution: duty.constitution.to_string(),
            kind: duty.kind.name().to_owned(),
            of: duty.subject.to_string(),
            since_seconds: until(duty.due_at.0, chain_now),
            state: state.to_owned(),
            again_in_seconds: again_at.map(|at| until(chain_now, at)),
        };
        let known = |duty: &Duty| self.due.iter().any(|pending| pending.duty.key() == duty.key());
        let new = self.under_way.iter().filter(|(duty, _)| !known(duty));
        let mut first: Vec<Due> = new.map(|(duty, stage)| told(duty, stage.name(), None)).collect();
        let total = self.due_total.saturating_add(first.len());
        for Pending { duty, state, again_at } in &self.due {
            let stage = self.under_way.iter().find(|(other, _)| other.key() == duty.key());
            first.push(match stage {
                Some((_, stage)) => told(duty, stage.name(), None),
                None => told(duty, state, *again_at),
            });
        }
        first.truncate(MOST_ITEMS);
        Listed { total, first }
    }

    fn letters(&self, now: Instant) -> Listed<Letter> {
        let chain_now = self.chain_now(now);
        let told = self.letters.first.iter().map(|Waiting { letter, again_at }| Letter {
            again_in_seconds: again_at.map(|at| until(chain_now, at)),
            ..letter.clone()
        });
        Listed { total: self.letters.total, first: told.collect() }
    }
}

/// Seconds from one moment to a later one.
fn until(earlier: i64, later: i64) -> u64 {
    u64::try_from(later.saturating_sub(earlier)).unwrap_or(0)
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

fn endpoint(status: &EndpointStatus) -> Endpoint {
    let state = |class: MethodClass| (class.to_string(), status.breakers[class].as_str().to_owned());
    Endpoint {
        name: short(status.name.as_str()),
        out: status.unfit.map(|why| why.to_string()),
        share: status.share,
        slot_lag: status.slot_lag,
        latency_millis: status.latency[MethodClass::Read].map(millis),
        breakers: MethodClass::ALL.into_iter().map(state).collect(),
    }
}

/// A transaction of which the journal says how it ended.
fn found(attempt: &Attempt) -> Event {
    let (outcome, words, cost) = match attempt.fate {
        Fate::Open => ("open", "it may still land".to_owned(), Cost::default()),
        Fate::Ended(Ending::Landed { slot }) => ("done", format!("landed in slot {slot}"), attempt.flight.cost),
        Fate::Ended(Ending::Failed { slot }) => {
            ("overtaken", format!("failed in slot {slot}"), attempt.flight.cost.of_failure())
        }
        Fate::Ended(Ending::Expired) => ("expired", "it never landed".to_owned(), Cost::default()),
    };
    Event {
        ago_seconds: 0,
        action: attempt.key.clone(),
        outcome: outcome.to_owned(),
        words,
        cost: cost.into(),
        signature: Some(attempt.flight.signature.to_string()),
    }
}

#[cfg(test)]
mod tests;
