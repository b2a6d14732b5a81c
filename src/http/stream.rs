//! An answer that comes in pieces, pushed by any thread.

use std::fmt;
use std::sync::Arc;

use super::conn::{Conn, Gone};
use super::held::Leaving;

/// The sending end of a stream. Clones send to the same client; when the last one is dropped the
/// stream ends.
#[derive(Clone)]
pub struct Stream(Option<Arc<Sender>>);

struct Sender {
    conn: Arc<Conn>,
    number: u64,
}

impl Stream {
    pub(super) fn new(conn: Option<Arc<Conn>>, number: u64) -> Self {
        Self(conn.map(|conn| Arc::new(Sender { conn, number })))
    }

    /// Sends `bytes` as one piece. Never blocks: what the client does not take at once is kept, up to
    /// [`STREAM_BACKLOG_BYTES`](crate::limits::STREAM_BACKLOG_BYTES) and the write deadline.
    ///
    /// # Errors
    /// [`Gone`] when nobody reads the stream any more.
    pub fn send(&self, bytes: impl AsRef<[u8]>) -> Result<(), Gone> {
        let sender = self.0.as_ref().ok_or(Gone)?;
        sender.conn.send(sender.number, bytes.as_ref())
    }

    /// Ends the stream properly, for every clone.
    pub fn close(&self) {
        if let Some(sender) = &self.0 {
            sender.conn.end_stream(sender.number);
        }
    }

    /// Whether the stream is over, for whatever reason.
    pub fn is_closed(&self) -> bool {
        self.0.as_ref().is_none_or(|sender| sender.conn.has_left(sender.number, Leaving::Gone))
    }

    /// Runs `callback` when the stream ends other than by [`Stream::close`]: the client went or fell
    /// behind, or the server stops. It runs on a thread of the server, or at once, here, if the
    /// stream is over already.
    pub fn on_close(&self, callback: Box<dyn FnOnce() + Send>) {
        match &self.0 {
            Some(sender) => sender.conn.on_leave(sender.number, Leaving::Gone, callback),
            None => callback(),
        }
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        self.conn.end_stream(self.number);
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("closed", &self.is_closed()).finish_non_exhaustive()
    }
}
