//! One look at every constitution, and everything that is due carried out.

use std::collections::HashSet;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{BoxFuture, Either, FutureExt, join, select};
use futures_util::stream::{self, StreamExt};
use quantumagi_interface::{Address, DecodeError};
use quantumagi_rpc::solana::Signer;
use quantumagi_rpc::{ChainClock, ConfirmOptions, Lander, Landing, Preflight, SPANS};
use quantumagi_rules::UnixSeconds;
use quantumagi_sdk::SdkError;
use tokio::sync::watch;
use tokio::time::Instant;
use tracing::Instrument;
use tracing::field::Empty;

use super::attempt::Driver;
use super::strands::{one_after_the_other, payments, strands};
use super::{Crank, Lookups, Outcome, peers};
use crate::duty::{Duty, DutyKey, Subject};
use crate::journal::{Attempt, Journal, JournalError, SECONDS_PER_DAY};
use crate::operator::Judgement;
use crate::plan::{Plan, next_moment, plan};
use crate::rank::order;
use crate::survey::Survey;
use crate::workflow::Looked;

/// How long single transactions stay in the journal: above a year, for a year's account. Sums of days stay.
const KEEP_SECONDS: i64 = 400 * SECONDS_PER_DAY;

/// Constitutions that are read at one time.
const READ_AT_ONE_TIME: usize = 8;

/// Duties that one round begins, for each that runs at one time: then it looks again, because others are at work too.
const ROUNDS_OF_PARALLEL: usize = 4;

/// Lost races of one round whose winner is asked for, at two calls each.
const MOST_ASKED: usize = 8;

/// What one round saw and did.
#[derive(Debug, Default)]
pub struct Round {
    /// The chain's clock at its beginning; `None` where the endpoint did not tell it.
    pub clock: Option<ChainClock>,
    /// Why not; then nothing else was read or done.
    pub clock_error: Option<SdkError>,
    /// What the wallet holds, lamports; `None` where the endpoint did not tell it.
    pub balance: Option<u64>,
    /// Everything that was due, of all constitutions.
    pub due: Vec<Duty>,
    /// What was attempted, and how that ended.
    pub outcomes: Vec<(Duty, Outcome)>,
    /// Transactions of earlier rounds, perhaps of a process that is gone, whose end became known.
    pub ended: Vec<Attempt>,
    /// What was due and left for a later round: its rank has to wait, or its dead letter.
    pub waiting: usize,
    /// Constitutions that could not be read.
    pub unread: Vec<(Address, SdkError)>,
    /// Accounts that could not be understood, and are left alone.
    pub unreadable: Vec<(Address, Subject, DecodeError)>,
    /// Published roots that an operator here would not publish, or cannot judge.
    pub doubtful: Vec<(Address, Subject, Judgement)>,
    /// Dead letters that the chain has settled.
    pub settled: Vec<String>,
    /// How the governance workflows stand by what this round read, and what has changed in them.
    pub workflows: Looked,
    /// When the turn of something that was left for later comes, counted from the end of this round; `None` where nothing was.
    pub again_in: Option<Duration>,
    /// The next second of the chain's clock that makes something else due; `None` where nothing is foreseen.
    pub next_moment: Option<UnixSeconds>,
    /// How often what was published about a proposal was remembered.
    pub published: Lookups,
    /// How long it took.
    pub took: Duration,
}

impl Round {
    /// How many attempts ended so, by [`Outcome::name`].
    #[must_use]
    pub fn count(&self, outcome: &str) -> usize {
        self.outcomes.iter().filter(|(_, it)| it.name() == outcome).count()
    }

    /// Whether everything could be read, and everything that was due is done, by whomever.
    #[must_use]
    pub fn is_clear(&self) -> bool {
        let attempted = self.outcomes.iter().all(|(_, outcome)| outcome.is_settled());
        self.clock.is_some() && self.unread.is_empty() && self.waiting == 0 && attempted
    }
}

/// Whether each rank waits for those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Courtesy {
    /// It does.
    Wait,
    /// It does not: a person asked for everything now.
    Hurry,
}

impl Crank {
    /// Reads every constitution, and carries out what is due and whose turn has come. Duties about one proposal follow each
    /// other; others run side by side. Once `stop` says true nothing new is begun, and what is begun is finished.
    ///
    /// # Errors
    /// [`JournalError`]: without a journal nothing is sent. What goes wrong with the endpoint is part of the round.
    pub async fn round(&mut self, stop: &watch::Receiver<bool>) -> Result<Round, JournalError> {
        self.round_with(Courtesy::Wait, None, stop).await
    }

    /// The same by a clock that was read a moment ago.
    pub(super) async fn round_by(
        &mut self,
        clock: Option<ChainClock>,
        stop: &watch::Receiver<bool>,
    ) -> Result<Round, JournalError> {
        self.round_with(Courtesy::Wait, clock, stop).await
    }

    /// The same without waiting for other cranks: everything that is due now.
    ///
    /// # Errors
    /// As [`Crank::round`].
    pub async fn round_at_once(&mut self, stop: &watch::Receiver<bool>) -> Result<Round, JournalError> {
        self.round_with(Courtesy::Hurry, None, stop).await
    }

