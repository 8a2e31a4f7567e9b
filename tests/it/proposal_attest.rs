//! `proposal_attest`: a score chooses between two thresholds; nobody's silence decides.

use crate::support::*;

fn policy() -> Action<'static> {
    Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at: 0 }
}

/// Members with 62 % of the weight, and members with exactly 75 %.
const SIXTY_TWO: [u32; 3] = [0, 1, 3];
const SEVENTY_FIVE: [u32; 4] = [0, 1, 2, 4];

/// A proposal in its first second of voting, with an attestor whose mark is 80 %.
fn voting() -> (Community, Address) {
    let (mut community, _) = Founding::default().found_with_attestor(8_000);
    let proposal = community.propose(&policy());
    community.open_voting(&proposal);
    (community, proposal)
}

/// Everybody votes, these members for it; returns status and reason.
fn outcome(mut community: Community, proposal: Address, in_favour: &[u32]) -> (u8, u8) {
    for index in 0..8 {
        community.vote(&proposal, index, if in_favour.contains(&index) { FOR } else { AGAINST });
    }
    community.finalize(&proposal);
    let stored = community.proposal(&proposal);
    (stored.status, stored.defeat)
}

const PASSED: (u8, u8) = (1, 0);
const BELOW_THRESHOLD: (u8, u8) = (2, 3);

#[test]
fn the_attestor_signs_a_score_and_the_hash_of_a_report() {
    let (mut community, proposal) = voting();
    let before = community.proposal(&proposal);
    let attestor = person("attestor");
    assert_eq!((before.attestor, before.attestation_mark, before.unattested_threshold_bps), (attestor, 8_000, 7_500));
    let attest = community.attest(&proposal, 9_100);
    let done = community.send(attest);
    let stored = community.proposal(&proposal);
    let attestation_hash = hash("report");
    let expected = accounts::Proposal { is_attested: 1, attestation_score: 9_100, attestation_hash, ..before };
    assert_eq!(stored, accounts::Proposal { chain: stored.chain, updated_at: stored.updated_at, ..expected });
    let Event::ProposalAttested(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.attestor, event.score, event.report_hash), (attestor, 9_100, attestation_hash));
}

#[test]
fn a_score_at_the_mark_keeps_the_threshold_and_one_below_takes_the_higher() {
    for (score, in_favour, expected) in [
        (8_000, &SIXTY_TWO[..], PASSED),
        (7_999, &SIXTY_TWO, BELOW_THRESHOLD),
        (7_999, &SEVENTY_FIVE, PASSED),
        (0, &SEVENTY_FIVE, PASSED),
    ] {
        let (mut community, proposal) = voting();
        let attest = community.attest(&proposal, score);
        community.send(attest);
        assert_eq!(outcome(community, proposal, in_favour), expected, "{score}");
    }
}

#[test]
fn an_absent_attestor_makes_it_harder_and_never_impossible() {
    let (community, proposal) = voting();
    assert_eq!(outcome(community.clone(), proposal, &SIXTY_TWO), BELOW_THRESHOLD);
    assert_eq!(outcome(community, proposal, &SEVENTY_FIVE), PASSED);
}

#[test]
fn a_score_before_voting_counts_as_well() {
    let (mut community, _) = Founding::default().found_with_attestor(8_000);
    let proposal = community.propose(&policy());
    let attest = community.attest(&proposal, 8_000);
    community.send(attest);
    community.open_voting(&proposal);
    assert_eq!(outcome(community, proposal, &SIXTY_TWO), PASSED);
}

/// The second in which voting ends after these final ballots, if it is cut short.
fn cut_short(score: Option<u16>, ballots: &[(u32, u8)]) -> bool {
    let (mut community, _) = Founding::default().found_with_attestor(8_000);
    let draft = community.draft(&policy()).with_final_ballots();
    let proposal = community.create(&draft);
    community.open_voting(&proposal);
    let ends_at = community.proposal(&proposal).ends_at;
    if let Some(score) = score {
        let attest = community.attest(&proposal, score);
        community.send(attest);
    }
    for (index, choice) in ballots {
        assert_eq!(community.proposal(&proposal).ends_at, ends_at, "not before the last ballot");
        community.vote(&proposal, *index, *choice);
    }
    community.proposal(&proposal).ends_at != ends_at
}

#[test]
fn t4_no_early_decision_before_the_threshold_is_known() {
    // 65 % of all settle it at 60 %, 75 % at either threshold.
    let in_favour = [(0, FOR), (1, FOR), (2, FOR), (4, FOR)];
    assert!(cut_short(Some(8_000), &in_favour[..3]));
    assert!(!cut_short(None, &in_favour[..3]));
    assert!(cut_short(None, &in_favour));
    // 30 % against settle it at 75 %, a hair more than 40 % at either threshold.
    let against = [(0, AGAINST), (4, AGAINST), (7, AGAINST)];
    assert!(cut_short(Some(0), &against[..1]));
    assert!(!cut_short(None, &against[..2]));
    assert!(cut_short(None, &against));
}

#[test]
fn proposal_attest_refuses_whoever_is_not_the_attestor_that_was_frozen() {
    let (mut community, proposal) = voting();
    let attestor = community.stranger();
    let by_stranger = ix::ProposalAttest { attestor, proposal }.instruction(9_000, hash("report"));
    check_refused(&mut community, by_stranger, GovError::NotAttestor);
    let attest = community.attest(&proposal, 9_000);
    check_refused(&mut community, unsigned(attest, 0), InstructionError::MissingRequiredSignature);

    let mut unattested = Founding::default().found();
    let proposal = unattested.propose(&policy());
    let attest = unattested.attest(&proposal, 9_000);
    check_refused(&mut unattested, attest, GovError::NotAttestor);
}

#[test]
fn proposal_attest_refuses_a_second_score_and_one_without_meaning() {
    let (mut community, proposal) = voting();
    let high = community.attest(&proposal, 10_001);
    check_refused(&mut community, high, GovError::ScoreOutOfRange);
    let accounts = ix::ProposalAttest { attestor: person("attestor"), proposal };
    check_refused(&mut community, accounts.instruction(9_000, [0; 32]), GovError::TextEmpty);
    let attest = community.attest(&proposal, 10_000);
    community.send(attest);
    let again = community.attest(&proposal, 9_000);
    check_refused(&mut community, again, GovError::AlreadyAttested);
}

#[test]
fn t7_no_score_comes_after_the_end_of_voting() {
    let (mut community, proposal) = voting();
    let ends_at = community.proposal(&proposal).ends_at;
    for index in SIXTY_TWO {
        community.vote(&proposal, index, FOR);
    }
    for index in [2, 4, 5, 6, 7] {
        community.vote(&proposal, index, AGAINST);
    }
    community.set_time(ends_at);
    let late = community.attest(&proposal, 10_000);
    check_refused(&mut community, late.clone(), GovError::VotingEnded);
    community.finalize(&proposal);
    check_refused(&mut community, late, GovError::VotingEnded);
    assert_eq!(community.proposal(&proposal).defeat, 3);
}
