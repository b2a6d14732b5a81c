//! Control of jobs: pause, resume, cancel, retry, continue, revert.

use serde_json::{Map, Value, json};

use super::jobs::{advance, text};
use crate::limits;
use crate::sandbox::answer::{Answered, Refusal};
use crate::sandbox::clock::{iso, now_ms};
use crate::sandbox::incoming::Incoming;
use crate::sandbox::routing::{Area, Route, post};
use crate::sandbox::world::{World, merge};

/// This part of the platform.
pub const AREA: Area = Area { routes: ROUTES, collections: &[] };

const ROUTES: &[Route] = &[
    post("/operations-manager/jobs/pause", |world, call| for_each(world, call, pause)),
    post("/operations-manager/jobs/resume", |world, call| for_each(world, call, resume)),
    post("/operations-manager/jobs/cancel", |world, call| for_each(world, call, cancel)),
    post("/operations-manager/jobs/{}/tasks/{}/retry", retry),
    post("/operations-manager/jobs/{}/continue", continue_from),
    post("/operations-manager/jobs/{}/revert", revert),
];

type Change = fn(&mut World, &str) -> Result<(), Refusal>;

/// Applies `change` to every job of `jobIds`. Those that could not are named inside a success.
fn for_each(world: &mut World, call: &Incoming, change: Change) -> Answered {
    let ids = call.list("/jobIds")?;
    if ids.len() > limits::JOBS_AT_ONCE {
        return Err(Refusal::invalid("body/jobIds must NOT have more than 100 items"));
    }
    let (mut changed, mut failed) = (Vec::new(), Vec::new());
    for id in ids.iter().filter_map(Value::as_str) {
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
    advance(world, id, None, 0.0);
    Ok(())
}

/// Ends a job that has not ended.
pub fn cancel(world: &mut World, id: &str) -> Result<(), Refusal> {
    let change = json!({"status": "canceled", "metrics": {"end_time": now_ms()}});
    enter(world, id, &["running", "paused", "error", "incomplete", "queued"], change)
}

/// Merges `change` into a job in one of the states `from`, and stops what it was doing.
pub fn enter(world: &mut World, id: &str, from: &[&str], change: Value) -> Result<(), Refusal> {
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

/// Task `key` of a job, when it is in `status`.
pub fn task(world: &World, id: &str, key: &str, status: &str) -> Result<Value, Refusal> {
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

/// A retried task succeeds: what made it fail was of the moment.
fn retry(world: &mut World, call: &Incoming) -> Answered {
    let (id, key) = (call.param(0), call.param(1));
    task(world, id, key, "error")?;
    let variables = call.body.get("variables").cloned().unwrap_or_else(|| json!({}));
    let change = json!({
        "status": "running", "error": [], "metrics": {"end_time": null},
        "tasks": {key: undone()}, "variables": variables,
    });
    enter(world, id, &["error"], change)?;
    advance(world, id, Some(key), 0.0);
    Ok(json!({"message": "Successfully retried task", "data": null, "metadata": {}}).into())
}

/// Runs a job again from `fromTask`, which does not fail again; what comes before it stays as it is.
fn continue_from(world: &mut World, call: &Incoming) -> Answered {
    let (id, from) = (call.param(0), call.text("/fromTask")?);
    let again = between(world, id, from, None)?;
    enter(world, id, &["error", "paused", "canceled"], rerun(&again))?;
    advance(world, id, Some(from), 0.0);
    Ok(json!({"message": "Successfully continued job", "data": null, "metadata": {}}).into())
}

/// Undoes tasks from `fromTask` back to `toTask`, each in one step, and goes on from there.
fn revert(world: &mut World, call: &Incoming) -> Answered {
    let (id, from, to) = (call.param(0), call.text("/fromTask")?, call.text("/toTask")?);
    let undone = between(world, id, to, Some(from))?;
    let again = between(world, id, to, None)?;
    enter(world, id, &["error", "paused", "canceled", "running"], rerun(&again))?;
    #[expect(clippy::cast_precision_loss, reason = "a job has a few tasks")]
    let way_back = undone.len() as f64;
    advance(world, id, Some(from), way_back);
    Ok(json!({"message": "Successfully reverted job", "data": null, "metadata": {}}).into())
}

/// The tasks of a job from one to another, or to the last, in the order they run.
fn between(
    world: &World,
    id: &str,
    first: &str,
    last: Option<&str>,
) -> Result<Vec<String>, Refusal> {
    let job = world.require("jobs", "Job", id)?;
    let tasks = job.get("tasks").and_then(Value::as_object);
    let keys: Vec<&String> = tasks.into_iter().flat_map(Map::keys).collect();
    let place = |key: &str| {
        let place = keys.iter().position(|known| *known == key);
        place.ok_or_else(|| Refusal::not_found("Task", key))
    };
    let first = place(first)?;
    let last = last.map(place).transpose()?.unwrap_or(keys.len() - 1);
    if last < first {
        return Err(Refusal::invalid("toTask must come before fromTask"));
    }
    Ok(keys.into_iter().skip(first).take(last + 1 - first).cloned().collect())
}

/// A job that does these tasks once more.
fn rerun(tasks: &[String]) -> Value {
    let tasks: Map<String, Value> = tasks.iter().map(|key| (key.clone(), undone())).collect();
    json!({"status": "running", "error": [], "metrics": {"end_time": null}, "tasks": tasks})
}

fn undone() -> Value {
    let metrics =
        json!({"start_time": null, "end_time": null, "finish_state": null, "owner": null});
    json!({
        "status": "incomplete", "iterations": [], "metrics": metrics,
        "variables": {"outgoing": null, "error": null},
    })
}
