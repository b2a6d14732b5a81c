//! Control of jobs: the tools, and what is done to several at once: cancel, pause, resume.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::jobs::status;
use super::{AREA, WAIT, again, jobs, report, runs, start};
use crate::limits;
use crate::platform::Path;
use crate::tools::asked::{Write, act, record};
use crate::tools::context::Context;
use crate::tools::row::{Run, Tasking, Tool};
use crate::tools::shown::{ErrorKind, Field, FieldKind, Outcome, Output, Shape, ToolError};
use crate::tools::told::{Arguments, Kind, Parameter};

const RUN: Tool = Tool::runs(&AREA);

const OBJECT_ID: Parameter =
    Parameter::required("object_id", Kind::Name, "Id of the job, from get_jobs");

const OBJECT_IDS: &[Parameter] =
    &[Parameter::required("object_ids", Kind::List(&Kind::Name), "Ids of jobs, from get_jobs")];

/// What is told of jobs that were controlled.
static CONTROLLED: Shape = Shape::closed(&[
    Field::new("message", FieldKind::Text),
    Field::new("jobs", FieldKind::Objects(&ONE)),
]);

static ONE: Shape = Shape::closed(&[
    Field::new("object_id", FieldKind::Text),
    Field::new("name", FieldKind::Text),
    Field::new("status", FieldKind::Text),
    Field::new("note", FieldKind::Text),
]);

/// The tools of this file.
pub static TOOLS: &[Tool] = &[
    Tool {
        name: "start_job",
        title: "Start Job",
        description: "Start any workflow by its own name; input is not checked. Where \
                      get_workflows shows a route_name prefer start_workflow. Next: describe_job.",
        parameters: &[
            Parameter::required("workflow", Kind::Name, "Exact workflow name, e.g. Backup Device"),
            Parameter::optional("variables", Kind::Object, "Input, e.g. {\"device\": \"r1\"}"),
            Parameter::optional("description", Kind::Text, "Why it runs; shown with the job"),
            Parameter::optional("project", Kind::Name, "Name or id of its project"),
            WAIT,
        ],
        output: Output::OneOf(&[&report::JOB, &runs::SESSION]),
        tasking: Tasking::Starts(Some("wait")),
        run: Run::Code(start::start_job),
        ..RUN
    },
    Tool {
        name: "cancel_jobs",
        title: "Cancel Jobs",
        description: "End jobs for good; what they did so far stays done. To stop one for a while \
                      use pause_jobs. Fails when one was refused, and says which were canceled.",
        parameters: OBJECT_IDS,
        output: Output::Object(&CONTROLLED),
        run: Run::Code(|context, arguments| control(context, arguments, &CANCEL)),
        hints: RUN.hints.idempotent(),
        ..RUN
    },
    Tool {
        name: "pause_jobs",
        title: "Pause Jobs",
        description: "Hold running jobs after the task they are at. Next: resume_jobs.",
        parameters: OBJECT_IDS,
        output: Output::Object(&CONTROLLED),
        run: Run::Code(|context, arguments| control(context, arguments, &PAUSE)),
        hints: RUN.hints.idempotent(),
        ..RUN
    },
    Tool {
        name: "resume_jobs",
        title: "Resume Jobs",
        description: "Let paused jobs go on. A job that failed needs retry_task or continue_job.",
        parameters: OBJECT_IDS,
        output: Output::Object(&CONTROLLED),
        run: Run::Code(|context, arguments| control(context, arguments, &RESUME)),
        hints: RUN.hints.idempotent(),
        ..RUN
    },
    Tool {
        name: "retry_task",
        title: "Retry Task",
        description: "Run the failed task of a job again, and let the job go on from there. Read \
                      in describe_job why it failed: wrong input fails again unless variables mend \
                      it.",
        parameters: &[
            OBJECT_ID,
            Parameter::required(
                "task",
                Kind::Name,
                "Name or id of the failed task, from describe_job",
            ),
            Parameter::optional(
                "variables",
                Kind::Object,
                "Job variables to change first, e.g. {\"vlan\": 20}",
            ),
        ],
        output: Output::Object(&again::GOES_ON),
        run: Run::Code(|context, arguments| again::run(context, arguments, &again::RETRY)),
        ..RUN
    },
    Tool {
        name: "continue_job",
        title: "Continue Job",
        description: "Run a failed or stopped job again from any of its tasks: that task and all \
                      after it. For the failed task alone use retry_task.",
        parameters: &[
            OBJECT_ID,
            Parameter::required(
                "from_task",
                Kind::Name,
                "Name or id of the first task to run, from describe_job",
            ),
        ],
        output: Output::Object(&again::GOES_ON),
        run: Run::Code(|context, arguments| again::run(context, arguments, &again::CONTINUE)),
        ..RUN
    },
    Tool {
        name: "revert_job",
        title: "Revert Job",
        description: "Run a job backwards along the revert transitions of its workflow. Only \
                      workflows made for it undo what they did.",
        parameters: &[
            OBJECT_ID,
            Parameter::required(
                "from_task",
                Kind::Name,
                "Name or id of the task to undo first, from describe_job",
            ),
            Parameter::optional(
                "to_task",
                Kind::Name,
                "Last task to undo; the same as from_task when left out",
            ),
        ],
        output: Output::Object(&again::GOES_ON),
        run: Run::Code(|context, arguments| again::run(context, arguments, &again::REVERT)),
        ..RUN
    },
];

