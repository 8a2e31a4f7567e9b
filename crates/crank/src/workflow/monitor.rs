//! Follows every instance: reads what decides, asks the pure parts, and keeps what came of it in the journal.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use futures_util::stream::{self, StreamExt};
use quantumagi_interface::events::Event;
use quantumagi_interface::{Address, PROGRAM_ID};
use quantumagi_rpc::solana::Signature;
use quantumagi_rpc::{ChainClock, HistoryRange};
use quantumagi_sdk::Quantumagi;
use quantumagi_sdk::history::read_logs;
use quantumagi_sdk::verify::ChainHead;

use super::context::Context;
use super::follow::{Shown, follow};
use super::lookup::finalizations;
use super::reading::{Logged, PROVE_WITHIN, Progress, Reading};
use super::sight::Patience;
use super::{
    About, Deadline, Finding, Instance, Key, Passed, Sighting, State, Step, Timing, Transition, Verdict, Waits, When,
    Workflow,
};
use crate::journal::{Journal, JournalError};
use crate::survey::Survey;

/// Transactions that one listing asks for: what endpoints allow.
const PAGE: usize = 1_000;
/// Listings of one look. More transactions than they hold are not read here, but by `quantumagi audit verify`.
const MOST_PAGES: usize = 5;
/// Transactions that one look reads of one constitution.
const MOST_READ: usize = 100;
/// Transactions asked for at one time.
const PARALLEL: usize = 8;
/// After a reading that found nothing new, the next waits so long; doubles up to [`LONGEST_REST`]. Seconds.
const FIRST_REST: i64 = 30;
/// Readings that find nothing new before events are given up.
const LEAST_TRIES: u32 = 2;
/// Longest rest, seconds.
const LONGEST_REST: i64 = 600;
/// While there is work, so long passes between two readings, seconds.
const LONGEST_WAIT: i64 = 60;
/// What stands in the way of a proof for so long is told, seconds.
const TELL_AFTER: i64 = 300;

/// Follows every instance of the constitutions that it is shown.
#[derive(Debug)]
pub struct Monitor {
    journal: Arc<Journal>,
    contexts: HashMap<Address, Context>,
    rests: HashMap<Address, Rest>,
    /// When what else decides was read last.
    read_at: Option<i64>,
}

/// A reading that is not tried again at once.
#[derive(Clone, Copy, Debug)]
struct Rest {
    tries: u32,
    until: i64,
    head: u64,
}

/// What one look came to.
#[derive(Clone, Debug, Default)]
pub struct Looked {
    /// What has changed, each with the instance as it is now.
    pub changes: Vec<(Instance, Transition)>,
    /// How all instances stand; `None` where nobody looked.
    pub tally: Option<Tally>,
}

/// How many instances stand how, of the constitutions that were looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally(pub BTreeMap<Workflow, WorkflowTally>);

/// How many instances of one workflow stand how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WorkflowTally {
    /// On their way, and in time.
    pub running: usize,
    /// On their way, and their deadline is missed.
    pub overdue: usize,
    /// On their way, with something that somebody should know.
    pub flagged: usize,
    /// For how long the oldest missed deadline is missed, seconds.
    pub overdue_seconds: u64,
}

/// What a reading of events came to.
#[derive(Default)]
struct Audit {
    /// Where the reading stands, where that has changed.
    reading: Option<Reading>,
    events: Vec<Event>,
    sighting: Option<Sighting>,
    /// Whether events were given up, so that what they would have told will never be known.
    is_given_up: bool,
}

impl Monitor {
    /// One that goes on with what the journal holds.
    #[must_use]
    pub fn new(journal: Arc<Journal>) -> Self {
        Self { journal, contexts: HashMap::new(), rests: HashMap::new(), read_at: None }
    }

