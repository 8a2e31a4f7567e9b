//! Changes and histories as streams, on a real network.

#[path = "journey/support.rs"]
#[allow(dead_code, reason = "the journeys use the rest")]
mod support;

use std::pin::pin;

use futures_util::{StreamExt, TryStreamExt};
use quantumagi_interface::digest::sha256;
use quantumagi_interface::events::Event;
use quantumagi_interface::{Address, PROGRAM_ID, pda};
use quantumagi_rpc::HistoryRange;
use quantumagi_rpc::solana::Signer;
use quantumagi_rules::action::Action;
use quantumagi_rules::ballot::{BallotRule, Choice};
use quantumagi_rules::lifecycle::Status;
use quantumagi_sdk::builders::text_publish;
use quantumagi_sdk::history::{History, transactions};
use quantumagi_sdk::texts::{TextError, TextStore, transactions_with_content};
use quantumagi_sdk::watch::Change;
use quantumagi_sdk::{Config, ProposalDraft, Quantumagi, Result, SdkError};

use support::{Community, MEMO, SOL, World};

/// A client that is told changes by websocket.
async fn connected(world: &World) -> Quantumagi {
    let (url, websocket) = (world.network.rpc_url(), world.network.ws_url());
    let text = format!(
        "[[endpoint]]\nname = \"local\"\nurl = \"{url}\"\nwebsocket_url = \"{websocket}\"\n\
         roles = [\"read\", \"send\", \"websocket\"]\n"
    );
    Quantumagi::connect(Config::parse(&text, |_| None).expect("a configuration")).await.expect("it answers")
}

/// The next change, which is no older than the one before.
async fn next<T>(changes: &mut (impl StreamExt<Item = Result<Change<T>>> + Unpin), last: &mut u64) -> Option<T> {
    let change = changes.next().await.expect("it never ends").expect("it can be read");
    assert!(*last <= change.slot, "slot {} after {last}", change.slot);
    *last = change.slot;
    change.value
}

#[tokio::test]
async fn a_proposal_is_watched_from_before_it_is_made_until_it_is_closed() {
    let world = World::start().await;
    let community = Community::found(&world).await;
    let client = connected(&world).await;
    let (mut changes, mut last) = (client.watch_proposal(&community.constitution, 0).boxed(), 0);
    assert_eq!(next(&mut changes, &mut last).await, None);
    let proposal = community.propose(&world, Action::TransferLamports { recipient: [7; 32], lamports: 1 }).await;
    let told = next(&mut changes, &mut last).await.expect("it was made");
    assert_eq!((told.status(), told.for_weight), (Ok(Status::Open), 0));
    world.travel_to(told.starts_at).await;
    for (member, weight) in [(0, 30), (1, 50)] {
        community.vote(&world, &proposal, &community.members[member], Choice::For).await;
        assert_eq!(next(&mut changes, &mut last).await.expect("it is there").for_weight, weight);
    }
    // No change: anybody can send lamports to any account.
    world.network.fund(&proposal, SOL).await.expect("the network funds an account");
    let cancel = client.proposal_cancel(&proposal, &community.members[0].pubkey()).await.expect("the proposer may");
    client.send(&[cancel], &[&community.members[0]]).await.expect("it is withdrawn");
    assert_eq!(next(&mut changes, &mut last).await.expect("it is there").status(), Ok(Status::Cancelled));
    let close = client.proposal_close(&proposal).await.expect("it is final");
    client.send(&close, &[&world.ana]).await.expect("it is closed");
    assert_eq!(next(&mut changes, &mut last).await, None);
}

#[tokio::test]
async fn constitution_policy_and_emergency_are_watched_beside_each_other() {
    let world = World::start().await;
    let community = Community::found(&world).await;
    let (client, constitution) = (connected(&world).await, community.constitution);
    let (mut constitutions, mut at) = (client.watch_constitution(&constitution).boxed(), 0);
    let (mut policies, mut policy_at) = (client.watch_policy(&constitution, 0).boxed(), 0);
    let (mut emergencies, mut emergency_at) = (client.watch_emergency(&constitution, 0).boxed(), 0);
    let sealed = next(&mut constitutions, &mut at).await.expect("it is there");
    assert_eq!((sealed.is_sealed(), sealed.next_proposal_id, sealed.next_policy_id), (true, 0, 0));
    assert_eq!(next(&mut policies, &mut policy_at).await, None);
    assert_eq!(next(&mut emergencies, &mut emergency_at).await, None);
    community.decide(&world, Action::PolicyAdopt { text_hash: [8; 32], sunset_at: 0 }).await;
    assert_eq!(next(&mut policies, &mut policy_at).await.expect("it is in force").text_hash, [8; 32]);
    let mut told = next(&mut constitutions, &mut at).await.expect("it is there");
    while told.next_policy_id == 0 {
        told = next(&mut constitutions, &mut at).await.expect("it is there");
    }
    assert_eq!(told.next_proposal_id, 1);
}

#[tokio::test]
async fn a_client_without_endpoints_to_subscribe_at_is_told_by_calls() {
    let world = World::start().await;
    let community = Community::found(&world).await;
    let (mut changes, mut last) = (world.client.watch_constitution(&community.constitution).boxed(), 0);
    assert_eq!(next(&mut changes, &mut last).await.expect("it is there").next_proposal_id, 0);
    community.propose(&world, Action::TransferLamports { recipient: [7; 32], lamports: 1 }).await;
    assert_eq!(next(&mut changes, &mut last).await.expect("it is there").next_proposal_id, 1);
}

