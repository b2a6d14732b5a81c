//! Which tools there are.

use super::areas::TOOLS;
use super::row::Tool;

/// Every tool of this server.
pub fn all() -> impl Iterator<Item = &'static Tool> {
    TOOLS.iter().copied().flatten()
}

/// The tool called `name`.
pub fn find(name: &str) -> Option<&'static Tool> {
    all().find(|tool| tool.name == name)
}
