use quantumagi_interface::Address;
use quantumagi_rules::ballot::Choice;
use quantumagi_rules::ballot::write;
use quantumagi_rules::lifecycle::Status;

use super::*;

/// 2027-01-01, midnight: voting starts.
const START: i64 = 1_798_761_600;
const DAY: i64 = 86_400;

fn member(byte: u8, weight: u64) -> Member {
    Member { voter: Address::new_from_array([byte; 32]), weight }
}

/// A proposal of 100 weight in which `for_weight` and so on were cast.
fn proposal(for_weight: u64, against_weight: u64, abstain_weight: u64) -> Proposal {
    let mut bytes = vec![0; Proposal::LEN];
    bytes[..8].copy_from_slice(&Proposal::DISCRIMINATOR);
    Proposal {
        id: 7,
        for_weight,
        against_weight,
        abstain_weight,
        total_weight: 20_000,
        starts_at: START,
        ends_at: START + 3 * DAY,
        timelock_seconds: 86_400,
        window_seconds: 7 * 86_400,
        threshold_bps: 6_000,
        quorum_bps: 2_000,
        min_for_bps: 1_000,
        voters: 3,
        ballots_cast: 2,
        ..Proposal::decode(&bytes).expect("zeros are a proposal")
    }
}

fn describe(proposal: &Proposal, now: i64) -> ProposalSummary {
    describe_proposal(proposal, &[], &[], UnixSeconds(now)).expect("every number has a meaning")
}

#[test]
fn each_phase_is_told_with_the_moment_that_matters_next() {
    let (end, with_status) = (START + 3 * DAY, |status: Status| Proposal {
        status: status as u8,
        defeat: u8::from(status == Status::Defeated) * 3,
        updated_at: START + 4 * DAY,
        ..proposal(6_000, 4_000, 0)
    });
    let table = [
        (Status::Open, START - 3_661, "discussion", "discussed until voting starts at 2027-01-01, in 1 hour 1 minute"),
        (Status::Open, START, "voting", "voting until 2027-01-04, 3 days left"),
        (Status::Open, end, "counting", "voting ended at 2027-01-04; anybody can write the outcome down"),
        (Status::Succeeded, end, "queued", "approved; can be executed from 2027-01-05, in 1 day"),
        (Status::Succeeded, end + DAY, "executable", "approved; anybody can execute it until 2027-01-12, 7 days left"),
        (
            Status::Succeeded,
            end + 8 * DAY,
            "lapsed",
            "approved, but not executed by 2027-01-12: it never can be any more",
        ),
        (Status::Defeated, end, "defeated", "defeated; written down at 2027-01-05"),
        (Status::Vetoed, end, "vetoed", "vetoed at 2027-01-05"),
        (Status::Cancelled, end, "cancelled", "withdrawn by its proposer at 2027-01-05"),
        (Status::Executed, end, "executed", "executed at 2027-01-05"),
        (Status::Expired, end, "expired", "approved, but not executed by 2027-01-12; written down at 2027-01-05"),
    ];
    for (status, now, phase, state) in table {
        let summary = describe(&with_status(status), now);
        assert_eq!((summary.phase, summary.state.as_str()), (phase, state));
    }
}

#[test]
fn a_hair_below_the_threshold_is_told_as_below() {
    let summary = describe(&proposal(5_999, 4_001, 0), START + 3 * DAY);
    assert_eq!(
        summary.tally.sentence,
        "5999 for, 4001 against (59.99 % for), 0 abstaining; 10000 of 20000 voted (50.00 %)"
    );
    assert_eq!(
        summary.outcome.as_deref(),
        Some("fails: only 5999 of 10000 were for, 59.99 % of for and against, where 60.00 % were needed")
    );
    let threshold = Requirement {
        name: "threshold",
        needed: "60.00 % of for and against".to_owned(),
        reached: "59.99 %".to_owned(),
        is_met: false,
    };
    assert_eq!(summary.requirements[1], threshold);
    assert_eq!(summary.missing, [] as [String; 0]);
}

#[test]
fn exactly_the_threshold_passes() {
    let summary = describe(&proposal(6_000, 4_000, 0), START + 3 * DAY);
    assert_eq!(
        summary.outcome.as_deref(),
        Some("passes: 6000 of 10000 were for, 60.00 % of for and against, where 60.00 % were needed")
    );
    assert!(summary.requirements.iter().all(|requirement| requirement.is_met));
}

#[test]
fn what_is_missing_is_told_condition_by_condition() {
    let summary = describe(&proposal(48, 40, 0), START);
    let expected = [
        "needs 3912 more weight for to pass, of 19912 that has not voted",
        "3912 more weight must vote, any way, to reach the quorum of 20.00 % of the total weight",
        "12 more weight must vote for to reach 60.00 % of for and against",
        "1952 more weight must vote for to reach the minimum of 10.00 % of the total weight",
    ];
    assert_eq!(summary.missing, expected);
    let expected = ["nothing is missing: it passes with the ballots cast so far"];
    assert_eq!(describe(&proposal(6_000, 4_000, 0), START).missing, expected);
}

