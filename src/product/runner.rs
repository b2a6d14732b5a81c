//! What every call of a tool needs besides its arguments.

use std::sync::Arc;

use crate::config::{Confirm, ConfirmFallback, ResponseFormat};
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
}

/// The tool called `name`, if it is among these.
pub fn among(tools: &[&'static Tool], name: &str) -> Option<&'static Tool> {
    tools.iter().find(|tool| tool.name == name).copied()
}
