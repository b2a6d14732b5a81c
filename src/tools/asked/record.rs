//! Reading what the platform answers: records under any of their names, lists in any envelope.

use std::borrow::Cow;

use serde_json::Value;

use crate::tools::shown::lookup;

/// The first text at one of these dotted places.
pub fn text<'a>(reply: &'a Value, paths: &[&str]) -> Option<&'a str> {
    paths
        .iter()
        .filter_map(|path| lookup(reply, path).and_then(Value::as_str))
        .find(|text| !text.is_empty())
}

/// Where lists stand in answers that are none themselves.
pub const LISTS: &[&[&str]] = &[&["result"], &["results"], &["data"], &["result", "data"]];

/// The list in an answer, which platform versions wrap differently or not at all.
pub fn list(reply: &Value) -> Option<&[Value]> {
    let at =
        |place: &&[&str]| place.iter().try_fold(reply, |value, step| value.get(step))?.as_array();
    reply.as_array().or_else(|| LISTS.iter().find_map(at)).map(Vec::as_slice)
}

/// What an answer is about, without the envelope some platform versions put around it. What has an
/// id of its own is no envelope.
pub fn payload(reply: &Value) -> &Value {
    ["result", "data"].iter().fold(reply, |inner, envelope| match inner.get(envelope) {
        Some(wrapped @ Value::Object(_)) if id(inner).is_none() => wrapped,
        _ => inner,
    })
}

/// Sorts records by a number of theirs, such as a time; those without it come last.
pub fn sort(records: &mut [Value], number: &dyn Fn(&Value) -> Option<i64>) {
    records.sort_by_cached_key(|record| {
        let number = number(record);
        (number.is_none(), number)
    });
}

/// Sorts records by a number of theirs, the largest first; those without it come last.
pub fn sort_down(records: &mut [Value], number: &dyn Fn(&Value) -> Option<i64>) {
    sort(records, &|record| number(record).map(i64::saturating_neg));
}

/// The id of a record as text, under any of its names.
pub fn id(record: &Value) -> Option<Cow<'_, str>> {
    match id_value(record)? {
        Value::String(text) => Some(Cow::Borrowed(text)),
        number => Some(Cow::Owned(number.to_string())),
    }
}

/// The id of a record as the platform keeps it, for bodies that go back to it.
pub fn id_value(record: &Value) -> Option<&Value> {
    ["_id", "id", "sessionId"].iter().filter_map(|name| record.get(name)).find(|id| match id {
        Value::String(text) => !text.is_empty(),
        Value::Number(_) => true,
        _ => false,
    })
}

/// The ids of several records, for a message.
pub fn ids<'a>(records: impl IntoIterator<Item = &'a Value>) -> String {
    records.into_iter().filter_map(id).collect::<Vec<_>>().join(", ")
}

/// An id as text, whatever scalar the platform keeps it as.
pub fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

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
