//! A rendered answer.

use super::error::{self, RpcError};
use super::message::{self, Id, Malformed};

/// A rendered answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The HTTP status that goes with it.
    pub status: u16,
    /// The JSON-RPC response.
    pub body: Vec<u8>,
}

impl Answer {
    /// A result that is JSON already.
    pub(super) fn result(id: &Id, result: &[u8]) -> Self {
        Self { status: 200, body: message::result(id, result) }
    }

    /// An error. The modern era gives protocol errors an HTTP status of their own.
    pub fn error(id: &Id, error: &RpcError, modern: bool) -> Self {
        let status = match error.code {
            _ if !modern => 200,
            -32601 => 404,
            error::HEADER_MISMATCH | error::MISSING_CAPABILITY | error::UNSUPPORTED_VERSION => 400,
            -32602 if error.in_meta => 400,
            _ => 200,
        };
        Self { status, body: message::error(id, error) }
    }
}

/// The answer to something that is no message, for a client that speaks `revision`, if that is known.
/// HTTP answers it with 400.
pub fn malformed(malformed: &Malformed, revision: Option<&str>) -> Answer {
    let body = match &malformed.id {
        Some(id) => message::error(id, &malformed.error),
        None => message::stray_error(&malformed.error, revision),
    };
    Answer { status: 400, body }
}
