//! Answers of the endpoints that clients call (RFC 6749 section 5.2), and what may go wrong there.

use serde_json::{Value, json};

use crate::http::Response;
use crate::limits;
use crate::seal::NoRandom;

/// Why a client does not get what it asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The code of the error, as RFC 6749, 7591 and 8707 name them.
    pub code: &'static str,
    /// What is wrong and what to do, for the developer of the client, or its user.
    pub why: String,
}

impl Fault {
    /// A fault.
    pub fn new(code: &'static str, why: impl Into<String>) -> Self {
        Self { code, why: why.into() }
    }

    /// The answer to a client.
    pub fn response(&self) -> Response {
        let body = json!({"error": self.code, "error_description": self.why});
        let status = match self.code {
            "invalid_client" => 401,
            "server_error" => 500,
            "temporarily_unavailable" => 503,
            _ => 400,
        };
        let response = secret(status, &body);
        match status {
            401 => response.with_header("WWW-Authenticate", "Basic realm=\"itential-mcp\""),
            503 => response.with_header("Retry-After", limits::KEYS_RETRY.as_secs().to_string()),
            _ => response,
        }
    }
}

impl From<NoRandom> for Fault {
    fn from(error: NoRandom) -> Self {
        Self::new("server_error", error.to_string())
    }
}

/// An answer that nobody may keep (RFC 6749 section 5.1).
pub fn secret(status: u16, body: &Value) -> Response {
    Response::json(status, body.to_string())
        .with_header("Cache-Control", "no-store")
        .with_header("Pragma", "no-cache")
}

/// Sends a browser on.
pub fn to(status: u16, url: &str) -> Response {
    Response::empty(status)
        .with_header("Location", url)
        .with_header("Cache-Control", "no-store")
        .with_header("Referrer-Policy", "no-referrer")
}
