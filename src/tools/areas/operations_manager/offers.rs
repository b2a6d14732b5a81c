//! What can be started: workflows, agents, automations and the triggers that start them.

use std::cell::OnceCell;
use std::collections::HashMap;

use serde_json::{Value, json};

use crate::platform::Listed;
use crate::tools::areas::automation_studio::projects;
use crate::tools::asked::{Filter, List, Made, Source};
use crate::tools::context::Context;
use crate::tools::shown::{Field, FieldKind, Shape, ToolError};
use crate::tools::told::{Arguments, Kind, Parameter};

/// An entry of `get_workflows`.
pub static WORKFLOW: Shape = Shape::closed(&[
    Field::new("name", FieldKind::Text).doc("Of the trigger"),
    Field::new("workflow", FieldKind::Text).doc("As in get_jobs"),
    Field::new("project", FieldKind::Text).doc("Its name, or its id"),
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
    Field::new("schedule", FieldKind::Object(&SCHEDULE)),
]);

static SCHEDULE: Shape = Shape::closed(&[
    Field::new("first_run", FieldKind::Time).from(&["firstRunAt"]),
    Field::new("next_run", FieldKind::Time).from(&["nextRunAt"]),
    Field::new("interval_ms", FieldKind::Number).from(&["repeatInterval"]),
    Field::new("repeat", FieldKind::Text),
    Field::new("time_zone", FieldKind::Text).from(&["timezone", "timeZone", "time_zone"]),
    Field::new("missed_runs", FieldKind::Text).from(&["processMissedRuns"]),
    Field::new("input", FieldKind::Any).from(&["formData", "input", "data"]),
]);

const INPUT_SCHEMA: Field =
    Field::new("input_schema", FieldKind::Any).from(&["schema"]).doc("JSON Schema of the input");
const ROUTE_NAME: Field =
    Field::new("route_name", FieldKind::Text).from(&["routeName"]).doc("What starts it");
const LAST_EXECUTED: Field =
    Field::new("last_executed", FieldKind::Time).from(&["lastExecuted", "lastRunAt"]).doc("UTC");

/// `GET /operations-manager/automations`
pub const AUTOMATIONS: Source =
    Source::new("/operations-manager/automations", "data", "metadata.total");
/// `GET /automation-studio/workflows`
pub const WORKFLOW_NAMES: Source = Source::new("/automation-studio/workflows", "items", "total");
/// `GET /operations-manager/triggers`
pub const TRIGGERS: Source = Source::new("/operations-manager/triggers", "data", "metadata.total");

/// Triggers, of every type unless one is asked for.
pub static TRIGGER_LIST: List = List::of(TRIGGERS, &TRIGGER)
    .filtered(&[
        Filter::word(
            Parameter::optional("type", Kind::Text, "Only of this type").one_of(&[
                "endpoint",
                "schedule",
                "eventSystem",
                "manual",
            ]),
            "type",
            &[("equalsField", "type"), ("equals", "{}")],
        ),
        Filter::name_contains(),
    ])
    .prepared(scheduled);

/// Every enabled endpoint trigger of a workflow, in the order of the triggers.
pub static WORKFLOWS: List = List::made(workflows, &WORKFLOW).filtered(&[
    Filter::name_contains(),
    Filter::contains(
        Parameter::optional("workflow", Kind::Name, "Part of the workflow's name"),
        "workflow",
        &[],
    ),
    Filter::exact(
        Parameter::optional("project", Kind::Name, "Name or id of its project"),
        "project",
        &[],
    ),
]);

/// Every agent, with the trigger that starts it: an enabled one before a disabled one.
pub static AGENTS: List = List::made(agents, &AGENT).filtered(&[Filter::name_contains()]);

/// Every automation that has an enabled endpoint trigger.
pub static STARTABLE: List = List::made(automations, &AUTOMATION).filtered(&[
    Filter::name_contains(),
    Filter::word(
        Parameter::optional("component_type", Kind::Name, "Only these: workflows or agents"),
        "component_type",
        &[],
    ),
]);

fn workflows(context: &Context<'_>, _: &Arguments) -> Result<Made, ToolError> {
    let automations = AUTOMATIONS.listing().read(context)?;
    let of: HashMap<&str, &Value> = automations
        .items
        .iter()
        .filter(|a| text(a, "componentType") == Some("workflows"))
        .filter_map(|a| Some((text(a, "_id")?, a)))
        .collect();
    let triggers = startable_triggers(context)?;
    let names = Names::new(context);
    let mut items = Vec::new();
    for mut trigger in triggers.items {
        let Some(automation) = text(&trigger, "actionId").and_then(|id| of.get(id)) else {
            continue;
        };
        let (workflow, project) = names.of(automation);
        if text(&trigger, "description").is_none_or(str::is_empty) {
            trigger["description"] = automation.get("description").cloned().unwrap_or_default();
        }
        trigger["workflow"] = json!(workflow);
        trigger["project"] = json!(project);
        items.push(trigger);
    }
    Ok(Made::of(items, triggers.truncated || automations.truncated))
}

