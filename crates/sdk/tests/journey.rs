//! A community from its founding to its second electorate, on a real network through the SDK alone.

#[path = "journey/support.rs"]
mod support;

use quantumagi_interface::accounts::Principle;
use quantumagi_interface::digest::sha256;
use quantumagi_interface::errors::GovError;
use quantumagi_interface::events::Event;
use quantumagi_interface::types::Member;
use quantumagi_interface::{Address, pda};
use quantumagi_rpc::deploy::deploy_program;
use quantumagi_rpc::solana::{Keypair, Signer, VersionedTransaction};
use quantumagi_rpc::{ConfirmOptions, FailureStage};
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::action::{Action, FLAG_SIGNER, FLAG_WRITABLE, InvokeAccount, InvokeAccounts, encode_accounts};
use quantumagi_rules::ballot::{BallotRule, Choice};
use quantumagi_rules::lifecycle::{Refusal, Status};
use quantumagi_rules::policy::PolicyStatus;
use quantumagi_rules::principle::{Category, Class};
use quantumagi_sdk::builders::{self, NewPrinciple};
use quantumagi_sdk::check::CheckError;
use quantumagi_sdk::{Pricing, ProposalDraft, SdkError};

use support::{Community, MEMO, SOL, TRACK, WEIGHTS, World};

#[track_caller]
fn check_refused<T: std::fmt::Debug>(refused: Result<T, SdkError>, expected: CheckError) {
    let error = refused.expect_err("the rules refuse it");
    let SdkError::Check(check) = error else { panic!("{error:?}") };
    assert_eq!(check, expected);
}

#[track_caller]
fn check_step<T: std::fmt::Debug>(refused: Result<T, SdkError>, expected: Refusal) {
    let error = refused.expect_err("the lifecycle refuses it");
    let SdkError::Check(CheckError::Step { refusal, .. }) = error else { panic!("{error:?}") };
    assert_eq!(refusal, expected);
}

#[track_caller]
fn check_rule<T: std::fmt::Debug>(refused: Result<T, SdkError>, instruction: &str, rule: GovError) {
    let error = refused.expect_err("the program refuses it");
    let refusal = error.refusal().unwrap_or_else(|| panic!("{error:?}"));
    assert_eq!((refusal.instruction, refusal.rule()), (Some(instruction), Some(rule)));
    assert_eq!(refusal.stage, FailureStage::Preflight);
}

