//! Deploying programs. The programs are those that the network itself carries, under new addresses.

use std::time::{Duration, Instant};

use quantumagi_rpc::deploy::{DeployProgress, deploy_program, finalize_program};
use quantumagi_rpc::solana::{AccountMeta, Address, Instruction, InstructionError, Keypair, Signer};
use quantumagi_rpc::{ConfirmOptions, RpcError};

use crate::support::{SOL, World};

const MEMO: &str = "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr";
const TOKEN: &str = "TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA";
/// `TokenError::InvalidInstruction`.
const INVALID_INSTRUCTION: u32 = 12;

/// The code of a program that the network carries.
async fn elf_of(world: &World, name: &str) -> Vec<u8> {
    let address: Address = name.parse().expect("an address");
    let account = world.rpc.existing_account(&address).await.expect("the program");
    if account.data.starts_with(b"\x7fELF") {
        return account.data;
    }
    let data_address = Address::try_from(&account.data[4..36]).expect("32 bytes");
    world.rpc.existing_account(&data_address).await.expect("its code").data.split_off(45)
}

fn memo(program: &Address, signer: &Address, text: &[u8]) -> Instruction {
    let accounts = vec![AccountMeta::new_readonly(*signer, true)];
    Instruction { program_id: *program, accounts, data: text.to_vec() }
}

async fn deployed_memo(world: &World) -> (Keypair, Vec<u8>) {
    let (program, elf) = (Keypair::new(), elf_of(world, MEMO).await);
    let deployed =
        deploy_program(&world.rpc, &world.ana, &program, &elf, &world.ana, |_| {}).await.expect("the program deploys");
    assert_eq!((deployed.program, deployed.upgraded), (program.pubkey(), false));
    (program, elf)
}

#[tokio::test]
async fn a_deployed_program_answers_at_once_and_its_logs_are_read_back() {
    let world = World::start().await;
    let (program, _) = deployed_memo(&world).await;
    let text = memo(&program.pubkey(), &world.ana.pubkey(), b"quorum");
    let confirmed = world.execute(&[text], ConfirmOptions::default()).await.expect("the memo lands");
    let record = world.rpc.transaction(&confirmed.signature).await.expect("an answer").expect("a record");
    let program = program.pubkey();
    assert_eq!(record.logs[0], format!("Program {program} invoke [1]"));
    assert!(record.logs.contains(&"Program log: quorum".to_owned()), "{:?}", record.logs);
}

#[tokio::test]
async fn a_refusal_by_a_deployed_program_keeps_its_error() {
    let world = World::start().await;
    let (program, _) = deployed_memo(&world).await;
    let mut text = memo(&program.pubkey(), &Address::new_unique(), b"quorum");
    text.accounts[0].is_signer = false;
    let error = world.execute(&[text], ConfirmOptions::default()).await.expect_err("nobody signs the memo");
    let failure = error.transaction_failure().expect("the transaction failed");
    assert_eq!(failure.instruction(), Some((0, &InstructionError::MissingRequiredSignature)));
    assert_eq!(failure.custom_code(), None);
}

#[tokio::test]
async fn a_program_can_still_be_called_after_time_travel() {
    let world = World::start().await;
    let (program, _) = deployed_memo(&world).await;
    for days in [1, 3, 30] {
        let now = world.rpc.clock().await.expect("a clock").unix_timestamp;
        world.network.travel_to(now + days * 86_400).await.expect("the network travels");
        let text = memo(&program.pubkey(), &world.ana.pubkey(), format!("{days} days").as_bytes());
        world.execute(&[text], ConfirmOptions::default()).await.expect("the memo lands");
    }
}

