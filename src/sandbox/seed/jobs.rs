//! The job history.

use serde_json::{Value, json};

use super::{ADMIN_ID, CAMPUS, before, cycle, id, twist};
use crate::sandbox::Options;
use crate::sandbox::clock::{SEED_MS, iso};
use crate::sandbox::jobs::timeout;

const NAMES: &[&str] = &[
    "Backup Device",
    "Firmware Upgrade",
    "Provision VLAN",
    "Collect Inventory",
    "Résumé des interfaces",
];

/// As many jobs as the options ask for, newest first; the first ones are the odd ones.
pub fn jobs(options: &Options) -> Vec<Value> {
    let mut rows: Vec<Value> = (0..options.jobs).map(job).collect();
    let project = |name: &str| format!("@{CAMPUS}: {name}");
    let iso_times = json!({"start_time": "2025-09-04T16:49:55.716Z", "end_time": null});
    twist(
        &mut rows,
        [
            (0, failed()),
            (1, waiting()),
            (2, json!({"status": "paused", "metrics": {"end_time": null}})),
            // A status no list of statuses has, a job without a description, times as text.
            (3, json!({"status": "queued", "description": null, "metrics": iso_times})),
            (4, json!({"metrics": {"start_time": SEED_MS.to_string(), "user": null}})),
            (5, json!({"last_updated": SEED_MS, "variables": null, "tasks": {}})),
            (6, json!({"name": project("Port Turn Up")})),
            (7, json!({"name": project("Port Turn Up"), "status": "canceled"})),
            (8, json!({"name": project("VLAN: Add/Remove"), "status": "incomplete"})),
            // Errors of older releases are plain text.
            (9, json!({"status": "error", "error": "Workflow timed out"})),
        ],
    );
    rows
}

/// A job that failed and can be retried.
fn failed() -> Value {
    let metrics = json!({"finish_state": "error"});
    json!({
        "status": "error",
        "name": "Firmware Upgrade",
        "error": [timeout("c3d4", SEED_MS)],
        "tasks": {
            "c3d4": {"name": "fail", "status": "error", "type": "automatic", "metrics": metrics},
        },
    })
}

/// A job that waits for somebody, which shows only in its task.
fn waiting() -> Value {
    json!({
        "status": "running",
        "name": "Change Approval",
        "error": [],
        "metrics": {"end_time": null, "progress": 0.33},
        "tasks": {"b2c3": {
            "_id": format!("{}.b2c3", id("70b5", 1)),
            "name": "ViewData",
            "status": "running",
            "type": "manual",
            "view": "/workflow_engine/task/ViewData",
            "metrics": {"owner": null},
            "variables": {"incoming": {"header": "Approve?", "message": "Change Approval"}},
        }},
    })
}

fn job(n: usize) -> Value {
    let started = before(n, 3_600_000);
    let name = cycle(NAMES, n);
    let broken = n % 7 == 6;
    let message = "Cannot read property 'name' of undefined";
    let error = json!({"task": "a1b2", "message": message, "timestamp": started + 900});
    json!({
        "_id": id("70b5", n),
        "name": name,
        "description": format!("Run of {name}"),
        "type": if n % 9 == 8 { "resource:action" } else { "automation" },
        "status": if broken { "error" } else { "complete" },
        "tasks": {"a1b2": {
            "name": "query",
            "status": if broken { "error" } else { "complete" },
            "type": "automatic",
            "metrics": {"finish_state": if broken { "error" } else { "success" }},
        }},
        "variables": {"device": format!("edge-sw-{n:03}"), "_id": id("70b5", n)},
        "error": if broken { vec![error] } else { Vec::new() },
        "metrics": {
            "start_time": started, "end_time": started + 61_250, "progress": 1, "user": ADMIN_ID,
        },
        "created": iso(started),
        "created_by": ADMIN_ID,
        "last_updated": iso(started + 61_250),
        "watchers": [],
    })
}
