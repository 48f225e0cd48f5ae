//! Server times in the forms that servers write them: milliseconds, as a number or text, or ISO 8601.

use crate::json::{Json, Kind};

/// The last moment that a JavaScript `Date` can hold, in milliseconds.
const LATEST: u64 = 8_640_000_000_000_000;

/// Milliseconds since the epoch, or `None` when the value tells no usable moment. Never the client's clock.
pub(crate) fn read(value: Json<'_>) -> Option<u64> {
    let number = value.as_integer().filter(|&millis| millis <= LATEST);
    if number.is_some() || value.kind() != Kind::String {
        return number;
    }
    let text = value.as_str()?;
    let mut rest = Cursor(text.as_bytes());
    let millis = iso(&mut rest)?;
    if rest.0.is_empty() { u64::try_from(millis).ok() } else { None }
}

/// The date of an HTTP header, `Sun, 06 Nov 1994 08:49:37 GMT`, in milliseconds since the epoch.
pub(crate) fn http_date(text: &str) -> Option<u64> {
    const MONTHS: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let date = text.split_once(',')?.1.strip_prefix(' ')?;
    let (day, rest) = date.split_once(' ')?;
    let (month, rest) = rest.split_once(' ')?;
    let (year, rest) = rest.split_once(' ')?;
    let (time, zone) = rest.split_once(' ')?;
    let month = MONTHS.iter().position(|name| *name == month).and_then(|at| i64::try_from(at + 1).ok())?;
    let year = Cursor(year.as_bytes()).number(4, 1970..=9999)?;
    let day = Cursor(day.as_bytes()).number(2, 1..=days_in(year, month))?;
    let of_day = time_of_day(&mut Cursor(time.as_bytes()))?;
    let millis = days_since_epoch(year, month, day) * 86_400_000 + of_day;
    u64::try_from(millis).ok().filter(|_| zone == "GMT")
}

/// The unread part of a text.
struct Cursor<'a>(&'a [u8]);

impl Cursor<'_> {
    /// Takes one byte if it is among `wanted`.
    fn take(&mut self, wanted: &[u8]) -> Option<u8> {
        let (&first, rest) = self.0.split_first()?;
        wanted.contains(&first).then(|| {
            self.0 = rest;
            first
        })
    }

    fn digit(&mut self) -> Option<i64> {
        Some(i64::from(self.take(b"0123456789")? - b'0'))
    }

    /// Takes exactly `count` digits whose value lies in `range`.
    fn number(&mut self, count: u8, range: core::ops::RangeInclusive<i64>) -> Option<i64> {
        let mut value = 0;
        for _ in 0..count {
            value = value * 10 + self.digit()?;
        }
        range.contains(&value).then_some(value)
    }
}

/// `YYYY-MM-DD`, then optionally a time of day and a zone. Without a zone it is UTC.
fn iso(text: &mut Cursor<'_>) -> Option<i64> {
    let year = text.number(4, 0..=9999)?;
    text.take(b"-")?;
    let month = text.number(2, 1..=12)?;
    text.take(b"-")?;
    let day = text.number(2, 1..=days_in(year, month))?;
    let midnight = days_since_epoch(year, month, day) * 86_400_000;
    if text.take(b"Tt ").is_none() {
        return Some(midnight);
    }
    let of_day = time_of_day(text)?;
    Some(midnight + of_day - zone(text)?)
}

/// `HH:MM`, then optionally `:SS` and a fraction of any length, in milliseconds.
fn time_of_day(text: &mut Cursor<'_>) -> Option<i64> {
    let hour = text.number(2, 0..=24)?;
    text.take(b":")?;
    let minute = text.number(2, 0..=59)?;
    let mut millis = (hour * 60 + minute) * 60_000;
    if text.take(b":").is_some() {
        // 60 is a leap second.
        millis += text.number(2, 0..=60)? * 1000;
        if text.take(b".,").is_some() {
            millis += fraction(text)?;
        }
    }
    (hour < 24 || millis == 86_400_000).then_some(millis)
}

