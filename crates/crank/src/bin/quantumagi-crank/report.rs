//! What a crank tells of itself, written down: numbers for [`crate::meters`], words for [`crate::health`].

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use quantumagi_crank::alert::WASTING;
use quantumagi_crank::{Attempted, Duty, Journal, JournalError, Landed, Observer, Outcome, Round, Stage};
use quantumagi_interface::Address;
use quantumagi_rpc::ChainClock;
use serde_json::{Value, json};

use crate::exit::Exit;
use crate::health::Health;
use crate::meters;

/// Writes down what it is told.
pub(crate) struct Reporter {
    /// How the daemon is.
    pub(crate) health: Arc<Health>,
    /// Asked for its numbers after each round.
    pub(crate) journal: Arc<Journal>,
    /// What is looked after.
    pub(crate) constitutions: Vec<Address>,
    /// Where the journal lies.
    pub(crate) state_dir: PathBuf,
}

impl Observer for Reporter {
    fn stage(&self, stage: Stage, duty: &Duty) {
        self.health.beat(Instant::now());
        self.health.board.stage(stage, duty);
    }

    fn landed(&self, landed: &Landed) {
        meters::note_landed(landed);
    }

    fn attempted(&self, attempt: &Attempted) {
        self.health.beat(Instant::now());
        meters::note_attempt(attempt);
        self.health.keeper().inspect(|keeper| keeper.attempted(attempt));
        self.health.knowledge.attempted(attempt);
        let words = words_of_outcome(&attempt.outcome);
        self.health.board.attempted(attempt, &words, self.signature_of(attempt), Instant::now());
    }

    fn round(&self, round: &Round) {
        self.health.round(round, Instant::now());
        self.health.board.round(round, meters::result_of(round, self.constitutions.len()), Instant::now());
        meters::note_round(round, &self.constitutions);
        meters::note_workflows(&round.workflows, round.unread.is_empty());
        meters::note_process(&self.state_dir);
        // Without the journal they are as unknown as everything, and the round was told to have failed.
        let refused = self.journal.letters().unwrap_or_default().into_iter().map(|letter| letter.key).collect();
        self.health.keeper().inspect(|keeper| keeper.round(round, &refused));
        self.health.knowledge.disk_free(meters::disk_free(&self.state_dir));
        meters::note_certificate(self.health.certificate_left());
        for (address, error) in &round.unread {
            tracing::warn!(constitution = %address, %error, "a constitution could not be read");
        }
        if let Some(error) = &round.clock_error {
            tracing::warn!(%error, "the chain's clock could not be read");
        }
        if let Some(clock) = round.clock {
            self.note_journal(round, clock);
        }
        // Order: what the journal says is part of what alerts are asked about.
        self.health.knowledge.round(round, &self.constitutions);
    }

    fn journal_failed(&self, error: &JournalError) {
        self.health.beat(Instant::now());
        self.health.ledger(Err(words_of(error)));
        self.health.keeper().inspect(|keeper| keeper.journal_failed());
        self.health.knowledge.tell();
    }
}

impl Reporter {
    fn note_journal(&self, round: &Round, clock: ChainClock) {
        let ledger = meters::note_journal(&self.journal, &self.constitutions, clock.unix_timestamp, round.balance);
        if let Ok(ledger) = &ledger {
            let since = clock.unix_timestamp.saturating_sub(WASTING.window);
            self.health.knowledge.ledger(*ledger, self.journal.fees_and_waste_since(since).ok());
        }
        if let Ok(unproved) = self.journal.unproved() {
            self.health.knowledge.unproved(unproved.into_iter().map(|(constitution, _)| constitution));
        }
        self.health.ledger(ledger.map_err(|error| words_of(&error)));
        // Where it cannot be read, the line above tells so, and what was read before it stays.
        if let (Ok(letters), Ok(spent)) = (self.journal.letters(), self.journal.spent_on_day_of(clock.unix_timestamp)) {
            self.health.board.journal(&letters, spent);
        }
        let (due, attempted, waiting) = (round.due.len(), round.outcomes.len(), round.waiting);
        tracing::debug!(slot = clock.slot, due, attempted, waiting, next_moment = ?round.next_moment, "looked");
    }
}

