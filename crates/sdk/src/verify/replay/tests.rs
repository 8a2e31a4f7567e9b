//! A small community's history, written by hand as the program would log it, replayed and then told wrongly.

mod guardrails;
mod seats;
mod story;

use quantumagi_interface::events::Event;
use quantumagi_rules::action::Action;

use super::super::{Deviation, Difference, verify};
use super::*;
use story::{ANA, BEN, CEM, POLICY_TEXT, Story, community};

#[track_caller]
fn check_contradiction(story: &Story, sequence: u64, contradiction: Contradiction) {
    let broken = story.replay().expect_err("the story contradicts itself");
    assert_eq!((broken.sequence, *broken.contradiction), (sequence, contradiction));
}

#[test]
fn a_history_leads_to_the_accounts() {
    let replayed = community().replay().expect("the story is sound");
    let constitution = &replayed.constitution;
    assert_eq!((constitution.is_sealed, constitution.roster_version, constitution.version), (1, 1, 1));
    assert_eq!((constitution.next_principle_id, constitution.next_policy_id, constitution.next_proposal_id), (1, 1, 2));
    let principle = &replayed.principles[&0];
    assert_eq!((principle.version, principle.is_retired, principle.text_hash), (2, 0, [0x12; 32]));
    let roster = &replayed.rosters[&1];
    assert_eq!((roster.account.total_weight, roster.account.count, roster.account.pages), (100, 3, 1));
    assert_eq!((roster.account.bound_proposals, roster.account.last_member), (1, CEM));
    assert_eq!(roster.account.members_hash, Member::list_hash(&roster.members));
    let policy = &replayed.policies[&0];
    assert_eq!((policy.account.status, policy.account.text_hash, policy.is_closed), (0, POLICY_TEXT, false));

    let adopted = &replayed.proposals[&0];
    assert_eq!((adopted.account.status, adopted.account.defeat, adopted.is_closed), (Status::Executed as u8, 0, true));
    assert_eq!((adopted.account.for_weight, adopted.account.against_weight), (60, 40));
    assert_eq!(adopted.ballots, [(0, Choice::For), (1, Choice::Against), (2, Choice::For)].into());
    let open = &replayed.proposals[&1];
    assert_eq!((open.account.status, open.account.for_weight, open.account.against_weight), (0, 0, 50));
    assert_eq!((open.account.ballots_cast, open.account.ballots[0]), (1, Choice::Against as u8));
}

#[test]
fn a_sound_ledger_is_proved() {
    let story = community();
    let ledger = story.ledger();
    let verification = verify(&ledger);
    assert_eq!(verification.differences, []);
    assert!(verification.is_proved(), "{verification:?}");
    assert_eq!(verification.events(), ledger.history.events.len() as u64);
}

#[test]
fn a_ledger_without_any_one_of_its_events_is_not_proved() {
    let ledger = community().ledger();
    for place in 0..ledger.history.events.len() {
        let mut given = ledger.clone();
        let removed = given.history.events.remove(place).raw;
        let verification = verify(&given);
        assert!(!verification.is_proved(), "event {place} is not missed");
        assert_eq!(verification.replayed, None);
        let chain = Chain::Constitution(ledger.address);
        if let Some(sequence) = chain.sequence_of(&removed.bytes) {
            let last = ledger.constitution.chain.sequence - 1;
            let expected = if sequence == last {
                crate::verify::ChainBreak::Truncated { sequence, head_sequence: last + 1 }
            } else {
                crate::verify::ChainBreak::Missing { sequence, found: sequence + 1 }
            };
            assert_eq!(verification.constitution, Err(expected));
        } else {
            assert!(verification.constitution.is_ok() && verification.proposals.values().any(Result::is_err));
        }
    }
}

/// Alters the first event with this name in what the endpoint gives.
fn altered(name: &str, change: impl Fn(&mut Event)) -> crate::verify::Verification {
    let mut ledger = community().ledger();
    let named = |logged: &&mut crate::history::LoggedEvent| logged.event.as_ref().is_ok_and(|it| it.name() == name);
    let logged = ledger.history.events.iter_mut().find(named).expect("it happened");
    let mut event = logged.event.clone().expect("this program's");
    change(&mut event);
    logged.raw.bytes = event.to_bytes();
    verify(&ledger)
}

