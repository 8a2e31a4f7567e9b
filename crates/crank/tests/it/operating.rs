//! Snapshot operators: what they publish, approve, refuse and challenge, and how often they ask for the stake.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use quantumagi_crank::journal::LetterState;
use quantumagi_crank::{Cost, Judgement, Mode, OnFalseRoot, Outcome, Stage, Subject, Terms};
use quantumagi_interface::accounts::Snapshot;
use quantumagi_interface::{Address, pda};
use quantumagi_rpc::solana::{Keypair, Signer};
use quantumagi_rules::action::Action;
use quantumagi_rules::ballot::Choice;
use quantumagi_sdk::snapshot::VoterList;

use super::killed::with_deaths;
use super::support::electors::{Desk, Folder, Validators};
use super::support::{SOL, World, journal, round, terms, told};

const ACTION: Action<'_> = Action::PolicyAdopt { text_hash: [2; 32], sunset_at: 0 };

/// Three operators, of whom two are needed, and what each needs to start a crank. The first pays from its own key.
async fn three() -> (World, Address, [Desk; 3], Validators) {
    let world = World::start().await;
    let keys = [world.operator_key().await, world.operator_key().await, world.operator_key().await];
    let operators = keys.clone().map(|key| key.pubkey());
    let validators = Validators::with(&[(world.people[0].pubkey(), 600), (world.people[1].pubkey(), 300)]);
    let (world, electorate) = world.by_stake(&operators, 2).await;
    let [one, two, three] = keys;
    let desk = |wallet: Arc<Keypair>, key: Arc<Keypair>| Desk {
        wallet,
        key,
        journal: journal(),
        folder: Folder::new(),
        validators: validators.clone(),
    };
    let (second, third) = (world.wallet().await, world.wallet().await);
    let desks = [desk(Arc::clone(&one), one), desk(second, two), desk(third, three)];
    (world, electorate, desks, validators)
}

