//! Agent sessions and their messages.

use serde_json::{Value, json};

use super::{cycle, id};
use crate::sandbox::Options;
use crate::sandbox::agents::message;
use crate::sandbox::clock::{SEED_MS, iso};
use crate::sandbox::world::merge;

/// 120 sessions, newest first: of agents with, without and with a null snapshot, with times as ISO
/// text and as epoch numbers, in every state and one nobody has heard of.
pub fn sessions(_: &Options) -> Vec<Value> {
    let mut rows: Vec<Value> = (0..120).map(session).collect();
    for (place, odd) in [
        (1, json!({"agentSnapshot": null})),
        (2, json!({"startedAt": SEED_MS, "endTime": SEED_MS + 60_000})),
        (3, json!({"status": "DREAMING", "endTime": null, "durationMs": null})),
        (4, json!({"totalInputTokens": null, "totalOutputTokens": null})),
        (5, json!({"durationMs": "60000", "totalInputTokens": "512"})),
        (6, json!({"startedAt": null})),
    ] {
        if let Some(row) = rows.get_mut(place) {
            merge(row, odd);
        }
    }
    if let Some(fields) = rows.get_mut(7).and_then(Value::as_object_mut) {
        fields.remove("agentSnapshot");
    }
    rows
}

fn session(n: usize) -> Value {
    let started = SEED_MS.saturating_sub(u64::try_from(n).unwrap_or(0) * 7_200_000);
    json!({
        "sessionId": id("5e55", n),
        "agentDefinitionId": id("a9e0", n % 3),
        "agentSnapshot": {"_id": id("a9e0", n % 3), "name": cycle(&["Net Agent", "Review Agent", "net agent (lab)"], n)},
        "status": cycle(&["COMPLETE", "COMPLETE", "FAILED", "COMPLETE", "CANCELED"], n),
        "startedAt": iso(started),
        "endTime": iso(started + 60_000),
        "durationMs": 60_000,
        "totalInputTokens": 100 + n,
        "totalOutputTokens": 10 + n % 7,
    })
}

/// The messages of the first sessions; that of the very first does not fit a default page, and its
/// conclusion stands at the end.
pub fn messages(_: &Options) -> Vec<Value> {
    let at = |n: usize| SEED_MS + u64::try_from(n).unwrap_or(0) * 1_000;
    let long = id("5e55", 0);
    let mut rows = vec![message(
        &long,
        0,
        at(0),
        "agent-session-started",
        json!({"text": "Check the campus"}),
    )];
    rows.extend((1..20).map(|n| match n % 3 {
        1 => message(&long, n, at(n), "tool-execution", json!({"category": "TOOL", "data": {"tool": "get_devices"}})),
        2 => message(&long, n, at(n), "inference-succeeded", json!({
            "category": "AGENT_REASONING", "sequenceNumber": n, "text": format!("Looking at site {n}"),
            "data": {"durationMs": 2_125, "stopReason": "tool_use", "tokenUsage": {
                "inputTokens": 1_000 + n, "outputTokens": 70, "cacheReadTokens": 0, "cacheCreationTokens": 0}},
        })),
        _ => message(&long, n, at(n), "inference-failed", json!({
            "category": "AGENT_REASONING", "text": "Model overloaded", "data": {"durationMs": null, "tokenUsage": {}}})),
    }));
    rows.push(message(&long, 20, at(20), "inference-succeeded", json!({
        "category": "AGENT_REASONING", "sequenceNumber": 20, "text": "The campus is healthy.",
        "data": {"durationMs": 900, "stopReason": "end_turn",
                 "tokenUsage": {"prompt_tokens": 1_200, "completion_tokens": 41, "total_tokens": 1_241}},
    })));
    rows.extend((1..8).map(|n| {
        message(&id("5e55", n), 1, at(n), "inference-succeeded", json!({
            "category": "AGENT_REASONING", "sequenceNumber": 1, "text": "Done.",
            "data": {"durationMs": 500, "stopReason": "end_turn", "tokenUsage": {"inputTokens": 90, "outputTokens": 9}},
        }))
    }));
    rows
}
