//! A random walk over the built program, against a naive model of what everybody is allowed to do.
//!
//! After every step: the model's tallies, outcomes and times are the accounts'; what the model allows goes through and
//! what it forbids does not; a refused step changes nothing; no lamport appears or vanishes; the chains of events go on;
//! rosters count the proposals that are bound to them. `QUANTUMAGI_FULL=1` takes 10,000 steps, else 500;
//! `QUANTUMAGI_SEED` repeats a walk.

mod model;
mod steps;

use std::collections::BTreeMap;

use model::Model;
use steps::Walk;

use crate::support::switches;

/// Deterministic numbers: SplitMix64.
#[derive(Clone)]
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// 0 to `end - 1`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    pub fn pick<T: Copy>(&mut self, from: &[T]) -> Option<T> {
        let len = u64::try_from(from.len()).unwrap();
        (len > 0).then(|| from[usize::try_from(self.below(len)).unwrap()])
    }
}

#[test]
fn w4_l1_x4_a6_the_laws_hold_after_every_step_of_a_random_walk() {
    let steps = if switches::is_on("QUANTUMAGI_FULL") { 10_000 } else { 500 };
    let seed = switches::number("QUANTUMAGI_SEED").unwrap_or(20_261_122);
    println!("QUANTUMAGI_SEED={seed}");
    let mut walk = Walk::new(Random(seed));
    let mut model = Model::new(&walk.community);
    let mut done: BTreeMap<&'static str, (u32, u32)> = BTreeMap::new();
    for step in 0..steps {
        let Some((name, instruction)) = walk.step() else { continue };
        let allowed = model.allows(&instruction, walk.community.now());
        let before = walk.community.snapshot();
        let outcome = walk.community.try_send(std::slice::from_ref(&instruction));
        let context = format!("seed {seed}, step {step}, {name}: {instruction:?}\n{outcome:?}");
        if let Some(allowed) = allowed {
            assert_eq!(outcome.is_ok(), allowed, "the model says {allowed}: {context}");
        }
        let count = done.entry(name).or_default();
        if outcome.is_ok() {
            count.0 += 1;
            model.apply(&instruction, walk.community.now(), &context);
        } else {
            count.1 += 1;
            assert!(before == walk.community.snapshot(), "a refused step changed something: {context}");
        }
        model.check(&walk.community, &context);
    }
    // A walk that never gets anywhere proves nothing.
    let needed = if steps == 10_000 { 20 } else { 1 };
    for name in ["propose", "vote", "finalize", "cancel", "execute", "close", "hostile", "roster", "ballot page"] {
        let (went_through, _) = done.get(name).copied().unwrap_or_default();
        assert!(needed <= went_through, "{name} went through {went_through} times: {done:?}");
    }
    for name in ["vote", "finalize", "execute", "close", "hostile"] {
        let (_, refused) = done.get(name).copied().unwrap_or_default();
        assert!(needed <= refused, "{name} was refused {refused} times: {done:?}");
    }
    println!("went through, refused: {done:?}");
}
