//! What every call of a tool needs besides its arguments.

use std::sync::Arc;

use crate::config::{Confirm, ConfirmFallback, ResponseFormat, Server};
use crate::observe::Audit;
use crate::platform::Client;
use crate::tools::Tool;

/// Where tools run, and how their calls are confirmed, written down and rendered.
pub struct ToolRunner {
    /// The platform.
    pub client: Client,
    /// How results are rendered.
    pub format: ResponseFormat,
    /// Which calls a person must agree to.
    pub confirm: Confirm,
    /// What counts where nobody can be asked.
    pub fallback: ConfirmFallback,
    /// Where calls are written down.
    pub audit: Option<Arc<Audit>>,
    /// How much a client is given at a time.
    pub share: Share,
}

/// How much of what there is a client is given at a time.
#[derive(Clone, Copy, Debug)]
pub struct Share {
    /// Items of a list, when the call does not say how many; none: all.
    pub items: Option<usize>,
    /// Bytes of an answer; none: any.
    pub bytes: Option<usize>,
}

impl Share {
    /// Everything.
    pub const ALL: Self = Self { items: None, bytes: None };

    /// What the configuration says.
    pub fn of(server: &Server) -> Self {
        match server.full {
            true => Self::ALL,
            false => Self { items: Some(server.max_items), bytes: Some(server.max_answer_bytes) },
        }
    }
}

/// The tool called `name`, if it is among these.
pub fn among(tools: &[&'static Tool], name: &str) -> Option<&'static Tool> {
    tools.iter().find(|tool| tool.name == name).copied()
}
