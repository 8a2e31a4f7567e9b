//! The day itself.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use quantumagi_crank::journal::{Ending, Fate};
use quantumagi_crank::{Cost, Crank, Habits, Journal, Kind, Observer, Subject, Terms};
use quantumagi_rpc::pool::{Cluster, Endpoint, EndpointUrl, Pool, PoolConfig};
use quantumagi_rpc::solana::{Keypair, Signer};
use quantumagi_rpc::{Commitment, Rpc};
use quantumagi_rules::parameters::TrackParameters;
use quantumagi_sdk::Quantumagi;
use rusqlite::Connection;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use super::chain::{Chain, Luck};
use super::network::{Network, PROBE_TIMEOUT, Way, genesis};
use super::notes::{Did, Notes, Taken, key};
use super::support::crowd::a_recipient;
use super::support::{Crowd, End, SOL, TRACK};
use super::weather::{ENDPOINTS, HOUR, Outage, STRANGER, Weather};

const PROPOSALS: usize = 100;
/// Between two proposals, and so between two deadlines: a hundred in 18 hours.
const APART: Duration = Duration::from_secs(648);
/// Votes end from two hours after the day's beginning on.
const VOTING: u32 = 20 * 3_600;
const HOURS: u32 = 24;
/// Hours in which memory is taken that is kept: the first looks, executions and broken endpoints.
const WARM_UP: usize = 4;
/// What resident memory may grow by afterwards, KiB: a leak of two kilobytes a round is more. The chain's records of 300
/// transactions are in it, and so is the journal's cache.
const MOST_GROWTH_KIB: u64 = 2_048;

/// In all, with the chain and its endpoints in the same process, KiB.
const MOST_RESIDENT_KIB: u64 = 60 * 1_024;
/// Calls of an hour in which a hundred proposals are open and nothing is due.
const MOST_IDLE_CALLS: u64 = 300;

/// From due to done while an endpoint is well, milliseconds; the second for transactions that no leader received, which
/// cannot be signed again before their blockhash has died.
const MOST_LATE: u64 = 120_000;
const MOST_LATE_AT_99: u64 = 60_000;
/// A crank that has lost races waits three seconds for whoever won them, with every duty of which that is the first.
const MOST_LATE_IN_THE_MEDIAN: u64 = 5_000;
const MOST_LATE_LOST: u64 = 240_000;

fn track() -> TrackParameters {
    TrackParameters { voting_seconds: VOTING, window_seconds: 7_200, ..TRACK }
}

fn client(network: &Network, endpoints: &[&str]) -> (Quantumagi, Pool) {
    let url = EndpointUrl::http("http://rpc.example.org").expect("an address");
    let endpoint = |name: &&str| Endpoint::new(name.parse().expect("a label"), url.clone());
    let cluster = Cluster::with_genesis(genesis(false).parse().expect("a hash"));
    let mut config = PoolConfig::of(cluster, endpoints.iter().map(endpoint).collect());
    // As the crank's configuration has it.
    config.probe.interval = Duration::from_secs(60);
    config.probe.timeout = PROBE_TIMEOUT;
    let pool = Pool::with_transport(config, network.clone());
    (Quantumagi::new(Rpc::with_pool(pool.clone(), Commitment::Confirmed)), pool)
}

/// A hundred proposals under vote, whose votes end one after the other.
async fn propose(network: &Network) -> Crowd {
    let (people, _) = client(network, &["people"]);
    let fund = async |address| network.chain(|chain| chain.fund(address, 100 * SOL));
    let mut crowd = Crowd::found_with(fund, &people, PROPOSALS, track()).await;
    let began = Instant::now();
    let ends: [fn() -> End; 3] = [|| End::Paid(a_recipient()), || End::Defeated, || End::Adopted];
    for index in 0..PROPOSALS {
        sleep_until(began + APART * u32::try_from(index).expect("few")).await;
        let sunset_at = network.chain(|chain| chain.second()) + i64::from(VOTING) + 7_200;
        crowd.propose(1, sunset_at, &[ends[index % 3]]).await;
    }
    sleep(Duration::from_secs(61)).await;
    crowd.vote().await;
    crowd
}

/// Every duty of the day.
fn duties(crowd: &Crowd) -> BTreeSet<String> {
    let mut keys = BTreeSet::new();
    let mut policies = 0;
    for (id, motion) in (0..).zip(&crowd.motions) {
        let mut add = |kind, subject| assert!(keys.insert(key(crowd.constitution, kind, subject)), "{motion:?}");
        add(Kind::ProposalFinalize, Subject::Proposal(id));
        add(Kind::ProposalClose, Subject::Proposal(id));
        if motion.end != End::Defeated {
            add(Kind::ProposalExecute, Subject::Proposal(id));
        }
        if motion.end == End::Adopted {
            add(Kind::PolicySunset, Subject::Policy(policies));
            add(Kind::PolicyClose, Subject::Policy(policies));
            policies += 1;
        }
    }
    keys
}

