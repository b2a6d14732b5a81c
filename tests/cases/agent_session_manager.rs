//! Sessions of agents.

use serde_json::{Value, json};

use super::{Case, Shows, fails, ok};

const SESSIONS: &str = "/agent-session-manager/sessions";
const LONG: &str = "5e5500000000000000000000";

/// A session of the platform.
fn session(id: &str, agent: Value, started: Value, tokens: Value) -> Value {
    json!({"sessionId": id, "agentSnapshot": agent, "status": "COMPLETE", "startedAt": started,
           "durationMs": 60_000, "totalInputTokens": tokens, "totalOutputTokens": 10})
}

pub fn rows() -> Vec<Case> {
    [sessions(), one_session(), usage()].into_iter().flatten().collect()
}

fn sessions() -> Vec<Case> {
    vec![
        ok("get_sessions", Shows::Main, "all fields under their names", json!({}), |seen| {
            let first = &seen.items()[0];
            assert_eq!(first["session_id"], LONG);
            assert_eq!(first["agent_name"], "Net Agent");
            assert_eq!(first["status"], "COMPLETE");
            assert_eq!(first["duration_ms"], 60_000);
            assert_eq!(first["total_input_tokens"], 100);
        }),
        ok("get_sessions", Shows::Paging, "more than one page", json!({}), |seen| {
            assert_eq!(seen.items().len(), 120);
        }),
        ok("get_sessions", Shows::Paging, "short pages", json!({}), |seen| {
            assert_eq!(seen.items().len(), 120);
        })
        .with_page_cap(25),
        ok(
            "get_sessions",
            Shows::OddRecord,
            "no snapshot, epoch times, odd states",
            json!({}),
            |seen| {
                assert_eq!(seen.items()[1]["agent_name"], Value::Null);
                let started = seen.items()[2]["started_at"].as_str().expect("a time");
                assert!(started.ends_with('Z') && started.len() == 20, "{started}");
                assert_eq!(seen.items()[3]["status"], "DREAMING");
                assert_eq!(seen.items()[5]["total_input_tokens"], 512);
            },
        ),
        ok(
            "get_sessions",
            Shows::Main,
            "one agent, by its exact name",
            json!({"agent_name": "Net Agent"}),
            |seen| {
                assert!(seen.items().len() > 30);
                assert!(seen.items().iter().all(|s| s["agent_name"] == "Net Agent"));
            },
        ),
        ok("get_sessions", Shows::Main, "a limit is said", json!({"limit": 5}), |seen| {
            assert_eq!(seen.items().len(), 5);
            assert_eq!(seen.result["structuredContent"]["total"], 120);
            seen.says(&["5 of 120"]);
            assert_eq!(seen.platform.count("GET", SESSIONS), 1);
        }),
        ok(
            "get_sessions",
            Shows::NotFound,
            "an agent without sessions is an empty list",
            json!({"agent_name": "net agent"}),
            |seen| assert!(seen.items().is_empty()),
        ),
    ]
}

