//! Compliance plans, instances and reports.

use serde_json::{Value, json};

use super::{before, cycle, id, lack, twist};
use crate::sandbox::Options;
use crate::sandbox::clock::{SEED_MS, iso};

/// 105 plans: one without nodes, some without description or throttle, two with one name.
pub fn compliance_plans(_: &Options) -> Vec<Value> {
    let named = ["Campus Baseline", "Nothing To Check", "Twin Plan", "Twin Plan", "PCI / branch"];
    let mut rows: Vec<Value> = (0..105)
        .map(|n| {
            let name = named.get(n).map(|name| (*name).to_owned());
            let name = name.unwrap_or_else(|| format!("Audit Plan {n:03}"));
            let node = json!({"treeId": id("9a1d", 0), "version": "initial", "nodePath": "base"});
            json!({
                "id": id("c9a1", n), "name": name, "description": format!("Plan {name}"),
                "throttle": cycle(&[5, 10, 1], n),
                "nodes": if n == 1 { json!([]) } else { json!([node]) },
            })
        })
        .collect();
    twist(&mut rows, [(2, json!({"description": null})), (4, json!({"throttle": "8"}))]);
    lack(&mut rows, 5, &["description", "throttle"]);
    rows
}

/// Past runs of the first plan; instances have no description.
pub fn compliance_instances(_: &Options) -> Vec<Value> {
    let rows = (0..3).map(|n| {
        let started = before(n, 86_400_000);
        json!({
            "id": id("c914", n), "planId": id("c9a1", 0), "name": "Campus Baseline",
            "jobStatus": cycle(&["complete", "error", "complete"], n), "batchId": id("ba7c", n),
            "started": iso(started), "finished": iso(started + 90_000), "nodes": [],
        })
    });
    rows.collect()
}

/// Reports, one of them hardly filled in.
pub fn compliance_reports(_: &Options) -> Vec<Value> {
    let issue = json!({
        "severity": "error", "type": "required", "message": "Required line is missing",
        "spec": {"words": ["ntp", "server", "192.0.2.1"]},
    });
    vec![
        json!({
            "id": id("c93e", 0), "deviceName": "ams-core-rtr-000", "nodePath": "base",
            "timestamp": iso(SEED_MS), "score": "87.5", "grade": "review",
            "totals": {"errors": 1, "warnings": 0, "infos": 0, "passes": 7}, "issues": [issue],
        }),
        json!({"id": id("c93e", 1), "deviceName": "Büro-Switch", "totals": null, "issues": []}),
    ]
}
