//! Configuration Manager.

pub mod backups;
pub mod compliance;
pub mod devices;
pub mod golden_config;