#[tokio::test]
async fn a_founder_sets_a_constitution_up_and_seals_it() {
    let world = World::start().await;
    let (client, ana) = (&world.client, &world.ana);
    let key = Keypair::new();
    let constitution = pda::constitution(&key.pubkey());

    let found = client.constitution_create(&ana.pubkey(), &key.pubkey(), [1; 32], [TRACK; 4]).expect("legal tracks");
    let receipt = client.send(&[found], &[ana, &key]).await.expect("the founding lands");
    assert_eq!(receipt.fee_lamports, 10_000, "two signatures, and no priority fee on a quiet network");
    let [Event::ConstitutionCreated(created)] = receipt.events.as_slice() else { panic!("{:?}", receipt.events) };
    assert_eq!((created.constitution, created.founder, created.sequence), (constitution, ana.pubkey(), 0));
    let account = client.constitution(&constitution).await.expect("it is there");
    assert!(receipt.slot <= account.slot);
    assert_eq!((account.value.text_hash, account.value.version, account.value.is_sealed()), ([1; 32], 1, false));
    let all = client.constitutions().await.expect("the list");
    assert_eq!(all.iter().map(|(address, _)| *address).collect::<Vec<_>>(), [constitution]);

    let stranger = Keypair::new().pubkey();
    let refused = client.constitution_amend(&constitution, &stranger, [2; 32]).await;
    check_refused(refused, CheckError::WrongSigner { expected: ana.pubkey(), signer: stranger });
    let amend = client.constitution_amend(&constitution, &ana.pubkey(), [2; 32]).await.expect("the founder may");
    client.send(&[amend], &[ana]).await.expect("the amendment lands");

    let new = |byte| NewPrinciple {
        text_hash: [byte; 32],
        class: Class::Ordinary,
        category: Category::Rights,
        priority: byte,
    };
    let added = client.principle_add(&constitution, &ana.pubkey(), &[new(1), new(2), new(3)]).await.expect("legal");
    client.send_all(&added, &[ana], |_| {}).await.expect("the principles land");
    let amend = client.principle_amend(&constitution, &ana.pubkey(), 1, [9; 32]).await.expect("it is there");
    let retire = client.principle_retire(&constitution, &ana.pubkey(), 2).await.expect("it is there");
    client.send(&[amend, retire], &[ana]).await.expect("both land");
    let principles = client.principles(&constitution).await.expect("the list");
    let told =
        |principle: &Principle| (principle.id, principle.text_hash[0], principle.version, principle.is_retired());
    let told: Vec<_> = principles.iter().map(|read| told(&read.value)).collect();
    assert_eq!(told, [(0, 1, 1, false), (1, 9, 2, false), (2, 3, 1, true)]);
    check_refused(
        client.principle_retire(&constitution, &ana.pubkey(), 2).await,
        CheckError::PrincipleRetired { id: 2 },
    );

    check_refused(client.constitution_seal(&constitution, &ana.pubkey()).await, CheckError::RosterMissing);
    let early = builders::constitution_seal(&constitution, &ana.pubkey());
    check_rule(client.send(&[early], &[ana]).await, "constitution_seal", GovError::ElectorateMissing);

    let members: Vec<Member> =
        (1..=31).map(|byte| Member { voter: Address::new_from_array([byte; 32]), weight: 2 }).collect();
    let (version, create) = client.roster_create(&constitution, &ana.pubkey(), &members).await.expect("a roster");
    let first = client.send_all(&create[..1], &[ana], |_| {}).await.expect("a part lands");
    assert_eq!(first.len(), 1);
    check_refused(
        client.roster_adopt(&constitution, &ana.pubkey(), version).await,
        CheckError::RosterNotUsable { version: 1, count: 15, size: 31 },
    );
    client.send_all(&create[1..], &[ana], |_| {}).await.expect("the rest lands");
    let adopt = client.roster_adopt(&constitution, &ana.pubkey(), version).await.expect("it is complete");
    let seal = builders::constitution_seal(&constitution, &ana.pubkey());
    client.send(&[adopt, seal], &[ana]).await.expect("adopted and sealed");
    let electorate = client.electorate(&pda::roster(&constitution, 1)).await.expect("the members").value;
    assert_eq!((electorate.members.as_slice(), electorate.pages.as_slice()), (&members[..], &[0, 1][..]));
    assert_eq!(electorate.roster.members_hash, Member::list_hash(&members));
    assert_eq!(electorate.roster.total_weight, 62);

    check_refused(client.constitution_amend(&constitution, &ana.pubkey(), [3; 32]).await, CheckError::AlreadySealed);
    let mandate = builders::Mandate::Founder { founder: ana.pubkey() };
    let late = builders::constitution_amend(&constitution, &mandate, [3; 32], [2; 32]);
    let refused = client.send(&[late], &[ana]).await;
    let words = refused.as_ref().expect_err("it is sealed").to_string();
    assert_eq!(
        words,
        "constitution_amend refused: a sealed constitution changes only by an approved proposal: \
         pass the proposal that orders this (MandateMissing, 6001)"
    );
}

