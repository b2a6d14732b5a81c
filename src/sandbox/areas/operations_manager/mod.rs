//! Operations Manager.

pub mod automations;
pub mod jobs;
