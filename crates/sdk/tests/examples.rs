//! Every example, run on a local network with the arguments that its first lines name.

#[path = "../examples/for_a_wallet.rs"]
#[allow(dead_code, reason = "its main is not called here")]
mod for_a_wallet;
#[path = "../examples/history.rs"]
#[allow(dead_code, reason = "its main is not called here")]
mod history;
#[path = "../examples/read.rs"]
#[allow(dead_code, reason = "its main is not called here")]
mod read;
#[path = "../examples/sign_text.rs"]
#[allow(dead_code, reason = "its main is not called here")]
mod sign_text;
#[path = "journey/support.rs"]
#[allow(dead_code, reason = "the journeys use the rest")]
mod support;
#[path = "../examples/vote.rs"]
#[allow(dead_code, reason = "its main is not called here")]
mod vote;
#[path = "../examples/watch.rs"]
#[allow(dead_code, reason = "its main is not called here")]
mod watch;

use std::ffi::OsString;
use std::path::PathBuf;

use quantumagi_interface::digest::sha256;
use quantumagi_rpc::solana::{Address, Keypair, Signer, VersionedTransaction, write_keypair_file};
use quantumagi_rpc::{Commitment, Rpc};
use quantumagi_rules::action::Action;
use quantumagi_rules::ballot::{BallotRule, Choice};
use quantumagi_sdk::builders::text_publish;
use quantumagi_sdk::words::hex;
use quantumagi_sdk::{ProposalDraft, Quantumagi};

use support::{Community, World, from_base64};

/// What an example says with these arguments.
macro_rules! said {
    ($name:ident, $($arg:expr),*) => {{
        let mut out = Vec::new();
        let args = [$($arg.to_string()),*].into_iter();
        $name::run(args, &mut out).await.expect("the example succeeds");
        String::from_utf8(out).expect("words")
    }};
}

/// A folder of one test, gone with it.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("quantumagi-example-{test}-{}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("writable");
        Self(folder)
    }

    fn key(&self, key: &Keypair) -> String {
        let path = self.0.join("id.json");
        write_keypair_file(key, &path).expect("written");
        path.display().to_string()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A community whose proposal is being voted on.
struct Vote {
    world: World,
    community: Community,
    proposal: Address,
}

impl Vote {
    async fn start() -> Self {
        let world = World::start().await;
        let community = Community::found(&world).await;
        let action = Action::TransferLamports { recipient: [7; 32], lamports: 1 };
        let proposal = community.propose(&world, action).await;
        let account = world.client.proposal_at(&proposal).await.expect("it is there").value;
        world.travel_to(account.starts_at).await;
        Self { world, community, proposal }
    }

    fn url(&self) -> &str {
        self.world.network.rpc_url()
    }

    async fn for_weight(&self) -> u64 {
        self.world.client.proposal_at(&self.proposal).await.expect("it is there").value.for_weight
    }
}

#[test]
fn every_example_is_run_here() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");
    let files = std::fs::read_dir(folder).expect("the examples");
    let mut names: Vec<_> = files.map(|file| file.expect("readable").file_name()).collect();
    names.sort();
    let known = ["for_a_wallet", "history", "read", "sign_text", "vote", "watch"];
    assert_eq!(names, known.map(|name| OsString::from(format!("{name}.rs"))));
}

#[tokio::test]
async fn vote_votes_and_read_reads() {
    let vote = Vote::start().await;
    let folder = Folder::new("vote");
    let said = said!(vote, vote.url(), vote.proposal, folder.key(&vote.community.members[0]));
    assert!(said.starts_with("it will cost 5000 lamports\nvoted in slot "), "{said}");
    assert_eq!(vote.for_weight().await, 30);
    let said = said!(read, vote.url(), vote.community.constitution);
    let lines: Vec<_> = said.lines().filter_map(|line| line.split_once(": ")).map(|(_, told)| told).collect();
    assert_eq!(lines[0], "version 1 of the constitution");
    assert!(lines[1].starts_with("proposal 0: voting"), "{said}");
    assert_eq!(lines.len(), 2);
}

#[tokio::test]
async fn for_a_wallet_prints_what_a_wallet_signs() {
    let vote = Vote::start().await;
    let voter = &vote.community.members[1];
    let said = said!(for_a_wallet, vote.url(), vote.proposal, voter.pubkey());
    let mut transaction: VersionedTransaction =
        bincode::deserialize(&from_base64(said.trim_end())).expect("a transaction");
    transaction.signatures[0] = voter.sign_message(&transaction.message.serialize());
    let rpc = Rpc::new(vote.url(), Commitment::Confirmed);
    let height = rpc.latest_blockhash().await.expect("a blockhash").last_valid_block_height;
    rpc.send_and_confirm(&transaction, height, Default::default(), |_| {}).await.expect("it lands");
    assert_eq!(vote.for_weight().await, 20);
}

#[tokio::test]
async fn watch_tells_every_vote_until_the_outcome() {
    let vote = Vote::start().await;
    let (world, community) = (&vote.world, &vote.community);
    let watching = async { said!(watch, vote.url(), community.constitution, 0) };
    let deciding = async {
        community.vote(world, &vote.proposal, &community.members[0], Choice::For).await;
        community.vote(world, &vote.proposal, &community.members[2], Choice::Against).await;
        let proposer = &community.members[0];
        let cancel = world.client.proposal_cancel(&vote.proposal, &proposer.pubkey()).await.expect("its proposer may");
        world.client.send(&[cancel], &[proposer]).await.expect("it is withdrawn");
    };
    let (said, ()) = tokio::join!(watching, deciding);
    let slots: Vec<u64> =
        said.lines().map(|line| line[5..line.find(':').expect("a slot")].parse().expect("one")).collect();
    assert!(slots.is_sorted(), "{said}");
    // What happens within one look is told as one change.
    assert!(said.ends_with(": Cancelled, 30 for and 15 against\n"), "{said}");
}

#[tokio::test]
async fn history_tells_events_with_their_texts() {
    let world = World::start().await;
    let community = Community::found(&world).await;
    let (client, proposer): (&Quantumagi, _) = (&world.client, &community.members[0]);
    let text = "Pay what we owe.\nAll of it.\n";
    for part in text_publish(&world.ana.pubkey(), text) {
        client.send(&[part], &[&world.ana]).await.expect("the part lands");
    }
    let action = Action::TransferLamports { recipient: [7; 32], lamports: 1 };
    let (content_hash, ballot_rule) = (sha256(text.as_bytes()), BallotRule::Final);
    let draft = ProposalDraft { content_hash, ballot_rule, action, citations: &[0], payload: None };
    let create = client.proposal_create(&community.constitution, &proposer.pubkey(), &draft).await.expect("legal").1;
    client.send(&create, &[proposer]).await.expect("the proposal lands");
    let folder = Folder::new("history");
    let said = said!(history, world.network.rpc_url(), community.constitution, folder.0.display());
    let (first, last) = (said.lines().take(3).collect::<Vec<_>>().join("\n"), hex(&[1; 32]));
    assert!(first.contains("proposal 0") && first.ends_with("\n  Pay what we owe."), "{said}");
    let missing = format!("  {last}: the text {last} is not in the store, and nobody published it");
    assert!(said.lines().any(|line| line == missing), "{said}");
}

#[tokio::test]
async fn sign_text_signs() {
    let (folder, key) = (Folder::new("text"), Keypair::new());
    let said = said!(sign_text, folder.key(&key), "We stop the upgrade.");
    assert!(said.starts_with(&format!("{} signed it with ", key.pubkey())), "{said}");
    assert!(said.ends_with("; it is good\n"), "{said}");
}
