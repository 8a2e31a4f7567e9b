//! The bytes of every account and event as the built program writes them, committed (A2).
//!
//! A layout that changes fails here. Then it gets a new number, a note in `migrations/`, and a new folder; old fixtures
//! stay. `QUANTUMAGI_BLESS=1` writes the files of the layout in force.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use quantumagi_interface::{DecodeError, Payload, RosterPage, digest::sha256};

use crate::scenes::scenes;
use crate::support::*;

fn fixtures(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(kind).join("v1")
}

/// Compares with what is committed, name by name.
fn check_committed(kind: &str, written: &BTreeMap<String, Vec<u8>>) {
    let folder = fixtures(kind);
    if switches::is_on("QUANTUMAGI_BLESS") {
        std::fs::create_dir_all(&folder).unwrap();
        for (name, bytes) in written {
            std::fs::write(folder.join(format!("{name}.bin")), bytes).unwrap();
        }
    }
    let mut committed = BTreeMap::new();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        committed.insert(path.file_stem().unwrap().to_str().unwrap().to_owned(), std::fs::read(&path).unwrap());
    }
    assert_eq!(written.keys().collect::<Vec<_>>(), committed.keys().collect::<Vec<_>>());
    for (name, bytes) in written {
        assert_eq!(bytes, &committed[name], "{kind}: {name}");
    }
}

/// One account of every kind, with as many fields in use as one history allows.
fn accounts_of_a_history() -> BTreeMap<String, Vec<u8>> {
    let weights = (0..257).map(|index| if index < 7 { 1_000 } else { 1 });
    let mut community = Founding::named("golden").with_weights(weights).found();
    let (_, policy) = community.adopt_policy("be kind", START + 365 * DAY);
    let constitution = community.constitution;
    let (text_hash, parent_hash) = (hash("version 2"), hash("version 1"));
    let amendment = community.approved(&Action::ConstitutionAmend { text_hash, parent_hash });
    let authority = community.stranger();
    let amend = ix::ConstitutionAmend { authority, constitution, proposal: Some(amendment) };
    community.send(amend.instruction(text_hash, parent_hash));
    let cited = [0, 1].map(|id| pda::principle(&constitution, id));
    let draft = community.draft(&Action::PolicyRepeal { policy_id: 0 }).citing(cited);
    let proposal = community.create(&draft);
    let ballot_page = pda::ballot_page(&proposal, 0);
    community.send(ix::BallotPageOpen { payer: authority, proposal, ballot_page }.instruction(0));
    let ends_at = community.proposal(&proposal).ends_at;
    community.set_time(ends_at - 1);
    for (index, choice) in [(0, FOR), (1, AGAINST), (2, ABSTAIN), (256, AGAINST)] {
        community.vote(&proposal, index, choice);
    }
    community.finalize(&proposal);
    let action = Action::PolicyRepeal { policy_id: 0 }.to_bytes();
    let payload = pda::payload(&authority, &sha256(&action));
    let accounts = ix::PayloadCreate { author: authority, payload };
    community.send(accounts.instruction(sha256(&action), action.len() as u32));
    community.send(ix::PayloadWrite { author: authority, payload }.instruction(0, &action));
    let guardrails = community.open_guardrails();
    let use_key = hash("invoice 7");
    let use_of = ix::PolicyUse {
        authority: person("a program"),
        constitution,
        policy,
        payer: authority,
        authorization: pda::authorization(&policy, &person("a program"), &use_key),
    };
    community.send(use_of.instruction(use_key, hash("pay invoice 7"), [0; 32]));
    community.guard(1, Guardrail::LamportsPerWindow { limit: 5_000_000_000, window_seconds: 604_800 });
    let addresses = [
        ("payload", payload),
        ("guardrails", guardrails),
        ("authorization", use_of.authorization),
        ("constitution", constitution),
        ("principle", cited[1]),
        ("policy", policy),
        ("roster", community.roster),
        ("roster_page", community.page_of(0)),
        ("roster_page_last", community.page_of(256)),
        ("proposal", proposal),
        ("ballot_page", ballot_page),
    ];
    let bytes = |address| community.account(address).expect("it exists").data;
    let council = addresses.iter().map(|(name, address)| ((*name).to_owned(), bytes(address)));
    council.chain(accounts_of_depositors()).chain(accounts_of_snapshots()).collect()
}

