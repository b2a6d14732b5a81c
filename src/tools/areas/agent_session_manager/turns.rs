//! The tokens of one session, turn by turn.

use serde_json::{Value, json};

use super::sessions;
use super::usage::count;
use crate::tools::asked::record;
use crate::tools::context::Context;
use crate::tools::shown::{Field, FieldKind, Outcome, Shape, ToolError, lookup};
use crate::tools::told::Arguments;

/// What `describe_session_token_usage` gives back.
pub static USAGE: Shape = Shape::closed(&[
    Field::new("summary", FieldKind::Object(&SUMMARY)),
    Field::new("turns", FieldKind::Objects(&TURN)),
]);

static SUMMARY: Shape = Shape::closed(&[
    Field::new("session_id", FieldKind::Text),
    Field::new("turn_count", FieldKind::Number),
    Field::new("total_duration_ms", FieldKind::Number),
    Field::new("total_input_tokens", FieldKind::Number),
    Field::new("total_output_tokens", FieldKind::Number),
    Field::new("total_tokens", FieldKind::Number),
]);

static TURN: Shape = Shape::closed(&[
    Field::new("sequence_number", FieldKind::Number).from(&["sequenceNumber"]),
    Field::new("timestamp", FieldKind::Time),
    Field::new("event_type", FieldKind::Text).doc("succeeded or failed"),
    Field::new("duration_ms", FieldKind::Number).from(&["data.durationMs", "durationMs"]),
    Field::new("token_usage", FieldKind::Object(&TOKENS)),
    Field::new("error", FieldKind::Text),
]);

static TOKENS: Shape = Shape::closed(&[
    Field::new("input_tokens", FieldKind::Number).from(INPUT),
    Field::new("output_tokens", FieldKind::Number).from(OUTPUT),
    Field::new("cache_read_tokens", FieldKind::Number)
        .from(&["cacheReadTokens", "cache_read_tokens"]),
    Field::new("cache_creation_tokens", FieldKind::Number)
        .from(&["cacheCreationTokens", "cache_creation_tokens"]),
    Field::new("total_tokens", FieldKind::Number).from(&["totalTokens", "total_tokens"]),
    Field::new("raw", FieldKind::Map).doc("As the agent's model counted"),
]);

const INPUT: &[&str] = &["inputTokens", "input_tokens", "promptTokens", "prompt_tokens"];
const OUTPUT: &[&str] = &["outputTokens", "output_tokens", "completionTokens", "completion_tokens"];

/// The turns among `GET /agent-session-manager/sessions/{session_id}/messages`.
pub fn usage(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let id = arguments.text("session_id");
    let turns: Vec<Value> = sessions::messages(context, id)?.iter().filter_map(turn).collect();
    let sum = |path: &str| {
        let counts = turns.iter().filter_map(|turn| count(lookup(turn, path)?));
        counts.fold(0, i64::saturating_add)
    };
    let (input, output) = (sum("token_usage.input_tokens"), sum("token_usage.output_tokens"));
    let summary = json!({
        "session_id": id,
        "turn_count": turns.len(),
        "total_duration_ms": sum("duration_ms"),
        "total_input_tokens": input,
        "total_output_tokens": output,
        "total_tokens": input.saturating_add(output),
    });
    Ok(json!({"summary": summary, "turns": turns}).into())
}

/// A message as a turn; none when it is about something else.
fn turn(message: &Value) -> Option<Value> {
    let succeeded = match message.get("type")?.as_str()? {
        "inference-succeeded" => true,
        "inference-failed" => false,
        _ => return None,
    };
    let mut turn = TURN.project(message);
    turn["event_type"] = json!(if succeeded { "succeeded" } else { "failed" });
    let raw = lookup(message, "data.tokenUsage").filter(|raw| !record::is_empty(raw));
    if let Some(raw) = raw.filter(|_| succeeded) {
        let mut tokens = TOKENS.project(raw);
        if tokens["total_tokens"].is_null()
            && let (Some(input), Some(output)) =
                (count(&tokens["input_tokens"]), count(&tokens["output_tokens"]))
        {
            tokens["total_tokens"] = json!(input.saturating_add(output));
        }
        tokens["raw"] = raw.clone();
        turn["token_usage"] = tokens;
    }
    if !succeeded {
        turn["error"] = json!(record::text(message, &["text", "data.error.message", "data.error"]));
    }
    Some(turn)
}