/// What one hour cost.
#[derive(Clone, Copy, Debug)]
struct Hour {
    /// Calls of the crank, and the pool's probes of its four endpoints.
    calls: u64,
    probes: u64,
    did: usize,
    taken: Taken,
}

async fn hours(network: &Network, notes: &Notes, began: Instant) -> Vec<Hour> {
    let mut hours: Vec<Hour> = Vec::new();
    let (mut calls, mut did, mut probes) = (network.asked(|asked| asked.counts.values().sum::<u64>()), 0, 0);
    for hour in 1..=HOURS {
        sleep_until(began + HOUR * hour).await;
        let (all, probed) = network.asked(|asked| (asked.counts.values().sum::<u64>(), asked.probes));
        let (done, now) = (notes.did().len(), Taken::now());
        hours.push(Hour { calls: all - probed - calls, probes: probed - probes, did: done - did, taken: now });
        (calls, did, probes) = (all - probed, done, probed);
    }
    hours
}

#[tokio::test(start_paused = true)]
async fn o5_a_day_with_every_fault_is_done_once_and_in_time_and_memory_and_files_are_flat() {
    let elf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/deploy/quantumagi_core.so");
    let program = std::fs::read(&elf).expect("the program is built: cargo xtask build --program-only");
    let network = Network::new(Chain::new(&program));
    let real = std::time::Instant::now();
    let crowd = propose(&network).await;
    println!("{PROPOSALS} proposals are under vote after {:?}", real.elapsed());

    let payer = Arc::new(Keypair::new());
    network.chain(|chain| {
        chain.fund(payer.pubkey(), SOL);
        chain.tempt(payer.pubkey(), |count| match (count % 17, count % 23) {
            (3, _) => Luck::Lost,
            (_, 5) => Luck::Late,
            _ => Luck::Good,
        });
    });
    let file = std::env::temp_dir().join(format!("quantumagi-day-{}.db", std::process::id()));
    let journal = Arc::new(Journal::open(&file).expect("a journal"));
    let notes = Arc::new(Notes::new(network.clone()));
    network.set(STRANGER, Way::Foreign);
    let endpoints: Vec<&str> = ENDPOINTS.into_iter().chain([STRANGER]).collect();
    let (quantumagi, pool) = client(&network, &endpoints);
    let _probes = pool.spawn_probes();
    let terms = Terms {
        habits: Habits { close_after: 3_600 },
        max_cost_per_day: Cost { fee_lamports: SOL, rent_lamports: SOL },
        ..Terms::default()
    };
    let observer = Arc::clone(&notes) as Arc<dyn Observer>;
    let mut crank = Crank::new(quantumagi, Arc::clone(&payer), &[crowd.constitution], terms, Arc::clone(&journal))
        .observed_by(observer);
    let (stop, told) = watch::channel(false);
    let began = Instant::now();
    let running = tokio::spawn(async move { crank.run(&told).await });
    let faults = tokio::spawn(Weather::endpoints(network.clone(), began, 2 * HOUR, 22 * HOUR));
    let weather = Weather { network: network.clone(), notes: Arc::clone(&notes), journal: Arc::clone(&journal), began };
    let other = Connection::open(&file).expect("it is a file");
    // Its files are opened with its first question.
    other.query_row("SELECT count(*) FROM attempt", [], |_| Ok(())).expect("it has the table");
    let misfortunes = tokio::spawn(weather.misfortunes(other));
    let hours = hours(&network, &notes, began).await;
    stop.send_replace(true);
    running.await.expect("it stops when told to");
    faults.await.expect("they pass");
    let (outages, _other) = misfortunes.await.expect("they pass");

    println!("the day took {:?}; {}", real.elapsed(), notes.summary());
    for (hour, Hour { calls, probes, did, taken }) in (1..).zip(&hours) {
        let Taken { resident_kib, files } = taken;
        println!(
            "hour {hour:>2}: {calls:>5} calls, {probes} probes, {did:>3} duties, {resident_kib} KiB, {files} files"
        );
    }
    for Outage { what, from, until } in &outages {
        println!("{what} and what follows from it: {} to {} s", from / 1_000, until / 1_000);
    }
    network.asked(|asked| println!("{:?}\n{:?}", asked.met, asked.counts));

    check_once(&crowd, &journal, &notes, &network, &payer);
    check_in_time(&notes, &network, &outages, &journal);
    check_flat(&hours);
    let met = network.asked(|asked| asked.met.clone());
    for way in Way::FAULTS {
        assert!(met.get(&way).is_some_and(|times| 0 < *times), "{way:?} was never met: {met:?}");
    }
    network.asked(|asked| {
        let of_stranger = asked.counts.keys().filter(|(endpoint, _)| endpoint == STRANGER);
        assert!(of_stranger.clone().all(|(_, method)| method == "getGenesisHash"), "{:?}", asked.counts);
    });
    crowd.check_ended().await;
    for ending in ["db", "db-wal", "db-shm"] {
        // Not every journal has all of its files.
        let _ = std::fs::remove_file(file.with_extension(ending));
    }
}

