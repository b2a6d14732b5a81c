//! Who calls.

use crate::places::CallerKey;

/// Who calls.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The subject of a token or certificate; none on stdio and open listeners.
    pub identity: Option<String>,
    /// Who takes turns with others when places are scarce: the identity, else the session, else the
    /// address; empty where there is nobody else.
    pub key: CallerKey,
}

impl Caller {
    /// This identity, and otherwise who comes from there.
    pub fn new(identity: Option<String>, otherwise: &str) -> Self {
        let key = identity.as_deref().unwrap_or(otherwise).into();
        Self { identity, key }
    }
}

impl Default for Caller {
    fn default() -> Self {
        Self::new(None, "")
    }
}
