//! The running server: its threads, its connections, its end.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::conn::{self, Conn};
use super::listener::{self, Door};
use super::poller::{Event, Poller};
use super::{Handler, Listen, Options, StartError};
use crate::limits;
use crate::sync::{Lock, SharedLock, Signal};

/// Token of the listener; connections are numbered above it.
const LISTENER: u64 = 0;

/// A running server. Dropping it stops it without grace.
pub struct Server {
    shared: Arc<Shared>,
    address: SocketAddr,
    threads: Vec<JoinHandle<()>>,
}

/// Numbers of a server at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stats {
    /// Open connections.
    pub connections: usize,
    /// Open streams.
    pub streams: usize,
    /// Connections accepted since the start.
    pub accepted: u64,
    /// Connections refused or evicted because a cap was reached, since the start.
    pub turned_away: u64,
    /// Requests given to the handler since the start.
    pub requests: u64,
}

impl Server {
    /// Listens and serves `handler` on threads of its own.
    ///
    /// # Errors
    /// The place cannot be listened on.
    pub fn start(
        listen: impl Into<Listen>,
        options: Options,
        handler: Arc<dyn Handler>,
    ) -> Result<Self, StartError> {
        let listener = listen.into().open()?;
        let failed = |error| StartError { place: "a socket".to_owned(), error };
        listener.set_nonblocking(true).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let listener = Arc::new(listener);
        let poller = Poller::new().map_err(failed)?;
        poller.add_listener(LISTENER, &listener).map_err(failed)?;
        poller.arm_listener(LISTENER, &listener).map_err(failed)?;
        let shared = Arc::new(Shared {
            door: Door::new(listener, &options),
            options,
            handler,
            poller,
            conns: SharedLock::default(),
            next_token: AtomicU64::new(LISTENER + 1),
            started: Instant::now(),
            draining: AtomicBool::new(false),
            stopped: AtomicBool::new(false),
            emptied: (Lock::new(()), Signal::new()),
            requests: AtomicU64::new(0),
            bodies: Budget::new(limits::BODIES_BYTES),
            streams: Budget::new(usize::MAX),
        });
        let mut server = Self { shared, address, threads: Vec::new() };
        let cores = thread::available_parallelism().map_or(1, usize::from);
        for number in 0..cores.min(limits::IO_THREADS) {
            server.spawn(format!("http-io-{number}"), Shared::serve).map_err(failed)?;
        }
        server.spawn("http-housekeeper".to_owned(), Shared::keep_house).map_err(failed)?;
        Ok(server)
    }

    /// Where the server listens; with port 0 this tells the port the system chose.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Numbers for status and metrics.
    pub fn stats(&self) -> Stats {
        let shared = &self.shared;
        Stats {
            connections: shared.conns.read().len(),
            streams: shared.streams.used(),
            accepted: shared.door.accepted(),
            turned_away: shared.door.turned_away(),
            requests: shared.requests.load(Ordering::Relaxed),
        }
    }

    /// Stops: accepts nobody, lets running answers finish for at most `grace`, ends streams properly,
    /// and closes everything. Returns when no connection is left.
    pub fn shutdown(&self, grace: Duration) {
        let shared = &self.shared;
        shared.draining.store(true, Ordering::SeqCst);
        shared.door.close(&shared.poller);
        let end = Instant::now() + grace;
        loop {
            shared.each(|conn| conn.drain());
            let left = end.saturating_duration_since(Instant::now());
            if shared.is_empty() || left.is_zero() {
                break;
            }
            // A connection that was busy a moment ago may be idle now.
            shared.wait_until_empty(left.min(limits::HTTP_TICK));
        }
        shared.each(|conn| conn.end());
        shared.stopped.store(true, Ordering::SeqCst);
        shared.poller.wake_all();
    }

    fn spawn(&mut self, name: String, run: fn(&Arc<Shared>)) -> std::io::Result<()> {
        let shared = Arc::clone(&self.shared);
        self.threads.push(thread::Builder::new().name(name).spawn(move || run(&shared))?);
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shutdown(Duration::ZERO);
        for thread in self.threads.drain(..) {
            // A handler may own the server and drop it on one of its own threads.
            if thread.thread().id() != thread::current().id() {
                let _ = thread.join();
            }
        }
    }
}

impl std::fmt::Debug for Server {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

/// What the threads of a server share.
pub struct Shared {
    pub options: Options,
    pub handler: Arc<dyn Handler>,
    pub poller: Poller,
    pub door: Door,
    /// Bytes of request bodies in memory.
    pub bodies: Budget,
    /// Open streams.
    pub streams: Budget,
    conns: SharedLock<HashMap<u64, Arc<Conn>>>,
    next_token: AtomicU64,
    started: Instant,
    draining: AtomicBool,
    stopped: AtomicBool,
    emptied: (Lock<()>, Signal),
    requests: AtomicU64,
}

impl Shared {
    /// Whether the server is about to end, so that connections are not kept.
    pub fn draining(&self) -> bool {
        self.draining.load(Ordering::SeqCst)
    }

