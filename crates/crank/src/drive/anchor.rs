//! Checkpoints: the history is proved further, and how far is written on chain.

use quantumagi_interface::Address;
use quantumagi_rpc::ChainClock;
use quantumagi_rpc::solana::{Instruction, Signer};
use quantumagi_sdk::builders;
use quantumagi_sdk::checkpoint::{Agreement, Checkpoint, ProvedChain, Unproved, prove_within};

use super::attempt::Driver;
use super::build::BuildError;
use super::judge::sentence;
use crate::duty::{Duty, DutyKey, Kind, Subject};
use crate::journal::{Journal, JournalError};
use crate::survey::Anchorage;

/// When the next checkpoint is due; the first one at once.
pub(super) fn anchorage(
    journal: &Journal,
    constitution: &Address,
    every_seconds: u32,
    clock: &ChainClock,
) -> Result<Anchorage, JournalError> {
    let key = DutyKey { constitution: *constitution, kind: Kind::CheckpointAnchor, subject: Subject::History };
    let last = journal.last_checkpoint(&key, clock.unix_timestamp)?;
    let next_at = last.at.map_or(last.since, |at| at.saturating_add(i64::from(every_seconds)));
    Ok(Anchorage { sequence: last.sequence, next_at })
}

impl Driver {
    /// The transaction that anchors a checkpoint. A history that does not verify has none, and neither has one that this
    /// crank or a peer has anchored within the interval, as its transactions then show.
    ///
    /// # Errors
    /// [`JournalError`]; inside, why there is none.
    pub(super) async fn anchor(&self, duty: &Duty) -> Result<Result<Vec<Vec<Instruction>>, BuildError>, JournalError> {
        let Some(every) = self.terms.checkpoint_every_seconds else { return Ok(Err(BuildError::NotDue)) };
        let (key, constitution) = (duty.key(), duty.constitution);
        let (known, limit) = (self.journal.proved(&key)?, self.terms.history_step);
        let chain = match prove_within(self.client.rpc(), &constitution, known, limit).await {
            Ok(chain) => chain,
            Err(Unproved::Unfinished { part, left }) => {
                self.take_found(&key, &part)?;
                self.journal.keep_followed(&key, &part.known)?;
                return Ok(Err(Unproved::Unfinished { part, left }.into()));
            }
            Err(unproved) => {
                if !unproved.is_passing() {
                    self.journal.keep_unproved(&key, &sentence(&unproved))?;
                }
                return Ok(Err(unproved.into()));
            }
        };
        // Order: what was found is written down before where to go on from, or a death between the two would lose it.
        self.take_found(&key, &chain)?;
        self.journal.keep_proved(&key, &chain.known)?;
        let anchorage = anchorage(&self.journal, &constitution, every, &self.clock)?;
        let head = chain.known.head;
        if self.clock.unix_timestamp < anchorage.next_at || head.sequence <= anchorage.sequence {
            return Ok(Err(BuildError::NotDue));
        }
        self.journal.prepare_checkpoint(&key, head.sequence)?;
        let checkpoint = Checkpoint { constitution, head, slot: chain.slot };
        Ok(Ok(vec![builders::checkpoint_anchor(&self.key.pubkey(), &checkpoint)]))
    }

    /// Own checkpoints, which a lost journal does not know, and those of named peers. One that says what was not proved
    /// stands for nothing.
    fn take_found(&self, key: &DutyKey, chain: &ProvedChain) -> Result<(), JournalError> {
        let own = self.key.pubkey();
        let counts = |by: &Address| *by == own || self.named.contains(by);
        for anchored in chain.anchored.iter().filter(|it| counts(&it.by)) {
            let (by, signature, sequence) = (anchored.by, anchored.signature, anchored.checkpoint.head.sequence);
            if chain.agreement(anchored) == Agreement::Differs {
                tracing::error!(%by, %signature, sequence, "a checkpoint says what its history does not");
                continue;
            }
            let at = anchored.at.unwrap_or(self.clock.unix_timestamp).min(self.clock.unix_timestamp);
            self.journal.found_checkpoint(key, sequence, at)?;
        }
        Ok(())
    }
}
