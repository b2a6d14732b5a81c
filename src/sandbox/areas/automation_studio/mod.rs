//! Automation Studio.

pub mod command_templates;
pub mod documents;
pub mod transfer;
