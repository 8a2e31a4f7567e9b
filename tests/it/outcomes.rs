//! Outcomes at the edge, by real ballots.

use crate::support::*;

fn policy() -> Action<'static> {
    Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at: 0 }
}

/// Members of these weights vote as they are told; returns status and reason.
fn outcome(action: &Action, weights: &[u64], choices: &[u8]) -> (u8, u8) {
    let mut community = Founding::default().with_weights(weights.iter().copied()).found();
    let proposal = community.propose(action);
    community.open_voting(&proposal);
    for (index, choice) in (0..).zip(choices) {
        if *choice != 0 {
            community.vote(&proposal, index, *choice);
        }
    }
    community.finalize(&proposal);
    let stored = community.proposal(&proposal);
    (stored.status, stored.defeat)
}

const PASSED: (u8, u8) = (1, 0);
const NO_QUORUM: (u8, u8) = (2, 1);
const NOTHING_FOR: (u8, u8) = (2, 2);
const BELOW_THRESHOLD: (u8, u8) = (2, 3);
const BELOW_MINIMUM: (u8, u8) = (2, 4);
/// Did not vote.
const NONE: u8 = 0;

#[test]
fn t1_exactly_sixty_per_cent_pass() {
    assert_eq!(outcome(&policy(), &[6_000, 4_000], &[FOR, AGAINST]), PASSED);
    assert_eq!(outcome(&policy(), &[3, 2], &[FOR, AGAINST]), PASSED);
    let (six, four) = (u64::MAX / 10 * 6, u64::MAX / 10 * 4);
    assert_eq!(outcome(&policy(), &[six, four], &[FOR, AGAINST]), PASSED);
}

#[test]
fn t1_fifty_nine_point_nine_nine_per_cent_fail() {
    assert_eq!(outcome(&policy(), &[5_999, 4_001], &[FOR, AGAINST]), BELOW_THRESHOLD);
    let (six, four) = (u64::MAX / 10 * 6, u64::MAX / 10 * 4);
    assert_eq!(outcome(&policy(), &[six - 1, four + 1], &[FOR, AGAINST]), BELOW_THRESHOLD);
}

#[test]
fn t1_ties_fail_and_nothing_in_favour_fails() {
    assert_eq!(outcome(&policy(), &[1, 1], &[FOR, AGAINST]), BELOW_THRESHOLD);
    assert_eq!(outcome(&policy(), &[1, 1], &[ABSTAIN, ABSTAIN]), NOTHING_FOR);
    assert_eq!(outcome(&policy(), &[1, 1], &[AGAINST, ABSTAIN]), NOTHING_FOR);
    assert_eq!(outcome(&policy(), &[1, 1], &[NONE, NONE]), NO_QUORUM);
}

#[test]
fn t3_a_quorum_of_exactly_its_share_is_met_and_a_unit_less_is_not() {
    assert_eq!(outcome(&policy(), &[2_000, 8_000], &[FOR, NONE]), PASSED);
    assert_eq!(outcome(&policy(), &[1_999, 8_001], &[FOR, NONE]), NO_QUORUM);
    // A fifth of 7 is 1.4: one voter is no quorum, two are.
    assert_eq!(outcome(&policy(), &[1; 7], &[FOR]), NO_QUORUM);
    assert_eq!(outcome(&policy(), &[1; 7], &[FOR, FOR]), PASSED);
}

#[test]
fn t2_abstentions_make_a_quorum_but_do_not_let_a_handful_decide() {
    assert_eq!(outcome(&policy(), &[1_000, 1_000, 8_000], &[FOR, ABSTAIN, NONE]), PASSED);
    assert_eq!(outcome(&policy(), &[999, 1_001, 8_000], &[FOR, ABSTAIN, NONE]), BELOW_MINIMUM);
}

#[test]
fn m12_what_is_entrenched_takes_three_quarters_and_more() {
    let amend = |principle_id| Action::PrincipleAmend { principle_id, version: 1, text_hash: hash("new") };
    for (principle_id, threshold) in [(0, 6_700), (1, 8_000)] {
        let votes = [FOR, AGAINST];
        assert_eq!(outcome(&amend(principle_id), &[threshold, 10_000 - threshold], &votes), PASSED);
        assert_eq!(outcome(&amend(principle_id), &[threshold - 1, 10_001 - threshold], &votes), BELOW_THRESHOLD);
    }
}

#[test]
fn w7_the_denominator_is_everybody_of_the_roster_the_proposal_was_born_with() {
    // A roster of one adopted by vote meanwhile does not make its voice enough for an older proposal.
    let mut community = Founding::default().found();
    let (stranger, members) = (community.stranger(), community.members.clone());
    let roster = community.fill_roster(&stranger, 2, &members[7..]);
    let members_hash = community.roster(&roster).members_hash;
    let change = community.approved(&Action::RosterAdopt { roster_version: 2, members_hash });
    let old = community.propose(&policy());
    let constitution = community.constitution;
    let adopt = ix::RosterAdopt { authority: stranger, constitution, roster, proposal: Some(change) };
    community.send(adopt.instruction());
    community.open_voting(&old);
    community.vote(&old, 7, FOR);
    community.finalize(&old);
    let stored = community.proposal(&old);
    assert_eq!((stored.status, stored.defeat, stored.total_weight), (2, 1, 10_000));

    let draft = community.draft(&policy()).by(members[7].voter, 0);
    let new = community.create(&draft);
    community.open_voting(&new);
    let accounts = ix::ProposalVote {
        voter: members[7].voter,
        proposal: new,
        roster_page: pda::roster_page(&roster, 0),
        ballot_page: None,
    };
    community.send(accounts.instruction(0, FOR));
    community.finalize(&new);
    assert_eq!((community.proposal(&new).status, community.proposal(&new).total_weight), (1, 1));
}
