//! Running an action.

use serde_json::{Value, json};

use super::{instances, resources};
use crate::nearest::nearest;
use crate::platform::Path;
use crate::tools::asked::{Wants, Write, act, change, record};
use crate::tools::context::Context;
use crate::tools::shown::{Field, FieldKind, Outcome, Shape, ToolError};
use crate::tools::told::{Arguments, fitted};

/// A started action.
pub static STARTED: Shape = Shape::closed(&[
    Field::new("message", FieldKind::Text),
    Field::new("start_time", FieldKind::Time).from(&["data.startTime", "startTime"]),
    Field::new("job_id", FieldKind::Text)
        .from(&["data.jobId", "jobId", "data.job_id", "job_id"])
        .doc("For describe_job"),
    Field::new("status", FieldKind::Text).from(&["data.status", "status"]),
    Field::new("execution_id", FieldKind::Text).from(&[
        "data.executionId",
        "executionId",
        "data._id",
        "_id",
    ]),
]);

/// Where versions say what now runs.
const RUNS: &[&str] = &[
    "data.jobId",
    "data.job_id",
    "data.executionId",
    "data._id",
    "data.startTime",
    "jobId",
    "job_id",
    "executionId",
    "_id",
    "startTime",
];

/// `POST /lifecycle-manager/resources/{id}/run-action`. Everything that can be wrong is found before,
/// and nothing that follows fails the call.
pub fn run(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let resource = arguments.text("resource_name");
    let thing = match arguments.maybe_text("instance_name") {
        Some(instance) => change(context, "instance", &format!("{resource}/{instance}"))?,
        None => act(context, "resource model", resource),
    };
    let model = resources::existing(context, resource)?;
    let action = find(&model, resource, arguments.text("action_name"))?;
    let body = body(context, arguments, &model, action)?;
    let path = Path::new("/lifecycle-manager/resources/{}/run-action", &[&resources::id(&model)?])?;
    let write = Write::post(&path, Some(&body))
        .wants(Wants::Started(RUNS))
        .shown_by("get_action_executions");
    let started = STARTED.project(&thing.send(&write)?.answer);
    let silent = started["job_id"].is_null();
    let outcome = Outcome::from(started);
    Ok(if silent {
        outcome.with_note(
            "The action was started, but the platform did not say the job's id; \
             get_action_executions shows it.",
        )
    } else {
        outcome
    })
}

fn body(
    context: &Context<'_>,
    arguments: &Arguments,
    model: &Value,
    action: &Value,
) -> Result<Value, ToolError> {
    let kind = record::text(action, &["type"]).unwrap_or_default();
    let mut inputs = match arguments.value("input_params") {
        // Where the schema cannot be had, the platform is the judge.
        Value::Object(given) if !given.is_empty() => {
            fitted(resources::input_schema(context, model, action).ok().as_ref(), given)
        }
        other => other.clone(),
    };
    let mut body = json!({"actionId": record::id_value(action)});
    match (kind, arguments.maybe_text("instance_name")) {
        ("update" | "delete", None) => {
            return Err(ToolError::invalid(format!(
                "'instance_name' is needed: this action will {kind} an instance, and get_instances \
                 lists them; nothing was started"
            )));
        }
        (_, None) => {}
        ("create", Some(name)) => body["instanceName"] = json!(name),
        (kind, Some(name)) => {
            let instance = instances::existing(context, model, name)?;
            body["instance"] = json!(record::id_value(&instance));
            if kind == "delete" && inputs.is_null() {
                inputs = instance.get("instanceData").cloned().unwrap_or_default();
            }
        }
    }
    if !record::is_empty(&inputs) {
        body["inputs"] = inputs;
    }
    if let Some(description) = arguments.maybe_text("instance_description") {
        body["instanceDescription"] = json!(description);
    }
    Ok(body)
}

fn find<'a>(model: &'a Value, resource: &str, name: &str) -> Result<&'a Value, ToolError> {
    let actions = model.get("actions").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let mut named = actions.iter().filter(|action| record::name(action) == Some(name));
    let found = named.next();
    if let (Some(first), Some(second)) = (found, named.next()) {
        return Err(ToolError::invalid(format!(
            "several actions of '{resource}' are called '{name}' ({}); rename all but one on the \
             platform; nothing was started",
            record::ids([first, second])
        )));
    }
    found.ok_or_else(|| {
        let names: Vec<&str> = actions.iter().filter_map(record::name).collect();
        let hint = match nearest(name, names.iter().copied()) {
            Some(close) => format!("did you mean '{close}'?"),
            None if names.is_empty() => "it has none".to_owned(),
            None => format!("there are: {}", names.join(", ")),
        };
        ToolError::not_found(format!("no action of '{resource}' is called '{name}'; {hint}"))
    })
}
