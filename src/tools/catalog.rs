//! Which tools there are.

use super::areas::TOOLS;
use super::row::Tool;

/// What an operator needs most, without overlaps: enough for a day's work, and few enough for clients
/// that show a model no more than 40 tools.
pub const LEAN: &[&str] = &[
    // What is there, and is it well?
    "get_health",
    "get_adapters",
    "get_applications",
    "restart_adapter",
    // Jobs: start, follow, find what failed.
    "get_workflows",
    "start_workflow",
    "start_job",
    "get_jobs",
    "describe_job",
    "cancel_jobs",
    "retry_task",
    "get_triggers",
    "get_job_metrics",
    // Agents.
    "get_agents",
    "trigger_automation",
    "describe_session",
    "get_agent_token_usage",
    // Devices: read, check, change.
    "get_devices",
    "get_device_configuration",
    "backup_device_configuration",
    "apply_device_configuration",
    "get_backups",
    "compare_configurations",
    "run_command",
    "get_command_templates",
    "run_command_template",
    "get_compliance_plans",
    "run_compliance_plan",
    "describe_compliance_report",
    // Things in store.
    "get_projects",
    "describe_project",
    "get_inventories",
    "create_inventory",
    "add_nodes_to_inventory",
    "get_services",
    "run_service",
];

/// Every tool of this server.
pub fn all() -> impl Iterator<Item = &'static Tool> {
    TOOLS.iter().copied().flatten()
}

/// The tool called `name`.
pub fn find(name: &str) -> Option<&'static Tool> {
    all().find(|tool| tool.name == name)
}
