//! An answer that comes in pieces, pushed by any thread.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::conn::{Conn, Gone};
use super::held::Leaving;
use crate::sync::Lock;

/// The sending end of a stream. Clones send to the same client; when the last one is dropped the
/// stream ends.
#[derive(Clone)]
pub struct Stream(Option<Arc<Sender>>);

struct Sender {
    conn: Arc<Conn>,
    number: u64,
    bytes: AtomicU64,
    over: Lock<Option<Over>>,
}

/// Told when a stream is over how many bytes it was given.
pub(super) type Over = Box<dyn FnOnce(u64) + Send>;

impl Stream {
    pub(super) fn new(conn: Option<Arc<Conn>>, number: u64, over: Over) -> Self {
        let Some(conn) = conn else {
            over(0);
            return Self(None);
        };
        let (bytes, over) = (AtomicU64::new(0), Lock::new(Some(over)));
        let sender = Arc::new(Sender { conn, number, bytes, over });
        let gone = Arc::downgrade(&sender);
        let gone = move || drop(gone.upgrade().inspect(|sender| sender.over()));
        sender.conn.on_leave(number, Leaving::Gone, Box::new(gone));
        Self(Some(sender))
    }

    /// Sends `bytes` as one piece. Never blocks: what the client does not take at once is kept, up to
    /// [`STREAM_BACKLOG_BYTES`](crate::limits::STREAM_BACKLOG_BYTES) and the write deadline.
    ///
    /// # Errors
    /// [`Gone`] when nobody reads the stream any more.
    pub fn send(&self, bytes: impl AsRef<[u8]>) -> Result<(), Gone> {
        let sender = self.0.as_ref().ok_or(Gone)?;
        let bytes = bytes.as_ref();
        sender.bytes.fetch_add(bytes.len() as u64, Ordering::Relaxed);
        sender.conn.send(sender.number, bytes)
    }

    /// Ends the stream properly, for every clone.
    pub fn close(&self) {
        if let Some(sender) = &self.0 {
            sender.conn.end_stream(sender.number);
            sender.over();
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

impl Sender {
    fn over(&self) {
        if let Some(over) = self.over.lock().take() {
            over(self.bytes.load(Ordering::Relaxed));
        }
    }
}

impl Drop for Sender {
    fn drop(&mut self) {
        self.conn.end_stream(self.number);
        self.over();
    }
}

impl fmt::Debug for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Stream").field("closed", &self.is_closed()).finish_non_exhaustive()
    }
}
