//! Running a compliance plan.

use std::borrow::Cow;
use std::time::Duration;

use serde_json::{Value, json};

use super::results::{self, GRADE, REPORTS, SCORE, TOTALS};
use super::stored::{DIRECTORY, find, instances, of_plan};
use crate::limits;
use crate::platform::Path;
use crate::tools::asked::{Pause, Wait, Write, change, record};
use crate::tools::context::Context;
use crate::tools::shown::{Field, FieldKind, Outcome, Shape, ToolError, lookup};
use crate::tools::told::Arguments;

/// What a run came to.
pub static RUN: Shape = Shape::closed(&[
    Field::new("instance", FieldKind::Object(&INSTANCE)),
    SCORE,
    GRADE,
    TOTALS,
    REPORTS,
]);

static INSTANCE: Shape = Shape::closed(&[
    Field::new("id", FieldKind::Text).from(&["id", "_id"]),
    Field::new("name", FieldKind::Text),
    Field::new("description", FieldKind::Text),
    Field::new("jobStatus", FieldKind::Text).doc("running, complete, error or canceled"),
    Field::new("batchId", FieldKind::Text),
    Field::new("started", FieldKind::Time),
    Field::new("finished", FieldKind::Time),
]);

/// `POST /configuration_manager/compliance_plans/run`. Once that has succeeded the plan runs, and
/// nothing that follows may fail the call.
pub fn run(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let plan = find(context, arguments.text("name"))?;
    let plan_id = &DIRECTORY.id(&plan)?;
    let thing = change(context, DIRECTORY.one, plan_id)?;
    let mut run = Started { context, plan: &plan, plan_id, id: None, notes: vec![] };
    // Some versions do not say which run they start: then it is the one that was not there before.
    let before = run.read()?;
    let before = before.as_ref().and_then(record::id);
    let before = before.as_deref();
    let path = Path::literal("/configuration_manager/compliance_plans/run");
    let body = json!({"planId": plan_id});
    let appeared = |_: &Context<'_>| run.appeared(before);
    let write = Write::post(&path, Some(&body)).shown_by(DIRECTORY.lister).read_back(&appeared);
    let done = thing.send(&write)?;
    run.notes.extend(done.note);
    run.id = ["instanceId", "data.instanceId", "instance.id", "id", "_id"]
        .iter()
        .find_map(|place| record::scalar(lookup(&done.answer, place)?));
    let mut instance = match run.id {
        Some(_) => run.look(),
        None => match run.appeared(before) {
            Ok(Some(instance)) => {
                run.id = record::id(&instance).map(Cow::into_owned);
                Some(instance)
            }
            Ok(None) => {
                return Err(ToolError::state(format!(
                    "the platform accepted plan '{}' but shows no new run of it after {} s; usually \
                     the plan has no devices or nothing to check",
                    arguments.text("name"),
                    limits::RUN_APPEARS.as_secs()
                )));
            }
            Err(error) => {
                run.unreadable(&error);
                None
            }
        },
    };
    drop(thing);
    let wait = Duration::from_secs(arguments.integer("wait").unsigned_abs());
    if !wait.is_zero() && run.id.is_some() {
        run.wait(wait, &mut instance);
    }
    let mut shown = match &instance {
        Some(instance) if !wait.is_zero() && has_ended(instance) => {
            results::of_run(context, instance, &mut run.notes)
        }
        _ => json!({"reports": []}),
    };
    shown["instance"] = run.shown(instance);
    Ok(Outcome::from(RUN.project(&shown)).noted(run.notes))
}

/// A run of a plan that has been started.
struct Started<'a> {
    context: &'a Context<'a>,
    plan: &'a Value,
    plan_id: &'a str,
    /// Id of the run, when the platform has said it.
    id: Option<String>,
    notes: Vec<String>,
}

