//! Replies that wait for a call to end.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::sync::Lock;

/// Something that waits and wants to be looked at.
pub trait Ticks: Send + Sync {
    /// Looks after it. Returns false when there is nothing left to do for it.
    fn tick(&self) -> bool;
}

/// Everything that waits.
#[derive(Default)]
pub struct Pending {
    next: AtomicU64,
    waiting: Lock<BTreeMap<u64, Arc<dyn Ticks>>>,
}

/// A place among those that wait, given back when dropped.
pub struct Waiting {
    pending: Arc<Pending>,
    number: u64,
}

impl Pending {
    /// Notes that somebody waits.
    pub fn add(self: &Arc<Self>, who: Arc<dyn Ticks>) -> Waiting {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        self.waiting.lock().insert(number, who);
        Waiting { pending: Arc::clone(self), number }
    }

    /// Looks after all of them.
    pub fn tick(&self) {
        self.waiting.lock().retain(|_, who| who.tick());
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.pending.waiting.lock().remove(&self.number);
    }
}
