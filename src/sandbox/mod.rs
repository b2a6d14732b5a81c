//! A simulated Itential Platform on loopback, for trying, training and tests.
//!
//! It speaks the platform's own routes with the platform's shapes, keeps state (jobs progress,
//! adapters stop and start, what is created can be read back), and needs a login. Its data are
//! awkward on purpose. Everything under `/sandbox/` belongs to the simulation alone: faults, sessions
//! that expire, the log of requests, collections replaced; see `docs/sandbox.md`.
//!
//! It shares no code with the client side of this program, so that tests against it test that side
//! and not an echo of it.

mod answer;
mod areas;
mod clock;
mod control;
mod delivery;
mod faults;
mod incoming;
mod levers;
mod listing;
mod options;
mod query;
mod routing;
mod schema;
mod seed;
mod server;
mod sessions;
mod simulation;
mod world;

pub use options::{CLIENT_ID, CLIENT_SECRET, Options, PASSWORD, USER};
pub use server::Sandbox;
