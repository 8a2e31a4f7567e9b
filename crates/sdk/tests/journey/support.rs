//! A network with the program on it, and a community of eight with unequal weights.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use quantumagi_interface::types::Member;
use quantumagi_interface::{Address, PROGRAM_ID, pda};
use quantumagi_localnet::{LocalNetwork, Options};
use quantumagi_rpc::solana::{Keypair, Signer};
use quantumagi_rpc::{Commitment, Rpc};
use quantumagi_rules::action::Action;
use quantumagi_rules::ballot::{BallotRule, Choice};
use quantumagi_rules::parameters::TrackParameters;
use quantumagi_rules::principle::{Category, Class};
use quantumagi_sdk::builders::NewPrinciple;
use quantumagi_sdk::{ProposalDraft, Quantumagi};

pub(crate) const SOL: u64 = 1_000_000_000;

/// A program that the network carries: it logs its data, and wants every account it is given to sign.
pub(crate) const MEMO: &str = "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr";

/// Of the eight members, in the order of [`Community::members`]. Together 100.
pub(crate) const WEIGHTS: [u64; 8] = [30, 20, 15, 10, 10, 5, 5, 5];

/// The shortest times that the rules allow.
pub(crate) const TRACK: TrackParameters = TrackParameters {
    threshold_bps: 6_000,
    quorum_bps: 5_000,
    min_for_bps: 1_000,
    entrenched_threshold_bps: 7_500,
    discussion_seconds: 60,
    voting_seconds: 3_600,
    extension_seconds: 0,
    timelock_seconds: 3_600,
    window_seconds: 3_600,
    veto_bps: 0,
    slash_bps: 0,
    cooloff_seconds: 0,
    deposit_lamports: 0,
};

pub(crate) struct World {
    pub(crate) network: LocalNetwork,
    pub(crate) client: Quantumagi,
    /// Holds a thousand SOL.
    pub(crate) ana: Keypair,
}

impl World {
    /// A network of its own, with the built program deployed.
    pub(crate) async fn start() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let network = LocalNetwork::start(Options::default()).await.expect("the local network starts");
        let rpc = Rpc::new(network.rpc_url(), Commitment::Confirmed);
        let ana = Keypair::new();
        network.fund(&ana.pubkey(), 1_000 * SOL).await.expect("the network funds a wallet");
        let elf = root.join("target/deploy/quantumagi_core.so");
        assert!(elf.exists(), "the program is built: cargo xtask build --program-only");
        // Not by transactions, which take minutes for a program of this size: crates/rpc/tests deploys so.
        network.deploy(&PROGRAM_ID, &elf).await.expect("the program deploys");
        Self { network, client: Quantumagi::new(rpc), ana }
    }

    /// The code of a program that the network carries.
    pub(crate) async fn elf_of(&self, program: &str) -> Vec<u8> {
        let address: Address = program.parse().expect("an address");
        let account = self.client.rpc().existing_account(&address).await.expect("the program");
        if account.data.starts_with(b"\x7fELF") {
            return account.data;
        }
        let code = Address::try_from(&account.data[4..36]).expect("32 bytes");
        self.client.rpc().existing_account(&code).await.expect("its code").data.split_off(45)
    }

    pub(crate) async fn now(&self) -> i64 {
        self.client.now().await.expect("the chain's clock").0
    }

    /// Moves the chain's clock to this second, unless it is past it already.
    pub(crate) async fn travel_to(&self, unix_seconds: i64) {
        if self.now().await < unix_seconds {
            self.network.travel_to(unix_seconds).await.expect("the clock moves");
        }
    }
}

/// A sealed constitution with two principles.
pub(crate) struct Community {
    pub(crate) constitution: Address,
    /// The first of them proposes.
    pub(crate) members: Vec<Keypair>,
}

impl Community {
    /// Eight members of [`WEIGHTS`].
    pub(crate) async fn found(world: &World) -> Self {
        let people: Vec<Keypair> = WEIGHTS.iter().map(|_| Keypair::new()).collect();
        for person in &people {
            world.network.fund(&person.pubkey(), 10 * SOL).await.expect("the network funds a wallet");
        }
        let members: Vec<Member> =
            people.iter().zip(WEIGHTS).map(|(key, weight)| Member { voter: key.pubkey(), weight }).collect();
        Self::found_with(world, people, &members).await
    }

