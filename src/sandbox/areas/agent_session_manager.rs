//! Agent sessions and their messages.

use serde_json::{Value, json};

use crate::sandbox::answer::{Answered, Refusal};
use crate::sandbox::clock::{iso, now_ms};
use crate::sandbox::incoming::Incoming;
use crate::sandbox::listing::{Filters, Listing, Page, Paging};
use crate::sandbox::routing::{Area, Route, get, post};
use crate::sandbox::world::{Collection, World, merge};

/// This part of the platform.
pub const AREA: Area = Area {
    routes: ROUTES,
    collections: &[
        Collection { name: "messages", key: "eventId" },
        Collection { name: "sessions", key: "sessionId" },
    ],
};

/// Agent sessions.
const ROUTES: &[Route] = &[
    get("/agent-session-manager/sessions", |world, call| SESSIONS.answer(world, call)),
    get("/agent-session-manager/sessions/{}", |world, call| {
        Ok(world.require("sessions", "Session", call.param(0))?.clone().into())
    }),
    get("/agent-session-manager/sessions/{}/messages", messages),
    post("/agent-session-manager/sessions", create),
    post("/agent-session-manager/sessions/{}", tell),
];

const SESSIONS: Listing = Listing {
    collection: "sessions",
    filters: Filters::Pairs,
    fields: &["status", "agentDefinitionId"],
    bare: &[],
    paging: Paging::Offset,
    default_limit: 25,
    max_limit: 100,
    envelope: |page: Page| {
        let Page { rows, skip, limit, total } = page;
        json!({"data": rows, "total": total, "limit": limit, "offset": skip})
    },
};

/// Asked without a limit, a long session's messages are cut, and only `total` shows it.
const MESSAGES: Listing = Listing {
    collection: "messages",
    fields: &["type", "category"],
    default_limit: 11,
    max_limit: 200,
    ..SESSIONS
};

fn messages(world: &mut World, call: &Incoming) -> Answered {
    let session = call.param(0);
    world.require("sessions", "Session", session)?;
    let of_session = |row: &&Value| row.get("sessionId") == Some(&json!(session));
    MESSAGES.answer_from(world.rows("messages").iter().filter(of_session), world, call)
}

/// An agent is known by its automations, or by the sessions it had.
fn create(world: &mut World, call: &Incoming) -> Answered {
    let agent = call.text("/agentDefinitionId")?;
    let runs = |row: &&Value| row.get("agentDefinitionId") == Some(&json!(agent));
    let starts = |row: &&Value| row.get("componentId") == Some(&json!(agent));
    let ran = world.rows("sessions").iter().filter(runs);
    let name = ran
        .filter_map(|row| row.pointer("/agentSnapshot/name"))
        .chain(world.rows("automations").iter().filter(starts).filter_map(|row| row.get("name")))
        .find_map(Value::as_str)
        .map(str::to_owned)
        .ok_or_else(|| Refusal::not_found("Agent definition", agent))?;
    let id = start_session(world, agent, &name, &call.value("/inputs"));
    Ok(json!({"message": "Session created", "data": {"sessionId": id, "status": "RUNNING"}}).into())
}

/// Ends, holds or goes on with a session. One that is held does not think until it goes on.
fn tell(world: &mut World, call: &Incoming) -> Answered {
    let id = call.param(0);
    let status = world.require("sessions", "Session", id)?.get("status").cloned();
    let status = status.as_ref().and_then(Value::as_str).unwrap_or_default();
    let refuse = |action: &str| {
        Err(Refusal::new(409, format!("cannot {action} a session that is {status}")))
    };
    let change = match (call.text("/action")?, status) {
        ("CANCEL", "RUNNING" | "PAUSED") => {
            json!({"status": "CANCELED", "endTime": iso(now_ms())})
        }
        ("PAUSE", "RUNNING") => json!({"status": "PAUSED"}),
        ("RESUME", "PAUSED") => json!({"status": "RUNNING"}),
        (action @ ("CANCEL" | "PAUSE" | "RESUME"), _) => return refuse(action),
        _ => {
            return Err(Refusal::invalid("body/action must be CANCEL, PAUSE or RESUME"));
        }
    };
    world.forget("sessions", id);
    if change.get("status") == Some(&json!("RUNNING")) {
        let ended = json!({"status": "COMPLETE", "endTime": iso(now_ms())});
        world.after(2.0, "sessions", id, ended);
    }
    let session = world.require_mut("sessions", "Session", id)?;
    merge(session, change);
    Ok(json!({"message": "ok", "data": session}).into())
}

/// Starts a session of the agent `definition` and returns its id. It thinks for two steps.
pub fn start_session(world: &mut World, definition: &str, name: &str, prompt: &Value) -> String {
    let id = world.new_id();
    let now = now_ms();
    world.add_newest(
        "sessions",
        json!({
            "sessionId": id,
            "agentDefinitionId": definition,
            "agentSnapshot": {"_id": definition, "name": name},
            "status": "RUNNING",
            "startedAt": iso(now),
            "endTime": null,
            "durationMs": null,
            "totalInputTokens": 0,
            "totalOutputTokens": 0,
        }),
    );
    let asked =
        message(&id, 1, now, "agent-session-started", json!({"text": prompt.get("prompt")}));
    let answer = message(&id, 2, now, "inference-pending", json!({"category": "AGENT_REASONING"}));
    let answer_id = answer.get("eventId").and_then(Value::as_str).unwrap_or_default().to_owned();
    world.add("messages", asked);
    world.add("messages", answer);
    let end = now + u64::try_from((world.options.step * 2).as_millis()).unwrap_or_default();
    let usage = json!({
        "inputTokens": 1_055, "outputTokens": 73, "cacheReadTokens": 0, "cacheCreationTokens": 0,
    });
    let data = json!({"durationMs": end - now, "stopReason": "end_turn", "tokenUsage": usage});
    let thought = json!({
        "type": "inference-succeeded", "timestamp": iso(end), "sequenceNumber": 2, "data": data,
        "text": "All sites answer. Two access switches at Gateway Site 03 run an old image.",
    });
    world.after(2.0, "messages", &answer_id, thought);
    let ended = json!({
        "status": "COMPLETE", "endTime": iso(end), "durationMs": end - now,
        "totalInputTokens": 1_055, "totalOutputTokens": 73,
    });
    world.after(2.0, "sessions", &id, ended);
    id
}

/// One event of a session; `more` overrides what an event has by default.
pub fn message(session: &str, n: usize, at: u64, kind: &str, more: Value) -> Value {
    let mut row = json!({
        "eventId": format!("{session}-e{n}"),
        "sessionId": session,
        "timestamp": iso(at),
        "type": kind,
        "category": null,
        "sequenceNumber": null,
        "text": null,
        "data": {},
    });
    merge(&mut row, more);
    row
}