impl Reporter {
    /// Of the attempt's last transaction, where one was signed.
    fn signature_of(&self, attempt: &Attempted) -> Option<String> {
        let was_sent = match &attempt.outcome {
            Outcome::Open { signature } => return Some(signature.to_string()),
            Outcome::Done { .. } | Outcome::Expired => true,
            Outcome::Overtaken { cost } | Outcome::Refused { cost, .. } => 0 < cost.fee_lamports,
            Outcome::Rehearsed { .. }
            | Outcome::TooDear { .. }
            | Outcome::DayLimit { .. }
            | Outcome::NoFunds
            | Outcome::Unreachable { .. } => false,
        };
        // It is for people only: a journal that cannot be read is told by whoever needs it.
        let latest = was_sent.then(|| self.journal.latest_of(&attempt.duty.key()).ok().flatten()).flatten();
        latest.map(|attempt| attempt.flight.signature.to_string())
    }
}

/// The error with its causes.
pub(crate) fn words_of(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(source) = cause {
        let told = source.to_string();
        if !words.contains(&told) {
            words = format!("{words}: {told}");
        }
        cause = source.source();
    }
    words
}

/// What one look came to, for a person, for a script, and as an exit code.
pub(crate) fn of_one_look(round: &Round) -> (String, Value, Exit) {
    let mut lines = Vec::new();
    lines.extend(
        round.clock_error.iter().map(|error| format!("the chain's clock could not be read: {}", words_of(error))),
    );
    let unread = round.unread.iter();
    lines.extend(unread.map(|(address, error)| format!("{address} could not be read: {}", words_of(error))));
    for (duty, outcome) in &round.outcomes {
        lines.push(format!("{}: {}", duty.key(), words_of_outcome(outcome)));
    }
    let is_attempted = |duty: &Duty| round.outcomes.iter().any(|(other, _)| other.key() == duty.key());
    let left: Vec<&Duty> = round.due.iter().filter(|duty| !is_attempted(duty)).collect();
    lines.extend(left.iter().map(|duty| format!("{}: due, not attempted", duty.key())));
    if lines.is_empty() {
        lines.push("nothing is due".to_owned());
    }
    let outcomes: Vec<Value> = round
        .outcomes
        .iter()
        .map(|(duty, outcome)| {
            let (cost, words) = (outcome.cost(), words_of_outcome(outcome));
            json!({
                "action": duty.key().to_string(), "outcome": outcome.name(), "words": words,
                "fee_lamports": cost.fee_lamports, "rent_lamports": cost.rent_lamports,
            })
        })
        .collect();
    let left: Vec<String> = left.iter().map(|duty| duty.key().to_string()).collect();
    let unread: Vec<String> = round.unread.iter().map(|(address, _)| address.to_string()).collect();
    let value = json!({
        "slot": round.clock.map(|clock| clock.slot), "outcomes": outcomes, "left": left, "unread": unread,
        "is_clear": round.is_clear(),
    });
    (lines.join("\n"), value, exit_of(round))
}

/// 0: everything that was due is done. 75: something may succeed by itself later. 1: somebody has to look.
fn exit_of(round: &Round) -> Exit {
    if round.is_clear() {
        return Exit::Done;
    }
    let may_pass =
        |outcome: &Outcome| matches!(outcome, Outcome::Open { .. } | Outcome::Expired | Outcome::Unreachable { .. });
    let stands = |outcome: &Outcome| !outcome.is_settled() && !may_pass(outcome);
    let is_unread = round.clock.is_none() || !round.unread.is_empty();
    let is_refused = round.outcomes.iter().any(|(_, outcome)| stands(outcome)) || 0 < round.waiting;
    if is_refused && !is_unread { Exit::Failed } else { Exit::TryAgain }
}

