//! What stored numbers mean.

use quantumagi_interface::DecodeError;
use quantumagi_interface::accounts::{Policy, Principle, Proposal, Roster};
use quantumagi_interface::digest::sha256;
use quantumagi_interface::types::{Citation, Member, TrackConfig};
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::approval::Defeat;
use quantumagi_rules::ballot::Choice;
use quantumagi_rules::lifecycle::{Phase, Status};
use quantumagi_rules::parameters::TrackParameters;
use quantumagi_rules::principle::Class;

/// An account whose stored numbers are all zero.
macro_rules! zeroed {
    ($account:ident) => {{
        let bytes: Vec<u8> = $account::DISCRIMINATOR.into_iter().chain([0; $account::LEN - 8]).collect();
        $account::decode(&bytes).expect("a whole account")
    }};
}

fn open_proposal() -> Proposal {
    Proposal {
        starts_at: 100,
        ends_at: 200,
        timelock_seconds: 50,
        window_seconds: 30,
        total_weight: 100,
        threshold_bps: 6_000,
        quorum_bps: 2_000,
        min_for_bps: 1_000,
        ..zeroed!(Proposal)
    }
}

#[test]
fn a_proposals_phase_follows_the_clock_and_its_status() {
    let open = open_proposal();
    assert_eq!(open.phase(UnixSeconds(99)), Ok(Phase::Draft));
    assert_eq!(open.phase(UnixSeconds(100)), Ok(Phase::Voting));
    assert_eq!(open.phase(UnixSeconds(200)), Ok(Phase::Finalizing));
    let succeeded = Proposal { status: Status::Succeeded as u8, ..open };
    assert_eq!(succeeded.phase(UnixSeconds(249)), Ok(Phase::Queued));
    assert_eq!(succeeded.phase(UnixSeconds(250)), Ok(Phase::Executable));
    assert_eq!(succeeded.phase(UnixSeconds(280)), Ok(Phase::Expiring));
}

#[test]
fn a_number_without_meaning_is_named_with_its_value() {
    let proposal = Proposal { status: 9, track: 4, defeat: 5, ballot_rule: 2, ..open_proposal() };
    let meaningless = |field, value| DecodeError::Meaningless { field, value };
    assert_eq!(proposal.status(), Err(meaningless("status of the proposal", 9)));
    assert_eq!(proposal.phase(UnixSeconds(0)), Err(meaningless("status of the proposal", 9)));
    assert_eq!(proposal.track(), Err(meaningless("track of the proposal", 4)));
    assert_eq!(proposal.defeat(), Err(meaningless("defeat of the proposal", 5)));
    assert_eq!(proposal.ballot_rule(), Err(meaningless("ballot rule of the proposal", 2)));
    let late = Proposal { ends_at: i64::MAX, ..open_proposal() };
    assert_eq!(late.timetable(), Err(meaningless("end of voting", i64::MAX.unsigned_abs())));
}

#[test]
fn a_proposals_outcome_is_the_rules() {
    let passing = Proposal { for_weight: 60, against_weight: 40, ..open_proposal() };
    assert_eq!(passing.outcome(), Ok(()));
    let failing = Proposal { for_weight: 59, against_weight: 41, ..open_proposal() };
    assert_eq!(failing.outcome(), Err(Defeat::BelowThreshold));
}

#[test]
fn ballots_and_citations_are_read_from_their_places() {
    let mut proposal = open_proposal();
    proposal.ballots[63] = 0b1100_0000;
    proposal.citations[0] = Citation { principle_id: 0, version: 1 };
    proposal.citations[1] = Citation { principle_id: 4, version: 2 };
    assert_eq!(proposal.choice_of(255), Some(Choice::Abstain));
    assert_eq!(proposal.choice_of(254), None);
    assert_eq!(proposal.choice_of(256), None);
    assert_eq!(proposal.cited(), &proposal.citations[..2]);
}

#[test]
fn a_digest_binds_what_surrounds_the_action() {
    let proposal = open_proposal();
    let action = [2, 1, 0, 0, 0, 0, 0, 0, 0];
    let mut preimage = b"quantumagi:execution:1".to_vec();
    preimage.extend([0; 32 + 4 + 8]);
    preimage.extend([0; 4]);
    preimage.extend([50, 0, 0, 0, 30, 0, 0, 0]);
    preimage.extend([0; 8]);
    preimage.extend(action);
    assert_eq!(proposal.digest_of(&action, &[]), Some(sha256(&preimage)));
    assert_eq!(proposal.digest_of(&action, &[1]), None, "it calls nothing");
    assert_eq!(proposal.digest_of(&[9], &[]), None, "it is no action");
}

#[test]
fn a_policy_ends_by_the_clock_alone() {
    let policy = Policy { sunset_at: 100, ..zeroed!(Policy) };
    assert_eq!(policy.is_in_force(UnixSeconds(99)), Ok(true));
    assert_eq!(policy.is_in_force(UnixSeconds(100)), Ok(false));
    assert_eq!(policy.sunset(), Some(UnixSeconds(100)));
    assert_eq!(zeroed!(Policy).sunset(), None);
}

#[test]
fn a_principles_class_is_a_word() {
    assert_eq!(Principle { class: 1, ..zeroed!(Principle) }.class(), Ok(Class::Entrenched));
    let error = DecodeError::Meaningless { field: "category of the principle", value: 7 };
    assert_eq!(Principle { category: 7, ..zeroed!(Principle) }.category(), Err(error));
}

#[test]
fn a_roster_is_usable_when_it_is_full_and_whole() {
    let roster = Roster { size: 31, count: 31, ..zeroed!(Roster) };
    assert!(roster.is_usable());
    assert_eq!(roster.page_count(), 2);
    assert!(!Roster { count: 30, ..roster.clone() }.is_usable());
    assert!(!Roster { is_closing: 1, ..roster }.is_usable());
}

#[test]
fn a_member_lists_hash_rolls_over_its_members() {
    let member = |byte| Member { voter: quantumagi_interface::Address::new_from_array([byte; 32]), weight: 258 };
    let step = |hash: [u8; 32], byte| sha256(&[&hash[..], &[byte; 32], &[2, 1, 0, 0, 0, 0, 0, 0]].concat());
    assert_eq!(Member::list_hash(&[]), [0; 32]);
    assert_eq!(Member::list_hash(&[member(1), member(2)]), step(step([0; 32], 1), 2));
}

#[test]
fn a_tracks_parameters_survive_being_stored() {
    let parameters = TrackParameters {
        threshold_bps: 1,
        quorum_bps: 2,
        min_for_bps: 3,
        entrenched_threshold_bps: 4,
        discussion_seconds: 5,
        voting_seconds: 6,
        extension_seconds: 7,
        timelock_seconds: 8,
        window_seconds: 9,
        veto_bps: 10,
        slash_bps: 11,
        cooloff_seconds: 12,
        deposit_lamports: 13,
    };
    assert_eq!(TrackParameters::from(TrackConfig::from(parameters)), parameters);
}
