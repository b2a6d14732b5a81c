//! Finding what waits for a person, in either place.

use serde_json::{Map, Value, json};

use crate::limits;
use crate::platform::Path;
use crate::time::moment;
use crate::tools::areas::operations_manager::{accounts, describe::iteration};
use crate::tools::asked::{Filter, List, Made, Source, record};
use crate::tools::context::Context;
use crate::tools::shown::{ErrorKind, Field, FieldKind, Outcome, Shape, ToolError, lookup};
use crate::tools::told::{Arguments, Kind, Parameter};

const KIND: Field = Field::new("kind", FieldKind::Text).doc("manual task or work item");

/// An entry of `get_manual_tasks`.
pub static WAITING: Shape = Shape::closed(&[
    Field::new("task_id", FieldKind::Text),
    KIND,
    Field::new("name", FieldKind::Text),
    Field::new("workflow", FieldKind::Text).doc("Or agent"),
    Field::new("object_id", FieldKind::Text).doc("The job, for describe_job"),
    Field::new("session_id", FieldKind::Text).doc("Of a work item that an agent waits for"),
    Field::new("since", FieldKind::Time),
    Field::new("owner", FieldKind::Text).doc("Null: nobody has claimed it"),
]);

/// What `describe_manual_task` gives back.
pub static DETAIL: Shape = Shape::closed(&[
    Field::new("task_id", FieldKind::Text),
    KIND,
    Field::new("name", FieldKind::Text),
    Field::new("status", FieldKind::Text),
    Field::new("workflow", FieldKind::Text),
    Field::new("object_id", FieldKind::Text).doc("The job"),
    Field::new("session_id", FieldKind::Text),
    Field::new("since", FieldKind::Time),
    Field::new("owner", FieldKind::Text),
    Field::new("description", FieldKind::Text),
    Field::new("view", FieldKind::Text),
    Field::new("incoming", FieldKind::Any).doc("What the person is shown"),
    Field::new("form", FieldKind::Any).doc("What else its page is made of: names of variables"),
]);

/// `GET /operations-manager/tasks`
const TASKS: Source = Source::new("/operations-manager/tasks", "data", "metadata.total");
/// `GET /work-center-service/work-items/{}`
const ITEM: &str = "/work-center-service/work-items/{}";

/// What waits for a person, whoever has claimed it.
pub static LIST: List = List::made(list, &WAITING).filtered(&[
    Filter::exact(
        Parameter::optional("object_id", Kind::Name, "Only those of this job"),
        "object_id",
        &[],
    ),
    Filter::contains(
        Parameter::optional("workflow_contains", Kind::Name, "Part of the workflow's name"),
        "workflow",
        &[],
    ),
    Filter::exact(
        Parameter::optional("owner", Kind::Name, "Only claimed by this account"),
        "owner",
        &[],
    ),
]);

/// One thing that waits, or waited.
pub struct Waiting {
    /// Its id, as the caller gave it.
    pub id: String,
    /// What the platform tells of it.
    pub row: Value,
    /// Where it is; none for a work item.
    pub task: Option<Place>,
}

/// Where a manual task is.
pub struct Place {
    /// The job's id.
    pub job: String,
    /// The task's id within the workflow.
    pub key: String,
}

fn list(context: &Context<'_>, _: &Arguments) -> Result<Made, ToolError> {
    let listing = TASKS.listing().with("equals[type]", "manual").with("equals[status]", "running");
    let listed = listing.read(context)?;
    let mut notes = Vec::new();
    let mut waiting: Vec<Waiting> = listed
        .items
        .into_iter()
        // A platform that ignores a filter answers with everything.
        .filter(|row| record::text(row, &["type"]).is_none_or(|kind| kind == "manual"))
        .filter(|row| record::text(row, &["status"]).is_none_or(|status| status == "running"))
        .map(of_job)
        .collect();
    if listed.truncated {
        notes.push("There are more tasks than were read.".into());
    }
    match items(context) {
        Ok(Some((items, cut))) => {
            waiting.extend(items.into_iter().filter(is_open).map(of_work_center));
            if cut {
                notes.push("Of work items only the newest were looked at.".into());
            }
        }
        Ok(None) => {}
        Err(error) if error.kind == ErrorKind::Cancelled => return Err(error),
        Err(error) => notes.push(format!("Work items could not be read: {error}")),
    }
    let owners: Vec<&str> = waiting.iter().filter_map(|one| owner(&one.row)).collect();
    let names = accounts::names(context, owners);
    let mut items: Vec<Value> = waiting.iter().map(Waiting::summary).collect();
    for item in &mut items {
        if let Some(name) = item["owner"].as_str().and_then(|id| names.get(id)) {
            item["owner"] = json!(name);
        }
    }
    record::sort(&mut items, &|item| moment(&item["since"]));
    Ok(Made { items, notes })
}

