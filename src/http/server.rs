//! The running server: its threads, its connections, its end.

use std::io;
use std::net::SocketAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::accept::{self, House};
use super::conn::{Conn, Surroundings};
use super::connections::Connections;
use super::exchange::{Exchange, Handler, Responder};
use super::listener::{self, Listener};
use super::options::{Listen, Options, StartError};
use super::poller::{Event, PING, Poller};
use super::refused::{NO_PLACE, REASONS};
use super::rules::Rules;
use super::turn::Turn;
use crate::limits;
use crate::sync::SharedLock;

/// A running server. Dropping it stops it without grace.
pub struct Server {
    running: Arc<Running>,
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
    /// Connections that may be open at the same time.
    pub max_connections: usize,
    /// Connections refused or evicted because a cap was reached, since the start, by the reasons of
    /// [`NO_PLACE`].
    pub turned_away: [u64; NO_PLACE.len()],
    /// What was refused before it was a request, since the start, by its [`REASONS`].
    pub refused: [u64; REASONS.len()],
    /// Requests given to the handler since the start.
    pub requests: u64,
    /// Client certificates refused since the start.
    pub refused_certificates: u64,
    /// Clients since the start that showed no certificate although they must.
    pub missing_certificates: u64,
}

impl Server {
    /// Listens and serves `handler` on threads of its own. The host `localhost` is both loopback
    /// addresses, as far as the system has them.
    ///
    /// # Errors
    /// The place cannot be listened on.
    pub fn start(
        listen: impl Into<Listen>,
        options: Options,
        handler: Arc<dyn Handler>,
    ) -> Result<Self, StartError> {
        let sockets = listen.into().open()?;
        let failed = |error| StartError { place: "a socket".to_owned(), error };
        let sockets: Vec<_> = sockets.into_iter().map(Arc::new).collect();
        let poller = Poller::new().map_err(failed)?;
        let mut addresses = Vec::new();
        for (token, socket) in (0..).zip(&sockets) {
            listener::prepare(socket).map_err(failed)?;
            addresses.push(socket.local_addr().map_err(failed)?);
            poller.add_listener(token, socket).map_err(failed)?;
            poller.arm_listener(token, socket).map_err(failed)?;
        }
        let address =
            *addresses.first().ok_or(io::ErrorKind::AddrNotAvailable.into()).map_err(failed)?;
        let listeners = addresses.len() as u64;
        let running = Arc::new_cyclic(|server: &Weak<Running>| {
            let server = server.clone();
            let forget = move |token, peer| {
                if let Some(server) = server.upgrade()
                    && server.house.connections.forget(token)
                {
                    server.house.listener.left(peer);
                }
            };
            Running {
                house: House {
                    listener: Listener::new(sockets, &options),
                    connections: Connections::new(listeners),
                    around: Arc::new(Surroundings {
                        rules: Rules::new(options),
                        poller,
                        started: Instant::now(),
                        forget: Box::new(forget),
                    }),
                },
                listeners,
                handler,
                admitting: SharedLock::default(),
                stopped: AtomicBool::new(false),
                requests: AtomicU64::new(0),
                rounds: [const { AtomicU64::new(0) }; 2],
            }
        });
        let mut server = Self { running, address, threads: Vec::new() };
        let cores = thread::available_parallelism().map_or(1, usize::from);
        for number in 0..cores.min(limits::IO_THREADS) {
            server.spawn(format!("http-io-{number}"), Running::serve).map_err(failed)?;
        }
        server.spawn("http-housekeeper".to_owned(), Running::look_after).map_err(failed)?;
        Ok(server)
    }

    /// Where the server listens, first of all; with port 0 this tells the port the system chose, which
    /// is the same for every address.
    pub fn local_addr(&self) -> SocketAddr {
        self.address
    }

    /// Numbers for status and metrics.
    pub fn stats(&self) -> Stats {
        let running = &self.running;
        Stats {
            connections: running.house.connections.len(),
            streams: running.house.around.rules.streams.used(),
            accepted: running.house.listener.accepted(),
            max_connections: running.house.listener.max_connections,
            turned_away: running.house.listener.turned_away(),
            refused: running.house.around.rules.refused.read(),
            requests: running.requests.load(Ordering::Relaxed),
            refused_certificates: running.house.around.rules.unwelcome.refused(),
            missing_certificates: running.house.around.rules.unwelcome.nameless(),
        }
    }

    /// How often the I/O threads have come round to be asked whether they do, and the housekeeper to
    /// its work. Asks the I/O threads once more: each number has grown some time later, unless all of
    /// these threads hang.
    pub fn rounds(&self) -> [u64; 2] {
        self.running.house.around.poller.ping();
        self.running.rounds.each_ref().map(|rounds| rounds.load(Ordering::Relaxed))
    }

