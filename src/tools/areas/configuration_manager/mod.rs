//! Configuration Manager: devices, their groups, golden configurations and compliance.

pub mod backups;
pub mod compliance_plans;
pub mod compliance_reports;
pub mod device_groups;
pub mod devices;
pub mod golden_config;
pub mod render;

use crate::tools::row::Area;

/// This area.
pub static AREA: Area = Area {
    tag: "configuration_manager",
    about: "devices, groups, backups, compliance and golden configuration",
};
