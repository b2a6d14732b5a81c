//! Metrics of jobs and tasks.

use serde_json::{Value, json};

use super::{cycle, id, lack, twist};
use crate::sandbox::Options;

const WORKFLOWS: &[&str] = &[
    "Backup Device",
    "Backup Device (lab)",
    "Firmware Upgrade",
    "Provision VLAN",
    "Collect Inventory",
];

/// 130 rows; dates as text and as numbers, totals that are null or text, a workflow without name.
pub fn job_metrics(_: &Options) -> Vec<Value> {
    let mut rows: Vec<Value> = (0..130)
        .map(|n| {
            let name = WORKFLOWS.get(n).map(|name| (*name).to_owned());
            let name = name.unwrap_or_else(|| format!("Nightly Audit {n:03}"));
            json!({
                "_id": id("3e71", n),
                "workflow": {"_id": id("77f1", n), "name": name},
                "metrics": [
                    {"date": "2025-09-03T00:00:00.000Z", "jobsComplete": n, "totalRunTime": n},
                    {"date": 1_756_944_000_000_u64, "jobsComplete": 1, "totalRunTime": 1250.5},
                ],
                "jobsComplete": n + 1,
                "totalRunTime": n * 1250 + 1250,
                "slaTarget": null,
                "manualTime": 600,
            })
        })
        .collect();
    twist(
        &mut rows,
        [
            (2, json!({"totalRunTime": null, "jobsComplete": 0})),
            (3, json!({"totalRunTime": "48211.75", "jobsComplete": "17"})),
            (6, json!({"workflow": null})),
            (7, json!({"workflow": {"_id": 7, "name": "Numbered", "version": 3}})),
        ],
    );
    rows
}

/// 140 rows of tasks in workflows, of several applications.
pub fn task_metrics(_: &Options) -> Vec<Value> {
    let mut rows: Vec<Value> = (0..140)
        .map(|n| {
            json!({
                "_id": id("7a5c", n),
                "taskId": format!("{:04x}", 0xa1b2 + n),
                "taskType": cycle(&["automatic", "manual", "operation"], n),
                "name": cycle(&["query", "backUpDevice", "ViewData", "renderTemplate"], n),
                "metrics": [{"date": "2025-09-03", "count": n + 1, "totalRunTime": n * 40}],
                "app": cycle(&["WorkFlowEngine", "ConfigurationManager", "MOP"], n),
                "workflow": {"_id": id("77f1", n % 5), "name": cycle(WORKFLOWS, n)},
            })
        })
        .collect();
    twist(
        &mut rows,
        [
            (3, json!({"taskType": null, "taskId": null})),
            (5, json!({"workflow": "Backup Device", "app": null})),
        ],
    );
    lack(&mut rows, 8, &["_id"]);
    rows
}
