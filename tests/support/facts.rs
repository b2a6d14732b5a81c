//! Facts of others that the tests compare with: see `tests/facts/make`.

use serde_json::Value;

/// A file of `tests/facts`.
pub fn read(name: &str) -> Value {
    let path = format!("{}/tests/facts/{name}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The rows of a file that is a list.
pub fn rows(name: &str) -> Vec<Value> {
    let Value::Array(rows) = read(name) else { panic!("{name} is no list") };
    assert!(!rows.is_empty(), "{name} holds nothing");
    rows
}
