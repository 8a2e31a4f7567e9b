//! `proposal_vote`: a member votes, or votes again.

use crate::support::*;

fn policy() -> Action<'static> {
    Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at: 0 }
}

/// A community in the first second of voting on a policy.
fn voting() -> (Community, Address) {
    let mut community = Founding::default().found();
    let proposal = community.propose(&policy());
    community.open_voting(&proposal);
    (community, proposal)
}

/// The same with ballots that are final.
fn voting_finally() -> (Community, Address) {
    let mut community = Founding::default().found();
    let draft = community.draft(&policy()).with_final_ballots();
    let proposal = community.create(&draft);
    community.open_voting(&proposal);
    (community, proposal)
}

#[test]
fn w1_a_ballot_weighs_what_the_roster_says() {
    let (mut community, proposal) = voting();
    let before = community.proposal(&proposal);
    let done = community.vote(&proposal, 2, AGAINST);
    let after = community.proposal(&proposal);
    let mut ballots = [0; 64];
    ballots[0] = AGAINST << 4;
    let expected = accounts::Proposal {
        against_weight: 1_500,
        ballots_cast: 1,
        updated_at: community.now(),
        ballots,
        chain: after.chain,
        ..before
    };
    assert_eq!(after, expected);
    let Event::ProposalVoted(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.voter, event.voter_index, event.weight), (community.member(2), 2, 1_500));
    assert_eq!((event.choice, event.previous_choice, event.was_extended), (AGAINST, 0, 0));
    assert_eq!((event.ends_at, event.at, event.reserved), (after.ends_at, community.now(), 0));
}

#[test]
fn w3_w4_a_later_ballot_replaces_the_earlier_one_in_every_direction() {
    for first in [FOR, AGAINST, ABSTAIN] {
        for second in [FOR, AGAINST, ABSTAIN] {
            let (mut community, proposal) = voting();
            community.vote(&proposal, 7, FOR);
            community.vote(&proposal, 0, first);
            if first == second {
                let again = community.ballot(&proposal, 0, second);
                check_refused(&mut community, again, GovError::BallotUnchanged);
            } else {
                let done = community.vote(&proposal, 0, second);
                let Event::ProposalVoted(event) = done.event() else { panic!("{:?}", done.events) };
                assert_eq!((event.choice, event.previous_choice), (second, first));
            }
            let stored = community.proposal(&proposal);
            let weight = |choice| if choice == second { 3_000 } else { 0 };
            let tally = (stored.for_weight, stored.against_weight, stored.abstain_weight);
            assert_eq!(tally, (weight(FOR) + 1, weight(AGAINST), weight(ABSTAIN)));
            assert_eq!((stored.ballots_cast, stored.ballots[0] & 3), (2, second));
        }
    }
}

#[test]
fn w1_proposal_vote_refuses_the_index_of_somebody_else() {
    let (mut community, proposal) = voting();
    let accounts = community.ballot_accounts(&proposal, 3);
    for index in [0, 2, 4, 7, 8, 29] {
        check_refused(&mut community, accounts.instruction(index, FOR), GovError::NotTheMember);
    }
    for index in [30, 256, u32::MAX] {
        check_refused(&mut community, accounts.instruction(index, FOR), GovError::WrongPage);
    }
    let by_stranger = ix::ProposalVote { voter: community.stranger(), ..accounts };
    check_refused(&mut community, by_stranger.instruction(3, FOR), GovError::NotTheMember);
}

#[test]
fn proposal_vote_refuses_a_voter_who_did_not_sign() {
    let (mut community, proposal) = voting();
    let ballot = unsigned(community.ballot(&proposal, 0, FOR), 0);
    check_refused(&mut community, ballot, InstructionError::MissingRequiredSignature);
}

#[test]
fn proposal_vote_refuses_what_is_no_choice() {
    let (mut community, proposal) = voting();
    for choice in [0, 4, 255] {
        let ballot = community.ballot(&proposal, 0, choice);
        check_refused(&mut community, ballot, GovError::UnknownChoice);
    }
}

#[test]
fn w6_proposal_vote_refuses_before_the_first_and_after_the_last_second() {
    let (mut community, proposal) = voting();
    let stored = community.proposal(&proposal);
    let [first, second] = [0, 1].map(|index| community.ballot(&proposal, index, FOR));
    for now in [START, stored.starts_at - 1] {
        community.set_time(now);
        check_refused(&mut community, first.clone(), GovError::VotingNotStarted);
    }
    for now in [stored.ends_at, stored.ends_at + 1, stored.ends_at + 400 * DAY] {
        community.set_time(now);
        check_refused(&mut community, first.clone(), GovError::VotingEnded);
    }
    community.set_time(stored.starts_at);
    community.send(first);
    community.set_time(stored.ends_at - 1);
    community.send(second);
}

#[test]
fn w6_a_ballot_cannot_change_after_the_end_although_nothing_is_finalized() {
    let (mut community, proposal) = voting();
    community.vote(&proposal, 0, FOR);
    let ends_at = community.proposal(&proposal).ends_at;
    community.set_time(ends_at);
    let change = community.ballot(&proposal, 0, AGAINST);
    check_refused(&mut community, change, GovError::VotingEnded);
}

#[test]
fn proposal_vote_refuses_in_every_final_phase() {
    let (community, proposal) = voting();
    let ballot = community.ballot(&proposal, 0, FOR);
    let mut cancelled = community.clone();
    let proposer = cancelled.member(0);
    cancelled.send(ix::ProposalCancel { proposer, proposal }.instruction());
    check_refused(&mut cancelled, ballot.clone(), GovError::VotingEnded);
    let mut defeated = community.clone();
    defeated.defeat(&proposal);
    check_refused(&mut defeated, ballot.clone(), GovError::VotingEnded);
    let mut approved = community;
    approved.approve(&proposal);
    check_refused(&mut approved, ballot, GovError::VotingEnded);
}

