//! Jobs: what ran and what became of it.

use serde_json::Value;

use crate::platform::Path;
use crate::tools::areas::automation_studio::projects;
use crate::tools::asked::{Filter, List, Source, record};
use crate::tools::context::Context;
use crate::tools::shown::{Field, FieldKind, Shape, ToolError};
use crate::tools::told::{Arguments, Kind, Parameter};

/// A job's status, wherever it is shown.
pub const STATUS: Field = Field::new("status", FieldKind::Text)
    .doc("running, complete, error, canceled, incomplete or paused");

/// An entry of `get_jobs`.
pub static ITEM: Shape = Shape::closed(&[
    Field::new("_id", FieldKind::Text),
    Field::new("object_id", FieldKind::Text).from(&["_id"]).doc("For describe_job"),
    Field::new("name", FieldKind::Text).doc("Of the workflow; '@id: ' before it is its project"),
    Field::new("description", FieldKind::Text),
    STATUS,
    Field::new("start_time", FieldKind::Time).from(&[START_TIME]),
    Field::new("end_time", FieldKind::Time).from(&["metrics.end_time"]),
]);

const START_TIME: &str = "metrics.start_time";

/// `GET /operations-manager/jobs`
const JOBS: Source = Source::new("/operations-manager/jobs", "data", "metadata.total");

/// Whether a job with this status does nothing any more.
pub fn has_ended(status: &str) -> bool {
    matches!(status, "complete" | "error" | "canceled" | "cancelled" | "incomplete")
}

/// Jobs, the newest first.
pub static LIST: List = List::below(
    |_, _| Ok(JOBS.listing().with("include", "name,description,status,metrics")),
    &ITEM,
)
.meaning(meant)
.filtered(&[
    Filter::exact(
        Parameter::optional("name", Kind::Name, "Exact workflow name"),
        "name",
        &[("equals[name]", "{}")],
    ),
    Filter::contains(
        Parameter::optional("name_contains", Kind::Name, "Part of the workflow's name"),
        "name",
        &[("contains[name]", "{}")],
    ),
    Filter::begins(
        Parameter::optional("project", Kind::Name, "Name or id of its project"),
        "name",
        &[("starts-with[name]", "{}")],
    ),
    Filter::word(
        Parameter::optional("status", Kind::List(&Kind::Name), "Any of these, e.g. error, running"),
        "status",
        &[("equals[status]", "{}")],
    ),
    Filter::since(
        Parameter::optional("started_after", Kind::Name, "ISO 8601, e.g. 2026-01-31T08:00:00Z"),
        START_TIME,
    ),
    Filter::until(
        Parameter::optional("started_before", Kind::Name, "ISO 8601; a date is its 00:00 UTC"),
        START_TIME,
    ),
])
.newest_first(START_TIME, &[("sort", START_TIME), ("order", "-1")]);

/// A workflow in a project is stored under a name that begins with the project's id.
fn meant<'a>(context: &Context<'_>, arguments: &Arguments<'a>) -> Result<Arguments<'a>, ToolError> {
    let Some(project) = arguments.maybe_text("project") else { return Ok(arguments.clone()) };
    let id = projects::id(context, project)?;
    Ok(match arguments.maybe_text("name") {
        // The platform drops blanks at the end, so what is asked ends before them.
        None => arguments.clone().with("project", projects::scoped(&id, "").trim_end()),
        Some(name) => {
            let name = projects::scoped(&id, name);
            arguments.without(["project"]).with("name", name)
        }
    })
}

/// One job as the platform has it.
pub fn read(context: &Context<'_>, id: &str) -> Result<Value, ToolError> {
    let path = Path::new("/operations-manager/jobs/{}", &[id])?;
    let unknown = || format!("no job has the id '{id}'; get_jobs lists them");
    let reply = context.api.get(&path, &[]);
    let reply = reply.map_err(|error| ToolError::from(error).hinted(unknown))?;
    match reply.get("data") {
        Some(data) if data.is_object() => Ok(data.clone()),
        _ if record::id(&reply).is_some() => Ok(reply),
        _ => Err(ToolError::not_found(unknown())),
    }
}

/// A job's status, for a sentence.
pub fn status(job: &Value) -> String {
    record::text(job, &["status"]).unwrap_or("of unknown status").to_owned()
}