#[test]
fn an_altered_event_that_contradicts_another_is_named_without_any_earlier_reading() {
    let verification = altered("PolicyAdopted", |event| {
        if let Event::PolicyAdopted(e) = event {
            e.text_hash = [9; 32];
        }
    });
    let story = community();
    let broken = ReplayBreak {
        chain: Chain::Constitution(story.address),
        sequence: story.sequence_of("PolicyAdopted"),
        contradiction: Box::new(Contradiction::NotWhatWasVotedOn { mandate: story.proposal(0) }),
    };
    assert!(matches!(verification.constitution, Err(crate::verify::ChainBreak::Altered { from: 0, .. })));
    assert_eq!((verification.is_proved(), verification.replayed), (false, Some(Err(broken))));
}

#[test]
fn an_altered_event_that_contradicts_nothing_shows_in_the_hash_and_the_account() {
    let verification = altered("PrincipleAdded", |event| {
        if let Event::PrincipleAdded(e) = event {
            e.payer = BEN;
        }
    });
    assert!(matches!(verification.constitution, Err(crate::verify::ChainBreak::Altered { from: 0, .. })));
    assert!(!verification.is_proved());
    let found: Vec<_> = verification.differences.into_iter().map(|found| (found.kind, found.deviation)).collect();
    let fields = |name| Deviation::Fields(vec![name]);
    assert_eq!(found, [("constitution", fields("chain")), ("principle", fields("payer"))]);
}

#[test]
fn events_told_in_any_order_inside_a_slot_are_proved() {
    let mut ledger = community().ledger();
    for logged in &mut ledger.history.events {
        logged.raw.slot = 1;
    }
    ledger.history.events.reverse();
    assert!(verify(&ledger).is_proved());
}

#[test]
fn an_account_that_was_touched_is_named_with_its_field() {
    let ledger = community().ledger();
    let check = |change: &dyn Fn(&mut crate::verify::Ledger), kind, deviation| {
        let mut given = ledger.clone();
        change(&mut given);
        let verification = verify(&given);
        let found: Vec<_> =
            verification.differences.into_iter().map(|Difference { kind, deviation, .. }| (kind, deviation)).collect();
        assert_eq!(found, [(kind, deviation)]);
    };
    check(&|l| l.constitution.version = 9, "constitution", Deviation::Fields(vec!["version"]));
    check(
        &|l| l.proposals.get_mut(&1).unwrap().as_mut().unwrap().against_weight = 51,
        "proposal",
        Deviation::Fields(vec!["against_weight"]),
    );
    check(
        &|l| l.principles.get_mut(&0).unwrap().as_mut().unwrap().is_retired = 1,
        "principle",
        Deviation::Fields(vec!["is_retired"]),
    );
    check(&|l| l.policies.insert(0, None).map_or((), drop), "policy", Deviation::Gone);
    check(
        &|l| l.rosters.get_mut(&1).unwrap().as_mut().unwrap().bound_proposals = 0,
        "roster",
        Deviation::Fields(vec!["bound_proposals"]),
    );
}

#[test]
fn a_proposal_that_vanished_is_lost() {
    let mut ledger = community().ledger();
    ledger.proposals.insert(1, None);
    let verification = verify(&ledger);
    assert_eq!((verification.lost.as_slice(), verification.is_proved()), (&[1][..], false));
}

#[test]
fn a_ballot_with_more_weight_than_the_roster_gives_is_named() {
    let mut story = community();
    story.tell_wrongly(|event| {
        if let Event::ProposalVoted(e) = event
            && e.voter == BEN
        {
            e.weight += 1;
        }
    });
    check_contradiction(&story, 2, Contradiction::NotTheMember { index: 1, voter: BEN, weight: 41 });
}

#[test]
fn a_ballot_in_somebody_elses_place_is_named() {
    let mut story = community();
    story.tell_wrongly(|event| {
        if let Event::ProposalVoted(e) = event
            && e.voter == CEM
        {
            e.voter = ANA;
        }
    });
    check_contradiction(&story, 3, Contradiction::NotTheMember { index: 2, voter: ANA, weight: 10 });
}

#[test]
fn a_tally_that_is_not_the_sum_of_its_ballots_is_named() {
    use quantumagi_rules::Weight;
    let tally = |f, a| Tally { for_weight: Weight(f), against_weight: Weight(a), abstain_weight: Weight(0) };
    let mut story = community();
    story.tell_wrongly(|event| {
        if let Event::ProposalFinalized(e) = event {
            (e.for_weight, e.against_weight) = (61, 39);
        }
    });
    check_contradiction(&story, 4, Contradiction::TallyDiffers { logged: tally(61, 39), replayed: tally(60, 40) });
}

