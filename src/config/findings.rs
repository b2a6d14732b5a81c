//! What loading a configuration found.

/// Errors make the configuration unusable; warnings are for the log and `config check`.
#[derive(Default)]
pub(super) struct Findings {
    /// What makes it unusable, a line each.
    pub errors: Vec<String>,
    /// What looks wrong, a line each.
    pub warnings: Vec<String>,
}
