//! Cooperative cancellation of a tool call.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::places::resting;
use crate::sync::{Lock, Signal};

/// Tells a running call that nobody waits for its answer any more.
///
/// Clones share one state. Waiting code polls [`CancelToken::is_cancelled`] or sleeps with
/// [`CancelToken::sleep`], which wakes at once when the call is cancelled.
#[derive(Clone, Debug, Default)]
pub struct CancelToken(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    cancelled: Lock<bool>,
    /// When it counts as cancelled in any case.
    ends: Option<Instant>,
    changed: Signal,
}

impl CancelToken {
    /// A token that is not cancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// A token that is cancelled after a while, for what must end by itself.
    pub fn ending_in(time: Duration) -> Self {
        let ends = Instant::now().checked_add(time);
        Self(Arc::new(Inner { ends, ..Inner::default() }))
    }

    /// Cancels every clone of this token. Doing so twice changes nothing.
    pub fn cancel(&self) {
        *self.0.cancelled.lock() = true;
        self.0.changed.notify_all();
    }

    /// Whether the call was cancelled.
    pub fn is_cancelled(&self) -> bool {
        *self.0.cancelled.lock() || self.0.has_ended()
    }

    /// Sleeps for `pause`, or until cancelled. Returns whether the full pause passed.
    ///
    /// The place of this thread is free meanwhile.
    pub fn sleep(&self, pause: Duration) -> bool {
        resting(|| self.wait(pause))
    }

    fn wait(&self, pause: Duration) -> bool {
        let deadline = Instant::now() + pause;
        let until = self.0.ends.map_or(deadline, |ends| ends.min(deadline));
        let mut cancelled = self.0.cancelled.lock();
        while !*cancelled {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return until == deadline;
            }
            cancelled = self.0.changed.wait(cancelled, left);
        }
        false
    }
}

impl Inner {
    fn has_ended(&self) -> bool {
        self.ends.is_some_and(|ends| Instant::now() >= ends)
    }
}
