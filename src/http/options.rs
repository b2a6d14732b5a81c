//! How a server behaves, and where it listens.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use super::tls::Reloader;
use super::wire::Bounds;
use crate::limits;
use crate::net::Network;

/// The bounds and rules of a server. Times are absolute: a byte does not restart them.
#[derive(Clone, Debug)]
pub struct Options {
    /// Connections at the same time; at the cap the cheapest parked one makes room.
    pub max_connections: usize,
    /// Connections at the same time from one address. Trusted proxies are exempt.
    pub max_connections_per_address: usize,
    /// Longest request body, in bytes.
    pub body_bytes: usize,
    /// Longest request head, in bytes.
    pub head_bytes: usize,
    /// Most header fields of a request.
    pub headers: usize,
    /// Time for the TLS handshake.
    pub handshake_time: Duration,
    /// Time for a request head.
    pub head_time: Duration,
    /// Time for a request body.
    pub body_time: Duration,
    /// Time for the client to take an answer.
    pub write_time: Duration,
    /// Time a connection may stay unused.
    pub idle_time: Duration,
    /// Time for the client to read the last answer.
    pub linger_time: Duration,
    /// Bytes a stream may hold for a client that does not read.
    pub stream_backlog_bytes: usize,
    /// Peers whose `X-Forwarded-For` and `X-Real-IP` are believed.
    pub trusted_proxies: Vec<Network>,
    /// Certificates; without them the server speaks plain HTTP.
    pub tls: Option<Arc<Reloader>>,
    /// Which paths there are, where a stranger must not send a body before that is looked at.
    pub knows: Option<Knows>,
}

/// Which paths there are.
#[derive(Clone)]
pub struct Knows(pub Arc<dyn Fn(&str) -> bool + Send + Sync>);

impl fmt::Debug for Knows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Knows")
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            max_connections: limits::CONNECTIONS,
            max_connections_per_address: limits::CONNECTIONS_PER_ADDRESS,
            body_bytes: limits::MESSAGE_BYTES,
            head_bytes: limits::HEAD_BYTES,
            headers: limits::HEADERS,
            handshake_time: limits::HANDSHAKE_TIME,
            head_time: limits::HEAD_TIME,
            body_time: limits::BODY_TIME,
            write_time: limits::WRITE_TIME,
            idle_time: limits::IDLE_TIME,
            linger_time: limits::LINGER_TIME,
            stream_backlog_bytes: limits::STREAM_BACKLOG_BYTES,
            trusted_proxies: Vec::new(),
            tls: None,
            knows: None,
        }
    }
}

impl Options {
    pub(super) fn bounds(&self) -> Bounds {
        let Self { head_bytes, headers, body_bytes, .. } = *self;
        Bounds { head_bytes, headers, body_bytes }
    }
}

/// Where a server listens.
#[derive(Debug)]
pub enum Listen {
    /// Sockets that listen already, from a service manager or a test.
    Sockets(Vec<TcpListener>),
    /// An address.
    Address(SocketAddr),
    /// A name or address literal and a port; an empty name is every interface, IPv6 and IPv4, and
    /// `localhost` both loopback addresses.
    Name(String, u16),
}

impl From<TcpListener> for Listen {
    fn from(listener: TcpListener) -> Self {
        Self::Sockets(vec![listener])
    }
}

impl From<SocketAddr> for Listen {
    fn from(address: SocketAddr) -> Self {
        Self::Address(address)
    }
}

impl From<(&str, u16)> for Listen {
    fn from((host, port): (&str, u16)) -> Self {
        Self::Name(host.to_owned(), port)
    }
}

impl Listen {
    /// Finds out whether this process could listen there. A port that is in use is no fault of the
    /// place: it may be this very server that uses it.
    ///
    /// # Errors
    /// It could not.
    pub fn is_possible(self) -> Result<(), StartError> {
        match self.open() {
            Err(error) if error.error.kind() != io::ErrorKind::AddrInUse => Err(error),
            _ => Ok(()),
        }
    }

