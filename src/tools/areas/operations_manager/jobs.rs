//! Jobs: what ran and what became of it.

use serde_json::Value;

use crate::platform::Path;
use crate::tools::areas::automation_studio::projects;
use crate::tools::asked::Source;
use crate::tools::context::Context;
use crate::tools::shown::{Field, FieldKind, Outcome, Shape, ToolError};
use crate::tools::told::Arguments;

/// A job's status, wherever it is shown.
pub const STATUS: Field = Field::new("status", FieldKind::Text)
    .doc("running, complete, error, canceled, incomplete or paused");

/// An entry of `get_jobs`.
pub static ITEM: Shape = Shape::closed(&[
    Field::new("_id", FieldKind::Text),
    Field::new("name", FieldKind::Text),
    Field::new("description", FieldKind::Text),
    STATUS,
]);

/// What `describe_job` gives back.
pub static JOB: Shape = Shape::closed(&[
    Field::new("_id", FieldKind::Text),
    Field::new("name", FieldKind::Text),
    Field::new("description", FieldKind::Text),
    Field::new("type", FieldKind::Text),
    Field::new("tasks", FieldKind::Map),
    STATUS,
    Field::new("metrics", FieldKind::Map).doc("Times in epoch milliseconds, the account's id"),
    Field::new("updated", FieldKind::Time).from(&["last_updated"]),
    Field::new("variables", FieldKind::Any),
    Field::new("error", FieldKind::Any).doc("Why it failed"),
    Field::new("outputs", FieldKind::Any),
]);

/// `GET /operations-manager/jobs`
const JOBS: Source = Source::new("/operations-manager/jobs", "data", "metadata.total");

/// Whether a job with this status does nothing any more.
pub fn has_ended(status: &str) -> bool {
    matches!(status, "complete" | "error" | "canceled" | "cancelled" | "incomplete")
}

/// `GET /operations-manager/jobs`, every page up to the limit.
pub fn list(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let name = arguments.maybe_text("name");
    let mut listing = JOBS.listing().with("include", "name,description,status");
    let mut wanted = Wanted::Any;
    match (arguments.maybe_text("project"), name) {
        (None, None) => {}
        (None, Some(name)) => wanted = Wanted::Name(name.to_owned()),
        (Some(project), Some(name)) => {
            wanted = Wanted::Name(projects::scoped(&projects::id(context, project)?, name));
        }
        (Some(project), None) => {
            wanted = Wanted::Prefix(projects::scoped(&projects::id(context, project)?, ""));
        }
    }
    listing = match &wanted {
        Wanted::Any => listing,
        Wanted::Name(name) => listing.with("equals[name]", name),
        Wanted::Prefix(prefix) => listing.with("starts-with[name]", prefix.trim_end()),
    };
    if let Some(limit) = arguments.maybe_integer("limit").and_then(|n| usize::try_from(n).ok()) {
        listing = listing.at_most(limit);
    }
    let mut listed = listing.read(context)?;
    let received = listed.items.len();
    // A platform that ignores the filter answers with everything.
    listed.items.retain(|job| wanted.holds(job.get("name").and_then(Value::as_str)));
    if listed.items.len() < received {
        listed.total = None;
    }
    Ok(Outcome::part(ITEM.project_all(&listed.items), listed.total))
}

/// `GET /operations-manager/jobs/{object_id}`.
pub fn describe(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    Ok(JOB.project(&read(context, arguments.text("object_id"))?).into())
}

/// One job as the platform has it.
pub fn read(context: &Context<'_>, id: &str) -> Result<Value, ToolError> {
    let path = Path::new("/operations-manager/jobs/{}", &[id])?;
    let reply = context.api.get(&path, &[])?;
    match reply.get("data") {
        Some(data) if data.is_object() => Ok(data.clone()),
        _ if reply.get("_id").is_some() => Ok(reply),
        _ => Err(ToolError::not_found(format!("no job has the id '{id}'; get_jobs lists them"))),
    }
}

enum Wanted {
    Any,
    Name(String),
    Prefix(String),
}

impl Wanted {
    fn holds(&self, name: Option<&str>) -> bool {
        match (self, name) {
            (Self::Any, _) | (_, None) => true,
            (Self::Name(wanted), Some(name)) => name == wanted,
            (Self::Prefix(prefix), Some(name)) => name.starts_with(prefix.as_str()),
        }
    }
}