/// Each duty has one transaction that succeeded, by this crank or its rival, and the journal knows every one of its own.
fn check_once(crowd: &Crowd, journal: &Journal, notes: &Notes, network: &Network, payer: &Keypair) {
    let mut landed: BTreeMap<String, u64> = BTreeMap::new();
    let (mut failed, mut expired) = (0, 0);
    for attempt in journal.attempts_since(0).expect("read") {
        let record = network.chain(|chain| chain.records.get(&attempt.flight.signature).cloned());
        match attempt.fate {
            Fate::Ended(Ending::Landed { slot }) => {
                *landed.entry(attempt.key.clone()).or_default() += 1;
                assert!(record.is_some_and(|it| it.slot == slot && it.error.is_none()), "{attempt:?}");
            }
            Fate::Ended(Ending::Failed { .. }) => {
                failed += 1;
                assert!(record.is_some_and(|it| it.error.is_some()), "{attempt:?}");
            }
            Fate::Ended(Ending::Expired) => {
                expired += 1;
                assert!(record.is_none(), "{attempt:?}");
            }
            Fate::Open => panic!("{attempt:?}"),
        }
    }
    assert!(landed.values().all(|times| *times == 1), "{landed:?}");
    let own: BTreeSet<String> = landed.into_keys().collect();
    let by_rival: BTreeSet<String> = duties(crowd).difference(&own).cloned().collect();
    let overtaken = notes.did().into_iter().filter(|did| did.is_overtaken).map(|did| did.duty.key().to_string());
    assert_eq!(overtaken.collect::<BTreeSet<_>>(), by_rival, "what it did not do it found done");
    assert!(own.is_subset(&duties(crowd)));
    let (lost, late) = network
        .chain(|chain| (chain.luck.values().filter(|luck| **luck == Luck::Lost).count(), chain.rival_was_faster));
    println!("{} done, {} by the rival; {expired} expired, {failed} came too late", own.len(), by_rival.len());
    assert!(!by_rival.is_empty() && by_rival.len() == late && failed == late, "{late} came too late");
    assert!(0 < expired && expired == lost, "{lost} were lost");
    let spent = journal.spending_since(0).expect("read").iter().fold(Cost::default(), |sum, day| sum.plus(day.cost));
    let balance = network.chain(|chain| chain.svm().get_balance(&payer.pubkey())).expect("it has a wallet");
    assert_eq!(balance, SOL - spent.fee_lamports, "every lamport is accounted for");
}

fn check_in_time(notes: &Notes, network: &Network, outages: &[Outage], journal: &Journal) {
    let did = notes.did();
    let is_excused = |did: &&Did| {
        let due = did.at - did.late;
        outages.iter().any(|outage| due <= outage.until && outage.from <= did.at)
    };
    let was_lost = |did: &&Did| {
        let attempts = journal.attempts(&did.duty.key().to_string()).expect("read");
        network.chain(|chain| attempts.iter().any(|it| chain.luck.get(&it.flight.signature) == Some(&Luck::Lost)))
    };
    let (lost, found): (Vec<&Did>, Vec<&Did>) = did.iter().filter(|did| !is_excused(did)).partition(was_lost);
    let told = |what: &str, of: &[&Did], most: u64| {
        let mut late: Vec<u64> = of.iter().map(|did| did.late).collect();
        late.sort_unstable();
        let at = |percent: usize| late[(late.len() * percent).div_ceil(100).max(1) - 1];
        println!(
            "{what}: {} duties, late by {} ms in the median, {} at 99 %, {} at most",
            late.len(),
            at(50),
            at(99),
            at(100)
        );
        assert!(at(100) <= most, "{:?}", of.iter().filter(|did| most < did.late).collect::<Vec<_>>());
        (at(50), at(99))
    };
    let excused = did.len() - lost.len() - found.len();
    println!("{excused} duties fell into times in which nothing could be done");
    assert!(excused * 5 < did.len(), "most of the day is left");
    let (median, p99) = told("received", &found, MOST_LATE);
    assert!(median <= MOST_LATE_IN_THE_MEDIAN && p99 <= MOST_LATE_AT_99, "{median} and {p99} ms");
    told("lost", &lost, MOST_LATE_LOST);
}

fn check_flat(hours: &[Hour]) {
    let idle = hours[1];
    assert_eq!(idle.did, 0, "the second hour has nothing to do");
    assert!(idle.calls <= MOST_IDLE_CALLS, "{idle:?}");
    assert!(hours.iter().all(|hour| hour.taken.resident_kib <= MOST_RESIDENT_KIB), "{hours:?}");
    let warm = &hours[WARM_UP..];
    let (least, most) = (warm[0].taken.resident_kib, warm.iter().map(|hour| hour.taken.resident_kib).max());
    let grown = most.expect("there are hours").saturating_sub(least);
    assert!(grown <= MOST_GROWTH_KIB, "{grown} KiB in {} hours: {warm:?}", warm.len());
    let files: BTreeSet<usize> = hours.iter().map(|hour| hour.taken.files).collect();
    assert_eq!(files.len(), 1, "open files: {files:?}");
}
