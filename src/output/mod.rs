//! How the text of a result is written.

use serde_json::Value;

/// `value` in Token-Oriented Object Notation (TOON), which says the same as JSON in fewer tokens.
/// What TOON cannot say is written as JSON.
pub fn toon(value: &Value) -> String {
    toon_format::encode_default(value).unwrap_or_else(|error| {
        log::warn!("a result could not be written as TOON and is written as JSON: {error}");
        value.to_string()
    })
}