#[tokio::test]
async fn a_payment_is_voted_on_waits_and_is_made_once_and_exactly() {
    let world = World::start().await;
    let community = Community::found(&world).await;
    let (client, eve) = (&world.client, Keypair::new());
    let (ana, vault) = (&community.members[0], pda::vault(&community.constitution));
    world.network.fund(&vault, 5 * SOL).await.expect("the vault is funded");
    let recipient = Address::new_from_array([7; 32]);
    let action = Action::TransferLamports { recipient: recipient.to_bytes(), lamports: 2 * SOL };
    let draft = ProposalDraft {
        content_hash: [5; 32],
        ballot_rule: BallotRule::Changeable,
        action,
        citations: &[0],
        payload: None,
    };

    let outsider = client.proposal_create(&community.constitution, &eve.pubkey(), &draft).await;
    check_refused(outsider, CheckError::NotAMember { voter: eve.pubkey(), roster: community.roster(1) });
    let uncited = ProposalDraft { citations: &[], ..draft };
    let uncited = client.proposal_create(&community.constitution, &ana.pubkey(), &uncited).await;
    let words = uncited.expect_err("nothing is cited").to_string();
    assert_eq!(words, "a policy or treasury proposal must cite a principle");

    let (proposal, create) =
        client.proposal_create(&community.constitution, &ana.pubkey(), &draft).await.expect("a member may");
    let receipt = client.send(&create, &[ana]).await.expect("the proposal lands");
    let [Event::ProposerOpened(_), Event::ProposalCreated(created)] = receipt.events.as_slice() else {
        panic!("{:?}", receipt.events)
    };
    assert_eq!(Action::decode(&created.action), Ok(action));
    let account = client.proposal(&community.constitution, 0).await.expect("it is there").value;
    assert_eq!(account.digest_of(&created.action, &created.slots), Some(account.execution_digest));
    assert_eq!((account.total_weight, account.voters, account.cited().len()), (100, 8, 1));

    check_step(client.proposal_vote(&proposal, &ana.pubkey(), Choice::For).await, Refusal::VotingNotStarted);
    let early = builders::proposal_vote(&proposal, &account.electorate, &ana.pubkey(), 0, Choice::For);
    check_rule(client.send(&[early], &[ana]).await, "proposal_vote", GovError::VotingNotStarted);
    world.travel_to(account.starts_at).await;

    // Weights 30, 20, 15, 10, 10, 5, 5, 5: 60 for, 40 against is exactly the threshold.
    let choices = [Choice::For, Choice::For, Choice::Against, Choice::Against, Choice::For, Choice::Against];
    for (member, choice) in community.members.iter().zip(choices) {
        community.vote(&world, &proposal, member, choice).await;
    }
    let unchanged = client.proposal_vote(&proposal, &ana.pubkey(), Choice::For).await;
    check_refused(unchanged, CheckError::BallotUnchanged { choice: Choice::For });
    let stranger = client.proposal_vote(&proposal, &eve.pubkey(), Choice::For).await;
    check_refused(stranger, CheckError::NotAMember { voter: eve.pubkey(), roster: community.roster(1) });
    community.vote(&world, &proposal, &community.members[6], Choice::For).await;
    community.vote(&world, &proposal, &community.members[6], Choice::Against).await;
    community.vote(&world, &proposal, &community.members[7], Choice::Against).await;

    let ballots = client.ballots(&proposal).await.expect("who voted what").value;
    let electorate = client.electorate(&account.electorate).await.expect("the members").value;
    assert_eq!(ballots.len(), 8);
    for ballot in &ballots {
        assert_eq!(electorate.member(&ballot.voter), Ok((ballot.index, ballot.weight)));
    }
    let weight_of =
        |choice| -> u64 { ballots.iter().filter(|ballot| ballot.choice == choice).map(|ballot| ballot.weight).sum() };
    assert_eq!((weight_of(Choice::For), weight_of(Choice::Against)), (60, 40));

    check_step(client.proposal_finalize(&proposal).await, Refusal::VotingNotEnded);
    world.travel_to(account.ends_at).await;
    let finalize = client.proposal_finalize(&proposal).await.expect("voting is over");
    client.send(&[finalize], &[ana]).await.expect("the outcome is written");
    let account = client.proposal_at(&proposal).await.expect("it is there").value;
    assert_eq!(account.status(), Ok(Status::Succeeded));

    let execute = |bytes: Vec<u8>| async move { client.proposal_execute(&proposal, &ana.pubkey(), &bytes).await };
    check_step(execute(created.action.clone()).await, Refusal::TimelockActive);
    world.travel_to(account.timetable().expect("moments").opens_at.0).await;
    let more = Action::TransferLamports { recipient: recipient.to_bytes(), lamports: 2 * SOL + 1 };
    let digest = account.digest_of(&more.to_bytes(), &[]).expect("it calls nothing");
    let approved = account.execution_digest;
    check_refused(execute(more.to_bytes()).await, CheckError::DigestMismatch { digest, approved });
    let more = builders::vault_transfer(&community.constitution, &proposal, &recipient, 2 * SOL + 1, None);
    check_rule(client.send(&[more], &[ana]).await, "vault_transfer", GovError::DigestMismatch);

    let pay = execute(created.action.clone()).await.expect("it is what was voted on");
    let receipt = client.send(&[pay], &[ana]).await.expect("the payment lands");
    assert!(matches!(receipt.events.as_slice(), [Event::ProposalExecuted(_)]), "{:?}", receipt.events);
    assert_eq!(client.vault_balance(&community.constitution).await.expect("a balance").value, 3 * SOL);
    assert_eq!(client.rpc().balance(&recipient).await.expect("a balance"), 2 * SOL);
    check_step(execute(created.action.clone()).await, Refusal::AlreadyFinal);

    let close = client.proposal_close(&proposal).await.expect("it is final");
    let receipt = client.send(&close, &[&eve_funded(&world).await]).await.expect("anybody closes it");
    let returned = receipt.balances.iter().find(|change| change.address == ana.pubkey()).expect("the rent");
    let rent = client.rpc().minimum_balance(quantumagi_interface::accounts::Proposal::LEN).await.expect("a rate");
    assert_eq!(returned.after - returned.before, rent);
    let gone = client.proposal_at(&proposal).await.expect_err("it is closed");
    assert_eq!(gone.to_string(), format!("there is no proposal at {proposal}"));
    assert_eq!(client.proposals(&community.constitution).await.expect("the list"), []);
}

