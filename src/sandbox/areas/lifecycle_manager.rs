//! Lifecycle Manager: resource models, their instances, and the actions that change them.

use serde_json::{Value, json};

use super::operations_manager::jobs;
use crate::sandbox::answer::{Answer, Answered, Refusal};
use crate::sandbox::clock::{iso, now_ms};
use crate::sandbox::incoming::Incoming;
use crate::sandbox::listing::{Filters, Listing, Paging, data_envelope};
use crate::sandbox::routing::{Area, Route, get, post};
use crate::sandbox::world::{Collection, World, merge};

/// This part of the platform.
pub const AREA: Area = Area {
    routes: ROUTES,
    collections: &[
        Collection { name: "executions", key: "_id" },
        Collection { name: "instances", key: "_id" },
        Collection { name: "resources", key: "_id" },
    ],
};

/// Resources, instances, actions.
const ROUTES: &[Route] = &[
    get("/lifecycle-manager/resources", |world, call| RESOURCES.answer(world, call)),
    post("/lifecycle-manager/resources", create),
    get("/lifecycle-manager/resources/{}/instances", instances),
    post("/lifecycle-manager/resources/{}/run-action", run_action),
    get("/lifecycle-manager/action-executions", |world, call| EXECUTIONS.answer(world, call)),
    get("/lifecycle-manager/action-executions/{}", |world, call| {
        let execution = world.require("executions", "Action execution", call.param(0))?;
        Ok(json!({"message": "Successfully retrieved", "data": execution, "metadata": {}}).into())
    }),
    post("/lifecycle-manager/action-executions/{}/cancel", cancel),
];

const RESOURCES: Listing = Listing {
    collection: "resources",
    filters: Filters::Brackets,
    fields: &["_id", "name", "description"],
    bare: &[],
    paging: Paging::Skip,
    default_limit: 25,
    max_limit: 100,
    envelope: data_envelope,
};

const INSTANCES: Listing = Listing { collection: "instances", ..RESOURCES };

const EXECUTIONS: Listing = Listing {
    collection: "executions",
    fields: &["_id", "modelName", "instanceName", "actionName", "status", "modelId", "instanceId"],
    ..RESOURCES
};

fn create(world: &mut World, call: &Incoming) -> Answered {
    let name = call.text("/name")?;
    if world.rows("resources").iter().any(|row| row.get("name") == Some(&json!(name))) {
        return Err(Refusal::new(409, format!("a resource named '{name}' already exists")));
    }
    if !call.value("/schema").is_object() {
        return Err(Refusal::invalid("body/schema must be object"));
    }
    let row = json!({
        "_id": world.new_id(), "name": name, "description": call.value("/description"),
        "schema": call.value("/schema"), "actions": [], "created": iso(now_ms()),
        "createdBy": call.account,
    });
    world.add("resources", row.clone());
    let answer = json!({"message": "Successfully created resource", "data": row, "metadata": {}});
    Ok(Answer::from(answer).with_status(201))
}

fn instances(world: &mut World, call: &Incoming) -> Answered {
    world.require("resources", "Resource", call.param(0))?;
    let of_model = |row: &&Value| row.get("modelId") == Some(&json!(call.param(0)));
    INSTANCES.answer_from(world.rows("instances").iter().filter(of_model), world, call)
}

/// Starts an action: `create` must name no instance, every other must. The change is made when the
/// action ends, two steps later. The answer depends on the kind of action, as releases differ: an
/// update has no job yet, a delete tells only its execution.
fn run_action(world: &mut World, call: &Incoming) -> Answered {
    let model = world.require("resources", "Resource", call.param(0))?.clone();
    let id = call.text("/actionId")?;
    let actions = model.get("actions").and_then(Value::as_array).into_iter().flatten();
    let mut named = actions.filter(|action| action.get("_id") == Some(&json!(id)));
    let action = named.next().ok_or_else(|| Refusal::not_found("Action", id))?;
    let kind = action.get("type").and_then(Value::as_str).unwrap_or_default();
    let inputs = call.body.get("inputs").cloned().unwrap_or_else(|| json!({}));
    let instance = match (kind, call.body.get("instance")) {
        ("create", Some(_)) => return Err(Refusal::invalid("a create action takes no instance")),
        ("create", None) => new_instance(world, call, &model)?,
        (_, None) => return Err(Refusal::invalid("body must have required property 'instance'")),
        (_, Some(_)) => {
            let instance = call.text("/instance")?;
            world.require("instances", "Instance", instance)?.clone()
        }
    };
    let execution = execution(world, call, &model, action, &instance);
    let execution_id = text(&execution, "_id").to_owned();
    let workflow = action.get("workflow").and_then(Value::as_str).unwrap_or_default();
    let job = world.find("workflows", workflow).cloned().map(|workflow| {
        text(&jobs::start(world, &workflow, &inputs, &call.account), "_id").to_owned()
    });
    let started = json!({"jobId": job});
    let row = world.find_mut("executions", &execution_id);
    row.into_iter().for_each(|row| merge(row, started.clone()));
    finish_later(world, kind, &execution_id, text(&instance, "_id"), &inputs);
    let start = execution.get("startTime");
    let data = match kind {
        "delete" => json!({"executionId": execution_id}),
        "update" => {
            json!({"_id": execution_id, "startTime": start, "jobId": null, "status": "running"})
        }
        _ => json!({"_id": execution_id, "startTime": start, "jobId": job, "status": "running"}),
    };
    Ok(json!({"message": "Successfully started", "data": data, "metadata": {}}).into())
}

