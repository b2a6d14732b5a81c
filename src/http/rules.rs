//! What every connection of a server must keep to.

use std::sync::atomic::{AtomicBool, Ordering};

use super::budget::Budget;
use super::options::Options;
use crate::limits;

/// Bounds, the memory that all connections share, and whether the server is about to end.
pub struct Rules {
    /// Bounds and times.
    pub options: Options,
    /// Bytes of request bodies in memory.
    pub bodies: Budget,
    /// Open streams.
    pub streams: Budget,
    draining: AtomicBool,
}

impl Rules {
    /// The rules that these options make.
    pub fn new(options: Options) -> Self {
        let (bodies, streams) = (Budget::new(limits::BODIES_BYTES), Budget::new(usize::MAX));
        Self { options, bodies, streams, draining: AtomicBool::new(false) }
    }

    /// Begins the end: connections are not kept any more.
    pub fn drain(&self) {
        self.draining.store(true, Ordering::SeqCst);
    }

    /// Returns true if the server is about to end.
    pub fn draining(&self) -> bool {
        self.draining.load(Ordering::SeqCst)
    }
}
