//! One attempt at one duty, from reading it anew to writing its outcome down.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use quantumagi_interface::PROGRAM_ID;
use quantumagi_rpc::solana::{Address, Instruction, Keypair, Signer, VersionedTransaction};
use quantumagi_rpc::{ChainClock, Lander, RpcError, SPANS, SendProgress};
use quantumagi_sdk::{Quantumagi, SdkError, Unsigned};
use tokio::time::Instant;
use tracing::{Instrument, info_span};

use super::anchor::anchorage;
use super::build::BuildError;
use super::judge::{is_out_of_date, is_passing, is_poverty, logs, sentence};
use super::observer::Observers;
use super::published::Published;
use super::{Landed, Mode, Outcome, Stage, Terms};
use crate::duty::{Duty, Kind};
use crate::journal::{Clearance, Cost, Ending, Flight, Journal, JournalError};
use crate::operator::Operator;
use crate::plan::plan;
use crate::survey;

/// So often in a row a duty's transaction may fail in a block, which a trial run had not foreseen, before it is a dead letter.
const MOST_FAILURES: u32 = 3;

/// For how long after a duty's moment an endpoint may not know that it has come: longer than any is left in use that lags.
const LAG: Duration = Duration::from_secs(240);

/// Everything that an attempt needs. Cloned for each, so that several run at one time.
#[derive(Clone)]
pub(super) struct Driver {
    pub(super) client: Quantumagi,
    pub(super) lander: Lander,
    pub(super) key: Arc<Keypair>,
    pub(super) terms: Terms,
    pub(super) journal: Arc<Journal>,
    pub(super) observers: Observers,
    pub(super) published: Published,
    pub(super) operator: Option<Arc<Operator>>,
    /// Wallets of other cranks that an operator names.
    pub(super) named: Arc<[Address]>,
    /// The chain's clock at the beginning of the round: refusals and spending are dated by it.
    pub(super) clock: ChainClock,
    /// When that was.
    pub(super) began: Instant,
}

/// How one transaction ended.
enum Sent {
    /// It landed; whether the duty takes more.
    Landed { cost: Cost, slot: u64, is_last: bool },
    /// The attempt is over.
    Over(Outcome),
}

/// What one transaction is made of.
struct Next {
    instructions: Vec<Instruction>,
    is_last: bool,
}

impl Driver {
    /// Carries the duty out, with as many transactions as it takes.
    ///
    /// # Errors
    /// [`JournalError`]: without a journal nothing is sent.
    pub(super) async fn carry_out(&self, duty: &Duty) -> Result<Outcome, JournalError> {
        self.observers.stage(Stage::Begun, duty);
        // The round has asked what became of it: it may still land.
        if let Some(flight) = self.journal.flight(&duty.key())? {
            return Ok(Outcome::Open { signature: flight.signature });
        }
        let mut paid = Cost::default();
        loop {
            match self.once(duty, paid).await? {
                Sent::Landed { cost, slot, is_last } => {
                    paid = paid.plus(cost);
                    if is_last {
                        return Ok(Outcome::Done { cost: paid, slot });
                    }
                }
                Sent::Over(outcome) => return Ok(outcome),
            }
        }
    }

    /// Builds, prices, signs, sends and confirms the next transaction.
    async fn once(&self, duty: &Duty, paid: Cost) -> Result<Sent, JournalError> {
        let payer = self.key.pubkey();
        let transactions = match self.build(duty).instrument(info_span!(target: SPANS, "build")).await? {
            Ok(transactions) => transactions,
            Err(error) => return self.refused(duty, &error, &[], paid).await.map(Sent::Over),
        };
        let is_last = transactions.len() == 1;
        let next = Next { instructions: transactions.into_iter().next().unwrap_or_default(), is_last };
        self.observers.stage(Stage::Built, duty);

        let pricing = self.terms.pricing(self.journal.expiries(&duty.key())?);
        let simulate = info_span!(target: SPANS, "simulate");
        let rent = match self.rent(duty, &next.instructions).instrument(simulate.clone()).await {
            Ok(rent) => rent,
            Err(error) => return self.refused(duty, &error.into(), &next.instructions, paid).await.map(Sent::Over),
        };
        let unsigned = match self.client.unsigned(&payer, &next.instructions, &pricing).instrument(simulate).await {
            Ok(unsigned) => unsigned,
            Err(error) => return self.refused(duty, &error.into(), &next.instructions, paid).await.map(Sent::Over),
        };
        let cost = Cost { fee_lamports: unsigned.estimate.fee_lamports, rent_lamports: rent };
        if !cost.is_within(&self.terms.max_cost) {
            return Ok(Sent::Over(Outcome::TooDear { cost, limit: self.terms.max_cost }));
        }
        self.observers.stage(Stage::Priced, duty);
        if self.terms.mode == Mode::Rehearse {
            return Ok(Sent::Over(Outcome::Rehearsed { cost }));
        }
        self.send(duty, unsigned, cost, next, paid).await
    }

