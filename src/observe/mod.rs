//! Log, redaction, audit and metrics.

mod access;
mod audit;
mod brief;
mod chain;
mod escape;
mod log;
pub mod metrics;
mod redact;
mod sink;
pub mod spans;
mod start;

pub use access::Access;
pub use audit::{Audit, Entry, Recorded};
pub use brief::{brief, split};
pub use chain::Report;
pub use escape::escaped;
pub use log::{always, announce, init};
pub use redact::{MASK, RedactedFields, hide, hide_json, keep, keep_live, redact, redact_json};
pub use start::{Style, reopen, start, writes_access};
