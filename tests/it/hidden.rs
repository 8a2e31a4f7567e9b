//! A history whose lines were hidden is proved from its instructions (O1, O2; docs/decisions/0004-events-in-logs.md).

use quantumagi_rules::electorate::ElectorateKind;
use quantumagi_sdk::verify::{Line, verify};
use quantumagi_sdk::words::describe_proof;

use crate::scenes::{Scene, scenes};
use crate::support::*;

/// Constitutions that the events of this world tell of.
fn constitutions(world: &World) -> Vec<Address> {
    let founded = world.landed.iter().flat_map(|(_, events)| events);
    founded
        .filter_map(|event| if let Event::ConstitutionCreated(e) = event { Some(e.constitution) } else { None })
        .collect()
}

/// Events of this constitution and its proposals, texts left out.
fn told_of(world: &World, constitution: &Address) -> usize {
    let mut mine = vec![*constitution];
    let mut count = 0;
    for event in world.landed.iter().flat_map(|(_, events)| events) {
        if let Event::ProposalCreated(e) = event
            && e.constitution == *constitution
        {
            mine.push(e.proposal);
        }
        let subject = event.constitution().or(event.proposal());
        count += usize::from(subject.is_some_and(|subject| mine.contains(&subject)));
    }
    count
}

/// Whether an event says something that no instruction of the program does, and no account any more: the decimals of a
/// closed pool's mint, and what was left in its vault; the weight of everybody, by another program's record, in a closed
/// proposal.
fn must_be_shown(world: &World, events: &[Event]) -> bool {
    events.iter().any(|event| match event {
        Event::DepositPoolCreated(e) => world.account(&e.pool).is_none(),
        Event::DepositPoolClosed(e) => e.surplus > 0,
        Event::ProposalCreated(e) => {
            e.electorate_kind == ElectorateKind::WeightRecord as u8 && world.account(&e.proposal).is_none()
        }
        _ => false,
    })
}

#[track_caller]
fn check_proved_without_lines(world: &World, context: &str) {
    let is_shown = |index: usize| must_be_shown(world, &world.landed[index].1);
    let shown = world.landed.iter().filter(|(_, events)| must_be_shown(world, events)).count();
    assert!(shown == 0 || ["deposit_pool_close", "proposal_close"].contains(&context), "{context} hides everything");
    for constitution in constitutions(world) {
        let verification = verify(&ledger(world, &constitution, is_shown));
        assert_eq!(describe_proof(&verification).problems, Vec::<String>::new(), "{context}");
        assert!(verification.is_proved(), "{context}");
        let hidden = told_of(world, &constitution) - verification.recovered.len();
        assert!(hidden <= shown, "{context}: {hidden} events were not recovered");
        assert!(verification.recovered.iter().all(|recovered| recovered.line == Line::Lost));
    }
}

/// Instructions whose events are not told from their calls. What is new belongs in `crates/sdk/src/verify/rebuild`, or
/// here.
const NOT_TOLD: [&str; 1] = [
    // The weight stands in the record of another program, which writes it anew for every vote.
    "record_vote",
];

#[test]
fn every_instructions_event_comes_back_when_no_line_of_the_whole_history_is_left() {
    for Scene { name, mut world, instruction, .. } in scenes() {
        world.send(instruction);
        let called = world.sent.iter().filter_map(|(_, instruction)| ix::name_of(&instruction.data));
        if called.into_iter().any(|called| NOT_TOLD.contains(&called)) {
            continue;
        }
        check_proved_without_lines(&world, name);
    }
}

/// A community that has adopted a policy, amended its text, paid somebody, replaced its roster and closed what it could.
fn long_story() -> Community {
    let mut community = Founding::default().found();
    let (authority, constitution, vault) = (community.stranger(), community.constitution, community.vault);
    let (text_hash, parent_hash) = (hash("version 2"), hash("version 1"));
    let amendment = community.approved(&Action::ConstitutionAmend { text_hash, parent_hash });
    let amend = ix::ConstitutionAmend { authority, constitution, proposal: Some(amendment) };
    community.send(amend.instruction(text_hash, parent_hash));
    let recipient = person("bob");
    let payment =
        community.approved(&Action::TransferLamports { recipient: recipient.to_bytes(), lamports: 2_000_000 });
    community.send(
        ix::VaultTransfer { constitution, proposal: payment, vault, recipient, guardrails: None }
            .instruction(2_000_000),
    );
    community.adopt_policy("be kind", 0);
    let open = community.propose(&Action::PolicyRepeal { policy_id: 0 });
    community.open_voting(&open);
    community.vote(&open, 0, AGAINST);
    community.vote(&open, 0, FOR);
    for proposal in [amendment, payment] {
        let close = community.close(&proposal).instruction();
        community.send(close);
    }
    community
}

