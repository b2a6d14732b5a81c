//! Triggers: what starts automations.

use serde_json::{Value, json};

use super::automations::{AUTOMATIONS, change, created, list};
use super::jobs;
use crate::sandbox::answer::{Answered, Refusal};
use crate::sandbox::areas::agent_session_manager;
use crate::sandbox::clock::{iso, now_ms};
use crate::sandbox::incoming::Incoming;
use crate::sandbox::listing::Listing;
use crate::sandbox::routing::{Area, Route, get, patch, post};
use crate::sandbox::schema;
use crate::sandbox::world::{Collection, World, assign};

/// This part of the platform.
pub const AREA: Area =
    Area { routes: ROUTES, collections: &[Collection { name: "triggers", key: "_id" }] };

const ROUTES: &[Route] = &[
    get("/operations-manager/triggers", |world, call| list(TRIGGERS, world, call)),
    post("/operations-manager/triggers", create),
    post("/operations-manager/triggers/endpoint/{*}", run_endpoint),
    post("/operations-manager/triggers/manual/{}/run", run_manual),
    get("/operations-manager/triggers/{}", |world, call| {
        let row = world.require("triggers", "Trigger", call.param(0))?;
        Ok(json!({"message": "Successfully retrieved document", "data": row, "metadata": {}})
            .into())
    }),
    patch("/operations-manager/triggers/{}", update),
];

const TRIGGERS: Listing = Listing {
    collection: "triggers",
    fields: &["_id", "name", "description", "type", "enabled", "actionId", "routeName"],
    bare: &["enabled", "actionId"],
    ..AUTOMATIONS
};

/// What a trigger of each type must say.
const NEEDED: &[(&str, &[&str])] = &[
    ("endpoint", &["/routeName", "/verb"]),
    ("manual", &[]),
    ("schedule", &["/firstRunAt"]),
    ("eventSystem", &["/source", "/topic"]),
];

fn create(world: &mut World, call: &Incoming) -> Answered {
    let (name, kind) = (call.text("/name")?, call.text("/type")?);
    world.require("automations", "Automation", call.text("/actionId")?)?;
    let Some((_, needed)) = NEEDED.iter().find(|(known, _)| *known == kind) else {
        return Err(Refusal::invalid("body/type must be equal to one of the allowed values"));
    };
    for pointer in *needed {
        call.body.pointer(pointer).ok_or_else(|| Refusal::missing(pointer))?;
    }
    check(world, "", &call.body)?;
    let mut row = json!({
        "_id": world.new_id(), "name": name, "enabled": true, "description": null,
        "created": iso(now_ms()), "createdBy": call.account, "lastExecuted": null,
    });
    assign(&mut row, call.body.clone());
    plan(&mut row);
    world.add("triggers", row.clone());
    created("trigger", row)
}

fn update(world: &mut World, call: &Incoming) -> Answered {
    check(world, call.param(0), &call.body)?;
    change("triggers", "Trigger", world, call)?;
    let row = world.require_mut("triggers", "Trigger", call.param(0))?;
    plan(row);
    Ok(json!({"message": "Successfully updated trigger", "data": row, "metadata": {}}).into())
}

/// Refuses a route that another trigger has, and times that are no whole numbers.
fn check(world: &World, own: &str, body: &Value) -> Result<(), Refusal> {
    if let Some(route) = body.get("routeName") {
        let taken = |row: &Value| row.get("routeName") == Some(route) && text(row, "_id") != own;
        if world.rows("triggers").iter().any(taken) {
            return Err(Refusal::new(409, format!("the route {route} is already in use")));
        }
    }
    for field in ["firstRunAt", "repeatInterval"] {
        if body.get(field).is_some_and(|value| !value.is_u64() && !value.is_null()) {
            return Err(Refusal::invalid(format!("body/{field} must be integer")));
        }
    }
    Ok(())
}

/// Says when a schedule runs next: at its first run, or whole intervals later.
fn plan(row: &mut Value) {
    let number = |field: &str| row.get(field).and_then(Value::as_u64);
    let (Some(first), now) = (number("firstRunAt"), now_ms()) else { return };
    let next = match number("repeatInterval") {
        _ if first > now => Some(first),
        Some(interval @ 1..) => Some(first + ((now - first) / interval + 1) * interval),
        _ => None,
    };
    let enabled = row.get("enabled") == Some(&json!(true));
    assign(row, json!({"nextRunAt": next.filter(|_| enabled)}));
}

fn text<'a>(row: &'a Value, field: &str) -> &'a str {
    row.get(field).and_then(Value::as_str).unwrap_or_default()
}

/// Starts what stands behind an enabled endpoint: a job for a workflow, a session for an agent.
fn run_endpoint(world: &mut World, call: &Incoming) -> Answered {
    let route = call.param(0);
    let serves = |row: &&Value| {
        row.get("routeName") == Some(&json!(route)) && row.get("enabled") == Some(&json!(true))
    };
    let trigger = world.rows("triggers").iter().find(serves).cloned();
    let trigger = trigger
        .ok_or_else(|| Refusal::new(404, format!("no enabled trigger serves route '{route}'")))?;
    schema::check(trigger.get("schema").unwrap_or(&Value::Null), &call.body)?;
    run(world, call, &trigger, &call.body)
}

fn run_manual(world: &mut World, call: &Incoming) -> Answered {
    let trigger = world.require("triggers", "Trigger", call.param(0))?.clone();
    if trigger.get("type") != Some(&json!("manual")) {
        return Err(Refusal::invalid("only a manual trigger can be run this way"));
    }
    run(world, call, &trigger, &call.value("/formData"))
}

fn run(world: &mut World, call: &Incoming, trigger: &Value, variables: &Value) -> Answered {
    let field = |row: &Value, name| row.get(name).and_then(Value::as_str).unwrap_or("").to_owned();
    let automation = field(trigger, "actionId");
    let automation = world.require("automations", "Automation", &automation)?.clone();
    let component = field(&automation, "componentId");
    if let Some(row) = world.find_mut("triggers", &field(trigger, "_id")) {
        assign(row, json!({"lastExecuted": now_ms()}));
    }
    if automation.get("componentType") == Some(&json!("agents")) {
        let name = agent_name(&automation);
        let session = agent_session_manager::start_session(world, &component, &name, variables);
        let data = json!({"sessionId": session, "status": "RUNNING"});
        return Ok(json!({"message": "Successfully started agent session", "data": data}).into());
    }
    let workflow = world.require("workflows", "Workflow", &component)?.clone();
    let job = jobs::start(world, &workflow, variables, &call.account);
    Ok(json!({"message": "Successfully started job", "data": job, "metadata": {}}).into())
}

/// The agent's own name; an automation that does not know it lends its own.
fn agent_name(automation: &Value) -> String {
    let name = |field| automation.get(field).and_then(Value::as_str);
    name("componentName").or_else(|| name("name")).unwrap_or_default().to_owned()
}
