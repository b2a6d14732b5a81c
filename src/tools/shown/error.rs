//! Why a tool call failed, in words for the model that must act on it.

use std::fmt;

use serde_json::Value;

use crate::nearest::nearest;
use crate::platform;

/// A failed tool call.
#[derive(Clone, Debug, PartialEq)]
pub struct ToolError {
    /// Whose fault it is.
    pub kind: ErrorKind,
    /// What failed, on which thing, and what to do next.
    pub message: String,
    /// The platform's own words, when it refused in some.
    pub said: String,
}

/// Whose fault a failure is.
#[derive(Clone, Debug, PartialEq)]
pub enum ErrorKind {
    /// The arguments are wrong; nothing was done.
    InvalidArguments,
    /// What the arguments name does not exist.
    NotFound,
    /// The thing exists but its state does not allow this.
    InvalidState,
    /// The platform was reached and refused (4xx).
    Refused,
    /// The platform could not be reached, or answered something unusable.
    Platform,
    /// The program behind the tool failed, or said something unusable.
    Program,
    /// It may have happened, or a part of it: nobody knows without looking.
    Unknown,
    /// Nobody agreed to it.
    NotConfirmed,
    /// Not now: the caller has asked for too much.
    Busy,
    /// Nobody waits for the answer any more.
    Cancelled,
    /// The client must answer these input requests and repeat the call.
    NeedsInput(Value),
}

impl ToolError {
    /// A failure of this kind.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: message.into(), said: String::new() }
    }

    /// The arguments are wrong.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidArguments, message)
    }

    /// What the arguments name does not exist.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::NotFound, message)
    }

    /// Nothing of this kind has this name. Says the nearest of the known names, or else `lister`, the
    /// tool that lists them.
    pub fn no_such<'a>(
        kind: &str,
        name: &str,
        known: impl IntoIterator<Item = &'a str>,
        lister: &str,
    ) -> Self {
        let hint = match nearest(name, known) {
            Some(close) => format!("did you mean '{close}'?"),
            None => format!("{lister} lists them"),
        };
        Self::not_found(format!("no {kind} is called '{name}'; {hint}"))
    }

    /// The thing's state does not allow this.
    pub fn state(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::InvalidState, message)
    }

    /// Nobody waits for the answer any more.
    pub fn cancelled(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Cancelled, message)
    }

    /// The platform was reached and refused.
    pub fn refused(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Refused, message)
    }

    /// It may have happened.
    pub fn unknown(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Unknown, message)
    }

    /// The same failure; when the platform has no such thing, in its own words and with this hint
    /// instead of the request. A platform that lacks the route itself has said nothing of the thing.
    pub fn hinted(self, hint: impl FnOnce() -> String) -> Self {
        if self.kind != ErrorKind::NotFound {
            return self;
        }
        let said = self.said.trim_end_matches('.');
        let message = if said.is_empty() { hint() } else { format!("{said}; {}", hint()) };
        Self { message, ..self }
    }

    /// The platform answered something unusable.
    pub fn platform(message: impl Into<String>) -> Self {
        Self::new(ErrorKind::Platform, message)
    }
}

impl fmt::Display for ToolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let class = match self.kind {
            ErrorKind::InvalidArguments => "Invalid arguments",
            ErrorKind::NotFound => "Not found",
            ErrorKind::InvalidState => "Not possible now",
            ErrorKind::Refused | ErrorKind::Platform => "Platform error",
            ErrorKind::Program => "Program error",
            ErrorKind::Unknown => "Outcome unknown",
            ErrorKind::NotConfirmed => "Not confirmed",
            ErrorKind::Busy => "Busy",
            ErrorKind::Cancelled => "Cancelled",
            ErrorKind::NeedsInput(_) => "Input needed",
        };
        write!(f, "{class}: {}", self.message)
    }
}

impl std::error::Error for ToolError {}

impl From<platform::Error> for ToolError {
    fn from(error: platform::Error) -> Self {
        let kind = match error.kind {
            platform::ErrorKind::Cancelled => ErrorKind::Cancelled,
            platform::ErrorKind::Path { .. } => ErrorKind::InvalidArguments,
            _ if error.is_not_found() => ErrorKind::NotFound,
            // This platform has no such route, whatever the arguments.
            _ if error.status() == Some(404) => ErrorKind::Platform,
            _ if matches!(error.status(), Some(400..=499)) => ErrorKind::Refused,
            _ => ErrorKind::Platform,
        };
        Self { kind, message: error.to_string(), said: error.words().to_owned() }
    }
}
