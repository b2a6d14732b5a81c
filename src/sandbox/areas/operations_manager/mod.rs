//! Operations Manager.

pub mod automations;
pub mod control;
pub mod jobs;
pub mod tasks;
pub mod triggers;
