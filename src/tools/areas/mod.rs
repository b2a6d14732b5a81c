//! The tools, area by area.

pub mod adapters;
pub mod agent_session_manager;
pub mod applications;
pub mod authorization;
pub mod automation_studio;
mod components;
pub mod configuration_manager;
pub mod gateway_manager;
pub mod health;
pub mod integrations;
pub mod inventory_manager;
pub mod lifecycle_manager;
pub mod operations_manager;
pub mod workflow_engine;

use self::automation_studio::{command_templates, projects, templates, transfer};
use self::configuration_manager::{
    backups, compliance_plans, compliance_reports, device_groups, devices, golden_config, render,
};
use super::row::Tool;

/// Every tool, in the order `tools/list` shows them: one line for each file of tools.
pub static TOOLS: &[&[Tool]] = &[
    adapters::TOOLS,
    agent_session_manager::TOOLS,
    applications::TOOLS,
    authorization::TOOLS,
    gateway_manager::TOOLS,
    command_templates::TOOLS,
    compliance_plans::TOOLS,
    compliance_reports::TOOLS,
    render::TOOLS,
    device_groups::TOOLS,
    devices::TOOLS,
    backups::TOOLS,
    golden_config::TOOLS,
    health::TOOLS,
    integrations::TOOLS,
    inventory_manager::TOOLS,
    lifecycle_manager::TOOLS,
    operations_manager::TOOLS,
    operations_manager::control::TOOLS,
    operations_manager::manual_tasks::TOOLS,
    operations_manager::triggers::TOOLS,
    projects::TOOLS,
    transfer::TOOLS,
    templates::TOOLS,
    workflow_engine::TOOLS,
];