impl Started<'_> {
    /// The run as it is now; none, and perhaps a note, when it cannot be had.
    fn look(&mut self) -> Option<Value> {
        match self.read() {
            Ok(instance) => instance,
            Err(error) => {
                self.unreadable(&error);
                None
            }
        }
    }

    fn unreadable(&mut self, error: &ToolError) {
        self.notes.push(format!("The plan was started, but its state could not be read: {error}"));
    }

    /// The run that was not there before, looked for until it shows: some versions take seconds.
    fn appeared(&self, before: Option<&str>) -> Result<Option<Value>, ToolError> {
        let mut wait = Wait::new(self.context, Some(limits::RUN_APPEARS), limits::START_PAUSES);
        loop {
            let newest = self.read()?;
            if newest.as_ref().and_then(record::id).is_some_and(|id| Some(&*id) != before) {
                return Ok(newest);
            }
            match wait.pause("the compliance plan is starting") {
                Pause::Passed => {}
                Pause::OutOfTime => return Ok(None),
                Pause::Cancelled => {
                    return Err(ToolError::cancelled("the plan was started; the wait was ended"));
                }
            }
        }
    }

    /// The run as it is now, or the newest of the plan while its id is not known.
    fn read(&self) -> Result<Option<Value>, ToolError> {
        let mut search = json!({
            "limit": 25, "start": 0, "planId": self.plan_id, "sort": {"started": -1},
        });
        if let Some(id) = &self.id {
            search["instanceId"] = json!(id);
        }
        let path = Path::literal("/configuration_manager/search/compliance_plan_instances");
        let reply = self.context.api.search(&path, &[], &json!({"searchParams": search}))?;
        let found = instances(&reply).find(|instance| match &self.id {
            Some(id) => record::id(instance).as_deref() == Some(id),
            None => of_plan(instance, self.plan_id),
        });
        Ok(found.cloned())
    }

    /// Polls until the run has ended or the time is over.
    fn wait(&mut self, patience: Duration, instance: &mut Option<Value>) {
        let mut wait = Wait::new(self.context, Some(patience), limits::JOB_PAUSES);
        while !instance.as_ref().is_some_and(has_ended) {
            let status = instance.as_ref().and_then(status).unwrap_or("starting").to_owned();
            let id = self.id.as_deref().unwrap_or_default();
            match wait.pause(&format!("run {id} of the compliance plan is {status}")) {
                Pause::Passed => {}
                Pause::OutOfTime => {
                    self.notes.push(format!(
                        "The run is still {status} after {} s and goes on; do not start it again.",
                        patience.as_secs()
                    ));
                    return self.notes.extend(wait.trouble());
                }
                Pause::Cancelled => {
                    return self.notes.push("The wait was ended; the run goes on.".into());
                }
            }
            match wait.look(self.read()) {
                Ok(now) => {
                    if let Some(now) = now.flatten() {
                        *instance = Some(now);
                    }
                }
                Err(error) => return self.unreadable(&error),
            }
        }
    }

    /// What is known of the run; the plan fills in what the platform leaves out.
    fn shown(&mut self, instance: Option<Value>) -> Value {
        if instance.is_none() && self.notes.is_empty() {
            self.notes.push("The plan was started; the platform does not show the run yet.".into());
        }
        let mut shown = instance.unwrap_or_else(|| json!({"id": self.id}));
        for field in ["name", "description"] {
            if shown.get(field).is_none_or(Value::is_null) {
                shown[field] = self.plan.get(field).cloned().unwrap_or_default();
            }
        }
        shown
    }
}

fn has_ended(instance: &Value) -> bool {
    let done = [
        "complete",
        "completed",
        "success",
        "error",
        "failed",
        "canceled",
        "cancelled",
        "incomplete",
    ];
    instance.get("finished").is_some_and(|at| !at.is_null())
        || status(instance).is_some_and(|status| done.contains(&status.to_lowercase().as_str()))
}

fn status(instance: &Value) -> Option<&str> {
    instance.get("jobStatus").or_else(|| instance.get("status")).and_then(Value::as_str)
}