async fn eve_funded(world: &World) -> Keypair {
    let eve = Keypair::new();
    world.network.fund(&eve.pubkey(), SOL).await.expect("the network funds a wallet");
    eve
}

#[tokio::test]
async fn every_action_is_executed_by_its_own_instruction() {
    let world = World::start().await;
    let community = Community::found(&world).await;
    let (client, constitution) = (&world.client, community.constitution);
    let vault = pda::vault(&constitution);
    world.network.fund(&vault, 5 * SOL).await.expect("the vault is funded");

    let sunset_at = world.now().await + 30 * 86_400;
    community.decide(&world, Action::PolicyAdopt { text_hash: [1; 32], sunset_at }).await;
    community.decide(&world, Action::PolicyAmend { policy_id: 0, text_hash: [2; 32], sunset_at }).await;
    let policy = client.policy(&constitution, 0).await.expect("it is in force").value;
    assert_eq!((policy.text_hash, policy.version, policy.status()), ([2; 32], 2, Ok(PolicyStatus::Active)));
    check_refused(client.policy_sunset(&constitution, 0).await, CheckError::PolicyInForce { id: 0 });
    check_refused(client.policy_close(&constitution, 0).await, CheckError::PolicyInForce { id: 0 });
    community.decide(&world, Action::PolicyAdopt { text_hash: [3; 32], sunset_at: 0 }).await;
    community.decide(&world, Action::PolicyRepeal { policy_id: 1 }).await;
    world.travel_to(sunset_at).await;
    assert_eq!(policy.is_in_force(UnixSeconds(sunset_at)), Ok(false));
    let sunset = client.policy_sunset(&constitution, 0).await.expect("its time has come");
    let close = builders::policy_close(&constitution, 0, &policy.payer);
    client.send(&[sunset, close], &[&world.ana]).await.expect("written down and closed");
    let left: Vec<_> = client.policies(&constitution).await.expect("the list").iter().map(|it| it.value.id).collect();
    assert_eq!(left, [1]);

    community.decide(&world, Action::ConstitutionAmend { text_hash: [4; 32], parent_hash: [1; 32] }).await;
    let account = client.constitution(&constitution).await.expect("it is there").value;
    assert_eq!((account.text_hash, account.parent_hash, account.version), ([4; 32], [1; 32], 2));

    let (class, category) = (Class::Entrenched, Category::Safety);
    community.decide(&world, Action::PrincipleAdd { text_hash: [5; 32], class, category, priority: 90 }).await;
    community.decide(&world, Action::PrincipleAmend { principle_id: 1, version: 1, text_hash: [6; 32] }).await;
    community.decide(&world, Action::PrincipleRetire { principle_id: 1, version: 2 }).await;
    let principle = client.principle(&constitution, 1).await.expect("it stays").value;
    assert_eq!((principle.class(), principle.text_hash, principle.is_retired()), (Ok(class), [6; 32], true));

    // A transfer by the System program, called as any other program would be.
    let recipient = Address::new_from_array([9; 32]);
    let accounts = encode_accounts(&[
        InvokeAccount { address: vault.to_bytes(), flags: FLAG_WRITABLE | FLAG_SIGNER },
        InvokeAccount { address: recipient.to_bytes(), flags: FLAG_WRITABLE },
    ]);
    let data = [&2u32.to_le_bytes()[..], &SOL.to_le_bytes()].concat();
    let accounts = InvokeAccounts::new(&accounts).expect("two accounts");
    community.decide(&world, Action::Invoke { program: [0; 32], accounts, data: &data }).await;
    assert_eq!(client.rpc().balance(&recipient).await.expect("a balance"), SOL);

    let members = [Member { voter: community.members[0].pubkey(), weight: 1 }];
    let (version, create) = client.roster_create(&constitution, &world.ana.pubkey(), &members).await.expect("legal");
    client.send_all(&create, &[&world.ana], |_| {}).await.expect("the roster lands");
    let in_use = client.roster_close(&constitution, &world.ana.pubkey(), 1).await;
    check_refused(in_use, CheckError::RosterInUse { version: 1, bound: 0, is_adopted: true });
    let members_hash = Member::list_hash(&members);
    community.decide(&world, Action::RosterAdopt { roster_version: version, members_hash }).await;
    let account = client.constitution(&constitution).await.expect("it is there").value;
    assert_eq!((account.electorate(), account.roster_version), (Some(community.roster(2)), 2));
    let close = client.roster_close(&constitution, &world.ana.pubkey(), 1).await.expect("nobody needs it");
    client.send_all(&close, &[&world.ana], |_| {}).await.expect("pages and header are closed");
    let left: Vec<_> =
        client.rosters(&constitution).await.expect("the list").iter().map(|it| it.value.version).collect();
    assert_eq!(left, [2]);
}

