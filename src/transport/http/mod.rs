//! MCP over HTTP: Streamable HTTP of every revision, and HTTP+SSE of 2024-11-05 beside it.
//!
//! The body of a message decides its era ([`crate::protocol::revision`]); both eras share one endpoint.

mod credential;
mod events;
mod headers;
mod legacy_sse;
mod noted;
mod numbers;
mod origin;
mod pending;
mod reply;
mod responder;
mod routes;
mod service;
mod sessions;
mod status;
mod status_pages;
mod streamable;

pub use routes::Aside;
pub use service::Service;
pub use status::{CertificateFacts, Probe};
