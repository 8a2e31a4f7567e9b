//! Fitting instructions into transactions.

use quantumagi_rpc::solana::{
    Address, AddressLookupTableAccount, Hash, Instruction, Message, Signature, VersionedMessage, VersionedTransaction,
    v0,
};

use super::{budget, serialized};
use crate::error::{Result, SdkError};

/// Longest transaction in bytes that the network carries (IPv6 minimum MTU less headers).
pub const MAX_TRANSACTION_LEN: usize = 1_232;

/// Length in bytes of a signed transaction with these instructions, those about its price included.
#[must_use]
pub fn wire_len(payer: &Address, instructions: &[Instruction]) -> usize {
    wire_len_with_tables(payer, instructions, &[])
}

/// [`wire_len`] of a transaction that may name accounts by these address tables.
#[must_use]
pub fn wire_len_with_tables(
    payer: &Address,
    instructions: &[Instruction],
    tables: &[AddressLookupTableAccount],
) -> usize {
    let all: Vec<Instruction> = instructions.iter().cloned().chain(budget::instructions(u32::MAX, u64::MAX)).collect();
    serialized(&empty(payer, &all, tables, Hash::default())).len()
}

/// A transaction with empty places for signatures. Without tables, or where they cannot be used, of the first kind, which
/// every wallet knows.
pub(super) fn empty(
    payer: &Address,
    instructions: &[Instruction],
    tables: &[AddressLookupTableAccount],
    hash: Hash,
) -> VersionedTransaction {
    let by_tables = (!tables.is_empty()).then(|| v0::Message::try_compile(payer, instructions, tables, hash).ok());
    let message = by_tables.flatten().map_or_else(
        || VersionedMessage::Legacy(Message::new_with_blockhash(instructions, Some(payer), &hash)),
        VersionedMessage::V0,
    );
    let signatures = vec![Signature::default(); usize::from(message.header().num_required_signatures)];
    VersionedTransaction { signatures, message }
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
    use quantumagi_rpc::solana::AccountMeta;

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
    fn an_address_table_makes_room_and_names_the_same_accounts() {
        let addresses: Vec<Address> = (10..50).map(|byte| Address::new_from_array([byte; 32])).collect();
        let accounts = addresses.iter().map(|address| AccountMeta::new(*address, false)).collect();
        let wide = Instruction { accounts, ..of(10) };
        let table = AddressLookupTableAccount { key: Address::new_from_array([9; 32]), addresses };
        assert!(MAX_TRANSACTION_LEN < wire_len(&PAYER, std::slice::from_ref(&wide)));
        let tables = [table];
        assert!(wire_len_with_tables(&PAYER, std::slice::from_ref(&wide), &tables) < 400);
        let message = empty(&PAYER, &[wide], &tables, Hash::default()).message;
        let lookups = message.address_table_lookups().expect("the second kind");
        assert_eq!(lookups[0].writable_indexes, (0..40).collect::<Vec<u8>>());
    }

    #[test]
    fn an_instruction_that_fits_no_transaction_is_refused_with_its_length() {
        let room = MAX_TRANSACTION_LEN - wire_len(&PAYER, &[of(1_000)]) + 1_000;
        assert_eq!(pack(&PAYER, [of(room)]).expect("it fits exactly").len(), 1);
        let error = pack(&PAYER, [of(10), of(room + 1)]).expect_err("a byte too many");
        assert_eq!(error.to_string(), "a transaction of 1233 bytes is longer than the 1232 that the network carries");
    }
}
