//! One table of tools, one file per platform area.
//!
//! A [`Tool`] row is the only place where a tool is described: its schemas, the check of its
//! arguments, its listing, its tags and its documentation all come from it. Adding a tool touches
//! one file.

mod adapters;
mod agent_session_manager;
mod applications;
mod arguments;
mod catalog;
mod coerce;
mod command_templates;
mod compliance_plans;
mod compliance_reports;
mod components;
mod configuration_manager;
mod definition;
mod device_groups;
mod devices;
mod error;
mod gateway_manager;
mod golden_config;
mod health;
mod integrations;
mod inventory_manager;
mod lifecycle_manager;
mod listing;
mod moment;
mod operations_manager;
mod parameter;
mod projects;
mod reply;
mod shape;
mod templates;
mod workflow_engine;

use serde_json::Value;

pub use arguments::{Arguments, nearest};
pub use catalog::{AREAS, all, find};
pub use error::{ErrorKind, ToolError};
pub use listing::{Listing, read_whole};
pub use moment::moment;
pub use operations_manager::job_has_ended;
pub use parameter::{Kind, Parameter, Presence};
pub use shape::{Field, FieldKind, Shape, lookup, time};

use crate::platform::Api;

/// One tool.
#[derive(Clone, Copy, Debug)]
pub struct Tool {
    /// Name on the wire.
    pub name: &'static str,
    /// Name for people.
    pub title: &'static str,
    /// What it does, when not to use it, and the next tool. The first sentence stands alone.
    pub description: &'static str,
    /// The area's tag first; the tool's own name and `default` are added to these.
    pub tags: &'static [&'static str],
    /// What a client may assume about calling it.
    pub hints: Hints,
    /// What it may be told.
    pub parameters: &'static [Parameter],
    /// What it gives back.
    pub output: Output,
    /// What it does. Arguments have passed [`Arguments::check`].
    pub run: fn(&Context<'_>, &Arguments) -> Result<Outcome, ToolError>,
}

/// MCP's tool annotations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hints {
    /// It changes nothing.
    pub read_only: bool,
    /// It may destroy or interrupt something.
    pub destructive: bool,
    /// Doing it again with the same arguments changes nothing more.
    pub idempotent: bool,
    /// It reaches beyond the platform: devices, services, other systems.
    pub open_world: bool,
}

impl Hints {
    /// Reads from the platform.
    pub const READ: Self =
        Self { read_only: true, destructive: false, idempotent: true, open_world: false };
    /// Adds something new on the platform.
    pub const CREATE: Self =
        Self { read_only: false, destructive: false, idempotent: false, open_world: false };
    /// Runs automation that may change the network.
    pub const RUN: Self =
        Self { read_only: false, destructive: true, idempotent: false, open_world: true };

    /// The same hints, safe to repeat.
    pub const fn idempotent(mut self) -> Self {
        self.idempotent = true;
        self
    }
}

/// What a tool gives back.
#[derive(Clone, Copy, Debug)]
pub enum Output {
    /// One object.
    Object(&'static Shape),
    /// A list of objects, on the wire as `{"result": [...]}`.
    List(&'static Shape),
    /// An object of one of several shapes, on the wire as `{"result": {...}}`.
    OneOf(&'static [&'static Shape]),
    /// Any object, passed on as the platform gave it.
    Free,
    /// Any value, on the wire as `{"result": ...}`.
    Wrapped,
}

impl Output {
    /// Whether the value stands under `result` in structured content.
    pub fn wrapped(self) -> bool {
        !matches!(self, Self::Object(_) | Self::Free)
    }
}

/// What a tool call produced.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The value itself, in the tool's output shape.
    pub value: Value,
    /// For a list: how many there are in all, when that is known and more than are shown.
    pub total: Option<u64>,
    /// What the reader should know about this result: that it is cut, or that a part is missing.
    pub note: Option<String>,
}

impl From<Value> for Outcome {
    fn from(value: Value) -> Self {
        Self { value, total: None, note: None }
    }
}

impl Outcome {
    /// The same outcome, with something its reader should know.
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// A list of which only `value` is shown, out of `total`.
    pub fn part(value: Value, total: Option<u64>) -> Self {
        let shown = value.as_array().map_or(0, Vec::len) as u64;
        match total {
            Some(total) if total > shown => Self {
                value,
                total: Some(total),
                note: Some(format!("{shown} of {total} are shown; more are available.")),
            },
            _ => value.into(),
        }
    }
}

/// What a running tool may use.
pub struct Context<'a> {
    /// The platform, for this call: requests end when the call is cancelled.
    pub api: Api<'a>,
    /// The client, for this call.
    pub host: &'a dyn Host,
}

/// The client of a running tool call.
pub trait Host: Sync {
    /// Says how far the call is. Ignored unless the client asked for it.
    fn progress(&self, done: f64, total: Option<f64>, message: &str);

    /// Says something about the call, for the client's log.
    fn log(&self, level: log::Level, message: &str);

    /// Returns when a person agreed to `question`.
    ///
    /// # Errors
    /// When the person did not agree, when the client cannot ask anybody, or when the question must
    /// first travel to the client and the call be repeated with the answer. Pass the error on.
    fn confirm(&self, question: &str) -> Result<(), ToolError>;
}