    pub(super) fn open(self) -> Result<Vec<TcpListener>, StartError> {
        let (place, sockets) = match self {
            Self::Sockets(sockets) => (String::new(), Ok(sockets)),
            Self::Address(address) => (address.to_string(), one(address)),
            Self::Name(host, port) if host.is_empty() => {
                // A system without IPv6 has only the second.
                let sockets = one(("::", port)).or_else(|_| one(("0.0.0.0", port)));
                (format!("port {port} of every interface"), sockets)
            }
            Self::Name(host, port) if host.eq_ignore_ascii_case("localhost") => {
                (format!("{host}:{port}"), both_loopbacks(port))
            }
            Self::Name(host, port) => {
                let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
                (format!("{host}:{port}"), one((bare.unwrap_or(&host), port)))
            }
        };
        let sockets = sockets.map_err(|error| StartError { place, error })?;
        sockets.iter().for_each(prepare);
        Ok(sockets)
    }
}

/// Listens on the first of these addresses that can be had.
fn one(place: impl ToSocketAddrs) -> io::Result<Vec<TcpListener>> {
    let addresses: Vec<SocketAddr> = place.to_socket_addrs()?.collect();
    TcpListener::bind(addresses.as_slice()).map(|socket| vec![socket])
}

/// Listens on both loopback addresses, at the same port: some clients find the one behind `localhost`,
/// some the other. A system that lacks one of them has the other.
fn both_loopbacks(port: u16) -> io::Result<Vec<TcpListener>> {
    let taken = |error: &io::Error| {
        matches!(error.kind(), io::ErrorKind::AddrInUse | io::ErrorKind::PermissionDenied)
    };
    let mut tries = 0..limits::FREE_PORT_TRIES;
    loop {
        let first = match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
            Err(error) if !taken(&error) => return one((Ipv6Addr::LOCALHOST, port)),
            first => first?,
        };
        match TcpListener::bind((Ipv6Addr::LOCALHOST, first.local_addr()?.port())) {
            Ok(second) => return Ok(vec![first, second]),
            // The port that the system chose for the one is somebody else's at the other.
            Err(error) if taken(&error) && port == 0 && tries.next().is_some() => {}
            Err(error) if taken(&error) => return Err(error),
            Err(_) => return Ok(vec![first]),
        }
    }
}

/// Lets more clients wait to be accepted than the standard library does: one that finds the queue
/// full tries again only after a second. And has the system find out about clients that have gone
/// without a word, or have only seemed to end their side; connections inherit that.
#[cfg(unix)]
fn prepare(listener: &TcpListener) {
    use rustix::net::sockopt;

    if let Err(error) = rustix::net::listen(listener, limits::LISTEN_BACKLOG) {
        log::debug!("the queue of waiting clients stays as it is: {error}");
    }
    let watched = sockopt::set_socket_keepalive(listener, true)
        .and_then(|()| sockopt::set_tcp_keepidle(listener, limits::KEEPALIVE_IDLE))
        .and_then(|()| sockopt::set_tcp_keepintvl(listener, limits::KEEPALIVE_INTERVAL))
        .and_then(|()| sockopt::set_tcp_keepcnt(listener, limits::KEEPALIVE_PROBES));
    if let Err(error) = watched {
        log::debug!("clients that vanish are noticed late: {error}");
    }
}

#[cfg(not(unix))]
fn prepare(_listener: &TcpListener) {}

/// The server cannot listen.
#[derive(Debug)]
pub struct StartError {
    /// Where it should have listened.
    pub place: String,
    /// What the system said.
    pub error: io::Error,
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, error } = self;
        let cause = match error.kind() {
            io::ErrorKind::AddrInUse => {
                "the port is in use; stop the other program or choose another port"
            }
            io::ErrorKind::PermissionDenied => {
                "permission denied; ports below 1024 need privileges, choose another port or give the \
                 program the capability CAP_NET_BIND_SERVICE"
            }
            io::ErrorKind::AddrNotAvailable => {
                "this machine does not have that address; where it has IPv6 alone, listen on ::1 or ::"
            }
            io::ErrorKind::WouldBlock | io::ErrorKind::OutOfMemory => {
                "the system gives no more threads or memory; raise the limits on processes and memory"
            }
            // EMFILE, which has no kind of its own.
            _ if error.raw_os_error() == Some(24) && cfg!(unix) => {
                "too many open files; raise the limit on them (ulimit -n, or LimitNOFILE of systemd)"
            }
            _ => return write!(f, "cannot listen on {place}: {error}"),
        };
        write!(f, "cannot listen on {place}: {cause}")
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}