/// What is done to several jobs at once.
struct Control {
    route: &'static str,
    /// What they are then, in words.
    done: &'static str,
    is_done: fn(&str) -> bool,
    /// Whether a job that took it may come there later.
    later: &'static str,
}

const CANCEL: Control = Control {
    route: "/operations-manager/jobs/cancel",
    done: "canceled",
    is_done: |status| matches!(status, "canceled" | "cancelled"),
    later: "it ends when the task it is at lets it",
};

const PAUSE: Control = Control {
    route: "/operations-manager/jobs/pause",
    done: "paused",
    is_done: |status| status == "paused",
    later: "it stops after the task it is at",
};

const RESUME: Control = Control {
    route: "/operations-manager/jobs/resume",
    done: "resumed",
    is_done: |status| matches!(status, "running" | "complete" | "error"),
    later: "it goes on soon",
};

/// What became of the jobs of one call: by id, as asked; why one was refused.
#[derive(Default)]
struct Told {
    refused: BTreeMap<String, String>,
    notes: Vec<String>,
}

fn control(
    context: &Context<'_>,
    arguments: &Arguments,
    control: &Control,
) -> Result<Outcome, ToolError> {
    let mut ids: Vec<&str> = Vec::new();
    for id in arguments.texts("object_ids") {
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    if ids.is_empty() || ids.len() > limits::JOBS_IN_A_CALL {
        return Err(ToolError::invalid(format!(
            "'object_ids' must name 1 to {} jobs, not {}; nothing was changed",
            limits::JOBS_IN_A_CALL,
            ids.len()
        )));
    }
    let mut told = Told::default();
    for (place, chunk) in ids.chunks(limits::JOBS_AT_ONCE).enumerate() {
        if let Err(error) = told.send(context, control, chunk) {
            let before = place * limits::JOBS_AT_ONCE;
            let message = match before {
                0 => error.message.clone(),
                _ => format!(
                    "{} The first {before} of the jobs were asked before that.",
                    error.message
                ),
            };
            return Err(ToolError { message, ..error });
        }
    }
    let shown: Vec<Value> = ids.iter().map(|id| told.one(context, control, id)).collect();
    let of = |wanted: &str| -> Vec<&Value> {
        shown.iter().filter(|job| job["outcome"] == wanted).collect()
    };
    let name = |job: &&Value| match (job["object_id"].as_str(), job["note"].as_str()) {
        (Some(id), Some(note)) => format!("{id} ({note})"),
        (id, _) => id.unwrap_or_default().to_owned(),
    };
    let list = |jobs: &[&Value]| jobs.iter().map(name).collect::<Vec<_>>().join(", ");
    let (done, later, refused) = (of("done"), of("later"), of("refused"));
    let mut message = format!("{} of {} jobs are {}", done.len(), ids.len(), control.done);
    if !refused.is_empty() && !done.is_empty() {
        message.push_str(&format!(": {}", list(&done)));
    }
    if !later.is_empty() {
        message.push_str(&format!(". Asked for and not yet so: {}", list(&later)));
    }
    if !refused.is_empty() {
        message.push_str(&format!(". Not {}: {}", control.done, list(&refused)));
        let kind = match refused.iter().all(|job| job["status"].is_null()) {
            true => ErrorKind::NotFound,
            false => ErrorKind::InvalidState,
        };
        return Err(ToolError::new(kind, message));
    }
    let value = CONTROLLED.project(&json!({"message": format!("{message}."), "jobs": shown}));
    Ok(Outcome::from(value).noted(told.notes))
}

impl Told {
    /// Sends one request for these jobs, and remembers those that it names as refused. When it is
    /// refused as a whole, one job may be the reason, so each is asked for alone.
    fn send(
        &mut self,
        context: &Context<'_>,
        control: &Control,
        ids: &[&str],
    ) -> Result<(), ToolError> {
        let path = Path::literal(control.route);
        let body = json!({"jobIds": ids});
        let there = |context: &Context<'_>| {
            for id in ids {
                if !(control.is_done)(&status(&jobs::read(context, id)?)) {
                    return Ok(None);
                }
            }
            Ok(Some(Value::Null))
        };
        let write =
            Write::post(&path, Some(&body)).shown_by("describe_job").read_back(&there).in_parts();
        match act(context, "jobs", &ids.join(", ")).send(&write) {
            Ok(done) => {
                self.refused.extend(refusals(&done.answer));
                self.notes.extend(done.note);
                Ok(())
            }
            Err(error) if !matches!(error.kind, ErrorKind::Refused | ErrorKind::NotFound) => {
                Err(error)
            }
            Err(error) => match ids {
                [id] => {
                    let words = if error.said.is_empty() { error.message } else { error.said };
                    self.refused.insert((*id).to_owned(), words);
                    Ok(())
                }
                several if error.said.is_empty() => {
                    let all = several.iter().map(|id| ((*id).to_owned(), error.message.clone()));
                    self.refused.extend(all);
                    Ok(())
                }
                several => several.iter().try_for_each(|id| self.send(context, control, &[id])),
            },
        }
    }

    /// How one job is now, whatever was said of it.
    fn one(&self, context: &Context<'_>, control: &Control, id: &str) -> Value {
        let refused = self.refused.get(id).map(String::as_str);
        let (job, unread) = match jobs::read(context, id) {
            Ok(job) => (job, None),
            Err(error) => (Value::Null, Some(error)),
        };
        let status = status(&job);
        let words = |refused: &str| match refused {
            "" => String::new(),
            words => format!("; the platform said: {words}"),
        };
        let (outcome, note) = match (unread, refused) {
            (Some(error), _) if error.kind == ErrorKind::NotFound => {
                ("refused", Some("no job has this id".to_owned()))
            }
            (Some(error), None) => {
                ("later", Some(format!("its status could not be read: {error}")))
            }
            (Some(_), Some(refused)) => ("refused", Some(refused.to_owned())),
            (None, refused) if (control.is_done)(&status) => (
                "done",
                refused.map(|refused| {
                    format!("Read back, it has been done or was so before{}", words(refused))
                }),
            ),
            (None, Some(refused)) => ("refused", Some(format!("it is {status}{}", words(refused)))),
            (None, None) if jobs::has_ended(&status) => {
                ("refused", Some(format!("it is {status}")))
            }
            (None, None) => ("later", Some(control.later.to_owned())),
        };
        json!({
            "object_id": id, "name": job.get("name"), "status": job.get("status"),
            "outcome": outcome, "note": note,
        })
    }
}

/// The jobs that an answer names as refused, and why, wherever a version tells them.
fn refusals(answer: &Value) -> Vec<(String, String)> {
    let places = ["failed", "failures", "errors", "failedJobs", "notFound"];
    let named = [
        answer,
        answer.get("data").unwrap_or(&Value::Null),
        answer.get("metadata").unwrap_or(&Value::Null),
    ];
    let lists = named.into_iter().flat_map(|at| places.iter().filter_map(|place| at.get(place)));
    let failed = lists.filter_map(Value::as_array).flatten();
    let rows = answer.get("data").and_then(Value::as_array).into_iter().flatten();
    let failed = failed.chain(rows.filter(|row| row.get("success") == Some(&json!(false))));
    failed
        .filter_map(|item| {
            let id = record::scalar(item)
                .or_else(|| record::scalar(item.get("jobId")?))
                .or_else(|| Some(record::id(item)?.into_owned()))?;
            let words = if item.is_object() { report::words(item) } else { String::new() };
            Some((id, words))
        })
        .collect()
}
