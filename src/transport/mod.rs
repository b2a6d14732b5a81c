//! How MCP messages arrive and answers leave.

pub mod http;
pub mod serve;
pub mod stdio;
mod workers;

pub use workers::{Job, Workers};
