//! Lamports, tokens, shares, hashes and quoted texts, written for people without losing a digit that matters.

use quantumagi_rules::{BPS_PER_WHOLE, Bps, Hash};

/// Decimals of SOL: 1,000,000,000 lamports are one.
const SOL_DECIMALS: u8 = 9;

/// Lamports as SOL, exact to the last lamport: `1.5 SOL`, `0.000000001 SOL`.
#[must_use]
pub fn sol(lamports: u64) -> String {
    format!("{} SOL", decimal(lamports, SOL_DECIMALS))
}

/// An amount in base units as a decimal number, exact, without zeros at its end.
#[must_use]
pub fn decimal(base_units: u64, decimals: u8) -> String {
    let width = usize::from(decimals) + 1;
    let digits = format!("{base_units:0width$}");
    let (whole, fraction) = digits.split_at(digits.len() - usize::from(decimals));
    let fraction = fraction.trim_end_matches('0');
    if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
}

/// A share in percent with two decimals, rounded down: 5,999.99 of 10,000 is `59.99 %`.
///
/// A frozen share has whole basis points, which are two decimals of a percent. So a share that fails never reads as
/// one that passes, and the other way round: what passes reads as at least the share it had to reach. The share of an
/// empty whole is `0.00 %`.
#[must_use]
pub fn percent(part: u128, whole: u128) -> String {
    // Bound: sums of three u64 are below 2^66; times 10,000 they stay below 2^80.
    let bps = part.saturating_mul(u128::from(BPS_PER_WHOLE)).checked_div(whole).unwrap_or(0);
    format!("{}.{:02} %", bps / 100, bps % 100)
}

/// A frozen share in percent: 6,000 is `60.00 %`.
#[must_use]
pub fn bps(share: Bps) -> String {
    percent(u128::from(share.0), u128::from(BPS_PER_WHOLE))
}

/// Bytes as hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut digits, byte| {
        let _ = write!(digits, "{byte:02x}");
        digits
    })
}

/// A hash in full: a shortened one could be imitated.
#[must_use]
pub(super) fn hash(hash: &Hash) -> String {
    hex(hash)
}

/// Somebody's words in quotes, on one line, with every character that cannot be seen written out.
#[must_use]
pub fn quoted(words: &str) -> String {
    format!("{words:?}")
}

/// `1 member`, `2 members`.
#[must_use]
pub(super) fn counted(count: u64, name: &str) -> String {
    format!("{count} {name}{}", if count == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lamports_are_written_as_sol_to_the_last_one() {
        let words = [
            (0, "0 SOL"),
            (1, "0.000000001 SOL"),
            (1_500_000_000, "1.5 SOL"),
            (2_000_000_000, "2 SOL"),
            (u64::MAX, "18446744073.709551615 SOL"),
        ];
        for (lamports, expected) in words {
            assert_eq!(sol(lamports), expected);
        }
        assert_eq!(decimal(1_234, 0), "1234");
        assert_eq!(decimal(5, 255).len(), 257);
    }

    #[test]
    fn a_share_just_below_is_never_rounded_up() {
        assert_eq!(percent(5_999, 10_000), "59.99 %");
        assert_eq!(percent(599_999, 1_000_000), "59.99 %");
        assert_eq!(percent(u128::from(u64::MAX) * 3 - 1, u128::from(u64::MAX) * 5), "59.99 %");
        assert_eq!(percent(60, 100), "60.00 %");
        assert_eq!(percent(2, 3), "66.66 %");
        assert_eq!(percent(0, 0), "0.00 %");
        assert_eq!(bps(Bps(7_505)), "75.05 %");
    }

    #[test]
    fn quoted_words_hide_nothing() {
        assert_eq!(quoted("Café\n\u{202e}\"x\""), r#""Café\n\u{202e}\"x\"""#);
        assert_eq!(hex(&[0, 0xab, 0xff]), "00abff");
    }
}