#[test]
fn an_end_of_voting_that_no_ballot_moved_is_named() {
    let mut story = community();
    story.tell_wrongly(|event| {
        if let Event::ProposalVoted(e) = event
            && e.voter == CEM
        {
            e.ends_at -= 1;
        }
    });
    let broken = story.replay().expect_err("nothing is settled");
    assert_eq!(broken.sequence, 3);
    assert!(matches!(*broken.contradiction, Contradiction::MomentDiffers { field: "end of voting", .. }));

    let mut story = community();
    story.tell_wrongly(|event| {
        if let Event::ProposalVoted(e) = event {
            e.was_extended = 1;
        }
    });
    check_contradiction(
        &story,
        1,
        Contradiction::NumberDiffers { field: "extension of voting", logged: 1, replayed: 0 },
    );
}

#[test]
fn a_window_that_the_end_of_voting_does_not_give_is_named() {
    let mut story = community();
    story.tell_wrongly(|event| {
        if let Event::ProposalFinalized(e) = event {
            e.closes_at += 1;
        }
    });
    let broken = story.replay().expect_err("the window is one second longer");
    assert!(matches!(*broken.contradiction, Contradiction::MomentDiffers { field: "end of the window", .. }));
}

#[test]
fn an_outcome_against_the_rule_is_named() {
    let mut story = community();
    story.tell_wrongly(|event| {
        if let Event::ProposalFinalized(e) = event {
            (e.status, e.defeat) = (2, 3);
        }
    });
    check_contradiction(&story, 4, Contradiction::OutcomeDiffers { status: 2, defeat: 3, replayed: Ok(()) });
}

#[test]
fn what_was_not_voted_on_is_named() {
    let mut story = community();
    story.tell_wrongly(|event| {
        if let Event::PolicyAdopted(e) = event {
            e.text_hash = [9; 32];
        }
    });
    let mandate = story.proposal(0);
    let sequence = story.sequence_of("PolicyAdopted");
    check_contradiction(&story, sequence, Contradiction::NotWhatWasVotedOn { mandate });
}

#[test]
fn an_action_that_has_another_digest_is_named() {
    let mut story = community();
    let other = Action::PolicyRepeal { policy_id: 7 }.to_bytes();
    story.tell_wrongly(|event| {
        if let Event::ProposalCreated(e) = event
            && e.proposal_id == 0
        {
            e.action.clone_from(&other);
        }
    });
    let broken = story.replay().expect_err("the digest is another action's");
    assert_eq!(broken.sequence, story.sequence_of("ProposalCreated"));
    assert!(matches!(*broken.contradiction, Contradiction::HashDiffers { field: "execution digest", .. }));
}

#[test]
fn the_founder_after_the_seal_is_named() {
    let mut story = community();
    story.tell_wrongly(|event| {
        if let Event::PolicyAdopted(e) = event {
            e.mandate = Address::default();
        }
    });
    check_contradiction(&story, story.sequence_of("PolicyAdopted"), Contradiction::WrongAuthority);
}

#[test]
fn a_mandate_that_was_never_executed_is_named() {
    let mut story = community();
    let mandate = story.proposal(0);
    story.forget_own(mandate, "ProposalExecuted");
    let sequence = story.sequence_of("PolicyAdopted");
    let status = Some(Status::Succeeded);
    check_contradiction(&story, sequence, Contradiction::MandateNotExecuted { mandate, status });
}

#[test]
fn an_event_about_nothing_is_named() {
    let mut story = community();
    story.tell_wrongly(|event| {
        if let Event::PrincipleAmended(e) = event {
            e.principle_id = 5;
        }
    });
    let sequence = story.sequence_of("PrincipleAmended");
    check_contradiction(&story, sequence, Contradiction::Unexpected { name: "PrincipleAmended" });
    let empty = replay(story.address, &[], &BTreeMap::new()).expect_err("nothing happened");
    assert_eq!(*empty.contradiction, Contradiction::Unexpected { name: "the end of the history" });
}

#[test]
fn contradictions_are_told_in_words() {
    let broken = ReplayBreak {
        chain: Chain::Constitution(ANA),
        sequence: 3,
        contradiction: Box::new(Contradiction::NumberDiffers { field: "version", logged: 4, replayed: 2 }),
    };
    let words = format!("event 3 of constitution {ANA}: version is 4, but the events before lead to 2");
    assert_eq!(broken.to_string(), words);
}