#[test]
fn what_is_out_of_reach_is_told_by_whether_ballots_can_change() {
    let lost = proposal(1_000, 12_000, 0);
    let expected = [
        "cannot pass unless ballots are changed: the 7000 that has not voted is too little",
        "1000 more weight must vote for to reach the minimum of 10.00 % of the total weight",
    ];
    let missing = describe(&lost, START).missing;
    assert_eq!([&missing[0], &missing[2]], expected.each_ref());
    assert_eq!(missing[1], "60.00 % of for and against is out of reach");
    let lost = Proposal { ballot_rule: 1, ..lost };
    assert_eq!(describe(&lost, START).missing[0], "cannot pass any more: the 7000 that has not voted is too little");
}

#[test]
fn each_defeat_is_told_with_its_numbers() {
    let table = [
        (1, (1_000, 0, 0), "defeated: only 1000 of 20000 voted, 5.00 %, where the quorum is 20.00 %"),
        (2, (0, 9_000, 0), "defeated: nobody voted for it"),
        (
            4,
            (1_999, 1, 5_000),
            "defeated: only 1999 of 20000 were for, 9.99 % of the total weight, where 10.00 % were needed",
        ),
    ];
    for (defeat, (f, a, b), outcome) in table {
        let defeated = Proposal { status: Status::Defeated as u8, defeat, ..proposal(f, a, b) };
        assert_eq!(describe(&defeated, START + 9 * DAY).outcome.as_deref(), Some(outcome));
        assert_eq!(defeated.outcome().map_err(|defeat| defeat as u8), Err(defeat));
    }
}

#[test]
fn requirements_agree_with_the_rule_on_every_small_tally() {
    for f in 0..=12u64 {
        for a in 0..=12 - f {
            for b in 0..=12 - f - a {
                let given = Proposal { total_weight: 12, ..proposal(f, a, b) };
                let all_met = describe(&given, START).requirements.iter().all(|requirement| requirement.is_met);
                assert_eq!(all_met, given.outcome().is_ok(), "{f} {a} {b}");
            }
        }
    }
}

#[test]
fn voters_are_listed_with_their_ballot_and_whether_they_can_vote() {
    let members = [member(1, 10_000), member(2, 6_667), member(3, 3_333)];
    let mut given = proposal(10_000, 6_667, 0);
    assert!(write(&mut given.ballots, 0, Choice::For) && write(&mut given.ballots, 1, Choice::Against));
    let brief = |proposal: &Proposal, now| -> Vec<(u32, String, BallotWords, bool)> {
        let summary = describe_proposal(proposal, &members, &[], UnixSeconds(now)).expect("every number has a meaning");
        summary.voters.into_iter().map(|voter| (voter.index, voter.share, voter.ballot, voter.can_vote)).collect()
    };
    let rows = |can_vote: [bool; 3]| {
        vec![
            (0, "50.00 %".to_owned(), BallotWords::For, can_vote[0]),
            (1, "33.33 %".to_owned(), BallotWords::Against, can_vote[1]),
            (2, "16.66 %".to_owned(), BallotWords::None, can_vote[2]),
        ]
    };
    assert_eq!(brief(&given, START), rows([true; 3]));
    assert_eq!(brief(&given, START - 1), rows([false; 3]));
    assert_eq!(brief(&Proposal { ballot_rule: 1, ..given }, START), rows([false, false, true]));
}

#[test]
fn a_ballot_on_a_page_that_was_not_given_is_unknown_and_not_absent() {
    let members: Vec<Member> = (0..258).map(|_| member(1, 1)).collect();
    let mut bytes = vec![0; BallotPage::LEN];
    bytes[..8].copy_from_slice(&BallotPage::DISCRIMINATOR);
    let mut page = BallotPage::decode(&bytes).expect("zeros are a page");
    assert!(write(&mut page.ballots, 1, Choice::Abstain));
    let ballots = |proposal: &Proposal, pages: &[BallotPage]| {
        let summary = describe_proposal(proposal, &members, pages, UnixSeconds(START)).expect("has a meaning");
        [summary.voters[256].ballot, summary.voters[257].ballot]
    };
    let with_page = Proposal { ballot_pages: 1, ..proposal(1, 0, 0) };
    assert_eq!(ballots(&with_page, &[]), [BallotWords::Unknown; 2]);
    assert_eq!(ballots(&with_page, &[page]), [BallotWords::None, BallotWords::Abstain]);
    assert_eq!(ballots(&proposal(1, 0, 0), &[]), [BallotWords::None; 2]);
    let closed = Proposal { status: Status::Defeated as u8, ..proposal(1, 0, 0) };
    assert_eq!(ballots(&closed, &[]), [BallotWords::Unknown; 2]);
}

