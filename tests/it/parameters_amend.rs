//! `parameters_amend`: the founder before the seal, an approved proposal after it; never out of bounds, never for less
//! than what is changed.

use quantumagi_rules::parameters::{ParameterChange, Track};

use crate::support::*;

fn amend(community: &Community) -> ix::ParametersAmend {
    ix::ParametersAmend {
        authority: community.founder,
        constitution: community.constitution,
        proposal: None,
        guardrails: None,
    }
}

/// The track's parameters in force, changed.
fn changed(community: &Community, track: Track, change: impl Fn(&mut types::TrackConfig)) -> types::TrackConfig {
    let mut config = community.constitution(&community.constitution).tracks[track as usize];
    change(&mut config);
    config
}

fn action(community: &Community, track: Track, after: types::TrackConfig) -> Action<'static> {
    let before = community.constitution(&community.constitution).parameters(track);
    Action::ParametersAmend(ParameterChange { track, before, after: after.into() })
}

fn policy() -> Action<'static> {
    Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at: 0 }
}

#[test]
fn the_founder_amends_parameters_before_the_seal() {
    let mut community = Founding::default().unsealed().found();
    let after = changed(&community, Track::Treasury, |track| track.threshold_bps = 7_000);
    let before = community.constitution(&community.constitution);
    let instruction = amend(&community).instruction(1, &after);
    let done = community.send(instruction);
    let stored = community.constitution(&community.constitution);
    let mut tracks = before.tracks;
    tracks[1] = after;
    assert_eq!(stored, accounts::Constitution { tracks, chain: stored.chain, ..before });
    let Event::ParametersAmended(event) = done.event() else { panic!("{:?}", done.events) };
    assert_eq!((event.track, event.parameters, event.mandate), (1, after, Address::default()));
}

#[test]
fn a_vote_amends_each_track() {
    for track in Track::ALL {
        let mut community = Founding::default().found();
        let after = changed(&community, track, |track| track.window_seconds = 7_200);
        let action = action(&community, track, after);
        let proposal = community.approved(&action);
        let accounts =
            ix::ParametersAmend { authority: community.stranger(), proposal: Some(proposal), ..amend(&community) };
        let done = community.send(accounts.instruction(track as u8, &after));
        assert_eq!(community.constitution(&community.constitution).tracks[track as usize], after);
        assert!(done.events.iter().any(|event| matches!(event, Event::ParametersAmended(e) if e.mandate == proposal)));
        check_refused(&mut community, accounts.instruction(track as u8, &after), GovError::NothingAmended);
    }
}

#[test]
fn t6_t7_a_change_touches_no_open_or_decided_proposal() {
    let mut community = Founding::default().found();
    let after = changed(&community, Track::Policy, |track| {
        (track.threshold_bps, track.entrenched_threshold_bps, track.quorum_bps) = (9_000, 9_500, 9_000);
        track.timelock_seconds = 60 * 86_400;
    });
    let change = action(&community, Track::Policy, after);
    let proposal = community.create(&community.draft(&change));
    community.open_voting(&proposal);
    for index in 0..8 {
        community.vote(&proposal, index, FOR);
    }
    community.finalize(&proposal);
    let decided = community.propose(&policy());
    community.open_voting(&decided);
    for (index, choice) in [(0, FOR), (1, FOR), (3, FOR), (2, AGAINST), (4, AGAINST)] {
        community.vote(&decided, index, choice);
    }
    community.finalize(&decided);
    let open = community.propose(&policy());
    let opens_at = community.opens_at(&proposal);
    community.set_time(opens_at);
    let stored = [decided, open].map(|address| community.account(&address));
    let accounts =
        ix::ParametersAmend { authority: community.stranger(), proposal: Some(proposal), ..amend(&community) };
    community.send(accounts.instruction(0, &after));
    assert_eq!([decided, open].map(|address| community.account(&address)), stored);

    // 62 % of a turnout of 62 % still passes, after two days, what was proposed before.
    community.open_voting(&open);
    for (index, choice) in [(0, FOR), (3, FOR), (2, AGAINST), (4, AGAINST)] {
        community.vote(&open, index, choice);
    }
    community.finalize(&open);
    assert_eq!((community.proposal(&open).status, community.proposal(&open).defeat), (1, 0));
    let opens_at = community.opens_at(&decided);
    community.set_time(opens_at);
    let (payer, constitution) = (community.stranger(), community.constitution);
    let adopt = ix::PolicyAdopt { payer, constitution, proposal: decided, policy: pda::policy(&constitution, 0) };
    community.send(adopt.instruction(hash("be kind"), 0));
    assert_eq!(community.proposal(&decided).status, 5);

    let new = community.propose(&policy());
    let stored = community.proposal(&new);
    assert_eq!((stored.threshold_bps, stored.quorum_bps, stored.timelock_seconds), (9_000, 9_000, 60 * 86_400));
}

