//! Tokens and durations over many sessions.

use serde_json::{Map, Value, json};

use super::sessions;
use super::sessions::{DURATION, ENDED, STARTED, STATUS};
use crate::time::moment;
use crate::tools::asked::{Filter, List, Made, record};
use crate::tools::context::Context;
use crate::tools::shown::{Field, FieldKind, Shape, ToolError};
use crate::tools::told::{Arguments, Kind, Parameter};

/// An entry of `get_agent_token_usage`.
pub static AGENT: Shape = Shape::closed(&[
    Field::new("agent_name", FieldKind::Text),
    Field::new("session_count", FieldKind::Number),
    Field::new("total_input_tokens", FieldKind::Number),
    Field::new("total_output_tokens", FieldKind::Number),
    Field::new("total_tokens", FieldKind::Number),
    Field::new("avg_input_tokens", FieldKind::Number),
    Field::new("min_input_tokens", FieldKind::Number),
    Field::new("max_input_tokens", FieldKind::Number),
    Field::new("avg_output_tokens", FieldKind::Number),
    Field::new("min_output_tokens", FieldKind::Number),
    Field::new("max_output_tokens", FieldKind::Number),
    Field::new("total_duration_ms", FieldKind::Number),
    Field::new("avg_duration_ms", FieldKind::Number),
    Field::new("min_duration_ms", FieldKind::Number),
    Field::new("max_duration_ms", FieldKind::Number),
]);

/// An entry of `get_agent_session_token_usage`.
pub static SESSION: Shape = Shape::closed(&[
    Field::new("session_id", FieldKind::Text).from(&["sessionId", "_id", "id"]),
    STATUS,
    STARTED,
    ENDED,
    DURATION,
    Field::new("total_input_tokens", FieldKind::Number).from(&["totalInputTokens"]),
    Field::new("total_output_tokens", FieldKind::Number).from(&["totalOutputTokens"]),
    Field::new("total_tokens", FieldKind::Number),
]);

/// What is summed: the platform's name and ours.
const MEASURES: [(&str, &str); 3] = [
    ("totalInputTokens", "input_tokens"),
    ("totalOutputTokens", "output_tokens"),
    ("durationMs", "duration_ms"),
];

/// Sums over the sessions of each agent.
pub static PER_AGENT: List = List::made(per_agent, &AGENT).filtered(&[Filter::contains(
    Parameter::optional(
        "agent_name",
        Kind::Name,
        "Part of the agent's name, in any case; all agents when left out",
    ),
    "agent_name",
    &[],
)]);

/// The sessions of an agent.
pub static PER_SESSION: List = List::made(per_session, &SESSION).filtered(&[Filter::contains(
    Parameter::required("agent_name", Kind::Text, "Part of the agent's name, in any case"),
    sessions::AGENT_NAME,
    &[],
)]);

/// Sums over the sessions of each agent, the heaviest first.
fn per_agent(context: &Context<'_>, arguments: &Arguments) -> Result<Made, ToolError> {
    let (sessions, truncated) = Choice::of(arguments)?.sessions(context)?;
    let mut agents: Vec<(Option<&str>, Vec<&Value>)> = Vec::new();
    for session in &sessions {
        let name = sessions::agent_name(session);
        match agents.iter_mut().find(|(known, _)| *known == name) {
            Some((_, of_agent)) => of_agent.push(session),
            None => agents.push((name, vec![session])),
        }
    }
    let mut rows: Vec<Value> =
        agents.iter().map(|(name, of_agent)| summary(*name, of_agent)).collect();
    rows.sort_by_key(|row| std::cmp::Reverse(row["total_tokens"].as_i64()));
    Ok(Made::of(rows, truncated))
}

/// The sessions of an agent, the oldest first, those without a start last.
fn per_session(context: &Context<'_>, arguments: &Arguments) -> Result<Made, ToolError> {
    let (mut sessions, truncated) = Choice::of(arguments)?.sessions(context)?;
    sessions.sort_by_key(|session| {
        let started = started(session);
        (started.is_none(), started)
    });
    for session in &mut sessions {
        let shown = SESSION.project(session);
        let tokens = |key: &str| count(&shown[key]).unwrap_or(0);
        session["total_tokens"] =
            json!(tokens("total_input_tokens").saturating_add(tokens("total_output_tokens")));
    }
    Ok(Made::of(sessions, truncated))
}

fn summary(agent: Option<&str>, sessions: &[&Value]) -> Value {
    let mut sums = Map::new();
    let mut tokens: i64 = 0;
    for (theirs, ours) in MEASURES {
        // What a session does not say counts as nothing, so that sums and averages fit together.
        let counts: Vec<i64> = sessions
            .iter()
            .map(|session| session.get(theirs).and_then(count).unwrap_or(0))
            .collect();
        let total = counts.iter().copied().fold(0, i64::saturating_add);
        if ours != "duration_ms" {
            tokens = tokens.saturating_add(total);
        }
        sums.insert(format!("total_{ours}"), json!(total));
        sums.insert(format!("avg_{ours}"), json!(total as f64 / counts.len().max(1) as f64));
        sums.insert(format!("min_{ours}"), json!(counts.iter().min()));
        sums.insert(format!("max_{ours}"), json!(counts.iter().max()));
    }
    sums.insert("agent_name".into(), json!(agent));
    sums.insert("session_count".into(), json!(sessions.len()));
    sums.insert("total_tokens".into(), json!(tokens));
    AGENT.project(&Value::Object(sums))
}

/// Which sessions count.
struct Choice {
    failed: bool,
    after: Option<i64>,
    before: Option<i64>,
}

impl Choice {
    fn of(arguments: &Arguments) -> Result<Self, ToolError> {
        Ok(Self {
            failed: arguments.flag("include_failed"),
            after: bound(arguments, "started_after")?,
            before: bound(arguments, "started_before")?,
        })
    }

    fn sessions(&self, context: &Context<'_>) -> Result<(Vec<Value>, bool), ToolError> {
        let mut sessions = sessions::SESSIONS.listing().read(context)?;
        // What is no record counts nothing.
        sessions.items.retain(|session| session.is_object() && self.holds(session));
        Ok((sessions.items, sessions.truncated))
    }

    fn holds(&self, session: &Value) -> bool {
        let status = record::text(session, &["status"]).unwrap_or_default();
        let counts = status.eq_ignore_ascii_case("COMPLETE")
            || (self.failed && status.eq_ignore_ascii_case("FAILED"));
        let in_time = (self.after.is_none() && self.before.is_none())
            || started(session).is_some_and(|at| {
                self.after.is_none_or(|after| at >= after)
                    && self.before.is_none_or(|before| at <= before)
            });
        counts && in_time
    }
}

fn bound(arguments: &Arguments, name: &str) -> Result<Option<i64>, ToolError> {
    match arguments.maybe_text(name) {
        None => Ok(None),
        Some(text) => moment(&json!(text)).map(Some).ok_or_else(|| {
            ToolError::invalid(format!(
                "'{name}' must be a date or time like 2025-01-31 or 2025-01-31T08:00:00Z, not \
                 '{text}'"
            ))
        }),
    }
}

fn started(session: &Value) -> Option<i64> {
    session.get("startedAt").and_then(moment)
}

/// A whole number, also one in text or with a fraction of zero.
pub fn count(value: &Value) -> Option<i64> {
    match value {
        Value::Number(n) => n.as_i64().or_else(|| n.as_f64().map(|f| f.round() as i64)),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}
