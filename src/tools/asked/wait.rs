//! Waiting for the platform to get somewhere: one loop's pauses, bounds and progress.

use std::time::{Duration, Instant};

use crate::limits::{self, Pauses};
use crate::tools::context::Context;
use crate::tools::shown::{ErrorKind, ToolError};

/// A wait that looks again after each pause, each twice as long as the one before.
pub struct Wait<'a> {
    context: &'a Context<'a>,
    /// None: until the call ends.
    patience: Option<Duration>,
    started: Instant,
    next: Duration,
    longest: Duration,
    /// Looks that failed one after the other, and how the last did.
    failed: usize,
    trouble: Option<ToolError>,
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
        let Pauses { first, longest } = pauses;
        Self { context, patience, started, next: first, longest, failed: 0, trouble: None }
    }

    /// The whole of the patience.
    pub fn patience(&self) -> Duration {
        self.patience.unwrap_or(Duration::MAX)
    }

    /// What was seen; none when looking failed in passing, which the next look may make good.
    ///
    /// # Errors
    /// When looking again cannot help, or has not helped for long.
    pub fn look<T>(&mut self, looked: Result<T, ToolError>) -> Result<Option<T>, ToolError> {
        match looked {
            Ok(seen) => {
                (self.failed, self.trouble) = (0, None);
                Ok(Some(seen))
            }
            Err(error) if error.kind != ErrorKind::Platform => Err(error),
            Err(error) if self.failed >= limits::WAIT_FAILURES => Err(error),
            Err(error) => {
                self.failed += 1;
                self.trouble = Some(error);
                Ok(None)
            }
        }
    }

    /// How the last look failed, if it did.
    pub fn trouble(&self) -> Option<String> {
        let trouble = self.trouble.as_ref()?;
        Some(format!("When it was last looked at, its state could not be read: {trouble}"))
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
