//! Log and redaction.

mod names;
mod redact;

pub use redact::{MASK, redact, redact_json};