fn words_of_outcome(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Done { cost, slot } => {
            format!("done in slot {slot} for {} lamports, and {} as rent", cost.fee_lamports, cost.rent_lamports)
        }
        Outcome::Overtaken { .. } => "somebody else was faster".to_owned(),
        Outcome::Rehearsed { cost } => {
            format!("would cost {} lamports, and {} as rent; nothing was sent", cost.fee_lamports, cost.rent_lamports)
        }
        Outcome::Open { signature } => format!("sent as {signature}, which may still land"),
        Outcome::Expired => "its transaction expired; the next look pays more".to_owned(),
        Outcome::TooDear { cost, limit } => format!(
            "would cost {} lamports and {} as rent; max_fee is {} and max_rent {}",
            cost.fee_lamports, cost.rent_lamports, limit.fee_lamports, limit.rent_lamports
        ),
        Outcome::DayLimit { spent, limit } => format!(
            "{} lamports and {} as rent are spent today; max_fee_per_day is {} and max_rent_per_day {}",
            spent.fee_lamports, spent.rent_lamports, limit.fee_lamports, limit.rent_lamports
        ),
        Outcome::NoFunds => "the wallet cannot pay: send it lamports".to_owned(),
        Outcome::Refused { reason, .. } => format!("refused: {reason}"),
        Outcome::Unreachable { reason } => format!("the endpoint did not answer: {reason}"),
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use quantumagi_crank::alert::Truth;
    use quantumagi_crank::workflow::{Looked, Tally, Workflow, WorkflowTally};
    use quantumagi_crank::{Judgement, Kind, Subject};

    use super::*;
    use crate::config::Config;

    #[test]
    fn what_a_round_and_the_journal_tell_is_what_alerts_are_asked_about() {
        let constitution = Address::new_from_array([1; 32]);
        let text = format!("constitutions = [\"{constitution}\"]\nkeypair = \"k\"\nrpc_url = \"http://127.0.0.1:1\"\n");
        let of_env = |name: &str| (name == "HOME").then(|| "/h".to_owned());
        let config = Config::parse(&text, Path::new("/"), of_env).expect("it is in order");
        let health = Arc::new(Health::new(&config, Instant::now()));
        let journal = Arc::new(Journal::in_memory().expect("a journal"));
        let (constitutions, state_dir) = (config.constitutions, "/".into());
        let reporter =
            Reporter { health: Arc::clone(&health), journal: Arc::clone(&journal), constitutions, state_dir };
        let bad = || {
            let facts = health.facts(&[constitution.to_string()], 0, meters::host_seconds());
            let bad = facts.readings().into_iter().filter(|it| it.truth == Truth::Bad);
            // Of a journal without fees the wallet lasts for a year; how full the disk of this host is, is no matter.
            let bad = bad.filter(|it| !matches!(it.rule.name, "QuantumagiCrankDiskFull"));
            (facts.runway.is_some(), bad.map(|it| it.key()).collect::<Vec<_>>())
        };
        assert_eq!(bad(), (false, vec!["QuantumagiCrankBlind".to_owned()]));

        let clock = ChainClock { slot: 1, epoch: 0, unix_timestamp: meters::host_seconds() };
        let well = || Round { clock: Some(clock), balance: Some(7), ..Round::default() };
        reporter.round(&well());
        assert_eq!(bad(), (true, vec![]));

        let anchor = Duty {
            constitution,
            kind: Kind::CheckpointAnchor,
            subject: Subject::History,
            due_at: quantumagi_rules::UnixSeconds(0),
        };
        journal.last_checkpoint(&anchor.key(), 1).expect("written");
        journal.keep_unproved(&anchor.key(), "event 12 is missing").expect("written");
        let root = Subject::Root { proposal: 1, publisher: constitution };
        let late = WorkflowTally { overdue: 1, overdue_seconds: 9, ..WorkflowTally::default() };
        let tally = Some(Tally([(Workflow::PolicyCreation, late)].into()));
        let doubtful = vec![(constitution, root, Judgement::False)];
        reporter.round(&Round { doubtful, workflows: Looked { tally, ..Looked::default() }, ..well() });
        let expected = [
            "QuantumagiCrankWorkflowOverdue/policy_creation".to_owned(),
            "QuantumagiCrankFalseRoot".to_owned(),
            format!("QuantumagiCrankHistoryUnproved/{constitution}"),
        ];
        assert_eq!(bad(), (true, expected.to_vec()));
    }
}
