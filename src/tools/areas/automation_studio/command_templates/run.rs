//! Running commands on devices.

use serde_json::{Value, json};

use super::stored::{all, look_up, missing};
use crate::platform::Path;
use crate::tools::areas::automation_studio::projects;
use crate::tools::asked::act;
use crate::tools::context::Context;
use crate::tools::shown::{ErrorKind, Field, FieldKind, Outcome, Shape, ToolError};
use crate::tools::told::Arguments;

/// What `run_command_template` gives back.
pub static RESULT: Shape = Shape::closed(&[
    Field::new("name", FieldKind::Text),
    Field::new("all_pass_flag", FieldKind::Boolean).doc("All had to pass, not just one"),
    Field::new("command_results", FieldKind::Objects(&COMMAND))
        .from(&["commands_results", "command_results"]),
    Field::new("result", FieldKind::Boolean).doc("The verdict"),
]);

static COMMAND: Shape = Shape::closed(&[
    Field::new("raw", FieldKind::Text),
    Field::new("evaluated", FieldKind::Text),
    DEVICE,
    RESPONSE,
    Field::new("rules", FieldKind::Objects(&RULE)),
    Field::new("result", FieldKind::Boolean),
]);

static RULE: Shape = Shape::closed(&[
    Field::new("eval", FieldKind::Text),
    Field::new("rule", FieldKind::Any),
    Field::new("severity", FieldKind::Text),
    Field::new("result", FieldKind::Boolean),
]);

/// What `run_command` gives back.
pub static ANSWERS: Shape = Shape::closed(&[Field::new("results", FieldKind::Objects(&ANSWER))]);

static ANSWER: Shape = Shape::closed(&[
    DEVICE,
    Field::new("command", FieldKind::Text).from(&["raw", "command", "evaluated"]),
    RESPONSE,
]);

const DEVICE: Field = Field::new("device", FieldKind::Text);
const RESPONSE: Field = Field::new("response", FieldKind::Text);

const UNREADABLE: &str = "The commands were sent, but the platform's answer holds no results. \
                          They may have run; do not repeat them blindly.";

/// `POST /mop/RunCommandTemplate`
pub fn template(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let stored = projects::stored_name(context, arguments)?;
    let mut body = json!({"template": stored, "devices": arguments.texts("devices")});
    if let Some(variables) = arguments.object("variables") {
        body["variables"] = json!(variables);
    }
    let reply = act(context, "command template", &stored)
        .post(&Path::literal("/mop/RunCommandTemplate"), Some(&body))
        .map_err(|error| explain(context, &stored, error))?;
    let results = ["commands_results", "command_results"]
        .iter()
        .find_map(|key| reply.get(key).and_then(Value::as_array));
    let Some(results) = results else {
        // Some versions answer the name of no template with something that is no result.
        if let Some(error) = is_missing(context, &stored) {
            return Err(error);
        }
        let outcome = Outcome::from(RESULT.project(&json!({"name": stored})));
        return Ok(outcome.with_note(UNREADABLE));
    };
    let mut shown = RESULT.project(&reply);
    if shown["name"].is_null() {
        shown["name"] = json!(stored);
    }
    Ok(with_silent(shown.into(), arguments, results))
}

/// `POST /mop/RunCommandDevices`
pub fn command(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let body = json!({"command": arguments.text("cmd"), "devices": arguments.texts("devices")});
    let path = Path::literal("/mop/RunCommandDevices");
    let reply = act(context, "command", arguments.text("cmd")).post(&path, Some(&body))?;
    let results = match &reply {
        Value::Array(results) => Some(results),
        _ => {
            reply.get("results").or_else(|| reply.get("commands_results")).and_then(Value::as_array)
        }
    };
    let shown = ANSWERS.project(&json!({"results": results}));
    Ok(match results {
        Some(results) => with_silent(shown.into(), arguments, results),
        None => Outcome::from(shown).with_note(UNREADABLE),
    })
}

/// Says which devices do not stand in the results.
fn with_silent(outcome: Outcome, arguments: &Arguments, results: &[Value]) -> Outcome {
    let answered = |device: &&str| {
        results.iter().any(|result| result.get("device").and_then(Value::as_str) == Some(*device))
    };
    let silent: Vec<&str> =
        arguments.texts("devices").into_iter().filter(|device| !answered(device)).collect();
    if silent.is_empty() {
        return outcome;
    }
    outcome.with_note(format!(
        "The answer says nothing about: {}. get_devices shows whether they are known.",
        silent.join(", ")
    ))
}

/// A refusal may only mean that there is no such template, which versions tell in different ways.
fn explain(context: &Context<'_>, stored: &str, error: ToolError) -> ToolError {
    match error.kind {
        ErrorKind::NotFound | ErrorKind::Refused | ErrorKind::Platform => {
            is_missing(context, stored).unwrap_or(error)
        }
        _ => error,
    }
}

fn is_missing(context: &Context<'_>, stored: &str) -> Option<ToolError> {
    match look_up(context, stored) {
        Ok(None) => Some(missing(&all(context).unwrap_or_default(), stored)),
        _ => None,
    }
}
