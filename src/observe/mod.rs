//! Log, redaction, audit and metrics.

mod audit;
mod brief;
mod chain;
mod escape;
mod log;
pub mod metrics;
mod redact;

pub use audit::{Audit, Entry, Recorded};
pub use brief::{brief, split};
pub use chain::Report;
pub use escape::escaped;
pub use log::{always, init};
pub use redact::{MASK, RedactedFields, hide, hide_json, keep, keep_live, redact, redact_json};