    /// Looks at what was read, and reads what else decides: nothing where no constitution has a new event. While `is_busy`
    /// that waits, up to a minute: nothing that is due shall wait for what is only watched.
    ///
    /// # Errors
    /// [`JournalError`]. What an endpoint does not tell is looked for again in the next look.
    pub async fn look(
        &mut self,
        client: &Quantumagi,
        surveys: &[Survey],
        clock: &ChainClock,
        patience: Patience,
        is_busy: bool,
    ) -> Result<Looked, JournalError> {
        let (mut looked, mut tally) = (Looked::default(), Tally::default());
        let is_resting = is_busy
            && self.read_at.is_some_and(|at| (at..at.saturating_add(LONGEST_WAIT)).contains(&clock.unix_timestamp));
        if !is_resting {
            self.read_at = Some(clock.unix_timestamp);
        }
        for survey in surveys {
            let open =
                self.look_at((!is_resting).then_some(client), survey, clock, patience, &mut looked.changes).await?;
            tally.add(&open, clock.unix_timestamp);
        }
        looked.tally = Some(tally);
        for (instance, change) in &looked.changes {
            log(instance, change);
        }
        Ok(looked)
    }

    async fn look_at(
        &mut self,
        client: Option<&Quantumagi>,
        survey: &Survey,
        clock: &ChainClock,
        patience: Patience,
        changes: &mut Vec<(Instance, Transition)>,
    ) -> Result<Vec<Instance>, JournalError> {
        let now = clock.unix_timestamp;
        let context = self.contexts.entry(survey.address).or_default();
        if let Some(client) = client
            && let Err(error) = context.refresh(client, survey).await
        {
            tracing::debug!(constitution = %survey.address, %error, "what decides about proposals could not be read");
        }
        let context = context.clone();
        let mut audit = match client {
            Some(client) => self.audit(client, survey, now).await?,
            None => Audit::default(),
        };
        let before = self.journal.open_instances(&survey.address)?;
        if let Some(client) = client {
            match finalizations(client, survey, &before).await {
                Ok(events) => audit.events.extend(events),
                Err(error) => {
                    tracing::debug!(constitution = %survey.address, %error, "what was missed could not be read")
                }
            }
        }
        let mut open: BTreeMap<Key, Instance> = before.iter().map(|it| (it.key, it.clone())).collect();
        let (context, proof, is_given_up) = (&context, audit.sighting.as_ref(), audit.is_given_up);
        let shown = Shown { survey, context, clock, patience, events: &audit.events, proof, is_given_up };
        changes.extend(follow(&mut open, &shown, |key| Ok::<_, JournalError>(self.journal.instance(key)?.is_some()))?);
        let before: BTreeMap<Key, &Instance> = before.iter().map(|it| (it.key, it)).collect();
        let changed: Vec<&Instance> = open.values().filter(|it| before.get(&it.key) != Some(it)).collect();
        self.journal.looked(&survey.address, &changed, audit.reading.as_ref())?;
        Ok(open.into_values().collect())
    }

    /// Reads the events that are new, and says how the proof of them stands.
    async fn audit(&mut self, client: &Quantumagi, survey: &Survey, now: i64) -> Result<Audit, JournalError> {
        let (address, head) = (survey.address, ChainHead::from(survey.constitution.chain));
        let Some(before) = self.journal.reading(&address)? else {
            let reading = begin(client, survey).await;
            return Ok(Audit { reading, ..Audit::default() });
        };
        // A head that is behind is told by an endpoint that is.
        if head == before.proved || head.sequence < before.reached.sequence {
            return Ok(Audit::default());
        }
        let rest = self.rests.get(&address).copied();
        if rest.is_some_and(|rest| rest.head == head.sequence && now < rest.until) {
            return Ok(Audit::default());
        }
        let mut reading = before;
        let noticed_at = *reading.noticed_at.get_or_insert(now);
        let read = match list(client, &address, reading.cursor).await {
            Ok((transactions, is_all)) => Ok(reading.read_on(address, &transactions, is_all, head)),
            Err(words) => Err(words),
        };
        // Not at the first look after a pause: the endpoint may only lag.
        let is_tried = rest.is_some_and(|rest| LEAST_TRIES <= rest.tries);
        let is_too_late = is_tried && noticed_at.saturating_add(PROVE_WITHIN) < now;
        let (words, events, is_hopeless) = match read {
            Ok((Progress::Proved { began_at }, events)) => {
                self.rests.remove(&address);
                let sighting = proof(&before, address, began_at.unwrap_or(noticed_at), Proof::Done(now));
                return Ok(Audit { reading: Some(reading), events, sighting: Some(sighting), is_given_up: false });
            }
            Ok((Progress::Behind, events)) => (None, events, false),
            Ok((Progress::Missing { sequence }, events)) => {
                let words = format!("event {sequence} is in none of the transactions that the endpoint lists");
                (Some(words), events, is_too_late)
            }
            Ok((Progress::Altered, events)) => {
                let words = format!("the {} events do not lead to the hash that the account shows", head.sequence);
                (Some(words), events, true)
            }
            Err(words) => (Some(words), Vec::new(), is_too_late),
        };
        let began_at = reading.began_at.unwrap_or(noticed_at);
        if is_hopeless && let Some(anew) = begin(client, survey).await {
            self.rests.remove(&address);
            let sighting = proof(&before, address, began_at, Proof::GivenUp(words));
            return Ok(Audit { reading: Some(anew), events, sighting: Some(sighting), is_given_up: true });
        }
        if reading.reached == before.reached && words.is_some() {
            self.rest(address, rest, head.sequence, now);
        }
        // An endpoint that lists a transaction a little later than it shows what it did is nothing to be told.
        let words = words.filter(|_| noticed_at.saturating_add(TELL_AFTER) < now);
        let sighting = proof(&before, address, began_at, Proof::Open(words));
        Ok(Audit { reading: Some(reading), events, sighting: Some(sighting), is_given_up: false })
    }

