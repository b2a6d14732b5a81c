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

use serde_json::Value;

use super::clock::SEED_MS;
use super::world::merge;

/// The id of project *Campus Refresh*, whose assets are named `@<id>: <name>`.
pub const CAMPUS: &str = "64f0a1b2c3d4e5f601234567";

/// The `n`th seeded id of a kind: 24 hexadecimal digits, told apart by their first four.
pub fn id(kind: &str, n: usize) -> String {
    format!("{kind}{n:020x}")
}

/// Merges something odd into the rows at the given places, where there are such rows.
pub fn twist<const N: usize>(rows: &mut [Value], oddities: [(usize, Value); N]) {
    for (place, odd) in oddities {
        if let Some(row) = rows.get_mut(place) {
            merge(row, odd);
        }
    }
}

/// Takes fields from the row at a place, if there is one.
pub fn lack(rows: &mut [Value], place: usize, fields: &[&str]) {
    if let Some(row) = rows.get_mut(place).and_then(Value::as_object_mut) {
        row.retain(|name, _| !fields.contains(&name.as_str()));
    }
}

/// `text`, but null in the rows whose number leaves `null_at` when divided by `of`.
pub fn sometimes_null(n: usize, of: usize, null_at: usize, text: String) -> Value {
    if n % of == null_at { Value::Null } else { Value::String(text) }
}

/// `n` steps of `step_ms` before the moment seeds are dated by.
pub fn before(n: usize, step_ms: u64) -> u64 {
    SEED_MS.saturating_sub(u64::try_from(n).unwrap_or(0) * step_ms)
}

/// The `n`th of `list`, starting over at its end.
pub fn cycle<T: Copy + Default>(list: &[T], n: usize) -> T {
    list.get(n.checked_rem(list.len()).unwrap_or(0)).copied().unwrap_or_default()
}
