//! The job history.

use serde_json::{Value, json};

use super::{ADMIN_ID, CAMPUS, cycle, id};
use crate::sandbox::Options;
use crate::sandbox::clock::{SEED_MS, iso};
use crate::sandbox::world::merge;

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
    let failed = json!({
        "status": "error", "name": "Firmware Upgrade",
        "error": [{"task": "c3d4", "timestamp": SEED_MS,
                   "message": {"code": "ETIMEDOUT", "message": "Device 'core-rtr-07' did not answer within 30 seconds", "icode": "AD.500"}}],
        "tasks": {"c3d4": {"name": "fail", "status": "error", "type": "automatic", "metrics": {"finish_state": "error"}}},
    });
    let waiting = json!({
        "status": "running", "name": "Change Approval", "error": [],
        "metrics": {"end_time": null, "progress": 0.33},
        "tasks": {"b2c3": {"_id": format!("{}.b2c3", id("70b5", 1)), "name": "ViewData", "status": "running",
                           "type": "manual", "view": "/workflow_engine/task/ViewData", "metrics": {"owner": null},
                           "variables": {"incoming": {"header": "Approve?", "message": "Change Approval"}}}},
    });
    for (place, odd) in [
        (0, failed),
        (1, waiting),
        (2, json!({"status": "paused", "metrics": {"end_time": null}})),
        // A status no list of statuses has, a job without a description, times as text.
        (
            3,
            json!({"status": "queued", "description": null, "metrics": {"start_time": "2025-09-04T16:49:55.716Z", "end_time": null}}),
        ),
        (4, json!({"metrics": {"start_time": SEED_MS.to_string(), "user": null}})),
        (5, json!({"last_updated": SEED_MS, "variables": null, "tasks": {}})),
        (6, json!({"name": format!("@{CAMPUS}: Port Turn Up")})),
        (7, json!({"name": format!("@{CAMPUS}: Port Turn Up"), "status": "canceled"})),
        (8, json!({"name": format!("@{CAMPUS}: VLAN: Add/Remove"), "status": "incomplete"})),
        // Errors of older releases are plain text.
        (9, json!({"status": "error", "error": "Workflow timed out"})),
    ] {
        if let Some(row) = rows.get_mut(place) {
            merge(row, odd);
        }
    }
    rows
}

fn job(n: usize) -> Value {
    let started = SEED_MS.saturating_sub(u64::try_from(n).unwrap_or(0) * 3_600_000);
    let name = cycle(NAMES, n);
    json!({
        "_id": id("70b5", n),
        "name": name,
        "description": format!("Run of {name}"),
        "type": if n % 9 == 8 { "resource:action" } else { "automation" },
        "status": if n % 7 == 6 { "error" } else { "complete" },
        "tasks": {"a1b2": {"name": "query", "status": "complete", "type": "automatic",
                           "metrics": {"finish_state": "success"}}},
        "variables": {"device": format!("edge-sw-{n:03}"), "_id": id("70b5", n)},
        "error": if n % 7 == 6 { json!([{"task": "a1b2", "message": "Cannot read property 'name' of undefined", "timestamp": started + 900}]) } else { json!([]) },
        "metrics": {"start_time": started, "end_time": started + 61_250, "progress": 1, "user": ADMIN_ID},
        "created": iso(started),
        "created_by": ADMIN_ID,
        "last_updated": iso(started + 61_250),
        "watchers": [],
    })
}