fn one_session() -> Vec<Case> {
    let path = format!("{SESSIONS}/{LONG}");
    let messages = format!("{path}/messages");
    vec![
        ok(
            "describe_session",
            Shows::Main,
            "the output is the last word",
            json!({"session_id": LONG}),
            |seen| {
                assert_eq!(seen.value["output"], "The campus is healthy.");
                assert_eq!(seen.value["status"], "COMPLETE");
                assert_eq!(seen.value["messages"][0]["type"], "agent-session-started");
            },
        ),
        ok(
            "describe_session",
            Shows::Paging,
            "a long session is read to its end",
            json!({"session_id": LONG}),
            |seen| assert_eq!(seen.value["messages"].as_array().map(Vec::len), Some(21)),
        )
        .with_page_cap(4),
        ok(
            "describe_session",
            Shows::Main,
            "only the last messages",
            json!({"session_id": LONG, "limit": 2}),
            |seen| {
                assert_eq!(seen.value["messages"].as_array().map(Vec::len), Some(2));
                assert_eq!(seen.value["output"], "The campus is healthy.");
                seen.says(&["19 earlier messages are not shown"]);
            },
        ),
        ok(
            "describe_session",
            Shows::Defect,
            "a session in an envelope is no empty success",
            json!({"session_id": LONG}),
            |seen| {
                assert_eq!(seen.value["session_id"], LONG);
                assert_eq!(seen.value["status"], "RUNNING");
            },
        )
        .with_faults(json!([{"match": {"path": path}, "replace":
            {"data": {"status": "RUNNING", "agentSnapshot": null}}}])),
        ok(
            "describe_session",
            Shows::OddRecord,
            "messages as a bare list, out of order, with nulls",
            json!({"session_id": LONG}),
            |seen| {
                assert_eq!(seen.value["output"], "late");
                assert_eq!(seen.value["messages"].as_array().map(Vec::len), Some(2));
            },
        )
        .with_faults(json!([{"match": {"path": messages}, "times": 9, "replace": [
            {"type": "inference-succeeded", "text": "late", "timestamp": "2025-01-01T00:00:02Z"},
            {"type": "inference-succeeded", "text": "early", "timestamp": 1_735_689_601_000_i64}
        ]}])),
        ok(
            "describe_session",
            Shows::OddRecord,
            "messages that cannot be read do not hide the session",
            json!({"session_id": LONG}),
            |seen| {
                assert_eq!(seen.value["status"], "COMPLETE");
                seen.says(&["messages could not be read"]);
            },
        )
        .with_faults(json!([{"match": {"path": messages}, "times": 9, "status": 500}])),
        fails(
            "describe_session",
            Shows::NotFound,
            "the id is named, and the tool that lists them",
            json!({"session_id": "nope"}),
            &["no session has the id 'nope'", "get_sessions"],
        ),
        ok(
            "describe_session_token_usage",
            Shows::Main,
            "turns and their sums",
            json!({"session_id": LONG}),
            |seen| {
                let turns = seen.value["turns"].as_array().expect("turns");
                assert_eq!(seen.value["summary"]["turn_count"], turns.len());
                let last = turns.last().expect("a turn");
                assert_eq!(last["token_usage"]["input_tokens"], 1_200);
                assert_eq!(last["token_usage"]["total_tokens"], 1_241);
                assert_eq!(last["token_usage"]["raw"]["prompt_tokens"], 1_200);
                assert_eq!(turns[0]["token_usage"]["total_tokens"], 1_011);
                let failed =
                    turns.iter().find(|t| t["event_type"] == "failed").expect("one failed");
                assert_eq!(failed["error"], "Model overloaded");
                assert_eq!(failed["token_usage"], Value::Null);
                // Steps 2, 5, 8, 11, 14 and 17 took 1,000 and their number; the last took 1,200.
                assert_eq!(seen.value["summary"]["total_input_tokens"], 6_057 + 1_200);
                assert_eq!(seen.value["summary"]["total_output_tokens"], 6 * 9 + 41);
                assert_eq!(seen.value["summary"]["total_tokens"], 7_257 + 95);
            },
        ),
        ok(
            "describe_session_token_usage",
            Shows::Paging,
            "a long session is counted to its end",
            json!({"session_id": LONG}),
            |seen| assert_eq!(seen.value["summary"]["turn_count"], 13),
        )
        .with_page_cap(5),
        ok(
            "describe_session_token_usage",
            Shows::OddRecord,
            "nulls, texts and no usage at all",
            json!({"session_id": LONG}),
            |seen| {
                assert_eq!(seen.value["summary"]["total_input_tokens"], 12);
                assert_eq!(seen.value["turns"][0]["token_usage"]["input_tokens"], 5);
                assert_eq!(seen.value["turns"][1]["token_usage"], Value::Null);
                assert_eq!(seen.value["turns"][2]["token_usage"]["total_tokens"], Value::Null);
            },
        )
        .with_faults(
            json!([{"match": {"path": messages}, "times": 9, "replace": {"total": 3, "data": [
                {"type": "inference-succeeded",
                 "data": {"tokenUsage": {"inputTokens": null, "prompt_tokens": "5"}}},
                {"type": "inference-succeeded", "data": null},
                {"type": "inference-succeeded", "data": {"tokenUsage": {"inputTokens": 7}}}
            ]}}]),
        ),
        fails(
            "describe_session_token_usage",
            Shows::NotFound,
            "an unknown session",
            json!({"session_id": "nope"}),
            &["no session has the id 'nope'"],
        ),
    ]
}