/// A pool and a deposit with every field in use.
fn accounts_of_depositors() -> [(String, Vec<u8>); 2] {
    let mut depositors = Depositors::found();
    let proposal = depositors.voting();
    depositors.cast(&proposal, "ben", FOR);
    depositors.delegate("ben", "ana", 30);
    depositors.add("ben", 7);
    let addresses = [("deposit_pool", depositors.pool), ("deposit", depositors.deposit_of("ben"))];
    addresses.map(|(name, address)| (name.to_owned(), depositors.account(&address).expect("it exists").data))
}

/// Operators, a root that two approve and one challenges, a plugin and a seat.
fn accounts_of_snapshots() -> Vec<(String, Vec<u8>)> {
    let mut community = Founding::named("golden").by_snapshot(4, 2);
    let action = Action::PolicyAdopt { text_hash: hash("be kind"), sunset_at: 0 };
    let electors = community.propose_to(&action, &electors([1, 2, 3]));
    let publish = community.publish(&electors, operator(0));
    community.send(publish);
    for (position, verdict) in [(1, 1), (2, 0)] {
        let review = community.review(electors.proposal, operator(0), operator(position), verdict);
        community.send(review);
    }
    let addresses = [
        ("snapshot_operators", pda::operators(&community.constitution, 1)),
        ("snapshot", pda::snapshot(&electors.proposal, &operator(0))),
    ];
    let by_snapshot = addresses.map(|(name, address)| (name.to_owned(), community.account(&address).unwrap().data));
    let community = Founding::named("golden").by_records(2);
    let electorate = pda::weight_plugin(&community.constitution, 1);
    let addresses = [("weight_plugin", electorate), ("seat", pda::seat(&electorate, &elector(1)))];
    let by_records = addresses.map(|(name, address)| (name.to_owned(), community.account(&address).unwrap().data));
    by_snapshot.into_iter().chain(by_records).collect()
}

/// Reads and writes again.
fn round_trip(name: &str, bytes: &[u8]) -> Result<Vec<u8>, DecodeError> {
    match name {
        "constitution" => accounts::Constitution::decode(bytes).map(|account| account.to_bytes()),
        "principle" => accounts::Principle::decode(bytes).map(|account| account.to_bytes()),
        "policy" => accounts::Policy::decode(bytes).map(|account| account.to_bytes()),
        "roster" => accounts::Roster::decode(bytes).map(|account| account.to_bytes()),
        "roster_page" => RosterPage::decode(bytes).map(|account| account.to_bytes(30)),
        "roster_page_last" => RosterPage::decode(bytes).map(|account| account.to_bytes(17)),
        "proposal" => accounts::Proposal::decode(bytes).map(|account| account.to_bytes()),
        "deposit_pool" => accounts::DepositPool::decode(bytes).map(|account| account.to_bytes()),
        "deposit" => accounts::Deposit::decode(bytes).map(|account| account.to_bytes()),
        "snapshot_operators" => accounts::SnapshotOperators::decode(bytes).map(|account| account.to_bytes()),
        "snapshot" => accounts::Snapshot::decode(bytes).map(|account| account.to_bytes()),
        "weight_plugin" => accounts::WeightPlugin::decode(bytes).map(|account| account.to_bytes()),
        "seat" => accounts::Seat::decode(bytes).map(|account| account.to_bytes()),
        "guardrails" => accounts::Guardrails::decode(bytes).map(|account| account.to_bytes()),
        "authorization" => accounts::Authorization::decode(bytes).map(|account| account.to_bytes()),
        "ballot_page" => accounts::BallotPage::decode(bytes).map(|account| account.to_bytes()),
        "payload" => Payload::decode(bytes).map(|payload| payload.to_bytes()),
        other => panic!("{other} is no kind of account"),
    }
}

