//! Units as types, so that a second is never taken for a vote.

/// An account's address: 32 bytes, as the chain has them.
pub type Address = [u8; 32];

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// Longest canonical text, in bytes: 1 MiB, about thirty times the Debian constitution. Bounds
/// what a reader of the event chain must be willing to hold for one text.
pub const MAX_TEXT_BYTES: usize = 1 << 20;

/// Basis points in one whole: 10,000.
pub const BPS_PER_WHOLE: u16 = 10_000;

/// Seconds since 1970-01-01T00:00:00Z by the clock of the chain (`Clock::unix_timestamp`), never the host's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UnixSeconds(pub i64);

impl UnixSeconds {
    /// The moment `seconds` later, or `None` past the end of time.
    #[must_use]
    pub fn checked_add(self, seconds: u32) -> Option<Self> {
        self.0.checked_add(i64::from(seconds)).map(Self)
    }

    /// The moment `seconds` earlier, or `None` before the beginning of time.
    #[must_use]
    pub fn checked_sub(self, seconds: u32) -> Option<Self> {
        self.0.checked_sub(i64::from(seconds)).map(Self)
    }
}

/// Voting weight in the electorate's own unit: a council's points, a mint's base units, a stake's lamports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Weight(pub u64);

impl Weight {
    /// The sum, or `None` where it does not fit 64 bits.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or `None` where it would be negative.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }
}

/// A share in basis points: 6,000 is 60 %. Legal range of each share: see [`crate::parameters`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Bps(pub u16);

impl Bps {
    /// Whether `part` is at least this share of `whole`, exactly: `part * 10_000 >= bps * whole`.
    ///
    /// Nothing is divided, so nothing is rounded: 60 % of 5 is met by 3 and by nothing less.
    #[must_use]
    pub fn is_met_by(self, part: u128, whole: u128) -> bool {
        scaled(part, BPS_PER_WHOLE) >= scaled(whole, self.0)
    }
}

/// `value * by` in two limbs, the lower of 32 bits, so that products compare as numbers do.
///
/// On chain a multiplication of 128 bits costs several times what these two of 64 bits do, and every vote makes a few.
#[allow(clippy::cast_possible_truncation, reason = "the lower limb is meant, and the upper one fits by the bound")]
fn scaled(value: u128, by: u16) -> (u64, u64) {
    // Bound: callers pass sums of at most three u64, below 2^66. A limb is below 2^34, `by` below 2^16: nothing wraps.
    let (upper, lower) = ((value >> 32) as u64, value as u64 & 0xffff_ffff);
    let lower = lower.wrapping_mul(u64::from(by));
    (upper.wrapping_mul(u64::from(by)).wrapping_add(lower >> 32), lower & 0xffff_ffff)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn t1_shares_compare_as_products_of_128_bits_do(parts: [u64; 3], wholes: [u64; 3], bps in 0u16..=10_000, near: bool) {
            let sum = |weights: [u64; 3]| weights.into_iter().map(u128::from).sum::<u128>();
            let whole = sum(wholes);
            // Shares at the edge, where a limb more or less decides.
            let part = if near { whole * u128::from(bps) / 10_000 } else { sum(parts) };
            for part in [part.saturating_sub(1), part, part + 1] {
                prop_assert_eq!(Bps(bps).is_met_by(part, whole), part * 10_000 >= whole * u128::from(bps));
            }
        }
    }
}
