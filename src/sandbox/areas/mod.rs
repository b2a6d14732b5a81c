//! What the simulated platform does, area by area, as the tools' areas are called.

pub mod accounts;
mod agent_session_manager;
mod automation_studio;
mod configuration_manager;
mod gateway_manager;
mod health;
mod integrations;
mod inventory_manager;
mod lifecycle_manager;
mod operations_manager;
mod work_center;
mod workflow_engine;

use super::routing::{Area, Route};
use super::world::Collection;

/// Every part of the platform that needs a login.
const AREAS: &[Area] = &[
    accounts::AREA,
    health::AREA,
    operations_manager::automations::AREA,
    operations_manager::triggers::AREA,
    operations_manager::jobs::AREA,
    operations_manager::control::AREA,
    operations_manager::tasks::AREA,
    work_center::AREA,
    automation_studio::documents::AREA,
    automation_studio::transfer::AREA,
    workflow_engine::AREA,
    agent_session_manager::AREA,
    inventory_manager::AREA,
    integrations::AREA,
    gateway_manager::AREA,
    configuration_manager::devices::AREA,
    configuration_manager::backups::AREA,
    configuration_manager::golden_config::AREA,
    configuration_manager::compliance::AREA,
    automation_studio::command_templates::AREA,
    lifecycle_manager::AREA,
];

/// The routes of every part.
pub fn routes() -> Vec<&'static [Route]> {
    AREAS.iter().map(|area| area.routes).collect()
}

/// Everything there is on the platform, by name.
pub fn collections() -> Vec<&'static Collection> {
    let mut all: Vec<_> = AREAS.iter().flat_map(|area| area.collections).collect();
    all.sort_by_key(|collection| collection.name);
    all
}
