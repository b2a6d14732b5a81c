//! A tool's row, and what a running tool may use.
//!
//! A [`Tool`] row is the only place where a tool is described: its schemas, the check of its
//! arguments, its listing, its tags and its documentation all come from it.

use super::shown::{Outcome, Output, ToolError};
use super::told::{Arguments, Parameter};
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
