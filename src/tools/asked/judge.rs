//! What the platform says inside an answer that HTTP calls a success.

use serde_json::Value;

use crate::limits;
use crate::tools::shown::lookup;

/// Why a 2xx answer is no success after all: it says so by a status, a flag or an error of its own.
pub fn failure(reply: &Value) -> Option<String> {
    let says = |path: &str, wanted: fn(&Value) -> bool| lookup(reply, path).is_some_and(wanted);
    let failed = ["status", "state", "result.status"].iter().any(|path| says(path, is_failure))
        || ["valid", "isValid", "success", "result.valid"]
            .iter()
            .any(|path| says(path, |flag| flag == false))
        || ["error", "errors", "result.errors"].iter().any(|path| says(path, |e| !is_empty(e)));
    failed.then(|| {
        let parts = ["message", "result.message", "error", "errors", "result.errors"];
        let said: Vec<String> = parts
            .iter()
            .filter_map(|path| lookup(reply, path).filter(|part| !is_empty(part)))
            .map(|part| part.as_str().map_or_else(|| part.to_string(), str::to_owned))
            .collect();
        let said = if said.is_empty() { reply.to_string() } else { said.join("; ") };
        said.chars().take(limits::ERROR_BODY_CHARS).collect()
    })
}

/// The first text at one of these dotted places.
pub fn text<'a>(reply: &'a Value, paths: &[&str]) -> Option<&'a str> {
    paths
        .iter()
        .filter_map(|path| lookup(reply, path).and_then(Value::as_str))
        .find(|text| !text.is_empty())
}

/// The list in an answer, which platform versions wrap differently or not at all.
pub fn list(reply: &Value) -> Option<&[Value]> {
    let places = ["result", "results", "data", "result.data"];
    reply
        .as_array()
        .or_else(|| places.iter().find_map(|path| lookup(reply, path)?.as_array()))
        .map(Vec::as_slice)
}

/// What an answer is about, without the envelope some platform versions put around it. What has an
/// id of its own is no envelope.
pub fn payload(reply: &Value) -> &Value {
    ["result", "data"].iter().fold(reply, |inner, envelope| match inner.get(envelope) {
        Some(wrapped @ Value::Object(_)) if id(inner).is_none() => wrapped,
        _ => inner,
    })
}

/// The id of a record, under any of its names.
pub fn id(record: &Value) -> Option<&str> {
    text(record, &["_id", "id", "sessionId"])
}

/// The name of a record.
pub fn name(record: &Value) -> Option<&str> {
    record.get("name").and_then(Value::as_str)
}

/// Whether a value holds nothing.
pub fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn is_failure(status: &Value) -> bool {
    let failures = ["fail", "failed", "failure", "error", "invalid", "rejected"];
    status.as_str().is_some_and(|s| failures.iter().any(|failure| s.eq_ignore_ascii_case(failure)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn failures_hidden_in_successes() {
        for (reply, expected) in [
            (json!({"status": "Success", "message": "ok", "errors": []}), None),
            (json!(null), None),
            (json!({"status": "Failure", "message": "no"}), Some("no")),
            (json!({"valid": false, "errors": ["a"]}), Some("[\"a\"]")),
            (json!({"error": {"code": 1}}), Some("{\"code\":1}")),
            (json!({"status": "ERROR"}), Some("{\"status\":\"ERROR\"}")),
        ] {
            assert_eq!(failure(&reply).as_deref(), expected, "{reply}");
        }
    }

    #[test]
    fn envelopes_are_taken_off() {
        for wrapped in [json!({"a": 1}), json!({"result": {"a": 1}}), json!({"data": {"a": 1}})] {
            assert_eq!(payload(&wrapped), &json!({"a": 1}));
        }
        assert_eq!(payload(&json!({"result": {"data": {"a": 1}}})), &json!({"a": 1}));
        let record = json!({"_id": "x", "data": {"a": 1}});
        assert_eq!(payload(&json!({"result": record})), &record);
        assert_eq!(list(&json!({"result": {"data": [1]}})), Some(&[json!(1)][..]));
    }
}