    /// What is locked for accounts that an execution or a publication makes. Nothing else that is due makes any.
    async fn rent(&self, duty: &Duty, instructions: &[Instruction]) -> Result<u64, SdkError> {
        if !matches!(duty.kind, Kind::ProposalExecute | Kind::SnapshotPublish) {
            return Ok(0);
        }
        let payer = self.key.pubkey();
        let metas = instructions.iter().flat_map(|instruction| &instruction.accounts);
        let mut written: Vec<Address> =
            metas.filter(|meta| meta.is_writable && meta.pubkey != payer).map(|meta| meta.pubkey).collect();
        written.sort_unstable();
        written.dedup();
        let before = self.client.rpc().accounts(&written).await?;
        let trial = self.client.rehearse(&payer, instructions, &written).await?;
        let grown = before.into_iter().zip(trial).map(|(before, after)| {
            let after = after.filter(|account| account.owner == PROGRAM_ID).map_or(0, |account| account.lamports);
            after.saturating_sub(before.map_or(0, |account| account.lamports))
        });
        Ok(grown.fold(0, u64::saturating_add))
    }

    async fn send(
        &self,
        duty: &Duty,
        unsigned: Unsigned,
        cost: Cost,
        next: Next,
        paid: Cost,
    ) -> Result<Sent, JournalError> {
        let (last_valid_block_height, tried_on) = (unsigned.last_valid_block_height, unsigned.estimate.slot);
        let signing = info_span!(target: SPANS, "sign");
        let signers = self.signers(&unsigned.signers);
        let signed = signing.in_scope(|| VersionedTransaction::try_new(unsigned.transaction.message, &signers));
        drop(signing);
        let transaction = match signed {
            Ok(transaction) => transaction,
            Err(error) => {
                let error = SdkError::from(RpcError::from(error)).into();
                return self.refused(duty, &error, &next.instructions, paid).await.map(Sent::Over);
            }
        };
        let signature = transaction.signatures.first().copied().unwrap_or_default();
        let flight = Flight { signature, last_valid_block_height, cost };
        let limit = self.terms.max_cost_per_day;
        match self.journal.clear(&duty.key(), &flight, self.clock.unix_timestamp, &limit)? {
            Clearance::Cleared => {}
            Clearance::DayLimit { spent } => return Ok(Sent::Over(Outcome::DayLimit { spent, limit })),
            Clearance::UnderWay { signature } => return Ok(Sent::Over(Outcome::Open { signature })),
        }
        let Cost { fee_lamports, rent_lamports } = cost;
        tracing::info!(action = %duty.key(), %signature, fee_lamports, rent_lamports, "sending");
        self.observers.stage(Stage::Signed, duty);

        let seen: Arc<OnceLock<Instant>> = Arc::default();
        let (observers, told, first_seen) = (self.observers.clone(), *duty, Arc::clone(&seen));
        let progress = move |progress| match progress {
            SendProgress::Sent { attempt: 1, .. } => observers.stage(Stage::Sent, &told),
            SendProgress::Sent { .. } => {}
            SendProgress::Landed { .. } => {
                first_seen.get_or_init(Instant::now);
                observers.stage(Stage::Landed, &told);
            }
        };
        let sent = self.lander.land(&transaction, last_valid_block_height, progress);
        let sent = sent.instrument(info_span!(target: SPANS, "confirm", %signature)).await;
        self.observers.stage(Stage::Confirmed, duty);
        if let Ok(confirmed) = &sent {
            let after_due = self.after_due(duty, *seen.get_or_init(Instant::now));
            let slots = confirmed.slot.saturating_sub(tried_on);
            self.observers.landed(&Landed { duty: *duty, slots, after_due });
        }
        self.take_sent(duty, sent.map(|confirmed| confirmed.slot), &flight, next, paid).await
    }

    /// The wallet, and the operator where the transaction asks for its signature too.
    fn signers(&self, asked: &[Address]) -> Vec<&Keypair> {
        let operator = self.operator.as_deref().map(Operator::key);
        let own: &Keypair = &self.key;
        let is_asked = |key: &&Keypair| key.pubkey() != own.pubkey() && asked.contains(&key.pubkey());
        std::iter::once(own).chain(operator.filter(is_asked)).collect()
    }

