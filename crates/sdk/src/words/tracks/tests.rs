use quantumagi_interface::events::Event;
use quantumagi_rules::action::Action;

use super::super::{describe_action, describe_event};
use super::*;

const ANA: Address = Address::new_from_array([1; 32]);
const BEFORE: TrackParameters = TrackParameters {
    threshold_bps: 6_000,
    quorum_bps: 2_000,
    min_for_bps: 1_000,
    entrenched_threshold_bps: 7_500,
    veto_bps: 0,
    slash_bps: 0,
    discussion_seconds: 86_400,
    voting_seconds: 3 * 86_400,
    extension_seconds: 0,
    cooloff_seconds: 0,
    timelock_seconds: 2 * 86_400,
    window_seconds: 7 * 86_400,
    deposit_lamports: 0,
};

#[track_caller]
fn check(action: &Action<'_>, sentence: &str, details: &[&str]) {
    let words = describe_action(action, &Names::default());
    assert_eq!(words.sentence, sentence);
    assert_eq!(words.details, details);
}

#[track_caller]
fn check_event(event: Event, line: &str) {
    assert_eq!(describe_event(&event, &Names::default()), line);
}

#[test]
fn a_change_of_parameters_is_told_from_what_to_what_and_nothing_else() {
    let after = TrackParameters {
        threshold_bps: 6_667,
        veto_bps: 5_000,
        cooloff_seconds: 3_600,
        deposit_lamports: 1_000_000,
        ..BEFORE
    };
    let change = ParameterChange { track: Track::Treasury, before: BEFORE, after };
    let details = [
        "threshold: 60.00 % → 66.67 %",
        "veto: none → 50.00 %",
        "cool-off: none → 1 hour",
        "deposit: none → 0.001 SOL",
    ];
    let sentence = format!("changes the treasury track ({})", details.join(", "));
    check(&Action::ParametersAmend(change), &sentence, &details);
}

#[test]
fn what_differs_by_less_than_words_can_tell_is_still_told() {
    // Durations are told in their two largest units: two that read alike must not look like no change.
    let after = TrackParameters { window_seconds: 7 * 86_400 + 1, ..BEFORE };
    let change = ParameterChange { track: Track::Policy, before: BEFORE, after };
    let detail = "window: 7 days (604800 seconds) → 7 days (604801 seconds)";
    check(&Action::ParametersAmend(change), &format!("changes the policy track ({detail})"), &[detail]);
}

#[test]
fn veto_bodies_and_attestors_are_told_by_what_they_will_be() {
    let members_hash = [0xab; 32];
    let members = format!("members {}", "ab".repeat(32));
    check(
        &Action::VetoBodyAdopt { roster_version: 2, members_hash },
        "makes roster 2 the veto body of later proposals",
        &[&members],
    );
    check(
        &Action::VetoBodyAdopt { roster_version: 0, members_hash: [0; 32] },
        "leaves later proposals without a veto body",
        &[],
    );
    let settings = Settings { attestor: ANA.to_bytes(), attestation_mark: 8_000, max_open_proposals: 1 };
    check(
        &Action::SettingsAmend(settings),
        &format!("makes {ANA} the attestor, with a mark of 80.00 %; a proposer may have 1 proposal open"),
        &[&format!("attestor {ANA}")],
    );
    let nobody = Settings { attestor: [0; 32], attestation_mark: 0, max_open_proposals: 4 };
    check(
        &Action::SettingsAmend(nobody),
        "lets proposals go without an attestor; a proposer may have 4 proposals open",
        &[],
    );
}

#[test]
fn events_are_told_with_who_ordered_them() {
    let (constitution, sequence, at, mandate) = (ANA, 1, 0, Address::default());
    let (roster, members_hash) = (ANA, [0; 32]);
    let adopted = |version, total_weight| {
        Event::VetoBodyAdopted(VetoBodyAdopted {
            constitution,
            sequence,
            at,
            mandate,
            roster,
            version,
            total_weight,
            members_hash,
        })
    };
    check_event(adopted(2, 100), "roster 2 is the veto body of later proposals, total weight 100, by the founder");
    check_event(adopted(0, 0), "later proposals have no veto body, by the founder");
    let amended = SettingsAmended {
        constitution,
        sequence,
        at,
        mandate: ANA,
        attestor: Address::default(),
        attestation_mark: 0,
        max_open_proposals: 3,
    };
    check_event(
        Event::SettingsAmended(amended),
        &format!(
            "settings amended: lets proposals go without an attestor; a proposer may have 3 proposals open, \
             ordered by proposal {ANA}"
        ),
    );
    let parameters = ParametersAmended { constitution, sequence, at, mandate, track: 3, parameters: BEFORE.into() };
    check_event(
        Event::ParametersAmended(parameters),
        "parameters of the ratification track are now threshold 60.00 %, quorum 20.00 %, minimum for 10.00 %, \
         entrenched threshold 75.00 %, veto none, forfeit below none, discussion 1 day, voting 3 days, extension none, \
         cool-off none, timelock 2 days, window 7 days, deposit none, by the founder",
    );
}

#[test]
fn vetoes_and_scores_are_told_with_what_they_lead_to() {
    let vetoed = |status| {
        Event::ProposalVetoed(ProposalVetoed {
            proposal: ANA,
            sequence: 1,
            at: 0,
            member: ANA,
            weight: 20,
            veto_weight: 50,
            member_index: 1,
            status,
            reserved: [0; 3],
        })
    };
    check_event(vetoed(0), &format!("{ANA} vetoes it with weight 20, 50 so far"));
    check_event(vetoed(3), &format!("{ANA} vetoes it with weight 20, 50 so far; it is vetoed"));
    let attested = ProposalAttested {
        proposal: ANA,
        sequence: 1,
        at: 0,
        attestor: ANA,
        report_hash: [0xab; 32],
        score: 9_100,
        reserved: [0; 6],
    };
    let line = format!("attested by {ANA} with 91.00 %, see the report {}", "ab".repeat(32));
    check_event(Event::ProposalAttested(attested), &line);
}