#[tokio::test]
async fn an_account_of_another_program_is_an_error_in_the_stream() {
    let world = World::start().await;
    let memo: Address = MEMO.parse().expect("an address");
    let mut changes = world.client.watch_constitution(&memo).boxed();
    let error = changes.next().await.expect("it never ends").expect_err("no constitution");
    assert!(matches!(error, SdkError::NotOurs { what: "constitution", address, .. } if address == memo), "{error:?}");
}

#[tokio::test]
async fn events_are_told_as_they_land_and_from_a_point_on() {
    let world = World::start().await;
    let community = Community::found(&world).await;
    let client = connected(&world).await;
    // Every transaction mentions the program; one about a proposal need not mention its constitution.
    let newest = client.rpc().signatures_page(&PROGRAM_ID, HistoryRange::default(), 1).await.expect("a list");
    let mut told = client.watch_events(&PROGRAM_ID, None).await.expect("a stream").boxed();
    let proposal = community.propose(&world, Action::TransferLamports { recipient: [7; 32], lamports: 1 }).await;
    let created = told.next().await.expect("it never ends").expect("a transaction");
    let names: Vec<_> = created.events.iter().map(|logged| logged.event.as_ref().map(Event::name)).collect();
    assert_eq!((names.last(), created.gap), (Some(&Ok("ProposalCreated")), None));
    let cancel = client.proposal_cancel(&proposal, &community.members[0].pubkey()).await.expect("the proposer may");
    let receipt = client.send(&[cancel], &[&community.members[0]]).await.expect("it is withdrawn");
    let cancelled = told.next().await.expect("it never ends").expect("a transaction");
    let events: Vec<_> = cancelled.events.into_iter().map(|logged| logged.event.expect("it is known")).collect();
    assert_eq!((cancelled.signature, events), (receipt.signature, receipt.events));

    let again = client.watch_events(&PROGRAM_ID, Some(newest[0].signature)).await.expect("a stream");
    let again: Vec<_> = again.take(2).map_ok(|told| told.signature).try_collect().await.expect("both");
    assert_eq!(again, [created.signature, receipt.signature]);
}

#[tokio::test]
async fn a_history_comes_newest_first_over_several_pages() {
    let world = World::start().await;
    let community = Community::found(&world).await;
    community.decide(&world, Action::PolicyAdopt { text_hash: [8; 32], sunset_at: 0 }).await;
    community.decide(&world, Action::PolicyRepeal { policy_id: 0 }).await;
    community.decide(&world, Action::PolicyAdopt { text_hash: [9; 32], sunset_at: 0 }).await;
    let rpc = world.client.rpc();
    // Every transaction mentions the program.
    let whole = History::fetch(rpc, &PROGRAM_ID, HistoryRange::default()).await.expect("a history");
    assert!(25 < whole.succeeded, "more than a page: {}", whole.succeeded);
    let told: Vec<_> = transactions(rpc, &PROGRAM_ID, HistoryRange::default()).try_collect().await.expect("all");
    assert_eq!((told.len(), whole.gaps.len()), (whole.succeeded, 0));
    assert!(told.windows(2).all(|pair| pair[1].slot <= pair[0].slot));
    let events: Vec<_> = told.iter().rev().flat_map(|transaction| transaction.events.clone()).collect();
    assert_eq!(events, whole.events);
    // A part of it.
    let range = HistoryRange { before: Some(told[2].signature), after: Some(told[8].signature) };
    let part: Vec<_> = transactions(rpc, &PROGRAM_ID, range).try_collect().await.expect("a part");
    assert_eq!(part, told[3..8]);
}

#[tokio::test]
async fn a_history_comes_with_the_texts_that_it_names_or_why_they_are_missing() {
    let world = World::start().await;
    let community = Community::found(&world).await;
    let (client, proposer) = (&world.client, &community.members[0]);
    let text = "Because it is right.\n";
    for part in text_publish(&world.ana.pubkey(), text) {
        client.send(&[part], &[&world.ana]).await.expect("the part lands");
    }
    let action = Action::PolicyAdopt { text_hash: [8; 32], sunset_at: 0 };
    let content_hash = sha256(text.as_bytes());
    let draft = ProposalDraft { content_hash, ballot_rule: BallotRule::Final, action, citations: &[0], payload: None };
    let constitution = community.constitution;
    let (_, create) = client.proposal_create(&constitution, &proposer.pubkey(), &draft).await.expect("legal");
    client.send(&create, &[proposer]).await.expect("the proposal lands");

    let directory = std::env::temp_dir().join(format!("quantumagi-content-{}", std::process::id()));
    let store = TextStore::open(&directory).expect("made");
    let history = transactions_with_content(client.rpc(), &store, &constitution, HistoryRange::default());
    let all: Vec<_> = history.try_collect().await.expect("all");
    let mut texts = all.iter().flat_map(|told| &told.texts);
    let (hash, words) = texts.next().expect("the proposal's");
    assert_eq!((*hash, words.as_deref().ok()), (content_hash, Some(text)));
    // Of the constitution and of its principle.
    let missing: Vec<_> = texts.collect();
    assert_eq!(missing.len(), 2);
    for (_, words) in missing {
        let Err(TextError::NotPublished { text, gaps }) = words else { panic!("{words:?}") };
        assert_eq!((*text, gaps.as_slice()), ([1; 32], &[][..]));
    }
    assert_eq!(store.text(&content_hash).expect("readable").as_deref(), Some(text));
    std::fs::remove_dir_all(&directory).expect("removable");
    let alone = transactions(client.rpc(), &pda::proposal(&constitution, 0), HistoryRange::default());
    assert_eq!(pin!(alone).count().await, 1);
}