    /// Begins the end: accepts nobody, tells with every answer that its connection ends, and serves
    /// what still comes. Returns when only streams are left that end with the server, or after `grace`.
    pub fn drain(&self, grace: Duration) {
        self.wind_down(grace, Conn::drain);
    }

    /// Stops: [`Server::drain`] for at most `grace`, then ends streams properly, and closes everything.
    /// Returns when no connection is left.
    pub fn shutdown(&self, grace: Duration) {
        self.wind_down(grace, |conn| {
            conn.end_idle_stream();
            conn.drain();
            true
        });
        let House { connections, around, .. } = &self.running.house;
        connections.those(|_| true).iter().for_each(|conn| conn.end());
        self.running.stopped.store(true, Ordering::SeqCst);
        around.poller.wake_all();
    }

    /// Accepts nobody, and waits for at most `grace` until no connection `stays`.
    fn wind_down(&self, grace: Duration, stays: fn(&Conn) -> bool) {
        let House { listener, connections, around } = &self.running.house;
        around.rules.drain();
        let alone = self.running.admitting.write();
        // The system has let them in already: closing would lose what they have asked.
        for token in 0..self.running.listeners {
            while accept::accept(&self.running.house, token) {}
        }
        listener.close(&around.poller);
        drop(alone);
        let end = Instant::now() + grace;
        loop {
            let staying = connections.those(|_| true).iter().filter(|conn| stays(conn)).count();
            let left = end.saturating_duration_since(Instant::now());
            if staying == 0 || left.is_zero() {
                return;
            }
            // A connection that was busy a moment ago may be idle now.
            connections.wait_until_empty(left.min(limits::HTTP_TICK));
        }
    }

    fn spawn(&mut self, name: String, run: fn(&Arc<Running>)) -> std::io::Result<()> {
        let running = Arc::clone(&self.running);
        self.threads.push(thread::Builder::new().name(name).spawn(move || run(&running))?);
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

/// What the threads of a server have in common.
struct Running {
    house: House,
    /// Tokens below this are listening sockets, those above connections.
    listeners: u64,
    handler: Arc<dyn Handler>,
    /// Held by whoever lets clients in, so that all of them are known when nobody else is let in.
    admitting: SharedLock<()>,
    stopped: AtomicBool,
    requests: AtomicU64,
    /// See [`Server::rounds`].
    rounds: [AtomicU64; 2],
}

impl Running {
    fn stopped(&self) -> bool {
        self.stopped.load(Ordering::SeqCst)
    }

    /// An I/O thread.
    fn serve(self: &Arc<Self>) {
        let mut ready = Vec::new();
        while !self.stopped() {
            if let Err(error) = self.house.around.poller.wait(&mut ready) {
                log::error!("waiting for connections failed: {error}");
                thread::sleep(limits::ACCEPT_PAUSE);
            }
            for event in ready.drain(..) {
                // The last line of defence: one connection must not take a thread with it.
                let serve = AssertUnwindSafe(|| self.serve_event(event));
                if catch_unwind(serve).is_err() {
                    log::error!("internal error: a connection was dropped");
                    if let Some(conn) = self.house.connections.find(event.token) {
                        conn.end();
                    }
                }
            }
        }
    }

    fn serve_event(&self, event: Event) {
        let House { listener, connections, around } = &self.house;
        if event.token == PING {
            self.rounds[0].fetch_add(1, Ordering::Relaxed);
            return;
        }
        if event.token < self.listeners {
            let letting_in = self.admitting.read();
            accept::accept(&self.house, event.token);
            drop(letting_in);
            return listener.arm(event.token, &around.poller);
        }
        let Some(conn) = connections.find(event.token) else { return };
        let mut turn = Turn::default();
        let mut arrived = conn.drive(event, &mut turn);
        while let Some((request, number)) = arrived {
            self.requests.fetch_add(1, Ordering::Relaxed);
            let responder = Responder::new(Arc::clone(&conn), number);
            let exchange = Exchange { request: *request, responder };
            if catch_unwind(AssertUnwindSafe(|| self.handler.handle(exchange))).is_err() {
                log::error!("a request handler panicked; the client got status 500");
            }
            arrived = conn.resume(&mut turn);
        }
    }

    /// The housekeeper: deadlines, heartbeats, the listener after a pause, new certificates.
    fn look_after(self: &Arc<Self>) {
        let House { listener, connections, around } = &self.house;
        while !self.stopped() {
            thread::sleep(limits::HTTP_TICK);
            self.rounds[1].fetch_add(1, Ordering::Relaxed);
            let now = Instant::now();
            let millis = around.millis(now);
            let due = connections.those(|conn| conn.alarm() <= millis);
            let tick = AssertUnwindSafe(|| due.iter().for_each(|conn| conn.tick(now)));
            if catch_unwind(tick).is_err() {
                log::error!("internal error while looking at deadlines");
            }
            listener.after_pause(&around.poller);
            if let Some(tls) = &around.rules.options.tls {
                tls.check();
            }
        }
    }
}
