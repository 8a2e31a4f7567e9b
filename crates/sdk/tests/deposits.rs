//! A community that votes with tokens, over a real network: from a mint to a policy, to a proof of all of it.

#[path = "journey/support.rs"]
#[allow(dead_code, reason = "the journeys use the rest")]
mod support;

use quantumagi_interface::accounts::Deposit;
use quantumagi_interface::{Address, pda};
use quantumagi_rpc::solana::{AccountMeta, Instruction, Keypair, Signer, ids};
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::action::Action;
use quantumagi_rules::ballot::{BallotRule, Choice};
use quantumagi_rules::deposit::DepositError;
use quantumagi_rules::electorate::ElectorateKind;
use quantumagi_sdk::check::{CheckError, DepositRefusal};
use quantumagi_sdk::verify::{Deviation, Ledger, verify};
use quantumagi_sdk::{ProposalDraft, SdkError, TOKEN, associated_token_account};

use support::{Community, World};

const HOUR: i64 = 3_600;

/// Creates a mint and gives each of `owners` a token account with 1,000 base units.
async fn mint(world: &World, owners: &[&Keypair]) -> Address {
    let (client, ana, mint) = (&world.client, &world.ana, Keypair::new());
    let mut data = vec![0; 4];
    data.extend_from_slice(&10_000_000u64.to_le_bytes());
    data.extend_from_slice(&82u64.to_le_bytes());
    data.extend_from_slice(TOKEN.as_ref());
    let accounts = vec![AccountMeta::new(ana.pubkey(), true), AccountMeta::new(mint.pubkey(), true)];
    let create = Instruction { program_id: ids::system_program::ID, accounts, data };
    // InitializeMint2: no decimals, Ana mints, nobody freezes.
    let data = [&[20, 0][..], ana.pubkey().as_ref(), &[0]].concat();
    let accounts = vec![AccountMeta::new(mint.pubkey(), false)];
    let initialize = Instruction { program_id: TOKEN, accounts, data };
    client.send(&[create, initialize], &[ana, &mint]).await.expect("the mint is made");
    let associated: Address = "ATokenGPvbdGVxr1b2hvZbsiqW5xWH25efTNsLJA8knL".parse().expect("an address");
    for owner in owners {
        let tokens = associated_token_account(&owner.pubkey(), &mint.pubkey(), &TOKEN);
        let open = Instruction {
            program_id: associated,
            accounts: vec![
                AccountMeta::new(ana.pubkey(), true),
                AccountMeta::new(tokens, false),
                AccountMeta::new_readonly(owner.pubkey(), false),
                AccountMeta::new_readonly(mint.pubkey(), false),
                AccountMeta::new_readonly(ids::system_program::ID, false),
                AccountMeta::new_readonly(TOKEN, false),
            ],
            data: Vec::new(),
        };
        let fill = Instruction {
            program_id: TOKEN,
            accounts: vec![
                AccountMeta::new(mint.pubkey(), false),
                AccountMeta::new(tokens, false),
                AccountMeta::new_readonly(ana.pubkey(), true),
            ],
            data: [&[7][..], &1_000u64.to_le_bytes()].concat(),
        };
        client.send(&[open, fill], &[ana]).await.expect("the tokens are there");
    }
    mint.pubkey()
}

#[track_caller]
fn check_refused<T: std::fmt::Debug>(outcome: Result<T, SdkError>, refusal: DepositRefusal) {
    match outcome {
        Err(SdkError::Check(CheckError::Deposit(found))) => assert_eq!(found, refusal),
        other => panic!("{refusal:?} was expected, not {other:?}"),
    }
}

