//! Checks messages against MCP's published schemas, when these lie beside the checkout.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{LazyLock, Mutex};

use serde_json::{Value, json};

/// A file that lies beside the checkout, if it is there.
pub fn beside(path: &str) -> Option<PathBuf> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    file.exists().then_some(file)
}

static VALIDATORS: LazyLock<Mutex<HashMap<(String, String), jsonschema::Validator>>> =
    LazyLock::new(Mutex::default);

/// Fails unless `value` is a `definition` of `revision`. Says so when it cannot be checked.
pub fn check(revision: &str, definition: &str, value: &Value) {
    let Some(file) = beside(&format!("data/mcp-schema/{revision}.json")) else {
        eprintln!("SKIPPED: the schema of {revision} is not beside the checkout");
        return;
    };
    let mut validators = VALIDATORS.lock().expect("no test panics while it holds this");
    let validator =
        validators.entry((revision.to_owned(), definition.to_owned())).or_insert_with(|| {
            let text = std::fs::read_to_string(file).expect("the schema is readable");
            let mut schema: Value = serde_json::from_str(&text).expect("the schema is JSON");
            let home = if schema.get("$defs").is_some() { "$defs" } else { "definitions" };
            assert!(schema[home].get(definition).is_some(), "{revision} has no {definition}");
            schema["$ref"] = json!(format!("#/{home}/{definition}"));
            jsonschema::validator_for(&schema).expect("the schema is a schema")
        });
    let problems: Vec<String> =
        validator.iter_errors(value).map(|e| format!("{} at {}", e, e.instance_path())).collect();
    assert!(problems.is_empty(), "not a {definition} of {revision}: {problems:?}\n{value:#}");
}

/// Fails unless `value` satisfies `schema`.
pub fn satisfies(schema: &Value, value: &Value, what: &str) {
    let validator = jsonschema::validator_for(schema).expect("the schema is a schema");
    let problems: Vec<String> =
        validator.iter_errors(value).map(|e| format!("{} at {}", e, e.instance_path())).collect();
    assert!(problems.is_empty(), "{what} does not satisfy its schema: {problems:?}\n{value:#}");
}
