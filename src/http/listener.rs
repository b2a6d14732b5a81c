//! Accepting clients, within caps, also when the system has no room for one more.

use std::collections::HashMap;
use std::fs::File;
use std::io;
use std::net::{IpAddr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use super::forwarded;
use super::options::Options;
use super::poller::Poller;
use super::refused::{Counts, NO_PLACE};
use super::throttle::Throttle;
use crate::limits;
use crate::sync::Lock;

/// The listening sockets, told apart by tokens from 0 on, and what must be remembered about them.
pub struct Listener {
    sockets: Lock<Vec<Arc<TcpListener>>>,
    /// Most connections, as the system allows.
    pub max_connections: usize,
    per_address: Lock<HashMap<IpAddr, usize>>,
    /// A file descriptor to give up when there is no other, so that a client waiting in the queue
    /// can be taken and dropped instead of waking us for ever.
    reserve: Lock<Option<File>>,
    paused_until: Lock<Option<Instant>>,
    accepted: AtomicU64,
    turned_away: Counts<{ NO_PLACE.len() }>,
    overload: Throttle,
}

impl Listener {
    /// Accepts on these sockets.
    pub fn new(sockets: Vec<Arc<TcpListener>>, options: &Options) -> Self {
        Self {
            sockets: Lock::new(sockets),
            max_connections: affordable(options.max_connections),
            per_address: Lock::default(),
            reserve: Lock::new(reserve()),
            paused_until: Lock::default(),
            accepted: AtomicU64::new(0),
            turned_away: Counts::default(),
            overload: Throttle::default(),
        }
    }

    /// Takes note of a connection that was accepted.
    pub fn count(&self) {
        self.accepted.fetch_add(1, Ordering::Relaxed);
    }

    /// Connections accepted.
    pub fn accepted(&self) -> u64 {
        self.accepted.load(Ordering::Relaxed)
    }

    /// Clients turned away, by reason.
    pub fn turned_away(&self) -> [u64; NO_PLACE.len()] {
        self.turned_away.read()
    }

    /// A connection from `peer` has ended.
    pub fn left(&self, peer: IpAddr) {
        let key = key(peer);
        let mut counts = self.per_address.lock();
        if let Some(count) = counts.get_mut(&key) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&key);
            }
        }
    }

    /// Stops accepting.
    pub fn close(&self, poller: &Poller) {
        for (token, socket) in (0..).zip(self.sockets.lock().drain(..)) {
            poller.remove(token, &socket);
        }
    }

    /// Waits for the next client of one socket, unless there is a pause.
    pub fn arm(&self, token: u64, poller: &Poller) {
        if self.paused_until.lock().is_some() {
            return;
        }
        if let Some(socket) = self.socket(token)
            && let Err(error) = poller.arm_listener(token, &socket)
        {
            log::error!("cannot wait for clients: {error}; trying again");
            *self.paused_until.lock() = Some(Instant::now());
        }
    }

    /// Ends a pause that is over.
    pub fn after_pause(&self, poller: &Poller) {
        let over = self.paused_until.lock().take_if(|until| *until <= Instant::now()).is_some();
        if over {
            let count = self.sockets.lock().len();
            (0..).take(count).for_each(|token| self.arm(token, poller));
        }
    }

    fn socket(&self, token: u64) -> Option<Arc<TcpListener>> {
        self.sockets.lock().get(usize::try_from(token).ok()?).cloned()
    }

    /// The next client that waits at one socket.
    pub fn next(&self, token: u64) -> Option<io::Result<(TcpStream, IpAddr)>> {
        let socket = self.socket(token)?;
        Some(next(&socket).map(|(socket, peer)| (socket, peer.ip().to_canonical())))
    }

    /// Accepts nobody for a moment.
    pub fn pause(&self) {
        *self.paused_until.lock() = Some(Instant::now() + limits::ACCEPT_PAUSE);
    }

    /// Counts a connection from `peer`. Returns true if it is within the cap for one address.
    pub fn enter(&self, peer: IpAddr, options: &Options) -> bool {
        let exempt = forwarded::is_trusted(peer, &options.trusted_proxies);
        let mut counts = self.per_address.lock();
        let count = counts.entry(key(peer)).or_default();
        let allowed = exempt || *count < options.max_connections_per_address;
        *count += usize::from(allowed);
        allowed
    }

    /// Takes one client by giving up the reserve, and drops it.
    pub fn drop_one(&self, token: u64) {
        let mut reserve_file = self.reserve.lock();
        if reserve_file.take().is_some() {
            drop(self.next(token));
        }
        *reserve_file = reserve();
    }

    /// Says that clients are turned away, at most once per interval. `reason`: of [`NO_PLACE`].
    pub fn overloaded(&self, reason: usize, why: &str) {
        self.turned_away.count(reason);
        if let Some(unsaid) = self.overload.due() {
            log::warn!("clients turned away ({}): {why}", unsaid + 1);
        }
    }
}

/// Prepares a socket to listen: nobody waits for clients here, nor for more to send to them.
///
/// # Errors
/// It is no socket that could.
pub fn prepare(socket: &TcpListener) -> io::Result<()> {
    #[cfg(target_os = "linux")]
    rustix::net::sockopt::set_tcp_nodelay(socket, true)?;
    socket.set_nonblocking(true)
}

/// The next client. On Linux it comes as [`prepare`] would have it, in one call to the system.
#[cfg(target_os = "linux")]
fn next(socket: &TcpListener) -> io::Result<(TcpStream, SocketAddr)> {
    use rustix::net::{SocketFlags, acceptfrom_with};

    let flags = SocketFlags::CLOEXEC | SocketFlags::NONBLOCK;
    let (client, peer) = acceptfrom_with(socket, flags)?;
    let peer = peer.and_then(|peer| SocketAddr::try_from(peer).ok());
    Ok((client.into(), peer.ok_or(io::ErrorKind::ConnectionAborted)?))
}

#[cfg(not(target_os = "linux"))]
fn next(socket: &TcpListener) -> io::Result<(TcpStream, SocketAddr)> {
    let (client, peer) = socket.accept()?;
    let prepared = client.set_nonblocking(true).and_then(|()| client.set_nodelay(true));
    // Some systems refuse that to a client that has gone already.
    prepared.map_err(|_| io::ErrorKind::ConnectionAborted)?;
    Ok((client, peer))
}

/// What counts as one address: an IPv6 client owns its whole /64.
fn key(peer: IpAddr) -> IpAddr {
    match peer {
        IpAddr::V4(_) => peer,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() >> 64 << 64)),
    }
}

/// The cap on connections that the system's limit on open files allows.
#[cfg(unix)]
fn affordable(wanted: usize) -> usize {
    use rustix::process::{Resource, getrlimit};

    let Some(files) = getrlimit(Resource::Nofile).current else { return wanted };
    let most = usize::try_from(files).unwrap_or(usize::MAX);
    let most = most.saturating_sub(limits::SPARE_FILES).max(most / 2);
    if most < wanted {
        log::warn!(
            "at most {most} connections instead of {wanted}: the limit on open files is {files}"
        );
    }
    wanted.min(most)
}

#[cfg(not(unix))]
fn affordable(wanted: usize) -> usize {
    wanted
}

fn reserve() -> Option<File> {
    let path = if cfg!(windows) { "NUL" } else { "/dev/null" };
    File::open(path).ok()
}
