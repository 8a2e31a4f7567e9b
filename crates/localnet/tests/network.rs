//! The local network as the demo and the tests use it.

use std::io::ErrorKind;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use quantumagi_localnet::{Detached, LocalNetwork, LocalnetError, Options};
use quantumagi_rpc::solana::{Address, ids};
use quantumagi_rpc::{ChainClock, Commitment, Rpc};

const DAY: i64 = 86_400;

async fn started() -> (LocalNetwork, Rpc) {
    let network = LocalNetwork::start(Options::default()).await.expect("the local network starts");
    let rpc = Rpc::new(network.rpc_url(), Commitment::Confirmed);
    (network, rpc)
}

fn answers(url: &str) -> bool {
    let address = url.strip_prefix("http://").expect("the address starts with its scheme");
    match std::net::TcpStream::connect(address) {
        Ok(_) => true,
        Err(error) if error.kind() == ErrorKind::ConnectionRefused => false,
        Err(error) => panic!("connecting to {address}: {error}"),
    }
}

/// Waits for what the operating system does in its own time after a kill.
async fn check_falls_silent(url: &str) {
    let started = Instant::now();
    while answers(url) {
        assert!(started.elapsed() < Duration::from_secs(10), "{url} still answers");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Travels, and compares the clock with the asked second. It runs on in real time while it is read.
async fn check_travel(network: &LocalNetwork, rpc: &Rpc, asked: i64) -> ChainClock {
    let began = Instant::now();
    let reached = network.travel_to(asked).await.expect("the network travels");
    let clock = rpc.clock().await.expect("a clock");
    let latest = asked + 1 + i64::try_from(began.elapsed().as_secs()).expect("a short time");
    assert!((asked..=latest).contains(&reached.unix_timestamp), "{asked} {reached:?}");
    assert!((asked..=latest).contains(&clock.unix_timestamp), "{asked} {clock:?}");
    assert!(clock.slot >= reached.slot, "{reached:?} {clock:?}");
    clock
}

#[tokio::test]
async fn funding_sets_a_balance() {
    let (network, rpc) = started().await;
    let wallet = Address::new_from_array([7; 32]);
    for lamports in [1_500_000_000, 20_000_000] {
        network.fund(&wallet, lamports).await.expect("the network funds a wallet");
        assert_eq!(rpc.balance(&wallet).await.expect("a balance"), lamports);
    }
}

#[tokio::test]
async fn funding_refuses_what_a_double_cannot_hold() {
    let (network, _rpc) = started().await;
    let refused = network.fund(&Address::new_from_array([7; 32]), 1 << 53).await;
    let Err(LocalnetError::TooManyLamports { lamports, max }) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!((lamports, max), (9_007_199_254_740_992, 9_007_199_254_740_991));
}

#[tokio::test]
async fn an_account_is_set_as_given() {
    let (network, rpc) = started().await;
    let address = Address::new_from_array([8; 32]);
    let data: Vec<u8> = (0..=255).cycle().take(4_000).collect();
    network.set_account(&address, &ids::config::ID, 50_000_000, &data).await.expect("the network writes an account");
    let account = rpc.existing_account(&address).await.expect("the account is there");
    assert_eq!((account.lamports, account.owner, account.data), (50_000_000, ids::config::ID, data));
}

#[tokio::test]
async fn a_program_is_put_in_place_without_transactions() {
    let (network, rpc) = started().await;
    // One of the programs that the network itself carries, under another address.
    let memo = "MemoSq4gqABAXKb96qnH8TysNcWxMyWCqXgDLGmfcHr".parse().expect("an address");
    let elf = rpc.existing_account(&memo).await.expect("the memo program").data;
    let file = std::env::temp_dir().join(format!("quantumagi-localnet-{}.so", std::process::id()));
    std::fs::write(&file, &elf).expect("a file");
    let program = Address::new_from_array([9; 32]);
    let deployed = network.deploy(&program, &file).await;
    std::fs::remove_file(&file).expect("the file is ours");
    deployed.expect("the network takes the program");

    let account = rpc.existing_account(&program).await.expect("the program");
    assert_eq!((account.owner, account.executable), (ids::bpf_loader_upgradeable::ID, true));
    let data_address = Address::try_from(&account.data[4..36]).expect("32 bytes");
    let data = rpc.existing_account(&data_address).await.expect("its code").data;
    assert!(data[45..] == elf, "the code on chain is that of the file");

    let missing = network.deploy(&program, &file).await;
    assert!(matches!(missing, Err(LocalnetError::Refused { operation: "deploy", .. })), "{missing:?}");
}

#[tokio::test]
async fn travel_reaches_the_asked_second_and_nothing_goes_back() {
    let (network, rpc) = started().await;
    let start = rpc.clock().await.expect("a clock");
    let mut before = start;
    // Odd lengths on purpose: they fall between slots and across several epochs.
    for asked in [1, 61, 3_601, DAY + 7, 3 * DAY, 3 * DAY + 1, 10 * DAY + 13, 45 * DAY, 400 * DAY] {
        let asked = start.unix_timestamp + 30 + asked;
        let clock = check_travel(&network, &rpc, asked).await;
        assert!(clock.slot > before.slot, "{before:?} {clock:?}");
        assert!(clock.epoch >= before.epoch, "{before:?} {clock:?}");
        before = clock;
    }
}

#[tokio::test]
async fn travel_works_at_the_slowest_slots() {
    let network = LocalNetwork::start(Options::default().with_slot_ms(400)).await.expect("a network");
    let rpc = Rpc::new(network.rpc_url(), Commitment::Confirmed);
    let asked = rpc.clock().await.expect("a clock").unix_timestamp + 3 * DAY;
    check_travel(&network, &rpc, asked).await;
}

/// Surfpool keeps 1,024 events for a reader and stops when nobody reads them: each block is one.
#[tokio::test]
async fn a_network_answers_after_thousands_of_blocks() {
    let network = LocalNetwork::start(Options::default().with_slot_ms(1)).await.expect("a network");
    let rpc = Rpc::new(network.rpc_url(), Commitment::Processed);
    let first = rpc.slot().await.expect("the network answers");
    while rpc.slot().await.expect("the network still answers") < first + 2_500 {}
}

#[tokio::test]
async fn travel_into_the_past_is_refused() {
    let (network, rpc) = started().await;
    let now = rpc.clock().await.expect("a clock").unix_timestamp;
    let refused = network.travel_to(now - DAY).await;
    let Err(LocalnetError::Refused { operation: "travel", reason }) = refused else {
        panic!("{refused:?}");
    };
    assert!(reason.starts_with("the clock is already at "), "{reason}");
    assert!(rpc.clock().await.expect("a clock").unix_timestamp >= now);
}

#[tokio::test]
async fn a_slot_must_not_step_over_seconds() {
    for slot_ms in [0, 1_001] {
        let refused = LocalNetwork::start(Options::default().with_slot_ms(slot_ms)).await;
        let named = matches!(&refused, Err(LocalnetError::SlotLength { slot_ms: named }) if *named == slot_ms);
        assert!(named, "{refused:?}");
    }
}

#[tokio::test]
async fn two_networks_run_at_once_and_know_nothing_of_each_other() {
    let ((first, first_rpc), (second, second_rpc)) = tokio::join!(started(), started());
    assert_ne!(first.rpc_url(), second.rpc_url());
    assert_ne!(first.ws_url(), second.ws_url());
    let wallet = Address::new_from_array([7; 32]);
    first.fund(&wallet, 1_000_000_000).await.expect("the network funds a wallet");
    assert_eq!(first_rpc.balance(&wallet).await.expect("a balance"), 1_000_000_000);
    assert_eq!(second_rpc.balance(&wallet).await.expect("a balance"), 0);
}

#[tokio::test]
async fn dropping_a_network_ends_it() {
    let (network, _rpc) = started().await;
    let url = network.rpc_url().to_owned();
    assert!(answers(&url));
    drop(network);
    check_falls_silent(&url).await;
}

#[tokio::test]
async fn stopping_a_network_waits_until_it_is_gone() {
    let (network, _rpc) = started().await;
    let url = network.rpc_url().to_owned();
    network.stop().await.expect("the process can be killed");
    assert!(!answers(&url));
}

#[tokio::test]
async fn a_network_ends_when_its_starter_closes_the_pipe() {
    // What the kernel does for a starter that is killed without a chance to clean up.
    let mut starter = Command::new("sh")
        .args(["-c", r#"exec node "$0" '{"slot_ms":50}' 3>&1"#])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/surfpool.mjs"))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("sh runs");
    drop(starter.stdin.take());
    let status = starter.wait().expect("the process ends");
    assert_eq!(status.code(), Some(0));
}

#[tokio::test]
async fn a_detached_network_lives_on_until_it_is_killed() {
    let Detached { rpc_url, pid, log, .. } = LocalNetwork::start_detached(Options::default()).await.expect("a network");
    let rpc = Rpc::new(&rpc_url, Commitment::Confirmed);
    let first = rpc.slot().await.expect("a slot");
    let started = Instant::now();
    while rpc.slot().await.expect("the network lives on") == first {
        assert!(started.elapsed() < Duration::from_secs(10), "no new block");
    }
    let before = rpc.clock().await.expect("a clock").unix_timestamp;
    let signalled = Command::new("kill").args(["-USR2", &pid.to_string()]).status().expect("kill runs");
    assert!(signalled.success());
    while rpc.clock().await.expect("the network lives on").unix_timestamp < before + DAY {
        assert!(started.elapsed() < Duration::from_secs(20), "the day does not pass");
    }
    let killed = Command::new("kill").arg(pid.to_string()).status().expect("kill runs");
    assert!(killed.success());
    check_falls_silent(&rpc_url).await;
    std::fs::remove_file(log).expect("the log of a detached network stays");
}

#[tokio::test]
async fn the_log_of_a_network_goes_with_it() {
    let folder = std::env::temp_dir().join(format!("quantumagi-localnet-log-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let asked = folder.join("asked.log");
    let network = LocalNetwork::start(Options::default().with_log(&asked)).await.expect("a network");
    network.stop().await.expect("the process can be killed");
    assert!(asked.exists(), "a log that was asked for stays");
    std::fs::remove_dir_all(folder).expect("the folder is ours");
}
