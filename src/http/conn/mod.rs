//! One connection: who may touch its state, and when.
//!
//! At most one I/O thread drives a connection (the poller is one-shot). Other threads push answers
//! and events under the lock, write what the client takes at once, and leave the rest to the poller.
//! Handlers and callbacks always run without the lock.

mod answer;
mod link;
mod state;

use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, MutexGuard};
use std::time::{Duration, Instant};

pub use link::Link;
pub use state::Callback;
use state::{Next, Phase, State};

use super::exchange::{Exchange, Responder};
use super::poller::{Event, Interest};
use super::server::Shared;
use super::{Gone, Response, StreamOptions};

use crate::sync::Lock;

/// No alarm is set.
const NEVER: u64 = u64::MAX;

/// One connection.
pub struct Conn {
    token: u64,
    socket_peer: IpAddr,
    /// When the housekeeper must look at it, in milliseconds since the server's start.
    alarm: AtomicU64,
    state: Lock<State>,
    shared: Arc<Shared>,
}

impl Conn {
    pub fn new(token: u64, socket_peer: IpAddr, link: Link, shared: Arc<Shared>) -> Self {
        let state = Lock::new(State::new(link, socket_peer, &shared));
        Self { token, socket_peer, alarm: AtomicU64::new(NEVER), state, shared }
    }

    /// Works on the connection until it has to wait. Called by an I/O thread with an event.
    pub fn drive(self: &Arc<Self>, event: Event) {
        let mut state = self.lock();
        state.armed = None;
        if state.driven {
            return;
        }
        state.driven = true;
        let mut next = match state.phase {
            Phase::Handling(_) | Phase::Streaming(_) if event.lost => Next::Close,
            Phase::Handling(_) | Phase::Streaming(_) if event.hung_up && state.is_full() => {
                state.client_ended()
            }
            _ => state.advance(&self.shared),
        };
        loop {
            match next {
                Next::Park => return self.park(state, false),
                Next::Close => return self.close(state),
                Next::Gone(callbacks) => {
                    drop(state);
                    run(callbacks);
                }
                Next::Serve(request) => {
                    let responder = Responder::new(Arc::clone(self), state.turn);
                    drop(state);
                    self.shared.count_request();
                    let exchange = Exchange { request: *request, responder };
                    let handler = &self.shared.handler;
                    if catch_unwind(AssertUnwindSafe(|| handler.handle(exchange))).is_err() {
                        log::error!("a request handler panicked; the client got status 500");
                    }
                }
            }
            state = self.lock();
            next = state.resume(&self.shared);
        }
    }

    /// Waits for the first event of a new connection.
    pub fn start(&self) {
        let state = self.lock();
        self.park(state, false);
    }

    /// Answers request `turn`, unless that is over.
    pub fn answer(&self, turn: u64, response: &Response) {
        let mut state = self.lock();
        if state.turn == turn {
            state.answer(response, &self.shared);
            self.settle(state);
        }
    }

    /// Sends `bytes` in place of an answer to request `turn` and closes, unless that is over.
    pub fn break_off(&self, turn: u64, bytes: &[u8]) {
        let mut state = self.lock();
        if state.turn == turn {
            state.break_off(bytes, &self.shared);
            self.settle(state);
        }
    }

    /// Begins the stream that answers request `turn`: whether there is anything to send.
    pub fn begin_stream(&self, turn: u64, head: &Response, options: StreamOptions) -> bool {
        let mut state = self.lock();
        if state.turn != turn {
            return false;
        }
        let open = state.begin_stream(head, options, &self.shared);
        self.settle(state);
        open
    }

    /// Sends a piece of the stream that answers request `turn`.
    pub fn send(&self, turn: u64, bytes: &[u8]) -> Result<(), Gone> {
        let mut state = self.lock();
        if state.turn != turn || state.doomed {
            return Err(Gone);
        }
        if state.send(bytes, &self.shared) {
            self.settle(state);
            return Ok(());
        }
        log::debug!("{}: stream dropped: the client does not read it", self.socket_peer);
        self.doom(state);
        Err(Gone)
    }

    /// Ends the stream that answers request `turn`.
    pub fn end_stream(&self, turn: u64) {
        let mut state = self.lock();
        if state.turn == turn {
            state.end_stream(&self.shared);
            self.settle(state);
        }
    }

    /// Whether nobody waits for the answer to request `turn` any more.
    pub fn is_over(&self, turn: u64) -> bool {
        let state = self.lock();
        state.turn != turn || state.doomed || state.ended
    }

    /// Runs `callback` once the client of request `turn` has gone; at once if it has.
    pub fn on_gone(&self, turn: u64, callback: Callback) {
        let mut state = self.lock();
        if state.turn == turn && !state.ended && !state.doomed {
            state.on_gone.push(callback);
        } else {
            drop(state);
            callback();
        }
    }

