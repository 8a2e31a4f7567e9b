//! Whole lifecycles under a bank of the validator's own code, which checks signatures, charges fees and enforces rent.
//!
//! Each story is told in LiteSVM first. Then the bank gets the same instructions at the same times, signed by real keys,
//! and must end with the same accounts to the byte and the lamport.

use std::collections::{BTreeMap, BTreeSet};

use solana_account::Account;
use solana_clock::Clock;
use solana_keypair::Keypair;
use solana_program_test::{ProgramTest, ProgramTestContext};
use solana_signer::Signer;
use solana_transaction::Transaction;

use crate::program_upgrade::Upgrade;
use crate::support::*;

/// A community whose members have keys.
fn community() -> (Community, Vec<Keypair>) {
    let mut keys = (0..8).map(|index| keypair(&format!("member {index}"))).collect::<Vec<_>>();
    keys.sort_by_key(Signer::pubkey);
    let voters = keys.iter().map(Signer::pubkey).collect();
    let community = Founding { voters, ..Founding::default() }.found();
    keys.extend(["commons: founder", "commons: create key", "stranger"].map(keypair));
    (community, keys)
}

/// A bank with the program, and with the money that people had before the first instruction.
async fn bank(community: &Community) -> ProgramTestContext {
    bank_with(community, Vec::new()).await
}

/// A bank that has these accounts, too.
async fn bank_with(community: &Community, accounts: Vec<(Address, Account)>) -> ProgramTestContext {
    let mut test = ProgramTest::default();
    for (address, account) in accounts {
        test.add_account(address, account);
    }
    test.prefer_bpf(true);
    let data = program().to_vec();
    let lamports = community.rent(data.len());
    let owner = solana_sdk_ids::bpf_loader::ID;
    test.add_account(PROGRAM_ID, Account { lamports, data, owner, executable: true, rent_epoch: 0 });
    let mut fund = |who: Address, lamports| {
        let owner = solana_sdk_ids::system_program::ID;
        test.add_account(who, Account { lamports, owner, ..Account::default() });
    };
    for member in &community.members {
        fund(member.voter, 10_000_000_000);
    }
    fund(community.founder, 100_000_000_000);
    fund(community.vault, 10_000_000_000);
    fund(community.stranger(), 10_000_000_000);
    test.start_with_context().await
}

/// Sends everything that happened, at the time it happened.
async fn retell(context: &mut ProgramTestContext, story: &[(i64, Instruction)], keys: &[Keypair]) {
    let keys: BTreeMap<Address, &Keypair> = keys.iter().map(|key| (key.pubkey(), key)).collect();
    for (step, (at, instruction)) in story.iter().enumerate() {
        let mut clock: Clock = context.banks_client.get_sysvar().await.unwrap();
        clock.unix_timestamp = *at;
        context.set_sysvar(&clock);
        let signers = instruction.accounts.iter().filter(|meta| meta.is_signer).map(|meta| meta.pubkey);
        let signers = signers.collect::<BTreeSet<_>>().into_iter().map(|signer| keys[&signer]);
        // A ballot changed back and forth must not be taken for the same transaction.
        let blockhash = context.get_new_latest_blockhash().await.unwrap();
        let payer = context.payer.pubkey();
        let signers = signers.chain([&context.payer]).collect::<Vec<_>>();
        let transaction =
            Transaction::new_signed_with_payer(std::slice::from_ref(instruction), Some(&payer), &signers, blockhash);
        let outcome = context.banks_client.process_transaction(transaction).await;
        outcome.unwrap_or_else(|error| panic!("step {step}, {instruction:?}: {error}"));
    }
}

/// Compares every account that any instruction named.
async fn check_same(context: &mut ProgramTestContext, community: &Community) {
    let named = community.sent.iter().flat_map(|(_, instruction)| &instruction.accounts);
    let named = named.map(|meta| meta.pubkey).chain([community.vault]).collect::<BTreeSet<_>>();
    let mut compared = 0;
    for address in named {
        if address == PROGRAM_ID || address == solana_sdk_ids::system_program::ID {
            continue;
        }
        let in_bank = context.banks_client.get_account(address).await.unwrap();
        let in_litesvm = community.account(&address);
        let parts = |account: Option<Account>| account.map(|account| (account.lamports, account.owner, account.data));
        assert_eq!(parts(in_bank), parts(in_litesvm), "{address}");
        compared += 1;
    }
    assert!(compared > 10, "there was something to compare");
}

