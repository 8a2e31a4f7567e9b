use serde_json::json;
use tokio::sync::mpsc;

use super::super::inbox::{Outbox, outbox};
use super::*;

fn feed() -> (Feed, Outbox, mpsc::UnboundedReceiver<Order>) {
    let (orders, received) = mpsc::unbounded_channel();
    let (outbox, inbox) = outbox();
    (Feed::new(7, SubscribePolicy::default(), orders, inbox, Arc::default()), outbox, received)
}

/// How long until the next wake, in milliseconds, and what it is.
async fn wake(feed: &mut Feed) -> (u128, Wake) {
    let began = Instant::now();
    let wake = feed.wake(false).await;
    (began.elapsed().as_millis(), wake)
}

#[tokio::test(start_paused = true)]
async fn a_stream_calls_at_once_then_seldom_while_live_and_often_while_not() {
    let (mut feed, mut outbox, _orders) = feed();
    assert_eq!(wake(&mut feed).await, (0, Wake::Call));
    feed.called(10);
    assert_eq!(wake(&mut feed).await, (2_000, Wake::Call));
    outbox.live(20);
    assert_eq!(wake(&mut feed).await, (0, Wake::Call));
    // An endpoint that is not past the connection may not know what the stream missed.
    for pause in [200, 400, 800, 1_600, 2_000, 2_000] {
        feed.called(20);
        assert_eq!(wake(&mut feed).await, (pause, Wake::Call));
    }
    feed.called(21);
    assert_eq!(wake(&mut feed).await, (60_000, Wake::Call));
    feed.called(300);
    outbox.lost();
    assert_eq!(wake(&mut feed).await, (2_000, Wake::Call));
}

#[tokio::test(start_paused = true)]
async fn old_notifications_that_differ_cost_one_call_a_slot() {
    let (mut feed, mut outbox, _orders) = feed();
    outbox.live(20);
    assert_eq!(wake(&mut feed).await, (0, Wake::Call));
    feed.called(21);
    for _ in 0..3 {
        feed.doubts(21);
    }
    assert_eq!(wake(&mut feed).await, (200, Wake::Call));
    feed.called(22);
    assert_eq!(wake(&mut feed).await, (60_000, Wake::Call));
}

#[tokio::test(start_paused = true)]
async fn notifications_without_a_pause_hold_no_call_up_and_a_call_no_notification() {
    let (mut feed, mut outbox, _orders) = feed();
    outbox.tell(json!(1), 1);
    assert_eq!(wake(&mut feed).await, (0, Wake::Call));
    assert_eq!(feed.wake(true).await, Wake::Value(json!(1)));
}

#[tokio::test(start_paused = true)]
async fn a_stream_that_is_not_read_is_told_how_much_it_skipped_and_to_call() {
    let (mut feed, mut outbox, _orders) = feed();
    feed.called(1);
    outbox.live(1);
    assert_eq!(wake(&mut feed).await, (0, Wake::Call));
    feed.called(1);
    for number in 0..1_030 {
        outbox.tell(json!(number), 10);
    }
    outbox.live(5);
    assert_eq!(wake(&mut feed).await, (0, Wake::Call));
    assert_eq!((feed.skipped(), feed.skipped()), (6, 0));
    feed.called(4);
    assert_eq!(feed.owed, Some(5));
}

#[tokio::test(start_paused = true)]
async fn a_stream_without_a_driver_goes_on_by_calls_and_ends_its_subscription_when_dropped() {
    let (mut feed, outbox, mut orders) = feed();
    drop(outbox);
    feed.called(1);
    assert_eq!(wake(&mut feed).await, (2_000, Wake::Call));
    drop(feed);
    assert!(matches!(orders.recv().await, Some(Order::Remove(7))));
}

#[tokio::test(start_paused = true)]
async fn a_call_that_hangs_holds_no_notification_up() {
    let (feed, mut outbox, _orders) = feed();
    let mut follow: Follow<()> = Follow::new(feed);
    outbox.tell(json!(1), 1);
    let told = follow.next(|| Box::pin(pending())).await.expect("no error");
    assert!(matches!(told, Told::Notified(value) if value == json!(1)));
    assert!(follow.asking.is_some());
}
