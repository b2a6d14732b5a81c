//! What can be started: workflows, agents, automations and the triggers that start them.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::tools::asked::{Filter, List, Source};
use crate::tools::context::Context;
use crate::tools::shown::{Field, FieldKind, Outcome, Shape, ToolError};

/// An entry of `get_workflows`.
pub static WORKFLOW: Shape = Shape::closed(&[
    Field::new("name", FieldKind::Text),
    Field::new("description", FieldKind::Text),
    INPUT_SCHEMA,
    ROUTE_NAME,
    LAST_EXECUTED,
]);

/// An entry of `get_agents`.
pub static AGENT: Shape = Shape::closed(&[
    Field::new("name", FieldKind::Text),
    Field::new("description", FieldKind::Text),
    Field::new("agent_id", FieldKind::Text).from(&["componentId"]),
    ROUTE_NAME,
    INPUT_SCHEMA,
    LAST_EXECUTED,
]);

/// An entry of `get_automations`.
pub static AUTOMATION: Shape = Shape::closed(&[
    Field::new("name", FieldKind::Text),
    Field::new("description", FieldKind::Text),
    Field::new("component_type", FieldKind::Text).from(&["componentType"]),
    Field::new("component_id", FieldKind::Text).from(&["componentId"]),
    ROUTE_NAME,
    INPUT_SCHEMA,
    LAST_EXECUTED,
]);

/// An entry of `get_triggers`.
pub static TRIGGER: Shape = Shape::closed(&[
    Field::new("_id", FieldKind::Text),
    Field::new("name", FieldKind::Text),
    Field::new("type", FieldKind::Text),
    Field::new("enabled", FieldKind::Boolean),
    Field::new("automation_id", FieldKind::Text).from(&["actionId"]),
    ROUTE_NAME,
    LAST_EXECUTED,
]);

const INPUT_SCHEMA: Field =
    Field::new("input_schema", FieldKind::Any).from(&["schema"]).doc("JSON Schema of the input");
const ROUTE_NAME: Field =
    Field::new("route_name", FieldKind::Text).from(&["routeName"]).doc("What starts it");
const LAST_EXECUTED: Field =
    Field::new("last_executed", FieldKind::Time).from(&["lastExecuted"]).doc("UTC");

/// `GET /operations-manager/automations`
const AUTOMATIONS: Source =
    Source::new("/operations-manager/automations", "data", "metadata.total");
/// `GET /operations-manager/triggers`
const TRIGGERS: Source = Source::new("/operations-manager/triggers", "data", "metadata.total");

/// Triggers, of every type unless one is asked for.
pub static TRIGGER_LIST: List = List::of(TRIGGERS, &TRIGGER).filtered(&[Filter::exact(
    "type",
    "type",
    &[("equalsField", "type"), ("equals", "{}")],
)]);

/// Every enabled endpoint trigger of a workflow, in the order of the triggers.
pub fn workflows(context: &Context<'_>) -> Result<Outcome, ToolError> {
    let triggers = workflow_triggers(context)?;
    Ok(WORKFLOW.project_all(&triggers).into())
}

/// Every agent, with the trigger that starts it: an enabled one before a disabled one.
pub fn agents(context: &Context<'_>) -> Result<Outcome, ToolError> {
    let listing =
        AUTOMATIONS.listing().with("equalsField", "componentType").with("equals", "agents");
    let automations = listing.items(context)?;
    let triggers =
        TRIGGERS.listing().with("equalsField", "type").with("equals", "endpoint").items(context)?;
    let agents: Vec<Value> = automations
        .iter()
        .filter(|a| text(a, "componentType").is_none_or(|kind| kind == "agents"))
        .filter(|a| text(a, "componentId").is_some())
        .map(|automation| {
            let own = || triggers.iter().filter(|t| is_endpoint(t) && belongs(t, automation));
            let trigger = own().find(|t| is_enabled(t));
            merge(automation, trigger)
        })
        .collect();
    Ok(AGENT.project_all(&agents).into())
}

/// Every automation that has an enabled endpoint trigger.
pub fn automations(context: &Context<'_>) -> Result<Outcome, ToolError> {
    let automations = AUTOMATIONS.listing().items(context)?;
    let triggers = enabled_endpoint_triggers(context)?;
    let startable: Vec<Value> = automations
        .iter()
        .filter_map(|automation| {
            triggers.iter().find(|t| belongs(t, automation)).map(|t| merge(automation, Some(t)))
        })
        .collect();
    Ok(AUTOMATION.project_all(&startable).into())
}

/// `GET /operations-manager/automations` joined with its enabled endpoint triggers.
pub fn workflow_triggers(context: &Context<'_>) -> Result<Vec<Value>, ToolError> {
    let automations = AUTOMATIONS.listing().items(context)?;
    let workflows: HashMap<&str, &Value> = automations
        .iter()
        .filter(|a| text(a, "componentType") == Some("workflows"))
        .filter_map(|a| Some((text(a, "_id")?, a)))
        .collect();
    let mut triggers = enabled_endpoint_triggers(context)?;
    triggers.retain(|t| text(t, "actionId").is_some_and(|id| workflows.contains_key(id)));
    Ok(triggers)
}

/// `GET /operations-manager/triggers`, those that start something when called.
pub fn enabled_endpoint_triggers(context: &Context<'_>) -> Result<Vec<Value>, ToolError> {
    let listing = TRIGGERS
        .listing()
        .with("equalsField", "type")
        .with("equals", "endpoint")
        .with("enabled", "true");
    let mut triggers = listing.items(context)?;
    // A platform that ignores a filter answers with everything.
    triggers.retain(|t| is_endpoint(t) && is_enabled(t));
    Ok(triggers)
}

fn is_endpoint(trigger: &Value) -> bool {
    text(trigger, "type").is_none_or(|kind| kind == "endpoint")
}

fn is_enabled(trigger: &Value) -> bool {
    trigger.get("enabled").and_then(Value::as_bool).unwrap_or(true)
}

fn belongs(trigger: &Value, automation: &Value) -> bool {
    text(trigger, "actionId").is_some() && text(trigger, "actionId") == text(automation, "_id")
}

/// The automation, with what its trigger adds.
fn merge(automation: &Value, trigger: Option<&Value>) -> Value {
    let mut merged = automation.clone();
    for key in ["routeName", "schema", "lastExecuted"] {
        merged[key] = trigger.and_then(|t| t.get(key)).cloned().unwrap_or(json!(null));
    }
    merged
}

fn text<'a>(item: &'a Value, key: &str) -> Option<&'a str> {
    item.get(key).and_then(Value::as_str)
}