/// Everything in Work Center, the newest first, and whether there is more; none on a platform that
/// does not have it.
fn items(context: &Context<'_>) -> Result<Option<(Vec<Value>, bool)>, ToolError> {
    let path = Path::literal("/work-center-service/work-items/search");
    let mut all: Vec<Value> = Vec::new();
    loop {
        let sort = json!({"field": "createdAt", "order": "desc"});
        let body = json!({"sort": sort, "skip": all.len(), "limit": limits::WORK_ITEMS_PAGE});
        let reply = match context.api.search(&path, &[], &body) {
            Ok(reply) => reply,
            Err(error) if error.status() == Some(404) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let places = ["items", "workItems", "data.items", "data.workItems"];
        let named = || places.iter().find_map(|place| lookup(&reply, place)?.as_array());
        let page = record::list(&reply).or_else(|| named().map(Vec::as_slice));
        let page = page.unwrap_or_default();
        let totals = ["total", "metadata.total", "data.total"];
        let total = totals.iter().find_map(|place| lookup(&reply, place)?.as_u64());
        // A platform that does not skip gives its first page again.
        let again = !page.is_empty() && page.first() == all.first();
        if page.is_empty() || again {
            return Ok(Some((all, false)));
        }
        let short = page.len() < limits::WORK_ITEMS_PAGE;
        all.extend(page.iter().cloned());
        if total.map_or(short, |total| all.len() as u64 >= total) {
            return Ok(Some((all, false)));
        }
        if all.len() >= limits::WORK_ITEMS {
            return Ok(Some((all, true)));
        }
    }
}

fn is_open(item: &Value) -> bool {
    let status = record::text(item, &["status"]).unwrap_or_default().to_lowercase();
    let over = ["complete", "completed", "canceled", "cancelled", "failed", "closed", "finished"];
    !over.contains(&status.as_str())
}

fn of_job(row: Value) -> Waiting {
    let at = |place: &str| lookup(&row, place).and_then(record::scalar).unwrap_or_default();
    let place = Place { job: at("job._id"), key: at("job.task") };
    Waiting { id: record::id(&row).unwrap_or_default().into_owned(), task: Some(place), row }
}

fn of_work_center(row: Value) -> Waiting {
    Waiting { id: record::id(&row).unwrap_or_default().into_owned(), task: None, row }
}

/// The id of the account that has claimed it.
pub fn owner(row: &Value) -> Option<&str> {
    record::text(
        row,
        &[
            "metrics.owner",
            "metrics.owner._id",
            "owner",
            "owner._id",
            "owner.id",
            "assignee",
            "assignee.id",
            "claimedBy",
            "claimedBy._id",
        ],
    )
}

impl Waiting {
    /// The manual task or work item with this id.
    ///
    /// # Errors
    /// When neither place knows it, or one could not be asked.
    pub fn find(context: &Context<'_>, id: &str) -> Result<Self, ToolError> {
        match iteration(context, id) {
            Ok(row) => return Ok(Self { id: id.to_owned(), ..of_job(row) }),
            Err(error) if error.kind == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
        // Where a task has another id than its run, only the list knows it.
        let listing =
            TASKS.listing().with("equals[type]", "manual").with("equals[status]", "running");
        if let Some(row) = listing.find(context, |row| record::id(row).as_deref() == Some(id))? {
            return Ok(of_job(row));
        }
        let unknown = || {
            ToolError::not_found(format!(
                "no manual task or work item has the id '{id}'; get_manual_tasks lists those that wait"
            ))
        };
        match context.api.get(&Path::new(ITEM, &[id])?, &[]) {
            Ok(reply) => {
                let row = record::payload(&reply).clone();
                let there = row.as_object().is_some_and(|fields| !fields.is_empty());
                let item = Self { id: id.to_owned(), ..of_work_center(row) };
                if there { Ok(item) } else { Err(unknown()) }
            }
            Err(error) if error.status() == Some(404) => Err(unknown()),
            Err(error) => Err(error.into()),
        }
    }

    /// The kind of thing, for a sentence.
    pub fn kind(&self) -> &'static str {
        if self.task.is_some() { "manual task" } else { "work item" }
    }

    /// What it is doing.
    pub fn status(&self) -> &str {
        record::text(&self.row, &["status"]).unwrap_or("of unknown status")
    }

    fn text(&self, places: &[&str]) -> Option<&str> {
        record::text(&self.row, places)
    }

    /// What the list and the detail tell of it.
    pub fn summary(&self) -> Value {
        let executions = ["rootExecution", "execution"];
        let execution = |field: &str| {
            let places: Vec<String> = executions.iter().map(|at| format!("{at}.{field}")).collect();
            let places: Vec<&str> = places.iter().map(String::as_str).collect();
            self.text(&places).map(str::to_owned)
        };
        let since = ["metrics.start_time", "createdAt", "created", "startTime"];
        let since = since.iter().find_map(|at| lookup(&self.row, at).filter(|at| !at.is_null()));
        let job = self.task.as_ref().map(|place| place.job.as_str());
        json!({
            "task_id": self.id,
            "kind": self.kind(),
            "name": self.text(&["name", "title", "summary", "view", "task"]),
            "status": self.text(&["status"]),
            "workflow": self.text(&["job.name"]).map(str::to_owned).or_else(|| execution("name")),
            "object_id": job.filter(|job| !job.is_empty()),
            "session_id": match self.task {
                Some(_) => None,
                None => execution("id").or_else(|| execution("_id")),
            },
            "since": since,
            "owner": owner(&self.row),
            "description": self.text(&["description", "summary"]),
            "view": self.text(&["view"]),
        })
    }
}

/// What a person is shown: a manual task's page, or the variables of a work item.
pub fn describe(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let one = Waiting::find(context, arguments.text("task_id"))?;
    let path = match &one.task {
        Some(Place { job, key }) => {
            Path::new("/operations-manager/jobs/{}/tasks/{}/manual-controller", &[job, key])?
        }
        None => Path::new("/work-center-service/work-items/{}/variables/incoming", &[&one.id])?,
    };
    let mut notes = Vec::new();
    let page = match context.api.get(&path, &[]) {
        Ok(reply) => record::payload(&reply).clone(),
        Err(error) if error.is_cancelled() => return Err(error.into()),
        Err(error) => {
            notes.push(format!("What a person is shown could not be read: {error}"));
            Value::Null
        }
    };
    let mut shown = one.summary();
    let own = lookup(&one.row, "variables.incoming");
    match one.task {
        Some(_) => {
            let incoming = ["variables.incoming", "incoming"].iter();
            let incoming = incoming.filter_map(|at| lookup(&page, at)).chain(own).next();
            shown["incoming"] = incoming.cloned().unwrap_or_default();
            let mut rest: Map<String, Value> = page.as_object().cloned().unwrap_or_default();
            rest.retain(|name, _| !matches!(name.as_str(), "task" | "variables" | "incoming"));
            shown["form"] = if rest.is_empty() { Value::Null } else { Value::Object(rest) };
        }
        None if page.is_null() => shown["incoming"] = own.cloned().unwrap_or_default(),
        None => shown["incoming"] = page,
    }
    let names = accounts::names(context, owner(&one.row));
    if let Some(name) = owner(&one.row).and_then(|id| names.get(id)) {
        shown["owner"] = json!(name);
    }
    Ok(Outcome::from(DETAIL.project(&shown)).noted(notes))
}
