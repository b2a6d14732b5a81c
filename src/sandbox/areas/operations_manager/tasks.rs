//! Tasks of jobs: what went in and came out, and those that wait for a person.

use serde_json::{Value, json};

use super::control::{cancel, enter, task};
use super::jobs::{advance, text};
use crate::sandbox::answer::{Answered, Refusal};
use crate::sandbox::clock::now_ms;
use crate::sandbox::incoming::Incoming;
use crate::sandbox::listing::{Filters, Listing, Paging, data_envelope};
use crate::sandbox::routing::{Area, Route, get, post};
use crate::sandbox::world::{World, merge};

/// This part of the platform.
pub const AREA: Area = Area { routes: ROUTES, collections: &[] };

const ROUTES: &[Route] = &[
    get("/operations-manager/tasks", |world, call| {
        TASKS.answer_from(all(world).iter(), world, call)
    }),
    get("/operations-manager/tasks/{}", |world, call| {
        let id = call.param(0);
        let task = all(world).into_iter().find(|task| text(task, "_id") == id);
        let task = task.ok_or_else(|| Refusal::not_found("Task", id))?;
        Ok(json!({"message": "Successfully retrieved task", "data": task, "metadata": {}}).into())
    }),
    post("/operations-manager/tasks/{}/claim", |world, call| {
        set_owner(world, call, json!(call.account))
    }),
    post("/operations-manager/tasks/{}/assign", |world, call| {
        set_owner(world, call, json!(call.text("/userId")?))
    }),
    post("/operations-manager/tasks/{}/release", |world, call| set_owner(world, call, Value::Null)),
    get("/operations-manager/jobs/{}/tasks/{}/manual-controller", manual_controller),
    post("/operations-manager/jobs/{}/tasks/{}/finish", finish),
];

const TASKS: Listing = Listing {
    collection: "jobs",
    filters: Filters::Brackets,
    fields: &["_id", "name", "status", "type", "job._id"],
    bare: &[],
    paging: Paging::Skip,
    default_limit: 25,
    max_limit: 100,
    envelope: data_envelope,
};

/// The tasks of all jobs as one list. A task that ran once has one iteration, under its own id: that
/// of its job, a dot, and its id within the workflow.
fn all(world: &World) -> Vec<Value> {
    let mut all = Vec::new();
    for job in world.rows("jobs") {
        for (key, task) in job.get("tasks").and_then(Value::as_object).into_iter().flatten() {
            let mut task = task.clone();
            let of = json!({"_id": job.get("_id"), "name": job.get("name"), "task": key});
            merge(&mut task, json!({"job": of}));
            all.push(task);
        }
    }
    all
}

fn set_owner(world: &mut World, call: &Incoming, owner: Value) -> Answered {
    let id = call.param(0);
    let (job, key) = id.split_once('.').ok_or_else(|| Refusal::not_found("Task", id))?;
    let waiting = task(world, job, key, "running")?;
    if text(&waiting, "type") != "manual" {
        return Err(Refusal::invalid("only a manual task has an owner"));
    }
    let taken = waiting.pointer("/metrics/owner").and_then(Value::as_str);
    if let (Some(other), Some(wanted)) = (taken, owner.as_str())
        && other != wanted
        && call.body.get("userId").is_none()
    {
        return Err(Refusal::invalid(format!("the task is claimed by account {other}")));
    }
    let job = world.require_mut("jobs", "Job", job)?;
    merge(job, json!({"tasks": {key: {"metrics": {"owner": owner}}}}));
    Ok(json!({"message": "Successfully updated task", "data": null, "metadata": {}}).into())
}

fn manual_controller(world: &mut World, call: &Incoming) -> Answered {
    let task = task(world, call.param(0), call.param(1), "running")?;
    let variables = task.get("variables").cloned().unwrap_or_else(|| json!({"incoming": {}}));
    Ok(json!({"message": "ok", "data": {"task": task, "variables": variables}}).into())
}

fn finish(world: &mut World, call: &Incoming) -> Answered {
    let (id, key) = (call.param(0), call.param(1));
    let state = call.text("/taskData/finish_state")?;
    let waiting = task(world, id, key, "running")?;
    if waiting.pointer("/metrics/owner").is_none_or(Value::is_null) {
        return Err(Refusal::invalid("claim the task before finishing it"));
    }
    let metrics = json!({"finish_state": state, "end_time": now_ms()});
    let variables = match call.value("/taskData/variables") {
        variables @ Value::Object(_) => variables,
        _ => json!({}),
    };
    let task = json!({
        "status": "complete", "metrics": metrics, "variables": {"outgoing": variables},
    });
    let change = json!({"tasks": {key: task}, "variables": variables});
    enter(world, id, &["running"], change)?;
    if state == "success" {
        advance(world, id, None, 0.0);
    } else {
        cancel(world, id)?;
    }
    Ok(json!({"message": "Successfully finished task", "data": null, "metadata": {}}).into())
}
