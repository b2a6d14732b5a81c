//! Tools that are made from configuration.

mod areas;
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

pub use areas::{BINDINGS, CUSTOM};
pub use made::{Act, MadeTool};
pub use recheck::Recheck;
pub use seen::{Missing, Seen, Wanted};
