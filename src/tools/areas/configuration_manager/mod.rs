//! Devices, their groups, golden configurations and compliance.

pub mod compliance_plans;
pub mod compliance_reports;
pub mod device_groups;
pub mod devices;
pub mod golden_config;
pub mod render;