    /// Reads the chain's clock.
    pub(super) async fn read_clock(&mut self) -> Result<ChainClock, SdkError> {
        let asked = Instant::now();
        let clock = self.client.clock().await?;
        self.pace.note(&clock, asked, Instant::now());
        Ok(clock)
    }

    async fn round_with(
        &mut self,
        courtesy: Courtesy,
        clock: Option<ChainClock>,
        stop: &watch::Receiver<bool>,
    ) -> Result<Round, JournalError> {
        let span = tracing::info_span!(target: SPANS, "round", slot = Empty, due = Empty);
        let round = self.look_and_act(courtesy, clock, stop).instrument(span.clone()).await?;
        span.record("slot", round.clock.map(|clock| clock.slot)).record("due", round.due.len());
        Ok(round)
    }

    async fn look_and_act(
        &mut self,
        courtesy: Courtesy,
        clock: Option<ChainClock>,
        stop: &watch::Receiver<bool>,
    ) -> Result<Round, JournalError> {
        let began = Instant::now();
        let mut round = Round::default();
        let clock = match clock {
            Some(clock) => Ok(clock),
            None => self.read_clock().await,
        };
        match clock {
            Ok(clock) => {
                round.clock = Some(clock);
                self.act(&mut round, &clock, courtesy, stop).await?;
            }
            Err(error) => round.clock_error = Some(error),
        }
        round.took = began.elapsed();
        self.observers.round(&round);
        Ok(round)
    }

    async fn act(
        &mut self,
        round: &mut Round,
        clock: &ChainClock,
        courtesy: Courtesy,
        stop: &watch::Receiver<bool>,
    ) -> Result<(), JournalError> {
        self.journal.forget_before(clock.unix_timestamp.saturating_sub(KEEP_SECONDS))?;
        // Order: what landed is known before what is due is read, or it would be taken for open and due.
        self.look_after_flights(round, clock).await?;
        let (client, payer) = (self.client.clone(), self.key.pubkey());
        let (balance, mut surveys) = join(client.rpc().balance(&payer), self.survey_all(round)).await;
        round.balance = balance.ok();
        self.look_further(round, &mut surveys, clock).await?;
        let mut next: Option<UnixSeconds> = None;
        for survey in &surveys {
            let Plan { duties, unreadable } = plan(survey, clock, self.terms.habits);
            let unreadable = survey.undecodable.iter().cloned().chain(unreadable);
            round.unreadable.extend(unreadable.map(|(subject, source)| (survey.address, subject, source)));
            next = next.into_iter().chain(next_moment(survey, clock, self.terms.habits)).min();
            let due = self.still_due(survey, duties)?;
            let keys: HashSet<String> = due.iter().map(|duty| duty.key().to_string()).collect();
            round.settled.extend(self.journal.settle(&survey.address.to_string(), |key| keys.contains(key))?);
            round.due.extend(due);
        }
        self.forget(&round.due);
        let (ready, waits) = self.ready(&round.due, clock, courtesy)?;
        round.waiting = round.due.len().saturating_sub(ready.len());
        let strands = strands(ready, &surveys.iter().flat_map(payments).collect());
        round.outcomes = self.carry_out_all(strands, clock, stop).await?;
        self.learn(&round.outcomes).await;
        // Last: nothing that is due waits for what is only watched.
        if !*stop.borrow() {
            let (patience, is_busy) = (self.terms.patience(), !round.outcomes.is_empty());
            round.workflows = self.monitor.look(&self.client, &surveys, clock, patience, is_busy).await?;
        }
        round.published = self.published.take_lookups();
        round.again_in = waits;
        round.next_moment = next;
        Ok(())
    }

    /// Without what this crank has done since the survey's slot: an endpoint that lags behind does not know it yet.
    fn still_due(&self, survey: &Survey, duties: Vec<Duty>) -> Result<Vec<Duty>, JournalError> {
        let mut due = Vec::with_capacity(duties.len());
        for duty in duties {
            if self.journal.landed_in(&duty.key())?.is_none_or(|slot| slot <= survey.slot) {
                due.push(duty);
            }
        }
        Ok(due)
    }

    async fn survey_all(&mut self, round: &mut Round) -> Vec<Survey> {
        let client = &self.client;
        // Boxed, or the compiler cannot tell that what holds them may move between threads.
        let reading: Vec<BoxFuture<'_, _>> = self
            .surveyors
            .iter_mut()
            .map(|surveyor| {
                async move { surveyor.survey(client).await.map_err(|error| (*surveyor.address(), error)) }.boxed()
            })
            .collect();
        // In their order, whichever is read first.
        let read: Vec<_> = stream::iter(reading).buffered(READ_AT_ONE_TIME).collect().await;
        let mut surveys = Vec::with_capacity(read.len());
        for survey in read {
            match survey {
                Ok(survey) => surveys.push(survey),
                Err(unread) => round.unread.push(unread),
            }
        }
        surveys
    }

