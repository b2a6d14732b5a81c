//! One answer on its way to a client: a single JSON response, or a stream of events.
//!
//! Which of the two is decided as late as can be, so that what has nothing to stream is plain JSON
//! and errors keep their HTTP status.

use std::sync::{Arc, MutexGuard};
use std::time::Instant;

use super::events::{self, EventLog};
use super::sessions::HttpSession;
use super::visit::Way;
use crate::http::{Response, Stream};
use crate::limits;
use crate::protocol::{Answer, Sink};
use crate::sync::Lock;

/// The way back to the client of one request.
pub struct Reply {
    state: Lock<State>,
    session: Option<Arc<HttpSession>>,
    /// Whether the client reads event streams at all.
    events: bool,
    /// Whether streams begin with an event to come back to.
    primed: bool,
    begun: Instant,
}

enum State {
    Undecided(Way),
    /// A stream that can be come back to.
    Logged(u64),
    /// A stream that ends with its connection.
    Bare(Stream),
    Done,
}

impl Reply {
    /// A reply in `session`, or, without one, to a request that stands alone.
    pub fn new(way: Way, session: Option<Arc<HttpSession>>, events: bool) -> Self {
        let way = match &session {
            Some(session) => way.of_session(&session.id),
            None => way,
        };
        let primed = session.as_ref().is_some_and(|session| session.primes());
        let state = Lock::new(State::Undecided(way));
        Self { state, session, events, primed, begun: Instant::now() }
    }

    /// Sends the answer and ends the reply.
    pub fn finish(&self, answer: Answer) {
        let mut state = self.lock();
        match std::mem::replace(&mut *state, State::Done) {
            State::Undecided(way) => way.respond(Response::json(answer.status, answer.body)),
            State::Logged(stream) => {
                if let Some(log) = self.log() {
                    log.send(stream, &answer.body);
                    log.finish(stream);
                }
            }
            State::Bare(stream) => {
                // Whether the client still reads does not matter any more.
                let _ = stream.send(events::message(None, &answer.body));
                stream.close();
            }
            State::Done => {}
        }
    }

    /// Ends the reply without an answer, because its request was cancelled.
    pub fn abandon(&self) {
        let mut state = self.lock();
        match std::mem::replace(&mut *state, State::Done) {
            State::Undecided(way) => way.respond(Response::empty(202)),
            State::Logged(stream) => {
                if let Some(log) = self.log() {
                    log.finish(stream);
                }
            }
            State::Bare(stream) => stream.close(),
            State::Done => {}
        }
    }

    /// Turns a reply that takes long into a stream, whose heartbeat keeps proxies patient. False
    /// when there is nothing left to do for it.
    pub fn tick(&self) -> bool {
        let mut state = self.lock();
        match &*state {
            State::Undecided(way) if way.closed() && self.session.is_none() => false,
            State::Undecided(_) => {
                if self.events && self.begun.elapsed() >= limits::STREAM_AFTER {
                    self.open(&mut state);
                    return false;
                }
                true
            }
            _ => false,
        }
    }

    /// Runs `callback` when the client goes before it is answered.
    pub fn on_gone(&self, callback: impl FnOnce() + Send + 'static) {
        if let State::Undecided(way) = &*self.lock() {
            way.on_gone(callback);
        }
    }

    /// Begins the stream. Anything but an undecided reply stays as it is.
    fn open(&self, state: &mut State) {
        let way = match std::mem::replace(state, State::Done) {
            State::Undecided(way) => way,
            other => {
                *state = other;
                return;
            }
        };
        let stream = way.events(false);
        *state = match self.log() {
            Some(log) => {
                let number = log.begin(stream);
                if self.primed {
                    log.prime(number);
                }
                State::Logged(number)
            }
            None => State::Bare(stream),
        };
    }

    fn log(&self) -> Option<&EventLog> {
        self.session.as_ref().map(|session| &session.log)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }
}

impl Sink for Reply {
    fn send(&self, message: Vec<u8>) -> bool {
        if !self.events {
            return false;
        }
        let mut state = self.lock();
        self.open(&mut state);
        match &*state {
            State::Logged(stream) => {
                if let Some(log) = self.log() {
                    log.send(*stream, &message);
                }
                true
            }
            State::Bare(stream) => stream.send(events::message(None, &message)).is_ok(),
            State::Undecided(_) | State::Done => false,
        }
    }

    fn interrupt(&self) {
        let mut state = self.lock();
        // Only a client that was given an id to come back to can do so.
        if self.primed && self.events {
            self.open(&mut state);
            if let (State::Logged(stream), Some(log)) = (&*state, self.log()) {
                log.interrupt(*stream);
            }
        }
    }
}
