//! A small blocking HTTP/1.1 server over plain or TLS streams.
//!
//! A few I/O threads own sockets, TLS and framing. A complete, checked request reaches the
//! [`Handler`] on one of them as an [`Exchange`]; the handler answers at once, or moves the exchange
//! to another thread and answers from there. Nobody ever blocks on a client.

mod message;

pub use message::{Request, Response};

/// What a server does with its requests. Called on an I/O thread: must not block.
pub trait Handler: Send + Sync + 'static {
    /// Answers `exchange`, or moves it to a thread that will.
    fn handle(&self, exchange: Exchange);
}

/// One request and the means to answer it.
pub struct Exchange {
    /// What the client asked.
    pub request: Request,
}
