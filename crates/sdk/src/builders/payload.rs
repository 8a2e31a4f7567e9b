//! Writing an action that does not fit a transaction.

use std::num::NonZeroUsize;

use quantumagi_interface::digest::sha256;
use quantumagi_interface::{instructions, pda};
use quantumagi_rpc::solana::{Address, Instruction};
use quantumagi_rules::text::parts;

/// Bytes of a payload in one part: 26 words. With its instruction, its price and the signatures of an author and a payer it
/// fits the 1,232 bytes that the network carries.
pub const PAYLOAD_PART_LEN: NonZeroUsize = NonZeroUsize::new(832).expect("832 is not zero");

/// Begins the payload of these bytes. `author` signs and pays.
#[must_use]
pub fn payload_create(author: &Address, bytes: &[u8]) -> Instruction {
    let hash = sha256(bytes);
    let accounts = instructions::PayloadCreate { author: *author, payload: pda::payload(author, &hash) };
    accounts.instruction(hash, number(bytes.len()))
}

/// Writes these bytes from `written` on, one instruction a part, in the order in which they must be sent. `author` signs.
#[must_use]
pub fn payload_write(author: &Address, bytes: &[u8], written: usize) -> Vec<Instruction> {
    let accounts = instructions::PayloadWrite { author: *author, payload: pda::payload(author, &sha256(bytes)) };
    let rest = bytes.get(written..).unwrap_or_default();
    let part = |range: std::ops::Range<usize>| {
        accounts.instruction(number(written + range.start), rest.get(range).unwrap_or_default())
    };
    parts(rest.len(), PAYLOAD_PART_LEN).map(part).collect()
}

/// Closes a payload; the rent goes back to `author`, who signs.
#[must_use]
pub fn payload_close(author: &Address, payload: &Address) -> Instruction {
    instructions::PayloadClose { author: *author, payload: *payload }.instruction()
}

// Bound: an action has at most 10,240 bytes; whoever writes more is refused by the program.
fn number(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}
