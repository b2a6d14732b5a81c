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

mod accept;
mod answer;
mod budget;
mod conn;
mod connections;
mod exchange;
mod forwarded;
mod held;
mod link;
mod listener;
mod machine;
#[cfg(test)]
mod machine_tests;
mod message;
mod options;
mod phase;
mod poller;
mod refused;
mod rules;
mod server;
mod stream;
mod throttle;
pub mod tls;
mod turn;
mod unwelcome;
pub mod wire;

pub use conn::Gone;
pub use exchange::{Client, Exchange, Handler, Responder};
pub use message::{Request, Response};
pub use options::{Knows, Listen, Options, StartError};
pub use phase::StreamOptions;
pub use refused::{NO_PLACE, REASONS};
pub use server::{Server, Stats};
pub use stream::Stream;
