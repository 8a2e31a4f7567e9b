//! What the crank knows that alerts are about. Written by the main loop, read between its looks.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use metrics_exporter_prometheus::PrometheusHandle;
use quantumagi_crank::alert::{CALLS_FAIL, Facts, Unpaid};
use quantumagi_crank::workflow::Workflow;
use quantumagi_crank::{Attempted, Judgement, Outcome, Round};
use quantumagi_rpc::pool::meters::CALLS;
use tokio::sync::Notify;

use super::now;
use crate::meters::Ledger;

/// What is known since the start.
#[derive(Debug, Default)]
struct Known {
    started_at: i64,
    facts: Facts,
    unread: BTreeMap<String, bool>,
    /// Roots of each constitution that are not what the stake gives, as it was last read.
    false_roots: BTreeMap<String, u64>,
    /// Constitutions whose history does not verify.
    unproved: Option<BTreeSet<String>>,
    calls: Calls,
}

/// Shared by the loop and the desk. Outlives a change of the configuration.
pub(crate) struct Knowledge {
    known: Mutex<Known>,
    news: Notify,
    metrics: OnceLock<PrometheusHandle>,
}

impl std::fmt::Debug for Knowledge {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Knowledge").field("known", &self.known).finish_non_exhaustive()
    }
}

impl Knowledge {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        let known = Known { started_at: now(), ..Known::default() };
        Self { known: Mutex::new(known), news: Notify::new(), metrics: OnceLock::new() }
    }

    /// Where calls are counted.
    pub(crate) fn measured_by(&self, metrics: PrometheusHandle) {
        // There is one for the process.
        let _ = self.metrics.set(metrics);
    }

    /// Until there is something new.
    pub(crate) async fn changed(&self) {
        self.news.notified().await;
    }

    /// There is something new.
    pub(crate) fn tell(&self) {
        self.news.notify_one();
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        // Whatever a thread that panicked left behind is overwritten by the next round.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An attempt has ended.
    pub(crate) fn attempted(&self, attempt: &Attempted) {
        let why = match attempt.outcome {
            Outcome::NoFunds => Unpaid::NoFunds,
            Outcome::DayLimit { .. } => Unpaid::DayLimit,
            Outcome::TooDear { .. } => Unpaid::TooDear,
            Outcome::Done { .. }
            | Outcome::Overtaken { .. }
            | Outcome::Rehearsed { .. }
            | Outcome::Open { .. }
            | Outcome::Expired
            | Outcome::Refused { .. }
            | Outcome::Unreachable { .. } => return,
        };
        self.known().facts.unpaid.insert(why, now());
    }

    /// A round has ended.
    pub(crate) fn round(&self, round: &Round, constitutions: &[quantumagi_interface::Address]) {
        let mut known = self.known();
        let facts = &mut known.facts;
        facts.balance = round.balance.or(facts.balance);
        if let Some(clock) = round.clock {
            if round.unread.is_empty() {
                facts.last_success = Some(now());
            }
            let mut oldest = BTreeMap::new();
            for duty in &round.due {
                let age = clock.unix_timestamp.saturating_sub(duty.due_at.0).max(0).unsigned_abs();
                let of_kind = oldest.entry(duty.kind.name()).or_insert(0);
                *of_kind = age.max(*of_kind);
            }
            facts.oldest_due = Some(oldest);
            facts.unreadable = Some(round.unreadable.len() as u64);
            facts.skew = Some(now().saturating_sub(clock.unix_timestamp));
            // What could not be read says nothing about them.
            if let Some(tally) = round.workflows.tally.as_ref().filter(|_| round.unread.is_empty()) {
                let of = |workflow: Workflow| tally.0.get(&workflow).map_or(0, |it| it.overdue_seconds);
                facts.workflows_overdue = Some(Workflow::ALL.map(|it| (it.name(), of(it))).into());
            }
            for address in constitutions {
                let is_unread = round.unread.iter().any(|(unread, _)| unread == address);
                known.unread.insert(address.to_string(), is_unread);
                if !is_unread {
                    let is_false = |(of, _, judgement): &&(_, _, _)| of == address && *judgement == Judgement::False;
                    let count = round.doubtful.iter().filter(is_false).count() as u64;
                    known.false_roots.insert(address.to_string(), count);
                }
            }
        }
        drop(known);
        self.tell();
    }

    /// What the journal says.
    pub(crate) fn ledger(&self, ledger: Ledger, fees: Option<(u64, u64)>) {
        let mut known = self.known();
        known.facts.dead_letters = Some(ledger.letters as u64);
        known.facts.runway = ledger.runway.or(known.facts.runway);
        known.facts.fees = fees.or(known.facts.fees);
    }

    /// Constitutions whose history does not verify, as the journal says.
    pub(crate) fn unproved(&self, constitutions: impl IntoIterator<Item = String>) {
        self.known().unproved = Some(constitutions.into_iter().collect());
    }

    /// Room for the journal.
    pub(crate) fn disk_free(&self, free: Option<u64>) {
        self.known().facts.disk_free = free;
    }

    /// Everything that is known here, about these constitutions.
    pub(crate) fn facts(&self, constitutions: &[String], now: i64) -> Facts {
        let page = self.metrics.get().map(PrometheusHandle::render).unwrap_or_default();
        let mut known = self.known();
        known.calls.take(now, counted(&page));
        let of = |address: &String| (address.clone(), known.unread.get(address).copied());
        let unread = constitutions.iter().map(of).collect();
        let of = |address: &String| (address.clone(), known.unproved.as_ref().map(|all| all.contains(address)));
        let unproved = constitutions.iter().map(of).collect();
        let of = |address| known.false_roots.get(address).copied();
        let found: u64 = constitutions.iter().filter_map(of).sum();
        // That there is none is known only of all of them.
        let false_roots = (0 < found || constitutions.iter().all(|it| of(it).is_some())).then_some(found);
        let calls = known.calls.within();
        Facts { now, started_at: known.started_at, unread, unproved, false_roots, calls, ..known.facts.clone() }
    }
}

