//! Answers and refusals of the platform.

use std::fmt;

use serde_json::{Value, json};

/// What a handler gives back.
pub type Answered = Result<Answer, Refusal>;

/// An answer of the platform.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status code.
    pub status: u16,
    /// Headers beyond the content type.
    pub headers: Vec<(String, String)>,
    /// What is sent.
    pub body: Content,
}

/// The body of an answer.
#[derive(Clone, Debug)]
pub enum Content {
    /// JSON.
    Json(Value),
    /// A media type and what it holds.
    Text(String, String),
}

/// Why the platform did not do what was asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    status: u16,
    message: String,
}

impl Answer {
    /// The same answer with another status.
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The same answer with one more header.
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// An answer of plain text.
    pub fn text(text: impl Into<String>) -> Self {
        let body = Content::Text("text/plain; charset=utf-8".to_owned(), text.into());
        Self { status: 200, headers: Vec::new(), body }
    }
}

impl From<Value> for Answer {
    fn from(body: Value) -> Self {
        Self { status: 200, headers: Vec::new(), body: Content::Json(body) }
    }
}

impl Refusal {
    /// A refusal with any status.
    pub fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    /// What was asked for does not exist.
    pub fn not_found(what: &str, id: &str) -> Self {
        Self::new(404, format!("{what} '{id}' not found"))
    }

    /// The request does not have the form this route needs.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, message)
    }

    /// Something that must be in the body is not there.
    pub fn missing(pointer: &str) -> Self {
        let (parent, name) = pointer.rsplit_once('/').unwrap_or(("", pointer));
        Self::invalid(format!("body{parent} must have required property '{name}'"))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        let error = match refusal.status {
            400 => "Bad Request",
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "Not Found",
            405 => "Method Not Allowed",
            409 => "Conflict",
            _ => "Internal Server Error",
        };
        Answer::from(json!({"message": refusal.message, "error": error, "data": null}))
            .with_status(refusal.status)
    }
}
