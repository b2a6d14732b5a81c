//! One connection: who may touch it, and when.
//!
//! At most one I/O thread drives a connection (the poller is one-shot): it moves bytes between the
//! socket and the [machine](super::machine). Other threads push answers and events under the lock,
//! write what the client takes at once, and leave the rest to the poller. Handlers and callbacks always
//! run without the lock.

use std::fmt;
use std::io;
use std::net::{IpAddr, TcpStream};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::MutexGuard;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::held::{Callback, Held, Leaving, Next};
use super::link::Link;
use super::machine::Machine;
use super::message::{Request, Response};
use super::phase::{Phase, StreamOptions};
use super::poller::{Event, Interest, Poller};
use super::rules::Rules;
use super::turn::Turn;
use crate::sync::Lock;

/// No alarm is set.
const NEVER: u64 = u64::MAX;

/// The client is not there any more, or was dropped because it did not keep up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone;

impl fmt::Display for Gone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the client has gone")
    }
}

impl std::error::Error for Gone {}

/// What all connections of a server have around them.
pub struct Surroundings {
    /// What they must keep to.
    pub rules: Rules,
    /// Waits for their sockets.
    pub poller: Poller,
    /// When the server began.
    pub started: Instant,
    /// Told of each connection that has ended, by token and address.
    pub forget: Box<dyn Fn(u64, IpAddr) + Send + Sync>,
}

impl Surroundings {
    /// Milliseconds from the server's start to `moment`.
    pub fn millis(&self, moment: Instant) -> u64 {
        millis(moment.saturating_duration_since(self.started))
    }
}

/// A request and its number on its connection.
pub type Arrived = (Box<Request>, u64);

/// How the poller is told what to wait for.
type Tell = fn(&Poller, u64, &Arc<TcpStream>, Interest) -> io::Result<()>;

/// One connection.
pub struct Conn {
    token: u64,
    socket_peer: IpAddr,
    /// When the housekeeper must look at it, in milliseconds since the server's start.
    alarm: AtomicU64,
    held: Lock<Held>,
    around: Arc<Surroundings>,
}

impl Conn {
    /// A connection that has just been accepted.
    pub fn new(token: u64, socket_peer: IpAddr, link: Link, around: Arc<Surroundings>) -> Self {
        let now = Instant::now();
        let held = Held {
            machine: Machine::new(now, &around.rules),
            handshake: link.tls().map(|_| now + around.rules.options.handshake_time),
            link: Some(link),
            client_identity: None,
            doomed: false,
            driven: false,
            armed: None,
            on_leave: (0, Vec::new()),
        };
        Self { token, socket_peer, alarm: AtomicU64::new(NEVER), held: Lock::new(held), around }
    }

    /// Works on the connection until it has to wait, its turn is over, or it has a request for the
    /// handler; then [`Conn::resume`] goes on with the same turn. Called by an I/O thread with an event.
    pub fn drive(&self, event: Event, turn: &mut Turn) -> Option<Arrived> {
        let mut held = self.held.lock();
        held.armed = None;
        if held.driven {
            return None;
        }
        held.driven = true;
        let rules = &self.around.rules;
        // A client that never stops sending would be found here whenever the housekeeper looks.
        let late = held.machine.is_receiving() && held.overdue(Instant::now(), rules);
        let next = match held.is_answering() {
            _ if late => Next::Close,
            true if event.lost => Next::Close,
            true if event.hung_up && held.machine.is_full() => held.client_ended(),
            _ => held.advance(self.socket_peer, rules, turn),
        };
        self.follow(held, next, turn)
    }

    /// Goes on after the handler was given its request.
    pub fn resume(&self, turn: &mut Turn) -> Option<Arrived> {
        let mut held = self.held.lock();
        let next = match held.machine.phase {
            // While that waits for somebody else there is nothing to read but what the poller will
            // tell anyway.
            Phase::Handling(_) if !held.doomed => Next::Park,
            _ => held.advance(self.socket_peer, &self.around.rules, turn),
        };
        self.follow(held, next, turn)
    }

