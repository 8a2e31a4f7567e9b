//! Simulating, sending and confirming, on transfers of SOL.

use std::time::Duration;

use quantumagi_localnet::{LocalNetwork, Options};
use quantumagi_rpc::deploy::deploy_program;
use quantumagi_rpc::solana::{Address, InstructionError, Keypair, Signer, TransactionError, VersionedTransaction, ids};
use quantumagi_rpc::{Commitment, ConfirmOptions, FailureStage, HistoryRange, Preflight, Rpc, RpcError, SendProgress};

use crate::support::{SOL, World, signed, transfer};

/// `SystemError::ResultWithNegativeLamports`.
const NOT_ENOUGH: u32 = 1;
/// Per signature, in lamports.
const FEE: u64 = 5_000;
/// What the system program uses for one instruction.
const SYSTEM_UNITS: u64 = 150;

#[tokio::test]
async fn a_transfer_moves_exactly_what_it_says() {
    let world = World::start().await;
    let ben = Address::new_unique();
    let blockhash = world.rpc.latest_blockhash().await.expect("a blockhash");
    let transaction = world.signed(&[transfer(&world.ana.pubkey(), &ben, 2 * SOL)]).await;
    let mut seen = Vec::new();
    let confirmed = world
        .rpc
        .send_and_confirm(&transaction, blockhash.last_valid_block_height, ConfirmOptions::default(), |progress| {
            seen.push(progress)
        })
        .await
        .expect("the transfer lands");
    assert_eq!(confirmed.signature, transaction.signatures[0]);
    assert_eq!(seen[0], SendProgress::Sent { signature: confirmed.signature, attempt: 1 });
    assert_eq!(world.rpc.balance(&ben).await.expect("a balance"), 2 * SOL);
    assert_eq!(world.rpc.balance(&world.ana.pubkey()).await.expect("a balance"), 98 * SOL - FEE);
}

#[tokio::test]
async fn the_same_bytes_sent_again_execute_once() {
    let world = World::start().await;
    let ben = Address::new_unique();
    let transaction = world.signed(&[transfer(&world.ana.pubkey(), &ben, SOL)]).await;
    let send = || world.rpc.send_and_confirm(&transaction, u64::MAX, ConfirmOptions::default(), |_| {});
    let first = send().await.expect("the transfer lands");
    let second = send().await.expect("the transfer has landed");
    assert_eq!(first, second);
    assert_eq!(world.rpc.balance(&ben).await.expect("a balance"), SOL);
}

#[tokio::test]
async fn many_transactions_land_side_by_side_each_with_its_own_outcome() {
    let world = World::start().await;
    let (ana, ben) = (world.ana.pubkey(), Address::new_unique());
    let blockhash = world.rpc.latest_blockhash().await.expect("a blockhash");
    // The fourth asks for more than there is.
    let amounts = [SOL, SOL + 1, SOL + 2, 200 * SOL, SOL + 4];
    let transactions: Vec<VersionedTransaction> =
        amounts.iter().map(|lamports| signed(&world.ana, &[transfer(&ana, &ben, *lamports)], blockhash.hash)).collect();
    let outcomes = world
        .rpc
        .send_and_confirm_all(&transactions, blockhash.last_valid_block_height, ConfirmOptions::default(), |_| {})
        .await
        .expect("the endpoint tells every status");
    assert_eq!(outcomes.len(), 5);
    for (index, (outcome, transaction)) in outcomes.iter().zip(&transactions).enumerate() {
        match outcome {
            Ok(confirmed) => assert_eq!(confirmed.signature, transaction.signatures[0], "{index}"),
            Err(error) => {
                let failure = error.transaction_failure().expect("the transaction failed");
                assert_eq!((index, failure.custom_code()), (3, Some((0, NOT_ENOUGH))));
            }
        }
    }
    assert_eq!(world.rpc.balance(&ben).await.expect("a balance"), 4 * SOL + 7);
}

#[tokio::test]
async fn simulation_measures_without_changing_anything() {
    let world = World::start().await;
    let ben = Address::new_unique();
    let mut transaction = world.signed(&[transfer(&world.ana.pubkey(), &ben, SOL)]).await;
    transaction.signatures[0] = Default::default();
    let simulated = world.rpc.simulate(&transaction, &[ben]).await.expect("an answer");
    assert_eq!(simulated.error, None);
    assert_eq!(simulated.units_consumed, Some(SYSTEM_UNITS));
    assert_eq!(
        simulated.logs,
        [
            format!("Program {} invoke [1]", ids::system_program::ID),
            format!("Program {} success", ids::system_program::ID),
        ]
    );
    let ben_after = simulated.accounts[0].as_ref().expect("the account would exist");
    assert_eq!(ben_after.lamports, SOL);
    assert_eq!(world.rpc.balance(&ben).await.expect("a balance"), 0);
}

#[tokio::test]
async fn simulation_tells_why_a_transaction_would_fail() {
    let world = World::start().await;
    let ana = world.ana.pubkey();
    let too_much = transfer(&ana, &Address::new_unique(), 101 * SOL);
    let transaction = world.signed(&[too_much]).await;
    let simulated = world.rpc.simulate(&transaction, &[]).await.expect("an answer");
    let expected = TransactionError::InstructionError(0, InstructionError::Custom(NOT_ENOUGH));
    assert_eq!(simulated.error, Some(expected));
}

async fn second_transfer_fails(preflight: Preflight) -> (World, RpcError) {
    let world = World::start().await;
    let (ana, ben) = (world.ana.pubkey(), Address::new_unique());
    let options = ConfirmOptions::default().with_preflight(preflight);
    let instructions = [transfer(&ana, &ben, SOL), transfer(&ana, &ben, 100 * SOL)];
    let error = world.execute(&instructions, options).await.expect_err("Ana has a hundred SOL");
    assert_eq!(world.rpc.balance(&ben).await.expect("a balance"), 0);
    (world, error)
}

