//! Moments as people write them, in UTC.

/// Seconds in a day.
const DAY: i64 = 86_400;

/// Unix seconds of `2027-01-31`, `2027-01-31T14:30:00Z`, `2027-01-31 14:30` or of plain Unix seconds.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn unix_seconds(text: &str) -> Result<i64, String> {
    if let Ok(seconds) = text.parse() {
        return Ok(seconds);
    }
    parse(text).ok_or_else(|| "a moment is 2027-01-31, 2027-01-31T14:30:00Z or Unix seconds, in UTC".to_owned())
}

/// As [`unix_seconds`]; `never` is 0, which is how a policy without end is stored.
///
/// # Errors
/// As [`unix_seconds`], and 0 itself, which is never and not 1970.
pub(crate) fn sunset(text: &str) -> Result<i64, String> {
    match unix_seconds(text) {
        _ if text == "never" => Ok(0),
        Ok(0) => Err("write never for a policy without end".to_owned()),
        seconds => seconds,
    }
}

/// Seconds of `3d`, `12h` or of plain seconds.
///
/// # Errors
/// What is wrong with it.
pub(crate) fn duration(text: &str) -> Result<u32, String> {
    let (number, unit) = match text.as_bytes().last() {
        Some(b'd') => (&text[..text.len() - 1], 86_400),
        Some(b'h') => (&text[..text.len() - 1], 3_600),
        _ => (text, 1),
    };
    let seconds = number.parse::<u32>().ok().and_then(|number| number.checked_mul(unit));
    seconds.ok_or_else(|| "a time is 3d, 12h or a number of seconds".to_owned())
}

fn parse(text: &str) -> Option<i64> {
    let (date, time) = match text.split_once(['T', ' ']) {
        None => (text, "00:00:00"),
        Some((date, time)) => (date, time.strip_suffix('Z').or(time.strip_suffix(" UTC")).unwrap_or(time)),
    };
    let [year, month, day] = numbers::<3>(date, '-')?;
    let [hour, minute, second] = numbers::<3>(time, ':').or_else(|| {
        let [hour, minute] = numbers::<2>(time, ':')?;
        Some([hour, minute, 0])
    })?;
    let is_time = hour < 24 && minute < 60 && second < 60;
    let is_date =
        (1970..=9_999).contains(&year) && (1..=12).contains(&month) && (1..=days_in(year, month)).contains(&day);
    // Bound: years up to 9,999 stay below 2^38 seconds.
    (is_time && is_date).then(|| days_from_civil(year, month, day) * DAY + hour * 3_600 + minute * 60 + second)
}

/// `N` plain numbers between separators.
fn numbers<const N: usize>(text: &str, separator: char) -> Option<[i64; N]> {
    let parts = text.split(separator).map(|part| {
        let is_number = (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| part.parse().ok())?
    });
    let numbers: Option<Vec<i64>> = parts.collect();
    numbers?.try_into().ok()
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01. Howard Hinnant's `days_from_civil` (2013), the inverse of what the SDK writes dates with.
fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let shifted_month = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use quantumagi_rules::UnixSeconds;
    use quantumagi_sdk::words::utc;

    use super::*;

    #[test]
    fn a_moment_is_read_in_utc() {
        for (text, seconds) in [
            ("1970-01-01", 0),
            ("2027-01-01", 1_798_761_600),
            ("2027-01-01T14:30:00Z", 1_798_813_800),
            ("2027-01-01 14:30", 1_798_813_800),
            ("2027-01-01 14:30 UTC", 1_798_813_800),
            ("2000-02-29", 951_782_400),
            ("1798761600", 1_798_761_600),
        ] {
            assert_eq!(unix_seconds(text), Ok(seconds), "{text}");
        }
    }

    #[test]
    fn what_is_written_is_what_is_read() {
        for day in (0..400_000).step_by(37) {
            let seconds = day * DAY;
            assert_eq!(unix_seconds(&utc(UnixSeconds(seconds))), Ok(seconds));
        }
    }

    #[test]
    fn a_time_is_days_hours_or_seconds() {
        for (text, expected) in [("3d", 259_200), ("12h", 43_200), ("90", 90), ("0", 0)] {
            assert_eq!(duration(text), Ok(expected), "{text}");
        }
        for text in ["", "d", "3m", "-1", "3 d", "99999999999", "49711d"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn no_moment_is_refused() {
        for text in
            ["", "2027-02-29", "2027-13-01", "2027-01-01T25:00", "27-1", "2027-01-01T10", "tomorrow", "2027-01-+1"]
        {
            assert!(unix_seconds(text).is_err(), "{text}");
        }
        assert_eq!(sunset("never"), Ok(0));
        assert_eq!(sunset("0"), Err("write never for a policy without end".to_owned()));
    }
}
