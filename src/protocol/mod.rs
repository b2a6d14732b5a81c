//! The Model Context Protocol, free of I/O.
//!
//! A transport reads bytes, hands [`message::read`]'s messages to [`Engine::receive`], and carries
//! the [`Outcome`] back. Notifications, progress and questions to the client go through a [`Sink`].

mod call;
mod engine;
mod error;
mod input;
mod json;
pub mod message;
mod outcome;
mod page;

mod registry;
pub mod revision;
mod seal;
mod serve;
mod session;
mod subscriptions;
mod tasks;
mod uri_template;

pub use call::{Call, Caller, Severity};
pub use engine::Engine;
pub use error::RpcError;
pub use input::{Elicited, Reply};
pub use json::parse as parse_json;
pub use outcome::{Answer, Outcome, Work, malformed};
pub use page::List;

pub use registry::{
    Becomes, Complete, Offers, PromptEntry, Read, Registry, ResourceEntry, Run, Tasking,
    TemplateEntry, ToolEntry,
};
pub use session::{NoAnswer, NoSink, Session, Sink};
pub use subscriptions::Listening;
pub use uri_template::Variables;
