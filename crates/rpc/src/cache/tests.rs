//! Readers over levels that are made up, in time that is made up too. Real stores: crates/rpc/tests/it/cache.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use futures_util::future::join_all;
use proptest::prelude::*;
use tokio::time::{Instant, advance, sleep};

use super::desk::{Desk, Usage};
use super::entry::{EntryKey, Sealer};
use super::gate::Pauses;
use super::store::{Store, StoreError, Write};
use super::{Class, Level, Levels};
use crate::client::Commitment;
use crate::reader::tests::{MS, Node, address};
use crate::reader::{AccountAt, AccountReader, ReadPolicy};
use crate::solana::Hash;

const GENESIS: Hash = Hash::new_from_array([9; 32]);
const TTL: Duration = Duration::from_secs(1);
/// What a reader waits for a level.
const PATIENCE: Duration = Duration::from_millis(100);

mod jumps;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mood {
    #[default]
    Well,
    Fails,
    Hangs,
    /// Each entry comes back with one bit changed.
    Damages,
    /// Nothing that is written is kept, and nothing is said of it.
    Forgets,
    /// Answers with the first entry that it ever kept under the key.
    Replays,
}

const MOODS: [Mood; 6] = [Mood::Well, Mood::Fails, Mood::Hangs, Mood::Damages, Mood::Forgets, Mood::Replays];

/// A level that processes share, with moods.
#[derive(Clone, Default)]
struct MoodyStore(Arc<Inner>);

#[derive(Default)]
struct Inner {
    mood: Mutex<Mood>,
    kept: Mutex<HashMap<EntryKey, Vec<Write>>>,
    reads: AtomicUsize,
}

impl MoodyStore {
    fn set(&self, mood: Mood) {
        *self.0.mood.lock().expect("no test panics with it") = mood;
    }

    async fn mood(&self) -> Result<Mood, StoreError> {
        let mood = *self.0.mood.lock().expect("no test panics with it");
        match mood {
            Mood::Fails => Err(StoreError::MadeUp),
            Mood::Hangs => std::future::pending().await,
            Mood::Well | Mood::Damages | Mood::Forgets | Mood::Replays => Ok(mood),
        }
    }

    fn reads(&self) -> usize {
        self.0.reads.load(Ordering::Relaxed)
    }
}

#[async_trait]
impl Store for MoodyStore {
    async fn read(&mut self, keys: &[EntryKey]) -> Result<Vec<Option<Vec<u8>>>, StoreError> {
        self.0.reads.fetch_add(keys.len(), Ordering::Relaxed);
        let mood = self.mood().await?;
        let kept = self.0.kept.lock().expect("no test panics with it");
        let found = keys.iter().map(|key| {
            let all = kept.get(key)?;
            let mut bytes = if mood == Mood::Replays {
                all.iter().find_map(|write| write.entry.clone())?
            } else {
                all.last()?.entry.clone()?
            };
            if mood == Mood::Damages {
                let at = bytes.len() / 2;
                bytes[at] ^= 4;
            }
            Some(bytes)
        });
        Ok(found.collect())
    }

    async fn write(&mut self, writes: &[Write]) -> Result<(), StoreError> {
        if self.mood().await? == Mood::Forgets {
            return Ok(());
        }
        let mut kept = self.0.kept.lock().expect("no test panics with it");
        for write in writes {
            let all = kept.entry(write.key.clone()).or_default();
            let takes = |old: &Write| old.slot < write.slot || (old.slot == write.slot && old.entry.is_some());
            if all.last().is_none_or(takes) {
                all.push(write.clone());
            }
        }
        Ok(())
    }
}

/// Processes that share levels and a node.
struct World {
    node: Node,
    redis: MoodyStore,
    database: MoodyStore,
    began: Instant,
    /// By how much the host's clock was set forward, in milliseconds.
    jump: Arc<AtomicI64>,
}

