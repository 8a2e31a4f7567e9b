use proptest::prelude::*;
use quantumagi_interface::Address;
use quantumagi_interface::accounts::{Constitution, Proposal, Snapshot, SnapshotOperators};

use crate::duty::{Kind, Subject};
use crate::operator::{Desk, Judgement};
use crate::plan::{Habits, plan};
use crate::survey::{Anchorage, PublishedRoot, Survey};
use quantumagi_rpc::ChainClock;

/// An account whose stored numbers are all zero.
macro_rules! zeroed {
    ($account:ident) => {{
        let bytes: Vec<u8> = $account::DISCRIMINATOR.into_iter().chain([0; $account::LEN - 8]).collect();
        $account::decode(&bytes).expect("a whole account")
    }};
}

const ELECTORATE: Address = Address::new_from_array([50; 32]);

/// Operators are 1 to 4, at positions 0 to 3; this crank's is 2.
fn operator(number: u8) -> Address {
    Address::new_from_array([number; 32])
}

const OWN: u8 = 2;
const OWN_BIT: u16 = 1 << (OWN - 1);

fn list() -> SnapshotOperators {
    let mut operators = [Address::default(); 16];
    (1..=4).zip(&mut operators).for_each(|(number, it)| *it = operator(number));
    SnapshotOperators { operators, count: 4, needed: 2, challenge_seconds: 20, ..zeroed!(SnapshotOperators) }
}

/// A root of one of the operators, with what was said of it and what is thought of it here.
type Published = (u8, i64, u16, u16, Judgement);

fn survey(roots: &[Published]) -> Survey {
    let proposal = Proposal {
        id: 4,
        created_at: 50,
        starts_at: 100,
        ends_at: 200,
        electorate: ELECTORATE,
        electorate_kind: 3,
        ..zeroed!(Proposal)
    };
    let judgements = roots.iter().map(|(publisher, .., judgement)| ((4, operator(*publisher)), *judgement)).collect();
    let root = |(publisher, published_at, approvals, challenges, _): &Published| {
        let (publisher, published_at) = (operator(*publisher), *published_at);
        let snapshot =
            Snapshot { publisher, published_at, approvals: *approvals, challenges: *challenges, ..zeroed!(Snapshot) };
        PublishedRoot { proposal: 4, snapshot, operators: list() }
    };
    Survey {
        proposals: vec![proposal],
        roots: roots.iter().map(root).collect(),
        operators: [(ELECTORATE, list())].into(),
        desk: Some(Desk { operator: operator(OWN), waiting: [4].into(), judgements }),
        ..Survey::of(operator(9), zeroed!(Constitution))
    }
}

fn found(survey: &Survey, at: i64) -> Vec<(Kind, Subject, i64)> {
    let clock = ChainClock { slot: 1_000, epoch: 0, unix_timestamp: at };
    let duties = plan(survey, &clock, Habits::default()).duties;
    duties.iter().map(|duty| (duty.kind, duty.subject, duty.due_at.0)).collect()
}

#[track_caller]
fn check(roots: &[Published], at: i64, expected: &[(Kind, u8, i64)]) {
    let root = |number: u8| Subject::Root { proposal: 4, publisher: operator(number) };
    let expected: Vec<_> = expected.iter().map(|(kind, number, due_at)| (*kind, root(*number), *due_at)).collect();
    assert_eq!(found(&survey(roots), at), expected, "{roots:?} at {at}");
}

use Judgement::{False, Same, Unknown};
use Kind::{SnapshotBind, SnapshotPublish, SnapshotReview};

#[test]
fn an_operator_publishes_where_there_is_no_right_root_and_while_one_can_still_be_bound() {
    check(&[], 60, &[(SnapshotPublish, OWN, 50)]);
    check(&[], 179, &[(SnapshotPublish, OWN, 50)]);
    check(&[], 180, &[]);
    check(&[(1, 60, 0b1, 0, Unknown)], 61, &[(SnapshotPublish, OWN, 50)]);
    check(&[(OWN, 60, OWN_BIT, 0, Unknown)], 61, &[]);
    check(&[(OWN, 60, OWN_BIT, 0, Same)], 61, &[]);
}

#[test]
fn of_right_roots_the_first_is_approved_and_every_false_one_is_spoken_on_once() {
    check(&[(3, 70, 0b100, 0, Same), (1, 60, 0b1, 0, Same)], 75, &[(SnapshotReview, 1, 60)]);
    check(&[(3, 60, 0b100, 0, Same), (1, 60, 0b1, 0, Same)], 75, &[(SnapshotReview, 1, 60)]);
    check(&[(3, 70, 0b100, 0, Same), (1, 60, 0b11, 0, Same)], 75, &[]);
    let roots = [(1, 60, 0b1, 0, False), (3, 70, 0b100, 0, False), (4, 65, 0b1000, 0b10, False)];
    check(&roots, 75, &[(SnapshotPublish, OWN, 50), (SnapshotReview, 1, 60), (SnapshotReview, 3, 70)]);
}

