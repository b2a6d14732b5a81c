//! Where a connection stands, and what it remembers there.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::budget::Hold;
use super::wire::{Body, Head, HeadReader, Version};

/// Where a connection stands.
pub enum Phase {
    /// Before or in a request head.
    Head {
        /// The search for its end.
        reader: HeadReader,
        /// Kept alive, and nothing of the next request has come.
        idle: bool,
    },
    /// In a request body.
    Body(Box<Arriving>),
    /// The request is with the handler.
    Handling(Answering),
    /// The answer comes in pieces.
    Streaming(Streaming),
    /// The end of an answer is on its way out.
    Writing {
        /// Whether the connection ends with it.
        close: bool,
    },
    /// Everything is written; the client may read it before the end.
    Linger,
}

/// A request whose body is arriving.
pub struct Arriving {
    /// Its head.
    pub head: Head,
    /// Where in the body it is.
    pub decoder: Body,
    /// What has arrived of it.
    pub body: Vec<u8>,
}

/// How a stream behaves while its owner is silent.
#[derive(Clone, Debug)]
pub struct StreamOptions {
    /// Bytes to send when nothing was sent for so long: a comment that keeps proxies from closing
    /// (for SSE `: ping\n\n`). The housekeeper sends them; no thread belongs to a stream.
    pub heartbeat: Option<(Duration, Arc<[u8]>)>,
    /// Whether [`Server::shutdown`](crate::http::Server::shutdown) ends the stream at once. A stream that
    /// is the answer to a running call says `false` and has the whole grace to be finished.
    pub ends_on_shutdown: bool,
}

impl Default for StreamOptions {
    fn default() -> Self {
        Self { heartbeat: None, ends_on_shutdown: true }
    }
}

/// What the answer to a request needs to know.
#[derive(Clone, Copy)]
pub struct Answering {
    /// Of the request.
    pub version: Version,
    /// Whether only the head is sent.
    pub head_only: bool,
    /// Whether the client wants to go on afterwards.
    pub keep_alive: bool,
}

impl Answering {
    /// What the answer to this request needs to know.
    pub fn new(head: &Head) -> Self {
        let Head { version, keep_alive, .. } = *head;
        Self { version, head_only: head.method == "HEAD", keep_alive }
    }
}

/// An answer in pieces.
pub struct Streaming {
    /// Whether pieces are chunks.
    pub chunked: bool,
    /// Whether the connection goes on afterwards.
    pub keep_alive: bool,
    /// Whether the server's end ends it too.
    pub ends_on_shutdown: bool,
    /// What is sent when nothing else is.
    pub heartbeat: Option<Heartbeat>,
    /// Its place among the open streams.
    pub _counted: Hold,
}

/// Bytes sent when nothing else was sent for a while.
pub struct Heartbeat {
    /// For how long.
    pub every: Duration,
    /// Which.
    pub bytes: Arc<[u8]>,
    /// When next.
    pub next: Instant,
}
