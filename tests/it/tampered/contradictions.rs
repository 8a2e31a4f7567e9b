//! What an altered event contradicts when the events are carried out again, without any earlier reading; and where it
//! contradicts nothing, which account shows it.

use quantumagi_interface::events::{EmergencyApproved, EmergencyOpened};
use quantumagi_rules::Weight;
use quantumagi_rules::approval::{Defeat, Tally};
use quantumagi_sdk::verify::{Chain, ChainBreak, Contradiction, Deviation, ReplayBreak, Verification, verify};

use super::histories::{History, attestations, emergencies, vetoes, weight_records};
use super::{breaks, chain_of, result_of};
use crate::support::*;

/// Event number `nth` of this name, told with a change. Where it was, and what verification says.
#[track_caller]
fn told_wrongly(
    history: &History,
    name: &str,
    nth: usize,
    change: impl FnOnce(&mut Event),
) -> (Chain, u64, Verification) {
    let mut ledger = history.ledger();
    let mut named = ledger.history.events.iter_mut().filter(|logged| logged.event.as_ref().unwrap().name() == name);
    let logged = named.nth(nth).unwrap_or_else(|| panic!("{name} happened {nth} times"));
    let mut event = logged.event.clone().expect("this program's");
    let (chain, sequence) = (chain_of(&event), event.sequence().expect("it has a chain"));
    change(&mut event);
    assert_ne!(event.to_bytes(), logged.raw.bytes, "it is told wrongly");
    logged.raw.bytes = event.to_bytes();
    let verification = verify(&ledger);
    let broken = result_of(&verification, &ledger, chain);
    assert!(matches!(broken, Err(ChainBreak::Altered { from: 0, .. })), "{broken:?}");
    assert_eq!((breaks(&verification), verification.is_proved()), (1, false));
    (chain, sequence, verification)
}

/// The event that was told wrongly is named, and what it contradicts.
#[track_caller]
fn check(history: &History, name: &str, nth: usize, change: impl FnOnce(&mut Event), contradiction: Contradiction) {
    let (chain, sequence, verification) = told_wrongly(history, name, nth, change);
    let broken = ReplayBreak { chain, sequence, contradiction: Box::new(contradiction) };
    assert_eq!(verification.replayed, Some(Err(broken)));
}

/// A later event of this name is named, which could not have followed.
#[track_caller]
fn check_later(
    history: &History,
    (name, nth): (&str, usize),
    change: impl FnOnce(&mut Event),
    (later, nth_later): (&str, usize),
    contradiction: Contradiction,
) {
    let events = history.ledger().history.events;
    let events = events.iter().map(|logged| logged.event.as_ref().expect("this program's"));
    let event = events.filter(|event| event.name() == later).nth(nth_later).expect("it happened");
    let (chain, sequence) = (chain_of(event), event.sequence().expect("it has a chain"));
    let (_, _, verification) = told_wrongly(history, name, nth, change);
    let broken = ReplayBreak { chain, sequence, contradiction: Box::new(contradiction) };
    assert_eq!(verification.replayed, Some(Err(broken)));
}

/// Nothing is contradicted; these accounts are not what the events lead to, in these fields.
#[track_caller]
fn check_shows(
    history: &History,
    name: &str,
    nth: usize,
    change: impl FnOnce(&mut Event),
    expected: &[(&'static str, &[&'static str])],
) {
    let (_, _, verification) = told_wrongly(history, name, nth, change);
    assert!(matches!(verification.replayed, Some(Ok(_))), "{:?}", verification.replayed);
    let found = verification.differences.into_iter().map(|found| (found.kind, found.deviation)).collect::<Vec<_>>();
    let expected = expected.iter().map(|(kind, fields)| (*kind, Deviation::Fields(fields.to_vec())));
    assert_eq!(found, expected.collect::<Vec<_>>());
}

/// A change of one kind of event.
macro_rules! of {
    ($kind:ident, |$e:ident| $change:expr) => {
        |event: &mut Event| match event {
            Event::$kind($e) => $change,
            other => panic!("{other:?}"),
        }
    };
}

const fn differs(field: &'static str, logged: u64, replayed: u64) -> Contradiction {
    Contradiction::NumberDiffers { field, logged, replayed }
}

const fn unexpected(name: &'static str) -> Contradiction {
    Contradiction::Unexpected { name }
}

