//! What platforms say in JSON when they refuse: the words without the wrapping.

use serde_json::{Map, Value};

/// Under which names words stand, most telling first.
const WORDS: [&str; 16] = [
    "message",
    "msg",
    "error",
    "errors",
    "reason",
    "detail",
    "details",
    "description",
    "error_description",
    "constraints",
    "result",
    "data",
    "metadata",
    "title",
    "statusText",
    "status_message",
];

/// Under which names the place stands that the words beside it are about.
const PLACES: [&str; 7] = ["instancePath", "dataPath", "path", "property", "field", "param", "loc"];

/// Under which names a code stands that support asks for.
const CODES: [&str; 3] = ["icode", "code", "errorCode"];

/// How HTTP calls its statuses: beside a reason these say nothing.
const TITLES: [&str; 7] = [
    "Bad Request",
    "Conflict",
    "Error",
    "Forbidden",
    "Internal Server Error",
    "Not Found",
    "Unprocessable Entity",
];

/// The words of an answer, in its order of importance and each once; none when it holds none, as `{}`,
/// `null` and titles of HTTP do.
pub(super) fn words(answer: &Value) -> Option<String> {
    let mut said = Vec::new();
    collect(answer, &mut said);
    if said.iter().any(|word| !TITLES.contains(&word.as_str())) {
        said.retain(|word| !TITLES.contains(&word.as_str()));
    } else {
        said.clear();
    }
    let mut once: Vec<String> = Vec::new();
    for word in said {
        if !once.contains(&word) {
            once.push(word);
        }
    }
    (!once.is_empty()).then(|| once.join("; "))
}

fn collect(value: &Value, said: &mut Vec<String>) {
    match value {
        Value::String(text) => {
            let text = text.trim();
            if !text.is_empty() {
                said.push(text.to_owned());
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, said)),
        Value::Object(fields) => {
            let before = said.len();
            for name in WORDS {
                match fields.get(name) {
                    // Names of things that are wrong, and what is wrong with each.
                    Some(Value::Object(each)) if name == "constraints" || name == "errors" => {
                        each.values().for_each(|value| collect(value, said));
                    }
                    Some(value) => collect(value, said),
                    None => {}
                }
            }
            // Text that follows belongs to the first words of the object.
            if let Some(first) = said.get_mut(before) {
                if let Some(place) = PLACES.iter().find_map(|name| scalar(fields, name)) {
                    *first = format!("{place}: {first}");
                }
                if let Some(code) = CODES.iter().find_map(|name| scalar(fields, name)) {
                    *first = format!("{first} ({code})");
                }
            }
        }
        _ => {}
    }
}

fn scalar(fields: &Map<String, Value>, name: &str) -> Option<String> {
    match fields.get(name)? {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(steps) => {
            let steps: Vec<&str> = steps.iter().filter_map(Value::as_str).collect();
            (!steps.is_empty()).then(|| steps.join("."))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_are_found_where_platforms_put_them() {
        for (answer, expected) in [
            (json!("plain"), Some("plain")),
            (json!({"message": "because", "error": "Conflict", "data": null}), Some("because")),
            (
                json!({"statusCode": 422, "message": ["a must be b", "c is missing"], "error": "Unprocessable Entity"}),
                Some("a must be b; c is missing"),
            ),
            (
                json!({"message": "Invalid", "errors": [
                {"instancePath": "/device", "message": "must be string", "keyword": "type"},
                {"loc": ["body", "name"], "msg": "field required"}]}),
                Some("Invalid; /device: must be string; body.name: field required"),
            ),
            (
                json!({"message": [{"property": "name", "constraints": {"isNotEmpty": "name should not be empty"}}]}),
                Some("name: name should not be empty"),
            ),
            (
                json!({"errors": {"name": ["is taken"], "size": "is too large"}}),
                Some("is taken; is too large"),
            ),
            (
                json!({"icode": "AD.404", "error": {"message": "no adapter"}}),
                Some("no adapter (AD.404)"),
            ),
            (json!({"message": "x", "error": "x"}), Some("x")),
            (json!({"data": {"message": "deep"}}), Some("deep")),
            (json!({"error": "Not Found"}), None),
            (json!({"message": "", "other": "y"}), None),
            (json!({}), None),
            (json!(null), None),
            (json!([]), None),
        ] {
            assert_eq!(words(&answer).as_deref(), expected, "{answer}");
        }
    }
}
