//! Waiting for what was started: a job or the session of an agent.

use std::time::Duration;

use serde_json::Value;

use super::report;
use super::runs::{JOBS, Now, Runs, SESSIONS};
use crate::limits;
use crate::tools::asked::{Pause, Wait, record};
use crate::tools::context::Context;
use crate::tools::shown::Outcome;

/// What was started, as `payload` tells it and, when the caller waits, as it is in the end. Something
/// runs by now, so nothing here fails.
pub fn started(context: &Context<'_>, payload: &Value, patience: Duration) -> Outcome {
    let mut notes = Vec::new();
    if let Some(id) = payload.get("sessionId").and_then(record::scalar) {
        let session = Now::told(&SESSIONS, &id, payload.clone());
        if patience.is_zero() {
            return session.brief_session(payload).into();
        }
        let session = until_end(context, &SESSIONS, &id, session, patience, &mut notes);
        return session.outcome(context).noted(notes);
    }
    if let Some(id) = record::id(payload) {
        let job = Now::told(&JOBS, &id, payload.clone());
        let job = until_end(context, &JOBS, &id, job, patience, &mut notes);
        return job.outcome(context).noted(notes);
    }
    let waited = if patience.is_zero() { "" } else { ", so it was not waited for" };
    notes.push(format!("The platform did not say the job's id{waited}; get_jobs shows it."));
    let job = report::told(context, payload, &mut notes);
    Outcome::from(job).noted(notes)
}

/// Looks again and again until it has ended or the time is over. What fails in passing does not end
/// the wait.
fn until_end(
    context: &Context<'_>,
    runs: &'static Runs,
    id: &str,
    first: Now,
    patience: Duration,
    notes: &mut Vec<String>,
) -> Now {
    let Runs { what, shown_by, .. } = runs;
    let mut wait = Wait::new(context, Some(patience), limits::START_PAUSES);
    let mut now = first;
    while !patience.is_zero() && !now.has_ended() {
        match wait.pause(&format!("{what} {id} is {}", now.state())) {
            Pause::Passed => {}
            Pause::OutOfTime => {
                notes.push(now.goes_on_after(patience));
                notes.extend(wait.trouble());
                break;
            }
            Pause::Cancelled => {
                notes.push(format!("The wait was ended; the {what} goes on."));
                break;
            }
        }
        match wait.look(runs.now(context, id)) {
            Ok(seen) => now = seen.unwrap_or(now),
            Err(error) => {
                notes.push(format!(
                    "The {what} runs, but its state could not be read: {error}. Poll {shown_by}."
                ));
                break;
            }
        }
    }
    now
}