#[test]
fn o1_a_veto_that_was_not_cast_like_that_is_named() {
    let history = vetoes();
    let name = "ProposalVetoed";
    // In the order of the log: members 2 and 3 stop the first proposal, member 1 not the second, between them.
    let body = |index| member_key("veto body 2", index);
    let stranger = |index, voter, weight| Contradiction::NotTheMember { index, voter, weight };
    check(&history, name, 0, of!(ProposalVetoed, |e| e.weight += 1), stranger(2, body(2), 50));
    check(&history, name, 0, of!(ProposalVetoed, |e| e.member_index = 0), stranger(0, body(2), 49));
    check(&history, name, 0, of!(ProposalVetoed, |e| e.member_index = 4), stranger(4, body(2), 49));
    check(&history, name, 0, of!(ProposalVetoed, |e| e.member = person("nobody")), stranger(2, person("nobody"), 49));
    let sum = "weight for a veto";
    check(&history, name, 0, of!(ProposalVetoed, |e| e.veto_weight = 48), differs(sum, 48, 49));
    check(&history, name, 2, of!(ProposalVetoed, |e| e.veto_weight = 49), differs(sum, 49, 50));
    let status = "status of the proposal";
    check(&history, name, 0, of!(ProposalVetoed, |e| e.status = 3), differs(status, 3, 0));
    check(&history, name, 2, of!(ProposalVetoed, |e| e.status = 0), differs(status, 0, 3));
    check(&history, name, 1, of!(ProposalVetoed, |e| e.status = 3), differs(status, 3, 0));
    // The first ballot a second time, instead of the one that stopped the proposal.
    let again = of!(ProposalVetoed, |e| (e.member, e.weight, e.member_index) = (body(2), 49, 2));
    check(&history, name, 2, again, unexpected(name));
    // Another member's, with everything that belongs to it: what came after it does not add up.
    let anothers = of!(ProposalVetoed, |e| {
        (e.member, e.weight, e.member_index, e.veto_weight) = (body(1), 20, 1, 20);
    });
    check_later(&history, (name, 0), anothers, (name, 2), differs(sum, 50, 21));
    let fields = &["chain", "veto_weight", "veto_ballots"];
    let last = of!(ProposalVetoed, |e| {
        (e.member, e.weight, e.member_index, e.veto_weight) = (body(0), 30, 0, 30);
    });
    check_shows(&history, name, 1, last, &[("proposal", fields)]);
}

#[test]
fn o1_a_score_that_was_not_given_like_that_is_named() {
    let history = attestations();
    let name = "ProposalAttested";
    check(&history, name, 0, of!(ProposalAttested, |e| e.attestor = person("nobody")), unexpected(name));
    check(&history, name, 0, of!(ProposalAttested, |e| e.score = 10_001), unexpected(name));
    // A score on the other side of the mark gives another outcome than the one that was written down.
    let outcome = |status, defeat, replayed| Contradiction::OutcomeDiffers { status, defeat, replayed };
    let finalized = "ProposalFinalized";
    let below = of!(ProposalAttested, |e| e.score = 7_999);
    check_later(&history, (name, 0), below, (finalized, 0), outcome(1, 0, Err(Defeat::BelowThreshold)));
    let above = of!(ProposalAttested, |e| e.score = 8_000);
    check_later(&history, (name, 1), above, (finalized, 1), outcome(2, 3, Ok(())));
    // One on the same side contradicts nothing, and stands in the account.
    let higher = of!(ProposalAttested, |e| e.score = 9_000);
    check_shows(&history, name, 0, higher, &[("proposal", &["chain", "attestation_score"])]);
    let report = of!(ProposalAttested, |e| e.report_hash = hash("another report"));
    check_shows(&history, name, 0, report, &[("proposal", &["attestation_hash", "chain"])]);
}

