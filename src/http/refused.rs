//! Counts of what is refused before it is a request, or a connection, by reason.

use std::sync::atomic::{AtomicU64, Ordering};

/// Why something is refused before it is a request.
pub const REASONS: [&str; 9] = [
    "malformed",
    "not_found",
    "timeout",
    "body_size",
    "head_size",
    "version",
    "memory",
    "tls",
    "other",
];

const TLS: usize = 7;
const OTHER: usize = 8;

/// Why a client finds no place.
pub const NO_PLACE: [&str; 3] = ["address", "connections", "system"];

/// Counts by reason.
#[derive(Debug)]
pub struct Counts<const N: usize>([AtomicU64; N]);

impl<const N: usize> Default for Counts<N> {
    fn default() -> Self {
        Self([const { AtomicU64::new(0) }; N])
    }
}

impl<const N: usize> Counts<N> {
    /// Counts one more.
    pub fn count(&self, reason: usize) {
        if let Some(count) = self.0.get(reason) {
            count.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The counts, in the order of the reasons.
    pub fn read(&self) -> [u64; N] {
        std::array::from_fn(|at| self.0.get(at).map_or(0, |count| count.load(Ordering::Relaxed)))
    }
}

impl Counts<{ REASONS.len() }> {
    /// Counts a request that was answered with this status by the machine itself.
    pub fn status(&self, status: u16) {
        self.count(match status {
            400 | 417 => 0,
            404 => 1,
            408 => 2,
            413 => 3,
            414 | 431 => 4,
            501 | 505 => 5,
            503 => 6,
            _ => OTHER,
        });
    }

    /// Counts a TLS handshake that failed.
    pub fn handshake(&self) {
        self.count(TLS);
    }
}