impl World {
    fn new() -> Self {
        let (redis, database) = (MoodyStore::default(), MoodyStore::default());
        Self { node: Node::at(100), redis, database, began: Instant::now(), jump: Arc::default() }
    }

    /// A process that starts now.
    fn reader(&self, policy: ReadPolicy) -> AccountReader {
        let pauses = Pauses { first: 500 * MS, longest: 2_000 * MS };
        let usage = Usage { patience: PATIENCE, write_limit: 10 * PATIENCE, pauses };
        let desks = [(Level::Redis, &self.redis), (Level::Database, &self.database)];
        let desks = desks.map(|(level, store)| Desk::open(level, store.clone(), store.clone(), usage));
        let sealer = Sealer::new(GENESIS, Commitment::Confirmed, None, 1_000);
        let (began, jump) = (self.began, Arc::clone(&self.jump));
        let clock = move || {
            let passed = u64::try_from(began.elapsed().as_millis()).expect("a short test");
            (10_000_000 + passed).saturating_add_signed(jump.load(Ordering::Relaxed))
        };
        let slot = self.node.slot.load(Ordering::Relaxed);
        let levels = Levels::over(desks.into(), sealer, slot, Box::new(clock));
        AccountReader::over(self.node.rpc(), policy, Some(levels))
    }
}

fn policy() -> ReadPolicy {
    ReadPolicy::default().with_fresh_for(TTL)
}

async fn slot(reader: &AccountReader, account: u64) -> u64 {
    reader.account(&address(account)).await.expect("no level fails a read").slot
}

/// What a process does that reads one account and ends.
async fn read_and_end(world: &World, account: u64) -> u64 {
    let reader = world.reader(policy());
    let slot = slot(&reader, account).await;
    reader.flush().await;
    slot
}

