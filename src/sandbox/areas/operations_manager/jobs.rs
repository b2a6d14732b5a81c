//! Jobs: what a workflow does once it runs. The workflow's tasks are its behaviour: each takes one
//! step; a task named `fail` ends the job in error; a `manual` task waits for somebody.

use serde_json::{Map, Value, json};

use crate::sandbox::answer::{Answered, Refusal};
use crate::sandbox::clock::{iso, now_ms};
use crate::sandbox::incoming::Incoming;
use crate::sandbox::listing::{Filters, Listing, Paging, data_envelope};
use crate::sandbox::routing::{Area, Route, get, post};
use crate::sandbox::world::{Collection, World, merge};

/// This part of the platform.
pub const AREA: Area =
    Area { routes: ROUTES, collections: &[Collection { name: "jobs", key: "_id" }] };

/// Jobs and their control.
const ROUTES: &[Route] = &[
    get("/operations-manager/jobs", |world, call| JOBS.answer(world, call)),
    post("/operations-manager/jobs/start", start_by_name),
    post("/operations-manager/jobs/pause", |world, call| for_each(world, call, pause)),
    post("/operations-manager/jobs/resume", |world, call| for_each(world, call, resume)),
    post("/operations-manager/jobs/cancel", |world, call| for_each(world, call, cancel)),
    get("/operations-manager/jobs/{}", |world, call| {
        let job = world.require("jobs", "Job", call.param(0))?;
        Ok(json!({"message": "Successfully retrieved job", "data": job, "metadata": {}}).into())
    }),
    post("/operations-manager/jobs/{}/tasks/{}/retry", retry),
    post("/operations-manager/jobs/{}/tasks/{}/finish", finish),
    get("/operations-manager/jobs/{}/tasks/{}/manual-controller", manual_controller),
    post("/operations-manager/jobs/{}/continue", continue_from),
    post("/operations-manager/jobs/{}/revert", continue_from),
    get("/operations-manager/tasks", list_tasks),
    post("/operations-manager/tasks/{}/claim", |world, call| {
        set_owner(world, call, json!(call.account))
    }),
    post("/operations-manager/tasks/{}/assign", |world, call| {
        set_owner(world, call, json!(call.text("/userId")?))
    }),
    post("/operations-manager/tasks/{}/release", |world, call| set_owner(world, call, Value::Null)),
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

const TASKS: Listing =
    Listing { collection: "jobs", fields: &["_id", "name", "status", "type", "job._id"], ..JOBS };

/// The name of the task that fails.
const FAIL: &str = "fail";

/// Starts a job of `workflow` and returns it as the platform answers: running, nothing done yet.
pub fn start(world: &mut World, workflow: &Value, variables: &Value, account: &str) -> Value {
    let id = world.new_id();
    let now = now_ms();
    let planned = workflow.get("tasks").and_then(Value::as_object).cloned().unwrap_or_default();
    let tasks = planned.into_iter().map(|(key, mut task)| {
        let more = json!({"_id": format!("{id}.{key}"), "status": "incomplete", "metrics": {}});
        merge(&mut task, more);
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
    advance(world, &id, None);
    job
}

/// Plans the tasks of a job that are still to do. `passes` names a task that will not fail again.
fn advance(world: &mut World, id: &str, passes: Option<&str>) {
    world.forget("jobs", id);
    let Some(tasks) = world.find("jobs", id).and_then(|job| job.get("tasks")?.as_object()).cloned()
    else {
        return;
    };
    let done = |task: &Value| matches!(text(task, "status"), "complete" | "canceled");
    let mut finished = tasks.values().filter(|task| done(task)).count();
    let mut steps = 0.0;
    for (key, task) in tasks.iter().filter(|(_, task)| !done(task)) {
        world.after(steps, "jobs", id, json!({"tasks": {key: {"status": "running"}}}));
        if text(task, "type") == "manual" {
            return;
        }
        steps += 1.0;
        let at = now_ms() + step_ms(world, steps);
        if text(task, "name") == FAIL && passes != Some(key) {
            let error = timeout(key, at);
            let task =
                json!({"status": "error", "metrics": {"finish_state": "error", "end_time": at}});
            let metrics = json!({"end_time": at});
            let change = json!({
                "status": "error", "error": [error], "tasks": {key: task},
                "metrics": metrics, "last_updated": iso(at),
            });
            world.after(steps, "jobs", id, change);
            return;
        }
        finished += 1;
        let task =
            json!({"status": "complete", "metrics": {"finish_state": "success", "end_time": at}});
        #[expect(clippy::cast_precision_loss, reason = "a job has a few tasks")]
        let progress = finished as f64 / tasks.len() as f64;
        let change = json!({
            "tasks": {key: task}, "metrics": {"progress": progress}, "last_updated": iso(at),
        });
        world.after(steps, "jobs", id, change);
    }
    let at = now_ms() + step_ms(world, steps);
    let change = json!({
        "status": "complete", "error": [], "metrics": {"end_time": at, "progress": 1},
        "last_updated": iso(at),
    });
    world.after(steps, "jobs", id, change);
}

/// What a job says of a device that did not answer.
pub fn timeout(task: &str, at: u64) -> Value {
    let message = "Device 'core-rtr-07' did not answer within 30 seconds";
    let cause = json!({"code": "ETIMEDOUT", "message": message, "icode": "AD.500"});
    json!({"task": task, "message": cause, "timestamp": at})
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

type Change = fn(&mut World, &str) -> Result<(), Refusal>;

/// Applies `change` to every job of `jobIds`; nothing is said of those that could not.
fn for_each(world: &mut World, call: &Incoming, change: Change) -> Answered {
    let (mut changed, mut failed) = (Vec::new(), Vec::new());
    for id in call.list("/jobIds")?.iter().filter_map(Value::as_str) {
        match change(world, id) {
            Ok(()) => changed.push(id),
            Err(_) => failed.push(id),
        }
    }
    if changed.is_empty() {
        return Err(Refusal::invalid(format!("no job could be changed: {}", failed.join(", "))));
    }
    let data = json!({"jobIds": changed, "failed": failed});
    Ok(json!({"message": "Successfully updated jobs", "data": data, "metadata": {}}).into())
}

fn pause(world: &mut World, id: &str) -> Result<(), Refusal> {
    enter(world, id, &["running"], json!({"status": "paused"}))
}

fn resume(world: &mut World, id: &str) -> Result<(), Refusal> {
    enter(world, id, &["paused"], json!({"status": "running"}))?;
    advance(world, id, None);
    Ok(())
}

fn cancel(world: &mut World, id: &str) -> Result<(), Refusal> {
    let change = json!({"status": "canceled", "metrics": {"end_time": now_ms()}});
    enter(world, id, &["running", "paused", "error", "incomplete"], change)
}

/// Merges `change` into a job in one of the states `from`, and stops what it was doing.
fn enter(world: &mut World, id: &str, from: &[&str], change: Value) -> Result<(), Refusal> {
    let job = world.require_mut("jobs", "Job", id)?;
    let status = text(job, "status").to_owned();
    if !from.contains(&status.as_str()) {
        return Err(Refusal::invalid(format!("job '{id}' is {status}")));
    }
    merge(job, change);
    merge(job, json!({"last_updated": iso(now_ms())}));
    world.forget("jobs", id);
    Ok(())
}

/// A retried task succeeds: what made it fail was of the moment.
fn retry(world: &mut World, call: &Incoming) -> Answered {
    let (id, key) = (call.param(0), call.param(1));
    task(world, id, key, "error")?;
    let change = json!({
        "status": "running", "error": [], "tasks": {key: {"status": "incomplete"}},
        "variables": call.body.get("variables").cloned().unwrap_or_else(|| json!({})),
        "metrics": {"end_time": null},
    });
    enter(world, id, &["error"], change)?;
    advance(world, id, Some(key));
    Ok(json!({"message": "Successfully retried task", "data": null, "metadata": {}}).into())
}

fn finish(world: &mut World, call: &Incoming) -> Answered {
    let (id, key) = (call.param(0), call.param(1));
    let state = call.text("/taskData/finish_state")?;
    let waiting = task(world, id, key, "running")?;
    if waiting.pointer("/metrics/owner").is_none_or(Value::is_null) {
        return Err(Refusal::invalid("claim the task before finishing it"));
    }
    let metrics = json!({"finish_state": state, "end_time": now_ms()});
    let variables = call.value("/taskData/variables");
    let change = json!({
        "tasks": {key: {"status": "complete", "metrics": metrics}},
        "variables": if variables.is_object() { variables } else { json!({}) },
    });
    enter(world, id, &["running"], change)?;
    if state == "success" {
        advance(world, id, None);
    } else {
        cancel(world, id)?;
    }
    Ok(json!({"message": "Successfully finished task", "data": null, "metadata": {}}).into())
}

fn manual_controller(world: &mut World, call: &Incoming) -> Answered {
    let task = task(world, call.param(0), call.param(1), "running")?;
    let variables = task.get("variables").cloned().unwrap_or_else(|| json!({"incoming": {}}));
    Ok(json!({"message": "ok", "data": {"task": task, "variables": variables}}).into())
}

/// Runs a job again from `fromTask`; for a revert the way back takes as long as the way forth.
fn continue_from(world: &mut World, call: &Incoming) -> Answered {
    let (id, key) = (call.param(0), call.text("/fromTask")?);
    let job = world.require("jobs", "Job", id)?;
    if job.pointer("/tasks").and_then(|tasks| tasks.get(key)).is_none() {
        return Err(Refusal::not_found("Task", key));
    }
    let change =
        json!({"status": "running", "error": [], "tasks": {key: {"status": "incomplete"}}});
    enter(world, id, &["error", "paused", "canceled"], change)?;
    advance(world, id, Some(key));
    Ok(json!({"message": "Successfully continued job", "data": null, "metadata": {}}).into())
}

/// The tasks of all jobs as one list.
fn list_tasks(world: &mut World, call: &Incoming) -> Answered {
    let mut all = Vec::new();
    for job in world.rows("jobs") {
        for (key, task) in job.get("tasks").and_then(Value::as_object).into_iter().flatten() {
            let mut task = task.clone();
            let of = json!({"_id": job.get("_id"), "name": job.get("name"), "task": key});
            merge(&mut task, json!({"job": of}));
            all.push(task);
        }
    }
    TASKS.answer_from(all.iter(), world, call)
}

/// A task's own id is that of its job, a dot, and its id within the workflow.
fn set_owner(world: &mut World, call: &Incoming, owner: Value) -> Answered {
    let id = call.param(0);
    let (job, key) = id.split_once('.').ok_or_else(|| Refusal::not_found("Task", id))?;
    let waiting = task(world, job, key, "running")?;
    if text(&waiting, "type") != "manual" {
        return Err(Refusal::invalid("only a manual task has an owner"));
    }
    let job = world.require_mut("jobs", "Job", job)?;
    merge(job, json!({"tasks": {key: {"metrics": {"owner": owner}}}}));
    Ok(json!({"message": "Successfully updated task", "data": null, "metadata": {}}).into())
}

/// Task `key` of a job, when it is in `status`.
fn task(world: &World, id: &str, key: &str, status: &str) -> Result<Value, Refusal> {
    let job = world.require("jobs", "Job", id)?;
    let task = job.get("tasks").and_then(|tasks| tasks.get(key));
    let task = task.ok_or_else(|| Refusal::not_found("Task", key))?;
    let is = text(task, "status");
    if is == status {
        Ok(task.clone())
    } else {
        Err(Refusal::invalid(format!("task '{key}' is {is}, not {status}")))
    }
}

fn text<'a>(row: &'a Value, field: &str) -> &'a str {
    row.get(field).and_then(Value::as_str).unwrap_or_default()
}

fn step_ms(world: &World, steps: f64) -> u64 {
    u64::try_from(world.options.step.mul_f64(steps).as_millis()).unwrap_or_default()
}
