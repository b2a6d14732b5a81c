//! Waiting for many sockets with few threads.
//!
//! One-shot: after an event for a socket nothing more is reported for it until it is armed again, so
//! exactly one thread holds a connection at a time. On Linux this is epoll; elsewhere poll(2), whose
//! cost grows with the number of connections but needs nothing the system may lack.

#[cfg(target_os = "linux")]
mod epoll;
#[cfg(any(not(target_os = "linux"), test))]
mod poll;

#[cfg(target_os = "linux")]
pub use epoll::Poller;
#[cfg(not(target_os = "linux"))]
pub use poll::Poller;

/// What to wait for. The loss of the connection is always reported.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Interest {
    /// Bytes to read, or the end of the client's side.
    pub read: bool,
    /// Room to write.
    pub write: bool,
    /// The end of the client's side alone.
    pub hangup: bool,
}

/// What a socket has to report. Readiness to read or write is found by trying.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Event {
    /// The token the socket was added with.
    pub token: u64,
    /// The client ended its side, where the system tells.
    pub hung_up: bool,
    /// The connection is gone in both directions.
    pub lost: bool,
}

/// Events taken by a thread at once: few, so that the others get their share.
const BATCH: usize = 8;