#[tokio::test]
async fn a_refusal_before_sending_costs_nothing() {
    let (world, error) = second_transfer_fails(Preflight::Check).await;
    let failure = error.transaction_failure().expect("the transaction failed");
    assert_eq!(failure.stage, FailureStage::Preflight);
    assert_eq!(failure.custom_code(), Some((1, NOT_ENOUGH)));
    assert_eq!(failure.instruction(), Some((1, &InstructionError::Custom(NOT_ENOUGH))));
    assert!(failure.logs.iter().any(|line| line.contains("insufficient lamports")), "{:?}", failure.logs);
    assert!(!error.is_retryable());
    assert_eq!(world.rpc.balance(&world.ana.pubkey()).await.expect("a balance"), 100 * SOL);
}

#[tokio::test]
async fn a_failure_in_a_block_costs_the_fee_and_is_told_apart() {
    let (world, error) = second_transfer_fails(Preflight::Skip).await;
    let failure = error.transaction_failure().expect("the transaction failed");
    assert!(matches!(failure.stage, FailureStage::Landed { slot } if slot > 0), "{failure:?}");
    assert_eq!(failure.custom_code(), Some((1, NOT_ENOUGH)));
    assert!(failure.logs.iter().any(|line| line.contains("insufficient lamports")), "{:?}", failure.logs);
    let signature = failure.signature.expect("it landed");
    let record = world.rpc.transaction(&signature).await.expect("an answer").expect("a record");
    assert_eq!(record.error.as_ref(), Some(&failure.error));
    assert_eq!(world.rpc.balance(&world.ana.pubkey()).await.expect("a balance"), 100 * SOL - FEE);
}

#[tokio::test]
async fn an_unsigned_transaction_is_not_sent() {
    let world = World::start().await;
    let mut transaction = world.signed(&[transfer(&world.ana.pubkey(), &Address::new_unique(), 1)]).await;
    transaction.signatures[0] = Default::default();
    let refused = world.rpc.send(&transaction, Preflight::Skip).await;
    assert!(matches!(refused, Err(RpcError::Signing { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_transaction_longer_than_a_packet_is_not_sent() {
    let world = World::start().await;
    let ana = world.ana.pubkey();
    let many: Vec<_> = (0..40).map(|_| transfer(&ana, &Address::new_unique(), 1)).collect();
    let transaction: VersionedTransaction = world.signed(&many).await;
    let refused = world.rpc.send(&transaction, Preflight::Check).await;
    let Err(RpcError::TooLarge { what: "transaction", len, max: 1232 }) = refused else {
        panic!("{refused:?}");
    };
    assert!(len > 1232, "{len}");
}

#[tokio::test]
async fn waiting_ends_with_the_limit_when_nothing_is_known() {
    let world = World::start().await;
    let transaction = world.signed(&[transfer(&world.ana.pubkey(), &Address::new_unique(), 1)]).await;
    // Stopped under its hands: the endpoint is gone before the first attempt.
    world.network.stop().await.expect("the process can be killed");
    let limit = Duration::from_millis(200);
    let options = ConfirmOptions::default().with_give_up_after(limit);
    let outcome = world.rpc.send_and_confirm(&transaction, u64::MAX, options, |_| {}).await;
    let Err(RpcError::Timeout { signature, waited }) = outcome else { panic!("{outcome:?}") };
    assert_eq!(signature, transaction.signatures[0]);
    assert!(waited >= limit, "{waited:?}");
}

#[tokio::test]
async fn a_blockhash_that_grew_old_lets_nothing_land() {
    let network = LocalNetwork::start(Options::default().with_slot_ms(10)).await.expect("a network");
    let rpc = Rpc::new(network.rpc_url(), Commitment::Confirmed);
    let (ana, ben) = (Keypair::new(), Address::new_unique());
    network.fund(&ana.pubkey(), 2 * SOL).await.expect("the network funds a wallet");
    let old = rpc.latest_blockhash().await.expect("a blockhash");
    let transaction = signed(&ana, &[transfer(&ana.pubkey(), &ben, SOL)], old.hash);
    // The cluster's real rule: 150 blocks.
    while rpc.block_height().await.expect("a height") <= old.last_valid_block_height {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let outcome =
        rpc.send_and_confirm(&transaction, old.last_valid_block_height, ConfirmOptions::default(), |_| {}).await;
    assert!(
        matches!(&outcome, Err(RpcError::Expired { signature, .. }) if *signature == transaction.signatures[0]),
        "{outcome:?}"
    );
    assert_eq!(rpc.balance(&ben).await.expect("a balance"), 0);
    assert_eq!(rpc.balance(&ana.pubkey()).await.expect("a balance"), 2 * SOL);
}

#[test]
fn every_call_can_run_on_another_thread() {
    fn check<T: Send>(_: impl FnOnce() -> T) {}
    let (rpc, ana, ben) = (Rpc::new("http://127.0.0.1:1", Commitment::Confirmed), Keypair::new(), Address::default());
    let transaction = VersionedTransaction::default();
    check(|| rpc.send_and_confirm(&transaction, 0, ConfirmOptions::default(), |_| {}));
    check(|| rpc.simulate(&transaction, std::slice::from_ref(&ben)));
    check(|| rpc.signatures_for(&ben, HistoryRange::default()));
    check(|| deploy_program(&rpc, &ana, &ana, &[], &ana, |_| {}));
}
