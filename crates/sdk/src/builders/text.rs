//! Publishing texts.

use std::num::NonZeroUsize;

use quantumagi_interface::digest::sha256;
use quantumagi_interface::instructions;
use quantumagi_rpc::solana::{Address, Instruction};
use quantumagi_rules::text::parts;

/// Bytes of a text in one part. With its instruction, its price and the signatures of a publisher and a payer it fits the
/// 1,232 bytes that the network carries.
pub const PART_LEN: NonZeroUsize = NonZeroUsize::new(850).expect("850 is not zero");

/// Publishes a canonical text in as many parts as it needs, one instruction a part, one part a transaction. They may be
/// sent side by side and in any order. `publisher` signs.
#[must_use]
pub fn text_publish(publisher: &Address, canonical: &str) -> Vec<Instruction> {
    let text = Address::new_from_array(sha256(canonical.as_bytes()));
    let accounts = instructions::TextPublish { publisher: *publisher, text };
    // Bound: a canonical text has at most 1 MiB.
    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    parts(canonical.len(), PART_LEN)
        .map(|range| {
            let part = canonical.as_bytes().get(range.clone()).unwrap_or_default();
            accounts.instruction(number(canonical.len()), number(range.start), part)
        })
        .collect()
}
