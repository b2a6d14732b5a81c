//! Points in time: read from records and arguments, written for people, always in UTC. The standard
//! library knows no time zones, and a log that is read beside the platform's is better off without.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::Value;

/// A civil date and time in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Utc {
    /// Year of the Gregorian calendar.
    pub year: u64,
    /// 1 to 12.
    pub month: u64,
    /// 1 to 31.
    pub day: u64,
    /// Since midnight, below one day.
    pub time: Duration,
}

impl Utc {
    /// Now.
    pub fn now() -> Self {
        Self::at(since_epoch())
    }

    /// The instant so long after 1970 began.
    pub fn at(since_epoch: Duration) -> Self {
        let days = since_epoch.as_secs() / 86_400;
        let time = since_epoch - Duration::from_secs(days * 86_400);
        // Days from civil, backwards: years begin in March, so that leap days come last.
        let days = days + 719_468;
        let era = days / 146_097;
        let day_of_era = days % 146_097;
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * from_march + 2) / 5 + 1;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        let year = era * 400 + year_of_era + u64::from(month <= 2);
        Self { year, month, day, time }
    }

    /// `2026-11-22T17:10:48Z`, as tools show times.
    pub fn seconds_form(self) -> String {
        format!("{}T{}Z", self.date(), self.clock())
    }

    /// `2026-11-22T17:10:48.198Z`, as the platform writes times.
    pub fn milliseconds_form(self) -> String {
        format!("{}T{}.{:03}Z", self.date(), self.clock(), self.time.subsec_millis())
    }

    /// `22/Nov/2026:17:10:48 +0000`, as in the logs of web servers.
    pub fn clf_form(self) -> String {
        const MONTHS: [&str; 12] =
            ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
        let month = usize::try_from(self.month).ok().and_then(|month| MONTHS.get(month - 1));
        let month = month.copied().unwrap_or_default();
        format!("{:02}/{month}/{:04}:{} +0000", self.day, self.year, self.clock())
    }

    /// `2026-11-22 17:10:48,198Z`, as in the log.
    pub fn log_form(self) -> String {
        format!("{} {},{:03}Z", self.date(), self.clock(), self.time.subsec_millis())
    }
}

/// RFC 3339 with microseconds: `2026-11-22T17:10:48.198000Z`.
impl fmt::Display for Utc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}T{}.{:06}Z", self.date(), self.clock(), self.time.subsec_micros())
    }
}

