//! HTTP/1.1 on the wire, without any I/O: bytes to checked requests, answers to bytes.
//!
//! Everything two parsers could read differently is refused (RFC 9112 sections 2.2, 3, 5, 6 and 11.2),
//! so that nothing hides behind a proxy in front of this server.

mod body;
mod chunked;
mod head;
mod print;
mod refusal;
#[cfg(test)]
mod tests;
mod version;

pub use body::Body;
pub use head::{Bounds, Head, HeadReader};
pub use print::{CONTINUE, LAST_CHUNK, chunk, print_answer, print_stream_head};
pub use refusal::Refusal;
pub use version::Version;
