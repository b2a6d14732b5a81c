//! Automations and triggers.

use serde_json::{Value, json};

use super::id;
use crate::sandbox::Options;
use crate::sandbox::clock::SEED_MS;

/// Automations for the first workflows and agents, then many more; some point nowhere.
pub fn automations(_: &Options) -> Vec<Value> {
    let workflow = |n: usize, name: &str| {
        json!({
            "_id": id("a070", n), "name": name, "description": format!("Runs {name}"),
            "componentType": "workflows", "componentId": id("77f1", n), "componentName": name,
            "gbac": {"read": [], "write": []}, "created": "2025-03-01T12:00:00.000Z",
        })
    };
    let mut rows: Vec<Value> = [
        "Backup Device",
        "Firmware Upgrade",
        "Change Approval",
        "Provision VLAN",
        "Collect Inventory",
        "Résumé des interfaces",
    ]
    .iter()
    .enumerate()
    .map(|(n, name)| workflow(n, name))
    .collect();
    rows.extend([
        json!({"_id": id("a070", 6), "name": "Network Assistant", "description": null,
               "componentType": "agents", "componentId": id("a9e0", 0), "componentName": "Net Agent"}),
        json!({"_id": id("a070", 7), "name": "Config Reviewer", "description": "Reads a change before it goes out",
               "componentType": "agents", "componentId": id("a9e0", 1), "componentName": "Review Agent"}),
        json!({"_id": id("a070", 8), "name": "Unrouted Agent", "description": "",
               "componentType": "agents", "componentId": id("a9e0", 2)}),
        json!({"_id": id("a070", 9), "name": "Broken Agent", "componentType": "agents", "componentId": null}),
        json!({"_id": id("a070", 10), "name": "Half an automation", "description": null,
               "componentType": null, "componentId": null}),
        json!({"_id": id("a070", 11), "name": "(LCM) Certificate Discovery", "description": "",
               "componentType": "workflows", "componentId": id("77f1", 8), "componentName": "No Schema"}),
    ]);
    rows.extend((12..118).map(|n| {
        let mut row = workflow(9 + n % 50, &format!("Nightly Audit {n:03}"));
        row["_id"] = json!(id("a070", n));
        row
    }));
    rows
}

/// Triggers of every kind: over 120, a disabled one before the enabled one of the same automation,
/// orphans, and times of execution in every form.
pub fn triggers(_: &Options) -> Vec<Value> {
    let device_schema = json!({
        "type": "object",
        "properties": {
            "device": {"type": "string"},
            "devices": {"type": "array"},
            "options": {"type": "object"},
            "vlan_id": {"type": "integer"},
        },
        "required": ["device"],
    });
    let endpoint = |n: usize, action: usize, name: &str, route: &str, enabled: bool| {
        json!({
            "_id": id("781e", n), "name": name, "description": null,
            "type": "endpoint", "verb": "POST", "routeName": route, "enabled": enabled,
            "actionId": id("a070", action), "actionType": "automations",
            "schema": device_schema, "lastExecuted": null, "jst": null,
        })
    };
    let with = |mut row: Value, field: &str, value: Value| {
        row[field] = value;
        row
    };
    let open = json!({"type": "object", "properties": {}, "additionalProperties": true});
    let prompt = json!({"type": "object", "properties": {"prompt": {"type": "string"}}});
    let mut rows = vec![
        with(
            endpoint(0, 0, "Backup via API", "backup-device", true),
            "lastExecuted",
            json!(SEED_MS),
        ),
        endpoint(1, 1, "Upgrade via API", "firmware-upgrade", true),
        with(endpoint(2, 2, "Approval via API", "change-approval", true), "schema", open.clone()),
        with(
            endpoint(3, 3, "VLAN via API", "network/vlan", true),
            "lastExecuted",
            json!("2025-08-30T06:15:00.000Z"),
        ),
        with(endpoint(4, 4, "Inventory", "inventory", true), "schema", Value::Null),
        endpoint(5, 5, "Résumé", "résumé", true),
        // The first trigger of this agent is disabled; only the second one can be used.
        with(endpoint(6, 6, "Assistant (old)", "assistant-v1", false), "schema", Value::Null),
        with(endpoint(7, 6, "Assistant", "assistant", true), "schema", prompt),
        with(endpoint(8, 7, "Reviewer", "review", true), "schema", Value::Null),
        endpoint(9, 9_999, "Orphan", "orphan", true),
        endpoint(10, 10, "Half", "half", true),
        with(endpoint(11, 11, "Certificates", "certificates", true), "schema", open),
        json!({"_id": id("781e", 12), "name": "Nightly", "type": "schedule", "enabled": true,
               "actionId": id("a070", 0), "actionType": "automations", "firstRunAt": SEED_MS,
               "repeatInterval": 86_400_000, "processMissedRuns": "none", "nextRunAt": SEED_MS + 86_400_000}),
        json!({"_id": id("781e", 13), "name": "Backup form", "type": "manual", "enabled": true,
               "actionId": id("a070", 0), "actionType": "automations", "formId": id("7f0a", 0),
               "legacyWrapper": false}),
        json!({"_id": id("781e", 14), "name": "On config change", "type": "eventSystem", "enabled": false,
               "actionId": id("a070", 4), "actionType": "automations", "source": "@itential/app-configuration_manager",
               "topic": "deviceChanged", "schema": {}}),
    ];
    rows.extend((15..130).map(|n| {
        let action = 12 + n % 100;
        endpoint(n, action, &format!("Audit route {n:03}"), &format!("audit-{n:03}"), n % 6 != 0)
    }));
    rows
}
