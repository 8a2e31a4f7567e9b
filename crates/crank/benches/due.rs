//! From due to confirmed: how long after a deadline of the chain's clock a crank's transaction is in a block, and how long
//! until the crank knows that it stays there. On the local network, over real JSON-RPC, with one crank as it is by default.
//!
//! `cargo xtask bench crank` runs it. Deadlines are two seconds apart, so that each duty is alone, as it mostly is.

#[path = "../tests/it/support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "what only the tests use")]
mod support;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use clap::Parser;
use quantumagi_crank::duty::DutyKey;
use quantumagi_crank::{Attempted, Cost, Crank, Duty, Kind, Observer, Outcome, Stage, Terms};
use quantumagi_interface::PROGRAM_ID;
use quantumagi_localnet::{LocalNetwork, Options};
use quantumagi_rpc::solana::{Keypair, Signer};
use quantumagi_rpc::{ChainClock, Commitment, Rpc};
use quantumagi_sdk::Quantumagi;
use tokio::sync::watch;
use tokio::time::sleep;

use support::crowd::a_recipient;
use support::{Crowd, End, SOL, journal};

/// Between two deadlines, seconds of the chain's clock.
const APART: i64 = 2;
/// How long the crank runs before the first deadline, seconds of the chain's clock.
const BEFORE: i64 = 5;

/// From due to confirmed, on the local network.
#[derive(Parser)]
struct Args {
    /// Deadlines of each kind
    #[arg(long, default_value_t = 50)]
    deadlines: usize,
    /// Length of a slot, milliseconds
    #[arg(long, value_delimiter = ',', default_values_t = [400, 50])]
    slot_ms: Vec<u64>,
    /// What cargo says to a benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

/// Everything that a crank did, and when.
#[derive(Default)]
struct Notes {
    stages: Mutex<HashMap<(DutyKey, Stage), Instant>>,
    done: watch::Sender<Vec<(Duty, u64)>>,
}

impl Observer for Notes {
    fn stage(&self, stage: Stage, duty: &Duty) {
        let now = Instant::now();
        self.stages.lock().expect("nobody panics").entry((duty.key(), stage)).or_insert(now);
    }

    fn attempted(&self, attempt: &Attempted) {
        let Outcome::Done { slot, .. } = attempt.outcome else { panic!("{attempt:?}") };
        self.done.send_modify(|done| done.push((attempt.duty, slot)));
    }
}

/// The chain's clock, each time it was seen to have moved.
#[derive(Clone, Default)]
struct Ticks(Arc<Mutex<Vec<(Instant, ChainClock)>>>);

impl Ticks {
    async fn watch(self, client: Quantumagi, pause: Duration) {
        loop {
            let clock = client.clock().await.expect("the network tells its clock");
            self.note(Instant::now(), clock);
            sleep(pause).await;
        }
    }

    fn note(&self, now: Instant, clock: ChainClock) {
        let mut all = self.0.lock().expect("nobody panics");
        if all.last().is_none_or(|(_, last)| last.slot < clock.slot) {
            all.push((now, clock));
        }
    }

    /// The first slot whose clock had come to this second, and when it was seen.
    fn of_second(&self, second: i64) -> (Instant, u64) {
        let all = self.0.lock().expect("nobody panics");
        let (at, clock) = all.iter().find(|(_, clock)| second <= clock.unix_timestamp).expect("it has come");
        (*at, clock.slot)
    }

