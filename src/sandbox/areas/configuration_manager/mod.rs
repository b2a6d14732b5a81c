//! Configuration Manager.

pub mod compliance;
pub mod devices;
pub mod golden_config;
