//! Claiming, releasing and finishing what waits for a person.

use serde_json::{Value, json};

use super::waiting::{Place, Waiting, owner};
use crate::platform::Path;
use crate::tools::areas::operations_manager::{accounts, jobs};
use crate::tools::asked::{Write, change, record};
use crate::tools::context::Context;
use crate::tools::shown::{ErrorKind, Field, FieldKind, Outcome, Shape, ToolError};
use crate::tools::told::Arguments;

/// What is told of a task that was claimed, released or finished.
pub static CHANGED: Shape = Shape::closed(&[
    Field::new("task_id", FieldKind::Text),
    Field::new("status", FieldKind::Text),
    Field::new("owner", FieldKind::Text),
    Field::new("object_id", FieldKind::Text),
    Field::new("job_status", FieldKind::Text),
    Field::new("message", FieldKind::Text),
]);

/// A change of who has a task.
struct Owning {
    of_task: &'static str,
    of_item: &'static str,
    done: &'static str,
    is_done: fn(&Value) -> bool,
}

const CLAIM: Owning = Owning {
    of_task: "/operations-manager/tasks/{}/claim",
    of_item: "/work-center-service/work-items/{}/claim",
    done: "claimed",
    is_done: |row| owner(row).is_some(),
};

const RELEASE: Owning = Owning {
    of_task: "/operations-manager/tasks/{}/release",
    of_item: "/work-center-service/work-items/{}/release",
    done: "released",
    is_done: |row| owner(row).is_none(),
};

/// Takes a task for the account of this server.
pub fn claim(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    own(context, arguments, &CLAIM)
}

/// Gives a task back.
pub fn release(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    own(context, arguments, &RELEASE)
}

fn own(
    context: &Context<'_>,
    arguments: &Arguments,
    owning: &Owning,
) -> Result<Outcome, ToolError> {
    let id = arguments.text("task_id");
    let change = change(context, "manual task", id)?;
    let one = Waiting::find(context, id)?;
    let route = if one.task.is_some() { owning.of_task } else { owning.of_item };
    let path = Path::new(route, &[id])?;
    let there = |context: &Context<'_>| {
        let now = Waiting::find(context, id)?.row;
        Ok((owning.is_done)(&now).then_some(now))
    };
    let write = Write::post(&path, None).shown_by("describe_manual_task").read_back(&there);
    let done = change.send(&write).map_err(|error| refused(error, &one))?;
    Ok(told(context, &one, done.note, owning.done))
}

/// `POST /operations-manager/jobs/{job}/tasks/{task}/finish`, or
/// `PATCH /work-center-service/work-items/{id}/complete`
pub fn finish(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let id = arguments.text("task_id");
    let change = change(context, "manual task", id)?;
    let one = Waiting::find(context, id)?;
    let state = arguments.text("finish_state");
    let variables = arguments.object("variables").cloned().unwrap_or_default();
    let there = |context: &Context<'_>| {
        let now = Waiting::find(context, id)?;
        Ok((now.status() != one.status()).then_some(now.row))
    };
    let done = match &one.task {
        Some(Place { job, key }) => {
            let path = Path::new("/operations-manager/jobs/{}/tasks/{}/finish", &[job, key])?;
            let body = json!({"taskData": {"finish_state": state, "variables": variables}});
            let write = Write::post(&path, Some(&body));
            change.send(&write.shown_by("describe_manual_task").read_back(&there))
        }
        None => {
            let path = Path::new("/work-center-service/work-items/{}/complete", &[id])?;
            // Work Center has another word for success.
            let state = if state == "success" { "completed" } else { state };
            let body = json!({"finishState": state, "variables": variables});
            let write = Write::patch(&path, Some(&body));
            change.send(&write.shown_by("describe_manual_task").read_back(&there))
        }
    };
    let done = done.map_err(|error| refused(error, &one))?;
    Ok(told(context, &one, done.note, &format!("finished with {state}")))
}

/// A refusal, with how things are and what they need.
fn refused(error: ToolError, one: &Waiting) -> ToolError {
    if !matches!(error.kind, ErrorKind::Refused | ErrorKind::NotFound) {
        return error;
    }
    let owner = match owner(&one.row) {
        Some(_) => "somebody has claimed it",
        None => "nobody has claimed it (claim_task)",
    };
    let message = format!(
        "{}. The {} is {}; {owner}",
        error.message.trim_end_matches('.'),
        one.kind(),
        one.status()
    );
    ToolError { message, ..error }
}

/// How the task and its job are now.
fn told(context: &Context<'_>, one: &Waiting, note: Option<String>, what: &str) -> Outcome {
    let mut notes: Vec<String> = note.into_iter().collect();
    let now = Waiting::find(context, &one.id);
    let now = now.map_err(|error| notes.push(format!("How it is now could not be read: {error}")));
    let row = now.map(|now| now.row).unwrap_or_default();
    let names = accounts::names(context, owner(&row));
    let owner = owner(&row).map(|id| names.get(id).map_or(id, String::as_str));
    let job = one.task.as_ref().map(|place| place.job.as_str());
    let job_status = job.and_then(|job| jobs::read(context, job).ok());
    let shown = json!({
        "task_id": one.id, "status": row.get("status"), "owner": owner, "object_id": job,
        "job_status": job_status.as_ref().and_then(|job| record::text(job, &["status"])),
        "message": format!("The {} is {what}.", one.kind()),
    });
    Outcome::from(CHANGED.project(&shown)).noted(notes)
}