#[test]
fn a_number_without_meaning_is_an_error() {
    let corrupt = Proposal { status: 9, ..proposal(0, 0, 0) };
    let error = describe_proposal(&corrupt, &[], &[], UnixSeconds(0)).expect_err("9 is no status");
    assert_eq!(error, DecodeError::Meaningless { field: "status of the proposal", value: 9 });
}

#[test]
fn a_summary_is_written_as_json() {
    let mut given = proposal(1, 0, 0);
    given.voters = 1;
    let members = [member(1, 20_000)];
    let summary = describe_proposal(&given, &members, &[], UnixSeconds(START)).expect("has a meaning");
    let json = serde_json::to_value(&summary).expect("plain values");
    assert_eq!(json["phase"], "voting");
    assert_eq!(json["tally"]["for_weight"], 1);
    assert_eq!(json["voters"][0]["ballot"], "none");
    assert_eq!(json["voters"][0]["can_vote"], true);
}

#[test]
fn whoever_has_a_say_besides_the_voters_is_told() {
    assert!(describe(&proposal(0, 0, 0), START).scrutiny.is_empty());
    let attestor = Address::new_from_array([9; 32]);
    let watched = Proposal {
        veto_bps: 3_334,
        veto_total: 3,
        veto_weight: 1,
        attestor,
        attestation_mark: 8_000,
        unattested_threshold_bps: 7_500,
        deposit_lamports: 2_000_000,
        slash_bps: 500,
        ..proposal(6_000, 4_000, 0)
    };
    let summary = describe(&watched, START);
    let veto = "1 of 3 in the veto body want to stop it (33.33 %); 33.34 % stop it".to_owned();
    let deposit = "its proposer forfeits the deposit of 0.002 SOL if less than 5.00 % are for it".to_owned();
    let silent = format!("not attested by {attestor} (mark 80.00 %), so the threshold is 75.00 %");
    assert_eq!(summary.scrutiny, [veto.clone(), silent, deposit.clone()]);
    assert_eq!(
        (summary.requirements[1].needed.as_str(), summary.requirements[1].is_met),
        ("75.00 % of for and against", false)
    );

    let attested = Proposal { is_attested: 1, attestation_score: 8_000, ..watched };
    let summary = describe(&attested, START);
    let scored = format!("attested by {attestor} with 80.00 % (mark 80.00 %), so the threshold is 60.00 %");
    assert_eq!(summary.scrutiny, [veto, scored, deposit]);
    assert!(summary.requirements[1].is_met);
}

#[test]
fn before_a_snapshot_is_bound_that_is_what_is_missing() {
    let unbound = Proposal { electorate_kind: 3, total_weight: 0, ..proposal(0, 0, 0) };
    assert_eq!(describe(&unbound, START).missing, ["a snapshot must be bound first: until then nobody can vote"]);
    let bound = Proposal { snapshot_root: [1; 32], total_weight: 900, ..unbound };
    assert_eq!(describe(&bound, START).missing[0], "needs 180 more weight for to pass, of 900 that has not voted");
}

#[test]
fn an_execution_under_way_tells_how_far_it_is() {
    let begun = Proposal { status: 1, steps: 3, steps_done: 1, ..proposal(6_000, 4_000, 0) };
    let told = "approved; anybody can execute it until 2027-01-12, 7 days left; 1 of 3 steps done";
    assert_eq!(describe(&begun, START + 4 * DAY).state, told);
}

#[test]
fn e3_a_pause_is_told_with_the_window_that_it_gives_back() {
    let bytes: Vec<u8> = Constitution::DISCRIMINATOR.into_iter().chain([0; Constitution::LEN - 8]).collect();
    let zeroed = Constitution::decode(&bytes).expect("zeros are a constitution");
    let opens_at = START + 4 * DAY;
    // Payments stop a day after the window of seven has opened, for ten days.
    let (mut paused_from, mut paused_until) = ([0; 4], [0; 4]);
    (paused_from[1], paused_until[1]) = (opens_at + DAY, opens_at + 11 * DAY);
    let paused = Constitution { paused_from, paused_until, ..zeroed };
    let payment = Proposal { status: 1, track: 1, ..proposal(6_000, 4_000, 0) };
    let under = |proposal: &Proposal, days: i64| {
        let summary = describe_proposal_under(&paused, proposal, &[], &[], UnixSeconds(opens_at + days * DAY));
        let summary = summary.expect("every number has a meaning");
        (summary.phase, summary.state)
    };
    let stopped = "approved; an emergency act pauses its execution until 2027-01-16, then anybody can execute it until \
                   2027-01-22";
    assert_eq!(under(&payment, 8), ("executable", stopped.to_owned()));
    let open = "approved; anybody can execute it until 2027-01-22, 6 days left";
    assert_eq!(under(&payment, 11), ("executable", open.to_owned()));
    assert_eq!(under(&payment, 17).0, "lapsed");
    assert_eq!(under(&Proposal { track: 0, ..payment }, 8).0, "lapsed", "policies are not paused");
}
