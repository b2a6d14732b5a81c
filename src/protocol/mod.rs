//! The Model Context Protocol, free of I/O.
//!
//! A transport reads bytes, hands [`message::read`]'s messages to [`Engine::receive`], and carries
//! the [`Dispatch`] back. Notifications, progress and questions to the client go through a [`Sink`].

mod answer;
mod call;
mod caller;
mod dispatch;
mod elsewhere;
mod engine;
mod error;
mod handle;
mod input;
pub mod message;
mod page;

mod registries;
mod registry;
mod result;
pub mod revision;
mod salvage;
mod serve;
mod session;
mod severity;
mod subscriptions;
mod task_requests;
mod tasks;
mod uri_template;

pub use answer::{Answer, malformed};
pub use call::{Call, named_trace};
pub use caller::{Caller, Credential};
pub use dispatch::{Dispatch, TaskStart, Work};
pub use elsewhere::{Elsewhere, Started};
pub use engine::Engine;
pub use error::RpcError;
pub use input::{Elicited, Reply};
pub use page::List;

pub use registries::Registries;
pub use registry::{
    Becomes, Complete, Offers, PromptEntry, Read, Registry, ResourceEntry, Run, Tasking,
    TemplateEntry, ToolEntry,
};
pub use salvage::IdSearch;
pub use session::{NoAnswer, NoSink, Session, Sink};
pub use severity::Severity;
pub use subscriptions::Listening;
pub use tasks::{Standing, Status};
pub use uri_template::Variables;