async fn roots(world: &World, proposal: &Address) -> Vec<Snapshot> {
    world.client.published_roots(proposal).await.expect("the list").into_iter().map(|read| read.value).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn o5_operators_publish_one_root_approve_it_and_voters_prove_their_places_in_it() {
    let (world, electorate, desks, validators) = three().await;
    let start = |desk: &Desk| desk.start(&world, &electorate, OnFalseRoot::Tell, terms());
    let [mut one, mut two, mut three] = [&desks[0], &desks[1], &desks[2]].map(start);
    assert!(round(&mut one).await.is_clear(), "nothing is due");
    assert_eq!(validators.asked(), 0, "nobody votes, so nobody asks who may");

    let proposal = world.propose(ACTION).await;
    let before = world.balance(&desks[0].key.pubkey()).await;
    let publishing = round(&mut one).await;
    assert_eq!(told(&publishing), [("snapshot_publish", "done")]);
    let cost = publishing.outcomes[0].1.cost();
    let [root] = <[Snapshot; 1]>::try_from(roots(&world, &proposal).await).expect("one");
    let rent = world.balance(&pda::snapshot(&proposal, &root.publisher)).await;
    assert_eq!((cost.rent_lamports, root.publisher), (rent, desks[0].key.pubkey()));
    assert_eq!(world.balance(&root.publisher).await, before - rent - cost.fee_lamports);
    assert_eq!((root.total_weight, root.voters), (900, 2));

    let wallet = world.balance(&desks[1].wallet.pubkey()).await;
    let reviewing = round(&mut two).await;
    assert_eq!(told(&reviewing), [("snapshot_review", "done")], "and publishes none of its own");
    let fee = Cost { fee_lamports: wallet - world.balance(&desks[1].wallet.pubkey()).await, rent_lamports: 0 };
    assert_eq!(reviewing.outcomes[0].1.cost(), fee, "the wallet pays");
    assert_eq!(world.balance(&desks[1].key.pubkey()).await, SOL / 10, "the operator's own key only signs");
    assert_eq!(told(&round(&mut three).await), [("snapshot_review", "done")]);
    for crank in [&mut one, &mut two, &mut three] {
        let idle = round(crank).await;
        assert!(idle.due.is_empty() && idle.doubtful.is_empty(), "{idle:?}");
    }
    assert_eq!(validators.asked(), 3, "once each");
    let [root] = <[Snapshot; 1]>::try_from(roots(&world, &proposal).await).expect("one");
    assert_eq!((root.approvals.count_ones(), root.challenges), (3, 0));

    world.travel_to(root.published_at + 600).await;
    assert_eq!(told(&round(&mut one).await), [("snapshot_bind", "done")]);
    // What voters need is a file, the same at each operator.
    let text = desks[0].folder.only_text();
    for desk in &desks[1..] {
        assert_eq!(desk.folder.only_text(), text);
    }
    let voters = VoterList::parse(&text).expect("a list of voters");
    assert_eq!(voters.slot(), root.slot);
    let account = world.client.proposal_at(&proposal).await.expect("it is there").value;
    world.travel_to(account.starts_at).await;
    for person in &world.people[..2] {
        let vote = world.client.snapshot_vote(&proposal, &person.pubkey(), Choice::For, &voters).await;
        world.client.send(&vote.expect("voting is open"), &[person]).await.expect("the vote lands");
    }
    assert_eq!(world.client.proposal_at(&proposal).await.expect("it is there").value.for_weight, 900);
    assert_eq!(told(&round(&mut two).await), [("snapshot_close", "done")], "its rent goes back");
    assert_eq!(world.balance(&desks[0].key.pubkey()).await, before - desks[0].spent());
    world.check_proved().await;
}

impl Desk {
    /// Fees of everything so far.
    fn spent(&self) -> u64 {
        self.journal.spending_since(0).expect("read").iter().map(|day| day.cost.fee_lamports).sum()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_false_root_is_never_approved_told_of_until_it_is_gone_and_challenged_only_where_that_is_asked_for() {
    let (world, electorate, desks, _) = three().await;
    let proposal = world.propose(ACTION).await;
    let liar = &desks[0];
    let slot = world.client.clock().await.expect("a clock").slot - 1;
    let list = VoterList::new(slot, [(world.people[2].pubkey(), 9_000)]).expect("small");
    let publish = world.client.snapshot_publish(&proposal, &liar.key.pubkey(), &list).await.expect("an operator may");
    world.client.send(&[publish], &[&*liar.key]).await.expect("it is published");

    let mut teller = desks[1].start(&world, &electorate, OnFalseRoot::Tell, terms());
    let looked = round(&mut teller).await;
    assert_eq!(told(&looked), [("snapshot_publish", "done"), ("snapshot_review", "refused")]);
    let subject = Subject::Root { proposal: 0, publisher: liar.key.pubkey() };
    assert_eq!(looked.doubtful, [(world.constitution, subject, Judgement::False)]);
    let key = format!("{}/snapshot_review/0/{}", world.constitution, liar.key.pubkey());
    let letter = desks[1].journal.letter(&key).expect("read").expect("there is one");
    assert_eq!(letter.state, LetterState::Waiting);
    assert!(letter.reason.contains(&format!("the root that {} published is ", liar.key.pubkey())), "{}", letter.reason);
    assert_eq!(desks[1].journal.attempts(&key).expect("read"), [], "nothing was signed about it");

    let mut challenger = desks[2].start(&world, &electorate, OnFalseRoot::Challenge, terms());
    assert_eq!(told(&round(&mut challenger).await), [("snapshot_review", "done"); 2]);
    let all = roots(&world, &proposal).await;
    let of = |publisher: Address| all.iter().find(|root| root.publisher == publisher).expect("published").clone();
    let verdicts = |root: &Snapshot| (root.approvals.count_ones(), root.challenges.count_ones());
    let lie = of(liar.key.pubkey());
    let truth = of(desks[1].key.pubkey());
    assert_eq!((verdicts(&lie), verdicts(&truth)), ((1, 1), (2, 0)));

    world.travel_to(truth.published_at + 600).await;
    let bound = round(&mut teller).await;
    assert_eq!(told(&bound), [("snapshot_bind", "done"), ("snapshot_review", "refused")], "it is told of again");
    assert_eq!(world.client.proposal_at(&proposal).await.expect("it is there").value.snapshot_root, truth.root);
    let closed = round(&mut teller).await;
    assert_eq!((told(&closed), closed.settled), (vec![("snapshot_close", "done"); 2], vec![key]));
    assert!(closed.doubtful.is_empty());
    world.check_proved().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_root_that_is_accepted_and_false_here_is_left_to_others() {
    let (world, electorate, desks, _) = three().await;
    let proposal = world.propose(ACTION).await;
    let [liar, bought] = [&desks[0].key, &desks[2].key];
    let slot = world.client.clock().await.expect("a clock").slot - 1;
    let list = VoterList::new(slot, [(world.people[2].pubkey(), 9_000)]).expect("small");
    let publish = world.client.snapshot_publish(&proposal, &liar.pubkey(), &list).await.expect("an operator may");
    world.client.send(&[publish], &[&**liar]).await.expect("it is published");
    let review = world.client.snapshot_review(&proposal, &liar.pubkey(), &bought.pubkey(), &list).await;
    world.client.send(&[review.expect("it has not spoken").1], &[&**bought]).await.expect("it has spoken");

    let mut honest = desks[1].start(&world, &electorate, OnFalseRoot::Tell, terms());
    assert_eq!(told(&round(&mut honest).await), [("snapshot_publish", "done"), ("snapshot_review", "refused")]);
    let published_at = roots(&world, &proposal).await[0].published_at;
    world.travel_to(published_at + 600).await;
    let looked = round(&mut honest).await;
    assert_eq!((told(&looked), looked.due.len()), (vec![("snapshot_review", "refused")], 1), "it does not bind it");
    let mut stranger = world.crank(&world.wallet().await, &journal(), terms());
    assert_eq!(
        told(&round(&mut stranger).await),
        [("snapshot_bind", "done")],
        "whoever reads no stake goes by the operators"
    );
}

/// Of the local network: 432,000 slots of 50 ms.
const EPOCH_SECONDS: i64 = 21_600;

#[tokio::test(flavor = "multi_thread")]
async fn a_root_of_the_epoch_before_is_judged_by_who_has_read_that_epoch_and_by_nobody_else() {
    let (world, electorate, desks, validators) = three().await;
    let start = |desk: &Desk| desk.start(&world, &electorate, OnFalseRoot::Challenge, terms());
    world.travel_to(world.client.now().await.expect("the chain's clock").0 + EPOCH_SECONDS - 300).await;
    let proposal = world.propose(ACTION).await;
    // The second has read the stake, and ends before it says anything.
    let rehearsal = Terms { mode: Mode::Rehearse, ..terms() };
    let mut before = desks[1].start(&world, &electorate, OnFalseRoot::Challenge, rehearsal);
    assert_eq!(told(&round(&mut before).await), [("snapshot_publish", "rehearsed")]);
    assert_eq!(told(&round(&mut start(&desks[0])).await), [("snapshot_publish", "done")]);

    let epoch = world.client.clock().await.expect("a clock").epoch;
    world.travel_to(world.client.now().await.expect("the chain's clock").0 + 400).await;
    assert_eq!(world.client.clock().await.expect("a clock").epoch, epoch + 1, "another epoch");
    validators.set(&[(world.people[2].pubkey(), 5)]);
    let mut second = start(&desks[1]);
    let looked = round(&mut second).await;
    assert_eq!((told(&looked), looked.doubtful.len()), (vec![("snapshot_review", "done")], 0));
    let looked = round(&mut start(&desks[2])).await;
    let subject = Subject::Root { proposal: 0, publisher: desks[0].key.pubkey() };
    assert_eq!(looked.doubtful, [(world.constitution, subject, Judgement::Unknown)]);
    assert_eq!(told(&looked), [("snapshot_publish", "done")], "no word on what it cannot know");
    let all = roots(&world, &proposal).await;
    let of = |publisher: Address| all.iter().find(|root| root.publisher == publisher).expect("published").clone();
    let (old, new) = (of(desks[0].key.pubkey()), of(desks[2].key.pubkey()));
    assert_eq!((old.total_weight, old.approvals.count_ones(), old.challenges), (900, 2, 0));
    assert_eq!((new.total_weight, new.approvals.count_ones(), new.challenges), (5, 1, 0));
    assert!(round(&mut second).await.due.is_empty(), "of two right roots the first is enough");
    assert_eq!(validators.asked(), 4, "once an epoch each");
}

#[tokio::test(flavor = "multi_thread")]
async fn o5_operators_that_are_killed_at_every_stage_publish_once_and_speak_once() {
    let (world, electorate, desks, _) = three().await;
    let mut proposals = Vec::new();
    for _ in 0..10 {
        proposals.push(world.propose(ACTION).await);
    }
    for (desk, approvals) in desks[..2].iter().zip([1, 2]) {
        // One after the other, so that a death takes one with it and leaves others for the next.
        let single = Terms { parallel: 1, ..terms() };
        let start = || desk.start(&world, &electorate, OnFalseRoot::Challenge, single);
        let deaths = with_deaths(start).await;
        for stage in Stage::ALL {
            assert!(stage == Stage::Landed || deaths.contains(&stage), "nobody died at {stage:?}: {deaths:?}");
        }
        assert_eq!(desk.journal.flights().expect("read"), [], "every transaction's fate is known");
        for proposal in &proposals {
            let [root] = <[Snapshot; 1]>::try_from(roots(&world, proposal).await).expect("one");
            let found = (root.publisher, root.approvals.count_ones(), root.challenges);
            assert_eq!(found, (desks[0].key.pubkey(), approvals, 0));
        }
    }
    world.check_proved().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_no_operator_does_nothing_and_one_that_cannot_pay_is_told_how_much() {
    let world = World::start().await;
    let (poor, stranger) = (Arc::new(Keypair::new()), world.operator_key().await);
    let validators = Validators::with(&[(world.people[0].pubkey(), 600)]);
    let (world, electorate) = world.by_stake(&[poor.pubkey()], 1).await;
    world.propose(ACTION).await;
    let wallet = world.wallet().await;
    let desk = |key| Desk {
        wallet: Arc::clone(&wallet),
        key,
        journal: journal(),
        folder: Folder::new(),
        validators: validators.clone(),
    };
    let start = |desk: &Desk| desk.start(&world, &electorate, OnFalseRoot::Tell, terms());
    assert!(round(&mut start(&desk(stranger))).await.due.is_empty(), "it is not listed");
    let elsewhere = desk(Arc::clone(&poor));
    let mut unasked = elsewhere.start(&world, &Address::default(), OnFalseRoot::Tell, terms());
    assert!(round(&mut unasked).await.due.is_empty(), "nobody said that these vote by stake");
    assert_eq!(validators.asked(), 0);

    let desk = desk(Arc::clone(&poor));
    let mut crank = start(&desk);
    let refused = round(&mut crank).await;
    let [(duty, Outcome::Refused { reason, .. })] = refused.outcomes.as_slice() else { panic!("{refused:?}") };
    let needs = world.client.rpc().minimum_balance(Snapshot::LEN).await.expect("a number");
    let operator = poor.pubkey();
    let words = format!(
        "the operator {operator} holds 0 lamports, and publishing takes {needs} as rent: send it the difference"
    );
    assert_eq!(*reason, words);
    world.network.fund(&operator, needs).await.expect("the network funds it");
    let key = duty.key().to_string();
    assert!(desk.journal.set_letter(&key, LetterState::Replayed).expect("written"));
    assert_eq!(told(&round(&mut crank).await), [("snapshot_publish", "done")]);
    assert_eq!(world.balance(&operator).await, 0);
    assert_eq!(round(&mut crank).await.settled, [key]);
}

#[tokio::test(flavor = "multi_thread")]
async fn o5_operators_at_once_approve_one_root_all_of_them() {
    let (world, electorate, desks, _) = three().await;
    let proposal = world.propose(ACTION).await;
    let [mut one, mut two, mut three] =
        [&desks[0], &desks[1], &desks[2]].map(|desk| desk.start(&world, &electorate, OnFalseRoot::Challenge, terms()));
    // At first each may publish; then all see what there is.
    for _ in 0..2 {
        let rounds = tokio::join!(round(&mut one), round(&mut two), round(&mut three));
        for round in [&rounds.0, &rounds.1, &rounds.2] {
            assert!(round.doubtful.is_empty(), "{round:?}");
            assert!(round.outcomes.iter().all(|(_, it)| matches!(it.name(), "done" | "overtaken")), "{round:?}");
        }
    }
    for crank in [&mut one, &mut two, &mut three] {
        assert!(round(crank).await.due.is_empty());
    }
    let mut all = roots(&world, &proposal).await;
    all.sort_by_key(|root| (root.published_at, root.publisher));
    assert_eq!((all[0].approvals.count_ones(), all[0].challenges), (3, 0), "the first has everybody's word");
    assert!(all.iter().all(|root| root.root == all[0].root), "however many have published it");
    world.check_proved().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_endpoint_that_tells_no_stake_leaves_the_duty_undone_and_is_asked_again() {
    let (world, electorate, desks, validators) = three().await;
    let proposal = world.propose(ACTION).await;
    validators.is_refused.store(true, Ordering::Relaxed);
    let mut crank = desks[0].start(&world, &electorate, OnFalseRoot::Tell, terms());
    for _ in 0..2 {
        assert_eq!(told(&round(&mut crank).await), [("snapshot_publish", "unreachable")]);
    }
    assert_eq!(roots(&world, &proposal).await, []);
    validators.is_refused.store(false, Ordering::Relaxed);
    assert_eq!(told(&round(&mut crank).await), [("snapshot_publish", "done")]);
}
