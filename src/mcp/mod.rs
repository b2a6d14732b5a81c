//! The Model Context Protocol, free of I/O.
//!
//! A transport reads bytes, hands [`message::read`]'s messages to [`Engine::receive`], and carries
//! the [`Outcome`] back. Notifications, progress and questions to the client go through a [`Sink`].

mod call;
mod engine;
mod error;
mod instructions;
mod json;
pub mod message;
mod product;
mod registry;
pub mod revision;
mod session;

pub use call::{Call, Caller, Severity};
pub use engine::{Answer, Engine, Outcome, Work, malformed};
pub use error::RpcError;
pub use json::parse as parse_json;
pub use product::{enabled, engine};
pub use registry::{Registry, Run, ToolEntry};
pub use session::{NoAnswer, NoSink, Session, Sink};
