//! Running commands on devices.

use serde_json::{Value, json};

use super::stored::{all, look_up, missing};
use super::verdict::{CHECKS, verdict};
use crate::platform::Path;
use crate::tools::areas::automation_studio::projects;
use crate::tools::asked::{Done, Wants, Write, act, record};
use crate::tools::context::Context;
use crate::tools::shown::{ErrorKind, Field, FieldKind, Outcome, Shape, ToolError};
use crate::tools::told::Arguments;

/// What `run_command_template` gives back.
pub static RESULT: Shape = Shape::closed(&[
    Field::new("verdict", FieldKind::Text).doc("passed, failed, incomplete or nothing checked"),
    Field::new("checks", FieldKind::Object(&CHECKS)),
    Field::new("name", FieldKind::Text),
    Field::new("all_pass_flag", FieldKind::Boolean).doc("All had to pass, not just one"),
    Field::new("command_results", FieldKind::Objects(&COMMAND))
        .from(&["commands_results", "command_results"]),
    Field::new("result", FieldKind::Boolean).doc("The platform's; what did not run counts as true"),
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

/// Where versions put the results of a template.
const CHECKED: &[&str] = &["commands_results", "command_results", "data.commands_results"];

/// Where versions put the answers of devices: a list, by itself or in an envelope, or the one answer
/// of the one device.
const ANSWERED: &[&str] = &[
    "",
    "results",
    "commands_results",
    "command_results",
    "data",
    "result",
    "iterations",
    "response",
];

/// What shows afterwards that commands ran, when their results are lost.
const DEVICES_SHOW: &str = "the devices themselves (their logs tell what ran)";

/// `POST /mop/RunCommandTemplate`
pub fn template(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let stored = projects::stored_name(context, arguments)?;
    let mut body = json!({"template": stored, "devices": arguments.texts("devices")});
    if let Some(variables) = arguments.object("variables") {
        body["variables"] = json!(variables);
    }
    let path = Path::literal("/mop/RunCommandTemplate");
    let write = Write::post(&path, Some(&body))
        .wants(Wants::One(CHECKED))
        .shown_by(DEVICES_SHOW)
        .in_parts();
    let Done { answer: reply, note } = act(context, "command template", &stored)
        .send(&write)
        .map_err(|error| explain(context, &stored, error))?;
    let whole = reply.get("data").filter(|data| data.is_object()).unwrap_or(&reply);
    let results: Vec<Value> = ["commands_results", "command_results"]
        .iter()
        .find_map(|key| Some(listed(whole.get(key)?)))
        .unwrap_or_default();
    let mut shown = RESULT.project(whole);
    shown["command_results"] =
        RESULT.project(&json!({"command_results": results}))["command_results"].take();
    if shown["name"].is_null() {
        shown["name"] = json!(stored);
    }
    let all = shown["all_pass_flag"] != false;
    let silent = silent(arguments, &results);
    let verdict = verdict(all, shown["result"].as_bool(), &results, &silent);
    shown["verdict"] = json!(verdict.word);
    shown["checks"] = verdict.checks;
    let outcome = Outcome::from(shown).noted(note).noted(verdict.note);
    Ok(with_silent(outcome, &silent))
}

/// `POST /mop/RunCommandDevices`
pub fn command(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let body = json!({"command": arguments.text("cmd"), "devices": arguments.texts("devices")});
    let path = Path::literal("/mop/RunCommandDevices");
    let write = Write::post(&path, Some(&body))
        .wants(Wants::One(ANSWERED))
        .shown_by(DEVICES_SHOW)
        .in_parts();
    let Done { answer, note } = act(context, "command", arguments.text("cmd")).send(&write)?;
    let results = answers(&answer);
    let shown = ANSWERS.project(&json!({"results": results}));
    Ok(with_silent(Outcome::from(shown).noted(note), &silent(arguments, &results)))
}

/// The answers of devices, wherever they stand; one that is no object is shown as what was answered.
fn answers(reply: &Value) -> Vec<Value> {
    let one = reply.get("response").is_some();
    let inner = ANSWERED.iter().filter(|_| !one && reply.is_object()).find_map(|key| {
        reply.get(key).filter(|inner| !record::is_empty(inner) && *key != "response")
    });
    let found = match inner {
        Some(inner) => return answers(inner),
        None => listed(reply),
    };
    let shaped = |answer: Value| match answer {
        Value::Object(_) => answer,
        Value::String(text) => json!({"response": text}),
        other => json!({"response": other.to_string()}),
    };
    found.into_iter().map(shaped).collect()
}

/// A list, or the one thing there is as a list of one.
fn listed(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.clone(),
        Value::Null => Vec::new(),
        one => vec![one.clone()],
    }
}

/// The devices that do not stand in the results.
fn silent<'a>(arguments: &'a Arguments, results: &[Value]) -> Vec<&'a str> {
    let answered = |device: &&str| {
        results.iter().any(|result| result.get("device").and_then(Value::as_str) == Some(*device))
    };
    arguments.texts("devices").into_iter().filter(|device| !answered(device)).collect()
}

/// Says which devices do not stand in the results.
fn with_silent(outcome: Outcome, silent: &[&str]) -> Outcome {
    if silent.is_empty() {
        return outcome;
    }
    outcome.noted(Some(format!(
        "The answer says nothing about: {}. get_devices shows whether they are known.",
        silent.join(", ")
    )))
}

/// A refusal may only mean that there is no such template, which versions tell in different ways.
fn explain(context: &Context<'_>, stored: &str, error: ToolError) -> ToolError {
    match error.kind {
        // Some versions answer the name of no template with something that is no result.
        ErrorKind::NotFound | ErrorKind::Refused | ErrorKind::Unknown => {
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
