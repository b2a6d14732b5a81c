//! Who calls.

/// Who calls.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// The subject of a token or certificate; none on stdio and open listeners.
    pub identity: Option<String>,
}
