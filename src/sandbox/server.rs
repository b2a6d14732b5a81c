//! The sandbox on its port.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use super::delivery::Delivery;
use super::options::Options;
use super::simulation::Simulation;
use crate::http::{self, Server};
use crate::limits;

/// A running sandbox. Dropping it stops it.
#[derive(Debug)]
pub struct Sandbox(Server);

impl Sandbox {
    /// Serves a fresh world at `addr`, which must be a loopback address: what is under `/sandbox/`
    /// needs no login.
    ///
    /// # Errors
    /// `addr` is not loopback, or cannot be listened on.
    pub fn start(addr: SocketAddr, options: Options) -> io::Result<Self> {
        if !addr.ip().is_loopback() {
            let message = format!("the sandbox listens on loopback only, not on {}", addr.ip());
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        let simulation = Simulation::new(options);
        let delivery = Delivery::start()?;
        let http = http::Options {
            // All clients are on this host, and `PUT /sandbox/world` may bring a large network.
            max_connections_per_address: limits::CONNECTIONS,
            body_bytes: limits::BODIES_BYTES,
            ..http::Options::default()
        };
        let handler = move |exchange: http::Exchange| {
            let reaction = simulation.answer(&exchange.request);
            delivery.send(exchange.responder, reaction);
        };
        let server = Server::start(addr, http, Arc::new(handler));
        Ok(Self(server.map_err(|failed| io::Error::new(failed.error.kind(), failed.to_string()))?))
    }

    /// Where it listens; with port 0 this tells the port the system chose.
    pub fn addr(&self) -> SocketAddr {
        self.0.local_addr()
    }

    /// Stops, letting answers under way finish for a moment.
    pub fn shutdown(&self) {
        self.0.shutdown(limits::HTTP_TICK);
    }
}
