//! Events that the logs do not show, told from the instructions that made them.
//!
//! Whoever fills a transaction's log first hides the program's lines in it, and an endpoint can leave out or alter any
//! line. The instructions of a transaction are in the ledger whole. Carried out in order, with what held before each,
//! they give the same bytes as the lines. Nothing here is believed: what comes out is proved like what was logged.

mod expected;
mod live;
mod search;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use quantumagi_interface::calls::Call;
use quantumagi_interface::events::Event;
use quantumagi_interface::instructions::name_of;
use quantumagi_rpc::solana::Signature;

use super::{Chain, Ledger};
use crate::history::{EventHeader, RawCall, RawEvent, Trace};
use expected::{Asked, Hints, expected};
use live::Live;

pub(super) use search::rebuilt;

/// An event that is proved although its line in the log is not there, or says something else.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("event {sequence} of {chain} ({name}, transaction {signature}) {line}")]
pub struct Recovered {
    /// The chain it is in.
    pub chain: Chain,
    /// Its number in that chain.
    pub sequence: u64,
    /// Its name.
    pub name: &'static str,
    /// The transaction that made it.
    pub signature: Signature,
    /// What became of its line.
    pub line: Line,
}

/// What became of an event's line in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Line {
    /// It is not there: the log was filled before it, or the endpoint left it out.
    #[error("is not in the log; its instruction tells it")]
    Lost,
    /// It says something else than its instruction did: only an endpoint can do that.
    #[error("was altered in the log; its instruction tells what it was")]
    Altered,
}

/// Where telling a history from its instructions ended early.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("what `{instruction}` did in transaction {signature} does not follow from what is known")]
pub struct Stuck {
    /// The transaction.
    pub signature: Signature,
    /// Name of the instruction; `?` for one of a later version of the program.
    pub instruction: &'static str,
}

/// What is believed where a line and its instruction say different things.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Lines,
    Instructions,
    /// The instructions, and the endpoint's times of blocks against those in the lines: a line can be altered there, too.
    InstructionsAndBlocks,
}

/// A history as it was told.
#[derive(Clone, Default)]
struct Told {
    events: Vec<RawEvent>,
    recovered: Vec<Recovered>,
    stuck: Option<Stuck>,
    /// Times that no line confirms, by slot, with the chains they matter to.
    guesses: BTreeMap<u64, (i64, BTreeSet<Chain>)>,
}

/// Every line of the logs, by transaction.
type Lines<'a> = HashMap<Signature, Vec<&'a RawEvent>>;

fn lines_of(ledger: &Ledger) -> Lines<'_> {
    let mut lines: Lines<'_> = HashMap::new();
    for logged in &ledger.history.events {
        lines.entry(logged.raw.signature).or_default().push(&logged.raw);
    }
    lines
}

/// Tells a history transaction by transaction.
#[derive(Clone)]
struct Teller<'a> {
    ledger: &'a Ledger,
    lines: &'a Lines<'a>,
    source: Source,
    live: Live,
    told: Told,
    /// Transactions that were told.
    done: usize,
    /// The time of the block that is told.
    at: i64,
}

impl<'a> Teller<'a> {
    fn new(ledger: &'a Ledger, lines: &'a Lines<'a>, source: Source) -> Self {
        let (live, told) = (Live::new(ledger.address), Told::default());
        Self { ledger, lines, source, live, told, done: 0, at: 0 }
    }

    /// Tells everything before slot `end`. `times` are guesses for slots in which no line says the time.
    fn tell_before(&mut self, end: u64, times: &BTreeMap<u64, i64>) {
        let (ledger, lines) = (self.ledger, self.lines);
        let traces = ledger.history.traces.get(self.done..).unwrap_or_default();
        for block in traces.chunk_by(|left, right| left.slot == right.slot) {
            let slot = block.first().map_or(end, |trace| trace.slot);
            if end <= slot || self.told.stuck.is_some() {
                break;
            }
            let known = |trace: &Trace| lines.get(&trace.signature).into_iter().flatten().copied();
            let said = self.time_said(block.iter().flat_map(known));
            let guess = block.iter().find_map(|trace| trace.block_time);
            let (first, then) =
                if self.source == Source::InstructionsAndBlocks { (guess, said) } else { (said, guess) };
            self.at = times.get(&slot).copied().or(first).or(then).unwrap_or(self.at);
            self.tell_block(block.iter().collect(), said.is_none());
            self.done += block.len();
        }
    }

