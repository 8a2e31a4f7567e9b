//! A community that votes by snapshot, over a real network: from its operators to a decision, to a proof of all of it.

#[path = "journey/support.rs"]
#[allow(dead_code, reason = "the journeys use the rest")]
mod support;

use quantumagi_interface::pda;
use quantumagi_rpc::solana::Signer;
use quantumagi_rules::action::Action;
use quantumagi_rules::ballot::{BallotRule, Choice};
use quantumagi_rules::electorate::ElectorateKind;
use quantumagi_rules::snapshot::review::Verdict;
use quantumagi_sdk::builders::OperatorTerms;
use quantumagi_sdk::check::{CheckError, SnapshotRefusal};
use quantumagi_sdk::snapshot::VoterList;
use quantumagi_sdk::verify::{Deviation, Ledger, verify};
use quantumagi_sdk::{ProposalDraft, SdkError};

use support::{Community, World};

#[track_caller]
fn check_refused<T: std::fmt::Debug>(outcome: Result<T, SdkError>, refusal: &SnapshotRefusal) {
    match outcome {
        Err(SdkError::Check(CheckError::Snapshot(found))) => assert_eq!(&found, refusal),
        other => panic!("{refusal:?} was expected, not {other:?}"),
    }
}

#[tokio::test]
async fn a_snapshot_decides_and_the_whole_history_is_proved() {
    let world = World::start().await;
    let community = Community::found(&world).await;
    let (client, constitution) = (&world.client, community.constitution);
    let [ben, cem, dora] = [0, 1, 2].map(|index| &community.members[index]);

    // The council hands over to whoever is in the snapshots of Ben, Cem and Dora.
    let operators = vec![dora.pubkey(), ben.pubkey(), cem.pubkey()];
    let terms = OperatorTerms { operators, needed: 1, challenge_seconds: 600 };
    let (electorate, create) =
        client.operators_create(&constitution, &ben.pubkey(), &terms).await.expect("legal terms");
    client.send(&[create], &[ben]).await.expect("the operators are named");
    let action = Action::ElectorateAdopt { kind: ElectorateKind::Snapshot, electorate: electorate.to_bytes() };
    community.decide(&world, action).await;

    let policy = Action::PolicyAdopt { text_hash: [9; 32], sunset_at: 0 };
    let draft = ProposalDraft {
        content_hash: [5; 32],
        ballot_rule: BallotRule::Changeable,
        action: policy,
        citations: &[0],
        payload: None,
    };
    let stranger = world.ana.pubkey();
    let without = client.proposal_create(&constitution, &stranger, &draft).await;
    check_refused(without, &SnapshotRefusal::NoStanding { proposer: stranger });
    let (proposal, create) = client.proposal_create(&constitution, &ben.pubkey(), &draft).await.expect("Ben may");
    client.send(&create, &[ben]).await.expect("it is proposed");

    let voters = VoterList::new(0, [(ben.pubkey(), 600), (cem.pubkey(), 300)]).expect("small weights");
    let false_list = VoterList::new(0, [(dora.pubkey(), 1_000)]).expect("small weights");
    let publish = client.snapshot_publish(&proposal, &stranger, &voters).await;
    check_refused(publish, &SnapshotRefusal::NotAnOperator { signer: stranger, operators: electorate });
    for (publisher, list) in [(ben, &voters), (dora, &false_list)] {
        let publish = client.snapshot_publish(&proposal, &publisher.pubkey(), list).await.expect("an operator may");
        client.send(&[publish], &[publisher]).await.expect("it is published");
    }
    let again = client.snapshot_publish(&proposal, &ben.pubkey(), &voters).await;
    check_refused(again, &SnapshotRefusal::AlreadyPublished { publisher: ben.pubkey() });
    let needed = client.snapshot_close(&proposal, &ben.pubkey()).await;
    check_refused(needed, &SnapshotRefusal::MayBeBound);
    // What an operator says follows from what that operator has read.
    for (publisher, expected) in [(ben, Verdict::Approve), (dora, Verdict::Challenge)] {
        let review = client.snapshot_review(&proposal, &publisher.pubkey(), &cem.pubkey(), &voters).await;
        let (verdict, review) = review.expect("Cem has not spoken");
        assert_eq!(verdict, expected);
        client.send(&[review], &[cem]).await.expect("Cem has spoken");
    }
    let early = client.snapshot_bind(&proposal, &ben.pubkey()).await;
    assert!(matches!(early, Err(SdkError::Check(CheckError::Snapshot(SnapshotRefusal::ChallengeRunning { .. })))));
    world.travel_to(world.now().await + 601).await;
    let alone = client.snapshot_bind(&proposal, &dora.pubkey()).await;
    check_refused(alone, &SnapshotRefusal::NotAccepted { approvals: 1, challenges: 1, needed: 1 });
    let ledger = Ledger::fetch(client.rpc(), &constitution).await.expect("everything is read");
    assert!(verify(&ledger).is_proved(), "{:?}", verify(&ledger));
    let bind = client.snapshot_bind(&proposal, &ben.pubkey()).await.expect("two approve");
    client.send(&[bind], &[&world.ana]).await.expect("anybody may bind it");

    let account = client.proposal_at(&proposal).await.expect("it is there").value;
    assert_eq!((account.total_weight, account.voters), (900, 2));
    world.travel_to(account.starts_at).await;
    check_refused(client.proposal_vote(&proposal, &ben.pubkey(), Choice::For).await, &SnapshotRefusal::FileNeeded);
    let absent = client.snapshot_vote(&proposal, &dora.pubkey(), Choice::For, &voters).await;
    check_refused(absent, &SnapshotRefusal::NotInSnapshot { voter: dora.pubkey() });
    for person in [ben, cem] {
        let vote =
            client.snapshot_vote(&proposal, &person.pubkey(), Choice::For, &voters).await.expect("voting is open");
        client.send(&vote, &[person]).await.expect("the vote lands");
    }
    let ledger = Ledger::fetch(client.rpc(), &constitution).await.expect("everything is read");
    let verification = verify(&ledger);
    assert_eq!(verification.differences, []);
    assert!(verification.is_proved(), "{verification:?}");

    // An endpoint that alters a root or the operators is found out.
    let mut given = ledger.clone();
    let address = pda::snapshot(&proposal, &dora.pubkey());
    given.snapshots.published.get_mut(&address).and_then(Option::as_mut).expect("it is open").challenges = 0;
    assert_eq!(verify(&given).differences[0].deviation, Deviation::Fields(vec!["challenges"]));
    let mut given = ledger.clone();
    given.snapshots.operators.get_mut(&electorate).and_then(Option::as_mut).expect("it is open").needed = 0;
    assert_eq!(verify(&given).differences[0].deviation, Deviation::Fields(vec!["needed"]));
    let mut given = ledger;
    given.snapshots.published.insert(address, None);
    assert_eq!(verify(&given).differences[0].deviation, Deviation::Gone);

    world.travel_to(account.ends_at).await;
    let finalize = client.proposal_finalize(&proposal).await.expect("voting is over");
    client.send(&[finalize], &[&world.ana]).await.expect("the outcome is written");
    assert!(client.proposal_at(&proposal).await.expect("it is there").value.outcome().is_ok());
    for publisher in [ben, dora] {
        let close = client.snapshot_close(&proposal, &publisher.pubkey()).await.expect("another root is bound");
        client.send(&[close], &[&world.ana]).await.expect("the rent goes back");
    }
    let verification = verify(&Ledger::fetch(client.rpc(), &constitution).await.expect("everything is read"));
    assert!(verification.is_proved(), "{verification:?}");
}