#[tokio::test]
async fn voters_beyond_the_first_256_vote_on_a_page_that_the_first_of_them_opens() {
    let world = World::start().await;
    let people: Vec<Keypair> = (0..258).map(|_| Keypair::new()).collect();
    let members: Vec<Member> = people.iter().map(|key| Member { voter: key.pubkey(), weight: 1 }).collect();
    let community = Community::found_with(&world, people, &members).await;
    let client = &world.client;
    let electorate = client.electorate(&community.roster(1)).await.expect("the members").value;
    assert_eq!((electorate.members.len(), electorate.pages.len()), (258, 9));

    let proposal = community.propose(&world, Action::TransferLamports { recipient: [1; 32], lamports: 1 }).await;
    let account = client.proposal_at(&proposal).await.expect("it is there").value;
    world.travel_to(account.starts_at).await;
    let voters = [0, 255, 256, 257].map(|index: usize| electorate.members[index].voter);
    for (voter, instructions) in voters.into_iter().zip([1, 1, 2, 1]) {
        let member = community.members.iter().find(|key| key.pubkey() == voter).expect("one of them");
        world.network.fund(&voter, SOL).await.expect("the network funds a wallet");
        let vote = client.proposal_vote(&proposal, &voter, Choice::Abstain).await.expect("a member may");
        assert_eq!(vote.len(), instructions, "only the first on a page opens it");
        client.send(&vote, &[member]).await.expect("the vote lands");
    }
    let ballots = client.ballots(&proposal).await.expect("who voted what").value;
    assert_eq!(ballots.iter().map(|ballot| ballot.index).collect::<Vec<_>>(), [0, 255, 256, 257]);
    let again = client.proposal_vote(&proposal, &voters[3], Choice::Abstain).await;
    check_refused(again, CheckError::BallotUnchanged { choice: Choice::Abstain });

    let proposer = community.members[0].pubkey();
    let wrong = client.proposal_cancel(&proposal, &world.ana.pubkey()).await;
    check_refused(wrong, CheckError::WrongSigner { expected: proposer, signer: world.ana.pubkey() });
    let cancel = client.proposal_cancel(&proposal, &proposer).await.expect("the proposer may");
    client.send(&[cancel], &[&community.members[0]]).await.expect("it is withdrawn");
    let close = client.proposal_close(&proposal).await.expect("it is final");
    assert_eq!(close.len(), 2);
    let receipt = client.send(&close, &[&world.ana]).await.expect("page and proposal are closed");
    let names: Vec<_> = receipt.events.iter().map(Event::name).collect();
    assert_eq!(names, ["BallotPageClosed", "ProposalClosed"]);
}

