//! How a server behaves, and where it listens.

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
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
    /// A socket that listens already, from a supervisor or a test.
    Socket(TcpListener),
    /// An address.
    Address(SocketAddr),
    /// A name or address literal and a port; an empty name is every interface, IPv6 and IPv4.
    Name(String, u16),
}

impl From<TcpListener> for Listen {
    fn from(listener: TcpListener) -> Self {
        Self::Socket(listener)
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
    pub(super) fn open(self) -> Result<TcpListener, StartError> {
        let failed = |place: String| move |error| StartError { place, error };
        let listener = match self {
            Self::Socket(listener) => return Ok(listener),
            Self::Address(address) => {
                TcpListener::bind(address).map_err(failed(address.to_string()))?
            }
            Self::Name(host, port) if host.is_empty() => TcpListener::bind(("::", port))
                // A system without IPv6.
                .or_else(|_| TcpListener::bind(("0.0.0.0", port)))
                .map_err(failed(format!("port {port} of every interface")))?,
            Self::Name(host, port) => {
                let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
                (bare.unwrap_or(&host), port)
                    .to_socket_addrs()
                    .and_then(|addresses| {
                        TcpListener::bind(addresses.collect::<Vec<_>>().as_slice())
                    })
                    .map_err(failed(format!("{host}:{port}")))?
            }
        };
        lengthen_queue(&listener);
        Ok(listener)
    }
}

/// Lets more clients wait to be accepted than the standard library does: one that finds the queue
/// full tries again only after a second.
#[cfg(unix)]
fn lengthen_queue(listener: &TcpListener) {
    if let Err(error) = rustix::net::listen(listener, limits::LISTEN_BACKLOG) {
        log::debug!("the queue of waiting clients stays as it is: {error}");
    }
}

#[cfg(not(unix))]
fn lengthen_queue(_listener: &TcpListener) {}

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
                "permission denied; ports below 1024 need privileges, choose another port"
            }
            io::ErrorKind::AddrNotAvailable => "this machine does not have that address",
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