#[test]
fn o1_a_ballot_by_weight_record_that_was_not_cast_like_that_is_named() {
    let history = weight_records();
    let name = "ProposalVoted";
    let stranger = |index, voter, weight| Contradiction::NotTheMember { index, voter, weight };
    // In the order of the log: 250 against, 150 abstain, 600 for.
    check(&history, name, 0, of!(ProposalVoted, |e| e.voter = elector(2)), stranger(1, elector(2), 250));
    check(&history, name, 0, of!(ProposalVoted, |e| e.voter_index = 3), stranger(3, elector(1), 250));
    check(&history, name, 0, of!(ProposalVoted, |e| e.voter_index = 0), stranger(0, elector(1), 250));
    // More than the whole with what was cast before; or with what was cast later, where that is told.
    check(&history, name, 0, of!(ProposalVoted, |e| e.weight = 1_001), stranger(1, elector(1), 1_001));
    check_later(&history, (name, 0), of!(ProposalVoted, |e| e.weight = 251), (name, 2), stranger(0, elector(0), 600));
    check(&history, name, 1, of!(ProposalVoted, |e| e.previous_choice = FOR), differs("ballot before", 1, 0));
    let repeated = of!(ProposalVoted, |e| (e.voter, e.weight, e.voter_index) = (elector(1), 250, 1));
    check(&history, name, 1, repeated, differs("ballot before", 0, u64::from(AGAINST)));
    let tally = |[f, a, abstain]: [u64; 3]| Tally {
        for_weight: Weight(f),
        against_weight: Weight(a),
        abstain_weight: Weight(abstain),
    };
    let differing = |logged, replayed| Contradiction::TallyDiffers { logged: tally(logged), replayed: tally(replayed) };
    let finalized = ("ProposalFinalized", 0);
    let less = of!(ProposalVoted, |e| e.weight = 249);
    check_later(&history, (name, 0), less, finalized, differing([600, 250, 150], [600, 249, 150]));
    let other = of!(ProposalVoted, |e| e.choice = ABSTAIN);
    check_later(&history, (name, 0), other, finalized, differing([600, 250, 150], [600, 0, 400]));
    let no_choice = of!(ProposalVoted, |e| e.choice = 0);
    check(&history, name, 0, no_choice, unexpected(name));
    let more = of!(ProposalFinalized, |e| e.for_weight = 601);
    check(&history, finalized.0, 0, more, differing([601, 250, 150], [600, 250, 150]));

    // A seat of somebody else, or another seat.
    let seat = "SeatOpened";
    let anothers = of!(SeatOpened, |e| e.voter = person("nobody"));
    check_later(&history, (seat, 1), anothers, (name, 0), stranger(1, elector(1), 250));
    let index = "index of the seat";
    check(&history, seat, 1, of!(SeatOpened, |e| e.index = 2), differs(index, 2, 1));
    check(&history, seat, 1, of!(SeatOpened, |e| e.electorate = person("nobody")), unexpected(seat));
    check(&history, seat, 1, of!(SeatOpened, |e| e.voter = elector(0)), unexpected(seat));
    let payer = of!(SeatOpened, |e| e.payer = person("nobody"));
    check_shows(&history, seat, 1, payer, &[("constitution", &["chain"]), ("seat", &["payer"])]);
    let plugin = "WeightPluginCreated";
    let version = of!(WeightPluginCreated, |e| e.version = 2);
    check(&history, plugin, 0, version, differs("version of the electorate", 2, 1));
    let program = of!(WeightPluginCreated, |e| e.program = person("another program"));
    check_shows(&history, plugin, 0, program, &[("constitution", &["chain"]), ("weight plugin", &["program"])]);
}

#[test]
fn o1_an_act_of_guardians_that_was_not_done_like_that_is_named() {
    let history = emergencies();
    let (opened, approved) = ("EmergencyOpened", "EmergencyApproved");
    let guardian = |index| member_key("guardians", index);
    let ledger = history.ledger();
    let events = ledger.history.events.iter().map(|logged| logged.event.as_ref().expect("this program's"));
    let acts = events.filter_map(|event| if let Event::EmergencyOpened(e) = event { Some(e.clone()) } else { None });
    let acts = acts.collect::<Vec<_>>();

    check(&history, opened, 0, of!(EmergencyOpened, |e| e.emergency_id = 1), differs("id of the act", 1, 0));
    check(&history, opened, 0, of!(EmergencyOpened, |e| e.guardian = guardian(1)), unexpected(opened));
    check(&history, opened, 0, of!(EmergencyOpened, |e| e.index = 1), unexpected(opened));
    let version = of!(EmergencyOpened, |e| e.guardians_version = 2);
    check(&history, opened, 0, version, differs("number of the guardians", 2, 1));
    // Every guardian signed the hash of what is done, to what, for how long, why.
    let changes: [fn(&mut EmergencyOpened); 6] = [
        |e| e.act = 1,
        |e| e.target = person("another target"),
        |e| e.seconds += 1,
        |e| e.principle_id = 1,
        |e| e.reason_hash = hash("no reason"),
        |e| e.evidence_hash = hash("no evidence"),
    ];
    for change in changes {
        let (_, _, verification) = told_wrongly(&history, opened, 1, of!(EmergencyOpened, |e| change(e)));
        let Some(Err(broken)) = verification.replayed else { panic!("{:?}", verification.replayed) };
        let statement = "statement of the act";
        let Contradiction::HashDiffers { field, logged, replayed } = *broken.contradiction else { panic!("{broken}") };
        assert_eq!((broken.sequence, field, logged), (acts[1].sequence, statement, acts[1].statement));
        assert_ne!(replayed, logged);
    }

    check(&history, approved, 0, of!(EmergencyApproved, |e| e.guardian = person("nobody")), unexpected(approved));
    check(&history, approved, 0, of!(EmergencyApproved, |e| e.index = 2), unexpected(approved));
    check(&history, approved, 0, of!(EmergencyApproved, |e| e.emergency_id = 1), unexpected(approved));
    let approvals = "approvals of the act";
    check(&history, approved, 0, of!(EmergencyApproved, |e| e.approvals = 0b111), differs(approvals, 0b111, 0b11));
    // Guardian 1 again, instead of the third who made it an act.
    let again = of!(EmergencyApproved, |e| (e.guardian, e.index, e.approvals) = (guardian(1), 1, 0b11));
    check(&history, approved, 1, again, unexpected(approved));
    type End = fn(&mut EmergencyApproved) -> &mut i64;
    let ends: [(_, End); 3] = [
        ("end of the effect", |e| &mut e.effect_until),
        ("end of the time to confirm", |e| &mut e.ratify_by),
        ("end of the act", |e| &mut e.expires_at),
    ];
    for (field, end) in ends {
        let mut replayed = 0;
        let later = of!(EmergencyApproved, |e| {
            replayed = end(e).cast_unsigned();
            *end(e) += 1;
        });
        let (chain, sequence, verification) = told_wrongly(&history, approved, 1, later);
        let contradiction = Box::new(differs(field, replayed + 1, replayed));
        assert_eq!(verification.replayed, Some(Err(ReplayBreak { chain, sequence, contradiction })));
    }
}

