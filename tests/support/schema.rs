//! Checks messages against MCP's published schemas.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex};

use jsonschema::Validator;
use serde_json::{Value, json};

use super::facts;

/// By revision and definition.
type Validators = HashMap<(String, String), Arc<Validator>>;

static VALIDATORS: LazyLock<Mutex<Validators>> = LazyLock::new(Mutex::default);

/// Fails unless `value` is a `definition` of `revision`.
pub fn check(revision: &str, definition: &str, value: &Value) {
    let problems = problems(&published(revision, definition), value);
    assert!(problems.is_empty(), "not a {definition} of {revision}: {problems:?}\n{value:#}");
}

/// Fails unless `value` satisfies `schema`.
pub fn satisfies(schema: &Value, value: &Value, what: &str) {
    let validator = jsonschema::validator_for(schema).expect("the schema is a schema");
    let problems = problems(&validator, value);
    assert!(problems.is_empty(), "{what} does not satisfy its schema: {problems:?}\n{value:#}");
}

/// The validator of a definition, made once.
pub fn published(revision: &str, definition: &str) -> Arc<Validator> {
    let mut validators = VALIDATORS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let made =
        validators.entry((revision.to_owned(), definition.to_owned())).or_insert_with(|| {
            let mut schema = facts::read(&format!("mcp/{revision}.json"));
            let home = if schema.get("$defs").is_some() { "$defs" } else { "definitions" };
            assert!(schema[home].get(definition).is_some(), "{revision} has no {definition}");
            schema["$ref"] = json!(format!("#/{home}/{definition}"));
            Arc::new(jsonschema::validator_for(&schema).expect("the schema is a schema"))
        });
    Arc::clone(made)
}

fn problems(validator: &Validator, value: &Value) -> Vec<String> {
    validator.iter_errors(value).map(|e| format!("{} at {}", e, e.instance_path())).collect()
}
