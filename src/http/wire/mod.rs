//! HTTP/1.1 on the wire, without any I/O: bytes to checked requests, answers to bytes.
//!
//! Everything two parsers could read differently is refused (RFC 9112 sections 2.2, 3, 5, 6 and 11.2),
//! so that nothing hides behind a proxy in front of this server.

mod body;
mod chunked;
mod head;
mod print;
#[cfg(test)]
mod tests;

pub use body::Body;
pub use head::{Bounds, Head, HeadReader, Version};
pub use print::{CONTINUE, LAST_CHUNK, chunk, print_answer, print_stream_head};

/// Why a request cannot be served; the connection is closed after the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Status code of the answer.
    pub status: u16,
    /// What is wrong, for the person who wrote the client.
    pub reason: &'static str,
}

impl Refusal {
    const fn new(status: u16, reason: &'static str) -> Self {
        Self { status, reason }
    }

    /// 400 Bad Request.
    const fn bad(reason: &'static str) -> Self {
        Self::new(400, reason)
    }
}
