//! Which tools there are.

use super::{
    Tool, adapters, agent_session_manager, applications, gateway_manager, health, integrations,
    inventory_manager, lifecycle_manager, operations_manager, workflow_engine,
};

/// Every area's tools, in the order `tools/list` shows them.
pub static AREAS: &[&[Tool]] = &[
    adapters::TOOLS,
    agent_session_manager::TOOLS,
    applications::TOOLS,
    gateway_manager::TOOLS,
    health::TOOLS,
    integrations::TOOLS,
    inventory_manager::TOOLS,
    lifecycle_manager::TOOLS,
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