fn new_instance(world: &mut World, call: &Incoming, model: &Value) -> Result<Value, Refusal> {
    let name = call.text("/instanceName")?;
    let model = model.get("_id").cloned().unwrap_or_default();
    let taken =
        |row: &Value| row.get("name") == Some(&json!(name)) && row.get("modelId") == Some(&model);
    if world.rows("instances").iter().any(taken) {
        return Err(Refusal::new(409, format!("an instance named '{name}' already exists")));
    }
    let row = json!({
        "_id": world.new_id(), "name": name, "description": call.value("/instanceDescription"),
        "modelId": model, "instanceData": null, "stateId": "0001", "lastAction": null,
    });
    world.add("instances", row.clone());
    Ok(row)
}

/// Records that an action runs, in the list of executions and on its instance.
fn execution(
    world: &mut World,
    call: &Incoming,
    model: &Value,
    action: &Value,
    instance: &Value,
) -> Value {
    let row = json!({
        "_id": world.new_id(), "modelId": model.get("_id"), "modelName": model.get("name"),
        "instanceId": instance.get("_id"), "instanceName": instance.get("name"),
        "actionId": action.get("_id"), "actionName": action.get("name"),
        "actionType": action.get("type"), "startTime": iso(now_ms()), "endTime": null,
        "initiator": call.account, "jobId": null, "status": "running", "progress": [],
        "errors": [], "initialInstanceData": instance.get("instanceData"),
        "finalInstanceData": null,
    });
    world.add_newest("executions", row.clone());
    let last = json!({
        "_id": action.get("_id"), "executionId": row.get("_id"), "name": action.get("name"),
        "type": action.get("type"), "status": "running",
    });
    if let Some(instance) = world.find_mut("instances", text(instance, "_id")) {
        merge(instance, json!({"lastAction": last}));
    }
    row
}

fn finish_later(world: &mut World, kind: &str, execution: &str, instance: &str, inputs: &Value) {
    let data = if kind == "delete" { Value::Null } else { inputs.clone() };
    let ended = json!({"status": "complete", "endTime": iso(now_ms()), "finalInstanceData": data});
    world.after(2.0, "executions", execution, ended);
    let changed = json!({
        "instanceData": data, "lastAction": {"status": "complete"},
        "stateId": if kind == "delete" { "deleted" } else { "0001" },
    });
    world.after(2.0, "instances", instance, changed);
}

/// Cancels the action and its job; what it was going to do is not done.
fn cancel(world: &mut World, call: &Incoming) -> Answered {
    let id = call.param(0);
    let execution = world.require("executions", "Action execution", id)?.clone();
    if execution.get("status") != Some(&json!("running")) {
        return Err(Refusal::invalid(format!("action execution '{id}' is not running")));
    }
    let canceled = json!({"status": "canceled", "endTime": iso(now_ms())});
    world.forget("executions", id);
    world.find_mut("executions", id).into_iter().for_each(|row| merge(row, canceled.clone()));
    let instance = text(&execution, "instanceId").to_owned();
    world.forget("instances", &instance);
    let last = json!({"lastAction": {"status": "canceled"}});
    world.find_mut("instances", &instance).into_iter().for_each(|row| merge(row, last.clone()));
    let job = text(&execution, "jobId").to_owned();
    world.forget("jobs", &job);
    let stopped = json!({"status": "canceled"});
    world.find_mut("jobs", &job).into_iter().for_each(|row| merge(row, stopped.clone()));
    Ok(json!({"message": "Successfully canceled", "data": {"_id": id}, "metadata": {}}).into())
}

fn text<'a>(row: &'a Value, field: &str) -> &'a str {
    row.get(field).and_then(Value::as_str).unwrap_or_default()
}
