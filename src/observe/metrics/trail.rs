//! How the audit trail is.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// How the audit trail of this process is.
#[derive(Debug, Default)]
pub struct AuditTrail {
    open: AtomicBool,
    broken: AtomicBool,
    written: AtomicU64,
    failed: AtomicU64,
}

/// The audit trail of this process.
pub static AUDIT: AuditTrail = AuditTrail {
    open: AtomicBool::new(false),
    broken: AtomicBool::new(false),
    written: AtomicU64::new(0),
    failed: AtomicU64::new(0),
};

impl AuditTrail {
    /// There is one.
    pub fn open(&self) {
        self.open.store(true, Ordering::Relaxed);
    }

    /// Counts a line. Returns true when it went otherwise than the line before.
    pub fn count(&self, written: bool) -> bool {
        let counter = if written { &self.written } else { &self.failed };
        counter.fetch_add(1, Ordering::Relaxed);
        self.broken.swap(!written, Ordering::Relaxed) == written
    }

    /// Lines written, lines lost, and whether the last one was written; none without a trail.
    pub fn health(&self) -> Option<(u64, u64, bool)> {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        self.open.load(Ordering::Relaxed).then(|| {
            (read(&self.written), read(&self.failed), !self.broken.load(Ordering::Relaxed))
        })
    }
}
