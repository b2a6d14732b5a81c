//! Waiting for the platform to get somewhere: one loop's pauses, bounds and progress.

use std::time::{Duration, Instant};

use crate::limits::Pauses;
use crate::tools::context::Context;

/// A wait that looks again after each pause, each twice as long as the one before.
pub struct Wait<'a> {
    context: &'a Context<'a>,
    /// None: until the call ends.
    patience: Option<Duration>,
    started: Instant,
    next: Duration,
    longest: Duration,
}

/// What a pause of a [`Wait`] came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pause {
    /// It passed: look again.
    Passed,
    /// The patience is over.
    OutOfTime,
    /// Nobody waits for the answer any more.
    Cancelled,
}

impl<'a> Wait<'a> {
    /// A wait of at most `patience`.
    pub fn new(context: &'a Context<'a>, patience: Option<Duration>, pauses: Pauses) -> Self {
        let started = Instant::now();
        Self { context, patience, started, next: pauses.first, longest: pauses.longest }
    }

    /// The whole of the patience.
    pub fn patience(&self) -> Duration {
        self.patience.unwrap_or(Duration::MAX)
    }

    /// Says how things are, and pauses.
    pub fn pause(&mut self, state: &str) -> Pause {
        let waited = self.started.elapsed();
        let left = self.patience().saturating_sub(waited);
        if left.is_zero() {
            return Pause::OutOfTime;
        }
        let total = self.patience.map(|patience| patience.as_secs_f64());
        let done = if total.is_some() { waited.as_secs_f64() } else { 0.0 };
        self.context.host.progress(done, total, state);
        if !self.context.api.token().sleep(self.next.min(left)) {
            return Pause::Cancelled;
        }
        self.next = (self.next * 2).min(self.longest);
        Pause::Passed
    }
}
