//! Tokens and durations over many sessions.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Map, Value, json};

use super::sessions;
use super::sessions::{DURATION, ENDED, STARTED, STATUS};
use crate::platform::Listed;
use crate::time::moment;
use crate::tools::asked::{Filter, List, Made, record};
use crate::tools::context::Context;
use crate::tools::shown::{Field, FieldKind, Shape, ToolError};
use crate::tools::told::{Arguments, Kind, Parameter};

/// An entry of `get_agent_token_usage`.
pub static AGENT: Shape = Shape::closed(&[
    Field::new("agent_name", FieldKind::Text),
    Field::new("agent_id", FieldKind::Text),
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
        "Part of the agent's name, in any case, or its id; all agents when left out",
    ),
    KNOWN_AS,
    &[],
)]);

/// The sessions of an agent.
pub static PER_SESSION: List = List::made(per_session, &SESSION).filtered(&[Filter::contains(
    Parameter::required(
        "agent_name",
        Kind::Text,
        "Part of the agent's name, in any case, or its id",
    ),
    KNOWN_AS,
    &[],
)]);

/// Where a record says what its agent is called and its id, for the filter.
const KNOWN_AS: &str = "agent";

/// Sums over the sessions of each agent, the heaviest first.
fn per_agent(context: &Context<'_>, arguments: &Arguments) -> Result<Made, ToolError> {
    let Counted { sessions, mut notes, truncated } = Counted::of(context, arguments)?;
    let mut agents: Vec<(&Value, Vec<&Value>)> = Vec::new();
    for session in &sessions {
        let agent = &session[KNOWN_AS];
        match agents.iter_mut().find(|(known, _)| *known == agent) {
            Some((_, of_agent)) => of_agent.push(session),
            None => agents.push((agent, vec![session])),
        }
    }
    let mut rows: Vec<Value> = agents.iter().map(|(_, of_agent)| summary(of_agent)).collect();
    record::sort_down(&mut rows, &|row| row["total_tokens"].as_i64());
    if !rows.is_empty() {
        notes.insert(0, in_all(&sessions, rows.len()));
    }
    let mut made = Made::of(rows, truncated);
    made.notes.splice(0..0, notes);
    Ok(made)
}

/// The sessions of an agent, the oldest first, those without a start last.
fn per_session(context: &Context<'_>, arguments: &Arguments) -> Result<Made, ToolError> {
    let Counted { mut sessions, mut notes, truncated } = Counted::of(context, arguments)?;
    record::sort(&mut sessions, &started);
    for session in &mut sessions {
        let shown = SESSION.project(session);
        let tokens = |key: &str| count(&shown[key]).unwrap_or(0);
        session["total_tokens"] =
            json!(tokens("total_input_tokens").saturating_add(tokens("total_output_tokens")));
    }
    if !sessions.is_empty() {
        let mut agents: Vec<&Value> = sessions.iter().map(|session| &session[KNOWN_AS]).collect();
        agents.sort_unstable_by_key(|agent| agent.as_str());
        agents.dedup();
        notes.insert(0, in_all(&sessions, agents.len()));
    }
    let mut made = Made::of(sessions, truncated);
    made.notes.splice(0..0, notes);
    Ok(made)
}

/// The grand total.
fn in_all(sessions: &[Value], agents: usize) -> String {
    let sum = |place: &str| {
        let counts = sessions.iter().filter_map(|session| session.get(place).and_then(count));
        counts.fold(0, i64::saturating_add)
    };
    let (input, output) = (sum("totalInputTokens"), sum("totalOutputTokens"));
    let plural = |n: usize| if n == 1 { "" } else { "s" };
    format!(
        "In all {} session{} of {agents} agent{}: {} tokens ({input} input, {output} output), {} ms.",
        sessions.len(),
        plural(sessions.len()),
        plural(agents),
        input.saturating_add(output),
        sum("durationMs")
    )
}

fn summary(sessions: &[&Value]) -> Value {
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
    let first = |found: fn(&Value) -> Option<&str>| sessions.iter().find_map(|one| found(one));
    sums.insert("agent_name".into(), json!(first(|session| session["name"].as_str())));
    sums.insert("agent_id".into(), json!(first(sessions::agent_id)));
    sums.insert(KNOWN_AS.into(), sessions.first().map(|one| one[KNOWN_AS].clone()).into());
    sums.insert("session_count".into(), json!(sessions.len()));
    sums.insert("total_tokens".into(), json!(tokens));
    Value::Object(sums)
}

/// The sessions that count, each with what its agent is known as.
struct Counted {
    sessions: Vec<Value>,
    /// Which do not count, by their status.
    notes: Vec<String>,
    truncated: bool,
}

impl Counted {
    fn of(context: &Context<'_>, arguments: &Arguments) -> Result<Self, ToolError> {
        let failed = arguments.flag("include_failed");
        let (after, before) =
            (bound(arguments, "started_after")?, bound(arguments, "started_before")?);
        let in_time = |session: &Value| {
            (after.is_none() && before.is_none())
                || started(session).is_some_and(|at| {
                    after.is_none_or(|after| at >= after)
                        && before.is_none_or(|before| at <= before)
                })
        };
        let Listed { items, truncated, .. } = sessions::SESSIONS.listing().read(context)?;
        let wanted = arguments.maybe_text("agent_name").map(str::to_lowercase);
        let is_wanted = |session: &Value| {
            let known = session[KNOWN_AS].as_str().unwrap_or_default().to_lowercase();
            wanted.as_ref().is_none_or(|wanted| known.contains(wanted))
        };
        let mut left_out: BTreeMap<String, usize> = BTreeMap::new();
        let mut sessions = Vec::new();
        for session in named(items) {
            if !in_time(&session) || !is_wanted(&session) {
                continue;
            }
            let status = record::text(&session, &["status"]).unwrap_or("(none)").to_uppercase();
            if status == "COMPLETE" || (failed && status == "FAILED") {
                sessions.push(session);
            } else {
                *left_out.entry(status).or_default() += 1;
            }
        }
        let said: Vec<String> = left_out
            .iter()
            .map(|(status, count)| match status.as_str() {
                "FAILED" => format!("{count} FAILED (include_failed counts them)"),
                status => format!("{count} {status}"),
            })
            .collect();
        let notes = (!said.is_empty()).then(|| format!("Left out: {}.", said.join(", ")));
        Ok(Self { sessions, notes: notes.into_iter().collect(), truncated })
    }
}

/// Sessions with the name of their agent, as its id tells it where the session itself does not. What
/// is no record counts nothing.
fn named(mut sessions: Vec<Value>) -> Vec<Value> {
    sessions.retain(Value::is_object);
    let mut names: HashMap<String, String> = HashMap::new();
    for session in &sessions {
        if let (Some(id), Some(name)) = (sessions::agent_id(session), sessions::agent_name(session))
        {
            // The platform gives the newest first, whose name is that of today.
            names.entry(id.to_owned()).or_insert_with(|| name.to_owned());
        }
    }
    for session in &mut sessions {
        let id = sessions::agent_id(session).map(str::to_owned);
        let name = id.as_ref().and_then(|id| names.get(id).map(String::as_str));
        let name = name.or(sessions::agent_name(session)).map(str::to_owned);
        let known: Vec<&str> = name.iter().chain(&id).map(String::as_str).collect();
        session[KNOWN_AS] = json!((!known.is_empty()).then(|| known.join(" ")));
        session["name"] = json!(name);
    }
    sessions
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
