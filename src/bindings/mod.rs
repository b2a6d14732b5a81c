//! Tools that are made from configuration.

mod automations;
mod bound;
mod catalogue;
pub mod custom;
pub mod declared;
pub mod files;
mod made;
pub mod program;
mod recheck;
mod seen;
mod words;

pub use made::{Act, MadeTool};
pub use recheck::Recheck;
pub use seen::{Missing, Seen, Wanted};

use crate::tools::Area;

/// Tools that stand for automations and services of the platform.
pub static BINDINGS: Area =
    Area { tag: "bindings", about: "automations and services that the operator made tools" };

/// Tools that the operator wrote.
pub static CUSTOM: Area = Area { tag: "custom", about: "tools that the operator added" };