#[test]
fn o1_o2_any_one_hidden_transaction_comes_back() {
    let community = long_story();
    let n = community.landed.len();
    for hidden in 0..n {
        let verification = verify(&ledger(&community, &community.constitution, |index| index != hidden));
        assert!(verification.is_proved(), "{hidden}: {verification:#?}");
        assert_eq!(verification.recovered.len(), community.landed[hidden].1.len(), "{hidden}");
        assert_eq!(verification.gaps.len(), 1);
    }
}

#[test]
fn o1_a_block_time_that_is_not_the_clocks_is_found_out() {
    let community = long_story();
    let last = community.landed.len() - 1;
    // The last two: the closing of two proposals, on the constitution's chain. A vote, on its proposal's.
    for (hidden, off) in [(vec![last], 7), (vec![last], -90), (vec![last - 1, last], 2), (vec![last - 2], -1)] {
        let mut given = ledger(&community, &community.constitution, |index| !hidden.contains(&index));
        for index in &hidden {
            *given.history.traces[*index].block_time.as_mut().unwrap() += off;
        }
        let verification = verify(&given);
        assert!(verification.is_proved(), "{hidden:?} by {off}: {verification:#?}");
    }
}

#[test]
fn o1_an_altered_line_is_named_by_its_instruction() {
    let community = long_story();
    let whole = ledger(&community, &community.constitution, |_| true);
    assert!(verify(&whole).is_proved());
    for place in 0..whole.history.events.len() {
        let mut given = whole.clone();
        let raw = &mut given.history.events[place].raw;
        // The last byte belongs to no number, subject or kind of event, and every event has it.
        *raw.bytes.last_mut().unwrap() ^= 1;
        let (bytes, signature) = (raw.bytes.clone(), raw.signature);
        let verification = verify(&given);
        assert!(!verification.is_proved(), "{place}");
        let [recovered] = verification.recovered.as_slice() else { panic!("{place}: {verification:#?}") };
        assert_eq!((recovered.signature, recovered.line), (signature, Line::Altered));
        assert_eq!(recovered.chain.sequence_of(&bytes), Some(recovered.sequence), "{place}");
        assert!(verification.constitution.is_ok() && verification.differences.is_empty());
    }
}

#[test]
fn o1_an_altered_instruction_proves_nothing() {
    let community = long_story();
    // Some, because each is searched for long.
    for place in (0..community.landed.len()).step_by(4) {
        let mut given = ledger(&community, &community.constitution, HIDDEN);
        let calls = &mut given.history.traces[place].calls;
        let Some(raw) = calls.first_mut() else { continue };
        // What a payment pays is in no event: the digest of what was voted on is.
        if ix::name_of(&raw.data) == Some("vault_transfer") {
            continue;
        }
        // The choice of a vote, the end of a hash, the weight of a member: what the event says, too.
        let Some(last) = raw.data.get_mut(8..).and_then(|arguments| arguments.last_mut()) else { continue };
        *last ^= 1;
        assert!(!verify(&given).is_proved(), "{place}");
    }
}

#[test]
fn o1_transactions_of_one_slot_are_told_in_the_order_of_the_lists_or_of_their_lines() {
    let community = long_story();
    let mut given = ledger(&community, &community.constitution, |index| index % 2 == 0);
    for trace in &mut given.history.traces {
        trace.slot /= 4;
    }
    for logged in &mut given.history.events {
        logged.raw.slot /= 4;
    }
    // Times differ inside what is now one slot: only the one that the lines say first can be meant.
    let verification = verify(&given);
    assert!(!verification.is_proved());
    let mut at_once = Founding::default().found();
    let proposal = at_once.propose(&Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at: 0 });
    at_once.open_voting(&proposal);
    for index in 0..4 {
        at_once.vote(&proposal, index, FOR);
    }
    let last = at_once.landed.len();
    let mut given = ledger(&at_once, &at_once.constitution, |index| index != last - 2);
    let slot = given.history.traces[last - 4].slot;
    given.history.traces[last - 4..].iter_mut().for_each(|trace| trace.slot = slot);
    given.history.events.iter_mut().filter(|event| slot < event.raw.slot).for_each(|event| event.raw.slot = slot);
    assert!(verify(&given).is_proved());
    given.history.traces.swap(last - 4, last - 1);
    assert!(verify(&given).is_proved(), "lines tell the order where a list does not");
}

#[test]
fn a_call_about_another_constitution_that_names_this_one_changes_nothing() {
    let mut community = Founding::default().found();
    let mut others = Founding::named("others").found_in(community.world.clone());
    // A payment of the others to this constitution's address.
    let recipient = community.constitution;
    let action = Action::TransferLamports { recipient: recipient.to_bytes(), lamports: 2_000_000 };
    let proposal = others.approved(&action);
    let (constitution, vault) = (others.constitution, others.vault);
    others
        .send(ix::VaultTransfer { constitution, proposal, vault, recipient, guardrails: None }.instruction(2_000_000));
    community.world = others.world;
    check_proved_without_lines(&community.world, "two constitutions");
}
