//! One answer on its way to a client: a single JSON response, or a stream of events.
//!
//! Which of the two is decided as late as can be, so that what has nothing to stream is plain JSON
//! and errors keep their HTTP status.

use std::sync::{Arc, MutexGuard};
use std::time::Instant;

use super::events::{self, EventLog};
use super::pending::{Pending, Ticks, Waiting};
use super::responder::AdmittedResponder;
use super::sessions::HttpSession;
use crate::http::{Response, Stream};
use crate::limits;
use crate::protocol::{Answer, Sink};
use crate::sync::Lock;
use crate::transport::serve::Recipient;

/// The way back to the client of one request.
pub struct Reply {
    state: Lock<Progress>,
    session: Option<Arc<HttpSession>>,
    /// Whether the client reads event streams at all.
    events: bool,
    /// Whether streams begin with an event to come back to.
    primed: bool,
    begun: Instant,
    pending: Arc<Pending>,
}

enum Progress {
    Undecided(AdmittedResponder),
    /// A stream that can be come back to.
    Logged(u64),
    /// A stream that ends with its connection.
    Bare(Stream),
    Done,
}

impl Reply {
    /// A reply in `session`, or, without one, to a request that stands alone.
    pub fn new(
        way: AdmittedResponder,
        session: Option<Arc<HttpSession>>,
        events: bool,
        pending: &Arc<Pending>,
    ) -> Self {
        let way = match &session {
            Some(session) => way.of_session(&session.id),
            None => way,
        };
        let primed = session.as_ref().is_some_and(|session| session.primes());
        let state = Lock::new(Progress::Undecided(way));
        let pending = Arc::clone(pending);
        Self { state, session, events, primed, begun: Instant::now(), pending }
    }

    /// Begins the stream. Anything but an undecided reply stays as it is.
    fn open(&self, state: &mut Progress) {
        let way = match std::mem::replace(state, Progress::Done) {
            Progress::Undecided(way) => way,
            other => {
                *state = other;
                return;
            }
        };
        let stream = way.events(false);
        // A session without a place cannot be come back to.
        *state = match self.log().filter(|_| self.session.as_ref().is_some_and(|s| s.keep())) {
            Some(log) => {
                let number = log.begin(stream);
                if self.primed {
                    log.prime(number);
                }
                Progress::Logged(number)
            }
            None => Progress::Bare(stream),
        };
    }

    /// Finds out whether a client that sends no more still reads, by the head of a stream: whoever has
    /// closed its socket answers that with a reset.
    fn try_client(&self) {
        let mut state = self.lock();
        if self.events && matches!(&*state, Progress::Undecided(way) if !way.client().has_gone()) {
            self.open(&mut state);
        }
    }

    fn log(&self) -> Option<&EventLog> {
        self.session.as_ref().map(|session| &session.log)
    }

    fn lock(&self) -> MutexGuard<'_, Progress> {
        self.state.lock()
    }
}

impl Recipient for Reply {
    type Waiting = Waiting;

    fn answer(&self, answer: Answer) {
        let mut state = self.lock();
        match std::mem::replace(&mut *state, Progress::Done) {
            Progress::Undecided(way) => way.respond(Response::json(answer.status, answer.body)),
            Progress::Logged(stream) => {
                if let Some(log) = self.log() {
                    log.send(stream, &answer.body);
                    log.finish(stream);
                }
            }
            Progress::Bare(stream) => {
                // Whether the client still reads does not matter any more.
                let _ = stream.send(events::message(None, &answer.body));
                stream.close();
            }
            Progress::Done => {}
        }
    }

    fn unanswered(&self) {
        let mut state = self.lock();
        match std::mem::replace(&mut *state, Progress::Done) {
            Progress::Undecided(way) => way.respond(Response::empty(202)),
            Progress::Logged(stream) => {
                if let Some(log) = self.log() {
                    log.finish(stream);
                }
            }
            Progress::Bare(stream) => stream.close(),
            Progress::Done => {}
        }
    }

    fn takes_streams(&self) -> bool {
        self.events
    }

    fn on_gone(self: &Arc<Self>, callback: Box<dyn FnOnce() + Send>) {
        let client = match (&*self.lock(), &self.session) {
            // A modern client cancels by closing its connection; one with a session may come back.
            (Progress::Undecided(way), None) => way.client(),
            _ => return,
        };
        // Outside of the lock: what has happened already calls at once.
        let (reply, waiting) = (Arc::downgrade(self), client.clone());
        client.on_end(move || {
            if let Some(reply) = reply.upgrade() {
                reply.try_client();
            }
            waiting.on_gone(callback);
        });
    }

    fn waiting(self: &Arc<Self>) -> Waiting {
        self.pending.add(Arc::clone(self) as Arc<dyn Ticks>)
    }
}

impl Ticks for Reply {
    /// Turns a reply that takes long into a stream, whose heartbeat keeps proxies patient.
    fn tick(&self) -> bool {
        let mut state = self.lock();
        match &*state {
            Progress::Undecided(way) if way.client().has_gone() && self.session.is_none() => false,
            Progress::Undecided(_) => {
                if self.events && self.begun.elapsed() >= limits::STREAM_AFTER {
                    self.open(&mut state);
                    return false;
                }
                true
            }
            _ => false,
        }
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
            Progress::Logged(stream) => {
                if let Some(log) = self.log() {
                    log.send(*stream, &message);
                }
                true
            }
            Progress::Bare(stream) => stream.send(events::message(None, &message)).is_ok(),
            Progress::Undecided(_) | Progress::Done => false,
        }
    }

    fn interrupt(&self) {
        let mut state = self.lock();
        // Only a client that was given an id to come back to can do so.
        if self.primed && self.events {
            self.open(&mut state);
            if let (Progress::Logged(stream), Some(log)) = (&*state, self.log()) {
                log.interrupt(*stream);
            }
        }
    }
}
