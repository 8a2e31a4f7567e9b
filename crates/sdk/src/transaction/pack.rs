//! Fitting instructions into transactions.

use std::collections::BTreeSet;

use quantumagi_rpc::solana::{
    Address, AddressLookupTableAccount, Hash, Instruction, Message, Signature, VersionedMessage, VersionedTransaction,
    ids, v0,
};

use super::{budget, serialized};
use crate::error::{Result, SdkError};

/// Longest transaction in bytes that the network carries (IPv6 minimum MTU less headers).
pub const MAX_TRANSACTION_LEN: usize = 1_232;
/// Most accounts that one transaction locks. Source: the runtime's `MAX_TX_ACCOUNT_LOCKS` is 128, and 64 on clusters
/// where the feature `increase_tx_account_lock_limit` is not active.
pub const MAX_ACCOUNT_LOCKS: usize = 64;

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

/// What one transaction may be, at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes on the wire. Default [`MAX_TRANSACTION_LEN`].
    pub len: usize,
    /// Compute units of its instructions together. Default 1,400,000, what the runtime gives one transaction.
    pub units: u32,
    /// Accounts that it locks, the payer's and the programs' among them. Default [`MAX_ACCOUNT_LOCKS`].
    pub locks: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { len: MAX_TRANSACTION_LEN, units: budget::MAX_UNITS, locks: MAX_ACCOUNT_LOCKS }
    }
}

impl Limits {
    /// The same with another cap on compute units, so that a transaction finds room in a crowded block.
    #[must_use]
    pub fn with_units(mut self, units: u32) -> Self {
        self.units = units;
        self
    }

    /// The same with another cap on the accounts that it locks.
    #[must_use]
    pub fn with_locks(mut self, locks: usize) -> Self {
        self.locks = locks;
        self
    }

    /// What is above a limit, if anything is.
    fn check(&self, payer: &Address, instructions: &[Instruction], units: u32) -> Result<()> {
        let Self { len: max_len, units: max_units, locks: max_locks } = *self;
        let (len, locks) = (wire_len(payer, instructions), locks(payer, instructions));
        if max_len < len {
            return Err(SdkError::TooLong { len, max: max_len });
        }
        if max_locks < locks {
            return Err(SdkError::TooManyLocks { locks, max: max_locks });
        }
        if max_units < units {
            return Err(SdkError::TooManyUnits { units, max: max_units });
        }
        Ok(())
    }
}

/// Accounts that a transaction with these instructions locks, each counted once.
fn locks(payer: &Address, instructions: &[Instruction]) -> usize {
    let named = instructions.iter().flat_map(|instruction| {
        instruction.accounts.iter().map(|meta| meta.pubkey).chain(std::iter::once(instruction.program_id))
    });
    let about_price = [*payer, ids::compute_budget::ID];
    named.chain(about_price).collect::<BTreeSet<_>>().len()
}

/// The instructions in as few transactions as their order allows, by bytes and accounts. For whoever knows their compute
/// units there is [`pack_within`].
///
/// # Errors
/// [`SdkError::TooLong`] and [`SdkError::TooManyLocks`] where one of them does not fit a transaction of its own.
pub fn pack(payer: &Address, instructions: impl IntoIterator<Item = Instruction>) -> Result<Vec<Vec<Instruction>>> {
    pack_within(payer, instructions.into_iter().map(|instruction| (instruction, 0)), &Limits::default())
}

