//! Log, redaction, audit and metrics.

mod audit;
mod log;
pub mod metrics;
mod names;
mod redact;

pub use audit::{Audit, Entry};
pub use log::init;
pub use redact::{MASK, redact, redact_json};
