//! The storm itself: what is killed, when, what fails meanwhile, and what must hold when it is over.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use quantumagi_crank::journal::{Ending, Fate};
use quantumagi_crank::{Cost, Crank, Stage};
use quantumagi_localnet::LocalNetwork;
use quantumagi_rpc::solana::{Keypair, Signature, Signer};
use quantumagi_rpc::{Commitment, HistoryRange, Rpc};
use quantumagi_sdk::Quantumagi;
use quantumagi_sdk::verify::{Ledger, verify};
use quantumagi_sdk::words::describe_proof;
use tokio::sync::{mpsc, watch};

use super::crank::{Orders, ROUND, STAGE, terms};
use super::hand::{Hand, Word};
use super::number;
use super::proxy::{Proxy, Way};
use super::support::crowd::a_recipient;
use super::support::{Crowd, End, SOL, is_full, start_network};

const CRANKS: usize = 3;
const CONSTITUTIONS: usize = 3;
const ENDPOINTS: usize = 3;
/// Of the policies that are adopted: after every window.
const SUNSET_AFTER: i64 = 6 * 3_600;

/// Where processes end themselves. A block is not always seen before it is settled, so [`Stage::Landed`] is not among them.
const STAGES: [Stage; 7] =
    [Stage::Begun, Stage::Built, Stage::Priced, Stage::Signed, Stage::Sent, Stage::Confirmed, Stage::Recorded];

/// Choices that can be repeated (splitmix64).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        u32::try_from((mixed ^ (mixed >> 31)) % u64::from(limit)).expect("below a u32")
    }
}

struct Storm {
    network: LocalNetwork,
    client: Quantumagi,
    proxies: Vec<Proxy>,
    hands: Vec<Hand>,
    words: mpsc::UnboundedReceiver<Word>,
    dice: Dice,
    /// Lines between two kills, on average half of it.
    fuse: u32,
    /// How many were killed at random.
    killed: u32,
    /// How many ended at which stage.
    died: BTreeMap<Stage, u32>,
    jumps: u32,
    /// How many were told to end themselves.
    ordered: usize,
}

pub(crate) async fn storm() {
    let (proposals, kills) = if is_full() { (150, 200) } else { (30, 16) };
    let proposals = usize::try_from(number("QUANTUMAGI_PROPOSALS", proposals)).expect("few");
    let seed = number("QUANTUMAGI_SEED", 20_261_122);
    println!("QUANTUMAGI_SEED={seed}: {proposals} proposals, {kills} kills");
    let network = start_network().await;
    let client = Quantumagi::new(Rpc::new(network.rpc_url(), Commitment::Confirmed));
    let began = Instant::now();
    let crowds = propose_all(&network, &client, proposals).await;
    println!("everything is proposed and voted on after {:?}", began.elapsed());

    let mut storm = Storm::gather(network, client, &crowds, Dice(seed), proposals, kills).await;
    let mut moments = [0i64; 3];
    for crowd in &crowds {
        let last = crowd.motions.last().expect("there are some").proposal;
        let last = storm.client.proposal_at(&last).await.expect("it is there").value;
        let opens_at = last.timetable().expect("moments").opens_at.0;
        let these = [last.ends_at, opens_at, last.starts_at + SUNSET_AFTER];
        moments = std::array::from_fn(|index| moments[index].max(these[index]));
    }
    for (moment, name) in moments.into_iter().zip(["ends", "executions", "sunsets"]) {
        let began = Instant::now();
        storm.travel_to(moment).await;
        storm.rage(kills.div_ceil(3)).await;
        println!("{name}: {:?}; {} killed, {:?} ended where told to", began.elapsed(), storm.killed, storm.died);
    }
    for hand in &mut storm.hands {
        hand.stop().await;
    }
    storm.check(&crowds, kills).await;
}

async fn propose_all(network: &LocalNetwork, client: &Quantumagi, proposals: usize) -> Vec<Crowd> {
    let share = proposals.div_ceil(CONSTITUTIONS);
    let one = async || {
        let mut crowd = Crowd::found(network, client, share).await;
        let sunset_at = client.now().await.expect("the chain's clock").0 + SUNSET_AFTER;
        crowd.propose(share, sunset_at, &[|| End::Paid(a_recipient()), || End::Defeated, || End::Adopted]).await;
        crowd
    };
    let (one, two, three) = tokio::join!(one(), one(), one());
    let crowds = vec![one, two, three];
    let now = client.now().await.expect("the chain's clock").0;
    network.travel_to(now + 61).await.expect("the clock moves, and the discussions are over");
    let [one, two, three] = crowds.as_slice() else { unreachable!("three were founded") };
    tokio::join!(one.vote(), two.vote(), three.vote());
    crowds
}

