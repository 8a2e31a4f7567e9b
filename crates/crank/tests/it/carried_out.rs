//! Proposals of every track brought to their end, what they cost, and what is refused.

use std::sync::Arc;

use base64::Engine;
use quantumagi_crank::journal::LetterState;
use quantumagi_crank::{Cost, Duty, Journal, Mode, Outcome, Terms};
use quantumagi_interface::{Address, pda};
use quantumagi_rpc::solana::Signer;
use quantumagi_rules::action::Action;
use quantumagi_rules::ballot::Choice;

use super::support::{SOL, World, journal, round, terms, told};

/// One action of each track that has one, and one that nobody votes for.
const RECIPIENT: [u8; 32] = [7; 32];

async fn motions(world: &World) -> Vec<Address> {
    let actions = [
        Action::PolicyAdopt { text_hash: [2; 32], sunset_at: 0 },
        Action::TransferLamports { recipient: RECIPIENT, lamports: 2 * SOL },
        Action::PrincipleRetire { principle_id: 0, version: 1 },
    ];
    let mut proposals = Vec::new();
    for action in actions {
        proposals.push(world.propose(action).await);
    }
    proposals
}

#[tokio::test(flavor = "multi_thread")]
async fn o5_proposals_of_every_track_are_brought_to_their_end_and_refunded() {
    let world = World::start().await;
    let (ana, key, journal) = (world.people[0].pubkey(), world.wallet().await, journal());
    let mut crank = world.crank(&key, &journal, terms());
    assert!(round(&mut crank).await.is_clear(), "nothing is due");

    let before = world.balance(&ana).await;
    let mut motions = motions(&world).await;
    let defeated = world.propose(Action::PolicyAdopt { text_hash: [3; 32], sunset_at: 0 }).await;
    let locked = before - world.balance(&ana).await;
    assert!(locked > 4 * 1_000_000, "four deposits and the rent: {locked}");
    motions.push(defeated);
    let last = world.client.proposal_at(&defeated).await.expect("it is there").value;
    world.travel_to(last.starts_at).await;
    for proposal in &motions[..3] {
        world.vote(proposal, Choice::For).await;
    }
    world.vote(&defeated, Choice::Against).await;
    assert_eq!(round(&mut crank).await.due, [], "voting goes on");

    world.travel_to(last.ends_at).await;
    assert_eq!(told(&round(&mut crank).await), [("proposal_finalize", "done"); 4]);
    assert_eq!(told(&round(&mut crank).await), [("proposal_close", "done")], "the defeated one");
    let opens_at = last.timetable().expect("moments").opens_at;
    world.travel_to(opens_at.0).await;
    assert_eq!(told(&round(&mut crank).await), [("proposal_execute", "done"); 3]);
    assert_eq!(world.balance(&Address::new_from_array(RECIPIENT)).await, 2 * SOL);
    assert_eq!(world.client.policies(&world.constitution).await.expect("the list").len(), 1);
    let closing = round(&mut crank).await;
    assert_eq!(told(&closing), [("proposal_close", "done"); 3]);
    assert!(closing.is_clear());
    assert_eq!(world.client.proposals(&world.constitution).await.expect("the list"), []);
    assert!(round(&mut crank).await.due.is_empty(), "nothing is left");

    // What Ana locked has come back, but for the count of open proposals, which stays open, and her fees.
    let count = world.balance(&pda::proposer(&world.constitution, &ana)).await;
    let fees = 5_000 * (4 + 4);
    assert_eq!(world.balance(&ana).await, before - count - fees);
    let spending = journal.spending_since(0).expect("read");
    let cost = spending.iter().fold(Cost::default(), |sum, day| sum.plus(day.cost));
    let transactions: u64 = spending.iter().map(|day| day.transactions).sum();
    let rent = world.balance(&pda::policy(&world.constitution, 0)).await;
    assert_eq!(cost.rent_lamports, rent, "of the policy");
    assert_eq!(world.balance(&key.pubkey()).await, SOL / 10 - cost.fee_lamports - rent);
    assert_eq!((transactions, journal.flights().expect("read")), (4 + 1 + 3 + 3, vec![]));
    for (duty, outcome) in closing.outcomes {
        let [attempt] = <[_; 1]>::try_from(journal.attempts(&duty.key().to_string()).expect("read")).expect("one each");
        assert_eq!(outcome.cost(), attempt.flight.cost);
    }
    world.check_proved().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn o5_three_cranks_at_once_do_everything_once() {
    let world = World::start().await;
    let motions = motions(&world).await;
    let last = world.client.proposal_at(&motions[2]).await.expect("it is there").value;
    world.travel_to(last.starts_at).await;
    for proposal in &motions {
        world.vote(proposal, Choice::For).await;
    }
    let mut cranks = Vec::new();
    for _ in 0..3 {
        cranks.push(world.crank(&world.wallet().await, &journal(), terms()));
    }
    let [mut one, mut two, mut three] = <[_; 3]>::try_from(cranks).map_err(|_| "three").expect("three");
    let mut done = 0;
    for moment in [last.ends_at, last.timetable().expect("moments").opens_at.0] {
        world.travel_to(moment).await;
        // The second time the endings are closed, the third time nothing is left.
        for _ in 0..3 {
            let rounds = tokio::join!(round(&mut one), round(&mut two), round(&mut three));
            for round in [&rounds.0, &rounds.1, &rounds.2] {
                let others: Vec<_> =
                    round.outcomes.iter().filter(|(_, it)| !matches!(it.name(), "done" | "overtaken")).collect();
                assert!(others.is_empty(), "{others:?}");
                done += round.count("done");
            }
        }
    }
    assert_eq!(done, 3 + 3 + 3, "each finalized, executed and closed by one of them");
    assert_eq!(world.client.proposals(&world.constitution).await.expect("the list"), []);
    assert_eq!(world.balance(&Address::new_from_array(RECIPIENT)).await, 2 * SOL);
    world.check_proved().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missed_window_is_written_down_and_a_policys_sunset_too() {
    let world = World::start().await;
    let (key, journal) = (world.wallet().await, journal());
    let mut crank = world.crank(&key, &journal, terms());
    let proposal = world.propose(Action::PrincipleRetire { principle_id: 0, version: 1 }).await;
    let account = world.client.proposal_at(&proposal).await.expect("it is there").value;
    let times = account.timetable().expect("moments");
    let sunset_at = times.closes_at.0;
    let ending = world.propose(Action::PolicyAdopt { text_hash: [2; 32], sunset_at }).await;
    let later = world.client.proposal_at(&ending).await.expect("it is there").value;
    world.travel_to(later.starts_at).await;
    world.vote(&proposal, Choice::For).await;
    world.vote(&ending, Choice::For).await;
    world.travel_to(later.ends_at).await;
    assert_eq!(told(&round(&mut crank).await), [("proposal_finalize", "done"); 2]);
    // One is executed by the crank's hand; the other's window passes while nobody looks.
    world.travel_to(later.timetable().expect("moments").opens_at.0).await;
    let action = Action::PolicyAdopt { text_hash: [2; 32], sunset_at }.to_bytes();
    let ana = &world.people[0];
    let execute = world.client.proposal_execute(&ending, &ana.pubkey(), &action).await.expect("it is approved");
    world.client.send(&[execute], &[ana]).await.expect("the execution lands");
    world.travel_to(sunset_at).await;
    let last = round(&mut crank).await;
    assert_eq!(told(&last), [("policy_sunset", "done"), ("proposal_close", "done"), ("proposal_expire", "done")]);
    assert_eq!(told(&round(&mut crank).await), [("policy_close", "done"), ("proposal_close", "done")]);
    assert_eq!(world.client.policies(&world.constitution).await.expect("the list"), []);
    world.check_proved().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_a_dead_letter_until_it_can_be_done() {
    let world = World::start().await;
    let (key, journal) = (world.wallet().await, journal());
    let mut crank = world.crank(&key, &journal, terms());
    // Both pay more than the vault holds: the rules know of the one, only the called program of the other.
    let recipient = Address::new_from_array(RECIPIENT);
    let ruled = world.propose(Action::TransferLamports { recipient: RECIPIENT, lamports: 7 * SOL }).await;
    let called = world.propose_calls(&[(recipient, 8 * SOL)]).await;
    let account = world.client.proposal_at(&called).await.expect("it is there").value;
    world.travel_to(account.starts_at).await;
    world.vote(&ruled, Choice::For).await;
    world.vote(&called, Choice::For).await;
    world.travel_to(account.ends_at).await;
    assert_eq!(told(&round(&mut crank).await), [("proposal_finalize", "done"); 2]);
    world.travel_to(account.timetable().expect("moments").opens_at.0).await;
    let before = world.balance(&key.pubkey()).await;
    let refused = round(&mut crank).await;
    assert!(!refused.is_clear());
    assert_eq!(told(&refused), [("proposal_execute", "refused"); 2]);
    assert_eq!(world.balance(&key.pubkey()).await, before, "nothing was sent");
    let letters = [ruled, called].map(|proposal| {
        let of_it = |(duty, _): &&(Duty, Outcome)| duty.subject.address(&world.constitution) == proposal;
        let (duty, outcome) = refused.outcomes.iter().find(of_it).expect("attempted");
        let letter = journal.letter(&duty.key().to_string()).expect("read").expect("there is one");
        assert_eq!(*outcome, Outcome::Refused { reason: letter.reason.clone(), cost: Cost::default() });
        assert_eq!((letter.tries, letter.state), (1, LetterState::Waiting));
        letter
    });
    let poor = format!("proposal_execute: the called program {} failed with its error 1", Address::default());
    assert_eq!(letters[0].reason, "the vault holds 5 SOL, and 7 SOL would be paid");
    assert_eq!(letters[1].reason, poor, "the System program's word for too few lamports");
    assert!(letters[1].logs.contains("Transfer: insufficient lamports 5000000000, need 8000000000"), "{letters:?}");
    let payload = base64::engine::general_purpose::STANDARD.decode(&letters[1].payload).expect("base64");
    let holds = |bytes: &[u8]| payload.windows(bytes.len()).any(|window| window == bytes);
    assert!(holds(called.as_ref()) && holds(&(8 * SOL).to_le_bytes()), "the call that was refused");

    let waiting = round(&mut crank).await;
    assert_eq!((waiting.outcomes.len(), waiting.waiting), (0, 2), "their pauses run");
    world.network.fund(&pda::vault(&world.constitution), 20 * SOL).await.expect("the vault is funded");
    assert!(journal.set_letter(&letters[0].key, LetterState::Dropped).expect("written"));
    assert!(journal.set_letter(&letters[1].key, LetterState::Replayed).expect("written"));
    assert_eq!(told(&round(&mut crank).await), [("proposal_execute", "done")], "what is dropped is left alone");
    let closing = round(&mut crank).await;
    assert_eq!((told(&closing), closing.settled), (vec![("proposal_close", "done")], vec![letters[1].key.clone()]));
    assert_eq!(world.balance(&recipient).await, 8 * SOL);

    world.travel_to(account.timetable().expect("moments").closes_at.0 + 60).await;
    let over = round(&mut crank).await;
    assert_eq!((told(&over), over.settled), (vec![("proposal_expire", "done")], vec![letters[0].key.clone()]));
    assert_eq!(journal.letters().expect("read"), [], "the chain has settled both");
    assert_eq!(world.balance(&recipient).await, 8 * SOL);
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_are_kept_and_a_rehearsal_sends_nothing() {
    let world = World::start().await;
    let key = world.wallet().await;
    let proposal = world.propose(Action::PrincipleRetire { principle_id: 0, version: 1 }).await;
    let account = world.client.proposal_at(&proposal).await.expect("it is there").value;
    world.travel_to(account.ends_at).await;
    let attempt = async |key, terms: Terms, journal: &Arc<Journal>| {
        let round = round(&mut world.crank(key, journal, terms)).await;
        let [(_, outcome)] = round.outcomes.as_slice() else { panic!("{round:?}") };
        outcome.clone()
    };
    let rehearsed = attempt(&key, Terms { mode: Mode::Rehearse, ..terms() }, &journal()).await;
    let Outcome::Rehearsed { cost } = rehearsed else { panic!("{rehearsed:?}") };
    assert!(cost.fee_lamports > 5_000, "the floor of the price is paid for: {cost:?}");
    let limit = Cost { fee_lamports: cost.fee_lamports - 1, rent_lamports: 0 };
    let dear = attempt(&key, Terms { max_cost: limit, ..terms() }, &journal()).await;
    assert_eq!(dear, Outcome::TooDear { cost, limit });
    let spent = attempt(&key, Terms { max_cost_per_day: limit, ..terms() }, &journal()).await;
    assert_eq!(spent, Outcome::DayLimit { spent: Cost::default(), limit });
    let stranger = Arc::new(quantumagi_rpc::solana::Keypair::new());
    assert_eq!(attempt(&stranger, terms(), &journal()).await, Outcome::NoFunds);
    assert_eq!(world.balance(&key.pubkey()).await, SOL / 10, "nothing was sent");
    assert_eq!(world.client.proposal_at(&proposal).await.expect("it is there").value, account);

    let exactly = Terms { max_cost: cost, max_cost_per_day: cost, ..terms() };
    let done = attempt(&key, exactly, &journal()).await;
    assert_eq!(done.name(), "done");
    assert_eq!(done.cost(), cost);
    assert_eq!(world.balance(&key.pubkey()).await, SOL / 10 - cost.fee_lamports);
}