#[test]
fn a2_every_account_has_the_committed_bytes_and_survives_reading_and_writing() {
    let written = accounts_of_a_history();
    check_committed("accounts", &written);
    for (name, bytes) in &written {
        assert_eq!(round_trip(name, bytes).as_ref(), Ok(bytes), "{name}");
        assert!(bytes.len() <= 1_308, "{name} costs at most 0.01 SOL at 6,960 lamports a byte");
    }
}

#[test]
fn the_committed_accounts_say_what_happened() {
    let read = |name: &str| std::fs::read(fixtures("accounts").join(format!("{name}.bin"))).unwrap();
    let constitution = accounts::Constitution::decode(&read("constitution")).unwrap();
    assert_eq!((constitution.version, constitution.is_sealed, constitution.layout_version), (2, 1, 1));
    assert_eq!((constitution.text_hash, constitution.parent_hash), (hash("version 2"), hash("version 1")));
    assert_eq!((constitution.next_proposal_id, constitution.next_policy_id, constitution.next_principle_id), (4, 1, 2));
    assert_eq!((constitution.next_roster_version, constitution.roster_version), (2, 1));
    assert_eq!(constitution.tracks, Founding::default().tracks);
    let proposal = accounts::Proposal::decode(&read("proposal")).unwrap();
    assert_eq!((proposal.for_weight, proposal.against_weight, proposal.abstain_weight), (1_000, 1_001, 1_000));
    assert_eq!((proposal.id, proposal.track, proposal.action, proposal.was_extended), (2, 0, 2, 1));
    assert_eq!((proposal.status, proposal.defeat, proposal.ballots[0]), (2, 3, FOR | AGAINST << 2 | ABSTAIN << 4));
    assert_eq!((proposal.constitution_version, proposal.voters, proposal.ballots_cast), (2, 257, 4));
    let policy = accounts::Policy::decode(&read("policy")).unwrap();
    assert_eq!((policy.text_hash, policy.sunset_at, policy.version), (hash("be kind"), START + 365 * DAY, 1));
    let principle = accounts::Principle::decode(&read("principle")).unwrap();
    assert_eq!((principle.id, principle.class, principle.text_hash), (1, 1, hash("nobody is sold")));
    let roster = accounts::Roster::decode(&read("roster")).unwrap();
    assert_eq!((roster.count, roster.total_weight, roster.pages, roster.bound_proposals), (257, 7_250, 9, 4));
    let page = RosterPage::decode(&read("roster_page_last")).unwrap();
    assert_eq!((page.header.page, page.members.len(), page.members[16].weight), (8, 17, 1));
    assert_eq!(page.members[16].voter, member_key("golden", 256));
    let ballots = accounts::BallotPage::decode(&read("ballot_page")).unwrap();
    assert_eq!((ballots.page, ballots.ballots[0]), (0, AGAINST));
}

#[test]
fn every_event_has_the_committed_bytes_and_survives_reading_and_writing() {
    let mut written = BTreeMap::new();
    for mut scene in scenes() {
        for event in scene.world.send(scene.instruction).events {
            let bytes = event.to_bytes();
            assert_eq!(Event::decode(&bytes).as_ref(), Ok(&event));
            written.entry(event.name().to_owned()).or_insert(bytes);
        }
    }
    check_committed("events", &written);
    let idl = include_str!("../../idl/quantumagi_core.json");
    let (_, events) = idl.split_once("\"events\": [").expect("the IDL lists events");
    let (events, _) = events.split_once("\n  ]").expect("the list ends");
    assert_eq!(written.len(), events.matches("\"discriminator\"").count());
}