    fn rest(&mut self, address: Address, before: Option<Rest>, head: u64, now: i64) {
        let tries = before.map_or(0, |rest| rest.tries);
        let pause = FIRST_REST.saturating_mul(1i64.checked_shl(tries).unwrap_or(LONGEST_REST)).min(LONGEST_REST);
        let rest = Rest { tries: tries.saturating_add(1).min(16), until: now.saturating_add(pause), head };
        self.rests.insert(address, rest);
    }
}

/// How the proof of new events stands.
enum Proof {
    /// Not done; why, where something is in its way.
    Open(Option<String>),
    /// Done, at this moment.
    Done(i64),
    /// It will not be done.
    GivenUp(Option<String>),
}

fn proof(before: &Reading, constitution: Address, began_at: i64, proof: Proof) -> Sighting {
    let about = About::Events(before.proved.sequence);
    let key = Key { constitution, workflow: Workflow::AuditTransparency, about };
    let deadline = Deadline { moment: Some(began_at.saturating_add(PROVE_WITHIN)), grace: 0 };
    let open = Sighting {
        key,
        began_at,
        passed: Vec::new(),
        waits: None,
        ahead: Vec::new(),
        verdict: None,
        finding: Finding::Unchanged,
    };
    match proof {
        Proof::Open(words) => {
            Sighting { waits: Some(Waits { step: Step::Verify, deadline }), finding: Finding::Is(words), ..open }
        }
        Proof::Done(at) => {
            let verified = Passed { step: Step::Verify, at: When::At(at), deadline: Some(deadline) };
            let verdict = Some(Verdict::Verified);
            Sighting { passed: vec![verified], verdict, finding: Finding::Is(None), ..open }
        }
        Proof::GivenUp(words) => Sighting { verdict: Some(Verdict::Unproved), finding: Finding::Is(words), ..open },
    }
}

/// Where reading begins: at what the account shows, after the newest transaction that is certainly in it. `None` where the
/// endpoint does not tell.
async fn begin(client: &Quantumagi, survey: &Survey) -> Option<Reading> {
    let page = match client.rpc().signatures_page(&survey.address, HistoryRange::default(), PAGE).await {
        Ok(page) => page,
        Err(error) => {
            tracing::debug!(constitution = %survey.address, %error, "its transactions could not be listed");
            return None;
        }
    };
    let cursor = page.iter().find(|record| record.slot <= survey.slot).map(|record| record.signature);
    Some(Reading::from(survey.constitution.chain.into(), cursor))
}

