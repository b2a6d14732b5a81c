//! An answer that comes in pieces, pushed by any thread.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::conn::Conn;

/// How a stream behaves while its owner is silent.
#[derive(Clone, Debug)]
pub struct StreamOptions {
    /// Bytes to send when nothing was sent for so long: a comment that keeps proxies from closing
    /// (for SSE `: ping\n\n`). The housekeeper sends them; no thread belongs to a stream.
    pub heartbeat: Option<(Duration, Arc<[u8]>)>,
    /// Whether [`Server::shutdown`](super::Server::shutdown) ends the stream at once. A stream that
    /// is the answer to a running call says `false` and has the whole grace to be finished.
    pub ends_on_shutdown: bool,
}

impl Default for StreamOptions {
    fn default() -> Self {
        Self { heartbeat: None, ends_on_shutdown: true }
    }
}

/// The client is not there any more, or was dropped because it did not keep up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone;

impl fmt::Display for Gone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the client has gone")
    }
}

impl std::error::Error for Gone {}

/// The sending end of a stream. Clones send to the same client; when the last one is dropped the
/// stream ends.
#[derive(Clone)]
pub struct Stream(Option<Arc<Sender>>);

struct Sender {
    conn: Arc<Conn>,
    turn: u64,
}

impl Stream {
    pub(super) fn new(conn: Option<Arc<Conn>>, turn: u64) -> Self {
        Self(conn.map(|conn| Arc::new(Sender { conn, turn })))
    }

    /// Sends `bytes` as one piece. Never blocks: what the client does not take at once is kept, up to
    /// [`STREAM_BACKLOG_BYTES`](crate::limits::STREAM_BACKLOG_BYTES) and the write deadline.
    ///
    /// # Errors
    /// [`Gone`] when nobody reads the stream any more.
    pub fn send(&self, bytes: impl AsRef<[u8]>) -> Result<(), Gone> {
        let sender = self.0.as_ref().ok_or(Gone)?;
        sender.conn.send(sender.turn, bytes.as_ref())
    }

    /// Ends the stream properly, for every clone.
    pub fn close(&self) {
        if let Some(sender) = &self.0 {
            sender.conn.end_stream(sender.turn);
        }
    }

    /// Whether the stream is over, for whatever reason.
    pub fn is_closed(&self) -> bool {
        self.0.as_ref().is_none_or(|sender| sender.conn.is_over(sender.turn))
    }

    /// Runs `callback` when the stream ends other than by [`Stream::close`]: the client went or fell
    /// behind, or the server stops. It runs on a thread of the server, or at once, here, if the
    /// stream is over already.
    pub fn on_close(&self, callback: Box<dyn FnOnce() + Send>) {
        match &self.0 {
            Some(sender) => sender.conn.on_gone(sender.turn, callback),
            None => callback(),
        }
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        self.conn.end_stream(self.turn);
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("closed", &self.is_closed()).finish_non_exhaustive()
    }
}
