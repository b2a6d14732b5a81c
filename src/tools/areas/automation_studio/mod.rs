//! Automation Studio: projects, templates and command templates.

pub mod command_templates;
pub mod projects;
pub mod templates;
pub mod transfer;

use crate::tools::row::Area;

/// This area.
pub static AREA: Area = Area {
    tag: "automation_studio",
    about: "projects, templates and command templates; export and import between platforms",
};
