//! Agent sessions and their messages.

use serde_json::{Value, json};

use super::{before, cycle, id, lack, twist};
use crate::sandbox::Options;
use crate::sandbox::agents::message;
use crate::sandbox::clock::{SEED_MS, iso};
use crate::sandbox::world::merge;

const AGENTS: &[&str] = &["Net Agent", "Review Agent", "net agent (lab)"];

/// 120 sessions, newest first: of agents with, without and with a null snapshot, with times as ISO
/// text and as epoch numbers, in every state and one nobody has heard of.
pub fn sessions(_: &Options) -> Vec<Value> {
    let mut rows: Vec<Value> = (0..120).map(session).collect();
    twist(
        &mut rows,
        [
            (1, json!({"agentSnapshot": null})),
            (2, json!({"startedAt": SEED_MS, "endTime": SEED_MS + 60_000})),
            (3, json!({"status": "DREAMING", "endTime": null, "durationMs": null})),
            (4, json!({"totalInputTokens": null, "totalOutputTokens": null})),
            (5, json!({"durationMs": "60000", "totalInputTokens": "512"})),
            (6, json!({"startedAt": null})),
        ],
    );
    lack(&mut rows, 7, &["agentSnapshot"]);
    rows
}

fn session(n: usize) -> Value {
    let started = before(n, 7_200_000);
    json!({
        "sessionId": id("5e55", n),
        "agentDefinitionId": id("a9e0", n % 3),
        "agentSnapshot": {"_id": id("a9e0", n % 3), "name": cycle(AGENTS, n)},
        "status": cycle(&["COMPLETE", "COMPLETE", "FAILED", "COMPLETE", "CANCELED"], n),
        "startedAt": iso(started),
        "endTime": iso(started + 60_000),
        "durationMs": 60_000,
        "totalInputTokens": 100 + n,
        "totalOutputTokens": 10 + n % 7,
    })
}

/// The messages of the first sessions. Those of the very first do not fit a default page, and its
/// conclusion stands at the end.
pub fn messages(_: &Options) -> Vec<Value> {
    let mut rows = vec![event(0, 0, "agent-session-started", json!({"text": "Check the campus"}))];
    rows.extend((1..20).map(|n| match n % 3 {
        1 => {
            let tool = json!({"tool": "get_devices"});
            event(0, n, "tool-execution", json!({"category": "TOOL", "data": tool}))
        }
        2 => thought(0, n, &format!("Looking at site {n}"), json!({"inputTokens": 1_000 + n})),
        _ => {
            let data = json!({"durationMs": null, "tokenUsage": {}});
            event(0, n, "inference-failed", json!({"text": "Model overloaded", "data": data}))
        }
    }));
    // Models of another vendor name their tokens differently.
    let usage = json!({"prompt_tokens": 1_200, "completion_tokens": 41, "total_tokens": 1_241});
    let data = json!({"durationMs": 900, "stopReason": "end_turn", "tokenUsage": usage});
    let conclusion = json!({
        "category": "AGENT_REASONING", "sequenceNumber": 20, "text": "The campus is healthy.",
        "data": data,
    });
    rows.push(event(0, 20, "inference-succeeded", conclusion));
    rows.extend((1..8).map(|session| thought(session, 1, "Done.", json!({}))));
    rows
}

fn thought(session: usize, n: usize, text: &str, usage: Value) -> Value {
    let mut tokens = json!({
        "inputTokens": 90, "outputTokens": 9, "cacheReadTokens": 0, "cacheCreationTokens": 0,
    });
    merge(&mut tokens, usage);
    event(
        session,
        n,
        "inference-succeeded",
        json!({
            "category": "AGENT_REASONING", "sequenceNumber": n, "text": text,
            "data": {"durationMs": 2_125, "stopReason": "end_turn", "tokenUsage": tokens},
        }),
    )
}

fn event(session: usize, n: usize, kind: &str, more: Value) -> Value {
    let at = SEED_MS + u64::try_from(n).unwrap_or(0) * 1_000;
    message(&id("5e55", session), n, at, kind, more)
}
