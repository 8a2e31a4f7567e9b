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
        // Bound: callers pass sums of at most three u64, below 2^66; times 10,000 stays below 2^80, so nothing wraps.
        part.wrapping_mul(u128::from(BPS_PER_WHOLE)) >= whole.wrapping_mul(u128::from(self.0))
    }
}
