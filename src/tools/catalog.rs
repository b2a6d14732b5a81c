//! Which tools there are.

use super::areas::automation_studio::{command_templates, projects, templates};
use super::areas::configuration_manager::{
    compliance_plans, compliance_reports, device_groups, devices, golden_config, render,
};
use super::areas::{
    adapters, agent_session_manager, applications, gateway_manager, health, integrations,
    inventory_manager, lifecycle_manager, operations_manager, workflow_engine,
};
use super::row::Tool;

/// Every tool, in the order `tools/list` shows them: one line for each file of tools.
static CATALOG: &[&[Tool]] = &[
    adapters::TOOLS,
    agent_session_manager::TOOLS,
    applications::TOOLS,
    gateway_manager::TOOLS,
    command_templates::TOOLS,
    compliance_plans::TOOLS,
    compliance_reports::TOOLS,
    render::TOOLS,
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
    CATALOG.iter().copied().flatten()
}

/// The tool called `name`.
pub fn find(name: &str) -> Option<&'static Tool> {
    all().find(|tool| tool.name == name)
}