/// The transactions after the cursor that succeeded, the oldest first, and whether there are no more.
async fn list(client: &Quantumagi, address: &Address, after: Option<Signature>) -> Result<(Vec<Logged>, bool), String> {
    let mut records = Vec::new();
    let mut before = None;
    loop {
        let range = HistoryRange { after, before };
        let page = client.rpc().signatures_page(address, range, PAGE).await.map_err(|error| error.to_string())?;
        let oldest = page.last().map(|record| record.signature);
        records.extend(page.into_iter().filter(|record| record.error.is_none()));
        if oldest.is_none() || oldest == before {
            break;
        }
        if MOST_PAGES.saturating_mul(PAGE) <= records.len() {
            return Err(format!("more than {} transactions name the constitution since", MOST_PAGES * PAGE));
        }
        before = oldest;
    }
    records.reverse();
    // Whole slots: inside one nobody promises an order.
    let last_slot = records.get(MOST_READ.saturating_sub(1)).map(|record| record.slot);
    let asked = records.iter().take_while(|record| last_slot.is_none_or(|last| record.slot <= last)).count();
    let is_all = asked == records.len();
    records.truncate(asked);
    let mut reading = stream::iter(records)
        .map(|record| async move { (record.clone(), client.rpc().transaction(&record.signature).await) })
        .buffered(PARALLEL);
    let mut logged = Vec::with_capacity(asked);
    while let Some((record, found)) = reading.next().await {
        let found = found.map_err(|error| error.to_string())?;
        let Some(transaction) = found else {
            return Err(format!("the endpoint lists transaction {} and does not have it", record.signature));
        };
        // The list and the transaction can come from different nodes; what failed changed nothing.
        let is_good = transaction.error.is_none();
        let events = if is_good { read_logs(&transaction.logs, &PROGRAM_ID).events } else { Vec::new() };
        logged.push(Logged { signature: record.signature, slot: record.slot, events });
    }
    Ok((logged, is_all))
}

impl Tally {
    /// With these instances.
    pub(crate) fn add(&mut self, instances: &[Instance], now: i64) {
        for instance in instances {
            let of = self.0.entry(instance.key.workflow).or_default();
            match instance.state() {
                State::Running => of.running = of.running.saturating_add(1),
                State::Overdue => of.overdue = of.overdue.saturating_add(1),
                State::Done | State::Failed => continue,
            }
            of.flagged = of.flagged.saturating_add(usize::from(instance.finding.is_some()));
            let missed = instance.due_at.filter(|_| instance.is_overdue).map_or(0, |due_at| now.saturating_sub(due_at));
            of.overdue_seconds = of.overdue_seconds.max(missed.max(0).unsigned_abs());
        }
    }
}

/// One log line for what has changed, with the duty's name where one ends the step.
fn log(instance: &Instance, change: &Transition) {
    let (key, workflow) = (&instance.key, instance.key.workflow.name());
    let action = |step| key.duty(step).map(|duty| tracing::field::display(duty.to_string()));
    match change {
        Transition::Began => tracing::debug!(instance = %key, workflow, "a workflow began"),
        Transition::Passed(mark) => {
            let (step, timing, due_at, at) = (mark.step.name(), mark.timing.name(), mark.due_at, mark.at.moment());
            let action = action(mark.step);
            match mark.timing {
                Timing::OnTime | Timing::Unseen => {
                    tracing::info!(instance = %key, workflow, action, step, timing, due_at, at, "a step is over");
                }
                Timing::Late => {
                    tracing::warn!(instance = %key, workflow, action, step, timing, due_at, at, "a step is over");
                }
            }
        }
        Transition::Overdue { step, due_at } => {
            let (action, step) = (action(*step), step.name());
            tracing::warn!(instance = %key, workflow, action, step, due_at, "a deadline is missed");
        }
        Transition::Found(Some(finding)) => tracing::warn!(instance = %key, workflow, finding, "something is found"),
        Transition::Found(None) => tracing::info!(instance = %key, workflow, "nothing stands against it any more"),
        Transition::Ended(verdict) if verdict.is_failure() => {
            let (verdict, finding) = (verdict.name(), instance.finding.as_deref());
            tracing::warn!(instance = %key, workflow, verdict, finding, "a workflow failed");
        }
        Transition::Ended(verdict) => {
            tracing::info!(instance = %key, workflow, verdict = verdict.name(), "a workflow is done");
        }
    }
}