#[test]
fn an_accepted_root_is_bound_unless_it_is_false_here() {
    for (judgement, expected) in
        [(Same, vec![(SnapshotBind, 1, 80)]), (Unknown, vec![(SnapshotBind, 1, 80)]), (False, vec![])]
    {
        // The operator has published its own, and has spoken on the other.
        let roots =
            [(1, 60, 0b1111, 0, judgement), (OWN, 61, OWN_BIT, 0, if judgement == Same { Unknown } else { Same })];
        check(&roots, 90, &expected);
    }
}

#[test]
fn without_a_desk_nothing_is_operated() {
    let nobody = Survey { desk: None, ..survey(&[(1, 60, 0b1, 0, False)]) };
    assert_eq!(found(&nobody, 75), []);
    let stranger =
        Survey { desk: Some(Desk { operator: operator(7), ..survey(&[]).desk.expect("one") }), ..survey(&[]) };
    assert_eq!(found(&stranger, 75), []);
}

#[test]
fn a_checkpoint_is_due_once_its_time_has_come_and_something_has_happened() {
    let of = |sequence: u64, last: u64| {
        let mut survey = Survey { proposals: vec![], desk: None, ..survey(&[]) };
        survey.constitution.chain.sequence = sequence;
        Survey { anchorage: Some(Anchorage { sequence: last, next_at: 500 }), ..survey }
    };
    assert_eq!(found(&of(7, 6), 499), []);
    assert_eq!(found(&of(7, 6), 500), [(Kind::CheckpointAnchor, Subject::History, 500)]);
    assert_eq!(found(&of(7, 7), 900), []);
    let clock = ChainClock { slot: 1, epoch: 0, unix_timestamp: 400 };
    let next = |survey| crate::plan::next_moment(survey, &clock, Habits::default()).map(|it| it.0);
    assert_eq!([next(&of(7, 6)), next(&of(7, 7))], [Some(500), None]);
    assert_eq!(found(&Survey { anchorage: None, ..of(7, 6) }, 900), []);
}

prop_compose! {
    fn any_root()(
        published_at in 50i64..150, approvals in 0u16..16, challenges in 0u16..16,
        judgement in prop_oneof![Just(Same), Just(False), Just(Unknown)],
    ) -> (i64, u16, u16, Judgement) {
        (published_at, approvals, challenges & !approvals, judgement)
    }
}

proptest! {
    /// Laws: an operator speaks once on a root, on none that it cannot judge, on one right root at most; and publishes only
    /// where no root is right and it has published none. The order of reading does not matter.
    #[test]
    fn an_operator_says_nothing_twice_and_nothing_that_it_does_not_know(
        roots in prop::collection::vec(prop::option::of(any_root()), 4), at in 50i64..220,
    ) {
        let roots: Vec<Published> = (1u8..)
            .zip(roots)
            .filter_map(|(number, root)| root.map(|(at, approvals, challenges, it)| (number, at, approvals, challenges, it)))
            .collect();
        let duties = found(&survey(&roots), at);
        let turned: Vec<Published> = roots.iter().rev().copied().collect();
        prop_assert_eq!(&found(&survey(&turned), at), &duties);
        let of = |subject: &Subject| {
            let Subject::Root { publisher, .. } = *subject else { return None };
            roots.iter().find(|root| operator(root.0) == publisher).copied()
        };
        let mut right = 0;
        for (kind, subject, _) in &duties {
            #[allow(clippy::wildcard_enum_match_arm, reason = "whatever else would be planned is wrong")]
            match kind {
                SnapshotReview => {
                    let (_, _, approvals, challenges, judgement) = of(subject).expect("a root that is there");
                    prop_assert!((approvals | challenges) & OWN_BIT == 0 && judgement != Unknown);
                    right += usize::from(judgement == Same);
                }
                SnapshotPublish => {
                    let own = Subject::Root { proposal: 4, publisher: operator(OWN) };
                    prop_assert!(*subject == own && of(subject).is_none() && at + 20 < 200);
                    prop_assert!(roots.iter().all(|root| root.4 != Same));
                }
                SnapshotBind => prop_assert!(of(subject).expect("a root that is there").4 != False),
                other => prop_assert_eq!(*other, Kind::ProposalFinalize),
            }
        }
        prop_assert!(right <= 1);
        prop_assert!(at < 200 || duties.iter().all(|(kind, ..)| *kind == Kind::ProposalFinalize));
    }
}
