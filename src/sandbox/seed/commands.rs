//! Command templates.

use serde_json::{Value, json};

use super::CAMPUS;
use crate::sandbox::Options;
use crate::sandbox::clock::SEED_MS;
use crate::sandbox::world::merge;

/// Global templates and one of project Campus Refresh; namespaces in every form.
pub fn command_templates(_: &Options) -> Vec<Value> {
    let version = json!([{
        "command": "show version", "passRule": true,
        "rules": [
            {"rule": "Version 16", "eval": "contains", "severity": "error"},
            {"rule": "uptime is .* week", "eval": "RegEx", "severity": "warning"},
        ],
    }]);
    let errors = json!([{
        "command": "show interface <!interface!>", "passRule": true,
        // One rule has no severity.
        "rules": [
            {"rule": "0 CRC", "eval": "contains1"},
            {"rule": "err-disabled", "eval": "!contains", "severity": "info"},
        ],
    }]);
    let failing = json!([{
        "command": "show version", "passRule": false,
        "rules": [{"rule": "Version 99", "eval": "contains", "severity": "error"}],
    }]);
    let project = json!({"type": "project", "_id": CAMPUS, "name": "Campus Refresh"});
    [
        ("chk_version", version, json!({})),
        ("intf errors / all", errors.clone(), json!({"description": null, "os": ""})),
        ("always fails", failing, json!({"passRule": false, "tags": ["training"]})),
        ("leaf_check", json!([]), json!({"namespace": "Datacenter"})),
        (&format!("@{CAMPUS}: intf_errors"), errors, json!({"namespace": project})),
    ]
    .into_iter()
    .map(|(name, commands, more)| {
        let mut row = json!({
            "_id": name, "name": name, "description": format!("Checks of {name}"), "os": "ios",
            "passRule": true, "ignoreWarnings": false, "commands": commands, "namespace": null,
            "created": SEED_MS, "createdBy": "admin", "lastUpdated": SEED_MS,
            "lastUpdatedBy": "admin",
        });
        merge(&mut row, more);
        row
    })
    .collect()
}
