//! What is waited for, and what happens.

/// Token of the event that a ping brings to one of the threads.
pub const PING: u64 = u64::MAX - 1;

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
