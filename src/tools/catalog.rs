//! Which tools there are.

use super::{Tool, adapters, applications, health, operations_manager, workflow_engine};

/// Every area's tools, in the order `tools/list` shows them.
pub static AREAS: &[&[Tool]] = &[
    adapters::TOOLS,
    applications::TOOLS,
    health::TOOLS,
    operations_manager::TOOLS,
    workflow_engine::TOOLS,
];

/// Every tool of this server.
pub fn all() -> impl Iterator<Item = &'static Tool> {
    AREAS.iter().copied().flatten()
}

/// The tool called `name`.
pub fn find(name: &str) -> Option<&'static Tool> {
    all().find(|tool| tool.name == name)
}
