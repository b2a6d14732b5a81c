//! How MCP messages arrive and answers leave.

pub mod stdio;
mod workers;

pub use workers::{Slot, Workers};