#[test]
fn o1_a_vote_on_an_act_and_its_end_that_were_not_like_that_are_named() {
    let history = emergencies();
    let guardian = |index| member_key("guardians", index);
    let until = "end of the effect";
    let community = &history.community;
    let [ratifying, ending] = [1, 2].map(|id| pda::proposal(&community.constitution, id));
    let ratified = "EmergencyRatified";
    let (mandate, wrong) = (ending, Contradiction::NotWhatWasVotedOn { mandate: ending });
    check(&history, ratified, 0, of!(EmergencyRatified, |e| e.mandate = mandate), wrong);
    let wrong = Contradiction::NotWhatWasVotedOn { mandate: ratifying };
    check(&history, ratified, 0, of!(EmergencyRatified, |e| e.emergency_id = 1), wrong.clone());
    let whole = community.emergency(&pda::emergency(&community.constitution, 0)).expires_at.cast_unsigned();
    let longer = of!(EmergencyRatified, |e| e.effect_until += 1);
    check(&history, ratified, 0, longer, differs(until, whole + 1, whole));
    let founder = of!(EmergencyRatified, |e| e.mandate = Address::default());
    check(&history, ratified, 0, founder, Contradiction::WrongAuthority);

    let ended = "EmergencyEnded";
    check(&history, ended, 0, of!(EmergencyEnded, |e| e.mandate = ratifying), wrong);
    let wrong = Contradiction::NotWhatWasVotedOn { mandate: ending };
    check(&history, ended, 0, of!(EmergencyEnded, |e| e.emergency_id = 0), wrong);
    let mut at = 0;
    let (chain, sequence, verification) = told_wrongly(
        &history,
        ended,
        0,
        of!(EmergencyEnded, |e| {
            at = e.at.cast_unsigned();
            e.effect_until += 1;
        }),
    );
    let contradiction = Box::new(differs(until, at + 1, at));
    assert_eq!(verification.replayed, Some(Err(ReplayBreak { chain, sequence, contradiction })));

    let (lapsed, closed, outcome) = ("EmergencyLapsed", "EmergencyClosed", "outcome of the act");
    check(&history, lapsed, 0, of!(EmergencyLapsed, |e| e.emergency_id = 0), differs(outcome, 2, 1));
    check(&history, lapsed, 0, of!(EmergencyLapsed, |e| e.emergency_id = 1), differs(outcome, 4, 1));
    check(&history, lapsed, 0, of!(EmergencyLapsed, |e| e.emergency_id = 3), unexpected(lapsed));
    check(&history, closed, 0, of!(EmergencyClosed, |e| e.emergency_id = 3), unexpected(closed));

    let (seen, adopted) = ("GuardianSeen", "GuardiansAdopted");
    check(&history, seen, 0, of!(GuardianSeen, |e| e.guardian = guardian(1)), unexpected(seen));
    check(&history, adopted, 0, of!(GuardiansAdopted, |e| e.version = 2), differs("number of the guardians", 2, 1));
    let other = of!(GuardiansAdopted, |e| e.members[0] = person("nobody"));
    check_later(&history, (adopted, 0), other, (seen, 0), unexpected(seen));
    let held = of!(ProposalHeld, |e| e.held_until += 1);
    check_shows(&history, "ProposalHeld", 1, held, &[("proposal", &["chain", "held_until"])]);
}
