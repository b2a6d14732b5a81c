//! Reading JSON that platforms send.

use serde_json::Value;

/// Reads one JSON value, with or without a byte order mark.
pub(super) fn decode(body: &[u8]) -> Result<Value, serde_json::Error> {
    serde_json::from_slice(body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body))
}
