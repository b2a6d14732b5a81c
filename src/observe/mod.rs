//! Log and redaction.

mod clock;
mod log;
mod names;
mod redact;

pub use clock::Utc;
pub use log::init;
pub use redact::{MASK, redact, redact_json};