fn usage() -> Vec<Case> {
    let agent = json!({"name": "Net Agent"});
    let world = json!([
        session("a", agent.clone(), json!("2025-01-01T00:00:00.000Z"), json!(101)),
        session("b", agent.clone(), json!(1_735_776_000_000_i64), json!("99")),
        session("c", Value::Null, Value::Null, Value::Null),
        {"sessionId": "d", "agentSnapshot": agent, "status": "FAILED",
         "startedAt": "2025-01-03T00:00:00Z", "totalInputTokens": 1, "totalOutputTokens": 1},
        {"sessionId": "e", "status": "RUNNING"},
    ]);
    let ids = |seen: &super::Seen<'_>, expected: &[&str]| {
        let ids: Vec<&str> = seen.items().iter().filter_map(|s| s["session_id"].as_str()).collect();
        assert_eq!(ids, expected);
    };
    let per_session = |shows, because, more: Value, expected: &'static [&'static str]| {
        let mut arguments = json!({"agent_name": "net"});
        if let (Some(all), Value::Object(more)) = (arguments.as_object_mut(), more) {
            all.extend(more);
        }
        ok("get_agent_session_token_usage", shows, because, arguments, move |seen| {
            ids(seen, expected);
        })
    };
    let mut rows = vec![
        ok(
            "get_agent_token_usage",
            Shows::Main,
            "totals, averages and extremes",
            json!({}),
            |seen| {
                assert_eq!(
                    seen.items()[0],
                    json!({"agent_name": "Net Agent", "agent_id": null, "session_count": 2,
                    "total_input_tokens": 200, "total_output_tokens": 20, "total_tokens": 220,
                    "avg_input_tokens": 100.0, "min_input_tokens": 99, "max_input_tokens": 101,
                    "avg_output_tokens": 10.0, "min_output_tokens": 10, "max_output_tokens": 10,
                    "total_duration_ms": 120_000, "avg_duration_ms": 60_000.0,
                    "min_duration_ms": 60_000, "max_duration_ms": 60_000})
                );
            },
        )
        .with_world("sessions", world.clone()),
        ok(
            "get_agent_token_usage",
            Shows::OddRecord,
            "no name and null tokens",
            json!({}),
            |seen| {
                assert_eq!(seen.items()[1]["agent_name"], Value::Null);
                assert_eq!(seen.items()[1]["total_input_tokens"], 0);
            },
        )
        .with_world("sessions", world.clone()),
        ok("get_agent_token_usage", Shows::Paging, "every session counts", json!({}), |seen| {
            let counted: i64 =
                seen.items().iter().filter_map(|a| a["session_count"].as_i64()).sum();
            let complete =
                seen.world("sessions").iter().filter(|s| s["status"] == "COMPLETE").count();
            assert_eq!(counted as usize, complete);
        }),
        ok(
            "get_agent_token_usage",
            Shows::Main,
            "failed sessions when asked for",
            json!({"agent_name": "NET", "include_failed": "yes"}),
            |seen| assert_eq!(seen.items()[0]["session_count"], 3),
        )
        .with_world("sessions", world.clone()),
        fails(
            "get_agent_token_usage",
            Shows::NotFound,
            "a bound that is no time is refused before any request",
            json!({"started_after": "last week"}),
            &["'started_after'", "2025-01-31"],
        )
        .and(|seen| assert!(seen.platform.requests().is_empty())),
        per_session(Shows::Main, "oldest first", json!({}), &["a", "b"]).and(|seen| {
            assert_eq!(seen.items()[0]["total_tokens"], 111);
            assert_eq!(seen.items()[0]["end_time"], Value::Null);
        }),
        per_session(Shows::Defect, "epoch times are understood", json!({}), &["a", "b"])
            .and(|seen| assert_eq!(seen.items()[1]["started_at"], "2025-01-02T00:00:00Z")),
        per_session(
            Shows::Defect,
            "a bound without an offset is UTC and inclusive",
            json!({"started_after": "2025-01-02"}),
            &["b"],
        ),
        per_session(
            Shows::Main,
            "a bound with an offset",
            json!({"started_before": "2025-01-01T01:00:00+01:00", "include_failed": true}),
            &["a"],
        ),
        per_session(Shows::Main, "a limit", json!({"limit": 1}), &["a"])
            .and(|seen| seen.says(&["1 of 2"])),
        ok(
            "get_agent_session_token_usage",
            Shows::NotFound,
            "an agent nobody knows has used nothing",
            json!({"agent_name": "nobody"}),
            |seen| assert!(seen.items().is_empty()),
        ),
    ];
    for row in &mut rows {
        if row.tool == "get_agent_session_token_usage" {
            row.world.push(("sessions", world.clone()));
        }
    }
    rows.push(
        ok(
            "get_agent_session_token_usage",
            Shows::Paging,
            "all pages",
            json!({"agent_name": "agent", "include_failed": true}),
            |seen| assert!(seen.items().len() > 60),
        )
        .with_page_cap(25),
    );
    rows.push(ok(
        "get_agent_session_token_usage",
        Shows::OddRecord,
        "odd records of the seed fail nothing",
        json!({"agent_name": ""}),
        |seen| assert!(!seen.items().is_empty()),
    ));
    rows
}
