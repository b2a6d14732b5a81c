//! A small blocking HTTP/1.1 server over plain or TLS streams.
//!
//! A few I/O threads own sockets, TLS and framing. A complete, checked request reaches the
//! [`Handler`] on one of them as an [`Exchange`]; the handler answers at once, or moves the exchange
//! to another thread and answers from there. Nobody ever blocks on a client: connections that wait,
//! for a request, an answer or a slow reader, are parked and hold no thread.
//!
//! ```
//! use std::sync::Arc;
//! use itential_mcp::http::{Exchange, Handler, Options, Response, Server};
//!
//! struct Hello;
//! impl Handler for Hello {
//!     fn handle(&self, exchange: Exchange) {
//!         exchange.respond(Response::text(200, "hello\n"));
//!     }
//! }
//!
//! let server = Server::start(("127.0.0.1", 0), Options::default(), Arc::new(Hello))?;
//! println!("listening on {}", server.local_addr());
//! # Ok::<(), itential_mcp::http::StartError>(())
//! ```

mod conn;
mod exchange;
mod forwarded;
mod listener;
mod message;
mod options;
mod poller;
mod server;
mod stream;
pub mod tls;
pub mod wire;

pub use exchange::{Exchange, Responder};
pub use message::{Request, Response};
pub use options::{Listen, Options, StartError};
pub use server::{Server, Stats};
pub use stream::{Gone, Stream, StreamOptions};

/// What a server does with its requests. Called on an I/O thread: must not block.
pub trait Handler: Send + Sync + 'static {
    /// Answers `exchange`, or moves it to a thread that will.
    fn handle(&self, exchange: Exchange);
}

impl<F: Fn(Exchange) + Send + Sync + 'static> Handler for F {
    fn handle(&self, exchange: Exchange) {
        self(exchange);
    }
}