/// Calls so far, and those that failed, from the page that Prometheus would read.
fn counted(page: &str) -> (u64, u64) {
    let (mut all, mut failed) = (0_u64, 0_u64);
    for line in page.lines().filter_map(|line| line.strip_prefix(CALLS)?.strip_prefix('{')) {
        let Some((labels, value)) = line.rsplit_once("} ") else { continue };
        let value: u64 = value.trim().parse().unwrap_or_default();
        all = all.saturating_add(value);
        if labels.contains("outcome=\"failed\"") {
            failed = failed.saturating_add(value);
        }
    }
    (all, failed)
}

/// Counters at moments, as far back as the window goes.
#[derive(Debug, Default)]
struct Calls(VecDeque<(i64, (u64, u64))>);

impl Calls {
    fn take(&mut self, now: i64, counted: (u64, u64)) {
        // A clock that was set back: what was counted before says nothing about a window by it.
        if self.0.back().is_some_and(|(at, _)| now < *at) {
            self.0.clear();
        }
        self.0.push_back((now, counted));
        // The first is kept that is as old as the window or older.
        while self.0.get(1).is_some_and(|(at, _)| CALLS_FAIL.window <= now.saturating_sub(*at)) {
            self.0.pop_front();
        }
    }

    /// Calls and failures of the window; `None` while less than the window was watched.
    fn within(&self) -> Option<(u64, u64)> {
        let ((first_at, first), (last_at, last)) = (self.0.front()?, self.0.back()?);
        let is_whole = CALLS_FAIL.window <= last_at.saturating_sub(*first_at);
        is_whole.then_some((last.0.saturating_sub(first.0), last.1.saturating_sub(first.1)))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use quantumagi_crank::workflow::{Looked, Tally, WorkflowTally};
    use quantumagi_crank::{Cost, Duty, Kind, Subject};
    use quantumagi_interface::Address;
    use quantumagi_rpc::ChainClock;
    use quantumagi_rules::UnixSeconds;
    use quantumagi_sdk::SdkError;

    use super::*;

    #[test]
    fn a_round_is_known_by_what_it_saw() {
        let (one, two) = (Address::new_from_array([1; 32]), Address::new_from_array([2; 32]));
        let names = [one, two].map(|address| address.to_string());
        let knowledge = Knowledge::new();
        let before = knowledge.facts(&names, now());
        assert_eq!((before.last_success, before.oldest_due, before.balance, before.skew), (None, None, None, None));
        assert!(before.unread.values().all(Option::is_none) && before.unread.len() == 2);

        let due = |id, due_at| Duty {
            constitution: one,
            kind: Kind::ProposalExecute,
            subject: Subject::Proposal(id),
            due_at: UnixSeconds(due_at),
        };
        let at = now();
        let clock = ChainClock { slot: 1, epoch: 0, unix_timestamp: at - 500 };
        let not_there = SdkError::NotFound { what: "constitution", address: two };
        let round = Round {
            clock: Some(clock),
            balance: Some(7),
            due: vec![due(1, at - 600), due(2, at - 900)],
            unread: vec![(two, not_there)],
            ..Round::default()
        };
        knowledge.round(&round, &[one, two]);
        knowledge.ledger(Ledger { letters: 3, ..Ledger::default() }, Some((10, 4)));
        knowledge.disk_free(Some(9));
        let facts = knowledge.facts(&names, at);
        assert_eq!(facts.last_success, None, "one could not be read");
        assert_eq!(facts.oldest_due, Some([("proposal_execute", 400)].into()));
        assert_eq!((facts.balance, facts.unreadable), (Some(7), Some(0)));
        assert_eq!((facts.dead_letters, facts.fees, facts.disk_free), (Some(3), Some((10, 4)), Some(9)));
        assert!(facts.skew.is_some_and(|skew| (500..560).contains(&skew)));
        assert_eq!(facts.unread, [(names[0].clone(), Some(false)), (names[1].clone(), Some(true))].into());

        // An endpoint that says nothing takes nothing away.
        knowledge.round(&Round::default(), &[one, two]);
        let still = knowledge.facts(&names, at);
        assert_eq!((still.balance, still.oldest_due, still.skew), (facts.balance, facts.oldest_due, facts.skew));
        knowledge.round(&Round { clock: Some(clock), ..Round::default() }, &[one, two]);
        let well = knowledge.facts(&names, at);
        assert!(well.last_success.is_some_and(|success| at <= success));
        assert_eq!((well.oldest_due, well.balance), (Some([].into()), Some(7)));
    }

    const CLOCK: ChainClock = ChainClock { slot: 1, epoch: 0, unix_timestamp: 1_000 };

    fn unread(address: Address) -> (Address, SdkError) {
        (address, SdkError::NotFound { what: "constitution", address })
    }

    #[test]
    fn how_long_the_wallet_lasts_stays_known_where_a_look_tells_no_balance() {
        let knowledge = Knowledge::new();
        let runway = |knowledge: &Knowledge| knowledge.facts(&[], now()).runway;
        assert_eq!(runway(&knowledge), None);
        knowledge.ledger(Ledger::default(), None);
        assert_eq!(runway(&knowledge), None, "no balance was told yet");
        knowledge.ledger(Ledger { runway: Some(7), ..Ledger::default() }, None);
        assert_eq!(runway(&knowledge), Some(7));
        knowledge.ledger(Ledger::default(), None);
        assert_eq!(runway(&knowledge), Some(7));
    }

    #[test]
    fn false_roots_are_counted_and_stay_known_of_what_cannot_be_read() {
        let (one, two) = (Address::new_from_array([1; 32]), Address::new_from_array([2; 32]));
        let names = [one, two].map(|address| address.to_string());
        let root = |of, proposal, judgement| (of, Subject::Root { proposal, publisher: one }, judgement);
        let knowledge = Knowledge::new();
        let look = |doubtful: &[_], unread| {
            let round = Round { clock: Some(CLOCK), doubtful: doubtful.to_vec(), unread, ..Round::default() };
            knowledge.round(&round, &[one, two]);
            knowledge.facts(&names, now()).false_roots
        };
        assert_eq!(knowledge.facts(&names, now()).false_roots, None);
        assert_eq!(look(&[], vec![unread(two)]), None, "of the other nothing is known");
        assert_eq!(look(&[root(one, 1, Judgement::Unknown)], vec![]), Some(0), "what cannot be judged is not false");
        let both = [root(one, 1, Judgement::False), root(two, 1, Judgement::False), root(two, 2, Judgement::False)];
        assert_eq!(look(&both, vec![]), Some(3));
        assert_eq!(look(&[], vec![unread(two)]), Some(2), "what cannot be read takes nothing away");
        assert_eq!(knowledge.facts(&names[..1], now()).false_roots, Some(0), "what is not looked after counts no more");
        assert_eq!(look(&[], vec![]), Some(0));
    }

    #[test]
    fn histories_are_known_once_the_journal_was_asked() {
        let names = ["one".to_owned(), "two".to_owned()];
        let knowledge = Knowledge::new();
        let unproved =
            |knowledge: &Knowledge| knowledge.facts(&names, now()).unproved.into_values().collect::<Vec<_>>();
        assert_eq!(unproved(&knowledge), [None, None]);
        knowledge.unproved(["two".to_owned(), "gone".to_owned()]);
        assert_eq!(unproved(&knowledge), [Some(false), Some(true)]);
        knowledge.unproved([]);
        assert_eq!(unproved(&knowledge), [Some(false), Some(false)]);
    }

    #[test]
    fn missed_deadlines_are_known_of_looks_that_read_everything() {
        let (address, workflow) = (Address::new_from_array([1; 32]), Workflow::ALL[0]);
        let knowledge = Knowledge::new();
        let look = |overdue_seconds: Option<u64>, unread| {
            let tally =
                |overdue_seconds| Tally([(workflow, WorkflowTally { overdue_seconds, ..Default::default() })].into());
            let workflows = Looked { tally: overdue_seconds.map(tally), ..Looked::default() };
            knowledge.round(&Round { clock: Some(CLOCK), workflows, unread, ..Round::default() }, &[address]);
            knowledge.facts(&[], now()).workflows_overdue.map(|all| (all.len(), all[workflow.name()]))
        };
        assert_eq!(look(None, vec![]), None, "nobody looked");
        assert_eq!(look(Some(7), vec![unread(address)]), None);
        assert_eq!(look(Some(7), vec![]), Some((Workflow::ALL.len(), 7)));
        assert_eq!(look(Some(0), vec![unread(address)]), Some((Workflow::ALL.len(), 7)));
        assert_eq!(look(Some(0), vec![]), Some((Workflow::ALL.len(), 0)));
    }

    #[test]
    fn only_attempts_that_lack_money_are_remembered_as_such() {
        let knowledge = Knowledge::new();
        let duty = Duty {
            constitution: Address::default(),
            kind: Kind::ProposalClose,
            subject: Subject::Proposal(1),
            due_at: UnixSeconds(0),
        };
        let (took, after_due, cost) = (Duration::ZERO, Duration::ZERO, Cost::default());
        let mut seen = Vec::new();
        for outcome in [
            Outcome::Done { cost, slot: 1 },
            Outcome::Expired,
            Outcome::NoFunds,
            Outcome::TooDear { cost, limit: cost },
            Outcome::DayLimit { spent: cost, limit: cost },
        ] {
            knowledge.attempted(&Attempted { duty, outcome, after_due, took });
            seen.push(knowledge.facts(&[], now()).unpaid.into_keys().collect::<Vec<_>>());
        }
        use Unpaid::{DayLimit, NoFunds, TooDear};
        let expected = [vec![], vec![], vec![NoFunds], vec![NoFunds, TooDear], vec![NoFunds, DayLimit, TooDear]];
        assert_eq!(seen, expected);
    }

    #[test]
    fn calls_are_counted_from_the_page_of_metrics() {
        let page = "# TYPE quantumagi_rpc_calls_total counter\n\
                    quantumagi_rpc_calls_total{class=\"read\",outcome=\"ok\"} 90\n\
                    quantumagi_rpc_calls_total{class=\"read\",outcome=\"failed\"} 7\n\
                    quantumagi_rpc_calls_total{outcome=\"failed\",class=\"send\"} 3\n\
                    quantumagi_rpc_calls_total_other{outcome=\"failed\"} 1000\n";
        assert_eq!(counted(page), (100, 10));
    }

    #[test]
    fn calls_of_the_window_are_told_once_it_has_passed() {
        let mut calls = Calls::default();
        for minute in 0..60_i64 {
            let all = minute.unsigned_abs() * 10;
            calls.take(minute * 60, (all, if 30 < minute { all - 300 } else { 0 }));
            let failed = (minute - 30).clamp(0, 15).unsigned_abs() * 10;
            let expected = (15 <= minute).then_some((150, failed));
            assert_eq!(calls.within(), expected, "minute {minute}");
            assert!(calls.0.len() <= 16);
        }
        calls.take(0, (600, 300));
        assert_eq!(calls.within(), None, "the clock was set back");
    }
}
