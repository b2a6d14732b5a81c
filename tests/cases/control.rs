//! Starting sessions of agents, and stopping what runs: sessions and actions. What token usage says.

use serde_json::{Value, json};

use super::{Case, Shows, fails, ok};

const SESSIONS: &str = "/agent-session-manager/sessions";
const EXECUTIONS: &str = "/lifecycle-manager/action-executions";
const RUNNING: &str = "1ce000000000000000000001";
const REVIEWER: &str = "a9e000000000000000000001";

pub fn rows() -> Vec<Case> {
    [starts(), told(), executions(), usage()].into_iter().flatten().collect()
}

fn world(status: &str) -> Value {
    json!([{"sessionId": "s1", "agentDefinitionId": "a1", "agentSnapshot": {"name": "A"},
        "status": status, "startedAt": "2025-01-01T00:00:00Z", "endTime": null}])
}

fn starts() -> Vec<Case> {
    let tool = "create_session";
    vec![
        ok(
            tool,
            Shows::Main,
            "E1: an agent by its name, with its input",
            json!({"agent": "Config Reviewer", "inputs": {"prompt": "Look at ams"}}),
            |seen| {
                let id = seen.value["session_id"].as_str().expect("an id");
                assert_eq!(seen.row("sessions", "sessionId", id)["agentDefinitionId"], REVIEWER);
                assert_eq!(seen.value["status"], "RUNNING");
                assert_eq!(
                    seen.sent("POST", SESSIONS)[0]["inputs"],
                    json!({"prompt": "Look at ams"})
                );
            },
        ),
        ok(
            tool,
            Shows::Main,
            "by the name it had when it ran, without input",
            json!({"agent": "Net Agent"}),
            |seen| {
                let sent = &seen.sent("POST", SESSIONS)[0];
                assert_eq!(sent["agentDefinitionId"], "a9e000000000000000000000");
                assert_eq!(sent["inputs"], json!({}));
            },
        ),
        ok(
            tool,
            Shows::OddRecord,
            "an answer without an envelope",
            json!({"agent": REVIEWER}),
            |seen| {
                assert_eq!(seen.value["session_id"], "77");
                assert_eq!(seen.value["status"], "QUEUED", "unknown states pass");
            },
        )
        .with_faults(json!([{"match": {"method": "POST", "path": SESSIONS},
            "replace": {"_id": 77, "status": "QUEUED"}}])),
        fails(
            tool,
            Shows::NotFound,
            "the nearest name",
            json!({"agent": "Config Reviewr"}),
            &["no agent is called 'Config Reviewr'", "did you mean 'Config Reviewer'?"],
        ),
        fails(
            tool,
            Shows::FaultAfterWrite,
            "a lost answer is not repeated blindly",
            json!({"agent": REVIEWER}),
            &["Outcome unknown", "get_sessions"],
        )
        .with_faults(json!([{"match": {"method": "POST", "path": SESSIONS}, "after_write": true,
            "status": 504}])),
    ]
}

fn told() -> Vec<Case> {
    let acts = [
        ("cancel_session", "RUNNING", "CANCELED", "CANCEL"),
        ("pause_session", "RUNNING", "PAUSED", "PAUSE"),
        ("resume_session", "PAUSED", "RUNNING", "RESUME"),
    ];
    let mut rows = Vec::new();
    for (tool, before, after, action) in acts {
        let one = json!({"session_id": "s1"});
        let path = format!("{SESSIONS}/s1");
        rows.extend([
            ok(tool, Shows::Main, "E1: it is so afterwards", one.clone(), move |seen| {
                assert_eq!(seen.value["status"], after);
                assert_eq!(seen.row("sessions", "sessionId", "s1")["status"], after);
                assert_eq!(
                    seen.sent("POST", "/agent-session-manager/sessions/s1")[0]["action"],
                    action
                );
            })
            .with_world("sessions", world(before)),
            ok(
                tool,
                Shows::OddRecord,
                "what is so already is not sent again",
                one.clone(),
                |seen| {
                    seen.says(&["before; nothing was sent"]);
                    assert!(seen.sent("POST", "/agent-session-manager/sessions/s1").is_empty());
                },
            )
            .with_world("sessions", world(after)),
            fails(
                tool,
                Shows::Defect,
                "what has ended is left alone",
                one.clone(),
                &["has ended: its status is COMPLETE", "nothing was sent"],
            )
            .with_world("sessions", world("COMPLETE")),
            fails(
                tool,
                Shows::NotFound,
                "an unknown session",
                json!({"session_id": "nope"}),
                &["no session has the id 'nope'", "get_sessions lists them"],
            ),
            ok(tool, Shows::FaultAfterWrite, "an answer that was lost is settled", one, |seen| {
                seen.says(&["Read back, it has been done"]);
            })
            .with_world("sessions", world(before))
            .with_faults(json!([{"match": {"method": "POST", "path": path}, "after_write": true,
                "body": ""}])),
        ]);
    }
    rows
}

