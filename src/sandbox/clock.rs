//! Time as the platform writes it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::time::Utc;

/// A fixed moment (2025-09-04T16:49:55.716Z) by which seeds are dated: two runs of the sandbox
/// start with the same world.
pub const SEED_MS: u64 = 1_757_004_595_716;

/// Milliseconds since the epoch.
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// `ms` since the epoch as ISO 8601 in UTC, with milliseconds.
pub fn iso(ms: u64) -> String {
    Utc::at(Duration::from_millis(ms)).milliseconds_form()
}
