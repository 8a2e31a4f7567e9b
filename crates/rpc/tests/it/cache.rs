//! Answers kept in real stores, which are lost, locked, full or damaged meanwhile.

mod disk;
mod postgres;
pub(crate) mod redis;
mod sqlite;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use quantumagi_rpc::cache::{CacheConfig, Class};
use quantumagi_rpc::reader::{AccountAt, AccountReader, ReadPolicy};
use quantumagi_rpc::solana::Address;
use quantumagi_rpc::{Commitment, Rpc};
use serde_json::json;

use crate::support::{Endpoint, Reply};

/// Longer than any level is left out.
const PAUSE: Duration = Duration::from_secs(11);
/// How long a reader waits for a level in tests where no level is slow: reached only where something is wrong.
const PATIENCE: Duration = Duration::from_secs(20);

/// A cluster of one endpoint, whose accounts hold as lamports the slot at which they were read.
struct Chain {
    endpoint: Endpoint,
    slot: Arc<AtomicU64>,
}

impl Chain {
    async fn at(slot: u64) -> Self {
        let slot = Arc::new(AtomicU64::new(slot));
        let seen = Arc::clone(&slot);
        let endpoint = Endpoint::start(move |method, params, _| {
            let slot = seen.load(Ordering::Relaxed);
            Reply::Result(match method {
                "getGenesisHash" => json!("EtWTRABZaYq6iMfeYKouRu166VU2xqa1wcaWoxPkrZBG"),
                "getSlot" => json!(slot),
                _ => {
                    let account = json!({
                        "lamports": slot, "owner": Address::default().to_string(), "data": ["AAECAw==", "base64"],
                        "executable": false,
                    });
                    let asked = params[0].as_array().map_or(0, Vec::len);
                    json!({ "context": { "slot": slot }, "value": vec![account; asked] })
                }
            })
        });
        Self { endpoint: endpoint.await, slot }
    }

    fn set(&self, slot: u64) {
        self.slot.store(slot, Ordering::Relaxed);
    }

    /// A process that starts now, with an empty memory.
    async fn reader(&self, cache: &CacheConfig) -> AccountReader {
        let rpc = Rpc::new(&self.endpoint.url(), Commitment::Confirmed);
        // As long as a test may take.
        let policy = ReadPolicy::default().with_class(Class::Lasting, Duration::from_secs(3600));
        AccountReader::with_cache(rpc, policy, cache).await.expect("the cluster answers")
    }

    /// Questions for accounts so far.
    fn asked(&self) -> usize {
        self.endpoint.calls("getMultipleAccounts").len()
    }
}

fn address(number: u64) -> Address {
    let mut bytes = [3; 32];
    bytes[..8].copy_from_slice(&number.to_le_bytes());
    Address::from(bytes)
}

async fn slot(reader: &AccountReader, account: u64) -> u64 {
    let at = reader.account_of(&address(account), Class::Lasting).await.expect("no level fails a read");
    assert_eq!(at.account.as_ref().map(|account| account.data.as_slice()), Some([0, 1, 2, 3].as_slice()));
    assert_eq!(at.account.map(|account| account.lamports), Some(at.slot));
    at.slot
}

/// Whether a level had the account, for a process with an empty memory. If not, it has it afterwards.
async fn is_kept(chain: &Chain, cache: &CacheConfig, account: u64) -> bool {
    let (reader, before) = (chain.reader(cache).await, chain.asked());
    slot(&reader, account).await;
    reader.flush().await;
    chain.asked() == before
}

/// Lets the pause of a level end that was left out, without waiting for it.
async fn pause_ends() {
    tokio::time::pause();
    tokio::time::advance(PAUSE).await;
    tokio::time::resume();
}

/// What holds of every level that is well.
async fn check_level(cache: &CacheConfig) {
    let chain = Chain::at(100).await;
    let ours = chain.reader(cache).await;
    let accounts: Vec<u64> = (0..250).collect();
    // More than go to a level at once.
    futures_util::future::join_all(accounts.iter().map(|account| slot(&ours, *account))).await;
    ours.flush().await;

    let before = chain.asked();
    let other = chain.reader(cache).await;
    let slots = futures_util::future::join_all(accounts.iter().map(|account| slot(&other, *account))).await;
    assert_eq!((slots, chain.asked()), (vec![100; 250], before), "all of them were found");

    // A change that one process learned of holds for the next.
    chain.set(101);
    ours.note(&address(1), 101);
    ours.flush().await;
    let next = chain.reader(cache).await;
    assert_eq!((slot(&next, 1).await, chain.asked()), (101, before + 1));
    next.flush().await;
    // An answer of the change's own slot may be from before it, for all that a level knows.
    chain.set(102);
    let next = chain.reader(cache).await;
    assert_eq!((slot(&next, 1).await, chain.asked()), (102, before + 2));
    next.flush().await;

    // What comes late from elsewhere replaces nothing, neither an account nor that there is none.
    let late = chain.reader(cache).await;
    assert!(late.tell(&address(1), AccountAt { account: None, slot: 99 }).await, "it has heard of nothing newer");
    late.note(&address(1), 100);
    late.note(&address(1), 101);
    late.flush().await;
    let before = chain.asked();
    assert_eq!((slot(&chain.reader(cache).await, 1).await, chain.asked()), (102, before));

    // That there is no account is kept too.
    assert!(late.tell(&address(2), AccountAt { account: None, slot: 103 }).await);
    late.flush().await;
    let at = chain.reader(cache).await.account_of(&address(2), Class::Lasting).await.expect("it is kept");
    assert_eq!((at.account, at.slot, chain.asked()), (None, 103, before));
}

/// A folder that is gone when the test ends.
pub(crate) struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("quantumagi-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).expect("the folder for such files takes one");
        Self(path)
    }

    fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// A port of which the system said that it was free.
fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}
