//! The walks of the tests. `QUANTUMAGI_FULL=1` takes 100,000 steps, else 1,000; `QUANTUMAGI_SEED` repeats a walk.

use std::collections::{BTreeMap, BTreeSet};

use super::chance::Chance;
use super::stage::{Attempt, Stage};
use super::steps::Walk;
use super::walk_by;
use crate::support::switches;

/// Steps from one founding: many enough for every act's course, few enough for the world to stay small.
const STEPS_OF_A_LIFE: u32 = 2_500;

/// What came of some lives.
#[derive(Default)]
struct Tally {
    done: BTreeMap<&'static str, (u32, u32)>,
    reasons: BTreeMap<&'static str, u32>,
    hostile: (u32, u32),
    twice: BTreeMap<&'static str, u32>,
}

/// Lives from one founding each, until so many steps were tried.
fn walk(seed: u64, steps: u32) -> Tally {
    let founded = Stage::found();
    let (mut tally, mut taken, mut life) = (Tally::default(), 0, 0);
    while taken < steps {
        let mut walk = Walk::new(founded.clone(), Chance::Seed(seed.wrapping_add(life)));
        let end = (taken + STEPS_OF_A_LIFE).min(steps);
        while taken < end {
            let Some(attempt) = walk.step() else { continue };
            taken += 1;
            let told = Told { seed, life, taken, attempt: &attempt };
            walk.stage.attempt(&attempt);
            if taken.is_multiple_of(100) {
                walk.stage.model.check_all(&walk.stage.world);
            }
            drop(told);
        }
        walk.stage.model.check_all(&walk.stage.world);
        for (name, (done, refused)) in &walk.stage.done {
            let count = tally.done.entry(name).or_default();
            *count = (count.0 + done, count.1 + refused);
        }
        for (why, count) in &walk.stage.reasons {
            *tally.reasons.entry(why).or_default() += count;
        }
        for (why, count) in &walk.stage.twice {
            *tally.twice.entry(why).or_default() += count;
        }
        tally.hostile = (tally.hostile.0 + walk.stage.hostile.0, tally.hostile.1 + walk.stage.hostile.1);
        life += 1;
    }
    tally
}

/// Says where the walk was, if it breaks off there.
struct Told<'a> {
    seed: u64,
    life: u64,
    taken: u32,
    attempt: &'a Attempt,
}

impl Drop for Told<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let Self { seed, life, taken, attempt } = self;
            eprintln!("QUANTUMAGI_SEED={seed}, life {life}, step {taken}: {attempt:#?}");
        }
    }
}

/// Every instruction of the program.
fn instructions() -> BTreeSet<&'static str> {
    let idl = include_str!("../../../idl/quantumagi_core.json");
    let (_, list) = idl.split_once("\"instructions\": [").expect("the IDL lists instructions");
    let (list, _) = list.split_once("\n  ]").expect("the list ends");
    let names = list.split("\n      \"name\": \"").skip(1);
    names.map(|rest| rest.split('"').next().expect("a name ends")).collect()
}

#[test]
fn w_t_l_x_a_e_the_laws_hold_after_every_step_of_a_walk_through_everything() {
    let is_full = switches::is_on("QUANTUMAGI_FULL");
    let seed = switches::number("QUANTUMAGI_SEED").unwrap_or(20_261_122);
    println!("QUANTUMAGI_SEED={seed}");
    let tally = walk(seed, if is_full { 100_000 } else { 1_000 });
    println!("went through, refused: {:#?}", tally.done);
    println!("foreseen refusals: {:#?}", tally.reasons);
    println!("tried twice at once: {:#?}", tally.twice);
    println!("spoiled: went through, refused: {:?}", tally.hostile);
    let all = instructions();
    assert!(tally.done.keys().all(|name| all.contains(name)));
    let went_through = tally.done.values().filter(|(done, _)| *done > 0).count();
    assert!(went_through >= 40, "a walk that gets nowhere proves nothing: {went_through} instructions went through");
    assert!(tally.hostile.1 > 50 && !tally.twice.is_empty(), "nobody was hostile: {:?}", tally.hostile);
    if is_full {
        let lacking = |of: fn(&(u32, u32)) -> u32| {
            let is_lacking = |name: &&&str| tally.done.get(**name).is_none_or(|count| of(count) == 0);
            all.iter().filter(is_lacking).copied().collect::<Vec<&str>>()
        };
        assert_eq!(lacking(|count| count.0), Vec::<&str>::new(), "never went through");
        assert_eq!(lacking(|count| count.1), Vec::<&str>::new(), "was never refused");
    }
}

#[test]
fn the_laws_hold_after_every_sequence_that_the_fuzzer_keeps() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fuzz/corpus/program");
    let founded = Stage::found();
    let mut inputs: Vec<_> = std::fs::read_dir(folder).expect("the corpus is committed").collect();
    assert!(inputs.len() > 10, "{} sequences are few", inputs.len());
    inputs.sort_by_key(|entry| entry.as_ref().unwrap().path());
    let share = if switches::is_on("QUANTUMAGI_FULL") { 1 } else { 8 };
    for input in inputs.into_iter().step_by(share) {
        let path = input.unwrap().path();
        println!("{}", path.display());
        walk_by(&founded, &std::fs::read(path).unwrap(), 200);
    }
}
