//! Sessions and what happened in them.

use serde_json::{Value, json};

use crate::platform::Path;
use crate::time::moment;
use crate::tools::asked::{Filter, List, Paging, Source, record};
use crate::tools::context::Context;
use crate::tools::shown::{ErrorKind, Field, FieldKind, Outcome, Shape, ToolError, lookup};
use crate::tools::told::{Arguments, Kind, Parameter};

/// Id of a session.
pub const ID: Field = Field::new("session_id", FieldKind::Text).from(&["sessionId", "_id", "id"]);
/// The agent's name.
pub const AGENT: Field = Field::new("agent_name", FieldKind::Text).from(&[AGENT_NAME]);
/// Where a session names its agent.
pub const AGENT_NAME: &str = "agentSnapshot.name";
/// Status of a session, wherever it is shown.
pub const STATUS: Field = Field::new("status", FieldKind::Text);
/// When a session began.
pub const STARTED: Field = Field::new("started_at", FieldKind::Time).from(&["startedAt"]);
/// When a session ended.
pub const ENDED: Field = Field::new("end_time", FieldKind::Time).from(&["endTime"]);
/// How long a session took.
pub const DURATION: Field = Field::new("duration_ms", FieldKind::Number).from(&["durationMs"]);

/// An entry of `get_sessions`.
pub static SESSION: Shape = Shape::closed(&[
    ID,
    AGENT,
    STATUS,
    STARTED,
    ENDED,
    DURATION,
    Field::new("total_input_tokens", FieldKind::Number).from(&["totalInputTokens"]),
    Field::new("total_output_tokens", FieldKind::Number).from(&["totalOutputTokens"]),
]);

/// What `describe_session` gives back.
pub static DETAIL: Shape = Shape::closed(&[
    ID,
    AGENT,
    STATUS,
    Field::new("output", FieldKind::Text).doc("The last thing the agent said"),
    STARTED,
    ENDED,
    DURATION,
    Field::new("messages", FieldKind::Objects(&MESSAGE)),
]);

static MESSAGE: Shape = Shape::closed(&[
    Field::new("type", FieldKind::Text),
    Field::new("category", FieldKind::Text),
    Field::new("text", FieldKind::Text),
    Field::new("timestamp", FieldKind::Time),
]);

/// `GET /agent-session-manager/sessions`
pub const SESSIONS: Source =
    Source::new("/agent-session-manager/sessions", "data", "total").paged(Paging::Offset, 100);
/// `GET /agent-session-manager/sessions/{session_id}/messages`
const MESSAGES: Source =
    Source::new("/agent-session-manager/sessions/{}/messages", "data", "total")
        .paged(Paging::Offset, 100);

/// Sessions, of every agent unless one is asked for.
pub static LIST: List = List::of(SESSIONS, &SESSION).filtered(&[
    Filter::exact(
        Parameter::optional("agent_name", Kind::Name, "Exact name from get_agents"),
        "agent_name",
        &[],
    ),
    Filter::word(
        Parameter::optional("status", Kind::List(&Kind::Name), "Any of these, e.g. FAILED"),
        "status",
        &[],
    ),
]);

/// `GET /agent-session-manager/sessions/{session_id}`
pub fn read(context: &Context<'_>, id: &str) -> Result<Value, ToolError> {
    let path = Path::new("/agent-session-manager/sessions/{}", &[id])?;
    let answer = context.api.get(&path, &[]).map_err(|error| unknown(id, error.into()))?;
    let mut session = record::payload(&answer).clone();
    let Some(fields) = session.as_object_mut().filter(|fields| !fields.is_empty()) else {
        return Err(unknown(id, ToolError::not_found("the platform answered with nothing")));
    };
    fields.entry("sessionId").or_insert_with(|| json!(id));
    Ok(session)
}

/// A session and its messages, every page.
pub fn describe(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let id = arguments.text("session_id");
    let mut session = read(context, id)?;
    let mut note = None;
    match messages(context, id) {
        Ok(messages) => {
            session["output"] = output(&messages);
            let limit = arguments.maybe_integer("limit").and_then(|n| usize::try_from(n).ok());
            let cut = messages.len().saturating_sub(limit.unwrap_or(usize::MAX));
            if cut > 0 {
                note = Some(format!("{cut} earlier messages are not shown."));
            }
            session["messages"] = messages.into_iter().skip(cut).collect();
        }
        Err(error) if error.kind == ErrorKind::Cancelled => return Err(error),
        Err(error) => note = Some(format!("Its messages could not be read: {error}")),
    }
    let outcome = Outcome::from(DETAIL.project(&session));
    Ok(outcome.noted(note))
}

/// The last thing an agent said; null when it said nothing.
pub fn output(messages: &[Value]) -> Value {
    let said = messages.iter().rev().find_map(|message| {
        let succeeded = message.get("type")? == "inference-succeeded";
        message.get("text").filter(|text| succeeded && text.is_string())
    });
    said.cloned().unwrap_or_default()
}

/// Every message of a session, oldest first. A platform may not know how to sort, so they are sorted
/// here again where all have a time.
pub fn messages(context: &Context<'_>, id: &str) -> Result<Vec<Value>, ToolError> {
    let mut messages = MESSAGES
        .below(&[id])?
        .with("sortBy", "timestamp")
        .with("sortOrder", "asc")
        .items(context)
        .map_err(|error| unknown(id, error))?;
    let at = |message: &Value| message.get("timestamp").and_then(moment);
    if messages.iter().all(|message| at(message).is_some()) {
        record::sort(&mut messages, &at);
    }
    Ok(messages)
}

/// The agent a session was of.
pub fn agent_name(session: &Value) -> Option<&str> {
    lookup(session, AGENT_NAME).and_then(Value::as_str)
}

/// The id of that agent, which stays when it is renamed.
pub fn agent_id(session: &Value) -> Option<&str> {
    record::text(session, &["agentDefinitionId", "agentSnapshot._id"])
}

fn unknown(id: &str, error: ToolError) -> ToolError {
    if error.kind == ErrorKind::NotFound {
        ToolError::not_found(format!("no session has the id '{id}'; get_sessions lists them"))
    } else {
        error
    }
}