    pub(crate) async fn found_with(world: &World, people: Vec<Keypair>, members: &[Member]) -> Self {
        let (client, ana, key) = (&world.client, &world.ana, Keypair::new());
        world.network.fund(&people[0].pubkey(), 10 * SOL).await.expect("the network funds a wallet");
        let constitution = pda::constitution(&key.pubkey());
        let found = client.constitution_create(&ana.pubkey(), &key.pubkey(), [1; 32], [TRACK; 4]).expect("legal");
        client.send(&[found], &[ana, &key]).await.expect("the founding lands");
        let (class, category) = (Class::Ordinary, Category::Governance);
        let principle = NewPrinciple { text_hash: [1; 32], class, category, priority: 50 };
        let added = client.principle_add(&constitution, &ana.pubkey(), &[principle]).await.expect("legal");
        client.send_all(&added, &[ana], |_| {}).await.expect("the principle lands");
        let (version, create) = client.roster_create(&constitution, &ana.pubkey(), members).await.expect("legal");
        client.send_all(&create, &[ana], |_| {}).await.expect("the roster lands");
        let adopt = client.roster_adopt(&constitution, &ana.pubkey(), version).await.expect("it is complete");
        client.send(&[adopt], &[ana]).await.expect("the roster is adopted");
        let seal = client.constitution_seal(&constitution, &ana.pubkey()).await.expect("there is a roster");
        client.send(&[seal], &[ana]).await.expect("the constitution is sealed");
        Self { constitution, members: people }
    }

    pub(crate) fn roster(&self, version: u32) -> Address {
        pda::roster(&self.constitution, version)
    }

    /// A proposal of the first member, citing principle 0.
    pub(crate) async fn propose(&self, world: &World, action: Action<'_>) -> Address {
        let ballot_rule = BallotRule::Changeable;
        let draft = ProposalDraft { content_hash: [5; 32], ballot_rule, action, citations: &[0], payload: None };
        let proposer = &self.members[0];
        let (proposal, create) =
            world.client.proposal_create(&self.constitution, &proposer.pubkey(), &draft).await.expect("legal");
        world.client.send(&create, &[proposer]).await.expect("the proposal lands");
        proposal
    }

    pub(crate) async fn vote(&self, world: &World, proposal: &Address, member: &Keypair, choice: Choice) {
        let vote = world.client.proposal_vote(proposal, &member.pubkey(), choice).await.expect("a member may");
        world.client.send(&vote, &[member]).await.expect("the vote lands");
    }

    /// Carries an action from its proposal to the first second of its window, with the first six members for it.
    pub(crate) async fn approve(&self, world: &World, action: Action<'_>) -> Address {
        let client = &world.client;
        let proposal = self.propose(world, action).await;
        let account = client.proposal_at(&proposal).await.expect("it is there").value;
        world.travel_to(account.starts_at).await;
        for member in self.members.iter().take(6) {
            self.vote(world, &proposal, member, Choice::For).await;
        }
        world.travel_to(account.ends_at).await;
        let finalize = client.proposal_finalize(&proposal).await.expect("voting is over");
        client.send(&[finalize], &[&world.ana]).await.expect("the outcome is written");
        world.travel_to(account.timetable().expect("moments").opens_at.0).await;
        proposal
    }

    /// The same, and then to its execution and closing.
    pub(crate) async fn decide(&self, world: &World, action: Action<'_>) {
        let client = &world.client;
        let proposal = self.approve(world, action).await;
        let bytes = action.to_bytes();
        let execute = client.proposal_execute(&proposal, &world.ana.pubkey(), &bytes).await.expect("it is approved");
        client.send(&[execute], &[&world.ana]).await.expect("the execution lands");
        let close = client.proposal_close(&proposal).await.expect("it is final");
        client.send(&close, &[&world.ana]).await.expect("it is closed");
    }
}

pub(crate) fn from_base64(text: &str) -> Vec<u8> {
    STANDARD.decode(text).expect("base64")
}
