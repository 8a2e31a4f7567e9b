//! A community's whole history proved from a real network alone, and texts that come back from it.

#[path = "journey/support.rs"]
#[allow(dead_code, reason = "the journeys use the rest")]
mod support;

use quantumagi_interface::Address;
use quantumagi_interface::digest::sha256;
use quantumagi_interface::instructions::TextPublish;
use quantumagi_rpc::HistoryRange;
use quantumagi_rpc::solana::{Keypair, Signer};
use quantumagi_rules::UnixSeconds;
use quantumagi_rules::action::Action;
use quantumagi_rules::ballot::Choice;
use quantumagi_rules::lifecycle::Status;
use quantumagi_rules::principle::{Category, Class};
use quantumagi_sdk::builders::text_publish;
use quantumagi_sdk::history::{History, RawEvent};
use quantumagi_sdk::texts::{TextError, TextStore, fetch_published, fetch_text};
use quantumagi_sdk::verify::{ChainBreak, Ledger, LedgerError, verify};
use quantumagi_sdk::words::{Names, describe_event, describe_proof, describe_proposal};

use support::{Community, SOL, World};

#[tokio::test]
async fn a_communitys_history_is_proved_from_the_network_alone() {
    let world = World::start().await;
    let community = Community::found(&world).await;
    let (client, constitution) = (&world.client, community.constitution);
    let vault = quantumagi_interface::pda::vault(&constitution);
    world.network.fund(&vault, 5 * SOL).await.expect("the vault is funded");
    community.decide(&world, Action::PolicyAdopt { text_hash: [1; 32], sunset_at: 0 }).await;
    community.decide(&world, Action::PolicyAmend { policy_id: 0, text_hash: [2; 32], sunset_at: 0 }).await;
    community.decide(&world, Action::TransferLamports { recipient: [7; 32], lamports: SOL }).await;
    community.decide(&world, Action::ConstitutionAmend { text_hash: [4; 32], parent_hash: [1; 32] }).await;
    let (class, category) = (Class::Entrenched, Category::Rights);
    community.decide(&world, Action::PrincipleAdd { text_hash: [5; 32], class, category, priority: 9 }).await;
    let text_hash = [6; 32];
    community.decide(&world, Action::PrincipleAmend { principle_id: 1, version: 1, text_hash }).await;

    let open = community.propose(&world, Action::PolicyRepeal { policy_id: 0 }).await;
    let account = client.proposal_at(&open).await.expect("it is there").value;
    world.travel_to(account.starts_at).await;
    community.vote(&world, &open, &community.members[0], Choice::Against).await;
    community.vote(&world, &open, &community.members[0], Choice::For).await;
    community.vote(&world, &open, &community.members[1], Choice::Abstain).await;
    let withdrawn = community.propose(&world, Action::PolicyRepeal { policy_id: 0 }).await;
    let cancel = client.proposal_cancel(&withdrawn, &community.members[0].pubkey()).await.expect("the proposer may");
    client.send(&[cancel], &[&community.members[0]]).await.expect("it is withdrawn");

    let ledger = Ledger::fetch(client.rpc(), &constitution).await.expect("everything is read");
    assert_eq!(ledger.history.gaps, []);
    let verification = verify(&ledger);
    assert_eq!(verification.differences, []);
    assert!(verification.is_proved(), "{verification:?}");
    assert_eq!(verification.events(), ledger.history.events.len() as u64);
    let words = describe_proof(&verification);
    assert_eq!((words.is_proved, words.problems, words.proposals), (true, vec![], 8));
    assert_eq!(
        words.sentence,
        format!(
            "proved: {} events of the constitution and its 8 proposals, whole and unaltered, \
             lead to exactly the accounts on the chain",
            ledger.history.events.len()
        )
    );
    let Some(Ok(replayed)) = verification.replayed else { panic!("it was proved") };
    let told: Vec<_> = replayed
        .proposals
        .values()
        .map(|record| (record.account.status, record.account.for_weight, record.ballots.len(), record.is_closed))
        .collect();
    let executed = (Status::Executed as u8, 90, 6, true);
    let voting = (Status::Open as u8, 30, 2, false);
    let cancelled = (Status::Cancelled as u8, 0, 0, false);
    assert_eq!(told, [executed, executed, executed, executed, executed, executed, voting, cancelled]);
    assert_eq!((replayed.constitution.version, replayed.constitution.text_hash), (2, [4; 32]));
    assert_eq!((replayed.principles[&1].version, replayed.principles[&1].text_hash), (2, [6; 32]));

    check_a_lie_is_found(&ledger);
    check_words(&world, &ledger, &open).await;

    // A vote after the accounts were read is newer than the proof and does not break it.
    community.vote(&world, &open, &community.members[2], Choice::For).await;
    let later = History::fetch_all(client.rpc(), &[constitution, open]).await.expect("the histories");
    let mut mixed = ledger.clone();
    mixed.history.events.extend(later.events.into_iter().filter(|new| !ledger.history.events.contains(new)));
    assert_eq!(mixed.history.events.len(), ledger.history.events.len() + 1);
    assert!(verify(&mixed).is_proved());
}