    /// What is not due any more needs no memory.
    fn forget(&self, due: &[Duty]) {
        let proposals: HashSet<Address> = due.iter().map(|duty| duty.subject.address(&duty.constitution)).collect();
        self.published.retain(|proposal| proposals.contains(proposal));
    }

    /// Those whose turn has come, in this crank's own order and no more than it should begin before it looks again, and how
    /// long the next of the others waits.
    fn ready(
        &mut self,
        due: &[Duty],
        clock: &ChainClock,
        courtesy: Courtesy,
    ) -> Result<(Vec<Duty>, Option<Duration>), JournalError> {
        let (now, payer) = (Instant::now(), self.key.pubkey());
        self.peers.look(due, now);
        let (mut ready, mut waits) = (Vec::new(), None::<Duration>);
        for duty in due {
            let key = duty.key();
            if is_dead(&self.journal, &key, clock)? {
                continue;
            }
            let turn = self.peers.turn(&key, &payer, &self.terms, now);
            let wait = match courtesy {
                Courtesy::Wait => turn.at.saturating_duration_since(now),
                Courtesy::Hurry => Duration::ZERO,
            };
            if wait.is_zero() {
                ready.push((turn.place, order(&key, &payer), *duty));
            } else {
                waits = Some(waits.map_or(wait, |shortest| shortest.min(wait)));
            }
        }
        ready.sort_by_key(|(place, order, duty)| (*place, *order, duty.key()));
        let most = self.terms.parallel.max(1).saturating_mul(ROUNDS_OF_PARALLEL);
        if courtesy == Courtesy::Wait && most < ready.len() {
            ready.truncate(most);
            waits = Some(Duration::ZERO);
        }
        Ok((ready.into_iter().map(|(_, _, duty)| duty).collect(), waits))
    }

    /// Learns who won the races that were lost.
    async fn learn(&mut self, outcomes: &[(Duty, Outcome)]) {
        let own = self.key.pubkey();
        let mut asked = 0;
        for (duty, outcome) in outcomes {
            match outcome {
                Outcome::Done { .. } => self.peers.did(&duty.key()),
                Outcome::Overtaken { .. } if asked < MOST_ASKED => {
                    asked += 1;
                    let winner = peers::winner(self.client.rpc(), duty).await;
                    if let Some(peer) = winner.filter(|peer| *peer != own) {
                        tracing::info!(action = %duty.key(), %peer, "another crank was faster");
                        self.peers.met(peer, Instant::now());
                    }
                }
                Outcome::Overtaken { .. }
                | Outcome::Rehearsed { .. }
                | Outcome::Open { .. }
                | Outcome::Expired
                | Outcome::TooDear { .. }
                | Outcome::DayLimit { .. }
                | Outcome::NoFunds
                | Outcome::Refused { .. }
                | Outcome::Unreachable { .. } => {}
            }
        }
    }

    async fn carry_out_all(
        &self,
        strands: Vec<Vec<Duty>>,
        clock: &ChainClock,
        stop: &watch::Receiver<bool>,
    ) -> Result<Vec<(Duty, Outcome)>, JournalError> {
        if strands.is_empty() {
            return Ok(Vec::new());
        }
        let (driver, landing) = self.driver(clock);
        let driving = async move {
            let mut running = stream::iter(strands.into_iter().map(|strand| {
                let (driver, stop) = (driver.clone(), stop.clone());
                async move { one_after_the_other(&driver, strand, &stop).await }
            }))
            .buffer_unordered(self.terms.parallel.max(1));
            let mut outcomes = Vec::new();
            while let Some(strand) = running.next().await {
                outcomes.extend(strand?);
            }
            Ok(outcomes)
        };
        // Nothing is under way once everything is driven, and whatever ends the one ends the other.
        match select(pin!(driving), pin!(landing.run())).await {
            Either::Left((outcomes, _)) => outcomes,
            Either::Right(((), driving)) => driving.await,
        }
    }

    fn driver(&self, clock: &ChainClock) -> (Driver, Landing) {
        // It was simulated a moment ago; the endpoint need not do it again.
        let options = ConfirmOptions::default().with_preflight(Preflight::Skip).with_give_up_after(self.terms.wait);
        let (lander, landing) = Lander::new(self.client.rpc().clone(), options);
        let driver = Driver {
            client: self.client.clone(),
            lander,
            key: Arc::clone(&self.key),
            terms: self.terms,
            journal: Arc::clone(&self.journal),
            observers: self.observers.clone(),
            published: self.published.clone(),
            operator: self.operator.clone(),
            named: self.peers.named().collect(),
            clock: *clock,
            began: Instant::now(),
        };
        (driver, landing)
    }
}

/// Whether its dead letter says that it is not tried now.
fn is_dead(journal: &Journal, key: &DutyKey, clock: &ChainClock) -> Result<bool, JournalError> {
    let letter = journal.letter(&key.to_string())?;
    Ok(letter.is_some_and(|letter| letter.next_at().is_none_or(|next_at| clock.unix_timestamp < next_at)))
}