impl Utc {
    fn date(self) -> String {
        format!("{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }

    fn clock(self) -> String {
        let seconds = self.time.as_secs();
        format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
    }
}

/// How long 1970 is past.
pub fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

/// Epoch milliseconds of a date or time: ISO 8601 (extended or compact; UTC unless it has an offset)
/// or epoch milliseconds, as number or text.
pub fn moment(value: &Value) -> Option<i64> {
    match value {
        Value::Number(n) => n.as_i64().or_else(|| n.as_f64().map(|f| f as i64)),
        Value::String(text) => parse(text.trim()),
        _ => None,
    }
}

fn parse(text: &str) -> Option<i64> {
    // Eight digits are a date; epoch milliseconds of this century have thirteen.
    if text.len() > 11 && text.bytes().all(|b| b.is_ascii_digit()) {
        return text.parse().ok();
    }
    let (date, time) = match text.find(['T', 't', ' ']) {
        Some(at) => (text.get(..at)?, text.get(at + 1..)?),
        None => (text, "00:00Z"),
    };
    let (clock, offset) = match time.find(['Z', 'z', '+', '-']) {
        Some(at) => (time.get(..at)?, time.get(at..)?),
        None => (time, "Z"),
    };
    let offset = match offset.split_at_checked(1)? {
        ("Z" | "z", "") => 0,
        ("+", ahead) => milliseconds(ahead)?,
        ("-", behind) => -milliseconds(behind)?,
        _ => return None,
    };
    Some(days(date)? * 86_400_000 + milliseconds(clock)? - offset)
}

/// Days from the epoch to `YYYY-MM-DD` or `YYYYMMDD`.
fn days(date: &str) -> Option<i64> {
    let digits = digits(date, '-', &[4, 7])?;
    if digits.len() != 8 {
        return None;
    }
    let part = |from, to| digits.get(from..to)?.parse::<i64>().ok();
    let (year, month, day) = (part(0, 4)?, part(4, 6)?, part(6, 8)?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let length = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=length).contains(&day) {
        return None;
    }
    // Days from civil: years begin in March, so that the leap day is their last.
    let year = if month <= 2 { year - 1 } else { year };
    let month_from_march = (month + 9) % 12;
    let day_of_year = (153 * month_from_march + 2) / 5 + day - 1;
    let year_of_era = year.rem_euclid(400);
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(year.div_euclid(400) * 146_097 + day_of_era - 719_468)
}

/// Milliseconds of `HH`, `HH:MM`, `HH:MM:SS` or `HH:MM:SS.fff`, with or without colons.
fn milliseconds(clock: &str) -> Option<i64> {
    let (clock, fraction) = match clock.find(['.', ',']) {
        Some(at) => (clock.get(..at)?, clock.get(at + 1..)?),
        None => (clock, "0"),
    };
    let digits = digits(clock, ':', &[2, 5])?;
    if !matches!(digits.len(), 2 | 4 | 6) || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let part = |at: usize, below: i64| match digits.get(at..at + 2) {
        Some(part) => part.parse().ok().filter(|n| *n < below),
        None => Some(0),
    };
    let thousandths: String = fraction.chars().chain("000".chars()).take(3).collect();
    let seconds = part(0, 24)? * 3600 + part(2, 60)? * 60 + part(4, 60)?;
    Some(seconds * 1000 + thousandths.parse::<i64>().ok()?)
}

/// The digits of `text`, which may be parted by `separator` at these places and nowhere else.
fn digits(text: &str, separator: char, places: &[usize]) -> Option<String> {
    let parted = text.contains(separator);
    let fits = text.char_indices().all(|(at, c)| {
        if parted && places.contains(&at) { c == separator } else { c.is_ascii_digit() }
    });
    fits.then(|| text.chars().filter(char::is_ascii_digit).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn known_instants() {
        for (seconds, text) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (951_782_399, "2000-02-28T23:59:59.000000Z"),
            (951_782_400, "2000-02-29T00:00:00.000000Z"),
            (1_709_251_199, "2024-02-29T23:59:59.000000Z"),
            (4_107_542_400, "2100-03-01T00:00:00.000000Z"),
        ] {
            assert_eq!(Utc::at(Duration::from_secs(seconds)).to_string(), text);
        }
        let instant = Utc::at(Duration::from_millis(1_795_367_448_198));
        assert_eq!(instant.milliseconds_form(), "2026-11-22T17:10:48.198Z");
        assert_eq!(instant.log_form(), "2026-11-22 17:10:48,198Z");
    }

    #[test]
    fn points_in_time() {
        for (value, expected) in [
            (json!("1970-01-01"), Some(0)),
            (json!("1970-01-01T00:00:01Z"), Some(1000)),
            (json!("1970-01-01 00:00:01.25"), Some(1250)),
            (json!("1970-01-01T01:00+01:00"), Some(0)),
            (json!("1969-12-31T23:30:00-0030"), Some(0)),
            (json!("20000229T000000Z"), Some(951_782_400_000)),
            (json!("2025-09-04T16:49:55.716Z"), Some(1_757_004_595_716)),
            (json!(1_757_004_595_716_i64), Some(1_757_004_595_716)),
            (json!("1757004595716"), Some(1_757_004_595_716)),
            (json!("2025-02-29"), None),
            (json!("2025-13-01"), None),
            (json!("2025-1-1"), None),
            (json!("2025-01-01T24:00"), None),
            (json!("2025-01-01T10:00:00+"), None),
            (json!("2025-01-01T10:00:00Zulu"), None),
            (json!("yesterday"), None),
            (json!("ü025-01-01Tü"), None),
            (json!(""), None),
            (json!(null), None),
        ] {
            assert_eq!(moment(&value), expected, "{value}");
        }
    }
}
