//! What the clones of a client share: connections and a session.

use std::fmt;
use std::time::Duration;

use super::account::Account;
use super::memory::Memory;
use super::session::Session;
use crate::cancel::CancelToken;
use crate::places::Places;

/// A pool of connections to the platform, and the session on it.
pub(super) struct Connection {
    /// The connection pool.
    pub agent: ureq::Agent,
    /// Scheme, host and port; no trailing slash.
    pub base: String,
    /// How to log in.
    pub login: Account,
    /// The session.
    pub session: Session,
    /// Requests at the same time.
    pub requests: Places,
    /// Memory for answers that are being read.
    pub memory: Memory,
    /// Bound of one attempt.
    pub timeout: Duration,
    /// Host and port of the proxy on the way, if any.
    pub through_proxy: Option<String>,
    /// Cancelled when the last clone is gone.
    pub ended: CancelToken,
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.ended.cancel();
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("server", &self.base).finish_non_exhaustive()
    }
}