    /// Milliseconds from the server's start to `moment`.
    pub fn millis(&self, moment: Instant) -> u64 {
        conn::millis(moment.saturating_duration_since(self.started))
    }

    pub fn count_request(&self) {
        self.requests.fetch_add(1, Ordering::Relaxed);
    }

    /// How many connections are open.
    pub fn len(&self) -> usize {
        self.conns.read().len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Adds the connection that `make` creates with its token.
    pub fn add(&self, make: impl FnOnce(u64) -> Conn) -> (u64, Arc<Conn>) {
        let token = self.next_token.fetch_add(1, Ordering::Relaxed);
        let conn = Arc::new(make(token));
        let mut conns = self.conns.write();
        conns.insert(token, Arc::clone(&conn));
        (token, conn)
    }

    /// Forgets a closed connection.
    pub fn forget(&self, token: u64, peer: IpAddr) {
        let mut conns = self.conns.write();
        if conns.remove(&token).is_some() {
            self.door.left(peer);
        }
        if conns.is_empty() && self.draining() {
            drop(conns);
            let _turn = self.emptied.0.lock();
            self.emptied.1.notify_all();
        }
    }

    /// Closes the connection that is cheapest to lose: whether there was one.
    pub fn evict(&self) -> bool {
        let conns = self.conns.read();
        let cheapest =
            conns.values().filter_map(|conn| Some((conn.cost()?, conn))).min_by_key(|x| x.0);
        let victim = cheapest.map(|(_, conn)| Arc::clone(conn));
        drop(conns);
        victim.is_some_and(|conn| conn.evict())
    }

    fn find(&self, token: u64) -> Option<Arc<Conn>> {
        self.conns.read().get(&token).cloned()
    }

    fn each(&self, act: impl Fn(&Arc<Conn>)) {
        let conns = self.conns.read();
        let all: Vec<_> = conns.values().cloned().collect();
        drop(conns);
        all.iter().for_each(act);
    }

    fn wait_until_empty(&self, time: Duration) {
        let turn = self.emptied.0.lock();
        if !self.is_empty() {
            drop(self.emptied.1.wait(turn, time));
        }
    }

    fn stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// An I/O thread.
    fn serve(self: &Arc<Self>) {
        let mut ready = Vec::new();
        while !self.stopped() {
            if let Err(error) = self.poller.wait(&mut ready) {
                log::error!("waiting for connections failed: {error}");
                thread::sleep(limits::ACCEPT_PAUSE);
            }
            for event in ready.drain(..) {
                // The last line of defence: one connection must not take a thread with it.
                let serve = AssertUnwindSafe(|| self.serve_event(event));
                if catch_unwind(serve).is_err() {
                    log::error!("internal error: a connection was dropped");
                    if let Some(conn) = self.find(event.token) {
                        conn.end();
                    }
                }
            }
        }
    }

    fn serve_event(self: &Arc<Self>, event: Event) {
        if event.token == LISTENER {
            listener::accept(self);
            self.door.arm(LISTENER, &self.poller);
        } else if let Some(conn) = self.find(event.token) {
            conn.drive(event);
        }
    }

    /// The housekeeper: deadlines, heartbeats, the listener after a pause, new certificates.
    fn keep_house(self: &Arc<Self>) {
        while !self.stopped() {
            thread::sleep(limits::HTTP_TICK);
            let now = Instant::now();
            let millis = self.millis(now);
            let conns = self.conns.read();
            let due: Vec<_> =
                conns.values().filter(|conn| conn.alarm() <= millis).cloned().collect();
            drop(conns);
            let tick = AssertUnwindSafe(|| due.iter().for_each(|conn| conn.tick(now)));
            if catch_unwind(tick).is_err() {
                log::error!("internal error while looking at deadlines");
            }
            self.door.after_pause(LISTENER, &self.poller);
            if let Some(tls) = &self.options.tls {
                tls.check();
            }
        }
    }
}

/// A count with a cap, shared by many holders.
#[derive(Clone, Debug)]
pub struct Budget {
    used: Arc<AtomicUsize>,
    cap: usize,
}

impl Budget {
    fn new(cap: usize) -> Self {
        Self { used: Arc::default(), cap }
    }

    pub fn used(&self) -> usize {
        self.used.load(Ordering::Relaxed)
    }

    /// Takes a share.
    pub fn hold(&self, amount: usize) -> Hold {
        self.used.fetch_add(amount, Ordering::Relaxed);
        Hold { budget: self.clone(), amount }
    }
}

/// A share of a [`Budget`], given back when dropped.
#[derive(Debug)]
pub struct Hold {
    budget: Budget,
    amount: usize,
}

impl Hold {
    /// Makes the share as large as `amount`: whether the budget is still within its cap.
    pub fn grow(&mut self, amount: usize) -> bool {
        let more = amount.saturating_sub(self.amount);
        self.amount += more;
        self.budget.used.fetch_add(more, Ordering::Relaxed) + more <= self.budget.cap
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        self.budget.used.fetch_sub(self.amount, Ordering::Relaxed);
    }
}
