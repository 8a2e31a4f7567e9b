//! X3: a transaction may name accounts by an address table; what counts is the accounts.

use solana_account::Account;
use solana_message::{AddressLookupTableAccount, VersionedMessage, v0};
use solana_signature::Signature;
use solana_transaction::versioned::VersionedTransaction;
use solana_transaction_error::TransactionError;

use quantumagi_rules::action::InvokeAccount;

use crate::support::*;

/// Owner of address tables.
const TABLES: Address = Address::from_str_const("AddressLookupTab1e1111111111111111111111111");

/// Writes a table as its program would have. Layout: `solana_address_lookup_table_interface::state`.
fn put_table(world: &mut World, address: &Address, entries: &[Address]) {
    let mut data = vec![0; 56];
    data[0] = 1;
    // Never deactivated, extended in slot 0, nobody's any more.
    data[4..12].copy_from_slice(&u64::MAX.to_le_bytes());
    for entry in entries {
        data.extend_from_slice(entry.as_ref());
    }
    let lamports = world.rent(data.len());
    world.put(address, Account { lamports, data, owner: TABLES, ..Account::default() });
}

/// Sends one instruction through the table.
fn send(
    world: &mut World,
    instruction: Instruction,
    table: Address,
    entries: &[Address],
) -> Result<(), TransactionError> {
    // A table cannot be used in the slot in which it was extended.
    world.svm.warp_to_slot(world.svm.get_sysvar::<solana_clock::Clock>().slot + 1);
    let tables = [AddressLookupTableAccount { key: table, addresses: entries.to_vec() }];
    let payer = person("fee payer");
    let message = v0::Message::try_compile(&payer, &[instruction], &tables, world.svm.latest_blockhash()).unwrap();
    assert!(message.account_keys.len() < 10, "most accounts come from the table");
    let signatures = vec![Signature::default(); usize::from(message.header.num_required_signatures)];
    let transaction = VersionedTransaction { signatures, message: VersionedMessage::V0(message) };
    world.svm.send_transaction(transaction).map(|_| ()).map_err(|failed| failed.err)
}

/// A payment, called as any program is, with accounts that the System program does not look at.
fn wide_call(community: &Community) -> Call {
    let mut call =
        Call::of(&solana_system_interface::instruction::transfer(&community.vault, &person("bob"), 5_000_000));
    let beside = (0..24).map(|index| InvokeAccount { address: hash(&format!("beside {index}")), flags: 1 });
    call.accounts.extend(beside);
    call
}

#[test]
fn x3_an_address_table_is_resolved_before_anything_is_compared() {
    let mut community = Founding::default().found();
    let call = wide_call(&community);
    let proposal = call.approved(&mut community);
    let execute = call.execute(&community, proposal);
    let right: Vec<Address> = call.accounts.iter().map(|account| Address::from(account.address)).collect();
    let mut wrong = right.clone();
    wrong[7] = person("somebody else");
    let table = person("table");
    put_table(&mut community, &table, &wrong);
    let refused = send(&mut community, execute.clone(), table, &right).unwrap_err();
    let error = InstructionError::Custom(GovError::DigestMismatch.code());
    assert_eq!(refused, TransactionError::InstructionError(0, error));
    put_table(&mut community, &table, &right);
    send(&mut community, execute, table, &right).unwrap();
    assert_eq!(community.proposal(&proposal).status, 5);
}