/// Sends one more instruction in the bank and requires this error of the program.
async fn check_refused_in_bank(
    context: &mut ProgramTestContext,
    at: i64,
    instruction: Instruction,
    keys: &[&Keypair],
    error: GovError,
) {
    let mut clock: Clock = context.banks_client.get_sysvar().await.unwrap();
    clock.unix_timestamp = at;
    context.set_sysvar(&clock);
    let blockhash = context.get_new_latest_blockhash().await.unwrap();
    let signers = keys.iter().copied().chain([&context.payer]).collect::<Vec<_>>();
    let payer = context.payer.pubkey();
    let transaction = Transaction::new_signed_with_payer(&[instruction], Some(&payer), &signers, blockhash);
    let failed = context.banks_client.process_transaction(transaction).await.unwrap_err().unwrap();
    let expected =
        solana_transaction_error::TransactionError::InstructionError(0, InstructionError::Custom(error.code()));
    assert_eq!(failed, expected);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_lives_and_dies_in_a_bank_as_in_litesvm() {
    let (mut community, keys) = community();
    let proposer = community.member(0);
    let money_before = community.lamports(&proposer);
    let recipient = Address::new_from_array(hash("bob"));
    let action = Action::TransferLamports { recipient: recipient.to_bytes(), lamports: 1_500_000_000 };
    let proposal = community.propose(&action);
    assert_eq!(community.lamports(&proposer), money_before - community.rent(accounts::Proposal::LEN));
    community.open_voting(&proposal);
    for (index, choice) in [(0, FOR), (1, AGAINST), (1, FOR), (2, AGAINST), (3, ABSTAIN), (4, FOR)] {
        community.vote(&proposal, index, choice);
    }
    community.finalize(&proposal);
    let opens_at = community.opens_at(&proposal);
    community.set_time(opens_at);
    let (constitution, vault) = (community.constitution, community.vault);
    let pay =
        ix::VaultTransfer { constitution, proposal, vault, recipient, guardrails: None }.instruction(1_500_000_000);
    let before_payment = community.sent.len();
    community.send(pay.clone());
    let close = community.close(&proposal).instruction();
    community.send(close);
    assert_eq!(community.lamports(&proposer), money_before, "proposing has cost nothing but fees");
    assert_eq!(community.lamports(&recipient), 1_500_000_000);
    assert_eq!(community.lamports(&vault), 8_500_000_000);

    let mut context = bank(&community).await;
    retell(&mut context, &community.sent[..before_payment], &keys).await;
    check_refused_in_bank(&mut context, opens_at - 1, pay, &[], GovError::TimelockActive).await;
    retell(&mut context, &community.sent[before_payment..], &keys).await;
    check_same(&mut context, &community).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_amendment_lives_and_dies_in_a_bank_as_in_litesvm() {
    let (mut community, keys) = community();
    let (authority, constitution) = (community.stranger(), community.constitution);
    let principle = pda::principle(&constitution, 1);
    let (text_hash, parent_hash) = (hash("version 2"), hash("version 1"));
    let amendment = community.approved(&Action::ConstitutionAmend { text_hash, parent_hash });
    let amend = ix::ConstitutionAmend { authority, constitution, proposal: Some(amendment) };
    community.send(amend.instruction(text_hash, parent_hash));
    let retirement = community.approved(&Action::PrincipleRetire { principle_id: 1, version: 1 });
    let retire =
        ix::PrincipleRetire { authority, constitution, principle, proposal: Some(retirement), guardrails: None };
    community.send(retire.instruction(1));
    let draft = community.draft(&Action::TransferLamports { recipient: hash("bob"), lamports: 1 }).citing([principle]);
    for proposal in [amendment, retirement] {
        let close = community.close(&proposal).instruction();
        community.send(close);
    }

    let mut context = bank(&community).await;
    retell(&mut context, &community.sent, &keys).await;
    check_same(&mut context, &community).await;
    let proposer = keys.iter().find(|key| key.pubkey() == draft.accounts.proposer).unwrap();
    let now = community.now();
    check_refused_in_bank(&mut context, now, draft.instruction(), &[proposer], GovError::PrincipleRetired).await;
    let stored = context.banks_client.get_account(constitution).await.unwrap().unwrap();
    let stored = accounts::Constitution::decode(&stored.data).unwrap();
    assert_eq!((stored.version, stored.text_hash, stored.parent_hash), (2, text_hash, parent_hash));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_handed_to_the_vault_is_upgraded_by_vote_in_a_bank() {
    let (mut community, keys) = community();
    let upgrade = Upgrade::prepared(&mut community);
    let accounts = [upgrade.program, upgrade.program_data, upgrade.buffer];
    let accounts = accounts.map(|address| (address, community.account(&address).unwrap())).to_vec();
    let proposal = upgrade.approved(&mut community);
    let execute = upgrade.execute(&community, proposal);
    let before = community.sent.len();
    community.send(execute.clone());

    let mut context = bank_with(&community, accounts).await;
    context.warp_to_slot(10).unwrap();
    retell(&mut context, &community.sent[..before], &keys).await;
    let changed = Upgrade { code: [upgrade.code.as_slice(), &[0]].concat(), ..upgrade.clone() };
    let now = community.now();
    let wrong = changed.execute(&community, proposal);
    check_refused_in_bank(&mut context, now, wrong, &[], GovError::DigestMismatch).await;
    retell(&mut context, &community.sent[before..], &keys).await;
    let stored = context.banks_client.get_account(upgrade.program_data).await.unwrap().unwrap();
    assert_eq!(&stored.data[45..][..upgrade.code.len()], upgrade.code.as_slice());
    let deployed_in = u64::from_le_bytes(stored.data[4..12].try_into().unwrap());
    assert!(deployed_in >= 10, "the loader wrote the slot of the deployment");
}
