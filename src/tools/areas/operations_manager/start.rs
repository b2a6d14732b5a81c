//! Starting an automation, and waiting for its job when asked to.

use std::time::Duration;

use serde_json::{Value, json};

use super::{expose, follow, offers};
use crate::nearest::nearest;
use crate::platform::Path;
use crate::tools::areas::automation_studio::projects;
use crate::tools::asked::{Wants, Write, act, record};
use crate::tools::context::Context;
use crate::tools::shown::{Outcome, ToolError};
use crate::tools::told::{Arguments, fitted};

/// Where versions say what now runs: a job or a session.
pub const STARTED: &[&str] = &["data._id", "data.id", "data.sessionId", "_id", "id", "sessionId"];

/// `POST /operations-manager/triggers/endpoint/{route_name}`. Once that has succeeded something
/// runs, and nothing that follows may fail the call.
pub fn start(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let route = arguments.text("route_name");
    let data = fit_to_schema(context, route, arguments.value("data"));
    start_route(context, route, &data, patience(arguments))
}

/// The same, with data that fits; none is sent when it is null.
pub fn start_route(
    context: &Context<'_>,
    route: &str,
    data: &Value,
    patience: Duration,
) -> Result<Outcome, ToolError> {
    let path = Path::with_slashes("/operations-manager/triggers/endpoint/{}", &[route])?;
    let body = Some(data).filter(|data| !data.is_null());
    let reply = act(context, "automation", route)
        .send(&Write::post(&path, body).wants(Wants::Started(STARTED)).shown_by("get_jobs"))
        .map_err(|error| explain(context, route, error))?
        .answer;
    Ok(follow::started(context, payload(&reply), patience))
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
        Value::Object(given) if !given.is_empty() => {
            let listing = expose::WORKFLOWS.listing().with("equals[name]", &name);
            let workflow = listing.find(context, |row| record::name(row) == Some(&name));
            let workflow = workflow.ok().flatten();
            fitted(workflow.as_ref().and_then(|workflow| workflow.get("inputSchema")), given)
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

/// Turns values into what the trigger's input schema wants: models send lists and objects as JSON
/// text. When the schema cannot be had, the data goes out as it came.
fn fit_to_schema(context: &Context<'_>, route: &str, data: &Value) -> Value {
    let Some(object) = data.as_object().filter(|object| !object.is_empty()) else {
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
    fitted(trigger.and_then(|trigger| trigger.get("schema")), object)
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
