//! What every event that belongs to a chain begins with. Read without knowing the event, so that a chain can be checked
//! even where it holds events of a later version of the program.

use quantumagi_interface::Address;
use quantumagi_interface::events::{ProposalCreated, TextPublished};
use quantumagi_rules::UnixSeconds;

/// The first fields of an event that belongs to a chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EventHeader {
    /// The kind of event.
    pub discriminator: [u8; 8],
    /// The constitution or the proposal whose chain logged it.
    pub subject: Address,
    /// Its number in that chain, from 0.
    pub sequence: u64,
    /// When, by the clock of the chain.
    pub at: UnixSeconds,
    /// The proposal that this event creates, and whose own chain it begins.
    pub creates: Option<Address>,
}

impl EventHeader {
    /// Reads it from the event's bytes; `None` where they are too few, and for a text's part, which is in no chain.
    ///
    /// A part begins with 32 bytes that its publisher chooses. Taken for a chain's event it would let anybody spoil
    /// any chain's history.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (&discriminator, rest) = bytes.split_first_chunk::<8>()?;
        let (&subject, rest) = rest.split_first_chunk::<32>()?;
        let (&sequence, rest) = rest.split_first_chunk::<8>()?;
        let (&at, rest) = rest.split_first_chunk::<8>()?;
        if discriminator == TextPublished::DISCRIMINATOR {
            return None;
        }
        let creates = if discriminator == ProposalCreated::DISCRIMINATOR {
            Some(Address::new_from_array(*rest.first_chunk::<32>()?))
        } else {
            None
        };
        Some(Self {
            discriminator,
            subject: Address::new_from_array(subject),
            sequence: u64::from_le_bytes(sequence),
            at: UnixSeconds(i64::from_le_bytes(at)),
            creates,
        })
    }
}
