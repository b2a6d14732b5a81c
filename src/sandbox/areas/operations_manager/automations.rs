//! Operations Manager: automations and the triggers that start them.

use serde_json::{Value, json};

use super::jobs;
use crate::sandbox::answer::{Answer, Answered, Refusal};
use crate::sandbox::areas::agent_session_manager;
use crate::sandbox::clock::{iso, now_ms};
use crate::sandbox::incoming::Incoming;
use crate::sandbox::listing::{Filters, Listing, Paging, data_envelope};
use crate::sandbox::routing::{Area, Route, delete, get, patch, post};
use crate::sandbox::schema;
use crate::sandbox::world::{Collection, World, assign};

/// This part of the platform.
pub const AREA: Area = Area {
    routes: ROUTES,
    collections: &[
        Collection { name: "automations", key: "_id" },
        Collection { name: "triggers", key: "_id" },
    ],
};

/// Automations and triggers.
const ROUTES: &[Route] = &[
    get("/operations-manager/automations", |world, call| list(AUTOMATIONS, world, call)),
    post("/operations-manager/automations", create_automation),
    patch("/operations-manager/automations/{}", |world, call| {
        change("automations", "Automation", world, call)
    }),
    delete("/operations-manager/automations/{}", delete_automation),
    get("/operations-manager/triggers", |world, call| list(TRIGGERS, world, call)),
    post("/operations-manager/triggers", create_trigger),
    post("/operations-manager/triggers/endpoint/{*}", run_endpoint),
    post("/operations-manager/triggers/manual/{}/run", run_manual),
    get("/operations-manager/triggers/{}", |world, call| {
        one(world.require("triggers", "Trigger", call.param(0))?)
    }),
    patch("/operations-manager/triggers/{}", |world, call| {
        change("triggers", "Trigger", world, call)
    }),
];

const AUTOMATIONS: Listing = Listing {
    collection: "automations",
    filters: Filters::Pairs,
    fields: &["_id", "name", "description", "componentType", "componentId", "componentName"],
    bare: &[],
    paging: Paging::Skip,
    default_limit: 25,
    max_limit: 100,
    envelope: data_envelope,
};

const TRIGGERS: Listing = Listing {
    collection: "triggers",
    fields: &["_id", "name", "description", "type", "enabled", "actionId", "routeName"],
    bare: &["enabled", "actionId"],
    ..AUTOMATIONS
};

/// Filters in brackets are an error on these two routes, where others would ignore them. A value
/// with parentheses is taken for a pattern and matches no name.
fn list(listing: Listing, world: &World, call: &Incoming) -> Answered {
    if let Some((name, _)) = call.query.iter().find(|(name, _)| name.contains('[')) {
        let message = format!("querystring must NOT have additional property '{name}'");
        return Err(Refusal::invalid(message));
    }
    let pattern = |how| call.query.get(how).is_some_and(|value| value.contains(['(', ')']));
    let none = pattern("equals") || pattern("startsWith");
    let rows = if none { &[] } else { world.rows(listing.collection) };
    listing.answer_from(rows.iter(), world, call)
}

fn one(row: &Value) -> Answered {
    Ok(json!({"message": "Successfully retrieved document", "data": row, "metadata": {}}).into())
}

fn change(kind: &'static str, what: &str, world: &mut World, call: &Incoming) -> Answered {
    let row = world.require_mut(kind, what, call.param(0))?;
    assign(row, call.body.clone());
    assign(row, json!({"lastUpdated": iso(now_ms())}));
    Ok(json!({"message": "Successfully updated document", "data": row, "metadata": {}}).into())
}

fn create_automation(world: &mut World, call: &Incoming) -> Answered {
    let name = call.text("/name")?;
    if world.rows("automations").iter().any(|row| row.get("name") == Some(&json!(name))) {
        return Err(Refusal::new(409, format!("an automation named '{name}' already exists")));
    }
    let id = world.new_id();
    let component = call.value("/componentId");
    let workflow = component.as_str().and_then(|id| world.find("workflows", id));
    let component_name = workflow.and_then(|workflow| workflow.get("name")).cloned();
    let row = json!({
        "_id": id,
        "name": name,
        "description": call.value("/description"),
        "componentType": call.value("/componentType"),
        "componentId": component,
        "componentName": component_name.unwrap_or_else(|| call.value("/componentName")),
        "gbac": {"read": [], "write": []},
        "created": iso(now_ms()),
        "createdBy": call.account,
        "lastUpdated": iso(now_ms()),
        "lastUpdatedBy": call.account,
    });
    world.add("automations", row.clone());
    created("automation", row)
}

/// Takes the automation's triggers with it.
fn delete_automation(world: &mut World, call: &Incoming) -> Answered {
    let id = call.param(0);
    let automation = world.remove("automations", "Automation", id)?;
    world.rows_mut("triggers").retain(|row| row.get("actionId") != Some(&json!(id)));
    Ok(json!({"message": "Successfully deleted automation", "data": automation, "metadata": {}})
        .into())
}

fn create_trigger(world: &mut World, call: &Incoming) -> Answered {
    let (name, kind) = (call.text("/name")?, call.text("/type")?);
    world.require("automations", "Automation", call.text("/actionId")?)?;
    if kind == "endpoint" {
        let route = call.text("/routeName")?;
        let taken = |row: &Value| row.get("routeName") == Some(&json!(route));
        if world.rows("triggers").iter().any(taken) {
            return Err(Refusal::new(409, format!("the route '{route}' is already in use")));
        }
    }
    let mut row = json!({
        "_id": world.new_id(), "name": name, "enabled": true, "description": null,
        "created": iso(now_ms()), "createdBy": call.account, "lastExecuted": null,
    });
    assign(&mut row, call.body.clone());
    world.add("triggers", row.clone());
    created("trigger", row)
}

fn created(what: &str, row: Value) -> Answered {
    let message = format!("Successfully created {what}");
    Ok(Answer::from(json!({"message": message, "data": row, "metadata": {}})).with_status(201))
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