#[tokio::test(start_paused = true)]
async fn a_thousand_readers_of_a_cold_account_ask_each_level_and_the_cluster_once() {
    let world = World::new();
    let reader = world.reader(policy());
    let address = address(1);
    let answers = join_all((0..1_000).map(|_| reader.account(&address))).await;
    assert!(answers.iter().all(|answer| answer.as_ref().is_ok_and(|at| at.slot == 100)));
    assert_eq!((world.redis.reads(), world.database.reads(), world.node.calls()), (1, 1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_process_that_starts_finds_what_another_read() {
    let world = World::new();
    read_and_end(&world, 1).await;
    world.node.slot.store(101, Ordering::Relaxed);
    let other = world.reader(policy());
    let at = other.account(&address(1)).await.expect("it is there");
    assert_eq!((at.slot, at.account.expect("it exists").lamports, world.node.calls()), (100, 100, 1));
    assert_eq!(world.database.reads(), 1, "the nearest level had it");
}

#[tokio::test(start_paused = true)]
async fn that_there_is_no_account_is_kept_as_well() {
    let world = World::new();
    let nobody = crate::solana::Address::default();
    for _ in 0..2 {
        let reader = world.reader(policy());
        let at = reader.account(&nobody).await.expect("the node answers");
        assert_eq!((at.account, at.slot), (None, 100));
        reader.flush().await;
    }
    assert_eq!(world.node.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_only_a_farther_level_has_is_kept_in_the_nearer_one() {
    let world = World::new();
    world.redis.set(Mood::Forgets);
    read_and_end(&world, 1).await;
    world.redis.set(Mood::Well);
    assert_eq!(read_and_end(&world, 1).await, 100);
    assert_eq!((world.database.reads(), world.node.calls()), (2, 1));
    slot(&world.reader(policy()), 1).await;
    assert_eq!((world.database.reads(), world.node.calls()), (2, 1), "the nearer one has it now");
}

#[tokio::test(start_paused = true)]
async fn an_answer_is_told_as_long_as_its_class_allows_whatever_level_had_it() {
    let world = World::new();
    read_and_end(&world, 1).await;
    world.node.slot.store(103, Ordering::Relaxed);
    advance(1_200 * MS).await;
    // Old for this class, fresh for that one.
    let reader = world.reader(policy().with_class(Class::Settled, 2 * TTL));
    assert_eq!(reader.account_of(&address(1), Class::Settled).await.expect("it is kept").slot, 100);
    advance(500 * MS).await;
    assert_eq!(reader.account_of(&address(1), Class::Settled).await.expect("it is kept").slot, 100);
    assert_eq!(world.node.calls(), 1);
    // In memory its age is the whole age, not the time since it came from the level.
    advance(510 * MS).await;
    assert_eq!(reader.account_of(&address(1), Class::Settled).await.expect("it is read").slot, 103);
    assert_eq!(world.node.calls(), 2);
    assert_eq!(slot(&reader, 1).await, 103);
}

#[tokio::test(start_paused = true)]
async fn a_noted_change_holds_for_every_process_that_shares_a_level() {
    let world = World::new();
    let (ours, other) = (world.reader(policy()), world.reader(policy()));
    slot(&ours, 1).await;
    ours.flush().await;
    world.node.slot.store(101, Ordering::Relaxed);
    ours.note(&address(1), 101);
    ours.flush().await;
    assert_eq!(slot(&other, 1).await, 101);
    assert_eq!(slot(&ours, 1).await, 101);
}

#[tokio::test(start_paused = true)]
async fn what_was_read_in_the_slot_of_a_change_before_the_change_is_told_to_nobody() {
    let world = World::new();
    let reader = world.reader(policy());
    slot(&reader, 1).await;
    reader.note(&address(1), 100);
    reader.flush().await;
    for _ in 0..2 {
        assert_eq!((slot(&reader, 1).await, world.node.calls()), (100, 2));
    }
    assert_eq!((slot(&world.reader(policy()), 1).await, world.node.calls()), (100, 3));
}

#[tokio::test(start_paused = true)]
async fn what_a_subscription_tells_is_told_without_a_question() {
    let world = World::new();
    let reader = world.reader(policy());
    slot(&reader, 1).await;
    assert!(reader.tell(&address(1), AccountAt { account: None, slot: 105 }).await);
    assert!(!reader.tell(&address(1), AccountAt { account: None, slot: 104 }).await, "it comes too late");
    let at = reader.account(&address(1)).await.expect("it was told");
    assert_eq!((at.account, at.slot, world.node.calls()), (None, 105, 1));
    reader.flush().await;
    assert_eq!(slot(&world.reader(policy()), 1).await, 105, "the levels have it too");
    assert_eq!(world.node.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_entry_from_a_slot_that_the_cluster_has_not_reached_shuts_out_no_true_answer() {
    let world = World::new();
    world.node.slot.store(1_000_000, Ordering::Relaxed);
    read_and_end(&world, 1).await;
    // The network was begun anew under the same first block.
    world.node.slot.store(5, Ordering::Relaxed);
    assert_eq!(slot(&world.reader(policy()), 1).await, 5);
}

#[tokio::test(start_paused = true)]
async fn a_level_that_hangs_costs_its_patience_once_and_then_nothing() {
    let world = World::new();
    let reader = world.reader(policy());
    world.redis.set(Mood::Hangs);
    let mut took = Vec::new();
    for account in 1..4 {
        let began = Instant::now();
        slot(&reader, account).await;
        took.push(began.elapsed());
    }
    // The window and the node's 20 ms, and the timer's grain of a millisecond.
    assert!(took[0] <= PATIENCE + 24 * MS && took[1..].iter().all(|took| *took <= 24 * MS), "{took:?}");
    // It comes back by itself: the first question after the pause is answered from it.
    world.redis.set(Mood::Well);
    let other = world.reader(policy());
    advance(600 * MS).await;
    slot(&other, 9).await;
    other.flush().await;
    let (in_database, calls) = (world.database.reads(), world.node.calls());
    assert_eq!(slot(&reader, 9).await, 100);
    assert_eq!((world.database.reads(), world.node.calls()), (in_database, calls));
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Read { process: usize, account: u64, class: Class },
    Note { process: usize, account: u64 },
    Tell { process: usize, account: u64 },
    Wait { millis: u32 },
    Rise { slots: u64 },
    Mood { is_redis: bool, mood: Mood },
    Restart { process: usize },
}

fn step() -> impl Strategy<Value = Step> {
    let at = (0..2_usize, 0..4_u64);
    prop_oneof![
        8 => (at.clone(), prop::sample::select(Class::ALL.as_slice()))
            .prop_map(|((process, account), class)| Step::Read { process, account, class }),
        1 => at.clone().prop_map(|(process, account)| Step::Note { process, account }),
        1 => at.prop_map(|(process, account)| Step::Tell { process, account }),
        3 => (0..900_u32).prop_map(|millis| Step::Wait { millis }),
        3 => (1..4_u64).prop_map(|slots| Step::Rise { slots }),
        2 => (any::<bool>(), prop::sample::select(MOODS.as_slice()))
            .prop_map(|(is_redis, mood)| Step::Mood { is_redis, mood }),
        1 => (0..2_usize).prop_map(|process| Step::Restart { process }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    /// Levels that fail, hang, damage, forget and answer with what is old; endpoints of different age; processes that
    /// come and go. The model knows what each process was told of and when the cluster was at which slot: no read
    /// fails, none is older than one before it in the same process, and none is older than its class allows.
    #[test]
    fn no_answer_is_older_than_one_already_given_nor_than_its_class_allows(
        steps in prop::collection::vec(step(), 1..80),
        behind in 0..3_u64,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
        runtime.expect("a runtime starts").block_on(async {
            let world = World::new();
            world.node.behind.store(behind, Ordering::Relaxed);
            let policy = policy().with_class(Class::Settled, 3 * TTL).with_class(Class::Lasting, 9 * TTL)
                .with_capacity(3 * 512).with_remembered(3);
            let mut readers = [world.reader(policy), world.reader(policy)];
            let mut told = [[0_u64; 4]; 2];
            let mut history = vec![(Instant::now(), 100_u64)];
            for step in steps {
                let now_at = world.node.slot.load(Ordering::Relaxed);
                match step {
                    Step::Read { process, account, class } => {
                        let index = usize::try_from(account).expect("four accounts");
                        let read = readers[process].account_of(&address(account), class).await;
                        let slot = read.expect("no level fails a read").slot;
                        assert!(slot >= told[process][index], "{slot} after {}", told[process][index]);
                        told[process][index] = slot;
                        let oldest = Instant::now().checked_sub(policy.of_class(class) * 11 / 10);
                        let then = history.iter().rfind(|(at, _)| oldest.is_some_and(|oldest| *at <= oldest));
                        let least = then.map_or(100, |(_, slot)| *slot) - behind;
                        assert!(slot >= least, "{slot} where the cluster was at {least} before {class:?} began");
                    }
                    Step::Note { process, account } => {
                        readers[process].note(&address(account), now_at);
                        told[process][usize::try_from(account).expect("four accounts")] = now_at;
                    }
                    Step::Tell { process, account } => {
                        let at = AccountAt { account: None, slot: now_at };
                        assert!(readers[process].tell(&address(account), at).await, "nothing newer is there");
                        told[process][usize::try_from(account).expect("four accounts")] = now_at;
                    }
                    Step::Wait { millis } => sleep(MS * millis).await,
                    Step::Rise { slots } => {
                        world.node.slot.store(now_at + slots, Ordering::Relaxed);
                        history.push((Instant::now(), now_at + slots));
                    }
                    Step::Mood { is_redis, mood } => (if is_redis { &world.redis } else { &world.database }).set(mood),
                    Step::Restart { process } => {
                        readers[process] = world.reader(policy);
                        told[process] = [0; 4];
                    }
                }
            }
        });
    }
}
