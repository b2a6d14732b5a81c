//! Waiting for what was started: a job or the session of an agent.

use std::time::Duration;

use serde_json::Value;

use super::{jobs, report};
use crate::limits;
use crate::platform::Path;
use crate::tools::areas::agent_session_manager::sessions;
use crate::tools::asked::{Pause, Wait, record};
use crate::tools::context::Context;
use crate::tools::shown::{Field, FieldKind, Outcome, Shape, ToolError};

/// A started agent.
pub static SESSION: Shape = Shape::closed(&[
    Field::new("session_id", FieldKind::Text).from(&["sessionId", "_id", "id"]),
    Field::new("status", FieldKind::Text),
    Field::new("output", FieldKind::Text).doc("The last thing the agent said"),
    Field::new("error", FieldKind::Text).from(&["errorMessage"]),
    Field::new("started_at", FieldKind::Time).from(&["startedAt"]),
    Field::new("end_time", FieldKind::Time).from(&["endTime"]),
]);

/// What runs, and how it is looked at.
struct Runs {
    what: &'static str,
    shown_by: &'static str,
    read: fn(&Context<'_>, &str) -> Result<Value, ToolError>,
    has_ended: fn(&str) -> bool,
}

const JOB: Runs =
    Runs { what: "job", shown_by: "describe_job", read: jobs::read, has_ended: jobs::has_ended };

const SESSION_RUNS: Runs = Runs {
    what: "session",
    shown_by: "describe_session",
    read: |context, id| {
        let path = Path::new("/agent-session-manager/sessions/{}", &[id])?;
        Ok(record::payload(&context.api.get(&path, &[])?).clone())
    },
    has_ended: |status| matches!(status, "COMPLETE" | "FAILED" | "CANCELED" | "CANCELLED"),
};

/// What was started, as `payload` tells it and, when the caller waits, as it is in the end. Something
/// runs by now, so nothing here fails.
pub fn started(context: &Context<'_>, payload: &Value, patience: Duration) -> Outcome {
    let mut notes = Vec::new();
    if let Some(id) = payload.get("sessionId").and_then(record::scalar) {
        let latest = SESSION_RUNS.until_end(context, &id, payload, patience, &mut notes);
        let mut session = latest.unwrap_or_else(|| payload.clone());
        if !patience.is_zero() {
            match sessions::messages(context, &id) {
                Ok(messages) => session["output"] = sessions::output(&messages),
                Err(error) => notes.push(format!("What it said could not be read: {error}")),
            }
        }
        let mut shown = SESSION.project(&session);
        shown["session_id"] = id.into();
        if shown["status"].is_null() {
            shown["status"] = "RUNNING".into();
        }
        return Outcome::from(shown).noted(notes);
    }
    let latest = match record::id(payload) {
        Some(id) => JOB.until_end(context, &id, payload, patience, &mut notes),
        None => {
            let waited = if patience.is_zero() { "" } else { ", so it was not waited for" };
            notes
                .push(format!("The platform did not say the job's id{waited}; get_jobs shows it."));
            None
        }
    };
    let job = report::told(context, latest.as_ref().unwrap_or(payload), &mut notes);
    Outcome::from(job).noted(notes)
}

impl Runs {
    /// Looks again and again until it has ended or the time is over. None: nothing newer is known.
    /// What fails in passing does not end the wait.
    fn until_end(
        &self,
        context: &Context<'_>,
        id: &str,
        first: &Value,
        patience: Duration,
        notes: &mut Vec<String>,
    ) -> Option<Value> {
        let Self { what, shown_by, .. } = self;
        let mut wait = Wait::new(context, Some(patience), limits::START_PAUSES);
        let mut latest = None;
        while !patience.is_zero() {
            let current = latest.as_ref().unwrap_or(first);
            let status = record::text(current, &["status"]).unwrap_or("running").to_owned();
            if (self.has_ended)(&status) {
                return latest;
            }
            let person = report::tasks(current).into_iter().find(report::Task::waits);
            let person = person.map_or_else(String::new, |task| {
                format!(" and waits for a person at {}", task.name())
            });
            match wait.pause(&format!("{what} {id} is {status}{person}")) {
                Pause::Passed => {}
                Pause::OutOfTime => {
                    notes.push(format!(
                        "The {what} is still {status}{person} after {} s and goes on; poll \
                         {shown_by}.",
                        patience.as_secs()
                    ));
                    notes.extend(wait.trouble());
                    return latest;
                }
                Pause::Cancelled => {
                    notes.push(format!("The wait was ended; the {what} goes on."));
                    return latest;
                }
            }
            match wait.look((self.read)(context, id)) {
                Ok(None) => {}
                Ok(now) => latest = now,
                Err(error) => {
                    notes.push(format!(
                        "The {what} runs, but its state could not be read: {error}. Poll \
                         {shown_by}."
                    ));
                    return latest;
                }
            }
        }
        latest
    }
}