/// Lowers the policy track's threshold from 90 % with these ballots; returns status and reason.
fn lowering(choices: &[(u32, u8)]) -> (u8, u8) {
    let mut founding = Founding::default();
    (founding.tracks[0].threshold_bps, founding.tracks[0].entrenched_threshold_bps) = (9_000, 9_500);
    let mut community = founding.found();
    let after = changed(&community, Track::Policy, |track| track.threshold_bps = 6_000);
    let action = action(&community, Track::Policy, after);
    let proposal = community.propose(&action);
    assert_eq!(community.proposal(&proposal).threshold_bps, 9_000);
    community.open_voting(&proposal);
    for (index, choice) in choices {
        community.vote(&proposal, *index, *choice);
    }
    community.finalize(&proposal);
    let stored = community.proposal(&proposal);
    (stored.status, stored.defeat)
}

#[test]
fn t9_lowering_a_threshold_takes_the_threshold_that_is_lowered() {
    let all_but =
        |against: u32| (0..8).map(|index| (index, if index == against { AGAINST } else { FOR })).collect::<Vec<_>>();
    // Member 4 has a tenth of the weight, member 3 more.
    assert_eq!(lowering(&all_but(4)), (1, 0));
    assert_eq!(lowering(&all_but(3)), (2, 3));
}

#[test]
fn t9_a_share_is_met_by_what_raises_it_and_by_what_lowers_it() {
    let community = Founding::default().found();
    let frozen = |change: fn(&mut types::TrackConfig)| {
        let mut community = community.clone();
        let after = changed(&community, Track::Policy, change);
        let action = action(&community, Track::Policy, after);
        let proposal = community.propose(&action);
        let stored = community.proposal(&proposal);
        (stored.threshold_bps, stored.quorum_bps, stored.min_for_bps)
    };
    // The amendment track: 80 % for what is entrenched, a quorum of 40 %, 30 % of all in favour.
    assert_eq!(frozen(|track| track.timelock_seconds = 3_600), (8_000, 4_000, 3_000));
    assert_eq!(frozen(|track| track.entrenched_threshold_bps = 9_999), (9_999, 4_000, 3_000));
    assert_eq!(frozen(|track| track.quorum_bps = 7_000), (8_000, 7_000, 3_000));
    assert_eq!(frozen(|track| track.min_for_bps = 6_000), (8_000, 4_000, 6_000));
}

#[test]
fn t9_a_change_of_what_was_changed_meanwhile_is_another_change() {
    let mut community = Founding::default().found();
    let lower = changed(&community, Track::Policy, |track| track.timelock_seconds = 3_600);
    let higher = changed(&community, Track::Policy, |track| {
        (track.threshold_bps, track.entrenched_threshold_bps) = (9_500, 9_500);
    });
    let (first, second) = (action(&community, Track::Policy, higher), action(&community, Track::Policy, lower));
    let [raises, lowers] = [&first, &second].map(|action| {
        let mut draft = community.draft(action);
        draft.args.content_hash = hash("one of two");
        community.create(&draft)
    });
    for proposal in [raises, lowers] {
        community.open_voting(&proposal);
        for index in 0..8 {
            community.vote(&proposal, index, FOR);
        }
    }
    for proposal in [raises, lowers] {
        community.finalize(&proposal);
    }
    let opens_at = community.opens_at(&raises);
    community.set_time(opens_at);
    let by = |proposal| ix::ParametersAmend {
        authority: community.stranger(),
        proposal: Some(proposal),
        ..amend(&community)
    };
    let (raise, lowering) = (by(raises).instruction(0, &higher), by(lowers).instruction(0, &lower));
    community.send(raise);
    // It would bring the threshold down from 95 % with the 80 % that it took before.
    check_refused(&mut community, lowering, GovError::DigestMismatch);
    let stale = community.draft(&second);
    check_refused(&mut community, stale.instruction(), GovError::ParametersNotInForce);
}

