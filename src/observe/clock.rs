//! Instants as people read them, in UTC: the standard library knows no time zones, and a log that
//! is read beside the platform's is better off without them.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

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
        Self::at(SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default())
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

#[cfg(test)]
mod tests {
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
        assert_eq!(instant.log_form(), "2026-11-22 17:10:48,198Z");
    }
}
