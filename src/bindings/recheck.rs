//! Asking for another look at the platform.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::sync::{Lock, Signal};

/// Asks for another look at what the platform offers, and waits until one is asked for. Clones share
/// one state.
#[derive(Clone, Debug, Default)]
pub struct Recheck(Arc<(Lock<bool>, Signal)>);

impl Recheck {
    /// Asks for a look.
    pub fn ask(&self) {
        *self.0.0.lock() = true;
        self.0.1.notify_all();
    }

    /// Waits until a look is asked for, or for so long; whether one was. None waits for ever.
    pub fn wait(&self, most: Option<Duration>) -> bool {
        let ends = most.map(|most| Instant::now() + most);
        let mut asked = self.0.0.lock();
        loop {
            if std::mem::take(&mut *asked) {
                return true;
            }
            let left = ends.map_or(Duration::MAX, |ends| ends - Instant::now().min(ends));
            if left.is_zero() {
                return false;
            }
            // Some systems cannot wait for ever.
            asked = self.0.1.wait(asked, left.min(Duration::from_secs(3600)));
        }
    }
}
