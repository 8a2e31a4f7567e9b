//! Numbers and names as a narrow screen shows them.

/// A time: `45s`, `4m05s`, `3h12m`, `5d04h`.
pub(super) fn span(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{seconds}s"),
        (0, 0, _) => format!("{minutes}m{:02}s", seconds % 60),
        (0, _, _) => format!("{hours}h{:02}m", minutes % 60),
        _ => format!("{days}d{:02}h", hours % 24),
    }
}

/// A time below a minute in its parts, others as [`span`].
pub(super) fn fine_span(millis: u64) -> String {
    match millis {
        0..1_000 => format!("{millis}ms"),
        1_000..60_000 => format!("{}.{}s", millis / 1_000, millis % 1_000 / 100),
        _ => span(millis / 1_000),
    }
}

/// Lamports as SOL, exactly.
pub(super) fn sol(lamports: u64) -> String {
    let (whole, rest) = (lamports / 1_000_000_000, lamports % 1_000_000_000);
    let digits = format!("{rest:09}");
    let digits = digits.trim_end_matches('0');
    if digits.is_empty() { whole.to_string() } else { format!("{whole}.{digits}") }
}

/// An address or a signature by its ends; what is short already stays.
pub(super) fn ends(text: &str) -> String {
    let characters: Vec<char> = text.chars().collect();
    match characters.as_slice() {
        [a, b, c, d, .., w, x, y, z] if 12 < characters.len() => [a, b, c, d, &'…', w, x, y, z].into_iter().collect(),
        _ => text.to_owned(),
    }
}

/// A duty's name with its addresses by their ends, and the constitution, which all may have in common, last.
pub(super) fn action(key: &str) -> String {
    let shown = |part: &str| if is_address(part) { ends(part) } else { part.to_owned() };
    let Some((constitution, rest)) = key.split_once('/') else { return shown(key) };
    let parts: Vec<String> = rest.split('/').map(shown).collect();
    format!("{} of {}", parts.join("/"), shown(constitution))
}

/// A sentence with its addresses by their ends.
pub(super) fn subject(text: &str) -> String {
    let words: Vec<String> =
        text.split(' ').map(|word| if is_address(word) { ends(word) } else { word.into() }).collect();
    words.join(" ")
}

/// Whether it is 32 bytes in base58, as far as one sees.
fn is_address(word: &str) -> bool {
    (32..=44).contains(&word.len()) && word.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_told_in_two_parts_at_most() {
        let times = [0, 59, 60, 245, 3_599, 3_600, 11_520, 86_399, 86_400, 446_400].map(span);
        let expected = ["0s", "59s", "1m00s", "4m05s", "59m59s", "1h00m", "3h12m", "23h59m", "1d00h", "5d04h"];
        assert_eq!(times, expected);
        assert_eq!([999, 1_000, 59_999, 60_000].map(fine_span), ["999ms", "1.0s", "59.9s", "1m00s"]);
    }

    #[test]
    fn lamports_are_told_exactly() {
        let amounts = [0, 1, 5_000, 98_500_000, 1_000_000_000, u64::MAX].map(sol);
        assert_eq!(amounts, ["0", "0.000000001", "0.000005", "0.0985", "1", "18446744073.709551615"]);
    }

    #[test]
    fn addresses_are_told_by_their_ends_and_other_words_as_they_are() {
        let address = "SysvarC1ock11111111111111111111111111111111";
        assert_eq!(action(&format!("{address}/proposal_finalize/3")), "proposal_finalize/3 of Sysv…1111");
        assert_eq!(subject(&format!("root of {address} for proposal 3")), "root of Sysv…1111 for proposal 3");
        assert_eq!(ends("short"), "short");
    }
}
