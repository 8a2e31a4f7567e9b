//! Whether a list of events is the whole and unaltered history of a chain.
//!
//! Numbers show what is missing, repeated or out of order, and where. Hashes show what was altered: somewhere between
//! two heads that are known. With the account's head alone that is the whole chain; with heads kept from an earlier
//! reading ([`Report::links`]) it is the exact event.

use quantumagi_interface::Address;
use quantumagi_interface::digest::Sha2;
use quantumagi_interface::types::EventChain;
use quantumagi_rules::Hash;
use quantumagi_rules::digest::next_link;

use crate::history::{EventHeader, RawEvent};
use crate::words::hex;

/// Which chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Chain {
    /// A constitution's, with its principles, rosters, policies and the birth and end of its proposals.
    Constitution(Address),
    /// A proposal's. Its first event is its creation, which the constitution's chain logs.
    Proposal(Address),
}

/// Where a chain stands after some events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainHead {
    /// The rolling hash; zeros before the first event.
    pub hash: Hash,
    /// Events so far.
    pub sequence: u64,
}

/// A history that is whole and unaltered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Which chain.
    pub chain: Chain,
    /// Where it stands, as proved by the events.
    pub head: ChainHead,
    /// The rolling hash after each event. Kept, they make a later alteration of these events show exactly.
    pub links: Vec<Hash>,
}

/// The first event that does not fit. Positions count the given events from 0, sequence numbers the chain's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainBreak {
    /// An event is not there, and a later one comes in its place.
    #[error("event {sequence} is missing: event {found} comes in its place")]
    Missing {
        /// The event that is not there.
        sequence: u64,
        /// The event in its place.
        found: u64,
    },
    /// An event comes too early.
    #[error("event {found} comes where event {sequence} belongs, which only comes at position {comes_at}")]
    Reordered {
        /// The event that belongs here.
        sequence: u64,
        /// The event in its place.
        found: u64,
        /// Where the event that belongs here comes.
        comes_at: usize,
    },
    /// An event comes again.
    #[error("event {sequence} comes a second time, at position {position}")]
    Repeated {
        /// The event.
        sequence: u64,
        /// Where it comes again.
        position: usize,
    },
    /// An event belongs to no chain or to another one.
    #[error("the event at position {position} does not belong to this chain")]
    Foreign {
        /// Where it comes.
        position: usize,
    },
    /// The history ends before the head.
    #[error("the history ends before event {sequence}, but the chain has {head_sequence} events")]
    Truncated {
        /// The first event that is not there.
        sequence: u64,
        /// Events the chain has.
        head_sequence: u64,
    },
    /// The history goes on after the head.
    #[error("event {sequence} comes after the end of the chain, which has {head_sequence} events")]
    BeyondHead {
        /// The first event too many.
        sequence: u64,
        /// Events the chain has.
        head_sequence: u64,
    },
    /// An event was altered, or the head was.
    #[error(
        "an event from {from} up to {until} was altered: they lead to {}, but the chain stands at {}",
        hex(actual),
        hex(expected)
    )]
    Altered {
        /// The first event that can be the altered one.
        from: u64,
        /// The last one.
        until: u64,
        /// The head that is known.
        expected: Hash,
        /// The head to which the events lead.
        actual: Hash,
    },
}

impl ChainHead {
    /// Where every chain begins.
    pub const START: Self = Self { hash: [0; 32], sequence: 0 };
}

impl From<EventChain> for ChainHead {
    fn from(stored: EventChain) -> Self {
        Self { hash: stored.hash, sequence: stored.sequence }
    }
}

impl std::fmt::Display for Chain {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Constitution(address) => write!(f, "constitution {address}"),
            Self::Proposal(address) => write!(f, "proposal {address}"),
        }
    }
}

