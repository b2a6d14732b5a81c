//! What the parameters of a trigger are on the platform, and to which types they belong.

use serde_json::{Map, Value, json};

use crate::time::moment;
use crate::tools::areas::operations_manager::expose;
use crate::tools::shown::ToolError;
use crate::tools::told::Arguments;

/// One parameter.
struct Of {
    parameter: &'static str,
    field: &'static str,
    types: &'static [&'static str],
    /// Whether a new trigger of its type cannot be without it.
    needed: bool,
}

const fn of(
    parameter: &'static str,
    field: &'static str,
    types: &'static [&'static str],
    needed: bool,
) -> Of {
    Of { parameter, field, types, needed }
}

const FIELDS: &[Of] = &[
    of("route_name", "routeName", &["endpoint"], false),
    of("input_schema", "schema", &["endpoint", "eventSystem"], false),
    of("form_id", "formId", &["manual", "schedule"], false),
    of("first_run_at", "firstRunAt", &["schedule"], true),
    of("repeat_minutes", "repeatInterval", &["schedule"], false),
    of("missed_runs", "processMissedRuns", &["schedule"], false),
    of("input", "formData", &["schedule"], false),
    of("source", "source", &["eventSystem"], true),
    of("topic", "topic", &["eventSystem"], true),
];

const MINUTE_MS: i64 = 60_000;

/// The fields that the arguments name, as the platform takes them for a trigger of this type.
///
/// # Errors
/// Every argument that does not belong to the type, or cannot be read, at once.
pub fn given(arguments: &Arguments, kind: &str) -> Result<Map<String, Value>, ToolError> {
    let mut fields = Map::new();
    let mut problems = Vec::new();
    for Of { parameter, field, types, .. } in FIELDS {
        let value = arguments.value(parameter);
        if value.is_null() {
            continue;
        }
        if !types.contains(&kind) {
            problems
                .push(format!("'{parameter}' belongs to {}, not to {kind}", types.join(" or ")));
            continue;
        }
        match read(parameter, value) {
            Ok(value) => drop(fields.insert((*field).to_owned(), value)),
            Err(why) => problems.push(why),
        }
    }
    if problems.is_empty() { Ok(fields) } else { Err(wrong(&problems)) }
}

/// The same, of a new trigger: what it cannot be without must be there, and what has a natural value
/// gets it.
///
/// # Errors
/// As [`given`].
pub fn complete(arguments: &Arguments, kind: &str) -> Result<Map<String, Value>, ToolError> {
    let mut fields = given(arguments, kind)?;
    let missing: Vec<String> = FIELDS
        .iter()
        .filter(|of| of.needed && of.types.contains(&kind) && !fields.contains_key(of.field))
        .map(|of| format!("'{}' is required for {kind}", of.parameter))
        .collect();
    if !missing.is_empty() {
        return Err(wrong(&missing));
    }
    let anything = json!({"type": "object", "properties": {}, "additionalProperties": true});
    let natural = match kind {
        "endpoint" => {
            let route = arguments.text("name").replace(' ', "_");
            if !fields.contains_key("routeName") {
                expose::check_route(&route)?;
            }
            vec![("routeName", json!(route)), ("verb", json!("POST")), ("schema", anything)]
        }
        "manual" => vec![("legacyWrapper", json!(false))],
        "schedule" => vec![("processMissedRuns", json!("none"))],
        _ => vec![("schema", anything)],
    };
    for (field, value) in natural {
        fields.entry(field).or_insert(value);
    }
    Ok(fields)
}

fn read(parameter: &str, value: &Value) -> Result<Value, String> {
    match parameter {
        "first_run_at" => moment(value).map(Value::from).ok_or_else(|| {
            format!("'first_run_at' must be a time such as 2026-01-31T22:00:00Z, not {value}")
        }),
        "repeat_minutes" => Ok(match value.as_i64() {
            Some(minutes @ 1..) => json!(minutes * MINUTE_MS),
            _ => Value::Null,
        }),
        "route_name" => {
            expose::check_route(value.as_str().unwrap_or_default())
                .map_err(|error| error.message)?;
            Ok(value.clone())
        }
        _ => Ok(value.clone()),
    }
}

/// An interval as schedules made in the platform's own pages have it beside the milliseconds: both must
/// say the same.
pub fn in_units(interval_ms: i64) -> [(String, Value); 2] {
    let units = [("day", 1440 * MINUTE_MS), ("hour", 60 * MINUTE_MS), ("minute", MINUTE_MS)];
    let whole = units.into_iter().find(|(_, length)| interval_ms % length == 0);
    let (unit, length) = whole.unwrap_or(("minute", MINUTE_MS));
    [
        ("repeatUnit".to_owned(), json!(unit)),
        ("repeatFrequency".to_owned(), json!(interval_ms / length)),
    ]
}

fn wrong(problems: &[String]) -> ToolError {
    ToolError::invalid(format!("{}; nothing was changed", problems.join("; ")))
}
