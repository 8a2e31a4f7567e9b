//! A random walk over the built program with all its instructions, all kinds of electorates, clock jumps and hostile
//! accounts, against a naive model.
//!
//! After every step: what the model foresees is what happens; a refused step changes nothing; every account it named holds
//! what the model remembers, and the program has exactly the accounts that were created and not closed; every lamport and
//! every token is where the model has put it; the chains of events go on. The tests are in `laws`; a fuzz target chooses
//! other ways.

pub mod chance;
mod check;
#[cfg(test)]
mod laws;
mod model;
pub mod setup;
pub mod stage;
pub mod steps;

use chance::Chance;
use setup::Cast;
use stage::Stage;
use steps::Walk;

/// A walk that these bytes choose, up to so many steps.
pub fn walk_by(founded: &(Stage, Vec<Cast>), bytes: &[u8], steps: u32) {
    let mut walk = Walk::new(founded.clone(), Chance::of_bytes(bytes));
    for _ in 0..steps {
        if walk.chance.is_over() {
            break;
        }
        if let Some(attempt) = walk.step() {
            walk.stage.attempt(&attempt);
        }
    }
    walk.stage.model.check_all(&walk.stage.world);
}