fn executions() -> Vec<Case> {
    let tool = "cancel_action_execution";
    let one = json!({"execution_id": RUNNING});
    vec![
        ok(tool, Shows::Main, "E1: it stops, and is shown so", one.clone(), |seen| {
            assert_eq!(seen.value["id"], RUNNING);
            assert_eq!(seen.value["status"], "canceled");
            assert_eq!(seen.row("executions", "_id", RUNNING)["status"], "canceled");
        }),
        ok(
            "get_action_executions",
            Shows::Main,
            "the id that cancels one is in the list",
            json!({"resource_name": "VLAN Service", "instance_name": "", "status": "running"}),
            |seen| {
                assert_eq!(seen.item("id", RUNNING)["instanceName"], "vlan-1");
            },
        ),
        fails(
            tool,
            Shows::Defect,
            "what has ended is left alone",
            json!({"execution_id": "1ce000000000000000000000"}),
            &["has ended already: its status is error", "nothing was sent"],
        ),
        fails(
            tool,
            Shows::NotFound,
            "an unknown one",
            json!({"execution_id": "nope"}),
            &["no action execution has the id 'nope'", "get_action_executions lists them"],
        ),
        ok(
            tool,
            Shows::FaultAfterWrite,
            "an answer that was lost is settled",
            one.clone(),
            |seen| {
                seen.says(&["Read back, it has been done"]);
            },
        )
        .with_faults(
            json!([{"match": {"method": "POST", "path": format!("{EXECUTIONS}/{RUNNING}/*")},
            "after_write": true, "status": 500}]),
        ),
        ok(tool, Shows::FaultAfterWrite, "one that takes its time says so", one, |seen| {
            assert_eq!(seen.value["status"], "running");
            seen.says(&["it ends when the step it is at lets it"]);
        })
        .with_faults(
            json!([{"match": {"method": "POST", "path": format!("{EXECUTIONS}/{RUNNING}/*")},
            "replace": {"message": "Successfully requested"}}]),
        ),
    ]
}

fn usage() -> Vec<Case> {
    let session = |id: &str, agent: &str, name: Value, status: &str, tokens: i64| {
        json!({"sessionId": id, "agentDefinitionId": agent, "agentSnapshot": name, "status": status,
            "startedAt": "2025-01-01T00:00:00Z", "durationMs": 5, "totalInputTokens": tokens,
            "totalOutputTokens": 1})
    };
    let world = json!([
        session("1", "a1", json!({"name": "New Name"}), "COMPLETE", 100),
        session("2", "a1", json!({"name": "Old Name"}), "COMPLETE", 10),
        session("3", "a1", Value::Null, "COMPLETE", 1),
        session("4", "a2", json!({"name": "Other"}), "COMPLETE", 1000),
        session("5", "a2", json!({"name": "Other"}), "FAILED", 7),
        session("6", "a1", Value::Null, "RUNNING", 9),
    ]);
    let mut rows = vec![
        ok(
            "get_agent_token_usage",
            Shows::Defect,
            "E14: agents are matched by id, with a grand total, and what is left out is said",
            json!({}),
            |seen| {
                assert_eq!(seen.items().len(), 2);
                let renamed = seen.item("agent_id", "a1");
                assert_eq!(renamed["agent_name"], "New Name");
                assert_eq!(renamed["session_count"], 3);
                assert_eq!(renamed["total_input_tokens"], 111);
                seen.says(&[
                    "In all 4 sessions of 2 agents: 1115 tokens (1111 input, 4 output), 20 ms.",
                    "Left out: 1 FAILED (include_failed counts them), 1 RUNNING.",
                ]);
            },
        ),
        ok(
            "get_agent_token_usage",
            Shows::Defect,
            "E14: the total is of what was asked for, by id as well",
            json!({"agent_name": "A1", "include_failed": true}),
            |seen| {
                assert_eq!(seen.items().len(), 1);
                seen.says(&["In all 3 sessions of 1 agent: 114 tokens", "Left out: 1 RUNNING."]);
            },
        ),
        ok(
            "get_agent_session_token_usage",
            Shows::Defect,
            "E14: every session of a renamed agent, and their total",
            json!({"agent_name": "new name"}),
            |seen| {
                assert_eq!(seen.items().len(), 3);
                seen.says(&["In all 3 sessions of 1 agent: 114 tokens", "Left out: 1 RUNNING."]);
            },
        ),
        ok(
            "get_agent_session_token_usage",
            Shows::Defect,
            "an agent that is not there, and which are",
            json!({"agent_name": "nobody"}),
            |seen| {
                assert!(seen.items().is_empty());
                seen.says(&["New Name a1"]);
            },
        ),
    ];
    for row in &mut rows {
        row.world.push(("sessions", world.clone()));
    }
    rows
}
