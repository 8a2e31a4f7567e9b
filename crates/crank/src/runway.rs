//! How long the wallet lasts.
//!
//! By what the last seven days cost, and nothing cleverer: in a trial, what is left of a wallet was foreseen no better by
//! level and trend (docs/decisions/0021-anomalies-and-forecasts.md). Fees only: rent comes back.

use crate::journal::SECONDS_PER_DAY;

/// So far back fees are counted, seconds.
pub const COUNTED_SECONDS: i64 = 7 * SECONDS_PER_DAY;

/// The longest that is foreseen, seconds: a year.
pub const LONGEST_SECONDS: u64 = 365 * SECONDS_PER_DAY.unsigned_abs();

/// A wallet that lasts for less is told, seconds.
pub const SHORT_SECONDS: u64 = 4 * SECONDS_PER_DAY.unsigned_abs();

/// Seconds until so many lamports are spent, where these fees were paid in these seconds, of which at least a day counts.
#[must_use]
pub fn runway_seconds(balance: u64, fees: u64, in_seconds: i64) -> u64 {
    let known = in_seconds.clamp(SECONDS_PER_DAY, COUNTED_SECONDS).unsigned_abs();
    // Bound: 64 bits and 20.
    let left = u128::from(balance) * u128::from(known);
    let left = left.checked_div(u128::from(fees)).unwrap_or(u128::MAX);
    u64::try_from(left).unwrap_or(u64::MAX).min(LONGEST_SECONDS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wallet_lasts_as_long_as_at_the_rate_of_the_last_days() {
        let day = SECONDS_PER_DAY;
        let short = SHORT_SECONDS;
        assert_eq!(runway_seconds(400_000, 700_000, 7 * day), short, "100,000 a day");
        assert_eq!(runway_seconds(400_000, 200_000, 2 * day), short, "of a journal that is two days old");
        assert_eq!(runway_seconds(400_000, 100_000, 60), short, "what one hour cost says nothing about the next");
        assert_eq!(
            runway_seconds(399_999, 700_000, 30 * day),
            short - 1,
            "rounded down, and never over more than a week"
        );
        assert_eq!(runway_seconds(0, 1, day), 0);
        assert_eq!(runway_seconds(u64::MAX, 1, 7 * day), LONGEST_SECONDS);
        assert_eq!(runway_seconds(1, 0, 7 * day), LONGEST_SECONDS, "nothing was spent");
    }
}