impl Chain {
    /// The number of the event with these bytes in this chain; `None` where it does not belong to it.
    #[must_use]
    pub fn sequence_of(self, bytes: &[u8]) -> Option<u64> {
        let header = EventHeader::read(bytes)?;
        match self {
            Self::Constitution(address) | Self::Proposal(address) if header.subject == address => Some(header.sequence),
            // The creation bears the constitution's number.
            Self::Proposal(address) if header.creates == Some(address) => Some(0),
            Self::Constitution(_) | Self::Proposal(_) => None,
        }
    }

    /// The events of this chain up to `head`, in its order, out of many.
    ///
    /// Events after the head are left out: they happened after it was read. Endpoints do not promise the order of
    /// execution inside a slot, so there the chain's own numbers order them; a wrong number shows in the hashes.
    #[must_use]
    pub fn select<'a>(self, events: impl IntoIterator<Item = &'a RawEvent>, head: ChainHead) -> Vec<&'a RawEvent> {
        let mut selected: Vec<(u64, &RawEvent)> = events
            .into_iter()
            .filter_map(|event| Some((self.sequence_of(&event.bytes)?, event)))
            .filter(|(sequence, _)| *sequence < head.sequence)
            .collect();
        selected.sort_by_key(|(sequence, event)| (event.slot, *sequence));
        selected.into_iter().map(|(_, event)| event).collect()
    }
}

/// Checks that `events`, in this order, are all events of `chain` up to `head`.
///
/// # Errors
/// The first [`ChainBreak`].
pub fn verify_chain(chain: Chain, events: &[impl AsRef<[u8]>], head: ChainHead) -> Result<Report, ChainBreak> {
    verify_chain_through(chain, events, &[], head)
}

/// [`verify_chain`] with heads that are known from earlier, in any order: an alteration is then found between two.
///
/// # Errors
/// The first [`ChainBreak`].
pub fn verify_chain_through(
    chain: Chain,
    events: &[impl AsRef<[u8]>],
    known: &[ChainHead],
    head: ChainHead,
) -> Result<Report, ChainBreak> {
    let mut reached = ChainHead::START;
    let mut proved = 0;
    let mut links = Vec::with_capacity(events.len());
    let mut prove = |reached: ChainHead| {
        let differing = known.iter().chain([&head]).find(|head| head.sequence == reached.sequence && **head != reached);
        match differing {
            Some(head) => Err(ChainBreak::Altered {
                from: proved,
                until: reached.sequence.saturating_sub(1),
                expected: head.hash,
                actual: reached.hash,
            }),
            None => {
                let is_known = known.contains(&reached);
                proved = if is_known { reached.sequence } else { proved };
                Ok(())
            }
        }
    };
    for (position, event) in events.iter().enumerate() {
        let bytes = event.as_ref();
        let sequence = reached.sequence;
        let found = chain.sequence_of(bytes).ok_or(ChainBreak::Foreign { position })?;
        if found < sequence {
            return Err(ChainBreak::Repeated { sequence: found, position });
        }
        if sequence < found {
            let later = events.iter().skip(position);
            let comes_at = later.clone().position(|event| chain.sequence_of(event.as_ref()) == Some(sequence));
            return Err(match comes_at {
                Some(distance) => ChainBreak::Reordered { sequence, found, comes_at: position + distance },
                None => ChainBreak::Missing { sequence, found },
            });
        }
        if head.sequence <= sequence {
            return Err(ChainBreak::BeyondHead { sequence, head_sequence: head.sequence });
        }
        // Bound: below the head's sequence, which is a u64.
        reached = ChainHead { hash: next_link::<Sha2>(&reached.hash, bytes), sequence: sequence + 1 };
        links.push(reached.hash);
        prove(reached)?;
    }
    if reached.sequence < head.sequence {
        return Err(ChainBreak::Truncated { sequence: reached.sequence, head_sequence: head.sequence });
    }
    if reached != head {
        // Only an empty history gets here: the others were compared event by event.
        return Err(ChainBreak::Altered { from: 0, until: 0, expected: head.hash, actual: reached.hash });
    }
    Ok(Report { chain, head, links })
}

#[cfg(test)]
mod tests;
