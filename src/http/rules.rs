//! What every connection of a server must keep to.

use std::sync::atomic::{AtomicBool, Ordering};

use super::budget::Budget;
use super::options::Options;
use super::refused::{Counts, REASONS};
use super::tls::Identity;
use super::unwelcome::Unwelcome;
use crate::limits;

/// Bounds, the memory that all connections share, and whether the server is about to end.
pub struct Rules {
    /// Bounds and times.
    pub options: Options,
    /// Bytes of request bodies in memory.
    pub bodies: Budget,
    /// Open streams.
    pub streams: Budget,
    /// Clients whose certificates were refused.
    pub unwelcome: Unwelcome,
    /// What was refused before it was a request.
    pub refused: Counts<{ REASONS.len() }>,
    draining: AtomicBool,
}

impl Rules {
    /// The rules that these options make.
    pub fn new(options: Options) -> Self {
        let (bodies, streams) = (Budget::new(limits::BODIES_BYTES), Budget::new(usize::MAX));
        Self {
            options,
            bodies,
            streams,
            unwelcome: Unwelcome::default(),
            refused: Counts::default(),
            draining: AtomicBool::new(false),
        }
    }

    /// What of its certificate names a client.
    pub fn client_identity(&self) -> Identity {
        self.options.tls.as_ref().map(|tls| tls.identity()).unwrap_or_default()
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
