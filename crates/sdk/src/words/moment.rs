//! Moments in UTC and durations, written for people. The calendar is the proleptic Gregorian one.

use quantumagi_rules::UnixSeconds;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;

/// A moment in UTC: `2027-01-01` at midnight, else `2027-01-01 14:30 UTC`, with seconds where they are not zero.
///
/// Any moment of 64 bits has words; years beyond four digits are written in full.
#[must_use]
pub fn utc(moment: UnixSeconds) -> String {
    let day_seconds = i64::from(quantumagi_rules::parameters::DAY);
    let (year, month, day) = civil(moment.0.div_euclid(day_seconds));
    let date = format!("{year:04}-{month:02}-{day:02}");
    let second = moment.0.rem_euclid(day_seconds);
    match (second / 3_600, second / 60 % 60, second % 60) {
        (0, 0, 0) => date,
        (hour, minute, 0) => format!("{date} {hour:02}:{minute:02} UTC"),
        (hour, minute, second) => format!("{date} {hour:02}:{minute:02}:{second:02} UTC"),
    }
}

/// A duration in its two largest units, rounded down: `3 days 4 hours`, `1 hour`, `59 seconds`.
///
/// Rounded down, so that a deadline is never later than it sounds.
#[must_use]
pub fn duration(seconds: u64) -> String {
    let units = [("day", DAY), ("hour", HOUR), ("minute", MINUTE), ("second", 1)];
    let largest = units.iter().position(|(_, len)| *len <= seconds).unwrap_or(units.len() - 1);
    let mut rest = seconds;
    let mut words: Vec<String> = Vec::with_capacity(2);
    for (name, len) in units.iter().skip(largest).take(2) {
        let count = rest / len;
        rest %= len;
        if count > 0 || (words.is_empty() && *len == 1) {
            words.push(format!("{count} {name}{}", if count == 1 { "" } else { "s" }));
        }
    }
    words.join(" ")
}

/// The time from `from` to `to` in words; `0 seconds` where `to` is not later.
#[must_use]
pub fn between(from: UnixSeconds, to: UnixSeconds) -> String {
    duration(to.0.checked_sub(from.0).map_or(u64::MAX, |seconds| u64::try_from(seconds).unwrap_or(0)))
}

/// Year, month and day of a day counted from 1970-01-01.
///
/// Howard Hinnant's `civil_from_days` (2013): eras of 400 years, which have 146,097 days, counted from 1 March.
fn civil(days: i64) -> (i64, i64, i64) {
    // Bound: a moment of 64 bits is at most 1.1e14 days from 1970.
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(moment: i64, words: &str) {
        assert_eq!(utc(UnixSeconds(moment)), words);
    }

    #[test]
    fn a_moment_is_written_in_utc() {
        check(0, "1970-01-01");
        check(1_798_761_600, "2027-01-01");
        check(1_798_761_600 + 14 * 3_600 + 30 * 60, "2027-01-01 14:30 UTC");
        check(1_798_761_599, "2026-12-31 23:59:59 UTC");
        check(951_782_400, "2000-02-29");
        check(951_868_800, "2000-03-01");
        check(4_107_542_400, "2100-03-01");
        check(-1, "1969-12-31 23:59:59 UTC");
        check(253_402_300_800, "10000-01-01");
    }

    #[test]
    fn every_moment_of_64_bits_has_words() {
        check(i64::MAX, "292277026596-12-04 15:30:07 UTC");
        check(i64::MIN, "-292277022657-01-27 08:29:52 UTC");
    }

    #[test]
    fn a_duration_names_its_two_largest_units() {
        let words = [
            (0, "0 seconds"),
            (1, "1 second"),
            (59, "59 seconds"),
            (60, "1 minute"),
            (61, "1 minute 1 second"),
            (3_600, "1 hour"),
            (3_659, "1 hour"),
            (3_660, "1 hour 1 minute"),
            (86_400 + 59 * 60, "1 day"),
            (3 * 86_400 + 4 * 3_600 + 59, "3 days 4 hours"),
        ];
        for (seconds, expected) in words {
            assert_eq!(duration(seconds), expected);
        }
        assert_eq!(between(UnixSeconds(100), UnixSeconds(40)), "0 seconds");
        assert_eq!(between(UnixSeconds(40), UnixSeconds(100)), "1 minute");
    }
}