    fn slot_at(&self, moment: Instant) -> u64 {
        let all = self.0.lock().expect("nobody panics");
        all.iter().take_while(|(at, _)| *at <= moment).last().map_or(0, |(_, clock)| clock.slot)
    }
}

#[tokio::main(worker_threads = 2)]
async fn main() {
    let args = Args::parse();
    for slot_ms in &args.slot_ms {
        measure(*slot_ms, args.deadlines).await;
    }
}

async fn measure(slot_ms: u64, deadlines: usize) {
    let network = LocalNetwork::start(Options::default().with_slot_ms(slot_ms)).await.expect("it starts");
    let elf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/deploy/quantumagi_core.so");
    network.deploy(&PROGRAM_ID, &elf).await.expect("the program deploys");
    let client = Quantumagi::new(Rpc::new(network.rpc_url(), Commitment::Confirmed));
    let mut crowd = Crowd::found(&network, &client, deadlines).await;
    let began = client.now().await.expect("the chain's clock").0;
    for index in 0..deadlines {
        let moment = began + APART * i64::try_from(index).expect("few");
        if client.now().await.expect("the chain's clock").0 < moment {
            network.travel_to(moment).await.expect("the clock moves");
        }
        crowd.propose(1, 0, &[|| End::Paid(a_recipient())]).await;
    }
    let now = client.now().await.expect("the chain's clock").0;
    network.travel_to(now + 61).await.expect("the discussions are over");
    crowd.vote().await;

    let first = client.proposal_at(&crowd.motions[0].proposal).await.expect("it is there").value;
    let opens_at = first.timetable().expect("moments").opens_at.0;
    for (kind, moment) in [(Kind::ProposalFinalize, first.ends_at), (Kind::ProposalExecute, opens_at)] {
        network.travel_to(moment - BEFORE).await.expect("the clock moves");
        let (notes, ticks) = carry_out(&network, &crowd, deadlines, Duration::from_millis((slot_ms / 8).max(2))).await;
        report(kind, slot_ms, &notes, &ticks);
    }
}

/// Lets a new crank carry out so many duties, while the clock is watched.
async fn carry_out(network: &LocalNetwork, crowd: &Crowd, duties: usize, pause: Duration) -> (Arc<Notes>, Ticks) {
    let client = Quantumagi::new(Rpc::new(network.rpc_url(), Commitment::Confirmed));
    let key = Arc::new(Keypair::new());
    network.fund(&key.pubkey(), SOL).await.expect("the network funds a wallet");
    let max_cost_per_day = Cost { fee_lamports: SOL, rent_lamports: SOL };
    let (notes, ticks) = (Arc::new(Notes::default()), Ticks::default());
    let mut crank = Crank::new(
        client.clone(),
        key,
        &[crowd.constitution],
        Terms { max_cost_per_day, ..Terms::default() },
        journal(),
    )
    .observed_by(Arc::clone(&notes) as Arc<dyn Observer>);
    let watching = tokio::spawn(ticks.clone().watch(client, pause));
    let (stop, told) = watch::channel(false);
    let running = tokio::spawn(async move { crank.run(&told).await });
    let mut done = notes.done.subscribe();
    done.wait_for(|done| done.len() == duties).await.expect("it runs");
    stop.send_replace(true);
    running.await.expect("it stops when told to");
    watching.abort();
    (notes, ticks)
}

fn report(kind: Kind, slot_ms: u64, notes: &Notes, ticks: &Ticks) {
    let stages = notes.stages.lock().expect("nobody panics");
    let done = notes.done.borrow();
    println!("\n{} of {} deadlines, slots of {slot_ms} ms", kind.name(), done.len());
    let of_stage = |stage: Stage| -> (Vec<f64>, Vec<f64>) {
        let reached = |(duty, _): &(Duty, u64)| {
            let at = *stages.get(&(duty.key(), stage))?;
            let (due, slot) = ticks.of_second(duty.due_at.0);
            Some((milliseconds(at, due), slots(ticks.slot_at(at), slot)))
        };
        done.iter().filter_map(reached).unzip()
    };
    for stage in [Stage::Begun, Stage::Built, Stage::Priced, Stage::Sent, Stage::Confirmed] {
        let (milliseconds, slots) = of_stage(stage);
        print(&format!("until {}, ms", stage.name()), milliseconds);
        if stage == Stage::Confirmed {
            print("until confirmed, slots", slots);
        }
    }
    let landed = done.iter().map(|(duty, landed)| slots(*landed, ticks.of_second(duty.due_at.0).1)).collect();
    print("until its block, slots", landed);
}

fn print(what: &str, mut values: Vec<f64>) {
    values.sort_by(f64::total_cmp);
    let at = |percent: usize| values.get((values.len() * percent).div_ceil(100).saturating_sub(1)).copied();
    let [least, median, p99, most] = [0, 50, 99, 100].map(|percent| at(percent).unwrap_or(f64::NAN));
    println!("  {what:<24} median {median:>7.0}   p99 {p99:>7.0}   from {least:.0} to {most:.0}");
}

fn milliseconds(at: Instant, due: Instant) -> f64 {
    let after = at.saturating_duration_since(due).as_secs_f64() - due.saturating_duration_since(at).as_secs_f64();
    after * 1_000.0
}

#[allow(clippy::cast_precision_loss, reason = "a few slots")]
fn slots(at: u64, due: u64) -> f64 {
    at as f64 - due as f64
}
