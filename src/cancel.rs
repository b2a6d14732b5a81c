//! Cooperative cancellation of a tool call.

use std::sync::Arc;
use std::time::{Duration, Instant};

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
    changed: Signal,
}

impl CancelToken {
    /// A token that is not cancelled.
    pub fn new() -> Self {
        Self::default()
    }

    /// Cancels every clone of this token. Doing so twice changes nothing.
    pub fn cancel(&self) {
        *self.0.cancelled.lock() = true;
        self.0.changed.notify_all();
    }

    /// Whether the call was cancelled.
    pub fn is_cancelled(&self) -> bool {
        *self.0.cancelled.lock()
    }

    /// Sleeps for `pause`, or until cancelled. Returns whether the full pause passed.
    pub fn sleep(&self, pause: Duration) -> bool {
        let deadline = Instant::now() + pause;
        let mut cancelled = self.0.cancelled.lock();
        while !*cancelled {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return true;
            }
            cancelled = self.0.changed.wait(cancelled, left);
        }
        false
    }
}