    /// The time that the lines of a block agree on, else the first.
    fn time_said<'e>(&self, lines: impl Iterator<Item = &'e RawEvent>) -> Option<i64> {
        let mut times = lines.filter(|line| self.live.place_of(&line.bytes).is_some());
        times.find_map(|line| EventHeader::read(&line.bytes)).map(|header| header.at.0)
    }

    /// Inside a block the numbers in the lines tell the order of execution, else the endpoint's list does.
    fn tell_block(&mut self, mut block: Vec<&Trace>, is_guessed: bool) {
        let lines = self.lines;
        let of = |trace: &Trace| lines.get(&trace.signature).map_or(&[][..], Vec::as_slice);
        while !block.is_empty() && self.told.stuck.is_none() {
            let is_next = |trace: &&Trace| self.is_next(of(trace));
            let place = block.iter().position(is_next).or_else(|| block.iter().position(|trace| of(trace).is_empty()));
            let trace = block.remove(place.unwrap_or(0));
            if let Err(instruction) = self.tell_transaction(trace, of(trace), is_guessed) {
                self.told.stuck = Some(Stuck { signature: trace.signature, instruction });
            }
        }
    }

    /// Whether some line has the number that comes next in its chain.
    fn is_next(&self, lines: &[&RawEvent]) -> bool {
        let mut places = lines.iter().filter_map(|line| self.live.place_of(&line.bytes));
        places.any(|(chain, number)| number == self.live.next_number(chain))
    }

    fn tell_transaction(&mut self, trace: &Trace, lines: &[&RawEvent], is_guessed: bool) -> Result<(), &'static str> {
        for raw in &trace.calls {
            let name = name_of(&raw.data).unwrap_or("?");
            let Some(events) = self.expected(raw, trace.slot) else {
                // A later version of the program may know the call; its lines are then all there is.
                return if self.tell_lines(trace, lines) { Ok(()) } else { Err(name) };
            };
            for (chain, event) in events {
                self.tell_event(trace, lines, chain, event, is_guessed).ok_or(name)?;
            }
        }
        Ok(())
    }

    fn expected(&self, raw: &RawCall, slot: u64) -> expected::Logged {
        let (call, rest) = Call::decode(&raw.accounts, &raw.data).ok()?;
        expected(&self.live, Asked { call: &call, rest, at: self.at, slot, hints: Hints::new(self.ledger) })
    }

    /// One event, by its line or by its instruction. `None` where it contradicts what was before.
    fn tell_event(
        &mut self,
        trace: &Trace,
        lines: &[&RawEvent],
        chain: Chain,
        event: Event,
        is_guessed: bool,
    ) -> Option<()> {
        let sequence = self.live.next_number(chain);
        let line = lines.iter().find(|line| self.live.place_of(&line.bytes) == Some((chain, sequence)));
        let bytes = event.to_bytes();
        let (event, bytes) = match line {
            Some(line) if line.bytes == bytes => (event, bytes),
            Some(line) if self.source == Source::Lines => (Event::decode(&line.bytes).ok()?, line.bytes.clone()),
            line => {
                let (name, signature) = (event.name(), trace.signature);
                let line = if line.is_some() { Line::Altered } else { Line::Lost };
                self.told.recovered.push(Recovered { chain, sequence, name, signature, line });
                if is_guessed || self.source != Source::Lines {
                    let (_, chains) = self.told.guesses.entry(trace.slot).or_insert((self.at, BTreeSet::new()));
                    chains.insert(chain);
                }
                (event, bytes)
            }
        };
        self.live.apply(chain, &event).ok()?;
        self.told.events.push(raw(trace, self.told.events.len(), bytes));
        Some(())
    }

    /// Takes the lines of a transaction as they are; `false` where there are none.
    fn tell_lines(&mut self, trace: &Trace, lines: &[&RawEvent]) -> bool {
        let mut is_any = false;
        for line in lines {
            let Some((chain, number)) = self.live.place_of(&line.bytes) else { continue };
            let event = Event::decode(&line.bytes).ok().filter(|_| number == self.live.next_number(chain));
            let is_told = event.is_some_and(|event| self.live.apply(chain, &event).is_ok());
            if is_told {
                is_any = true;
                self.told.events.push(raw(trace, self.told.events.len(), line.bytes.clone()));
            }
        }
        is_any
    }
}

fn raw(trace: &Trace, index: usize, bytes: Vec<u8>) -> RawEvent {
    // Bound: far fewer events than 2^32 fit in memory.
    RawEvent { signature: trace.signature, slot: trace.slot, index: u32::try_from(index).unwrap_or(u32::MAX), bytes }
}
