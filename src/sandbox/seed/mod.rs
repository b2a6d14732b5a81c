//! The world a fresh sandbox starts with: a small network operator's platform, with the oddities of
//! real data on purpose: nulls, missing and extra fields, unknown states, numbers in strings, names
//! with spaces, slashes and other scripts, and lists longer than a page.

mod accounts;
mod agents;
mod commands;
mod compliance;
mod devices;
mod gateways;
mod golden;
mod health;
mod integrations;
mod inventories;
mod jobs;
mod lifecycle;
mod metrics;
mod operations;
mod studio;

pub use accounts::{ADMIN_ID, SERVICE_ACCOUNT_ID, accounts};
pub use agents::{messages, sessions};
pub use commands::command_templates;
pub use compliance::{compliance_instances, compliance_plans, compliance_reports};
pub use devices::{device_groups, devices};
pub use gateways::{connections, gateways, services};
pub use golden::{config_specs, config_trees, config_versions, parsers};
pub use health::{adapters, applications};
pub use integrations::{integration_models, integrations};
pub use inventories::{inventories, nodes};
pub use jobs::jobs;
pub use lifecycle::{executions, instances, resources};
pub use metrics::{job_metrics, task_metrics};
pub use operations::{automations, triggers};
pub use studio::{projects, templates, transformations, workflows};

/// The id of project *Campus Refresh*, whose assets are named `@<id>: <name>`.
pub const CAMPUS: &str = "64f0a1b2c3d4e5f601234567";

/// The `n`th seeded id of a kind: 24 hexadecimal digits, told apart by their first four.
pub fn id(kind: &str, n: usize) -> String {
    format!("{kind}{n:020x}")
}

/// The `n`th of `list`, starting over at its end.
pub fn cycle<T: Copy + Default>(list: &[T], n: usize) -> T {
    list.get(n.checked_rem(list.len()).unwrap_or(0)).copied().unwrap_or_default()
}
