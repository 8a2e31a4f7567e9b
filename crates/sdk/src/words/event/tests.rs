use quantumagi_interface::events::{ConstitutionAmended, PolicySunsetRecorded};
use quantumagi_interface::types::{Citation, Member};

use super::*;

const ANA: Address = Address::new_from_array([1; 32]);
const BEN: Address = Address::new_from_array([2; 32]);
const TEXT: [u8; 32] = [0xab; 32];
/// 2027-01-01, midnight.
const NEW_YEAR: i64 = 1_798_761_600;

#[track_caller]
fn check(event: Event, line: &str) {
    let names = Names { titles: [(TEXT, "Travel".to_owned())].into(), ..Names::default() };
    assert_eq!(describe_event(&event, &names), line);
}

fn voted(choice: u8, previous_choice: u8) -> Event {
    Event::ProposalVoted(ProposalVoted {
        proposal: BEN,
        sequence: 1,
        at: 0,
        voter: ANA,
        weight: 12,
        ends_at: 0,
        voter_index: 0,
        choice,
        previous_choice,
        was_extended: 0,
        reserved: 0,
    })
}

fn finalized(for_weight: u64, against_weight: u64, status: u8, defeat: u8) -> Event {
    Event::ProposalFinalized(ProposalFinalized {
        proposal: BEN,
        sequence: 9,
        at: 0,
        for_weight,
        against_weight,
        abstain_weight: 5,
        total_weight: 20_000,
        cooled_at: NEW_YEAR,
        opens_at: NEW_YEAR,
        closes_at: NEW_YEAR + 3_600,
        status,
        defeat,
        reserved: [0; 6],
    })
}

#[test]
fn votes_tell_who_and_what_was_changed() {
    check(voted(1, 0), &format!("{ANA} voted for with weight 12"));
    check(voted(3, 2), &format!("{ANA} voted to abstain with weight 12, instead of against"));
    check(voted(9, 0), &format!("{ANA} voted choice 9 with weight 12"));
}

#[test]
fn outcomes_are_told_with_their_reason_and_never_rounded_up() {
    check(
        finalized(6_000, 4_000, 1, 0),
        "approved: 6000 for, 4000 against (60.00 % for), 5 abstaining, of 20000; \
         can be executed from 2027-01-01 to 2027-01-01 01:00 UTC",
    );
    check(
        finalized(5_999, 4_001, 2, 3),
        "defeated, too little of for and against was for: 5999 for, 4001 against (59.99 % for), 5 abstaining, of 20000",
    );
    check(
        finalized(1, 0, 7, 0),
        "finalized with status 7, defeat 0: 1 for, 0 against (100.00 % for), 5 abstaining, of 20000",
    );
}

#[test]
fn a_change_tells_who_ordered_it() {
    let amended = |mandate| {
        Event::ConstitutionAmended(ConstitutionAmended {
            constitution: BEN,
            sequence: 1,
            at: 0,
            mandate,
            version: 2,
            text_hash: TEXT,
            parent_hash: [1; 32],
        })
    };
    check(amended(Address::default()), r#"constitution amended to version 2, "Travel", by the founder"#);
    check(amended(ANA), &format!(r#"constitution amended to version 2, "Travel", ordered by proposal {ANA}"#));
}

#[test]
fn a_proposal_is_told_with_its_action() {
    let created = |payload: Address, action: Vec<u8>| {
        Event::ProposalCreated(ProposalCreated {
            constitution: BEN,
            sequence: 1,
            at: 0,
            proposal: BEN,
            proposal_id: 4,
            proposer: ANA,
            electorate: BEN,
            veto_roster: Address::default(),
            attestor: Address::default(),
            subject: Address::default(),
            content_hash: TEXT,
            execution_digest: [0; 32],
            deploy_slot: 0,
            total_weight: 100,
            veto_total: 0,
            deposit_lamports: 0,
            voters: 8,
            constitution_version: 1,
            starts_at: NEW_YEAR,
            ends_at: NEW_YEAR + 86_400,
            extension_seconds: 0,
            cooloff_seconds: 0,
            timelock_seconds: 3_600,
            window_seconds: 3_600,
            threshold_bps: 6_000,
            quorum_bps: 500,
            min_for_bps: 100,
            veto_bps: 0,
            slash_bps: 0,
            unattested_threshold_bps: 0,
            attestation_mark: 0,
            steps: 0,
            electorate_kind: 1,
            track: 0,
            ballot_rule: 0,
            number: 10,
            payload,
            slots: Vec::new(),
            citations: vec![Citation { principle_id: 0, version: 1 }],
            action,
        })
    };
    check(
        created(Address::default(), Action::PolicyAdopt { text_hash: TEXT, sunset_at: 0 }.to_bytes()),
        &format!(
            "proposal 4 by {ANA} on the policy track, which adopts the policy \"Travel\" without end; \
             passes with 60.00 %; voting from 2027-01-01 to 2027-01-02"
        ),
    );
    check(
        created(Address::default(), vec![99, 1]),
        &format!(
            "proposal 4 by {ANA} on the policy track, which holds no action that is understood here: 6301; \
             passes with 60.00 %; voting from 2027-01-01 to 2027-01-02"
        ),
    );
    check(
        created(BEN, Vec::new()),
        &format!(
            "proposal 4 by {ANA} on the policy track, which does what is written in payload {BEN}; \
             passes with 60.00 %; voting from 2027-01-01 to 2027-01-02"
        ),
    );
}

#[test]
fn lists_and_parts_are_counted() {
    let members = vec![Member { voter: ANA, weight: 3 }, Member { voter: BEN, weight: u64::MAX }];
    check(
        Event::RosterExtended(RosterExtended {
            constitution: BEN,
            sequence: 1,
            at: 0,
            roster: BEN,
            first_index: 30,
            members,
        }),
        &format!("2 members joined roster {BEN} from index 30, weighing 18446744073709551618 together"),
    );
    check(
        Event::TextPublished(TextPublished {
            text_hash: TEXT,
            publisher: ANA,
            total_len: 10,
            offset: 4,
            bytes: vec![0; 3],
        }),
        &format!(r#"bytes 4 to 7 of 10 of "Travel" published by {ANA}"#),
    );
    check(
        Event::PolicySunsetRecorded(PolicySunsetRecorded {
            constitution: BEN,
            sequence: 1,
            at: 0,
            policy_id: 2,
            sunset_at: NEW_YEAR,
        }),
        "policy 2 ended by its own clock on 2027-01-01",
    );
}
