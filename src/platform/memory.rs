//! Memory for answers that are being read, of which all requests together have so much.
//!
//! A body reserves what it takes while it comes. When all is given away, one at a time may go on
//! beyond it, in turn by caller: whoever reads on never waits for one who waits, so two half-read
//! answers cannot wait for each other.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use crate::limits;
use crate::places::{self, Place, Places};

/// What all answers share. Clones share it.
#[derive(Clone)]
pub(super) struct Memory {
    used: Arc<AtomicUsize>,
    /// For the one that may take more than is left.
    beyond: Places,
}

impl Memory {
    pub fn new() -> Self {
        Self { used: Arc::default(), beyond: Places::new(1, 1, limits::WAITING_REQUESTS) }
    }

    /// An answer of which nothing has come.
    pub fn share(&self) -> Share {
        Share { used: Arc::clone(&self.used), beyond: self.beyond.clone(), bytes: 0, place: None }
    }
}

/// What one answer has reserved, until it is dropped.
pub(super) struct Share {
    used: Arc<AtomicUsize>,
    beyond: Places,
    bytes: usize,
    place: Option<Place>,
}

impl Share {
    /// Reserves `bytes` in all. False: others held everything until then, or it was given up.
    pub fn reserve(&mut self, bytes: usize, until: Instant, given_up: impl Fn() -> bool) -> bool {
        if bytes <= self.bytes || self.place.is_some() {
            return true;
        }
        let step = bytes.next_multiple_of(limits::PLATFORM_BODY_STEP);
        let more = step - self.bytes;
        let mut reserved = self.take(more);
        if !reserved {
            let (caller, had) = (places::caller(), Cell::new(false));
            let give_up = || {
                had.set(had.get() || self.take(more));
                had.get() || given_up()
            };
            self.place = places::resting(|| self.beyond.take(&caller, until, give_up));
            reserved = had.get();
        }
        if reserved {
            self.bytes = step;
        }
        reserved || self.place.is_some()
    }

    /// Takes so much more, if there is as much left.
    fn take(&self, more: usize) -> bool {
        let fits = |used: usize| Some(used + more).filter(|u| *u <= limits::PLATFORM_BODIES_BYTES);
        self.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).is_ok()
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        self.used.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn when_all_is_given_away_one_at_a_time_goes_on() {
        let memory = Memory::new();
        let (now, none) = (Instant::now(), || false);
        let mut shares = [memory.share(), memory.share(), memory.share()];
        let [first, second, third] = &mut shares;
        assert!(first.reserve(limits::PLATFORM_BODIES_BYTES / 2, now, none));
        assert!(second.reserve(limits::PLATFORM_BODIES_BYTES / 2, now, none));
        assert!(third.reserve(1, now, none), "one goes on");
        assert!(!first.reserve(limits::PLATFORM_BODIES_BYTES, now, none), "and no other");
        let [mut first, second, third] = shares;
        drop(third);
        assert!(first.reserve(limits::PLATFORM_BODIES_BYTES, now, none), "until it is done");
        drop(second);
        assert!(memory.share().reserve(1, now, none), "what was given back is given again");
        drop(first);
        assert_eq!(memory.used.load(Ordering::Relaxed), 0);
    }
}
