//! Reading back what landed.

use quantumagi_rpc::solana::{
    AccountMeta, Address, AddressLookupTableAccount, Instruction, Signature, Signer, VersionedMessage,
    VersionedTransaction, ids, v0,
};
use quantumagi_rpc::{ConfirmOptions, HistoryRange, SignatureRecord};

use crate::support::{SOL, World, transfer};

fn signatures(records: &[SignatureRecord]) -> Vec<Signature> {
    records.iter().map(|record| record.signature).collect()
}

async fn transfers(world: &World, to: &Address, count: u64) -> Vec<Signature> {
    let mut landed = Vec::new();
    for lamports in 0..count {
        let instruction = transfer(&world.ana.pubkey(), to, SOL + lamports);
        let confirmed = world.execute(&[instruction], ConfirmOptions::default()).await.expect("the transfer lands");
        landed.push(confirmed.signature);
    }
    landed
}

#[tokio::test]
async fn history_is_complete_and_oldest_first_across_time_travel() {
    let world = World::start().await;
    let ben = Address::new_unique();
    let mut landed = transfers(&world, &ben, 2).await;
    for days in [1, 10, 40] {
        let now = world.rpc.clock().await.expect("a clock").unix_timestamp;
        world.network.travel_to(now + days * 86_400).await.expect("the network travels");
        landed.extend(transfers(&world, &ben, 2).await);
    }
    let all = world.rpc.signatures_for(&ben, HistoryRange::default()).await.expect("a history");
    assert_eq!(signatures(&all), landed);
    assert!(all.iter().all(|record| record.error.is_none()));

    let after = HistoryRange { after: Some(landed[4]), before: None };
    let newer = world.rpc.signatures_for(&ben, after).await.expect("a history");
    assert_eq!(signatures(&newer), landed[5..]);
    let before = HistoryRange { after: Some(landed[1]), before: Some(landed[4]) };
    let middle = world.rpc.signatures_for(&ben, before).await.expect("a history");
    assert_eq!(signatures(&middle), landed[2..4]);
}

#[tokio::test]
async fn an_address_that_is_no_account_has_a_history_where_it_is_named() {
    let world = World::start().await;
    let named = Address::new_unique();
    let mut instruction = transfer(&world.ana.pubkey(), &Address::new_unique(), SOL);
    instruction.accounts.push(AccountMeta::new_readonly(named, false));
    let confirmed = world.execute(&[instruction], ConfirmOptions::default()).await.expect("it lands");
    assert_eq!(world.rpc.account(&named).await.expect("an answer"), None);
    let history = world.rpc.signatures_for(&named, HistoryRange::default()).await.expect("a history");
    assert_eq!(signatures(&history), [confirmed.signature]);
    assert_eq!(history[0].slot, confirmed.slot);
}

#[tokio::test]
async fn a_record_tells_everything_a_transfer_did() {
    let world = World::start().await;
    let (ana, ben) = (world.ana.pubkey(), Address::new_unique());
    let instruction = transfer(&ana, &ben, SOL);
    let confirmed =
        world.execute(std::slice::from_ref(&instruction), ConfirmOptions::default()).await.expect("it lands");
    let record = world.rpc.transaction(&confirmed.signature).await.expect("an answer").expect("a record");
    assert_eq!((record.signature, record.slot), (confirmed.signature, confirmed.slot));
    assert_eq!((record.error, record.fee, record.compute_units), (None, 5_000, Some(150)));
    assert_eq!(record.accounts, [ana, ben, ids::system_program::ID]);
    assert_eq!(record.pre_balances, [100 * SOL, 0, 1]);
    assert_eq!(record.post_balances, [99 * SOL - 5_000, SOL, 1]);
    let [recorded] = record.instructions.as_slice() else { panic!("{:?}", record.instructions) };
    assert_eq!(recorded.program, ids::system_program::ID);
    assert_eq!(recorded.accounts, [ana, ben]);
    assert_eq!(recorded.data, instruction.data);
    assert_eq!(recorded.stack_height, Some(1));
    assert_eq!(recorded.inner, []);
}

