//! Tools that are made from configuration.

pub mod files;
