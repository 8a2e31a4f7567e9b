//! A network with the program on it, a community of three, and cranks.

#[allow(dead_code, reason = "each test binary uses a part")]
pub(crate) mod crowd;
#[allow(dead_code, reason = "each test binary uses a part")]
pub(crate) mod electors;

use std::path::Path;
use std::sync::Arc;

use quantumagi_crank::{Crank, Habits, Journal, Round, Terms};
use quantumagi_interface::types::Member;
use quantumagi_interface::{Address, PROGRAM_ID, pda};
use quantumagi_localnet::{LocalNetwork, Options};
use quantumagi_rpc::solana::{Keypair, Signer};
use quantumagi_rpc::{Commitment, Rpc};
use quantumagi_rules::action::{
    Action, FLAG_SIGNER, FLAG_WRITABLE, Invocation, InvokeAccount, InvokeAccounts, Series, encode_accounts,
};
use quantumagi_rules::ballot::{BallotRule, Choice};
use quantumagi_rules::parameters::TrackParameters;
use quantumagi_rules::principle::{Category, Class};
use quantumagi_sdk::builders::NewPrinciple;
use quantumagi_sdk::verify::{Ledger, verify};
use quantumagi_sdk::words::describe_proof;
use quantumagi_sdk::{ProposalDraft, Quantumagi};
use tokio::sync::watch;

pub(crate) use crowd::{Crowd, End};

pub(crate) const SOL: u64 = 1_000_000_000;

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
    deposit_lamports: 1_000_000,
};

/// Everything is closed at once, and no crank waits for another.
pub(crate) fn terms() -> Terms {
    let habits = Habits { close_after: 0 };
    Terms { habits, ranks: 1, ..Terms::default() }
}

pub(crate) struct World {
    pub(crate) network: LocalNetwork,
    pub(crate) client: Quantumagi,
    pub(crate) constitution: Address,
    /// Ana, who founds and proposes, Ben and Cleo.
    pub(crate) people: [Keypair; 3],
}

impl World {
    /// A sealed constitution of three equal members, with lamports in its vault.
    pub(crate) async fn start() -> Self {
        let network = start_network().await;
        let client = Quantumagi::new(Rpc::new(network.rpc_url(), Commitment::Confirmed));
        let people = [Keypair::new(), Keypair::new(), Keypair::new()];
        for person in &people {
            network.fund(&person.pubkey(), 100 * SOL).await.expect("the network funds a wallet");
        }
        let key = Keypair::new();
        let constitution = pda::constitution(&key.pubkey());
        network.fund(&pda::vault(&constitution), 5 * SOL).await.expect("the vault is funded");
        let members: Vec<Member> = people.iter().map(|person| Member { voter: person.pubkey(), weight: 1 }).collect();
        found(&client, &people[0], &key, &members, TRACK).await;
        Self { network, client, constitution, people }
    }

    pub(crate) async fn propose(&self, action: Action<'_>) -> Address {
        let ballot_rule = BallotRule::Changeable;
        let draft = ProposalDraft { content_hash: [5; 32], ballot_rule, action, citations: &[0], payload: None };
        let ana = &self.people[0];
        let (proposal, create) =
            self.client.proposal_create(&self.constitution, &ana.pubkey(), &draft).await.expect("legal");
        self.client.send(&create, &[ana]).await.expect("the proposal lands");
        proposal
    }

    /// Ana and Ben vote.
    pub(crate) async fn vote(&self, proposal: &Address, choice: Choice) {
        for person in &self.people[..2] {
            let vote = self.client.proposal_vote(proposal, &person.pubkey(), choice).await.expect("a member may");
            self.client.send(&vote, &[person]).await.expect("the vote lands");
        }
    }

    /// Proposes that the vault calls the System program to pay each of these, one call after the other.
    pub(crate) async fn propose_calls(&self, payments: &[(Address, u64)]) -> Address {
        let vault = pda::vault(&self.constitution);
        // `SystemInstruction::Transfer` is number 2.
        let calls: Vec<(Vec<u8>, Vec<u8>)> = payments
            .iter()
            .map(|(recipient, lamports)| {
                let accounts = encode_accounts(&[
                    InvokeAccount { address: vault.to_bytes(), flags: FLAG_WRITABLE | FLAG_SIGNER },
                    InvokeAccount { address: recipient.to_bytes(), flags: FLAG_WRITABLE },
                ]);
                (accounts, [&2u32.to_le_bytes()[..], &lamports.to_le_bytes()].concat())
            })
            .collect();
        let steps: Vec<Invocation<'_>> = calls
            .iter()
            .map(|(accounts, data)| Invocation {
                program: [0; 32],
                accounts: InvokeAccounts::new(accounts).expect("two accounts"),
                data,
            })
            .collect();
        match steps.as_slice() {
            [Invocation { program, accounts, data }] => {
                self.propose(Action::Invoke { program: *program, accounts: *accounts, data }).await
            }
            steps => {
                let bytes = Series::encode(steps);
                self.propose(Action::InvokeSeries { steps: Series::new(&bytes).expect("well formed") }).await
            }
        }
    }

