//! How far a constitution's events were read, and whether they are whole: link by link, from one head that was proved to the
//! next that an account shows. Pure.

use quantumagi_interface::Address;
use quantumagi_interface::digest::Sha2;
use quantumagi_interface::events::Event;
use quantumagi_rpc::solana::Signature;
use quantumagi_rules::digest::next_link;
use quantumagi_sdk::history::EventHeader;
use quantumagi_sdk::verify::{Chain, ChainHead};

/// From the moment of an event to its proof, at most: an hour. What is not to be found by then is given up, and told.
pub const PROVE_WITHIN: i64 = 3_600;

/// How far a constitution's events were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Where the chain stood when it was last proved, or when reading began.
    pub proved: ChainHead,
    /// Where the events lead that were read since.
    pub reached: ChainHead,
    /// The newest transaction that need not be read again; `None` where there was none when reading began.
    pub cursor: Option<Signature>,
    /// When a look first saw that there is more to read.
    pub noticed_at: Option<i64>,
    /// When the first event happened that is not proved, once it was read.
    pub began_at: Option<i64>,
}

/// What one transaction logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Logged {
    /// Its first signature.
    pub signature: Signature,
    /// Slot of its block.
    pub slot: u64,
    /// The program's events, discriminator first.
    pub events: Vec<Vec<u8>>,
}

/// What came of reading on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Everything up to the head is whole and unaltered.
    Proved {
        /// When the first event happened that was not proved before.
        began_at: Option<i64>,
    },
    /// There is more to read.
    Behind,
    /// The next event is in none of the transactions that the endpoint lists: it lags behind, or the line is hidden.
    Missing {
        /// Its number.
        sequence: u64,
    },
    /// The events lead to another head than the account shows.
    Altered,
}

impl Reading {
    /// Begins where the account stands: what was before is not asked for.
    #[must_use]
    pub fn from(head: ChainHead, cursor: Option<Signature>) -> Self {
        Self { proved: head, reached: head, cursor, noticed_at: None, began_at: None }
    }

    /// Reads on in transactions that follow the cursor, the oldest first; `is_all` where there are no more of them. With what
    /// came of it come the events of all transactions that need not be read again.
    pub fn read_on(
        &mut self,
        constitution: Address,
        transactions: &[Logged],
        is_all: bool,
        head: ChainHead,
    ) -> (Progress, Vec<Event>) {
        let chain = Chain::Constitution(constitution);
        let number = |bytes: &Vec<u8>| chain.sequence_of(bytes);
        let all = transactions.iter().flat_map(|it| it.events.iter().map(move |bytes| (it.slot, bytes)));
        let mut own: Vec<(u64, u64, &Vec<u8>)> =
            all.filter_map(|(slot, bytes)| Some((number(bytes)?, slot, bytes))).collect();
        own.sort_by_key(|(sequence, ..)| *sequence);
        let mut last_slot = None;
        for (sequence, slot, bytes) in own {
            if self.reached.sequence == sequence && sequence < head.sequence {
                self.began_at = self.began_at.or_else(|| EventHeader::read(bytes).map(|header| header.at.0));
                self.reached = ChainHead {
                    hash: next_link::<Sha2>(&self.reached.hash, bytes),
                    sequence: sequence.saturating_add(1),
                };
                last_slot = Some(slot);
            }
        }
        let is_reached = self.reached.sequence == head.sequence;
        if is_reached && self.reached.hash != head.hash {
            return (Progress::Altered, Vec::new());
        }
        // Inside a slot nobody promises an order, so a slot is done with as a whole.
        let open =
            transactions.iter().filter(|it| it.events.iter().filter_map(number).any(|it| self.reached.sequence <= it));
        let open_slot = open.map(|it| it.slot).min();
        let is_done = |it: &&Logged| {
            let is_before = open_slot.is_none_or(|open| it.slot < open);
            // What follows the last link may come before an event that the endpoint does not list yet. Not so in the middle
            // of a long list: endpoints lag at its end, and a hundred transactions without an event must not stop it for ever.
            is_before && (is_reached || last_slot.is_some_and(|last| it.slot < last) || !is_all)
        };
        let done: Vec<&Logged> = transactions.iter().take_while(is_done).collect();
        self.cursor = done.last().map(|it| it.signature).or(self.cursor);
        let events = done.iter().flat_map(|it| &it.events).filter_map(|bytes| Event::decode(bytes).ok()).collect();
        if is_reached {
            let began_at = self.began_at;
            *self = Self::from(head, self.cursor);
            return (Progress::Proved { began_at }, events);
        }
        let progress = if is_all || done.is_empty() {
            Progress::Missing { sequence: self.reached.sequence }
        } else {
            Progress::Behind
        };
        (progress, events)
    }
}

#[cfg(test)]
mod tests;
