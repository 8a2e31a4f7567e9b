//! A host's clock that is set while levels keep answers.

use std::sync::atomic::Ordering;

use tokio::time::advance;

use super::{MS, World, policy, read_and_end, slot};

const HOUR: i64 = 3_600_000;

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_set_forward_costs_a_question_and_one_that_is_set_back_tells_nothing_from_the_future() {
    let world = World::new();
    read_and_end(&world, 1).await;
    for (jump, calls) in [(HOUR, 2), (0, 3), (-HOUR, 4), (-HOUR, 4)] {
        world.jump.store(jump, Ordering::Relaxed);
        let reader = world.reader(policy());
        assert_eq!((slot(&reader, 1).await, world.node.calls()), (100, calls), "{jump}");
        reader.flush().await;
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_old_is_not_young_again_because_the_clock_was_set_back() {
    let world = World::new();
    read_and_end(&world, 1).await;
    // An hour later, at 400 ms a slot, by a clock that was set back by all of it.
    advance(3_600_000 * MS).await;
    world.node.slot.store(100 + 9_000, Ordering::Relaxed);
    world.jump.store(-HOUR, Ordering::Relaxed);
    let reader = world.reader(policy());
    assert_eq!((slot(&reader, 1).await, world.node.calls()), (9_100, 2));
}

#[tokio::test(start_paused = true)]
async fn memory_goes_by_no_clock_that_can_be_set() {
    let world = World::new();
    let reader = world.reader(policy());
    for jump in [0, HOUR, -HOUR] {
        world.jump.store(jump, Ordering::Relaxed);
        assert_eq!((slot(&reader, 1).await, world.node.calls()), (100, 1), "{jump}");
    }
    advance(1_100 * MS).await;
    world.node.slot.store(200, Ordering::Relaxed);
    assert_eq!((slot(&reader, 1).await, world.node.calls()), (200, 2));
}
