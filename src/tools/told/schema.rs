//! The JSON Schema of a tool's parameters, in the part of JSON Schema that every vendor's library
//! reads.
//!
//! Measured with the libraries of `tests/interop/vendors`: a parameter has one `type`, never a list
//! of them; null stands nowhere; nothing says `additionalProperties`. The schema is a promise to the
//! model and no wider than it need be: [`Arguments::check`](super::Arguments::check) takes more, and
//! refuses what is not announced.

use serde_json::{Map, Value, json};

use super::parameter::{Kind, Parameter, Presence};

/// The `inputSchema` of a tool with these parameters. `described` adds the documentation.
pub fn input<'a>(parameters: impl IntoIterator<Item = &'a Parameter>, described: bool) -> Value {
    let mut properties = Map::new();
    let mut required = Vec::new();
    for parameter in parameters {
        properties.insert(parameter.name.to_owned(), of_parameter(parameter, described));
        if parameter.presence == Presence::Required {
            required.push(parameter.name);
        }
    }
    let mut schema = json!({"type": "object", "properties": properties});
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn of_parameter(parameter: &Parameter, described: bool) -> Value {
    let mut schema = of_kind(parameter.kind);
    if !parameter.choices.is_empty() {
        let chosen = if schema.get("items").is_some() { &mut schema["items"] } else { &mut schema };
        chosen["enum"] = json!(parameter.choices);
    }
    let absent = parameter.absent();
    if !absent.is_null() {
        schema["default"] = absent;
    }
    if described {
        schema["description"] = json!(parameter.doc);
    }
    schema
}

fn of_kind(kind: Kind) -> Value {
    match kind {
        Kind::Text | Kind::Name => json!({"type": "string"}),
        Kind::Integer { min, max } => {
            let mut schema = json!({"type": "integer"});
            // That a count is not negative is known.
            if min > 1 {
                schema["minimum"] = json!(min);
            }
            if max != i64::MAX {
                schema["maximum"] = json!(max);
            }
            schema
        }
        Kind::Boolean => json!({"type": "boolean"}),
        Kind::Object | Kind::ObjectOrText => json!({"type": "object"}),
        Kind::Document => json!({"anyOf": [{"type": "object"}, {"type": "string"}]}),
        Kind::List(of) => json!({"type": "array", "items": of_kind(*of)}),
        Kind::TextsOrObjects => {
            let either = json!({"anyOf": [{"type": "string"}, {"type": "object"}]});
            json!({"type": "array", "items": either})
        }
    }
}
