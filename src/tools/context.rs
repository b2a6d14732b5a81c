//! What a running tool may use.

use super::shown::ToolError;
use crate::platform::Api;

/// What a running tool may use.
pub struct Context<'a> {
    /// The platform, for this call: requests end when the call is cancelled.
    pub api: Api<'a>,
    /// The client, for this call.
    pub host: &'a dyn Host,
    /// Items of a list that are shown when the call does not say how many; none: all.
    pub max_items: Option<usize>,
    /// Bytes of an answer: more of a list need not be kept; none: any.
    pub max_bytes: Option<usize>,
}

/// The client of a running tool call.
pub trait Host: Sync {
    /// Says how far the call is. Ignored unless the client asked for it.
    fn progress(&self, done: f64, total: Option<f64>, message: &str);

    /// Says something about the call, for the client's log.
    fn log(&self, level: log::Level, message: &str);

    /// Returns when a person agreed to `question`.
    ///
    /// # Errors
    /// When the person did not agree, when the client cannot ask anybody, or when the question must
    /// first travel to the client and the call be repeated with the answer. Pass the error on.
    fn confirm(&self, question: &str) -> Result<(), ToolError>;
}