/// One or more digits after the point, cut to milliseconds.
fn fraction(text: &mut Cursor<'_>) -> Option<i64> {
    let mut unit = 100;
    let mut millis = text.digit()? * unit;
    while let Some(digit) = text.digit() {
        unit /= 10;
        millis += digit * unit;
    }
    Some(millis)
}

/// `Z`, `±HH:MM`, `±HHMM`, `±HH` or nothing, as milliseconds ahead of UTC.
fn zone(text: &mut Cursor<'_>) -> Option<i64> {
    let ahead = match text.take(b"Zz+-") {
        Some(b'+') => 60_000,
        Some(b'-') => -60_000,
        _ => return Some(0),
    };
    let hours = text.number(2, 0..=23)?;
    let colon = text.take(b":").is_some();
    let minutes = if colon || !text.0.is_empty() { text.number(2, 0..=59)? } else { 0 };
    Some((hours * 60 + minutes) * ahead)
}

fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days from 1970-01-01 in the Gregorian calendar, with years that begin in March so that leap days come last.
fn days_since_epoch(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + day_of_year - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(json: &str) -> Option<u64> {
        read(crate::json::parse(json.as_bytes()).unwrap())
    }

    #[test]
    fn http_dates_are_read_and_garbage_is_not() {
        assert_eq!(http_date("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777_000));
        for bad in [
            "",
            "soon",
            "Sun, 06 Nov 1994",
            "Sun, 31 Feb 2026 00:00:00 GMT",
            "Sun, 06 Nov 1994 08:49:37 PST",
            "Sun, 06 Nov 1994 08:49:37 GMT or so",
        ] {
            assert_eq!(http_date(bad), None, "{bad}");
        }
    }

    #[test]
    fn numbers_and_numeric_texts_are_milliseconds() {
        assert_eq!(millis("1795288916499"), Some(1_795_288_916_499));
        assert_eq!(millis("\"1795288916499\""), Some(1_795_288_916_499));
        assert_eq!(millis("1.795288916499e12"), Some(1_795_288_916_499));
        assert_eq!(millis("8640000000000000"), Some(LATEST));
    }

    #[test]
    fn iso_8601_is_read_with_and_without_zone_and_fraction() {
        for (text, expected) in [
            ("1970-01-01", 0),
            ("1970-01-01T00:00", 0),
            ("2000-02-29T12:34:56Z", 951_827_696_000),
            ("2000-02-29T12:34:56", 951_827_696_000),
            ("2000-02-29 12:34:56.7", 951_827_696_700),
            ("2000-02-29T12:34:56.789123456Z", 951_827_696_789),
            ("2000-02-29T14:34:56.789+02:00", 951_827_696_789),
            ("2000-02-29t07:04:56.789-0530", 951_827_696_789),
            ("2000-02-29T14:34:56+02", 951_827_696_000),
            ("2026-11-21T19:21:56.499Z", 1_795_288_916_499),
            ("2016-12-31T23:59:60Z", 1_483_228_800_000),
            ("2024-12-31T24:00:00Z", 1_735_689_600_000),
            ("9999-12-31T23:59:59.999Z", 253_402_300_799_999),
        ] {
            assert_eq!(millis(&format!("\"{text}\"")), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_tells_no_moment_is_none() {
        for json in [
            "-1",
            "1.5",
            "8640000000000001",
            "null",
            "true",
            "{}",
            "[]",
            "\"\"",
            "\"soon\"",
            "\"2024-13-01\"",
            "\"2023-02-29\"",
            "\"1900-02-29\"",
            "\"2024-00-01\"",
            "\"2024-01-32\"",
            "\"2024-01-01T25:00\"",
            "\"2024-01-01T24:01\"",
            "\"2024-01-01T00:60\"",
            "\"2024-01-01T00:00:00.\"",
            "\"2024-01-01T00:00:00X\"",
            "\"2024-01-01T00:00:00+2\"",
            "\"2024-01-01T00:00:00+02:\"",
            "\"2024-01-01T\"",
            "\"1969-12-31\"",
            "\"2024-1-1\"",
            "\"0000-00-00\"",
            "\"2024-01-01T00:00Z \"",
        ] {
            assert_eq!(millis(json), None, "{json}");
        }
    }
}
