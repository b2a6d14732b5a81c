//! Why a request cannot be served.

/// Why a request cannot be served; the connection is closed after the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Status code of the answer.
    pub status: u16,
    /// What is wrong, for the person who wrote the client.
    pub reason: &'static str,
}

impl Refusal {
    pub(super) const fn new(status: u16, reason: &'static str) -> Self {
        Self { status, reason }
    }

    /// 400 Bad Request.
    pub(super) const fn bad(reason: &'static str) -> Self {
        Self::new(400, reason)
    }
}

/// The body is over the cap.
pub(super) const TOO_LARGE: Refusal = Refusal::new(413, "request body is too large");
