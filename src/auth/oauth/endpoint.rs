//! Where the proxy answers.

/// One of the places at which the proxy answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// What clients read first (RFC 8414).
    Metadata,
    /// Where clients register (RFC 7591).
    Register,
    /// Where a login begins (RFC 6749 section 4.1.1).
    Authorize,
    /// Where a person agrees that a client may act.
    Consent,
    /// Where the provider sends the browser back to.
    Callback,
    /// Where clients get tokens (RFC 6749 section 3.2).
    Token,
    /// Where clients give tokens back (RFC 7009).
    Revoke,
}

impl Endpoint {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Metadata,
        Self::Register,
        Self::Authorize,
        Self::Consent,
        Self::Callback,
        Self::Token,
        Self::Revoke,
    ];
}
