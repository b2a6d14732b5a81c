//! As much of JSON Schema as the platform applies to what starts an automation or a service.

use serde_json::{Value, json};

use crate::sandbox::answer::Refusal;

/// Checks a body against the top level of a JSON Schema, in the words of the platform's validator.
pub fn check(schema: &Value, body: &Value) -> Result<(), Refusal> {
    let names = schema.get("required").and_then(Value::as_array);
    for name in names.into_iter().flatten().filter_map(Value::as_str) {
        if body.get(name).is_none() {
            return Err(Refusal::invalid(format!("data must have required property '{name}'")));
        }
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    for (name, value) in body.as_object().into_iter().flatten() {
        let Some(property) = properties.and_then(|properties| properties.get(name)) else {
            if schema.get("additionalProperties") == Some(&json!(false)) {
                return Err(Refusal::invalid("data must NOT have additional properties"));
            }
            continue;
        };
        let Some(kind) = property.get("type").and_then(Value::as_str) else { continue };
        let fits = match kind {
            "array" => value.is_array(),
            "boolean" => value.is_boolean(),
            "integer" => value.is_i64() || value.is_u64(),
            "number" => value.is_number(),
            "object" => value.is_object(),
            "string" => value.is_string(),
            _ => true,
        };
        if !fits {
            return Err(Refusal::invalid(format!("data/{name} must be {kind}")));
        }
    }
    Ok(())
}
