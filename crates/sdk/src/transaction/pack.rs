//! Fitting instructions into transactions.

use quantumagi_rpc::solana::{Address, Hash, Instruction, Message, VersionedMessage, VersionedTransaction};

use super::{budget, serialized};
use crate::error::{Result, SdkError};

/// Longest transaction in bytes that the network carries (IPv6 minimum MTU less headers).
pub const MAX_TRANSACTION_LEN: usize = 1_232;

/// Length in bytes of a signed transaction with these instructions, those about its price included.
#[must_use]
pub fn wire_len(payer: &Address, instructions: &[Instruction]) -> usize {
    let all: Vec<Instruction> = instructions.iter().cloned().chain(budget::instructions(u32::MAX, u64::MAX)).collect();
    let message = Message::new_with_blockhash(&all, Some(payer), &Hash::default());
    let signatures = vec![Default::default(); usize::from(message.header.num_required_signatures)];
    serialized(&VersionedTransaction { signatures, message: VersionedMessage::Legacy(message) }).len()
}

/// The instructions in as few transactions as their order allows.
///
/// # Errors
/// [`SdkError::TooLong`] where one of them does not fit a transaction of its own.
pub fn pack(payer: &Address, instructions: impl IntoIterator<Item = Instruction>) -> Result<Vec<Vec<Instruction>>> {
    let mut transactions: Vec<Vec<Instruction>> = Vec::new();
    for instruction in instructions {
        if let Some(last) = transactions.last_mut() {
            last.push(instruction);
            if wire_len(payer, last) <= MAX_TRANSACTION_LEN {
                continue;
            }
            let instruction = last.pop().expect("it was just pushed");
            transactions.push(vec![instruction]);
        } else {
            transactions.push(vec![instruction]);
        }
        let alone = transactions.last().map_or(0, |transaction| wire_len(payer, transaction));
        if MAX_TRANSACTION_LEN < alone {
            return Err(SdkError::TooLong { len: alone, max: MAX_TRANSACTION_LEN });
        }
    }
    Ok(transactions)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAYER: Address = Address::new_from_array([1; 32]);

    fn of(len: usize) -> Instruction {
        Instruction { program_id: Address::new_from_array([2; 32]), accounts: Vec::new(), data: vec![0; len] }
    }

    #[test]
    fn transactions_are_filled_in_order_and_none_is_too_long() {
        let packed = pack(&PAYER, [of(400), of(400), of(400), of(10)]).expect("each fits");
        let lens: Vec<Vec<usize>> = packed.iter().map(|ixs| ixs.iter().map(|ix| ix.data.len()).collect()).collect();
        assert_eq!(lens, [vec![400, 400], vec![400, 10]]);
        assert!(packed.iter().all(|transaction| wire_len(&PAYER, transaction) <= MAX_TRANSACTION_LEN));
    }

    #[test]
    fn an_instruction_that_fits_no_transaction_is_refused_with_its_length() {
        let room = MAX_TRANSACTION_LEN - wire_len(&PAYER, &[of(1_000)]) + 1_000;
        assert_eq!(pack(&PAYER, [of(room)]).expect("it fits exactly").len(), 1);
        let error = pack(&PAYER, [of(10), of(room + 1)]).expect_err("a byte too many");
        assert_eq!(error.to_string(), "a transaction of 1233 bytes is longer than the 1232 that the network carries");
    }
}
