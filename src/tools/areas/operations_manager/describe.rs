//! One job, and one of its tasks with what went in and came out.

use serde_json::{Value, json};

use super::report::{self, Task};
use super::{jobs, report::told};
use crate::nearest::nearest;
use crate::platform::Path;
use crate::tools::asked::record;
use crate::tools::context::Context;
use crate::tools::shown::{Outcome, ToolError};
use crate::tools::told::Arguments;

/// `GET /operations-manager/jobs/{object_id}`; with `task` its data instead of the job's.
pub fn describe(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let id = arguments.text("object_id");
    let job = jobs::read(context, id)?;
    let mut notes = Vec::new();
    let mut shown = told(context, &job, &mut notes);
    let asked = arguments.maybe_text("task");
    // Who looks at a failed job wants to know what its task was given.
    let failed = match shown["failed_tasks"].as_array().map(Vec::as_slice) {
        Some([one]) => one["task"].as_str().map(str::to_owned),
        _ => None,
    };
    let task = match asked {
        Some(wanted) => Some(find(&job, id, wanted)?),
        None => failed.and_then(|key| find(&job, id, &key).ok()),
    };
    if let Some(task) = task {
        shown["task"] = data(context, &task, &mut notes);
    }
    if asked.is_some()
        && let Some(fields) = shown.as_object_mut()
    {
        // The reader has asked for one thing; what is left out must not look empty.
        fields.retain(|name, _| name != "tasks" && name != "variables");
    }
    Ok(Outcome::from(shown).noted(notes))
}

/// The task of a job with this id or name.
///
/// # Errors
/// When there is none, with the nearest, or when several share the name.
pub fn find<'a>(job: &'a Value, id: &str, wanted: &str) -> Result<Task<'a>, ToolError> {
    let mut tasks = report::tasks(job);
    if let Some(place) = tasks.iter().position(|task| task.key == wanted) {
        return Ok(tasks.swap_remove(place));
    }
    let full = |task: &Task<'_>| record::id(task.row).is_some_and(|id| id == wanted);
    let named: Vec<usize> = (0..tasks.len())
        .filter(|place| tasks[*place].name() == wanted || full(&tasks[*place]))
        .collect();
    match named.as_slice() {
        [one] => Ok(tasks.swap_remove(*one)),
        [] => {
            let names = || tasks.iter().map(Task::name);
            let there: Vec<String> =
                tasks.iter().map(|task| format!("{} ({})", task.name(), task.key)).collect();
            let hint = match nearest(wanted, names().chain(tasks.iter().map(|task| task.key))) {
                Some(close) => format!("did you mean '{close}'?"),
                None if there.is_empty() => "it has no tasks".to_owned(),
                None => format!("it has: {}", there.join(", ")),
            };
            Err(ToolError::not_found(format!("job '{id}' has no task '{wanted}'; {hint}")))
        }
        several => {
            let ids: Vec<&str> = several.iter().map(|place| tasks[*place].key).collect();
            Err(ToolError::invalid(format!(
                "{} tasks of job '{id}' are called '{wanted}' ({}); give an id instead of the name",
                ids.len(),
                ids.join(", ")
            )))
        }
    }
}

/// What went into a task and came out, which only its iterations tell.
fn data(context: &Context<'_>, task: &Task<'_>, notes: &mut Vec<String>) -> Value {
    let iterations = task.row.get("iterations").and_then(Value::as_array);
    let iterations: Vec<String> =
        iterations.into_iter().flatten().filter_map(record::scalar).collect();
    // One that runs again has several; the platform's order is not told, so both ends are looked at.
    let ends = match iterations.as_slice() {
        [] => Vec::new(),
        [one] => vec![one],
        [first, .., last] => {
            notes.push(format!("It ran {} times; the last run is shown.", iterations.len()));
            vec![first, last]
        }
    };
    let mut runs = Vec::new();
    for id in ends {
        match iteration(context, id) {
            Ok(run) => runs.push(run),
            Err(error) => notes.push(format!("Its data could not be read: {error}")),
        }
    }
    if iterations.is_empty() {
        notes.push("It has not run yet.".into());
    }
    let began = |run: &Value| run.pointer("/metrics/start_time").and_then(crate::time::moment);
    let run = runs.into_iter().max_by_key(began);
    let run = run.as_ref().unwrap_or(task.row);
    let variable = |name: &str| run.pointer(&format!("/variables/{name}"));
    json!({
        "task": task.key,
        "name": task.name(),
        "status": run.get("status"),
        "error": variable("error"),
        "incoming": variable("incoming"),
        "outgoing": variable("outgoing"),
        "metrics": report::timed(run.get("metrics").unwrap_or(&Value::Null)),
        "child_jobs": report::children(task.row),
    })
}

/// `GET /operations-manager/tasks/{id}`
pub fn iteration(context: &Context<'_>, id: &str) -> Result<Value, ToolError> {
    let path = Path::new("/operations-manager/tasks/{}", &[id])?;
    let reply = context.api.get(&path, &[]).map_err(ToolError::from)?;
    let found = record::payload(&reply);
    match found.as_object() {
        Some(fields) if !fields.is_empty() => Ok(found.clone()),
        _ => Err(ToolError::not_found(format!("the platform tells nothing of task '{id}'"))),
    }
}
