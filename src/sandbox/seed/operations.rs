//! Automations and triggers.

use serde_json::{Value, json};

use super::id;
use crate::sandbox::Options;
use crate::sandbox::clock::SEED_MS;
use crate::sandbox::world::{assign, merge};

/// What the first automations run; each stands at its workflow's place.
const NAMES: &[&str] = &[
    "Backup Device",
    "Firmware Upgrade",
    "Change Approval",
    "Provision VLAN",
    "Collect Inventory",
    "Résumé des interfaces",
];

/// Automations for the first workflows and agents, then many more; some point nowhere.
pub fn automations(_: &Options) -> Vec<Value> {
    let workflows = NAMES.iter().enumerate().map(|(n, name)| automation(n, name, n, json!({})));
    let agent = |n: usize, name: &str, agent: usize, more: Value| {
        let mut row = automation(n, name, 0, json!({"componentType": "agents"}));
        merge(&mut row, json!({"componentId": id("a9e0", agent), "componentName": null}));
        merge(&mut row, more);
        row
    };
    let reads = "Reads a change before it goes out";
    let mut rows: Vec<Value> = workflows.collect();
    rows.extend([
        agent(
            6,
            "Network Assistant",
            0,
            json!({"description": null, "componentName": "Net Agent"}),
        ),
        agent(
            7,
            "Config Reviewer",
            1,
            json!({"description": reads, "componentName": "Review Agent"}),
        ),
        agent(8, "Unrouted Agent", 2, json!({"description": ""})),
        agent(9, "Broken Agent", 3, json!({"componentId": null})),
        automation(
            10,
            "Half an automation",
            0,
            json!({"componentType": null, "componentId": null}),
        ),
        automation(11, "(LCM) Certificate Discovery", 8, json!({"description": ""})),
    ]);
    rows.extend(
        (12..118).map(|n| automation(n, &format!("Nightly Audit {n:03}"), 9 + n % 50, json!({}))),
    );
    rows
}

fn automation(n: usize, name: &str, workflow: usize, more: Value) -> Value {
    let mut row = json!({
        "_id": id("a070", n),
        "name": name,
        "description": format!("Runs {name}"),
        "componentType": "workflows",
        "componentId": id("77f1", workflow),
        "componentName": name,
        "gbac": {"read": [], "write": []},
        "created": "2025-03-01T12:00:00.000Z",
    });
    merge(&mut row, more);
    row
}

/// Triggers of every kind: 130, a disabled one before the enabled one of the same automation, an
/// orphan, and times of execution in every form.
pub fn triggers(_: &Options) -> Vec<Value> {
    let open =
        json!({"schema": {"type": "object", "properties": {}, "additionalProperties": true}});
    let prompt =
        json!({"schema": {"type": "object", "properties": {"prompt": {"type": "string"}}}});
    let none = || json!({"schema": null});
    let mut rows = vec![
        endpoint(0, 0, "Backup via API", "backup-device", json!({"lastExecuted": SEED_MS})),
        endpoint(1, 1, "Upgrade via API", "firmware-upgrade", json!({})),
        endpoint(2, 2, "Approval via API", "change-approval", open.clone()),
        endpoint(
            3,
            3,
            "VLAN via API",
            "network/vlan",
            json!({"lastExecuted": "2025-08-30T06:15:00.000Z"}),
        ),
        endpoint(4, 4, "Inventory", "inventory", none()),
        endpoint(5, 5, "Résumé", "résumé", json!({})),
        // The first trigger of this agent is disabled; only the second one can be used.
        endpoint(
            6,
            6,
            "Assistant (old)",
            "assistant-v1",
            json!({"enabled": false, "schema": null}),
        ),
        endpoint(7, 6, "Assistant", "assistant", prompt),
        endpoint(8, 7, "Reviewer", "review", none()),
        endpoint(9, 9_999, "Orphan", "orphan", json!({})),
        endpoint(10, 10, "Half", "half", json!({})),
        endpoint(11, 11, "Certificates", "certificates", open),
        trigger(12, 0, "Nightly", "schedule", schedule()),
        trigger(
            13,
            0,
            "Backup form",
            "manual",
            json!({"formId": id("7f0a", 0), "legacyWrapper": false}),
        ),
        trigger(
            14,
            4,
            "On config change",
            "eventSystem",
            json!({
                "enabled": false, "source": "@itential/app-configuration_manager",
                "topic": "deviceChanged", "schema": {},
            }),
        ),
    ];
    rows.extend((15..130).map(|n| {
        let (name, route) = (format!("Audit route {n:03}"), format!("audit-{n:03}"));
        endpoint(n, 12 + n % 100, &name, &route, json!({"enabled": n % 6 != 0}))
    }));
    rows
}

fn schedule() -> Value {
    let day = 86_400_000;
    json!({
        "firstRunAt": SEED_MS, "repeatInterval": day, "processMissedRuns": "none",
        "nextRunAt": SEED_MS + day,
    })
}

fn endpoint(n: usize, action: usize, name: &str, route: &str, more: Value) -> Value {
    let schema = json!({
        "type": "object",
        "properties": {
            "device": {"type": "string"},
            "devices": {"type": "array"},
            "options": {"type": "object"},
            "vlan_id": {"type": "integer"},
        },
        "required": ["device"],
    });
    let endpoint = json!({"verb": "POST", "routeName": route, "schema": schema, "jst": null});
    let mut row = trigger(n, action, name, "endpoint", endpoint);
    assign(&mut row, more);
    row
}

fn trigger(n: usize, action: usize, name: &str, kind: &str, more: Value) -> Value {
    let mut row = json!({
        "_id": id("781e", n), "name": name, "description": null, "type": kind, "enabled": true,
        "actionId": id("a070", action), "actionType": "automations", "lastExecuted": null,
    });
    merge(&mut row, more);
    row
}
