//! Jobs: what a workflow does once it runs. The workflow's tasks are its behaviour: each takes one
//! step; one task fails the first time it is tried; a `manual` task waits for somebody.

use serde_json::{Map, Value, json};

use crate::sandbox::answer::{Answered, Refusal};
use crate::sandbox::clock::{iso, now_ms};
use crate::sandbox::incoming::Incoming;
use crate::sandbox::listing::{Filters, Listing, Paging, data_envelope};
use crate::sandbox::routing::{Area, Route, get, post};
use crate::sandbox::world::{Collection, World, assign, merge};

/// This part of the platform.
pub const AREA: Area =
    Area { routes: ROUTES, collections: &[Collection { name: "jobs", key: "_id" }] };

/// Jobs and their start.
const ROUTES: &[Route] = &[
    get("/operations-manager/jobs", |world, call| JOBS.answer(world, call)),
    post("/operations-manager/jobs/start", start_by_name),
    get("/operations-manager/jobs/{}", |world, call| {
        let job = world.require("jobs", "Job", call.param(0))?;
        let job = outline(job);
        Ok(json!({"message": "Successfully retrieved job", "data": job, "metadata": {}}).into())
    }),
];

const JOBS: Listing = Listing {
    collection: "jobs",
    filters: Filters::Brackets,
    fields: &["_id", "name", "description", "status", "type", "created_by", "metrics.user"],
    bare: &[],
    paging: Paging::Skip,
    default_limit: 25,
    max_limit: 100,
    envelope: data_envelope,
};

/// The name of the task that fails.
const FAILS: &str = "activateImage";

/// Starts a job of `workflow` and returns it as the platform answers: running, nothing done yet.
pub fn start(world: &mut World, workflow: &Value, variables: &Value, account: &str) -> Value {
    let id = world.new_id();
    let now = now_ms();
    let planned = workflow.get("tasks").and_then(Value::as_object).cloned().unwrap_or_default();
    let tasks = planned.into_iter().map(|(key, mut task)| {
        let more = json!({"_id": format!("{id}.{key}"), "status": "incomplete", "metrics": {}});
        merge(&mut task, more);
        if text(&task, "type") != "manual" {
            assign(&mut task, json!({"variables": {"incoming": variables}}));
        }
        (key, task)
    });
    let tasks: Map<String, Value> = tasks.collect();
    let job = json!({
        "_id": id,
        "name": workflow.get("name"),
        "description": workflow.get("description"),
        "type": "automation",
        "status": "running",
        "tasks": tasks,
        "variables": variables,
        "error": [],
        "metrics": {"start_time": now, "progress": 0, "user": account},
        "created": iso(now),
        "created_by": account,
        "last_updated": iso(now),
        "watchers": [account],
        "ancestors": [id],
    });
    // The newest job comes first in the platform's lists.
    world.add_newest("jobs", job.clone());
    advance(world, &id, None, 0.0);
    outline(&job)
}

/// A job as its own route shows it: what went into and came out of its tasks only the tasks tell.
fn outline(job: &Value) -> Value {
    let mut job = job.clone();
    let tasks = job.get_mut("tasks").and_then(Value::as_object_mut);
    for task in tasks.into_iter().flat_map(Map::values_mut).filter_map(Value::as_object_mut) {
        task.remove("variables");
    }
    job
}

/// Plans the tasks of a job that are still to do, the first of them after `steps`. `passes` names a
/// task that will not fail again.
pub fn advance(world: &mut World, id: &str, passes: Option<&str>, mut steps: f64) {
    world.forget("jobs", id);
    let Some(job) = world.find("jobs", id).cloned() else { return };
    let Some(tasks) = job.get("tasks").and_then(Value::as_object) else { return };
    let done = |task: &Value| matches!(text(task, "status"), "complete" | "canceled");
    let device = job.pointer("/variables/device").and_then(Value::as_str).unwrap_or("the device");
    let mut finished = tasks.values().filter(|task| done(task)).count();
    for (key, task) in tasks.iter().filter(|(_, task)| !done(task)) {
        let at = now_ms() + step_ms(world, steps);
        let begins = json!({
            "status": "running", "metrics": {"start_time": at, "end_time": null},
            "iterations": [format!("{id}.{key}")],
        });
        world.after(steps, "jobs", id, json!({"tasks": {key: begins}}));
        if text(task, "type") == "manual" {
            return;
        }
        steps += 1.0;
        let at = now_ms() + step_ms(world, steps);
        if text(task, "name") == FAILS && passes != Some(key) {
            let cause = timeout(device);
            let task = json!({
                "status": "error", "metrics": {"finish_state": "error", "end_time": at},
                "variables": {"error": cause},
            });
            let error = json!({"task": key, "message": cause, "timestamp": at});
            let change = json!({
                "status": "error", "error": [error], "tasks": {key: task},
                "metrics": {"end_time": at}, "last_updated": iso(at),
            });
            world.after(steps, "jobs", id, change);
            return;
        }
        finished += 1;
        let result = format!("{}: {device} done", text(task, "name"));
        let task = json!({
            "status": "complete", "metrics": {"finish_state": "success", "end_time": at},
            "variables": {"outgoing": {"result": result}, "error": null},
        });
        #[expect(clippy::cast_precision_loss, reason = "a job has a few tasks")]
        let progress = finished as f64 / tasks.len() as f64;
        let change = json!({
            "tasks": {key: task}, "metrics": {"progress": progress}, "last_updated": iso(at),
        });
        world.after(steps, "jobs", id, change);
    }
    let at = now_ms() + step_ms(world, steps);
    let outcome = format!("{} finished on {device}", text(&job, "name"));
    let change = json!({
        "status": "complete", "error": [], "metrics": {"end_time": at, "progress": 1},
        "variables": {"outcome": outcome}, "last_updated": iso(at),
    });
    world.after(steps, "jobs", id, change);
}

/// What a job says of a device that did not answer.
fn timeout(device: &str) -> Value {
    let message = format!("Device '{device}' did not answer within 30 seconds");
    json!({"code": "ETIMEDOUT", "message": message, "icode": "AD.500"})
}

/// Starts by workflow name; variables belong under `options.variables` and are ignored elsewhere.
fn start_by_name(world: &mut World, call: &Incoming) -> Answered {
    let name = call.text("/workflow")?;
    let named = |row: &&Value| text(row, "name") == name;
    let workflow = world.rows("workflows").iter().find(named).cloned();
    let workflow = workflow.ok_or_else(|| Refusal::not_found("Workflow", name))?;
    let variables = match call.value("/options/variables") {
        Value::Null => json!({}),
        variables => variables,
    };
    let job = start(world, &workflow, &variables, &call.account);
    if let (Some(row), Some(description)) =
        (world.find_mut("jobs", text(&job, "_id")), call.body.pointer("/options/description"))
    {
        merge(row, json!({"description": description}));
    }
    Ok(json!({"message": "Successfully started job", "data": job, "metadata": {}}).into())
}

/// The text of a field; empty when there is none.
pub fn text<'a>(row: &'a Value, field: &str) -> &'a str {
    row.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn step_ms(world: &World, steps: f64) -> u64 {
    u64::try_from(world.options.step.mul_f64(steps).as_millis()).unwrap_or_default()
}