#[test]
fn a_final_ballot_cannot_change() {
    let (mut community, proposal) = voting_finally();
    community.vote(&proposal, 6, FOR);
    for (choice, refusal) in [(FOR, GovError::BallotUnchanged), (AGAINST, GovError::BallotFinal)] {
        let ballot = community.ballot(&proposal, 6, choice);
        check_refused(&mut community, ballot, refusal);
    }
}

#[test]
fn t4_final_ballots_end_voting_the_moment_nothing_can_change_the_outcome() {
    // 6,000 of 10,000 are for it. The remaining 4,000 against it would still leave exactly 60 %.
    let (mut community, proposal) = with_weights_voting_finally([3_000, 2_999, 1, 2_000, 2_000]);
    community.pass(10);
    community.vote(&proposal, 0, FOR);
    community.vote(&proposal, 1, FOR);
    assert!(community.proposal(&proposal).ends_at > community.now(), "5,999 can still lose");
    let done = community.vote(&proposal, 2, FOR);
    let Event::ProposalVoted(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.ends_at, event.was_extended), (community.now(), 0));
    let late = community.ballot(&proposal, 3, AGAINST);
    check_refused(&mut community, late, GovError::VotingEnded);
    community.send(ix::ProposalFinalize { proposal }.instruction());
    let stored = community.proposal(&proposal);
    assert_eq!((stored.status, stored.ends_at), (1, event.ends_at));
    assert_eq!(community.opens_at(&proposal), event.ends_at + 2 * DAY, "the timelock runs from the early end");
}

#[test]
fn t4_final_ballots_end_voting_the_moment_it_cannot_pass_any_more() {
    let (mut community, proposal) = with_weights_voting_finally([4_000, 1, 5_999]);
    community.vote(&proposal, 0, AGAINST);
    assert!(community.proposal(&proposal).ends_at > community.now(), "6,000 for of 10,000 would pass");
    community.vote(&proposal, 1, AGAINST);
    assert_eq!(community.proposal(&proposal).ends_at, community.now());
    community.send(ix::ProposalFinalize { proposal }.instruction());
    assert_eq!(community.proposal(&proposal).status, 2);
}

#[test]
fn t4_changeable_ballots_never_end_voting_early() {
    let (mut community, proposal) = voting();
    let ends_at = community.proposal(&proposal).ends_at;
    for index in 0..8 {
        community.vote(&proposal, index, FOR);
    }
    assert_eq!(community.proposal(&proposal).ends_at, ends_at);
    check_refused(&mut community, ix::ProposalFinalize { proposal }.instruction(), GovError::VotingNotEnded);
}

fn with_weights_voting_finally<const N: usize>(weights: [u64; N]) -> (Community, Address) {
    let mut community = Founding::default().with_weights(weights).found();
    let draft = community.draft(&policy()).with_final_ballots();
    let proposal = community.create(&draft);
    community.open_voting(&proposal);
    (community, proposal)
}

#[test]
fn t5_a_quorum_first_met_late_extends_voting_once() {
    let (mut community, proposal) = voting();
    let ends_at = community.proposal(&proposal).ends_at;
    community.set_time(ends_at - DAY);
    community.vote(&proposal, 3, FOR);
    assert_eq!(community.proposal(&proposal).ends_at, ends_at, "1,200 are no quorum");
    let done = community.vote(&proposal, 5, ABSTAIN);
    let Event::ProposalVoted(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.ends_at, event.was_extended), (ends_at + DAY, 1), "2,000 are exactly the quorum");
    community.set_time(ends_at + DAY - 1);
    let done = community.vote(&proposal, 0, AGAINST);
    let Event::ProposalVoted(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.ends_at, event.was_extended), (ends_at + DAY, 1), "never a second time");
}

#[test]
fn t5_a_quorum_met_in_time_extends_nothing() {
    let (mut community, proposal) = voting();
    let ends_at = community.proposal(&proposal).ends_at;
    community.set_time(ends_at - DAY - 1);
    community.vote(&proposal, 0, FOR);
    community.set_time(ends_at - 1);
    community.vote(&proposal, 1, FOR);
    let stored = community.proposal(&proposal);
    assert_eq!((stored.ends_at, stored.was_extended), (ends_at, 0));
}

#[test]
fn t5_a_track_without_extension_is_never_extended() {
    let mut community = Founding::default().found();
    let amendment = Action::ConstitutionAmend { text_hash: hash("version 2"), parent_hash: hash("version 1") };
    let proposal = community.propose(&amendment);
    let ends_at = community.proposal(&proposal).ends_at;
    community.set_time(ends_at - 1);
    for index in 0..8 {
        community.vote(&proposal, index, FOR);
    }
    let stored = community.proposal(&proposal);
    assert_eq!((stored.ends_at, stored.was_extended), (ends_at, 0));
}

#[test]
fn a_ballot_in_the_proposal_takes_no_ballot_page() {
    let (mut community, proposal) = voting();
    let page = pda::ballot_page(&proposal, 0);
    let accounts = ix::ProposalVote { ballot_page: Some(page), ..community.ballot_accounts(&proposal, 0) };
    check_refused(&mut community, accounts.instruction(0, FOR), InstructionError::AccountDataTooSmall);
}
