//! Which tools there are.

use super::{
    Tool, adapters, agent_session_manager, applications, command_templates, compliance_plans,
    compliance_reports, configuration_manager, device_groups, devices, gateway_manager,
    golden_config, health, integrations, inventory_manager, lifecycle_manager, operations_manager,
    projects, templates, workflow_engine,
};

/// Every area's tools, in the order `tools/list` shows them.
pub static AREAS: &[&[Tool]] = &[
    adapters::TOOLS,
    agent_session_manager::TOOLS,
    applications::TOOLS,
    gateway_manager::TOOLS,
    command_templates::TOOLS,
    compliance_plans::TOOLS,
    compliance_reports::TOOLS,
    configuration_manager::TOOLS,
    device_groups::TOOLS,
    devices::TOOLS,
    golden_config::TOOLS,
    health::TOOLS,
    integrations::TOOLS,
    inventory_manager::TOOLS,
    lifecycle_manager::TOOLS,
    operations_manager::TOOLS,
    projects::TOOLS,
    templates::TOOLS,
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
