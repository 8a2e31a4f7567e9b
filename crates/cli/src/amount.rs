//! Amounts as people write them.

use quantumagi_sdk::words::decimal;

/// Decimals of SOL.
const SOL_DECIMALS: u8 = 9;

/// Lamports of an amount in SOL, exactly: `1.5` is 1,500,000,000.
///
/// # Errors
/// What is wrong with it: nothing is rounded, and an amount is at least one lamport.
pub(crate) fn lamports(text: &str) -> Result<u64, String> {
    exact(text, SOL_DECIMALS, "SOL")
}

/// Base units of an amount of tokens with this many decimals, exactly.
///
/// # Errors
/// As [`lamports`].
pub(crate) fn base_units(text: &str, decimals: u8) -> Result<u64, String> {
    exact(text, decimals, "tokens")
}

fn exact(text: &str, decimals: u8, unit: &str) -> Result<u64, String> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(whole) || !is_number(fraction) {
        return Err(format!("an amount in {unit} is a number such as 1.5"));
    }
    let (fraction, width) = (fraction.trim_end_matches('0'), usize::from(decimals));
    if fraction.len() > width {
        let have = if unit == "SOL" { "has" } else { "have" };
        return Err(format!("{unit} {have} {decimals} decimals"));
    }
    let digits = format!("{whole}{fraction:0<width$}");
    match digits.parse() {
        Ok(0) => Err(format!("the least amount is {} {unit}", decimal(1, decimals))),
        Ok(units) => Ok(units),
        Err(_) => Err(format!("the largest amount is {} {unit}", decimal(u64::MAX, decimals))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_the_decimals_of_their_mint() {
        assert_eq!(base_units("1.5", 6), Ok(1_500_000));
        assert_eq!(base_units("7", 0), Ok(7));
        assert_eq!(base_units("1.5", 0), Err("tokens have 0 decimals".to_owned()));
        assert_eq!(base_units("0", 2), Err("the least amount is 0.01 tokens".to_owned()));
    }

    #[test]
    fn an_amount_is_exact_to_the_last_lamport() {
        for (text, expected) in [
            ("1.5", 1_500_000_000),
            ("0.000000001", 1),
            ("2", 2_000_000_000),
            ("2.0000000000", 2_000_000_000),
            ("18446744073.709551615", u64::MAX),
        ] {
            assert_eq!(lamports(text), Ok(expected), "{text}");
        }
    }

    #[test]
    fn an_amount_that_is_none_is_refused() {
        for text in ["", ".", "1.", ".5", "-1", "1,5", "1e3", "+1"] {
            assert_eq!(lamports(text), Err("an amount in SOL is a number such as 1.5".to_owned()), "{text}");
        }
        assert_eq!(lamports("0.0000000001"), Err("SOL has 9 decimals".to_owned()));
        assert_eq!(lamports("0.0"), Err("the least amount is 0.000000001 SOL".to_owned()));
        let largest = Err("the largest amount is 18446744073.709551615 SOL".to_owned());
        assert_eq!(lamports("18446744073.709551616"), largest);
    }
}