#[tokio::test]
async fn tokens_decide_and_the_whole_history_is_proved() {
    let world = World::start().await;
    let community = Community::found(&world).await;
    let (client, constitution) = (&world.client, community.constitution);
    let [ben, cem, dora] = [0, 1, 2].map(|index| &community.members[index]);
    let mint = mint(&world, &[ben, cem, dora]).await;

    // The council hands over to whoever deposits.
    let created = client.deposit_pool_create(&constitution, &ben.pubkey(), &mint, 3_600, 500).await;
    let (pool, create) = created.expect("the mint is plain");
    client.send(&[create], &[ben]).await.expect("the pool is created");
    let electorate = pool.to_bytes();
    community.decide(&world, Action::ElectorateAdopt { kind: ElectorateKind::Deposit, electorate }).await;
    for (person, amount) in [(ben, 600), (cem, 300)] {
        let add = client.deposit_add(&pool, &person.pubkey(), None, amount).await.expect("there are tokens");
        client.send(&add, &[person]).await.expect("they are in the pool");
    }
    let early = client.deposit_mature(&pool, &ben.pubkey(), &ben.pubkey()).await;
    assert!(matches!(
        early,
        Err(SdkError::Check(CheckError::Deposit(DepositRefusal::Deposit { refusal: DepositError::NotRipe, .. })))
    ));
    let ripe_at = world.now().await + HOUR + 1;
    world.travel_to(ripe_at).await;
    for person in [ben, cem] {
        let mature = client.deposit_mature(&pool, &person.pubkey(), &dora.pubkey()).await.expect("they are ripe");
        client.send(&[mature], &[dora]).await.expect("anybody may ask");
    }

    let policy = Action::PolicyAdopt { text_hash: [9; 32], sunset_at: 0 };
    let draft = ProposalDraft {
        content_hash: [5; 32],
        ballot_rule: BallotRule::Changeable,
        action: policy,
        citations: &[0],
        payload: None,
    };
    let without = client.proposal_create(&constitution, &dora.pubkey(), &draft).await;
    check_refused(without, DepositRefusal::NoDeposit { owner: dora.pubkey(), pool });
    let (proposal, create) = client.proposal_create(&constitution, &ben.pubkey(), &draft).await.expect("Ben may");
    client.send(&create, &[ben]).await.expect("it is proposed");

    let expires_at = UnixSeconds(world.now().await + 100 * HOUR);
    let delegate = client.deposit_delegate(&pool, &ben.pubkey(), Some((dora.pubkey(), expires_at))).await;
    client.send(&[delegate.expect("a season")], &[ben]).await.expect("Dora is Ben's delegate");
    let account = client.proposal_at(&proposal).await.expect("it is there").value;
    world.travel_to(account.starts_at).await;
    let for_ben = client.deposit_vote(&proposal, &ben.pubkey(), &dora.pubkey(), Choice::Against).await;
    client.send(&for_ben.expect("a delegate may"), &[dora]).await.expect("the vote lands");
    let again = client.deposit_vote(&proposal, &ben.pubkey(), &dora.pubkey(), Choice::For).await;
    check_refused(again, DepositRefusal::Delegate(quantumagi_rules::deposit::DelegateError::BallotStands));
    for person in [ben, cem] {
        community.vote(&world, &proposal, person, Choice::For).await;
    }
    let ballots = client.ballots(&proposal).await.expect("they are there").value;
    let told: Vec<_> = ballots.iter().map(|ballot| (ballot.voter, ballot.weight, ballot.choice)).collect();
    assert_eq!(told, [(ben.pubkey(), 600, Choice::For), (cem.pubkey(), 300, Choice::For)]);
    let locked = client.deposit_withdraw(&pool, &ben.pubkey(), None, 1).await;
    let until = UnixSeconds(account.ends_at);
    let refusal = DepositError::Locked { until };
    check_refused(locked, DepositRefusal::Deposit { refusal, ripe_at: None });

    let ledger = Ledger::fetch(client.rpc(), &constitution).await.expect("everything is read");
    let verification = verify(&ledger);
    assert_eq!(verification.differences, []);
    assert!(verification.is_proved(), "{verification:?}");
    let deposit = ledger.deposits[&pda::deposit(&pool, &ben.pubkey())].as_ref().expect("it is open");
    assert_eq!(deposit.locked_until, account.ends_at);
    check_lies_are_found(&ledger, &pda::deposit(&pool, &ben.pubkey()), &pool);

    world.travel_to(account.ends_at).await;
    let finalize = client.proposal_finalize(&proposal).await.expect("voting is over");
    client.send(&[finalize], &[&world.ana]).await.expect("the outcome is written");
    world.travel_to(account.timetable().expect("moments").opens_at.0).await;
    let execute = client.proposal_execute(&proposal, &world.ana.pubkey(), &policy.to_bytes()).await;
    client.send(&[execute.expect("it is approved")], &[&world.ana]).await.expect("the policy is adopted");
    let close = client.proposal_close(&proposal).await.expect("it is final");
    client.send(&close, &[&world.ana]).await.expect("it is closed");
    for (person, amount) in [(ben, 600), (cem, 300)] {
        let withdraw = client.deposit_withdraw(&pool, &person.pubkey(), None, amount).await.expect("it is unlocked");
        client.send(&[withdraw], &[person]).await.expect("the tokens come back");
        let close = client.deposit_close(&pool, &person.pubkey(), &person.pubkey()).await.expect("it is empty");
        client.send(&[close], &[person]).await.expect("the rent comes back");
    }
    let needed = client.deposit_pool_close(&pool, &ben.pubkey()).await;
    check_refused(needed, DepositRefusal::PoolNeeded { is_adopted: true, bound: 0, total: 0 });
    let verification = verify(&Ledger::fetch(client.rpc(), &constitution).await.expect("everything is read"));
    assert!(verification.is_proved(), "{verification:?}");
}

/// A change of a deposit that no event tells of.
type Lie = fn(&mut Deposit);

/// An endpoint that alters a deposit or a pool is found out by what the events lead to.
#[track_caller]
fn check_lies_are_found(ledger: &Ledger, deposit: &Address, pool: &Address) {
    let lies: [(&str, Lie); 5] = [
        ("checkpoints", |deposit| deposit.checkpoints[0].amount += 1),
        ("fresh", |deposit| deposit.fresh += 1),
        ("locked_until", |deposit| deposit.locked_until -= 1),
        ("delegate", |deposit| deposit.delegate = Address::default()),
        ("index", |deposit| deposit.index += 1),
    ];
    for (field, lie) in lies {
        let mut given = ledger.clone();
        lie(given.deposits.get_mut(deposit).and_then(Option::as_mut).expect("it is open"));
        let differences = verify(&given).differences;
        assert_eq!(differences.len(), 1, "{field}");
        assert_eq!(differences[0].deviation, Deviation::Fields(vec![field]));
    }
    let mut given = ledger.clone();
    given.pools.get_mut(pool).and_then(Option::as_mut).expect("it is open").matured_total += 1;
    assert_eq!(verify(&given).differences[0].deviation, Deviation::Fields(vec!["matured_total"]));
    let mut given = ledger.clone();
    given.deposits.insert(*deposit, None);
    assert_eq!(verify(&given).differences[0].deviation, Deviation::Gone);
}
