//! How a tool asks the platform.

pub mod judge;
mod source;

pub use source::{Listing, read_whole};