fn agents(context: &Context<'_>, _: &Arguments) -> Result<Made, ToolError> {
    let automations = AUTOMATIONS
        .listing()
        .with("equalsField", "componentType")
        .with("equals", "agents")
        .read(context)?;
    let triggers =
        TRIGGERS.listing().with("equalsField", "type").with("equals", "endpoint").read(context)?;
    let agents = automations
        .items
        .iter()
        .filter(|a| text(a, "componentType").is_none_or(|kind| kind == "agents"))
        .filter(|a| text(a, "componentId").is_some())
        .map(|automation| {
            let own = || triggers.items.iter().filter(|t| is_endpoint(t) && belongs(t, automation));
            let trigger = own().find(|t| is_enabled(t));
            merge(automation, trigger)
        })
        .collect();
    Ok(Made::of(agents, automations.truncated || triggers.truncated))
}

fn automations(context: &Context<'_>, _: &Arguments) -> Result<Made, ToolError> {
    let automations = AUTOMATIONS.listing().read(context)?;
    let triggers = startable_triggers(context)?;
    let startable = automations
        .items
        .iter()
        .filter_map(|automation| {
            triggers
                .items
                .iter()
                .find(|t| belongs(t, automation))
                .map(|t| merge(automation, Some(t)))
        })
        .collect();
    Ok(Made::of(startable, triggers.truncated || automations.truncated))
}

/// A trigger with what its schedule says in one place.
pub fn scheduled(mut trigger: Value) -> Value {
    if text(&trigger, "type") == Some("schedule") {
        let mut schedule = trigger.clone();
        let unit = text(&trigger, "repeatUnit");
        let times = trigger.get("repeatFrequency").and_then(Value::as_u64);
        if let (Some(unit), Some(times)) = (unit, times) {
            schedule["repeat"] = json!(format!("every {times} {unit}"));
        }
        trigger["schedule"] = schedule;
    }
    trigger
}

/// `GET /operations-manager/triggers`, those that start something when called.
pub fn enabled_endpoint_triggers(context: &Context<'_>) -> Result<Vec<Value>, ToolError> {
    Ok(startable_triggers(context)?.items)
}

fn startable_triggers(context: &Context<'_>) -> Result<Listed, ToolError> {
    let listing = TRIGGERS
        .listing()
        .with("equalsField", "type")
        .with("equals", "endpoint")
        .with("enabled", "true");
    let mut triggers = listing.read(context)?;
    // A platform that ignores a filter answers with everything.
    triggers.items.retain(|t| is_endpoint(t) && is_enabled(t));
    Ok(triggers)
}

/// The names of workflows and projects, each list read when it is first needed.
pub struct Names<'a> {
    context: &'a Context<'a>,
    workflows: OnceCell<HashMap<String, String>>,
    projects: OnceCell<HashMap<String, String>>,
}

impl<'a> Names<'a> {
    /// None read yet.
    pub fn new(context: &'a Context<'a>) -> Self {
        Self { context, workflows: OnceCell::new(), projects: OnceCell::new() }
    }

    /// The workflow of an automation, and its project.
    pub fn of(&self, automation: &Value) -> (Option<String>, Option<String>) {
        let stored = text(automation, "componentName").filter(|name| !name.is_empty());
        let stored = stored.or_else(|| {
            let id = text(automation, "componentId")?;
            let read = || {
                let listing = WORKFLOW_NAMES.listing().with("include", "_id,name");
                names(listing.items(self.context))
            };
            self.workflows.get_or_init(read).get(id).map(String::as_str)
        });
        let Some((project, name)) = stored.map(projects::split) else { return (None, None) };
        let project = project.map(|id| {
            let known = self.projects.get_or_init(|| names(projects::all(self.context)));
            known.get(id).cloned().unwrap_or_else(|| id.to_owned())
        });
        (Some(name.to_owned()), project)
    }
}

/// Names by id. What cannot be read stays without a name: nobody has asked for these lists.
fn names(read: Result<Vec<Value>, ToolError>) -> HashMap<String, String> {
    let items = read.unwrap_or_default();
    let named =
        |item: &Value| Some((text(item, "_id")?.to_owned(), text(item, "name")?.to_owned()));
    items.iter().filter_map(named).collect()
}

/// Whether calling a route starts it.
pub fn is_endpoint(trigger: &Value) -> bool {
    text(trigger, "type").is_none_or(|kind| kind == "endpoint")
}

/// Whether it starts anything at all.
pub fn is_enabled(trigger: &Value) -> bool {
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
