//! Starting an automation, and waiting for its job when asked to.

use std::time::Duration;

use serde_json::{Map, Value};

use super::jobs;
use super::offers;
use crate::limits;
use crate::nearest::nearest;
use crate::platform::Path;
use crate::tools::asked::{Pause, Source, Wait, Wants, Write, act};
use crate::tools::context::Context;
use crate::tools::shown::{ErrorKind, Field, FieldKind, Outcome, Shape, ToolError, lookup};
use crate::tools::told::Arguments;

/// A started workflow.
pub static JOB: Shape = Shape::closed(&[
    Field::new("object_id", FieldKind::Text).from(&["_id", "id"]).doc("The job's id"),
    Field::new("name", FieldKind::Text),
    Field::new("description", FieldKind::Text),
    Field::new("tasks", FieldKind::Map),
    jobs::STATUS,
    Field::new("metrics", FieldKind::Object(&METRICS)),
]);

static METRICS: Shape = Shape::closed(&[
    Field::new("start_time", FieldKind::Time).doc("UTC"),
    Field::new("end_time", FieldKind::Time).doc("UTC"),
    Field::new("user", FieldKind::Text).doc("Name of the account"),
]);

/// A started agent.
pub static SESSION: Shape = Shape::closed(&[
    Field::new("session_id", FieldKind::Text).from(&["sessionId"]),
    Field::new("status", FieldKind::Text),
]);

/// Where versions say what now runs: a job or a session.
const STARTED: &[&str] = &["data._id", "data.id", "data.sessionId", "_id", "id", "sessionId"];

/// `GET /authorization/accounts`
const ACCOUNTS: Source = Source::new("/authorization/accounts", "results", "total");

/// `POST /operations-manager/triggers/endpoint/{route_name}`. Once that has succeeded something
/// runs, and nothing that follows may fail the call.
pub fn start(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let route = arguments.text("route_name");
    let path = Path::with_slashes("/operations-manager/triggers/endpoint/{}", &[route])?;
    let data = fit_to_schema(context, route, arguments.value("data"));
    let body = Some(&data).filter(|data| !data.is_null());
    let reply = act(context, "automation", route)
        .send(&Write::post(&path, body).wants(Wants::Started(STARTED)).shown_by("get_jobs"))
        .map_err(|error| explain(context, route, error))?
        .answer;
    let payload = reply.get("data").filter(|data| !data.is_null()).unwrap_or(&reply);
    if payload.get("sessionId").is_some() {
        let mut session = SESSION.project(payload);
        if session["status"].is_null() {
            session["status"] = "RUNNING".into();
        }
        return Ok(session.into());
    }
    let wait = Duration::from_secs(arguments.integer("wait").unsigned_abs());
    let mut notes = Vec::new();
    let latest = await_end(context, payload, wait, &mut notes);
    let mut job = JOB.project(latest.as_ref().unwrap_or(payload));
    name_user(context, &mut job, &mut notes);
    if job["object_id"].is_null() {
        notes.push("The platform did not say the job's id; get_jobs shows it.".into());
    }
    let outcome = Outcome::from(job);
    Ok(outcome.noted(notes))
}

/// Turns text into what the trigger's input schema wants: models send lists and objects as JSON
/// text. When the schema cannot be had, the data goes out as it came.
fn fit_to_schema(context: &Context<'_>, route: &str, data: &Value) -> Value {
    let Some(object) = data.as_object().filter(|o| o.values().any(Value::is_string)) else {
        return data.clone();
    };
    let triggers = match offers::enabled_endpoint_triggers(context) {
        Ok(triggers) => triggers,
        Err(error) => {
            context.host.log(
                log::Level::Warn,
                &format!("the input schema of '{route}' could not be read ({error}); the data is sent as given"),
            );
            return data.clone();
        }
    };
    let schema = triggers
        .iter()
        .find(|t| t.get("routeName").and_then(Value::as_str) == Some(route))
        .and_then(|t| lookup(t, "schema.properties"))
        .and_then(Value::as_object);
    let Some(properties) = schema else { return data.clone() };
    let fitted: Map<String, Value> = object
        .iter()
        .map(|(name, value)| (name.clone(), fit(value, properties.get(name))))
        .collect();
    Value::Object(fitted)
}

fn fit(value: &Value, schema: Option<&Value>) -> Value {
    let (Some(text), Some(wanted)) = (value.as_str(), schema.and_then(|s| s.get("type"))) else {
        return value.clone();
    };
    let Ok(parsed) = serde_json::from_str::<Value>(text) else { return value.clone() };
    let fits = match wanted.as_str() {
        Some("array") => parsed.is_array(),
        Some("object") => parsed.is_object(),
        Some("integer") => parsed.is_i64() || parsed.is_u64(),
        Some("number") => parsed.is_number(),
        Some("boolean") => parsed.is_boolean(),
        _ => false,
    };
    if fits { parsed } else { value.clone() }
}

/// Adds to "no such route" which routes there are.
fn explain(context: &Context<'_>, route: &str, error: ToolError) -> ToolError {
    if error.kind != ErrorKind::NotFound {
        return error;
    }
    let triggers = offers::enabled_endpoint_triggers(context).unwrap_or_default();
    let routes = triggers.iter().filter_map(|t| t.get("routeName").and_then(Value::as_str));
    let hint = match nearest(route, routes) {
        Some(close) => format!("did you mean '{close}'?"),
        None => "get_workflows, get_automations and get_agents show the routes".to_owned(),
    };
    ToolError::not_found(format!("no enabled trigger has the route '{route}'; {hint}"))
}

/// Polls the job until it has ended or the time is over. None: as it was when it started.
fn await_end(
    context: &Context<'_>,
    job: &Value,
    patience: Duration,
    notes: &mut Vec<String>,
) -> Option<Value> {
    let id = job.get("_id").and_then(Value::as_str)?;
    let mut wait = Wait::new(context, Some(patience), limits::START_PAUSES);
    let mut latest = None;
    while !patience.is_zero() {
        let current = latest.as_ref().unwrap_or(job);
        let status = current.get("status").and_then(Value::as_str).unwrap_or("running");
        if jobs::has_ended(status) {
            return latest;
        }
        match wait.pause(&format!("job {id} is {status}")) {
            Pause::Passed => {}
            Pause::OutOfTime => {
                notes.push(format!(
                    "The job is still {status} after {} s and goes on; poll describe_job.",
                    patience.as_secs()
                ));
                return latest;
            }
            Pause::Cancelled => {
                notes.push("The wait was ended; the job goes on.".into());
                return latest;
            }
        }
        match jobs::read(context, id) {
            Ok(job) => latest = Some(job),
            Err(error) => {
                notes.push(format!("The job runs, but its state could not be read: {error}"));
                return latest;
            }
        }
    }
    latest
}

/// Replaces the account's id by its name; null when the name cannot be had.
fn name_user(context: &Context<'_>, job: &mut Value, notes: &mut Vec<String>) {
    let Some(id) = job["metrics"]["user"].as_str().map(str::to_owned) else { return };
    let found = ACCOUNTS
        .listing()
        .find(context, |account| account.get("_id").and_then(Value::as_str) == Some(&id));
    let name = match &found {
        Ok(Some(account)) => account.get("username").cloned().unwrap_or(Value::Null),
        Ok(None) | Err(_) => Value::Null,
    };
    if name.is_null() {
        notes.push(format!("The name of account {id} could not be looked up."));
    }
    job["metrics"]["user"] = name;
}
