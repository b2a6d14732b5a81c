//! A tool's row.
//!
//! A [`Tool`] row is the only place where a tool is described: its schemas, the check of its
//! arguments, its listing, its tags and its documentation all come from it.

use super::asked::List;
use super::context::Context;
use super::shown::{Outcome, Output, ToolError};
use super::told::{Arguments, Parameter};

/// One tool.
#[derive(Clone, Copy, Debug)]
pub struct Tool {
    /// Name on the wire.
    pub name: &'static str,
    /// Name for people.
    pub title: &'static str,
    /// What it does, when not to use it, and the next tool. The first sentence stands alone.
    pub description: &'static str,
    /// The area it belongs to, whose tag it carries beside its own name and `default`.
    pub area: &'static Area,
    /// What a client may assume about calling it.
    pub hints: Hints,
    /// What it may be told, beside what the row of its list brings: see [`Tool::all_parameters`].
    pub parameters: &'static [Parameter],
    /// What it gives back.
    pub output: Output,
    /// How it does it.
    pub run: Run,
    /// Whether a call may go on as a task after its answer.
    pub tasking: Tasking,
}

/// An area of the platform.
#[derive(Debug)]
pub struct Area {
    /// The tag of its tools, and the name of its folder or file in every room.
    pub tag: &'static str,
    /// What it is for, as the server introduces it to a model.
    pub about: &'static str,
}

/// How a tool does what it does. Arguments have passed [`Arguments::check`].
#[derive(Clone, Copy, Debug)]
pub enum Run {
    /// It reads a list.
    List(&'static List),
    /// Anything else.
    Code(fn(&Context<'_>, &Arguments) -> Result<Outcome, ToolError>),
}

/// When a call of a tool takes so long that it may become a task.
#[derive(Clone, Copy, Debug)]
pub enum Tasking {
    /// Never: it answers in one go.
    Never,
    /// When this argument, in seconds, is more than zero: the caller wants to wait.
    Waits(&'static str),
    /// Always: how long it takes is up to devices and gateways.
    Always,
    /// It starts what then runs on the platform by itself (see [`Runs`](super::Runs)), and the task
    /// stands for that: until it ends, or for as many seconds as this argument says, if more than
    /// zero.
    Starts(Option<&'static str>),
}

impl Tool {
    /// The row of a tool that reads and takes no parameters, for others to say what differs.
    pub const fn reads(area: &'static Area) -> Self {
        Self {
            name: "",
            title: "",
            description: "",
            area,
            hints: Hints::READ,
            parameters: &[],
            output: Output::Free,
            run: Run::Code(|_, _| Err(ToolError::platform("this tool has no code"))),
            tasking: Tasking::Never,
        }
    }

    /// The row of a tool that adds something new.
    pub const fn creates(area: &'static Area) -> Self {
        Self { hints: Hints::CREATE, ..Self::reads(area) }
    }

    /// The row of a tool that runs automation.
    pub const fn runs(area: &'static Area) -> Self {
        Self { hints: Hints::RUN, ..Self::reads(area) }
    }

    /// Everything that it may be told: its own parameters, and those of its list.
    pub fn all_parameters(&self) -> impl Iterator<Item = &'static Parameter> + use<> {
        let of_list = match self.run {
            Run::List(list) => Some(list.parameters()),
            Run::Code(_) => None,
        };
        self.parameters.iter().chain(of_list.into_iter().flatten())
    }
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
