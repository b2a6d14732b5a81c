//! Projects, templates and command templates.

pub mod command_templates;
pub mod projects;
pub mod templates;
