//! Reading a chain of events further, in order, and no more of it at one time than a handful of transactions.

use std::collections::BTreeMap;

use futures_util::stream::{self, StreamExt};
use quantumagi_interface::digest::Sha2;
use quantumagi_interface::{Address, PROGRAM_ID};
use quantumagi_rpc::solana::Signature;
use quantumagi_rpc::{HistoryRange, RecordedInstruction, Result, Rpc, SignatureRecord};
use quantumagi_rules::Hash;
use quantumagi_rules::digest::next_link;

use super::{Anchored, Known};
use crate::history::read_logs;
use crate::verify::{Chain, ChainBreak, ChainHead};

/// Transactions asked for at one time.
const PARALLEL_READS: usize = 16;

/// What the transactions since a known head tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Followed {
    /// How far the events lead in order.
    pub known: Known,
    /// The rolling hash after each of them.
    pub links: Vec<Hash>,
    /// Checkpoints among the transactions, the oldest first.
    pub anchored: Vec<Anchored>,
    /// Why they do not lead to where the chain stands.
    pub broken: Option<ChainBreak>,
    /// Whether a transaction could not be read to its end.
    pub has_gaps: bool,
    /// Transactions that were not read, because there were more than asked for.
    pub left: usize,
}

/// A chain that is read further.
pub(super) struct Follower {
    chain: Chain,
    until: ChainHead,
    pub(super) reached: Known,
    pub(super) links: Vec<Hash>,
    /// Events that came before their turn: endpoints do not promise the order of execution inside a slot.
    early: BTreeMap<u64, (Vec<u8>, Signature)>,
}

/// Reads the transactions after what is known, the oldest first and at most `limit`, and leads the chain on to `until`. Events
/// after it happened since.
pub(super) async fn follow(
    rpc: &Rpc,
    constitution: &Address,
    known: Known,
    until: ChainHead,
    limit: usize,
) -> Result<Followed> {
    let mut follower = Follower::new(*constitution, known, until);
    let (mut anchored, mut has_gaps) = (Vec::new(), false);
    let range = HistoryRange { after: known.last, before: None };
    let records = rpc.signatures_for(constitution, range).await?;
    let succeeded: Vec<_> = records.into_iter().filter(|record| record.error.is_none()).collect();
    let step = step_of(&succeeded, limit);
    let left = succeeded.len() - step;
    let last_read = step.checked_sub(1).and_then(|last| succeeded.get(last)).map(|record| record.signature);
    let read = |record: SignatureRecord| async move { rpc.transaction(&record.signature).await.map(|it| (record, it)) };
    let mut reading = stream::iter(succeeded.into_iter().take(step)).map(read).buffered(PARALLEL_READS);
    while let Some(read) = reading.next().await {
        let (listed, found) = read?;
        let Some(transaction) = found else {
            has_gaps = true;
            continue;
        };
        // The list and the transaction can come from different nodes; what failed changed nothing.
        if transaction.error.is_some() {
            continue;
        }
        anchored.extend(Anchored::all_in(&transaction, constitution, listed.block_time));
        let logs = read_logs(&transaction.logs, &PROGRAM_ID);
        has_gaps |= logs.fault.is_some() || (logs.events.is_empty() && calls_program(&transaction.instructions));
        logs.events.into_iter().for_each(|bytes| follower.take(bytes, listed.signature));
    }
    drop(reading);
    if left > 0 && follower.early.is_empty() {
        // Also past transactions that only mention the constitution: whoever writes many of them holds nobody up.
        follower.reached.last = last_read;
    }
    let broken = follower.broken(known.head);
    Ok(Followed { known: follower.reached, links: follower.links, anchored, broken, has_gaps, left })
}

/// How many of these to read: `limit`, and the rest of the last one's slot, in which the order is not known.
pub(super) fn step_of(records: &[SignatureRecord], limit: usize) -> usize {
    let step = limit.max(1).min(records.len());
    let last = step.checked_sub(1).and_then(|last| records.get(last)).map(|record| record.slot);
    let same_slot = records.iter().skip(step).take_while(|record| Some(record.slot) == last).count();
    step + same_slot
}

/// Whether the program ran: whatever it does, it logs.
fn calls_program(instructions: &[RecordedInstruction]) -> bool {
    instructions.iter().any(|it| it.program == PROGRAM_ID || calls_program(&it.inner))
}

impl Follower {
    pub(super) fn new(constitution: Address, known: Known, until: ChainHead) -> Self {
        let chain = Chain::Constitution(constitution);
        Self { chain, until, reached: known, links: Vec::new(), early: BTreeMap::new() }
    }

    pub(super) fn take(&mut self, bytes: Vec<u8>, signature: Signature) {
        let Some(sequence) = self.chain.sequence_of(&bytes) else { return };
        if sequence < self.reached.head.sequence || self.until.sequence <= sequence {
            return;
        }
        self.early.entry(sequence).or_insert((bytes, signature));
        while let Some((bytes, signature)) = self.early.remove(&self.reached.head.sequence) {
            let ChainHead { hash, sequence } = self.reached.head;
            // Bound: below the head's sequence, which is a u64.
            let head = ChainHead { hash: next_link::<Sha2>(&hash, &bytes), sequence: sequence + 1 };
            self.reached = Known { head, last: Some(signature) };
            self.links.push(head.hash);
        }
    }

    pub(super) fn broken(&self, known: ChainHead) -> Option<ChainBreak> {
        let reached = self.reached.head;
        if reached == self.until {
            return None;
        }
        let ChainHead { hash: expected, sequence: head_sequence } = self.until;
        Some(match self.early.keys().next() {
            Some(found) => ChainBreak::Missing { sequence: reached.sequence, found: *found },
            None if reached.sequence < head_sequence => {
                ChainBreak::Truncated { sequence: reached.sequence, head_sequence }
            }
            None => ChainBreak::Altered {
                from: known.sequence,
                until: reached.sequence.saturating_sub(1),
                expected,
                actual: reached.hash,
            },
        })
    }
}
