//! What runs on the platform once a tool has started it: jobs and sessions of agents.

use std::time::Duration;

use serde_json::{Value, json};

use super::{jobs, report};
use crate::time::moment;
use crate::tools::areas::agent_session_manager::sessions;
use crate::tools::asked::record;
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

/// A kind of what runs, and how it is looked at and ended.
#[derive(Debug)]
pub struct Runs {
    /// What it is called.
    pub what: &'static str,
    /// The tool that shows it.
    pub shown_by: &'static str,
    /// The tool that ends it.
    pub ended_by: &'static str,
    /// The arguments of that tool for one of them.
    pub named: fn(&str) -> Value,
    read: fn(&Context<'_>, &str) -> Result<Value, ToolError>,
    has_ended: fn(&str) -> bool,
    /// Where its start and end stand.
    times: [&'static str; 2],
    shown: fn(&Context<'_>, &Now, &mut Vec<String>) -> Value,
}

/// Jobs.
pub static JOBS: Runs = Runs {
    what: "job",
    shown_by: "describe_job",
    ended_by: "cancel_jobs",
    named: |id| json!({"object_ids": [id]}),
    read: jobs::read,
    has_ended: jobs::has_ended,
    times: ["/metrics/start_time", "/metrics/end_time"],
    shown: |context, now, notes| report::told(context, &now.told, notes),
};

/// Sessions of agents.
pub static SESSIONS: Runs = Runs {
    what: "session",
    shown_by: "describe_session",
    ended_by: "cancel_session",
    named: |id| json!({"session_id": id}),
    read: sessions::read,
    has_ended: |status| matches!(status, "COMPLETE" | "FAILED" | "CANCELED" | "CANCELLED"),
    times: ["/startedAt", "/endTime"],
    shown: |context, now, notes| {
        let mut session = now.told.clone();
        match sessions::messages(context, &now.id) {
            Ok(messages) => session["output"] = sessions::output(&messages),
            Err(error) => notes.push(format!("What it said could not be read: {error}")),
        }
        now.brief_session(&session)
    },
};

/// Under which key of its answer a tool gives the id of what it has started.
const KEYS: [(&str, &Runs); 3] =
    [("object_id", &JOBS), ("session_id", &SESSIONS), ("job_id", &JOBS)];

impl Runs {
    /// The kind called so.
    pub fn called(what: &str) -> Option<&'static Self> {
        [&JOBS, &SESSIONS].into_iter().find(|runs| runs.what == what)
    }

    /// What runs, by the answer of the tool that has started it: the key of its id, its kind, its
    /// id.
    pub fn started_by(answer: &Value) -> Option<(&'static str, &'static Self, &str)> {
        KEYS.into_iter().find_map(|(key, runs)| Some((key, runs, answer.get(key)?.as_str()?)))
    }

    /// How one of them is now.
    ///
    /// # Errors
    /// When it is not there, or cannot be read.
    pub fn now(&'static self, context: &Context<'_>, id: &str) -> Result<Now, ToolError> {
        Ok(Now::told(self, id, (self.read)(context, id)?))
    }
}

/// How something that runs was when it was looked at.
#[derive(Clone, Debug)]
pub struct Now {
    runs: &'static Runs,
    id: String,
    told: Value,
}

impl Now {
    /// As the platform tells it.
    pub fn told(runs: &'static Runs, id: &str, told: Value) -> Self {
        Self { runs, id: id.to_owned(), told }
    }

    /// Its status; what does not tell one has just been started.
    pub fn status(&self) -> &str {
        record::text(&self.told, &["status"]).unwrap_or("running")
    }

    /// Its status, and for whom it waits.
    pub fn state(&self) -> String {
        let person = report::tasks(&self.told).into_iter().find(report::Task::waits);
        let person = person
            .map_or_else(String::new, |task| format!(" and waits for a person at {}", task.name()));
        format!("{}{person}", self.status())
    }

    /// Returns true if it does nothing any more.
    pub fn has_ended(&self) -> bool {
        (self.runs.has_ended)(self.status())
    }

    /// Returns true if somebody has ended it.
    pub fn was_canceled(&self) -> bool {
        ["canceled", "cancelled"].iter().any(|word| self.status().eq_ignore_ascii_case(word))
    }

    /// When it began and ended, in epoch milliseconds by the platform's clock.
    pub fn times(&self) -> [Option<i64>; 2] {
        self.runs.times.map(|at| self.told.pointer(at).and_then(moment))
    }

    /// What tells somebody who waited so long that it goes on.
    pub fn goes_on_after(&self, patience: Duration) -> String {
        let Runs { what, shown_by, .. } = self.runs;
        let (state, seconds) = (self.state(), patience.as_secs());
        format!("The {what} is still {state} after {seconds} s and goes on; poll {shown_by}.")
    }

    /// All that is told of it.
    pub fn outcome(&self, context: &Context<'_>) -> Outcome {
        let mut notes = Vec::new();
        let shown = (self.runs.shown)(context, self, &mut notes);
        Outcome::from(shown).noted(notes)
    }

    /// What is told of a session.
    pub fn brief_session(&self, session: &Value) -> Value {
        let mut shown = SESSION.project(session);
        shown["session_id"] = self.id.as_str().into();
        if shown["status"].is_null() {
            shown["status"] = "RUNNING".into();
        }
        shown
    }
}
