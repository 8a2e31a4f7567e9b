//! Reading accounts, fees and the chain's identity.

use quantumagi_rpc::solana::{Address, Signer};
use quantumagi_rpc::{Filter, RpcError};

use crate::support::{SOL, World};

#[tokio::test]
async fn accounts_come_back_in_the_order_asked_over_several_calls() {
    let world = World::start().await;
    // 250 addresses need three calls; every third one exists.
    let addresses: Vec<Address> = (0..250).map(|_| Address::new_unique()).collect();
    for (index, address) in addresses.iter().enumerate().step_by(3) {
        let lamports = SOL + u64::try_from(index).expect("a small number");
        world.network.fund(address, lamports).await.expect("the network funds a wallet");
    }
    let balances: Vec<Option<u64>> = world
        .rpc
        .accounts(&addresses)
        .await
        .expect("an answer")
        .into_iter()
        .map(|account| account.map(|account| account.lamports))
        .collect();
    let expected: Vec<Option<u64>> = (0..250).map(|index| (index % 3 == 0).then_some(SOL + index)).collect();
    assert_eq!(balances, expected);
}

#[tokio::test]
async fn a_missing_account_is_none_or_an_error_as_asked() {
    let world = World::start().await;
    let nobody = Address::new_unique();
    assert_eq!(world.rpc.account(&nobody).await.expect("an answer"), None);
    assert_eq!(world.rpc.balance(&nobody).await.expect("an answer"), 0);
    let missing = world.rpc.existing_account(&nobody).await;
    assert!(matches!(missing, Err(RpcError::AccountNotFound { address }) if address == nobody), "{missing:?}");
}

#[tokio::test]
async fn program_accounts_are_filtered_by_size_and_content() {
    let world = World::start().await;
    let program = Address::new_unique();
    let mut owned: Vec<Address> = Vec::new();
    for (len, mark) in [(8, 1), (8, 2), (9, 2)] {
        let address = Address::new_unique();
        let mut data = vec![0; len];
        data[3] = mark;
        world.network.set_account(&address, &program, SOL, &data).await.expect("an account");
        owned.push(address);
    }
    let found = async |filters: &[Filter]| -> Vec<Address> {
        let accounts = world.rpc.program_accounts(&program, filters).await.expect("an answer");
        accounts.into_iter().map(|(address, _)| address).collect()
    };
    let mut all = owned.clone();
    all.sort();
    assert_eq!(found(&[]).await, all);
    let marked = Filter::Bytes { offset: 3, bytes: vec![2, 0] };
    assert_eq!(found(&[Filter::DataSize(8), marked.clone()]).await, [owned[1]]);
    assert_eq!(found(&[Filter::DataSize(10), marked]).await, []);
}

#[tokio::test]
async fn minimum_balance_follows_the_rate_of_the_network() {
    let world = World::start().await;
    // 6,960 lamports a byte, and 128 bytes more than the data.
    assert_eq!(world.rpc.minimum_balance(0).await.expect("an answer"), 890_880);
    assert_eq!(world.rpc.minimum_balance(1_000).await.expect("an answer"), 7_850_880);
}

#[tokio::test]
async fn genesis_hash_stays_while_blocks_are_made() {
    let world = World::start().await;
    let hash = world.rpc.genesis_hash().await.expect("a hash");
    let now = world.rpc.clock().await.expect("a clock").unix_timestamp;
    world.network.travel_to(now + 86_400).await.expect("the network travels");
    assert_eq!(world.rpc.genesis_hash().await.expect("a hash"), hash);
}

#[tokio::test]
async fn a_quiet_network_asks_no_priority_fee() {
    let world = World::start().await;
    let fee = world.rpc.recent_priority_fee(&[world.ana.pubkey()], 50).await.expect("an answer");
    assert_eq!(fee, 0);
}
