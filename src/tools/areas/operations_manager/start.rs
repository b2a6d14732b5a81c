//! Starting an automation, and waiting for its job when asked to.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{expose, follow, offers};
use crate::nearest::nearest;
use crate::platform::Path;
use crate::tools::areas::automation_studio::projects;
use crate::tools::asked::{Wants, Write, act, record};
use crate::tools::context::Context;
use crate::tools::shown::{Outcome, ToolError, lookup};
use crate::tools::told::Arguments;

/// Where versions say what now runs: a job or a session.
pub const STARTED: &[&str] = &["data._id", "data.id", "data.sessionId", "_id", "id", "sessionId"];

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
    Ok(follow::started(context, payload(&reply), patience(arguments)))
}

/// `POST /operations-manager/jobs/start`, by the name of a workflow that needs no trigger.
pub fn start_job(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let name = match arguments.maybe_text("project") {
        None => arguments.text("workflow").to_owned(),
        Some(project) => {
            projects::scoped(&projects::id(context, project)?, arguments.text("workflow"))
        }
    };
    let variables = match arguments.value("variables") {
        Value::Object(given) if given.values().any(Value::is_string) => {
            let listing = expose::WORKFLOWS.listing().with("equals[name]", &name);
            let workflow = listing.find(context, |row| record::name(row) == Some(&name));
            fit_all(given, workflow.ok().flatten().as_ref(), "inputSchema.properties")
        }
        Value::Object(given) => Value::Object(given.clone()),
        _ => json!({}),
    };
    let mut options = json!({"type": "automation", "variables": variables});
    if let Some(description) = arguments.maybe_text("description") {
        options["description"] = description.into();
    }
    let body = json!({"workflow": name, "options": options});
    let path = Path::literal("/operations-manager/jobs/start");
    let write = Write::post(&path, Some(&body)).wants(Wants::Started(STARTED));
    let reply = act(context, "workflow", &name)
        .send(&write.shown_by("get_jobs"))
        .map_err(|error| error.hinted(|| expose::no_workflow(context, &name)))?
        .answer;
    Ok(follow::started(context, payload(&reply), patience(arguments)))
}

/// What an answer tells of what it started.
pub fn payload(reply: &Value) -> &Value {
    reply.get("data").filter(|data| !data.is_null()).unwrap_or(reply)
}

/// How long the caller is ready to wait.
pub fn patience(arguments: &Arguments) -> Duration {
    Duration::from_secs(arguments.integer("wait").unsigned_abs())
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
    let trigger =
        triggers.iter().find(|t| t.get("routeName").and_then(Value::as_str) == Some(route));
    fit_all(object, trigger, "schema.properties")
}

/// Turns each text into what the schema of `of` wants in its place.
pub fn fit_all(object: &Map<String, Value>, of: Option<&Value>, properties: &str) -> Value {
    let properties = of.and_then(|of| lookup(of, properties)).and_then(Value::as_object);
    let schema = |name: &str| properties.and_then(|properties| properties.get(name));
    object.iter().map(|(name, value)| (name.clone(), fit(value, schema(name)))).collect()
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

/// Which routes there are, beside what the platform says of this one.
fn explain(context: &Context<'_>, route: &str, error: ToolError) -> ToolError {
    error.hinted(|| {
        let triggers = offers::enabled_endpoint_triggers(context).unwrap_or_default();
        let routes = || triggers.iter().filter_map(|t| t.get("routeName").and_then(Value::as_str));
        if routes().any(|known| known == route) {
            return format!(
                "the trigger with the route '{route}' is there and enabled, so it is what it starts \
                 that is missing: get_triggers and get_automations show which automation that is"
            );
        }
        let hint = match nearest(route, routes()) {
            Some(close) => format!("did you mean '{close}'?"),
            None => "get_workflows, get_automations and get_agents show the routes".to_owned(),
        };
        format!("no enabled trigger has the route '{route}'; {hint}")
    })
}