#[tokio::test]
async fn a_program_replaced_after_the_vote_is_not_called() {
    let world = World::start().await;
    let community = Community::found(&world).await;
    let client = &world.client;
    let (program, elf) = (Keypair::new(), world.elf_of(MEMO).await);
    let deploy = || deploy_program(client.rpc(), &world.ana, &program, &elf, &world.ana, |_| {});
    deploy().await.expect("a copy of the memo program deploys");
    let accounts = InvokeAccounts::new(&[]).expect("no accounts");
    let call = |data: &'static [u8]| Action::Invoke { program: program.pubkey().to_bytes(), accounts, data };

    community.decide(&world, call(b"as it was voted on")).await;
    let proposal = community.approve(&world, call(b"later")).await;
    let approved = client.proposal_at(&proposal).await.expect("it is there").value.deploy_slot;
    let bytes = call(b"later").to_bytes();
    let before = client.proposal_execute(&proposal, &world.ana.pubkey(), &bytes).await.expect("nothing changed yet");
    deploy().await.expect("the same code is deployed again");

    let after = client.proposal_execute(&proposal, &world.ana.pubkey(), &bytes).await;
    let SdkError::Check(CheckError::ProgramChanged { program: named, slot, approved: voted }) =
        after.expect_err("the code was replaced")
    else {
        panic!("the check refuses it");
    };
    assert_eq!((named, voted), (program.pubkey(), approved));
    assert!(approved < slot, "{approved} < {slot}");
    check_rule(client.send(&[before], &[&world.ana]).await, "proposal_execute", GovError::DigestMismatch);
}

#[tokio::test]
async fn somebody_elses_wallet_signs_a_transaction_in_base64() {
    let world = World::start().await;
    let client = &world.client;
    let text = "We decide together.\n";
    let [publish] = builders::text_publish(&world.ana.pubkey(), text).try_into().expect("one part");
    let unsigned =
        client.unsigned(&world.ana.pubkey(), &[publish], &Pricing::default()).await.expect("it would succeed");
    assert_eq!(unsigned.signers, [world.ana.pubkey()]);
    assert_eq!(unsigned.estimate.fee_lamports, 5_000);
    let [Event::TextPublished(published)] = unsigned.estimate.events.as_slice() else { panic!("one event") };
    assert_eq!((published.text_hash, published.bytes.as_slice()), (sha256(text.as_bytes()), text.as_bytes()));

    let bytes = support::from_base64(&unsigned.to_base64());
    let transaction: VersionedTransaction = bincode::deserialize(&bytes).expect("a transaction");
    let signed = VersionedTransaction::try_new(transaction.message, &[&world.ana]).expect("Ana signs");
    let height = unsigned.last_valid_block_height;
    let sent = client.rpc().send_and_confirm(&signed, height, ConfirmOptions::default(), |_| {}).await;
    let record = client.rpc().transaction(&sent.expect("it lands").signature).await.expect("an answer");
    assert_eq!(record.expect("a record").fee, 5_000);
}

#[tokio::test]
async fn a_defeat_and_a_missed_window_end_a_proposal() {
    let world = World::start().await;
    let community = Community::found(&world).await;
    let client = &world.client;
    assert_eq!(WEIGHTS.iter().sum::<u64>(), 100);

    let defeated = community.propose(&world, Action::TransferLamports { recipient: [1; 32], lamports: 1 }).await;
    let missed = community.propose(&world, Action::TransferLamports { recipient: [2; 32], lamports: 1 }).await;
    let account = client.proposal_at(&missed).await.expect("it is there").value;
    world.travel_to(account.starts_at).await;
    for member in &community.members {
        community.vote(&world, &missed, member, Choice::For).await;
    }
    world.travel_to(account.ends_at).await;
    for proposal in [&defeated, &missed] {
        let finalize = client.proposal_finalize(proposal).await.expect("voting is over");
        client.send(&[finalize], &[&world.ana]).await.expect("the outcome is written");
    }
    let defeated = client.proposal_at(&defeated).await.expect("it is there").value;
    assert_eq!(defeated.status(), Ok(Status::Defeated));
    assert_eq!(defeated.defeat(), Ok(Some(quantumagi_rules::approval::Defeat::QuorumNotMet)));

    check_step(client.proposal_expire(&missed).await, Refusal::WindowNotClosed);
    world.travel_to(account.timetable().expect("moments").closes_at.0).await;
    let late = builders::vault_transfer(&community.constitution, &missed, &Address::new_from_array([2; 32]), 1, None);
    check_rule(client.send(&[late], &[&world.ana]).await, "vault_transfer", GovError::WindowClosed);
    let expire = client.proposal_expire(&missed).await.expect("its window is over");
    client.send(&[expire], &[&world.ana]).await.expect("that is written");
    assert_eq!(client.proposal_at(&missed).await.expect("it is there").value.status(), Ok(Status::Expired));
}
