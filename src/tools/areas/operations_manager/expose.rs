//! Making workflows and agents startable: an automation with an endpoint trigger.

use serde_json::{Value, json};

use crate::nearest::nearest;
use crate::platform::Path;
use crate::tools::areas::automation_studio::projects;
use crate::tools::asked::{Source, change, record};
use crate::tools::context::Context;
use crate::tools::shown::{Field, FieldKind, Outcome, Shape, ToolError};
use crate::tools::told::Arguments;

/// What exposing gives back.
pub static DONE: Shape = Shape::closed(&[
    Field::new("message", FieldKind::Text),
    Field::new("route_name", FieldKind::Text).doc("For start_workflow or trigger_automation"),
]);

const ORIGIN: &str = "auto-created by itential-mcp";

struct Endpoint {
    route: String,
    name: String,
    description: String,
    schema: Value,
}

/// Creates an automation and an endpoint trigger for a workflow. Everything that can be wrong is
/// found before anything is written.
pub fn workflow(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let name = arguments.text("name");
    let mut endpoint = endpoint(arguments, name)?;
    let (workflow_name, automation_name) = match arguments.maybe_text("project") {
        None => (name.to_owned(), name.to_owned()),
        Some(project) => (
            projects::scoped(&projects::id(context, project)?, name),
            format!("{name} from {project}"),
        ),
    };
    let workflow = find_workflow(context, &workflow_name)?;
    if endpoint.schema.is_null() {
        endpoint.schema = workflow.get("inputSchema").cloned().unwrap_or(Value::Null);
    }
    let automation = json!({
        "name": automation_name,
        "componentType": "workflows",
        "description": ORIGIN,
        "componentId": workflow.get("_id").cloned().unwrap_or(Value::Null),
    });
    let route = create(context, &automation, endpoint)?;
    Ok(done(format!("Workflow '{name}' is exposed at route '{route}'."), &route))
}

/// Creates an automation and an endpoint trigger for an agent.
pub fn agent(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let (agent, name) = (arguments.text("agent_id"), arguments.text("automation_name"));
    let endpoint = endpoint(arguments, name)?;
    let automation = json!({
        "name": name,
        "componentType": "agents",
        "description": ORIGIN,
        "componentId": agent,
        "componentName": agent,
    });
    let route = create(context, &automation, endpoint)?;
    Ok(done(format!("Agent '{agent}' is exposed as '{name}' at route '{route}'."), &route))
}

fn done(message: String, route: &str) -> Outcome {
    json!({"message": message, "route_name": route}).into()
}

fn endpoint(arguments: &Arguments, name: &str) -> Result<Endpoint, ToolError> {
    let route =
        arguments.maybe_text("route_name").map_or_else(|| name.replace(' ', "_"), str::to_owned);
    check_route(&route)?;
    let text = |key, default: String| arguments.maybe_text(key).map_or(default, str::to_owned);
    let schema = arguments.object("endpoint_schema").filter(|schema| !schema.is_empty());
    Ok(Endpoint {
        name: text("endpoint_name", format!("API Route for {name}")),
        description: text("endpoint_description", ORIGIN.to_owned()),
        schema: schema.map_or(Value::Null, |schema| Value::Object(schema.clone())),
        route,
    })
}

fn check_route(route: &str) -> Result<(), ToolError> {
    let forbidden = " <>\"{}|\\^`?#%";
    if let Some(bad) = route.chars().find(|c| forbidden.contains(*c) || c.is_control()) {
        return Err(ToolError::invalid(format!(
            "'route_name' may not contain '{}'; use letters, digits, '-', '_' and '/', \
             for example '{}'",
            bad.escape_default(),
            route.replace(|c: char| forbidden.contains(c) || c.is_control(), "_")
        )));
    }
    if route.split('/').any(|segment| matches!(segment, "" | "." | "..")) {
        return Err(ToolError::invalid("'route_name' may not have an empty, '.' or '..' segment"));
    }
    Ok(())
}

/// `GET /automation-studio/workflows`
const WORKFLOWS: Source = Source::new("/automation-studio/workflows", "items", "total");

/// The workflow with this stored name.
fn find_workflow(context: &Context<'_>, name: &str) -> Result<Value, ToolError> {
    let mut found = WORKFLOWS.listing().with("equals[name]", name).items(context)?;
    found.retain(|workflow| record::name(workflow).is_none_or(|found| found == name));
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => {
            let all = WORKFLOWS.listing().with("include", "name").items(context)?;
            let hint = match nearest(name, all.iter().filter_map(record::name)) {
                Some(close) => format!("did you mean '{close}'?"),
                None => "check the name, and give 'project' when it lives in one".to_owned(),
            };
            Err(ToolError::not_found(format!("no workflow is called '{name}'; {hint}")))
        }
        several => Err(ToolError::invalid(format!("{several} workflows are called '{name}'"))),
    }
}

/// Writes the automation, then its trigger; when the trigger cannot be written the automation is
/// taken back.
fn create(
    context: &Context<'_>,
    automation: &Value,
    endpoint: Endpoint,
) -> Result<String, ToolError> {
    let name = record::name(automation).unwrap_or_default();
    let change = change(context, "automation", name)?;
    let reply = change.post(&Path::literal("/operations-manager/automations"), Some(automation))?;
    let id = reply.get("data").unwrap_or(&reply).get("_id").and_then(Value::as_str);
    let Some(id) = id else {
        return Err(ToolError::platform(
            "the automation was created but the platform did not say its id, so it has no trigger; \
             remove it in Operations Manager",
        ));
    };
    let permissive = || json!({"type": "object", "properties": {}, "additionalProperties": true});
    let usable = endpoint.schema.as_object().is_some_and(|schema| !schema.is_empty());
    let trigger = json!({
        "actionId": id,
        "actionType": "automations",
        "name": endpoint.name,
        "type": "endpoint",
        "verb": "POST",
        "routeName": endpoint.route,
        "description": endpoint.description,
        "enabled": true,
        "schema": if usable { endpoint.schema } else { permissive() },
    });
    let written = change.post(&Path::literal("/operations-manager/triggers"), Some(&trigger));
    let Err(cause) = written else { return Ok(endpoint.route) };
    let undone = Path::new("/operations-manager/automations/{}", &[id])
        .map_err(ToolError::from)
        .and_then(|path| change.delete(&path));
    Err(ToolError::platform(match undone {
        Ok(_) => format!("the trigger could not be created, nothing was kept: {}", cause.message),
        Err(error) => format!(
            "the trigger could not be created: {}. Automation {id} is left behind and could \
             not be removed: {}",
            cause.message, error.message
        ),
    }))
}
