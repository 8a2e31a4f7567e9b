//! Endpoints that come and go in the configuration while streams are read.

use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::{FutureExt, StreamExt};
use quantumagi_rpc::Commitment;
use quantumagi_rpc::pool::Pool;
use quantumagi_rpc::solana::Address;
use quantumagi_rpc::subscribe::{SubscribePolicy, Subscriptions};

use super::scripted::Scripted;
use super::{Accounts, NEVER, next, no_calls};

/// A stream over the first endpoint, which has told something.
struct Moving {
    world: Scripted,
    urls: [String; 2],
    pool: Pool,
    subscriptions: Subscriptions,
    accounts: Accounts,
}

impl Moving {
    async fn start(policy: SubscribePolicy) -> Self {
        let world = Scripted::start(10, None).await;
        let urls = [&world.first.host, &world.second.host].map(|host| format!("ws://{host}"));
        let pool = Pool::new(world.config(&[&urls[0]]));
        let subscriptions = Subscriptions::of_pool(&pool, Commitment::Confirmed, policy);
        let mut accounts = subscriptions.account(&Address::new_from_array([7; 32])).boxed();
        assert_eq!(next(&mut accounts).await, (10, Some(10)));
        world.first.asked("accountSubscribe", 1).await;
        world.first.account(11, 1);
        assert_eq!(next(&mut accounts).await, (11, Some(1)));
        Self { world, urls, pool, subscriptions, accounts }
    }

    fn reload(&self, told: &[&str]) {
        self.pool.reload(self.world.config(told)).expect("the same cluster");
    }
}

#[tokio::test]
async fn streams_of_a_removed_endpoint_move_once_another_stands_and_miss_nothing() {
    let Moving { world, urls, pool, subscriptions, mut accounts } = Moving::start(no_calls().with_silence(NEVER)).await;
    pool.reload(world.config(&[&urls[1]])).expect("the same cluster");
    world.second.asked("accountSubscribe", 1).await;
    // The new one has told no slot yet: the old one still carries, whatever comes over the new one.
    world.second.account(12, 2);
    world.first.account(13, 3);
    assert_eq!(next(&mut accounts).await, (13, Some(3)));
    // A stream that begins meanwhile, and one that ends.
    let mut slots = subscriptions.slots().boxed();
    world.first.asked("slotSubscribe", 2).await;
    assert_eq!(slots.next().await.expect("it never ends").expect("a slot"), 10);
    world.second.account(14, 4);
    world.second.slot(14);
    // What came over the new one before it was taken is told, and what it may have missed is read by a call.
    assert_eq!(next(&mut accounts).await, (14, Some(4)));
    world.second.asked("slotSubscribe", 2).await;
    world.slot.store(20, Ordering::SeqCst);
    assert_eq!(next(&mut accounts).await, (20, Some(20)));
    world.second.account(21, 5);
    assert_eq!(next(&mut accounts).await, (21, Some(5)));
    world.second.slot(30);
    while slots.next().await.expect("it never ends").expect("a slot") < 30 {}
    assert_eq!(world.second.times_asked("accountSubscribe"), 1, "once, although it stood twice");
    assert_eq!(world.first.times_asked("accountSubscribe"), 1);
}

#[tokio::test]
async fn an_endpoint_that_stays_keeps_its_connection_and_an_added_one_has_its_turn() {
    let mut moving = Moving::start(no_calls().with_silence(NEVER)).await;
    let urls = moving.urls.clone();
    moving.reload(&[&urls[1], &urls[0]]);
    moving.world.first.account(12, 2);
    assert_eq!(next(&mut moving.accounts).await, (12, Some(2)));
    assert_eq!(
        (moving.world.first.times_asked("slotSubscribe"), moving.world.second.times_asked("slotSubscribe")),
        (1, 0)
    );
    moving.world.first.hang_up();
    moving.world.second.asked("accountSubscribe", 1).await;
    moving.world.second.account(13, 3);
    assert_eq!(next(&mut moving.accounts).await, (13, Some(3)));
}

#[tokio::test]
async fn a_move_that_is_taken_back_leaves_the_connection_as_it_is() {
    let mut moving = Moving::start(no_calls().with_silence(NEVER)).await;
    let urls = moving.urls.clone();
    moving.reload(&[&urls[1]]);
    moving.world.second.asked("accountSubscribe", 1).await;
    moving.reload(&[&urls[0]]);
    for slot in 12..20 {
        moving.world.first.account(slot, 100 + slot);
        assert_eq!(next(&mut moving.accounts).await, (slot, Some(100 + slot)));
    }
    assert_eq!(moving.world.first.times_asked("slotSubscribe"), 1);
}

#[tokio::test]
async fn a_removed_endpoint_is_left_although_no_other_can_be_reached_and_a_later_one_is_taken() {
    let policy = no_calls().with_silence(NEVER).with_calls_every(NEVER, Duration::from_millis(5));
    let mut moving = Moving::start(policy).await;
    let urls = moving.urls.clone();
    // From here on no call is made while the connection lives.
    moving.world.first.slot(15);
    moving.world.slot.store(16, Ordering::SeqCst);
    assert_eq!(next(&mut moving.accounts).await, (16, Some(16)));
    moving.reload(&["ws://127.0.0.1:9", "ws://127.0.0.1:1"]);
    moving.world.slot.store(20, Ordering::SeqCst);
    assert_eq!(next(&mut moving.accounts).await, (20, Some(20)));
    moving.reload(&[&urls[1]]);
    moving.world.second.asked("accountSubscribe", 1).await;
    moving.world.second.account(21, 1);
    assert_eq!(next(&mut moving.accounts).await, (21, Some(1)));
    assert!(moving.accounts.next().now_or_never().is_none());
}
