//! Making workflows and agents startable: an automation with an endpoint trigger.

use serde_json::{Value, json};

use crate::nearest::nearest;
use crate::platform::Path;
use crate::tools::areas::automation_studio::projects;
use crate::tools::asked::{Change, Source, Wants, Write, change, record};
use crate::tools::context::Context;
use crate::tools::shown::{ErrorKind, Field, FieldKind, Outcome, Shape, ToolError, lookup};
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
    let (route, notes) = create(context, &automation, endpoint)?;
    Ok(done(format!("Workflow '{name}' is exposed at route '{route}'."), &route).noted(notes))
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
    let (route, notes) = create(context, &automation, endpoint)?;
    let message = format!("Agent '{agent}' is exposed as '{name}' at route '{route}'.");
    Ok(done(message, &route).noted(notes))
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

/// Whether this can be the route of an endpoint.
///
/// # Errors
/// What is wrong with it.
pub fn check_route(route: &str) -> Result<(), ToolError> {
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
pub const WORKFLOWS: Source = Source::new("/automation-studio/workflows", "items", "total");

/// The workflow with this stored name.
fn find_workflow(context: &Context<'_>, name: &str) -> Result<Value, ToolError> {
    let mut found = WORKFLOWS.listing().with("equals[name]", name).items(context)?;
    found.retain(|workflow| record::name(workflow).is_none_or(|found| found == name));
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(ToolError::not_found(no_workflow(context, name))),
        several => Err(ToolError::invalid(format!(
            "{several} workflows are called '{name}' ({}); rename all but one on the platform",
            record::ids(&found)
        ))),
    }
}

/// That no workflow is called so, and which one may be meant: one of that name in a project, or the
/// nearest.
pub fn no_workflow(context: &Context<'_>, name: &str) -> String {
    let all = WORKFLOWS.listing().with("include", "name").items(context).unwrap_or_default();
    let names = || all.iter().filter_map(record::name);
    if names().any(|known| known == name) {
        return format!("the workflow '{name}' is there, so something that it needs is missing");
    }
    let ending = format!(": {name}");
    let scoped = names().find(|known| known.starts_with('@') && known.ends_with(&ending));
    let project = scoped.and_then(|known| known.strip_prefix('@')?.split(':').next());
    let hint = match (project, nearest(name, names())) {
        (Some(project), _) => format!("project '{project}' has one: give it as 'project'"),
        (None, Some(close)) => format!("did you mean '{close}'?"),
        (None, None) => "check the name, and give 'project' when it lives in one".to_owned(),
    };
    format!("no workflow is called '{name}'; {hint}")
}

/// `GET /operations-manager/automations`
const AUTOMATIONS: Source =
    Source::new("/operations-manager/automations", "data", "metadata.total");
/// `GET /operations-manager/triggers`
const TRIGGERS: Source = Source::new("/operations-manager/triggers", "data", "metadata.total");

/// Where versions say the id of what they made.
const ID: &[&str] = &["data._id", "_id", "data.id", "id"];

/// What was made, and what the reader should know of it.
type Made = (String, Vec<String>);

/// Writes the automation, then its trigger. Whatever ends it in between, the automation is taken back.
fn create(
    context: &Context<'_>,
    automation: &Value,
    endpoint: Endpoint,
) -> Result<Made, ToolError> {
    let name = record::name(automation).unwrap_or_default();
    let change = change(context, "automation", name)?;
    if let Some(there) = named(context, name)? {
        return Err(ToolError::state(format!(
            "there is an automation called '{name}' already ({}); get_triggers shows whether it has \
             a route_name; nothing was created",
            record::id(&there).unwrap_or("of unknown id".into())
        )));
    }
    let there = |context: &Context<'_>| named(context, name);
    let path = Path::literal(AUTOMATIONS.route);
    let write = Write::post(&path, Some(automation))
        .wants(Wants::One(ID))
        .shown_by("get_triggers")
        .read_back(&there);
    let made = match change.send(&write) {
        Ok(made) => made,
        // Nobody waited for the answer, so it is looked whether there is something to take back.
        Err(error) if error.kind == ErrorKind::Cancelled => {
            return Err(undone(&change, None, error));
        }
        Err(error) => return Err(error),
    };
    let Some(id) = ID.iter().find_map(|place| record::scalar(lookup(&made.answer, place)?)) else {
        let error = ToolError::platform("the platform did not say the id of the automation");
        return Err(undone(&change, None, error));
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
    let there = |context: &Context<'_>| {
        let own = |trigger: &Value| {
            trigger.get("actionId").and_then(record::scalar).as_ref() == Some(&id)
        };
        TRIGGERS.listing().find(context, own)
    };
    let path = Path::literal(TRIGGERS.route);
    let write = Write::post(&path, Some(&trigger)).shown_by("get_triggers").read_back(&there);
    match change.send(&write) {
        Ok(done) => Ok((endpoint.route, made.note.into_iter().chain(done.note).collect())),
        Err(error) => Err(undone(&change, Some(id), error)),
    }
}

/// The automation called so, if there is one.
fn named(context: &Context<'_>, name: &str) -> Result<Option<Value>, ToolError> {
    AUTOMATIONS
        .listing()
        .with("equals", name)
        .with("equalsField", "name")
        .find(context, |automation| record::name(automation) == Some(name))
}

/// Takes the automation back, also after the call has been cancelled, and adds to `cause` whether
/// that succeeded. Without an id it is the one of this name, which was not there before.
fn undone(change: &Change<'_>, id: Option<String>, cause: ToolError) -> ToolError {
    let name = &change.name;
    let what = if id.is_some() { "the trigger" } else { "the automation" };
    let left = change.undo(|change| {
        let id = match id {
            Some(id) => id,
            None => match named(change.context(), name)?.as_ref().and_then(record::id) {
                Some(id) => id.into_owned(),
                None => return Ok(()),
            },
        };
        let path = Path::new("/operations-manager/automations/{}", &[&id])?;
        let gone =
            |context: &Context<'_>| Ok(named(context, name)?.is_none().then_some(Value::Null));
        change.send(&Write::delete(&path).read_back(&gone)).map(drop)
    });
    let message = match left {
        Ok(()) => {
            let message =
                format!("{what} could not be created, nothing was kept: {}", cause.message);
            return match cause.kind {
                // What nobody knew of has been taken back.
                ErrorKind::Unknown => ToolError::platform(message),
                kind => ToolError::new(kind, message),
            };
        }
        Err(error) => format!(
            "{what} could not be created: {}. Automation '{name}' is left behind and could not be \
             removed: {}. Remove it in Operations Manager",
            cause.message, error.message
        ),
    };
    ToolError { message, ..cause }
}
