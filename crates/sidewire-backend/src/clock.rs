//! The wall clock, and the times clients write.

use std::time::{SystemTime, UNIX_EPOCH};

/// Milliseconds since the epoch.
pub(crate) fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Seconds since the epoch.
pub(crate) fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

/// Milliseconds, or ISO 8601 with `Z` or an offset: `2026-01-01T00:00:00.250+02:00`.
pub(crate) fn parse_time(text: &str) -> Option<i64> {
    if let Ok(ms) = text.parse::<i64>() {
        return Some(ms);
    }
    let (date, rest) = text.split_once(['T', 't'])?;
    let (time, offset_min) = split_offset(rest)?;
    let mut parts = date.splitn(3, '-');
    let (year, month, day) = (number(parts.next()?)?, number(parts.next()?)?, number(parts.next()?)?);
    let mut parts = time.splitn(3, ':');
    let (hour, minute) = (number(parts.next()?)?, number(parts.next()?)?);
    let (second, ms) = seconds(parts.next().unwrap_or("0"))?;
    let valid =
        (1..=12).contains(&month) && (1..=31).contains(&day) && hour < 24 && minute < 60 && second < 61;
    if !valid {
        return None;
    }
    let minutes = (days(year, month, day) * 24 + hour) * 60 + minute - offset_min;
    Some((minutes * 60 + second) * 1000 + ms)
}

/// The time of day and the offset from UTC in minutes. A `+` that became a space in a query string is understood.
fn split_offset(text: &str) -> Option<(&str, i64)> {
    if let Some(time) = text.strip_suffix(['Z', 'z']) {
        return Some((time, 0));
    }
    let (time, offset, sign) = if let Some((time, offset)) = text.split_once(['+', ' ']) {
        (time, offset, 1)
    } else {
        let (time, offset) = text.split_once('-')?;
        (time, offset, -1)
    };
    let (hours, minutes) = offset.split_once(':').unwrap_or((offset, "0"));
    Some((time, sign * (number(hours)? * 60 + number(minutes)?)))
}

fn seconds(text: &str) -> Option<(i64, i64)> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    Some((number(whole)?, number(&digits)?))
}

fn number(text: &str) -> Option<i64> {
    let digits = (1..=4).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

/// Days since 1970-01-01 in the Gregorian calendar (Howard Hinnant's `days_from_civil`).
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn iso_times_with_and_without_fraction_and_offset_are_understood() {
        assert_eq!(parse_time("1970-01-01T00:00:00Z"), Some(0));
        assert_eq!(parse_time("2026-01-01T00:00:00.25Z"), Some(1_767_225_600_250));
        assert_eq!(parse_time("2024-02-29T12:30:15.123+02:00"), Some(1_709_202_615_123));
        assert_eq!(parse_time("2024-02-29T12:30:15.123 02:00"), Some(1_709_202_615_123));
        assert_eq!(parse_time("2024-02-29T08:30-02:00"), Some(1_709_202_600_000));
        assert_eq!(parse_time("1767225600250"), Some(1_767_225_600_250));
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for text in ["", "yesterday", "2026-13-01T00:00:00Z", "2026-01-01", "2026-01-01T00:00:00", "1.5"] {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }
}