    fn follow<'a>(
        &'a self,
        mut held: MutexGuard<'a, Held>,
        mut next: Next,
        turn: &mut Turn,
    ) -> Option<Arrived> {
        loop {
            match next {
                Next::Park => self.park(held, false),
                // The poller serves in the order in which connections come back to it.
                Next::Yield => self.park(held, true),
                Next::Close => self.close(held),
                Next::Serve(request) => return Some((request, held.machine.number)),
                Next::Ended(callbacks) => {
                    drop(held);
                    run(callbacks);
                    held = self.held.lock();
                    next = match held.machine.phase {
                        Phase::Handling(_) if !held.doomed => Next::Park,
                        _ => held.advance(self.socket_peer, &self.around.rules, turn),
                    };
                    continue;
                }
            }
            return None;
        }
    }

    /// Waits for the first event of a new connection.
    pub fn start(&self) {
        self.wait(self.held.lock(), false, Poller::add_socket);
    }

    /// Does something with the machine while request `number` is being served.
    fn with<T>(
        &self,
        number: u64,
        act: impl FnOnce(&mut Machine, Instant, &Rules) -> T,
    ) -> Option<T> {
        let mut held = self.held.lock();
        if held.machine.number != number {
            return None;
        }
        let done = act(&mut held.machine, Instant::now(), &self.around.rules);
        self.settle(held);
        Some(done)
    }

    /// Counts so much memory more for request `number`. False: that is too much.
    pub fn hold(&self, number: u64, bytes: usize) -> bool {
        let mut held = self.held.lock();
        let current = held.machine.number == number;
        !current || held.machine.hold.as_mut().is_none_or(|hold| hold.add(bytes))
    }

    /// Answers request `number`, unless that is over.
    pub fn answer(&self, number: u64, response: &Response) {
        self.with(number, |machine, now, rules| machine.answer(response, now, rules));
    }

    /// Sends `bytes` in place of an answer to request `number` and closes, unless that is over.
    pub fn break_off(&self, number: u64, bytes: &[u8]) {
        self.with(number, |machine, now, rules| machine.break_off(bytes, now, rules));
    }

    /// Begins the stream that answers request `number`. Returns true if there is anything to send.
    pub fn begin_stream(&self, number: u64, head: &Response, options: StreamOptions) -> bool {
        self.with(number, |machine, now, rules| machine.begin_stream(head, options, now, rules))
            .unwrap_or(false)
    }

    /// Sends a piece of the stream that answers request `number`.
    pub fn send(&self, number: u64, bytes: &[u8]) -> Result<(), Gone> {
        let mut held = self.held.lock();
        if held.machine.number != number || held.doomed {
            return Err(Gone);
        }
        let rules = &self.around.rules;
        let behind = held.machine.is_behind(rules)
            && (held.flush(rules).is_err() || held.machine.is_behind(rules));
        if !behind && held.machine.send(bytes, Instant::now()) {
            self.settle(held);
            return Ok(());
        }
        log::debug!("{}: stream dropped: the client does not read it", self.socket_peer);
        self.doom(held);
        Err(Gone)
    }

    /// Ends the stream that answers request `number`.
    pub fn end_stream(&self, number: u64) {
        self.with(number, |machine, now, rules| machine.end_stream(now, rules));
    }

    /// Returns true if the client of request `number` has left in this way, or the request is over.
    pub fn has_left(&self, number: u64, how: Leaving) -> bool {
        self.held.lock().has_left(number, how)
    }

    /// Runs `callback` once the client of request `number` leaves in this way; at once if it has.
    pub fn on_leave(&self, number: u64, how: Leaving, callback: Callback) {
        let mut held = self.held.lock();
        if !held.has_left(number, how) {
            if held.on_leave.0 != number {
                held.on_leave = (number, Vec::new());
            }
            held.on_leave.1.push((how, callback));
        } else {
            drop(held);
            callback();
        }
    }

    /// When the housekeeper must come, in milliseconds since the server's start.
    pub fn alarm(&self) -> u64 {
        self.alarm.load(Ordering::Relaxed)
    }

    /// Acts on deadlines and heartbeats that are due. Whoever has the connection now is not waited
    /// for: the alarm stays, and the housekeeper comes back.
    pub fn tick(&self, now: Instant) {
        let Some(mut held) = self.held.try_lock() else { return };
        if held.driven || held.link.is_none() {
            return;
        }
        if held.overdue(now, &self.around.rules) {
            return self.close(held);
        }
        if held.machine.next_heartbeat().is_some_and(|due| due <= now) {
            held.machine.beat(now);
        }
        self.settle(held);
    }

    /// When the server is about to end: what nobody waits for ends soon. Called again and again, as
    /// long as it returns true: somebody waits for an answer, or may be about to ask.
    pub fn drain(&self) -> bool {
        let Some(mut held) = self.held.try_lock() else { return true };
        if !held.driven && held.link.is_some() {
            held.machine.hurry(Instant::now());
            let stays = held.machine.is_wanted();
            self.settle(held);
            return stays;
        }
        held.link.is_some()
    }

    /// On shutdown: ends a stream that lives as long as the server. Called until it could.
    pub fn end_idle_stream(&self) {
        let Some(mut held) = self.held.try_lock() else { return };
        if !held.driven && held.machine.ends_on_shutdown() {
            let callbacks = held.take_callbacks(Leaving::Gone);
            held.machine.end_stream(Instant::now(), &self.around.rules);
            self.settle(held);
            run(callbacks);
        }
    }

    /// At the end of a shutdown's grace: ends everything. Streams get their last chunk.
    pub fn end(&self) {
        let mut held = self.held.lock();
        held.machine.end_stream(Instant::now(), &self.around.rules);
        let _ = held.flush(&self.around.rules);
        self.close(held);
    }

    /// How cheap it is to lose this connection, and since when; see [`Machine::cost`].
    pub fn cost(&self) -> Option<(u8, u64)> {
        let held = self.held.try_lock()?;
        let parked = !held.driven && held.link.is_some();
        parked.then(|| held.cost()).flatten().map(|cost| (cost, self.token))
    }

    /// Closes a connection that is not in use. Returns true if it was closed.
    pub fn evict(&self) -> bool {
        let Some(held) = self.held.try_lock() else { return false };
        let parked = !held.driven && held.link.is_some() && held.cost().is_some();
        if parked {
            self.close(held);
        }
        parked
    }

    /// After another thread changed the machine: writes what goes at once, leaves the rest to the
    /// poller. An I/O thread that drives the connection does all this itself.
    fn settle(&self, mut held: MutexGuard<'_, Held>) {
        if held.driven || held.link.is_none() {
            return;
        }
        if held.write_out(&self.around.rules).is_err() || held.doomed {
            return self.doom(held);
        }
        let unread = held.machine.has_unread_input();
        self.park(held, unread);
    }

    /// Leaves the end of the connection to an I/O thread, so that callbacks never run in a thread
    /// that only wanted to send something.
    fn doom(&self, mut held: MutexGuard<'_, Held>) {
        held.doomed = true;
        if let Some(link) = &held.link {
            link.abort();
        }
        if !held.driven {
            self.park(held, true);
        }
    }

    /// Hands the connection to the poller. `now`: there is something to do already.
    fn park(&self, held: MutexGuard<'_, Held>, now: bool) {
        self.wait(held, now, Poller::arm_socket);
    }

    fn wait(&self, mut held: MutexGuard<'_, Held>, now: bool, tell: Tell) {
        if held.on_leave.0 != held.machine.number {
            held.on_leave.1 = Vec::new();
        }
        let Some(link) = &held.link else { return };
        let interest = held.interest();
        let interest = Interest { write: interest.write || now, ..interest };
        let due = [held.deadline(), held.machine.next_heartbeat()].into_iter().flatten().min();
        self.alarm.store(due.map_or(NEVER, |due| self.around.millis(due)), Ordering::Relaxed);
        if held.armed == Some(interest) {
            held.driven = false;
            return;
        }
        let armed = tell(&self.around.poller, self.token, link.socket(), interest);
        held.armed = Some(interest);
        held.driven = false;
        if let Err(error) = armed {
            log::warn!("{}: connection dropped: {error}", self.socket_peer);
            self.close(held);
        }
    }

    fn close(&self, mut held: MutexGuard<'_, Held>) {
        held.driven = false;
        held.doomed = true;
        let callbacks = held.take_callbacks(Leaving::Gone);
        held.machine.number += 1;
        let Some(link) = held.link.take() else { return };
        self.alarm.store(NEVER, Ordering::Relaxed);
        self.around.poller.remove(self.token, link.socket());
        held.machine.release();
        drop(held);
        drop(link);
        (self.around.forget)(self.token, self.socket_peer);
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
fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(NEVER - 1)
}