#[tokio::test]
async fn a_large_program_deploys_in_seconds_and_says_how_far_it_is() {
    let world = World::start().await;
    let (program, elf) = (Keypair::new(), elf_of(&world, TOKEN).await);
    assert!(elf.len() > 100_000, "{}", elf.len());
    let mut seen = Vec::new();
    let started = Instant::now();
    deploy_program(&world.rpc, &world.ana, &program, &elf, &world.ana, |step| seen.push(step))
        .await
        .expect("the program deploys");
    println!("{} bytes in {:?}", elf.len(), started.elapsed());
    assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
    let Some(DeployProgress::Writing { parts }) = seen.first().copied() else { panic!("{seen:?}") };
    assert!(seen.contains(&DeployProgress::Written { parts, of: parts }), "{seen:?}");
    assert!(matches!(seen.last(), Some(DeployProgress::Deployed { .. })), "{seen:?}");

    let account = world.rpc.existing_account(&program.pubkey()).await.expect("the program");
    let data_address = Address::try_from(&account.data[4..36]).expect("32 bytes");
    let data = world.rpc.existing_account(&data_address).await.expect("its code").data;
    assert_eq!(data.len(), 45 + elf.len());
    assert!(data[45..] == elf, "the code on chain is what was deployed");

    let unknown = Instruction { program_id: program.pubkey(), accounts: Vec::new(), data: vec![200] };
    let error = world.execute(&[unknown], ConfirmOptions::default()).await.expect_err("no such instruction");
    let failure = error.transaction_failure().expect("the transaction failed");
    assert_eq!(failure.custom_code(), Some((0, INVALID_INSTRUCTION)));
}

#[tokio::test]
async fn only_the_authority_upgrades_and_a_final_program_stays() {
    let world = World::start().await;
    let (program, elf) = deployed_memo(&world).await;
    let again = deploy_program(&world.rpc, &world.ana, &program, &elf, &world.ana, |_| {})
        .await
        .expect("the authority upgrades");
    assert!(again.upgraded);

    let ben = Keypair::new();
    world.network.fund(&ben.pubkey(), 10 * SOL).await.expect("the network funds a wallet");
    let by_ben = deploy_program(&world.rpc, &ben, &program, &elf, &ben, |_| {}).await;
    check_denied(by_ben, &program, &ben);
    let by_ben = finalize_program(&world.rpc, &ben, &program.pubkey(), &ben).await;
    check_denied(by_ben, &program, &ben);
    assert_eq!(world.rpc.balance(&ben.pubkey()).await.expect("a balance"), 10 * SOL);

    finalize_program(&world.rpc, &world.ana, &program.pubkey(), &world.ana).await.expect("it becomes final");
    let after = deploy_program(&world.rpc, &world.ana, &program, &elf, &world.ana, |_| {}).await;
    check_denied(after, &program, &world.ana);
}

fn check_denied<T: std::fmt::Debug>(outcome: Result<T, RpcError>, program: &Keypair, by: &Keypair) {
    let denied = matches!(
        &outcome,
        Err(RpcError::NotTheAuthority { program: address, authority })
            if *address == program.pubkey() && *authority == by.pubkey()
    );
    assert!(denied, "{outcome:?}");
}

#[tokio::test]
async fn an_upgrade_must_fit_into_the_room_of_the_first_version() {
    let world = World::start().await;
    let (program, mut elf) = deployed_memo(&world).await;
    let max = elf.len();
    elf.push(0);
    let outcome = deploy_program(&world.rpc, &world.ana, &program, &elf, &world.ana, |_| {}).await;
    let fits_not = matches!(
        &outcome,
        Err(RpcError::TooLarge { what: "program", len, max: room }) if *len == max + 1 && *room == max
    );
    assert!(fits_not, "{outcome:?}");
}

#[tokio::test]
async fn something_that_is_no_program_is_refused_by_the_loader() {
    let world = World::start().await;
    let program = Keypair::new();
    let outcome = deploy_program(&world.rpc, &world.ana, &program, &[7; 3_000], &world.ana, |_| {}).await;
    let error = outcome.expect_err("this is no ELF");
    let failure = error.transaction_failure().expect("the transaction failed");
    assert_eq!(failure.instruction(), Some((1, &InstructionError::InvalidAccountData)));
    assert_eq!(world.rpc.account(&program.pubkey()).await.expect("an answer"), None);
}

#[tokio::test]
async fn finalizing_needs_a_program() {
    let world = World::start().await;
    let nothing = Address::new_unique();
    let outcome = finalize_program(&world.rpc, &world.ana, &nothing, &world.ana).await;
    assert!(matches!(&outcome, Err(RpcError::AccountNotFound { address }) if *address == nothing), "{outcome:?}");
}
