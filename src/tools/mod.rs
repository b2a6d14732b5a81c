//! One table of tools: a row each, told what to do, asking the platform, shown to a model.
//!
//! - `row.rs`, `catalog.rs`, `callable.rs`: what a tool is, which there are, and what any tool can do.
//! - [`told`]: parameters, arguments and how they are read.
//! - [`asked`]: lists, lookups, changes and waits at the platform.
//! - [`shown`]: output shapes, outcomes, errors.
//! - `areas`: the tools themselves, one folder or file for each area of the platform.

pub mod areas;
pub mod asked;
mod callable;
mod catalog;
mod context;
mod definition;
mod row;
pub mod shown;
pub mod told;

pub use areas::operations_manager::{Now, Runs};
pub use callable::Callable;
pub use catalog::{LEAN, all, find};
pub use context::{Context, Host};
pub use row::{Area, Hints, Run, Tasking, Tool};
