//! Memory for answers that are being read, of which all requests together have so much.
//!
//! A body reserves what it takes while it comes. When all is given away, or it grows large without
//! having said how large, one at a time may go on beyond it, in turn by caller: whoever reads on never
//! waits for one who waits, so two half-read answers cannot wait for each other.

use std::cell::Cell;
use std::io::Read;
use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Instant;

use super::error::{Error, ErrorKind};
use crate::limits;
use crate::outbound::Scope;
use crate::places::{self, Place, Places};
use crate::sync::Lock;

/// What all answers share. Clones share it.
#[derive(Clone)]
pub(super) struct Memory(Arc<Inner>);

struct Inner {
    used: AtomicUsize,
    /// For the one that may take more than is left.
    beyond: Places,
    /// What that one reads into, on its way to the next: an allocator would give each a new one.
    large: Lock<Option<Vec<u8>>>,
}

impl Memory {
    pub fn new() -> Self {
        let beyond = Places::new(1, 1, limits::WAITING_REQUESTS);
        Self(Arc::new(Inner { used: AtomicUsize::new(0), beyond, large: Lock::default() }))
    }

    /// An answer of which nothing has come, and that is so long as far as it says.
    pub fn body(&self, announced: Option<usize>) -> Body {
        // What is not written to costs nothing.
        let bytes =
            Vec::with_capacity(announced.map_or(0, |length| length + limits::CONNECTION_BUFFER));
        Body { memory: self.clone(), bytes, reserved: 0, place: None }
    }
}

/// The body of an answer, and what it has reserved.
pub(super) struct Body {
    memory: Memory,
    bytes: Vec<u8>,
    reserved: usize,
    /// It may take more than is left.
    place: Option<Place>,
}

impl Body {
    /// Takes what comes, to its end.
    pub fn receive(&mut self, mut from: impl Read) -> Result<(), ureq::Error> {
        let refuse = |kind| ureq::Error::Other(Box::new(Error::untargeted(kind)));
        loop {
            if self.bytes.len() as u64 > limits::PLATFORM_BODY_BYTES {
                let limit = limits::PLATFORM_BODY_BYTES;
                return Err(refuse(ErrorKind::TooLarge { limit }));
            }
            if !self.may_grow() {
                return Err(refuse(ErrorKind::Crowded));
            }
            let part = from.by_ref().take(limits::CONNECTION_BUFFER as u64);
            if { part }.read_to_end(&mut self.bytes)? == 0 {
                return Ok(());
            }
        }
    }

    /// Gets memory for the next part. False: others had all of it for too long.
    fn may_grow(&mut self) -> bool {
        let wanted = self.bytes.len() + limits::CONNECTION_BUFFER;
        if !(wanted <= self.reserved || self.place.is_some() || self.reserve(wanted)) {
            return false;
        }
        if wanted > self.bytes.capacity() {
            self.make_room();
        }
        true
    }

    /// Reserves so much, or gets the place of the one that may take more than is left.
    fn reserve(&mut self, wanted: usize) -> bool {
        let reserve = wanted.next_multiple_of(limits::PLATFORM_BODY_STEP);
        let more = reserve - self.reserved;
        // A large body that is moved about takes twice its memory.
        let fits = wanted <= self.bytes.capacity().max(limits::PLATFORM_BODY_SMALL);
        let reserved = Cell::new(fits && self.memory.reserve(more));
        if !reserved.get() {
            let scope = Scope::current();
            let patience = Instant::now() + limits::PLATFORM_BODY_PATIENCE;
            let until = scope.as_ref().map_or(patience, |scope| scope.deadline.min(patience));
            let enough = || {
                reserved.set(reserved.get() || (fits && self.memory.reserve(more)));
                reserved.get() || scope.as_ref().is_some_and(|scope| scope.token.is_cancelled())
            };
            let (beyond, caller) = (&self.memory.0.beyond, places::caller());
            self.place = places::resting(|| beyond.take(&caller, until, enough));
        }
        if reserved.get() {
            self.reserved = reserve;
        }
        reserved.get() || self.place.is_some()
    }

    /// Moves to where there is room, once: what is not written to costs nothing, and growing step by
    /// step twice as much.
    fn make_room(&mut self) {
        if self.place.is_some() {
            let mut large = self.memory.0.large.lock().take().unwrap_or_default();
            large.clear();
            large.reserve_exact(limits::PLATFORM_BODY_BYTES as usize + limits::CONNECTION_BUFFER);
            large.extend_from_slice(&self.bytes);
            self.bytes = large;
        } else if self.bytes.len() >= limits::PLATFORM_BODY_STEP {
            let more = limits::PLATFORM_BODY_SMALL.saturating_sub(self.bytes.len());
            self.bytes.reserve_exact(more);
        }
    }

    /// The bytes themselves, whose memory counts no more.
    pub fn into_bytes(mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }
}

impl Memory {
    /// Takes so much more, if there is as much left.
    fn reserve(&self, more: usize) -> bool {
        let fits = |used: usize| Some(used + more).filter(|u| *u <= limits::PLATFORM_BODIES_BYTES);
        self.0.used.fetch_update(Ordering::Relaxed, Ordering::Relaxed, fits).is_ok()
    }

    /// Keeps what a large answer was read into for the next one, and gives it back when none comes
    /// soon.
    fn hand_on(&self, large: Vec<u8>) {
        *self.0.large.lock() = Some(large);
        let inner = Arc::clone(&self.0);
        let give_back = move || {
            thread::sleep(limits::PLATFORM_BUFFER_LIFE);
            *inner.large.lock() = None;
        };
        if thread::Builder::new().name("large-answer".into()).spawn(give_back).is_err() {
            *self.0.large.lock() = None;
        }
    }
}

impl Deref for Body {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        self.memory.0.used.fetch_sub(self.reserved, Ordering::Relaxed);
        if self.place.is_some() {
            self.memory.hand_on(std::mem::take(&mut self.bytes));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::repeat;

    use super::*;

    #[test]
    fn when_all_is_given_away_one_at_a_time_goes_on() {
        let memory = Memory::new();
        let small = limits::PLATFORM_BODY_SMALL as u64 / 2;
        let full = || {
            let mut body = memory.body(None);
            body.receive(repeat(b' ').take(small)).map(|()| body)
        };
        let mut held = Vec::new();
        while held.last().is_none_or(|body: &Body| body.place.is_none()) {
            held.push(full().expect("one goes on beyond what there is"));
        }
        let token = crate::cancel::CancelToken::new();
        token.cancel();
        let given_up = || Scope::new(token.clone(), Instant::now()).run(full);
        assert!(given_up().is_err(), "and no other");
        held.pop();
        assert!(given_up().is_ok(), "until it is done");
        held.clear();
        assert_eq!(memory.0.used.load(Ordering::Relaxed), 0);
        let mut long = memory.body(None);
        long.receive(repeat(b' ').take(limits::PLATFORM_BODY_BYTES))
            .expect("it is as long as may be");
        assert!(long.place.is_some() && long.reserved <= limits::PLATFORM_BODY_SMALL);
        assert!(memory.body(None).receive(repeat(b' ')).is_err(), "there is an end");
        drop(long);
        let length = limits::PLATFORM_BODIES_BYTES - limits::PLATFORM_BODY_STEP;
        let mut said = memory.body(Some(length));
        said.receive(repeat(b' ').take(length as u64)).expect("it fits");
        assert!(said.place.is_none(), "what says its length stands where it will stay");
    }
}
