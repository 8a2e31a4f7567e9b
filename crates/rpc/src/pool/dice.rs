//! Chance: which endpoints are compared, and how long a pause is. Never used for anything secret.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// SplitMix64 (Steele, Lea, Flood 2014): one addition to shared memory for each throw, from any thread.
#[derive(Debug)]
pub(crate) struct Dice {
    state: AtomicU64,
}

impl Dice {
    /// Dice that nobody can foretell.
    pub(crate) fn new() -> Self {
        // The standard library's hash maps are seeded by the operating system.
        Self::seeded(RandomState::new().build_hasher().finish())
    }

    /// Dice that fall the same way each time.
    pub(super) fn seeded(seed: u64) -> Self {
        Self { state: AtomicU64::new(seed) }
    }

    fn throw(&self) -> u64 {
        const STEP: u64 = 0x9e37_79b9_7f4a_7c15;
        let mut word = self.state.fetch_add(STEP, Ordering::Relaxed).wrapping_add(STEP);
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    /// A number below `limit`, each as likely as any other up to 2^-64 of the limit; 0 where `limit` is 0.
    pub(crate) fn below(&self, limit: usize) -> usize {
        let wide = u128::from(self.throw()) * (limit as u128);
        usize::try_from(wide >> 64).expect("less than the limit, which is one")
    }

    /// A time of at most `limit`, in whole microseconds.
    pub(crate) fn up_to(&self, limit: Duration) -> Duration {
        let micros = usize::try_from(limit.as_micros()).unwrap_or(usize::MAX).saturating_add(1);
        Duration::from_micros(self.below(micros) as u64)
    }

    /// 128 bits for an identifier.
    pub(super) fn wide(&self) -> u128 {
        u128::from(self.throw()) << 64 | u128::from(self.throw())
    }
}

#[cfg(test)]
mod tests {
    use super::Dice;

    #[test]
    fn every_face_comes_up_about_as_often() {
        let dice = Dice::seeded(1);
        let mut faces = [0; 6];
        for _ in 0..6_000 {
            faces[dice.below(6)] += 1;
        }
        // A thousand expected of each; 150 is five standard deviations.
        assert!(faces.iter().all(|count| (850..1_150).contains(count)), "{faces:?}");
        assert_eq!(dice.below(0), 0);
        assert_eq!(dice.below(1), 0);
    }

    #[test]
    fn dice_with_one_seed_fall_alike_and_others_do_not() {
        let (one, same, other) = (Dice::seeded(3), Dice::seeded(3), Dice::new());
        let throws: Vec<u128> = (0..4).map(|_| one.wide()).collect();
        assert_eq!(throws, (0..4).map(|_| same.wide()).collect::<Vec<_>>());
        assert_ne!(throws, (0..4).map(|_| other.wide()).collect::<Vec<_>>());
    }
}
