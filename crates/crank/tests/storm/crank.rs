//! The process that is killed: a crank that tells what it does on its standard output, and stops when its input ends.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use quantumagi_crank::{Cost, Crank, Duty, Habits, Journal, JournalError, Observer, Round, Stage, Terms};
use quantumagi_interface::Address;
use quantumagi_rpc::pool::{Cluster, Endpoint, EndpointUrl, MethodClass, PerClass, Pool, PoolConfig};
use quantumagi_rpc::solana::{Hash, Keypair};
use quantumagi_rpc::{Commitment, Rpc};
use quantumagi_sdk::Quantumagi;
use tokio::io::AsyncReadExt;
use tokio::sync::watch;

use super::support::SOL;

/// What a process is told, as its arguments.
#[derive(Clone, Debug)]
pub(crate) struct Orders {
    /// Of every endpoint.
    pub(crate) urls: Vec<String>,
    pub(crate) genesis: Hash,
    pub(crate) journal: String,
    /// File of the wallet's key.
    pub(crate) key: String,
    pub(crate) constitutions: Vec<Address>,
    /// Wallets of all cranks.
    pub(crate) wallets: Vec<Address>,
    /// Where it ends itself, and how many duties reach that stage before.
    pub(crate) dies_at: Option<(Stage, u32)>,
}

impl Orders {
    pub(crate) fn to_arguments(&self) -> Vec<String> {
        let joined = |list: &[Address]| list.iter().map(ToString::to_string).collect::<Vec<String>>().join(",");
        vec![
            self.urls.join(","),
            self.genesis.to_string(),
            self.journal.clone(),
            self.key.clone(),
            joined(&self.constitutions),
            joined(&self.wallets),
            self.dies_at.map_or_else(String::new, |(stage, after)| format!("{} {after}", stage.name())),
        ]
    }

    fn of_arguments(arguments: &[String]) -> Self {
        let [urls, genesis, journal, key, constitutions, wallets, dies_at] = arguments else {
            panic!("seven: {arguments:?}")
        };
        let addresses = |list: &str| list.split(',').map(|it| it.parse().expect("an address")).collect();
        let stage = |name: &str| Stage::ALL.into_iter().find(|stage| stage.name() == name).expect("a stage");
        Self {
            urls: urls.split(',').map(str::to_owned).collect(),
            genesis: genesis.parse().expect("a hash"),
            journal: journal.clone(),
            key: key.clone(),
            constitutions: addresses(constitutions),
            wallets: addresses(wallets),
            dies_at: dies_at.split_once(' ').map(|(name, after)| (stage(name), after.parse().expect("a number"))),
        }
    }
}

/// What the process says.
pub(crate) const STAGE: &str = "stage ";
pub(crate) const ROUND: &str = "round ";

struct Voice {
    dies_at: Option<(Stage, u32)>,
    reached: AtomicU32,
}

impl Observer for Voice {
    fn stage(&self, stage: Stage, _duty: &Duty) {
        say(&format!("{STAGE}{}", stage.name()));
        if self.dies_at.is_some_and(|(at, after)| at == stage && self.reached.fetch_add(1, Ordering::Relaxed) == after)
        {
            // At once, as if killed: no destructor runs, nothing is flushed.
            std::process::abort();
        }
    }

    fn round(&self, round: &Round) {
        let is_read = round.clock.is_some() && round.unread.is_empty();
        let left = if is_read { round.due.len().to_string() } else { "unknown".to_owned() };
        say(&format!("{ROUND}{left}"));
    }

    fn journal_failed(&self, error: &JournalError) {
        panic!("{error:?}");
    }
}

/// A pipe without a reader ends the process: whoever started it is gone.
fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).expect("somebody listens");
}

fn client(orders: &Orders) -> Quantumagi {
    let endpoint = |(index, url): (usize, &String)| {
        let name = format!("e{index}").parse().expect("a label");
        Endpoint::new(name, EndpointUrl::http(url).expect("an address"))
    };
    let endpoints = orders.urls.iter().enumerate().map(endpoint).collect();
    let patience: PerClass<Duration> = PerClass::from_fn(|class| match class {
        MethodClass::Read | MethodClass::Simulate | MethodClass::Send => Duration::from_secs(2),
        MethodClass::Scan | MethodClass::History => Duration::from_secs(5),
    });
    let mut config = PoolConfig::of(Cluster::with_genesis(orders.genesis), endpoints);
    config.timeouts = patience;
    Quantumagi::new(Rpc::with_pool(Pool::new(config), Commitment::Confirmed))
}

pub(crate) fn terms() -> Terms {
    Terms {
        habits: Habits { close_after: 0 },
        max_cost_per_day: Cost { fee_lamports: SOL, rent_lamports: SOL },
        rank_delay: Duration::from_millis(400),
        look_every: Duration::from_secs(1),
        ..Terms::default()
    }
}

pub(crate) async fn run(arguments: &[String]) {
    let orders = Orders::of_arguments(arguments);
    let bytes = std::fs::read(&orders.key).expect("the key's file");
    let key = Arc::new(Keypair::try_from(bytes.as_slice()).expect("a key"));
    let journal = Arc::new(Journal::open(Path::new(&orders.journal)).expect("the journal opens after any death"));
    let voice = Arc::new(Voice { dies_at: orders.dies_at, reached: AtomicU32::new(0) });
    let mut crank = Crank::new(client(&orders), key, &orders.constitutions, terms(), journal)
        .beside(&orders.wallets)
        .observed_by(voice);
    let (stop, told) = watch::channel(false);
    tokio::spawn(async move {
        let mut input = Vec::new();
        tokio::io::stdin().read_to_end(&mut input).await.expect("the input ends");
        stop.send_replace(true);
    });
    crank.run(&told).await;
}
