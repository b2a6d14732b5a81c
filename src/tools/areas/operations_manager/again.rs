//! Letting a job run tasks again: retry, continue, revert.

use serde_json::json;

use super::jobs::status;
use super::{describe, jobs};
use crate::platform::Path;
use crate::tools::asked::{Write, change};
use crate::tools::context::Context;
use crate::tools::shown::{ErrorKind, Field, FieldKind, Outcome, Shape, ToolError};
use crate::tools::told::Arguments;

/// What is told of a job that goes on.
pub static GOES_ON: Shape = Shape::closed(&[
    Field::new("object_id", FieldKind::Text),
    Field::new("name", FieldKind::Text),
    jobs::STATUS,
    Field::new("message", FieldKind::Text),
]);

/// What lets a job run tasks again.
pub struct Again {
    /// Under the job: `{}` stands for the task, where the route names it.
    route: &'static str,
    /// The parameters that name tasks.
    tasks: &'static [(&'static str, &'static str)],
    done: &'static str,
}

/// `retry_task`
pub const RETRY: Again = Again {
    route: "/operations-manager/jobs/{}/tasks/{}/retry",
    tasks: &[("task", "")],
    done: "is run again",
};

/// `continue_job`
pub const CONTINUE: Again = Again {
    route: "/operations-manager/jobs/{}/continue",
    tasks: &[("from_task", "fromTask")],
    done: "is where the job goes on",
};

/// `revert_job`
pub const REVERT: Again = Again {
    route: "/operations-manager/jobs/{}/revert",
    tasks: &[("from_task", "fromTask"), ("to_task", "toTask")],
    done: "and those before it are undone",
};

/// Lets a job go on as `again` says, from the tasks that the arguments name.
///
/// # Errors
/// When there is no such task, or the platform refused: with how job and task are.
pub fn run(
    context: &Context<'_>,
    arguments: &Arguments,
    again: &Again,
) -> Result<Outcome, ToolError> {
    let id = arguments.text("object_id");
    let change = change(context, "job", id)?;
    let before = jobs::read(context, id)?;
    let mut first = None;
    let mut body = json!({});
    for (parameter, field) in again.tasks {
        // What is left out is the task before it.
        let task = match (arguments.maybe_text(parameter), first.clone()) {
            (None, Some(same)) => same,
            (wanted, _) => {
                let task = describe::find(&before, id, wanted.unwrap_or_default())?;
                (task.key.to_owned(), task.name().to_owned(), task.status().to_owned())
            }
        };
        if !field.is_empty() {
            body[*field] = task.0.clone().into();
        }
        first.get_or_insert(task);
    }
    let (key, name, task_status) = first.unwrap_or_default();
    let path = match again.tasks {
        [(_, "")] => {
            let variables = arguments.object("variables").cloned().unwrap_or_default();
            body = json!({"variables": variables});
            Path::new(again.route, &[id, &key])?
        }
        _ => Path::new(again.route, &[id])?,
    };
    let changed = |context: &Context<'_>| {
        let now = jobs::read(context, id)?;
        let differs = now.get("tasks") != before.get("tasks") || status(&now) != status(&before);
        Ok(differs.then_some(now))
    };
    let write = Write::post(&path, Some(&body)).shown_by("describe_job").read_back(&changed);
    let done = change.send(&write).map_err(|error| match error.kind {
        ErrorKind::Refused | ErrorKind::NotFound => {
            let message = format!(
                "{}. The job is {}, its task {name} is {task_status}",
                error.message.trim_end_matches('.'),
                status(&before)
            );
            ToolError { message, ..error }
        }
        _ => error,
    })?;
    drop(change);
    let mut notes: Vec<String> = done.note.into_iter().collect();
    let now = jobs::read(context, id).unwrap_or_else(|error| {
        notes.push(format!("How the job is now could not be read: {error}"));
        json!({"name": before.get("name")})
    });
    let shown = json!({
        "object_id": id, "name": now.get("name"), "status": now.get("status"),
        "message": format!("Task {name} {}; describe_job shows how it goes.", again.done),
    });
    Ok(Outcome::from(GOES_ON.project(&shown)).noted(notes))
}
