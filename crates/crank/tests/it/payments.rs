//! Payments of one vault that run side by side, and do not all fit together.

use quantumagi_crank::Kind;
use quantumagi_crank::journal::LetterState;
use quantumagi_interface::{Address, pda};
use quantumagi_rules::action::Action;
use quantumagi_rules::ballot::Choice;

use super::support::{SOL, World, journal, round, terms};

const PAYMENTS: usize = 6;

async fn paid(world: &World) -> usize {
    let mut paid = 0;
    for byte in 0..PAYMENTS {
        let recipient = Address::new_from_array([40 + u8::try_from(byte).expect("few"); 32]);
        let balance = world.balance(&recipient).await;
        assert!(balance == 0 || balance == 2 * SOL, "{recipient} was paid twice: {balance}");
        paid += usize::from(0 < balance);
    }
    paid
}

#[tokio::test(flavor = "multi_thread")]
async fn payments_side_by_side_spend_what_the_vault_has_and_no_more_and_each_is_made_once() {
    let world = World::start().await;
    let (key, journal) = (world.wallet().await, journal());
    let mut proposals = Vec::new();
    for byte in 0..PAYMENTS {
        let recipient = [40 + u8::try_from(byte).expect("few"); 32];
        proposals.push(world.propose(Action::TransferLamports { recipient, lamports: 2 * SOL }).await);
    }
    let last = world.client.proposal_at(&proposals[PAYMENTS - 1]).await.expect("it is there").value;
    world.travel_to(last.starts_at).await;
    for proposal in &proposals {
        world.vote(proposal, Choice::For).await;
    }
    world.travel_to(last.ends_at).await;
    let mut crank = world.crank(&key, &journal, terms());
    assert_eq!(round(&mut crank).await.count("done"), PAYMENTS, "all are decided");

    world.travel_to(last.timetable().expect("moments").opens_at.0).await;
    let mut done = 0;
    // Until what is left is refused by what the vault holds, which is a dead letter and not tried again.
    loop {
        let round = round(&mut crank).await;
        for (duty, outcome) in round.outcomes.iter().filter(|(duty, _)| duty.kind == Kind::ProposalExecute) {
            assert!(["done", "overtaken", "refused"].contains(&outcome.name()), "{duty}: {outcome:?}");
            done += usize::from(outcome.name() == "done");
        }
        if round.outcomes.is_empty() {
            break;
        }
    }
    assert_eq!((done, paid(&world).await), (2, 2), "the vault held 5 SOL");
    assert_eq!(world.balance(&pda::vault(&world.constitution)).await, SOL);
    let letters = journal.letters().expect("read");
    assert_eq!(letters.len(), PAYMENTS - 2, "{letters:?}");

    world.network.fund(&pda::vault(&world.constitution), 20 * SOL).await.expect("the vault is funded");
    for letter in &letters {
        assert!(journal.set_letter(&letter.key, LetterState::Replayed).expect("written"));
    }
    let rest = round(&mut crank).await;
    assert_eq!(rest.count("done"), PAYMENTS - 2, "{rest:?}");
    assert_eq!(paid(&world).await, PAYMENTS);
    assert_eq!(world.balance(&pda::vault(&world.constitution)).await, 12 * SOL);
    world.check_proved().await;
}