    async fn take_sent(
        &self,
        duty: &Duty,
        sent: Result<u64, RpcError>,
        flight: &Flight,
        next: Next,
        paid: Cost,
    ) -> Result<Sent, JournalError> {
        let key = duty.key().to_string();
        let error = match sent {
            Ok(slot) => {
                self.end(&key, Ending::Landed { slot }, duty)?;
                return Ok(Sent::Landed { cost: flight.cost, slot, is_last: next.is_last });
            }
            Err(RpcError::Expired { .. }) => {
                self.end(&key, Ending::Expired, duty)?;
                return Ok(Sent::Over(Outcome::Expired));
            }
            Err(error) => error,
        };
        let failed_in = error.transaction_failure().and_then(|failure| match failure.stage {
            quantumagi_rpc::FailureStage::Landed { slot } => Some(slot),
            quantumagi_rpc::FailureStage::Preflight => None,
        });
        let Some(slot) = failed_in else {
            // Whatever else went wrong on the way says nothing about what the leader received.
            tracing::warn!(action = %key, signature = %flight.signature, %error, "the outcome is open");
            return Ok(Sent::Over(Outcome::Open { signature: flight.signature }));
        };
        self.end(&key, Ending::Failed { slot }, duty)?;
        let paid = paid.plus(flight.cost.of_failure());
        // A trial run had succeeded, so another transaction came between. If that goes on, something else is wrong.
        if self.journal.failures(&duty.key())? < MOST_FAILURES {
            tracing::info!(action = %key, signature = %flight.signature, %error, "another transaction came first");
            return Ok(Sent::Over(Outcome::Overtaken { cost: paid }));
        }
        let error = SdkError::from(error).into();
        self.refused(duty, &error, &next.instructions, paid).await.map(Sent::Over)
    }

    /// From the duty's moment to an instant of this round.
    pub(super) fn after_due(&self, duty: &Duty, moment: Instant) -> Duration {
        let late = self.clock.unix_timestamp.saturating_sub(duty.due_at.0);
        Duration::from_secs(u64::try_from(late).unwrap_or_default()) + moment.saturating_duration_since(self.began)
    }

    fn end(&self, key: &str, ending: Ending, duty: &Duty) -> Result<(), JournalError> {
        self.journal.end(key, ending, self.clock.unix_timestamp)?;
        self.observers.stage(Stage::Recorded, duty);
        Ok(())
    }

    /// Judges a refusal by the chain: what is no longer due, somebody else has done.
    async fn refused(
        &self,
        duty: &Duty,
        error: &BuildError,
        instructions: &[Instruction],
        cost: Cost,
    ) -> Result<Outcome, JournalError> {
        if is_passing(error) {
            return Ok(Outcome::Unreachable { reason: sentence(error) });
        }
        match self.is_due(duty).await? {
            Ok(Some(false)) => return Ok(Outcome::Overtaken { cost }),
            Ok(Some(true)) if is_out_of_date(error) && self.after_due(duty, Instant::now()) < LAG => {
                let reason = format!("an endpoint lags behind, which says: {}", sentence(error));
                return Ok(Outcome::Unreachable { reason });
            }
            Ok(Some(true)) => {}
            Ok(None) => return Ok(Outcome::Unreachable { reason: "an endpoint lags behind".to_owned() }),
            Err(error) => return Ok(Outcome::Unreachable { reason: sentence(&error) }),
        }
        if is_poverty(error) {
            return Ok(Outcome::NoFunds);
        }
        let reason = sentence(error);
        let payload = match instructions {
            [] => String::new(),
            instructions => quantumagi_sdk::transaction::draft_base64(&self.key.pubkey(), instructions),
        };
        self.journal.refused(&duty.key(), self.clock.unix_timestamp, &reason, logs(error), &payload)?;
        Ok(Outcome::Refused { reason, cost })
    }

    /// Whether the duty is still due, asked of the same plan on the one account. `None` where what answers knows less than
    /// this round began with.
    async fn is_due(&self, duty: &Duty) -> Result<quantumagi_sdk::Result<Option<bool>>, JournalError> {
        let read = async {
            let survey = survey::survey_one(&self.client, &duty.constitution, duty.subject).await?;
            Ok((survey, self.client.clock().await?))
        };
        let (mut survey, clock) = match read.await {
            Ok(read) => read,
            Err(error) => return Ok(Err(error)),
        };
        if survey.slot.min(clock.slot) < self.clock.slot {
            return Ok(Ok(None));
        }
        if let Some(operator) = &self.operator {
            operator.look(self.client.rpc(), &clock, &mut survey).await;
        }
        if let Some(every) = self.terms.checkpoint_every_seconds {
            survey.anchorage = Some(anchorage(&self.journal, &survey.address, every, &clock)?);
        }
        let due = plan(&survey, &clock, self.terms.habits).duties;
        Ok(Ok(Some(due.iter().any(|other| other.key() == duty.key()))))
    }
}
