//! What is told of a job: what failed first, what it waits for, what is done and what remains.

use serde_json::{Map, Value, json};

use super::accounts;
use super::jobs;
use crate::limits;
use crate::time::moment;
use crate::tools::asked::record;
use crate::tools::context::Context;
use crate::tools::shown::{Field, FieldKind, Shape, time};

/// A job, wherever a whole one is shown.
pub static JOB: Shape = Shape::closed(&[
    Field::new("object_id", FieldKind::Text).from(&["_id", "id"]).doc("The job's id"),
    Field::new("name", FieldKind::Text),
    jobs::STATUS,
    Field::new("why", FieldKind::Text).doc("Why it failed or what it waits for"),
    Field::new("failed_tasks", FieldKind::Objects(&FAILED)),
    Field::new("waiting_tasks", FieldKind::Objects(&WAITING)).doc("They wait for a person"),
    Field::new("task", FieldKind::Any).doc("The one that failed, or was asked for"),
    Field::new("done", FieldKind::Texts).doc("Tasks, in the order they ran"),
    Field::new("remaining", FieldKind::Texts),
    Field::new("progress", FieldKind::Number).doc("Share of the tasks that is done, 0 to 1"),
    Field::new("description", FieldKind::Text),
    Field::new("type", FieldKind::Text),
    Field::new("outputs", FieldKind::Any),
    Field::new("variables", FieldKind::Any).doc("Input, and what the tasks put out"),
    Field::new("error", FieldKind::Any).doc("As the platform says it"),
    Field::new("metrics", FieldKind::Object(&METRICS)),
    Field::new("updated", FieldKind::Time).from(&["last_updated"]),
    Field::new("tasks", FieldKind::Map).doc("By task id; ask for one to see its data"),
    Field::new("_id", FieldKind::Text).from(&["_id", "id"]),
]);

static FAILED: Shape = Shape::closed(&[
    Field::new("task", FieldKind::Text),
    Field::new("task_name", FieldKind::Text),
    Field::new("message", FieldKind::Text),
    Field::new("at", FieldKind::Time),
]);

static WAITING: Shape = Shape::closed(&[
    Field::new("task_id", FieldKind::Text),
    Field::new("task", FieldKind::Text),
    Field::new("task_name", FieldKind::Text),
    Field::new("since", FieldKind::Time),
    Field::new("owner", FieldKind::Text),
]);

static METRICS: Shape = Shape::open(&[
    Field::new("start_time", FieldKind::Time).doc("UTC"),
    Field::new("end_time", FieldKind::Time).doc("UTC"),
    Field::new("user", FieldKind::Text).doc("Name of the account"),
]);

/// One task of a job.
pub struct Task<'a> {
    /// Its id within the workflow.
    pub key: &'a str,
    /// What the platform tells of it.
    pub row: &'a Value,
}

impl<'a> Task<'a> {
    fn text(&self, field: &str) -> &'a str {
        self.row.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    /// What it is called: names repeat within a workflow, ids do not.
    pub fn name(&self) -> &'a str {
        match self.text("name") {
            "" => self.key,
            name => name,
        }
    }

    /// What it is doing.
    pub fn status(&self) -> &'a str {
        self.text("status")
    }

    /// Returns true if it waits for a person.
    pub fn waits(&self) -> bool {
        self.text("type") == "manual" && self.status() == "running"
    }

    fn metric(&self, name: &str) -> &'a Value {
        self.row.get("metrics").and_then(|metrics| metrics.get(name)).unwrap_or(&Value::Null)
    }

    fn is_done(&self) -> bool {
        self.status() == "complete"
    }

    fn failed(&self) -> bool {
        self.status() == "error" || self.metric("finish_state") == "error" && !self.is_done()
    }

    /// What is shown of it among the others.
    fn brief(&self) -> Value {
        json!({
            "name": self.row.get("name"),
            "summary": self.row.get("summary"),
            "type": self.row.get("type"),
            "status": self.row.get("status"),
            "metrics": timed(self.row.get("metrics").unwrap_or(&Value::Null)),
            "child_jobs": children(self.row),
        })
    }
}

/// The ids of the jobs that a task has started.
pub fn children(task: &Value) -> Vec<String> {
    let jobs = task.get("childJobs").and_then(Value::as_array);
    let ids = jobs.into_iter().flatten();
    ids.filter_map(|job| record::scalar(job).or_else(|| Some(record::id(job)?.into_owned())))
        .collect()
}

/// Metrics with their times as every tool shows times.
pub fn timed(metrics: &Value) -> Value {
    let mut metrics = metrics.clone();
    for (name, value) in metrics.as_object_mut().into_iter().flatten() {
        if name.ends_with("_time") {
            *value = time(value);
        }
    }
    metrics
}

/// The tasks of a job in the order they ran, those that did not last; its beginning and end are none.
pub fn tasks(job: &Value) -> Vec<Task<'_>> {
    let rows = job.get("tasks").and_then(Value::as_object).into_iter().flatten();
    let mut tasks: Vec<Task<'_>> = rows
        .map(|(key, row)| Task { key, row })
        .filter(|task| !matches!(task.key, "workflow_start" | "workflow_end"))
        .collect();
    tasks.sort_by_key(|task| moment(task.metric("start_time")).unwrap_or(i64::MAX));
    tasks
}