/// Leaves out the first vote of the open proposal, as a hostile endpoint might: its line, which is then told from the
/// instruction, and its whole transaction, which nothing can tell.
#[track_caller]
fn check_a_lie_is_found(ledger: &Ledger) {
    let mut given = ledger.clone();
    let open = given.proposal_addresses().nth(6).expect("seven proposals");
    let chain = quantumagi_sdk::verify::Chain::Proposal(open);
    let is_vote = |raw: &RawEvent| chain.sequence_of(&raw.bytes) == Some(1);
    let vote = given.history.events.iter().find(|logged| is_vote(&logged.raw)).expect("a vote").raw.signature;
    given.history.events.retain(|logged| !is_vote(&logged.raw));
    assert!(verify(&given).is_proved(), "the instruction says what the line said");
    given.history.traces.retain(|trace| trace.signature != vote);
    let verification = verify(&given);
    assert_eq!(verification.proposals[&6], Err(ChainBreak::Missing { sequence: 1, found: 2 }));
    assert!(!verification.is_proved());
}

async fn check_words(world: &World, ledger: &Ledger, open: &Address) {
    let lines: Vec<String> = ledger
        .history
        .events
        .iter()
        .map(|logged| describe_event(logged.event.as_ref().expect("this program's event"), &Names::default()))
        .collect();
    assert!(lines.contains(&"constitution sealed: the founder gave up all power".to_owned()));
    let client = &world.client;
    let account = client.proposal_at(open).await.expect("it is there").value;
    let members = client.electorate(&account.electorate).await.expect("the members").value.members;
    let now = UnixSeconds(account.starts_at + 1_800);
    let summary = describe_proposal(&account, &members, &[], now).expect("every number has a meaning");
    assert_eq!(summary.tally.sentence, "30 for, 0 against (100.00 % for), 20 abstaining; 50 of 100 voted (50.00 %)");
    assert_eq!(summary.missing, ["nothing is missing: it passes with the ballots cast so far"]);
    assert_eq!(summary.voters.iter().filter(|voter| voter.can_vote).count(), 8);
}

#[tokio::test]
async fn what_is_no_constitution_has_no_ledger() {
    let world = World::start().await;
    for address in [world.ana.pubkey(), Address::new_from_array([3; 32])] {
        match Ledger::fetch(world.client.rpc(), &address).await {
            Err(LedgerError::NoConstitution { address: named }) => assert_eq!(named, address),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn a_long_text_comes_back_from_the_chain_whatever_others_publish() {
    let world = World::start().await;
    let (client, ana, eve) = (&world.client, &world.ana, Keypair::new());
    world.network.fund(&eve.pubkey(), SOL).await.expect("the network funds a wallet");
    let text: String = (0..400).map(|line| format!("{line}. Nothing is decided about us without us.\n")).collect();
    let hash = sha256(text.as_bytes());
    let address = Address::new_from_array(hash);
    match fetch_published(client.rpc(), &hash).await {
        Err(TextError::NotPublished { text, gaps }) => assert_eq!((text, gaps), (hash, vec![])),
        other => panic!("{other:?}"),
    }

    let spoil = TextPublish { publisher: eve.pubkey(), text: address };
    let len = u32::try_from(text.len()).expect("short");
    let spoils: Vec<_> =
        [(len, 0), (len, 100), (7, 2)].map(|(len, at)| vec![spoil.instruction(len, at, b"spoil")]).into();
    client.send_all(&spoils, &[&eve], |_| {}).await.expect("anybody may publish");
    match fetch_published(client.rpc(), &hash).await {
        Err(TextError::NotWhole { attempts, .. }) => assert_eq!(attempts.len(), 2),
        other => panic!("{other:?}"),
    }

    let parts = text_publish(&ana.pubkey(), &text);
    assert!(parts.len() > 20, "{} parts", parts.len());
    let parts: Vec<_> = parts.into_iter().map(|part| vec![part]).collect();
    client.send_all(&parts, &[ana], |_| {}).await.expect("every part lands");
    let history = History::fetch(client.rpc(), &address, HistoryRange::default()).await.expect("its history");
    assert_eq!((history.succeeded, history.events.len(), history.gaps.len()), (parts.len() + 3, parts.len() + 3, 0));

    let directory = std::env::temp_dir().join(format!("quantumagi-proof-{}", std::process::id()));
    let store = TextStore::open(&directory).expect("a directory");
    assert_eq!(fetch_text(client.rpc(), &store, &hash).await.expect("it is published"), text);
    assert_eq!(store.text(&hash).expect("readable").as_deref(), Some(text.as_str()));
    std::fs::write(directory.join(format!("{}.txt", quantumagi_sdk::words::hex(&hash))), "forged\n").expect("writable");
    assert_eq!(fetch_text(client.rpc(), &store, &hash).await.expect("it is mended"), text);
    assert_eq!(store.text(&hash).expect("readable").as_deref(), Some(text.as_str()));
    std::fs::remove_dir_all(&directory).expect("removable");
}