#[test]
fn l2_l3_t8_no_vote_and_no_founder_leaves_the_bounds() {
    let mut community = Founding::default().unsealed().found();
    type Change = fn(&mut types::TrackConfig);
    let out_of_bounds: [(Track, Change); 9] = [
        (Track::Policy, |track| track.threshold_bps = 5_999),
        (Track::Policy, |track| track.timelock_seconds = 0),
        (Track::Policy, |track| (track.veto_bps, track.cooloff_seconds) = (5_000, 3_599)),
        (Track::Policy, |track| track.deposit_lamports = 890_879),
        (Track::Policy, |track| track.deposit_lamports = 2_500_001),
        (Track::Treasury, |track| track.quorum_bps = 999),
        (Track::Amendment, |track| track.quorum_bps = 999),
        (Track::Ratification, |track| (track.veto_bps, track.cooloff_seconds) = (5_000, 86_400)),
        (Track::Ratification, |track| track.voting_seconds = 3 * 86_400 + 1),
    ];
    for (track, change) in out_of_bounds {
        let after = changed(&community, track, change);
        let instruction = amend(&community).instruction(track as u8, &after);
        check_refused(&mut community, instruction, GovError::ParameterOutOfRange);
    }
    community.seal();
    let after = changed(&community, Track::Treasury, |track| track.quorum_bps = 999);
    let draft = community.draft(&action(&community, Track::Treasury, after));
    check_refused(&mut community, draft.instruction(), GovError::ParameterOutOfRange);
    let same = changed(&community, Track::Treasury, |_| {});
    let draft = community.draft(&action(&community, Track::Treasury, same));
    check_refused(&mut community, draft.instruction(), GovError::NothingAmended);
}

#[test]
fn parameters_amend_refuses_whoever_may_not_and_whatever_is_no_change() {
    let mut community = Founding::default().unsealed().found();
    let after = changed(&community, Track::Policy, |track| track.window_seconds = 7_200);
    let stranger = ix::ParametersAmend { authority: community.stranger(), ..amend(&community) };
    check_refused(&mut community, stranger.instruction(0, &after), GovError::NotFounder);
    let founder = amend(&community).instruction(0, &after);
    check_refused(&mut community, unsigned(founder, 0), InstructionError::MissingRequiredSignature);
    let unknown = amend(&community).instruction(4, &after);
    check_refused(&mut community, unknown, GovError::ActionOutOfRange);
    let same = changed(&community, Track::Policy, |_| {});
    let nothing = amend(&community).instruction(0, &same);
    check_refused(&mut community, nothing, GovError::NothingAmended);
    community.seal();
    let sealed = amend(&community).instruction(0, &after);
    check_refused(&mut community, sealed, GovError::MandateMissing);
}

#[test]
fn x1_a_vote_on_one_change_makes_no_other() {
    let mut community = Founding::default().found();
    let voted = changed(&community, Track::Policy, |track| track.window_seconds = 7_200);
    let change = action(&community, Track::Policy, voted);
    let proposal = community.approved(&change);
    let accounts = ix::ParametersAmend { proposal: Some(proposal), ..amend(&community) };
    let other = types::TrackConfig { window_seconds: 7_201, ..voted };
    check_refused(&mut community, accounts.instruction(0, &other), GovError::DigestMismatch);
    let treasury = changed(&community, Track::Treasury, |track| track.window_seconds = 7_200);
    check_refused(&mut community, accounts.instruction(1, &treasury), GovError::DigestMismatch);
}

#[test]
fn a_change_of_parameters_is_about_no_account() {
    let mut community = Founding::default().found();
    let after = changed(&community, Track::Policy, |track| track.window_seconds = 7_200);
    let mut draft = community.draft(&action(&community, Track::Policy, after));
    draft.accounts.subject = Some(pda::principle(&community.constitution, 0));
    check_refused(&mut community, draft.instruction(), GovError::WrongSubject);
}
