//! Which tools there are.

use super::areas::TOOLS;
use super::row::Tool;

/// What an operator needs most, without overlaps: enough for a day's work, and few enough for clients
/// that show a model no more than 40 tools.
pub const LEAN: &[&str] = &[
    // Is the platform well?
    "get_health",
    "restart_adapter",
    // Jobs: start, follow, find what failed or waits, bring to an end, make a habit of.
    "get_workflows",
    "start_workflow",
    "start_job",
    "get_jobs",
    "describe_job",
    "retry_task",
    "cancel_jobs",
    "get_manual_tasks",
    "describe_manual_task",
    "claim_task",
    "finish_task",
    "get_triggers",
    "create_trigger",
    "update_trigger",
    // Agents.
    "get_agents",
    "trigger_automation",
    "get_agent_token_usage",
    // Devices: read, check, change, compare.
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
    "describe_compliance_plan",
    // Things in store.
    "get_projects",
    "export_project",
    "get_inventories",
    "create_inventory",
    "add_nodes_to_inventory",
    "get_user_groups",
];

/// Every tool of this server.
pub fn all() -> impl Iterator<Item = &'static Tool> {
    TOOLS.iter().copied().flatten()
}

/// The tool called `name`.
pub fn find(name: &str) -> Option<&'static Tool> {
    all().find(|tool| tool.name == name)
}
