//! What actions did.

use serde_json::{Value, json};

use super::resources::RESOURCE_NAME;
use crate::platform::Path;
use crate::tools::asked::{Filter, List, Source, Wants, Write, change, record};
use crate::tools::context::Context;
use crate::tools::shown::{ErrorKind, Field, FieldKind, Outcome, Shape, ToolError};
use crate::tools::told::{Arguments, Kind, Parameter};

const ID: Field = Field::new("id", FieldKind::Text).from(&["_id", "id"]);

/// An entry of `get_action_executions`.
pub static EXECUTION: Shape = Shape::closed(&[
    ID,
    Field::new("modelName", FieldKind::Text),
    Field::new("instanceName", FieldKind::Text),
    Field::new("actionName", FieldKind::Text),
    Field::new("actionType", FieldKind::Text),
    Field::new("startTime", FieldKind::Time),
    Field::new("endTime", FieldKind::Time),
    Field::new("initiator", FieldKind::Any).doc("Account id or name"),
    Field::new("jobId", FieldKind::Text).doc("For describe_job"),
    Field::new("status", FieldKind::Text),
    Field::new("errors", FieldKind::List),
    Field::new("initialInstanceData", FieldKind::Any),
    Field::new("finalInstanceData", FieldKind::Any),
]);

/// `GET /lifecycle-manager/action-executions`
const EXECUTIONS: Source =
    Source::new("/lifecycle-manager/action-executions", "data", "metadata.total");

/// The platform's filter takes a name's beginning, and its sorting may be missing, so both are done
/// here again.
pub static LIST: List = List::of(EXECUTIONS, &EXECUTION)
    .filtered(&[
        Filter::exact(RESOURCE_NAME, "modelName", &[("starts-with[modelName]", "{}")]),
        Filter::exact(
            Parameter::required(
                "instance_name",
                Kind::Text,
                "Exact instance name; empty shows all instances",
            ),
            "instanceName",
            &[("starts-with[instanceName]", "{}")],
        ),
        Filter::word(
            Parameter::optional("status", Kind::List(&Kind::Name), "Any of these, e.g. error"),
            "status",
            &[],
        ),
    ])
    .newest_first("startTime", &[("sort", "startTime"), ("order", "-1")]);

/// What `cancel_action_execution` gives back.
pub static CANCELED: Shape = Shape::closed(&[
    ID,
    Field::new("modelName", FieldKind::Text),
    Field::new("instanceName", FieldKind::Text),
    Field::new("actionName", FieldKind::Text),
    Field::new("jobId", FieldKind::Text).doc("For describe_job"),
    Field::new("status", FieldKind::Text),
]);

/// `POST /lifecycle-manager/action-executions/{id}/cancel`
pub fn cancel(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let id = arguments.text("execution_id");
    let thing = change(context, "action execution", id)?;
    let execution = read(context, id)?;
    if is_canceled(&execution) {
        let outcome = Outcome::from(CANCELED.project(&execution));
        return Ok(outcome.with_note("It was canceled before; nothing was sent."));
    }
    if let Some(status) = ended(&execution) {
        return Err(ToolError::state(format!(
            "the action execution '{id}' has ended already: its status is {status}; nothing was sent"
        )));
    }
    let path = Path::new("/lifecycle-manager/action-executions/{}/cancel", &[id])?;
    let there = |context: &Context<'_>| Ok(Some(read(context, id)?).filter(is_canceled));
    let body = json!({});
    let write = Write::post(&path, Some(&body))
        .wants(Wants::Word)
        .shown_by("get_action_executions")
        .read_back(&there);
    let done = thing.send(&write)?;
    let mut notes: Vec<String> = done.note.into_iter().collect();
    let now = match read(context, id) {
        Ok(now) => now,
        Err(error) => {
            notes.push(format!("It was canceled, but could not be read afterwards: {error}"));
            execution
        }
    };
    if ended(&now).is_none() {
        notes.push("The platform took it; it ends when the step it is at lets it.".into());
    }
    Ok(Outcome::from(CANCELED.project(&now)).noted(notes))
}

/// `GET /lifecycle-manager/action-executions/{id}`
fn read(context: &Context<'_>, id: &str) -> Result<Value, ToolError> {
    let path = Path::new("/lifecycle-manager/action-executions/{}", &[id])?;
    let missing = || {
        ToolError::not_found(format!(
            "no action execution has the id '{id}'; get_action_executions lists them, and run_action \
             gives execution_id"
        ))
    };
    let answer = context.api.get(&path, &[]).map_err(|error| match ToolError::from(error) {
        error if error.kind == ErrorKind::NotFound => missing(),
        error => error,
    })?;
    match record::payload(&answer) {
        execution @ Value::Object(fields) if !fields.is_empty() => Ok(execution.clone()),
        _ => Err(missing()),
    }
}

fn is_canceled(execution: &Value) -> bool {
    ended(execution).is_some_and(|status| status.to_lowercase().starts_with("cancel"))
}

/// The status of an execution that has ended.
fn ended(execution: &Value) -> Option<&str> {
    let ends = ["complete", "completed", "error", "failed", "canceled", "cancelled"];
    record::text(execution, &["status"])
        .filter(|status| ends.iter().any(|end| status.eq_ignore_ascii_case(end)))
}