    pub(crate) async fn travel_to(&self, unix_seconds: i64) {
        if self.client.now().await.expect("the chain's clock").0 < unix_seconds {
            self.network.travel_to(unix_seconds).await.expect("the clock moves");
        }
    }

    /// A wallet with a tenth of a SOL.
    pub(crate) async fn wallet(&self) -> Arc<Keypair> {
        let key = Keypair::new();
        self.network.fund(&key.pubkey(), SOL / 10).await.expect("the network funds a wallet");
        Arc::new(key)
    }

    pub(crate) fn crank(&self, key: &Arc<Keypair>, journal: &Arc<Journal>, terms: Terms) -> Crank {
        Crank::new(self.client.clone(), Arc::clone(key), &[self.constitution], terms, Arc::clone(journal))
    }

    pub(crate) async fn balance(&self, address: &Address) -> u64 {
        self.client.rpc().balance(address).await.expect("a balance")
    }

    /// Everything that ever happened is proved: no step happened twice, none is missing.
    pub(crate) async fn check_proved(&self) -> Ledger {
        let ledger = Ledger::fetch(self.client.rpc(), &self.constitution).await.expect("the history");
        let verification = verify(&ledger);
        assert!(verification.is_proved(), "{:?}", describe_proof(&verification));
        ledger
    }
}

pub(crate) fn journal() -> Arc<Journal> {
    Arc::new(Journal::in_memory().expect("a journal"))
}

/// One round of a crank that nobody stops.
pub(crate) async fn round(crank: &mut Crank) -> Round {
    let (_keep, stop) = watch::channel(false);
    crank.round(&stop).await.expect("the journal takes it")
}

/// What was attempted, by the instruction's name and the outcome's.
pub(crate) fn told(round: &Round) -> Vec<(&'static str, &'static str)> {
    let mut told: Vec<_> = round.outcomes.iter().map(|(duty, outcome)| (duty.kind.name(), outcome.name())).collect();
    told.sort_unstable();
    told
}

/// A local network with the program on it.
pub(crate) async fn start_network() -> LocalNetwork {
    let network = LocalNetwork::start(Options::default()).await.expect("the local network starts");
    let elf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/deploy/quantumagi_core.so");
    assert!(elf.exists(), "the program is built: cargo xtask build --program-only");
    network.deploy(&PROGRAM_ID, &elf).await.expect("the program deploys");
    network
}

/// Founds and seals a constitution with one principle and these members.
pub(crate) async fn found(
    client: &Quantumagi,
    founder: &Keypair,
    key: &Keypair,
    members: &[Member],
    track: TrackParameters,
) {
    let (at, payer) = (begin(client, founder, key, track).await, founder.pubkey());
    let (version, create) = client.roster_create(&at, &payer, members).await.expect("legal");
    client.send_all(&create, &[founder], |_| {}).await.expect("the roster lands");
    let adopt = client.roster_adopt(&at, &payer, version).await.expect("it is complete");
    client.send(&[adopt], &[founder]).await.expect("the roster is adopted");
    seal(client, founder, &at).await;
}

/// A constitution with one principle, and nobody yet who votes.
pub(crate) async fn begin(client: &Quantumagi, founder: &Keypair, key: &Keypair, track: TrackParameters) -> Address {
    let at = pda::constitution(&key.pubkey());
    let payer = founder.pubkey();
    let found = client.constitution_create(&payer, &key.pubkey(), [1; 32], [track; 4]).expect("legal");
    client.send(&[found], &[founder, key]).await.expect("the founding lands");
    let (class, category) = (Class::Ordinary, Category::Governance);
    let principle = NewPrinciple { text_hash: [1; 32], class, category, priority: 50 };
    let added = client.principle_add(&at, &payer, &[principle]).await.expect("legal");
    client.send_all(&added, &[founder], |_| {}).await.expect("the principle lands");
    at
}

/// Seals it.
pub(crate) async fn seal(client: &Quantumagi, founder: &Keypair, constitution: &Address) {
    let seal = client.constitution_seal(constitution, &founder.pubkey()).await.expect("somebody votes");
    client.send(&[seal], &[founder]).await.expect("the constitution is sealed");
}

/// Whether everything is asked for, and not only what is quick.
#[allow(clippy::disallowed_methods, reason = "a test binary is started by its runner and has no arguments of its own")]
pub(crate) fn is_full() -> bool {
    std::env::var_os("QUANTUMAGI_FULL").is_some()
}