/// The instructions, each with the compute units it takes, in as few transactions as their order and the limits allow.
/// What they take is best asked with [`Quantumagi::estimate`](crate::Quantumagi::estimate).
///
/// # Errors
/// [`SdkError::TooLong`], [`SdkError::TooManyLocks`] and [`SdkError::TooManyUnits`] where one of them does not fit a
/// transaction of its own.
pub fn pack_within(
    payer: &Address,
    instructions: impl IntoIterator<Item = (Instruction, u32)>,
    limits: &Limits,
) -> Result<Vec<Vec<Instruction>>> {
    let mut transactions: Vec<Vec<Instruction>> = Vec::new();
    let mut used = 0_u32;
    for (instruction, units) in instructions {
        if let Some(last) = transactions.last_mut() {
            last.push(instruction);
            let together = used.saturating_add(units);
            if limits.check(payer, last, together).is_ok() {
                used = together;
                continue;
            }
            let instruction = last.pop().expect("it was just pushed");
            transactions.push(vec![instruction]);
        } else {
            transactions.push(vec![instruction]);
        }
        used = units;
        limits.check(payer, transactions.last().map_or(&[], Vec::as_slice), units)?;
    }
    Ok(transactions)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
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

    /// An instruction that names these accounts.
    fn naming(accounts: impl IntoIterator<Item = u8>) -> Instruction {
        let metas = accounts.into_iter().map(|byte| AccountMeta::new(Address::new_from_array([byte; 32]), false));
        Instruction { accounts: metas.collect(), ..of(1) }
    }

    #[test]
    fn accounts_named_twice_are_locked_once() {
        // The payer, two programs, and three accounts.
        assert_eq!(locks(&PAYER, &[naming([10, 11]), naming([11, 12])]), 6);
        let limits = Limits::default().with_locks(6);
        let packed = pack_within(&PAYER, [10, 11, 12, 13].map(|byte| (naming([byte]), 0)), &limits).expect("each fits");
        assert_eq!(packed.iter().map(Vec::len).collect::<Vec<_>>(), [3, 1]);
        let error = pack_within(&PAYER, [(naming(10..14), 0)], &limits).expect_err("one account too many");
        assert_eq!(error.to_string(), "a transaction that locks 7 accounts: 6 is the most that the network takes");
    }

    #[test]
    fn what_takes_more_than_one_transaction_may_is_refused_with_both_values() {
        let limits = Limits::default().with_units(100);
        let packed = pack_within(&PAYER, [(of(1), 60), (of(2), 40), (of(3), 1)], &limits).expect("each fits");
        assert_eq!(packed.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
        let error = pack_within(&PAYER, [(of(1), 101)], &limits).expect_err("a unit too many");
        assert_eq!(error.to_string(), "a transaction of 101 compute units: 100 is the most that it may use");
    }

    prop_compose! {
        fn measured()(len in 0_usize..500, accounts in prop::collection::vec(10_u8..60, 0..12), units in 0_u32..500_000)
            -> (Instruction, u32) {
            (Instruction { data: vec![0; len], ..naming(accounts) }, units)
        }
    }

    proptest! {
        #[test]
        fn order_is_kept_no_limit_is_passed_and_no_transaction_could_take_one_more(
            instructions in prop::collection::vec(measured(), 0..24),
            units in 500_000_u32..1_400_000,
            max_locks in 16_usize..64,
        ) {
            let limits = Limits::default().with_units(units).with_locks(max_locks);
            let packed = pack_within(&PAYER, instructions.iter().cloned(), &limits).expect("each fits alone");
            let flat: Vec<_> = packed.iter().flatten().cloned().collect();
            prop_assert_eq!(flat, instructions.iter().map(|(instruction, _)| instruction.clone()).collect::<Vec<_>>());
            // Naive: count anew, from the outside, what each transaction is and what it would be with the next one.
            let fits = |range: std::ops::Range<usize>| {
                let all: Vec<_> = instructions[range.clone()].iter().map(|(instruction, _)| instruction.clone()).collect();
                let accounts: std::collections::HashSet<_> =
                    all.iter().flat_map(|instruction| instruction.accounts.iter().map(|meta| meta.pubkey)).collect();
                // Besides the accounts: the payer, the program and the one about the price.
                wire_len(&PAYER, &all) <= MAX_TRANSACTION_LEN
                    && accounts.len() + 3 <= max_locks
                    && instructions[range].iter().map(|(_, units)| u64::from(*units)).sum::<u64>() <= u64::from(units)
            };
            let mut from = 0;
            for transaction in &packed {
                let to = from + transaction.len();
                prop_assert!(fits(from..to));
                prop_assert!(to == instructions.len() || !fits(from..to + 1));
                from = to;
            }
        }
    }
}