/// What is told of a job; of its account only the name, when that can be had.
pub fn told(context: &Context<'_>, job: &Value, notes: &mut Vec<String>) -> Value {
    let tasks = tasks(job);
    let status = job.get("status").and_then(Value::as_str).unwrap_or_default();
    let failed = failures(job, &tasks);
    let waiting: Vec<&Task<'_>> = tasks.iter().filter(|task| task.waits()).collect();
    let owners = waiting.iter().filter_map(|task| task.metric("owner").as_str());
    let user = job.pointer("/metrics/user").and_then(Value::as_str);
    let names = accounts::names(context, owners.chain(user));
    let waiting: Vec<Value> = waiting
        .into_iter()
        .map(|task| {
            let owner = task.metric("owner").as_str();
            json!({
                "task_id": record::id(task.row), "task": task.key, "task_name": task.name(),
                "since": task.metric("start_time"),
                "owner": owner.map(|id| names.get(id).map_or(id, String::as_str)),
            })
        })
        .collect();
    let label = |task: &Task<'_>| {
        let twins = tasks.iter().filter(|other| other.name() == task.name()).count();
        if twins > 1 { format!("{} ({})", task.name(), task.key) } else { task.name().to_owned() }
    };
    let done: Vec<String> = tasks.iter().filter(|task| task.is_done()).map(label).collect();
    // Branches that a job did not take remain undone, and it is complete all the same.
    let remaining: Vec<String> = match status {
        "complete" => Vec::new(),
        _ => tasks.iter().filter(|task| !task.is_done()).map(label).collect(),
    };
    let all = done.len() + remaining.len();
    #[expect(clippy::cast_precision_loss, reason = "a job has a few tasks")]
    let progress = match all {
        0 => job.pointer("/metrics/progress").cloned().unwrap_or_default(),
        _ => json!((done.len() as f64 / all as f64 * 100.0).round() / 100.0),
    };
    let why = reason(job, status, &failed, &waiting);
    let mut shown = job.clone();
    if let Some(fields) = shown.as_object_mut() {
        let brief: Map<String, Value> =
            tasks.iter().map(|task| (task.key.to_owned(), task.brief())).collect();
        if let Some(metrics) = fields.get_mut("metrics").and_then(Value::as_object_mut) {
            metrics.insert("progress".into(), progress.clone());
            if let Some(id) = user {
                let name = names.get(id);
                if name.is_none() {
                    notes.push(format!("The name of account {id} could not be looked up."));
                }
                metrics.insert("user".into(), json!(name));
                metrics.insert("user_id".into(), json!(id));
            }
        }
        for error in fields.get_mut("error").and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(at) = error.get_mut("timestamp") {
                *at = time(at);
            }
        }
        fields.extend([
            ("why".to_owned(), json!(why)),
            ("failed_tasks".to_owned(), json!(failed)),
            ("waiting_tasks".to_owned(), json!(waiting)),
            ("done".to_owned(), json!(done)),
            ("remaining".to_owned(), json!(remaining)),
            ("progress".to_owned(), progress),
            ("task".to_owned(), Value::Null),
            ("tasks".to_owned(), Value::Object(brief)),
        ]);
    }
    JOB.project(&shown)
}

/// What failed, latest first: errors of a job name the task by its id only, and their time may be the
/// job's start, so name and time are those of the task.
fn failures(job: &Value, tasks: &[Task<'_>]) -> Vec<Value> {
    let of = |key: &str| tasks.iter().find(|task| task.key == key);
    let errors = job.get("error").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut failed: Vec<Value> = errors
        .iter()
        .filter(|error| !record::is_empty(error))
        .map(|error| {
            let key = error.get("task").and_then(Value::as_str);
            let task = key.and_then(of);
            let ended = task.map_or(&Value::Null, |task| task.metric("end_time"));
            let at = if ended.is_null() { error.get("timestamp") } else { Some(ended) };
            json!({
                "task": key, "task_name": task.map(Task::name), "at": at,
            "message": words(error.get("message").filter(|said| !said.is_null()).unwrap_or(error)),
            })
        })
        .collect();
    for task in tasks.iter().filter(|task| task.failed()) {
        if !failed.iter().any(|known| known["task"] == task.key) {
            failed.push(json!({
                "task": task.key, "task_name": task.name(), "message": null,
                "at": task.metric("end_time"),
            }));
        }
    }
    record::sort_down(&mut failed, &|failure| moment(&failure["at"]));
    failed
}

/// An error in words: its message, with its code, or the whole of it.
pub fn words(error: &Value) -> String {
    let text = match error {
        Value::String(text) => text.clone(),
        Value::Null => return String::new(),
        other => match record::text(other, &["message", "error", "msg", "message.message"]) {
            Some(message) => match other.get("code").and_then(record::scalar) {
                Some(code) if !message.contains(&code) => format!("{message} ({code})"),
                _ => message.to_owned(),
            },
            None => other.to_string(),
        },
    };
    text.chars().take(limits::ERROR_BODY_CHARS).collect()
}

/// Why a job stands where it stands, in a sentence.
fn reason(job: &Value, status: &str, failed: &[Value], waiting: &[Value]) -> Option<String> {
    if let Some(first) = failed.first() {
        let message = record::text(first, &["message"]).unwrap_or("it does not say why");
        let more = match failed.len() {
            1 => String::new(),
            all => format!(" (and {} more)", all - 1),
        };
        return Some(match record::text(first, &["task_name", "task"]) {
            Some(task) => format!("{task} failed: {message}{more}"),
            None => format!("{message}{more}"),
        });
    }
    let error = job.get("error").filter(|error| !record::is_empty(error));
    if let Some(error) = error {
        return Some(words(error));
    }
    if let Some(first) = waiting.first() {
        let task = record::text(first, &["task_name"]).unwrap_or("A task");
        return Some(format!("{task} waits for a person: describe_manual_task shows it"));
    }
    (status == "paused").then(|| "Somebody paused it: resume_jobs lets it go on".to_owned())
}