    /// When the housekeeper must come, in milliseconds since the server's start.
    pub fn alarm(&self) -> u64 {
        self.alarm.load(Ordering::Relaxed)
    }

    /// Acts on deadlines and heartbeats that are due.
    pub fn tick(&self, now: Instant) {
        let mut state = self.lock();
        if state.driven || state.link.is_none() {
            return;
        }
        if state.deadline.is_some_and(|deadline| deadline <= now) {
            if !state.expire(&self.shared) {
                return self.close(state);
            }
        } else if state.next_heartbeat().is_some_and(|due| due <= now) {
            state.beat(&self.shared);
        }
        self.settle(state);
    }

    /// On shutdown: ends what nobody waits for.
    pub fn drain(&self) {
        let mut state = self.lock();
        if state.driven {
            return;
        }
        match state.phase {
            Phase::Handshake | Phase::Head { .. } | Phase::Linger => self.close(state),
            Phase::Streaming(_) if state.ends_on_shutdown() => {
                let callbacks = std::mem::take(&mut state.on_gone);
                state.end_stream(&self.shared);
                self.settle(state);
                run(callbacks);
            }
            _ => {}
        }
    }

    /// At the end of a shutdown's grace: ends everything. Streams get their last chunk.
    pub fn end(&self) {
        let mut state = self.lock();
        state.end_stream(&self.shared);
        let _ = state.flush(&self.shared);
        self.close(state);
    }

    /// How cheap it is to lose this connection, and since when; see [`State::cost`].
    pub fn cost(&self) -> Option<(u8, u64)> {
        let state = self.state.try_lock()?;
        let parked = !state.driven && state.link.is_some();
        parked.then(|| state.cost()).flatten().map(|cost| (cost, self.token))
    }

    /// Closes a connection that is not in use: whether it was closed.
    pub fn evict(&self) -> bool {
        let state = self.lock();
        let parked = !state.driven && state.link.is_some() && state.cost().is_some();
        if parked {
            self.close(state);
        }
        parked
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock()
    }

    /// After another thread changed the state: writes what goes at once, leaves the rest to the
    /// poller. An I/O thread that drives the connection does all this itself.
    fn settle(&self, mut state: MutexGuard<'_, State>) {
        if state.driven || state.link.is_none() {
            return;
        }
        let written = state.flush(&self.shared).and_then(|()| state.after_answer(&self.shared));
        if written.is_err() || state.doomed {
            return self.doom(state);
        }
        let unread = state.has_unread_input();
        self.park(state, unread);
    }

    /// Leaves the end of the connection to an I/O thread, so that callbacks never run in a thread
    /// that only wanted to send something.
    fn doom(&self, mut state: MutexGuard<'_, State>) {
        state.doomed = true;
        if let Some(link) = &state.link {
            link.abort();
        }
        if !state.driven {
            self.park(state, true);
        }
    }

    /// Hands the connection to the poller. `now`: there is something to do already.
    fn park(&self, mut state: MutexGuard<'_, State>, now: bool) {
        let Some(link) = &state.link else { return };
        let interest = state.interest();
        let interest = Interest { write: interest.write || now, ..interest };
        let due = [state.deadline, state.next_heartbeat()].into_iter().flatten().min();
        self.alarm.store(due.map_or(NEVER, |due| self.shared.millis(due)), Ordering::Relaxed);
        if state.armed == Some(interest) {
            state.driven = false;
            return;
        }
        let armed = self.shared.poller.arm_socket(self.token, link.socket(), interest);
        state.armed = Some(interest);
        state.driven = false;
        if let Err(error) = armed {
            log::warn!("{}: connection dropped: {error}", self.socket_peer);
            self.close(state);
        }
    }

    fn close(&self, mut state: MutexGuard<'_, State>) {
        state.driven = false;
        state.doomed = true;
        state.turn += 1;
        let Some(link) = state.link.take() else { return };
        self.alarm.store(NEVER, Ordering::Relaxed);
        self.shared.poller.remove(self.token, link.socket());
        let callbacks = std::mem::take(&mut state.on_gone);
        state.release();
        drop(state);
        drop(link);
        self.shared.forget(self.token, self.socket_peer);
        run(callbacks);
    }
}

fn run(callbacks: Vec<Callback>) {
    for callback in callbacks {
        if catch_unwind(AssertUnwindSafe(callback)).is_err() {
            log::error!("a callback of a closed connection panicked");
        }
    }
}

/// Milliseconds of a duration, as far as a number goes.
pub fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(NEVER - 1)
}