#[tokio::test]
async fn an_unknown_transaction_has_no_record() {
    let world = World::start().await;
    let unknown = Signature::from([7; 64]);
    assert_eq!(world.rpc.transaction(&unknown).await.expect("an answer"), None);
}

#[tokio::test]
async fn a_record_holds_the_calls_that_an_instruction_made() {
    let world = World::start().await;
    let ana = world.ana.pubkey();
    let token: Address = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA".parse().expect("an address");
    let associated: Address = "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL".parse().expect("an address");
    let mint = native_mint(&world, &token).await;
    let (wallet, _) = Address::find_program_address(&[ana.as_ref(), token.as_ref(), mint.as_ref()], &associated);
    let create = Instruction {
        program_id: associated,
        accounts: vec![
            AccountMeta::new(ana, true),
            AccountMeta::new(wallet, false),
            AccountMeta::new_readonly(ana, false),
            AccountMeta::new_readonly(mint, false),
            AccountMeta::new_readonly(ids::system_program::ID, false),
            AccountMeta::new_readonly(token, false),
        ],
        data: vec![0],
    };
    let confirmed = world.execute(&[create], ConfirmOptions::default()).await.expect("it lands");
    let record = world.rpc.transaction(&confirmed.signature).await.expect("an answer").expect("a record");
    let called: Vec<Address> = record.instructions[0].inner.iter().map(|inner| inner.program).collect();
    assert_eq!(called, [token, ids::system_program::ID, token, token]);
    let created = &record.instructions[0].inner[1];
    assert_eq!(created.accounts, [ana, wallet]);
    assert_eq!(created.data[..4], [0, 0, 0, 0], "CreateAccount");
    assert_eq!(created.stack_height, Some(2));
}

/// A mint of nine decimals that nobody can mint from.
async fn native_mint(world: &World, token: &Address) -> Address {
    let mint = Address::new_unique();
    let mut data = vec![0; 82];
    data[44] = 9;
    data[45] = 1;
    world.network.set_account(&mint, token, SOL, &data).await.expect("an account");
    mint
}

#[tokio::test]
async fn a_record_fills_in_addresses_from_a_lookup_table() {
    let world = World::start().await;
    let (ana, ben, read_only) = (world.ana.pubkey(), Address::new_unique(), Address::new_unique());
    let table = AddressLookupTableAccount { key: Address::new_unique(), addresses: vec![read_only, ben] };
    let mut data = vec![0; 56];
    data[0] = 1;
    data[4..12].copy_from_slice(&u64::MAX.to_le_bytes());
    table.addresses.iter().for_each(|address| data.extend_from_slice(address.as_ref()));
    let owner = ids::address_lookup_table::ID;
    world.network.set_account(&table.key, &owner, SOL, &data).await.expect("an account");

    let mut instruction = transfer(&ana, &ben, SOL);
    instruction.accounts.push(AccountMeta::new_readonly(read_only, false));
    let blockhash = world.rpc.latest_blockhash().await.expect("a blockhash");
    let message = v0::Message::try_compile(&ana, &[instruction], &[table], blockhash.hash).expect("a message");
    assert_eq!(message.account_keys.len(), 2, "both other addresses come from the table");
    let transaction = VersionedTransaction::try_new(VersionedMessage::V0(message), &[&world.ana]).expect("Ana signs");
    let confirmed = world
        .rpc
        .send_and_confirm(&transaction, blockhash.last_valid_block_height, ConfirmOptions::default(), |_| {})
        .await
        .expect("it lands");
    let record = world.rpc.transaction(&confirmed.signature).await.expect("an answer").expect("a record");
    assert_eq!(record.accounts, [ana, ids::system_program::ID, ben, read_only]);
    assert_eq!(record.instructions[0].accounts, [ana, ben, read_only]);
}
