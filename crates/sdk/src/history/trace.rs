//! What a transaction asked of the program: the part of it that no caller can cut.
//!
//! A log line can be lost. The instructions of a transaction, and those its programs called in turn, are in the ledger
//! whole, or the transaction is not there at all.

use quantumagi_interface::Address;
use quantumagi_interface::calls::Call;
use quantumagi_interface::events::{Event, TextPublished};
use quantumagi_rpc::RecordedInstruction;
use quantumagi_rpc::solana::Signature;

/// A transaction that succeeded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// Its first signature.
    pub signature: Signature,
    /// Slot of its block.
    pub slot: u64,
    /// The time of its block, Unix seconds, where the endpoint says: what the program read as the time.
    pub block_time: Option<i64>,
    /// Every call of the program, in the order of execution.
    pub calls: Vec<RawCall>,
}

impl Trace {
    /// The bytes of every event of a text's part that this transaction published.
    pub(super) fn texts(&self) -> impl Iterator<Item = Vec<u8>> + '_ {
        self.calls.iter().filter_map(|raw| {
            let (call, _) = Call::decode(&raw.accounts, &raw.data).ok()?;
            let Call::TextPublish { accounts, total_len, offset, bytes } = call else { return None };
            let (text_hash, publisher) = (accounts.text.to_bytes(), accounts.publisher);
            let part = TextPublished { text_hash, publisher, total_len, offset, bytes };
            Some(Event::TextPublished(part).to_bytes())
        })
    }
}

/// A call of the program as the ledger keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawCall {
    /// The accounts it was given.
    pub accounts: Vec<Address>,
    /// The bytes it was given.
    pub data: Vec<u8>,
}

/// The calls of `program`, direct or by other programs.
///
/// They cannot be nested: the program calls none that could call it back. So the order in which they begin, which is the
/// ledger's, is the order in which they log.
pub(super) fn calls(instructions: &[RecordedInstruction], program: &Address) -> Vec<RawCall> {
    instructions
        .iter()
        .flat_map(|outer| [outer].into_iter().chain(&outer.inner))
        .filter(|instruction| instruction.program == *program)
        .map(|instruction| RawCall { accounts: instruction.accounts.clone(), data: instruction.data.clone() })
        .collect()
}

#[cfg(test)]
mod tests {
    use quantumagi_interface::instructions::TextPublish;

    use super::*;
    use crate::history::History;

    #[test]
    fn a_texts_part_comes_back_from_its_instruction_when_the_log_was_filled() {
        let accounts =
            TextPublish { publisher: Address::new_from_array([1; 32]), text: Address::new_from_array([2; 32]) };
        let instruction = accounts.instruction(4, 0, b"text");
        let call =
            RawCall { accounts: instruction.accounts.iter().map(|meta| meta.pubkey).collect(), data: instruction.data };
        let trace = Trace { signature: Signature::default(), slot: 1, block_time: None, calls: vec![call] };
        let mut history = History::default();
        history.add(trace, &["Log truncated".to_owned()]);
        let [part] = history.events.as_slice() else { panic!("{:?}", history.events) };
        let expected = TextPublished {
            text_hash: [2; 32],
            publisher: accounts.publisher,
            total_len: 4,
            offset: 0,
            bytes: b"text".to_vec(),
        };
        assert_eq!((part.event.clone(), history.gaps.len()), (Ok(Event::TextPublished(expected)), 1));
    }
}