impl Storm {
    async fn gather(
        network: LocalNetwork,
        client: Quantumagi,
        crowds: &[Crowd],
        dice: Dice,
        proposals: usize,
        kills: u32,
    ) -> Self {
        let genesis = client.rpc().genesis_hash().await.expect("the first block");
        let upstream = network.rpc_url().trim_start_matches("http://").trim_end_matches('/').to_owned();
        let mut proxies = Vec::new();
        for _ in 0..ENDPOINTS {
            proxies.push(Proxy::before(&upstream).await);
        }
        let (sender, words) = mpsc::unbounded_channel();
        let mut hands = Vec::new();
        let keys: Vec<Arc<Keypair>> = (0..CRANKS).map(|_| Arc::new(Keypair::new())).collect();
        for (index, key) in keys.iter().cloned().enumerate() {
            network.fund(&key.pubkey(), SOL).await.expect("the network funds a wallet");
            let name = format!("quantumagi-storm-{}-{index}", std::process::id());
            let file = |ending: &str| std::env::temp_dir().join(format!("{name}.{ending}")).display().to_string();
            std::fs::write(file("key"), key.to_bytes()).expect("a file for the key");
            let orders = Orders {
                urls: proxies.iter().map(Proxy::url).collect(),
                genesis,
                journal: file("db"),
                key: file("key"),
                constitutions: crowds.iter().map(|crowd| crowd.constitution).collect(),
                wallets: keys.iter().map(|key| key.pubkey()).collect(),
                dies_at: None,
            };
            hands.push(Hand::new(index, key, orders, sender.clone()));
        }
        // Every proposal takes three duties, every duty eight lines, and each line is another chance.
        let lines = u32::try_from(proposals).expect("few") * 3 * 8;
        let (killed, died, jumps, ordered) = (0, BTreeMap::new(), 0, 0);
        let fuse = (lines / kills).max(2);
        Self { network, client, proxies, hands, words, dice, fuse, killed, died, jumps, ordered }
    }

    async fn travel_to(&self, moment: i64) {
        if self.client.now().await.expect("the chain's clock").0 < moment {
            self.network.travel_to(moment).await.expect("the clock moves");
        }
    }

    fn ends(&self) -> u32 {
        self.killed + self.died.values().sum::<u32>()
    }

    /// So many more processes end, and then everything that is due is done in peace.
    async fn rage(&mut self, kills: u32) {
        let until = self.ends() + kills;
        for hand in 0..self.hands.len() {
            if self.hands[hand].generation == 0 {
                self.start(hand);
            }
            self.hands[hand].is_idle = false;
        }
        let mut is_calm = false;
        loop {
            let Word { hand, generation, line } = self.words.recv().await.expect("hands hold the other end");
            if self.hands[hand].generation != generation {
                continue;
            }
            match line.as_deref() {
                None => {
                    let stage = self.hands[hand].died().await;
                    *self.died.entry(stage).or_default() += 1;
                    if is_calm {
                        self.hands[hand].start(None, u32::MAX);
                    } else {
                        self.start(hand);
                        self.change_weather().await;
                    }
                }
                Some(line) => {
                    self.hear(hand, line);
                    if self.ends() < until && self.hands[hand].fuse == 0 {
                        self.hands[hand].kill().await;
                        self.killed += 1;
                        self.start(hand);
                        self.change_weather().await;
                    }
                }
            }
            if until <= self.ends() && !is_calm {
                is_calm = true;
                self.calm();
            }
            if is_calm && self.hands.iter().all(|hand| hand.is_idle) {
                return;
            }
        }
    }

    fn hear(&mut self, hand: usize, line: &str) {
        let hand = &mut self.hands[hand];
        hand.fuse = hand.fuse.saturating_sub(1);
        if let Some(left) = line.strip_prefix(ROUND) {
            hand.is_idle = left == "0";
            // Who has nothing left to do is killed all the same, so that the storm ends.
            hand.fuse = if hand.is_idle { 0 } else { hand.fuse };
        } else {
            assert!(line.starts_with(STAGE), "{line}");
        }
    }

    /// One in four ends itself, at each stage in turn; the others are killed from outside.
    fn start(&mut self, hand: usize) {
        if self.dice.below(4) == 0 {
            self.ordered += 1;
            let stage = STAGES[self.ordered % STAGES.len()];
            self.hands[hand].start(Some((stage, self.dice.below(6))), u32::MAX);
        } else {
            let fuse = 1 + self.dice.below(self.fuse);
            self.hands[hand].start(None, fuse);
        }
    }

