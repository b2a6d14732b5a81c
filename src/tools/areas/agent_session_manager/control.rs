//! Starting sessions of agents, and telling running ones what to do.

use serde_json::{Value, json};

use super::agents;
use super::sessions::{self, AGENT, ENDED, ID, STARTED, STATUS};
use crate::platform::Path;
use crate::tools::asked::{Wants, Write, act, change, record};
use crate::tools::context::Context;
use crate::tools::shown::{Outcome, Shape, ToolError};
use crate::tools::told::Arguments;

/// A session that was started or told something.
pub static SESSION: Shape = Shape::closed(&[ID, AGENT, STATUS, STARTED, ENDED]);

/// Where versions say which session now runs.
const RUNS: &[&str] =
    &["data.sessionId", "sessionId", "data._id", "_id", "data.id", "id", "result.sessionId"];

/// `POST /agent-session-manager/sessions`
pub fn create(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let agent = agents::id(context, arguments.text("agent"))?;
    let inputs = match arguments.value("inputs") {
        Value::Null => json!({}),
        given => given.clone(),
    };
    let path = Path::literal(sessions::SESSIONS.route);
    let body = json!({"agentDefinitionId": agent, "inputs": inputs});
    let write =
        Write::post(&path, Some(&body)).wants(Wants::Started(RUNS)).shown_by("get_sessions");
    let done = act(context, "agent", &agent).send(&write)?;
    let mut shown = SESSION.project(record::payload(&done.answer));
    if shown["status"].is_null() {
        shown["status"] = json!("RUNNING");
    }
    Ok(Outcome::from(shown).noted(done.note))
}

/// Something that a session can be told.
pub struct Act {
    action: &'static str,
    /// What it is then.
    done: &'static [&'static str],
    /// Whether this ends it.
    ends: bool,
}

/// Ends a session.
pub const CANCEL: Act = Act { action: "CANCEL", done: &["CANCELED", "CANCELLED"], ends: true };
/// Holds a session.
pub const PAUSE: Act = Act { action: "PAUSE", done: &["PAUSED"], ends: false };
/// Lets a session that is held go on.
pub const RESUME: Act = Act { action: "RESUME", done: &["RUNNING"], ends: false };

const ENDS: &[&str] = &["COMPLETE", "COMPLETED", "FAILED", "CANCELED", "CANCELLED"];

/// `POST /agent-session-manager/sessions/{session_id}`
pub fn tell(context: &Context<'_>, arguments: &Arguments, act: &Act) -> Result<Outcome, ToolError> {
    let id = arguments.text("session_id");
    let thing = change(context, "session", id)?;
    let session = sessions::read(context, id)?;
    if is(&session, act.done) {
        let status = record::text(&session, &["status"]).unwrap_or_default();
        let note = format!("It was {status} before; nothing was sent.");
        return Ok(Outcome::from(SESSION.project(&session)).with_note(note));
    }
    if is(&session, ENDS) {
        return Err(ToolError::state(format!(
            "the session '{id}' has ended: its status is {}; nothing was sent",
            record::text(&session, &["status"]).unwrap_or_default()
        )));
    }
    let path = Path::new("/agent-session-manager/sessions/{}", &[id])?;
    let body = json!({"action": act.action});
    let there = |context: &Context<'_>| {
        Ok(Some(sessions::read(context, id)?).filter(|now| is(now, act.done)))
    };
    let write = Write::post(&path, Some(&body))
        .wants(Wants::Word)
        .shown_by("describe_session")
        .read_back(&there);
    let done = thing.send(&write)?;
    let mut notes: Vec<String> = done.note.into_iter().collect();
    let now = match sessions::read(context, id) {
        Ok(now) => now,
        Err(error) => {
            notes.push(format!(
                "It was done, but the session could not be read afterwards: {error}"
            ));
            session
        }
    };
    if !is(&now, act.done) && notes.is_empty() {
        notes.push(match act.ends {
            true => "The platform took it; it ends when the turn it is at is over.".into(),
            false => "The platform took it; it shows when the turn it is at is over.".into(),
        });
    }
    Ok(Outcome::from(SESSION.project(&now)).noted(notes))
}

fn is(session: &Value, words: &[&str]) -> bool {
    record::text(session, &["status"])
        .is_some_and(|status| words.iter().any(|word| status.eq_ignore_ascii_case(word)))
}