    /// Another endpoint fails in another way, one at least stays whole; now and then the clock jumps.
    async fn change_weather(&mut self) {
        let slow = Duration::from_millis(u64::from(self.dice.below(150)));
        let ways = [Way::Open, Way::Reset, Way::Slow(slow), Way::Cut(100), Way::Hung];
        let place = self.dice.below(u32::try_from(ENDPOINTS).expect("few")) as usize;
        let way = ways[self.dice.below(5) as usize];
        let others_fail = self.proxies.iter().enumerate().filter(|(other, proxy)| *other != place && !proxy.is_open());
        let is_last = others_fail.count() + 1 == ENDPOINTS;
        self.proxies[place].set(if is_last { Way::Open } else { way });
        if self.dice.below(10) == 0 {
            let now = self.client.now().await.expect("the chain's clock").0;
            self.network.travel_to(now + 20).await.expect("the clock moves");
            self.jumps += 1;
        }
    }

    /// Nothing fails any more, and nobody is killed. Who would end itself is replaced.
    fn calm(&mut self) {
        self.proxies.iter().for_each(|proxy| proxy.set(Way::Open));
        for hand in &mut self.hands {
            hand.is_idle = false;
        }
    }

    async fn check(&self, crowds: &[Crowd], kills: u32) {
        for crowd in crowds {
            crowd.check_ended().await;
            let ledger = Ledger::fetch(self.client.rpc(), &crowd.constitution).await.expect("the history");
            let verification = verify(&ledger);
            assert!(verification.is_proved(), "{:?}", describe_proof(&verification));
            assert!(ledger.proposals.values().all(Option::is_none), "each is closed");
        }
        assert!(kills <= self.ends() && 0 < self.killed, "{} of {kills} were killed", self.ends());
        let is_everywhere = STAGES.iter().all(|stage| self.died.contains_key(stage));
        assert!(!is_full() || is_everywhere, "processes ended at too few stages: {:?}", self.died);
        let (mut landed, mut failed) = (0, 0);
        for hand in &self.hands {
            let (its_landed, its_failed) = self.check_account(hand, crowds).await;
            (landed, failed) = (landed + its_landed, failed + its_failed);
        }
        println!("{landed} transactions in blocks, {failed} of them lost races; {} clock jumps", self.jumps);
        for hand in &self.hands {
            for ending in ["db", "db-wal", "db-shm", "key"] {
                // Not every journal has all of its files.
                let _ = std::fs::remove_file(hand.journal.with_extension(ending));
            }
        }
    }

    /// The journal knows every transaction that its wallet paid for, and nothing else that landed; how many, and failed.
    async fn check_account(&self, hand: &Hand, crowds: &[Crowd]) -> (usize, usize) {
        let journal = hand.open_journal();
        let constitutions: Vec<_> = crowds.iter().map(|crowd| crowd.constitution).collect();
        let mut crank =
            Crank::new(self.client.clone(), Arc::clone(&hand.key), &constitutions, terms(), Arc::clone(&journal));
        let (_keep, stop) = watch::channel(false);
        // Once what was signed and never sent has expired.
        while !journal.flights().expect("read").is_empty() {
            assert!(crank.round(&stop).await.expect("the journal takes it").due.is_empty(), "nothing is left");
        }
        let known: BTreeMap<Signature, Ending> = journal
            .attempts_since(0)
            .expect("read")
            .into_iter()
            .map(|attempt| match attempt.fate {
                Fate::Ended(ending) => (attempt.flight.signature, ending),
                Fate::Open => panic!("{attempt:?}"),
            })
            .collect();
        let is_in_block = |ending: &&Ending| !matches!(ending, Ending::Expired);
        let history = self.client.rpc().signatures_for(&hand.key.pubkey(), HistoryRange::default()).await;
        let history = history.expect("the history");
        let mut own = Vec::new();
        // Surfpool 1.5 keeps a trial run whose blockhash it lost on the way. It bears no signature, so it cannot land.
        for record in history.into_iter().filter(|record| record.signature != Signature::default()) {
            let ending = match record.error {
                None => Ending::Landed { slot: record.slot },
                Some(_) => Ending::Failed { slot: record.slot },
            };
            if known.get(&record.signature) == Some(&ending) {
                own.push(record);
                continue;
            }
            // Another crank that closes a policy names whom the rent belongs to.
            let other = self.client.rpc().transaction(&record.signature).await.expect("told").expect("it landed");
            assert_ne!(other.accounts.first(), Some(&hand.key.pubkey()), "the journal does not know {record:?}");
        }
        assert_eq!(own.len(), known.values().filter(is_in_block).count());
        let spent =
            journal.spending_since(0).expect("read").iter().fold(Cost::default(), |sum, day| sum.plus(day.cost));
        let balance = self.client.rpc().balance(&hand.key.pubkey()).await.expect("a balance");
        assert_eq!(balance, SOL - spent.fee_lamports, "fees are spent, and the rent of every policy has come back");
        (own.len(), own.iter().filter(|record| record.error.is_some()).count())
    }
}
