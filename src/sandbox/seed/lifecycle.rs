//! Lifecycle Manager: models, instances, executions.

use serde_json::{Value, json};

use super::{ADMIN_ID, before, cycle, id, lack, twist};
use crate::sandbox::Options;
use crate::sandbox::clock::{SEED_MS, iso};

/// 103 models; the first ones with actions of every kind.
pub fn resources(_: &Options) -> Vec<Value> {
    let schema = json!({
        "$id": "VLAN Service", "type": "object",
        "properties": {"vlan": {"type": "integer"}, "site": {"type": "string"}},
        "required": ["vlan"],
    });
    let action =
        |n: usize, name: &str, kind: &str, workflow: Option<String>, jst: Option<String>| {
            json!({
                "_id": format!("{:04x}", 0xac00 + n), "name": name, "type": kind,
                "workflow": workflow, "preWorkflowJst": jst, "postWorkflowJst": null,
            })
        };
    let provision = Some(id("77f1", 3));
    let mut retire = [action(2, "Retire", "delete", None, None)];
    lack(&mut retire, 0, &["preWorkflowJst"]);
    let [retire] = retire;
    let vlan = [
        action(0, "Provision", "create", provision.clone(), Some(id("7b57", 0))),
        action(1, "Resize", "update", provision.clone(), None),
        retire,
        action(3, "Adopt", "import", None, None),
    ];
    // Its workflow and its transformation do not exist any more.
    let firewall = [
        action(4, "Open", "create", Some(id("77f1", 9_999)), None),
        action(5, "Close", "delete", Some(id("77f1", 8)), None),
        action(6, "Adjust", "update", None, Some(id("7b57", 404))),
    ];
    let mut rows = vec![
        json!({
            "_id": id("1cf0", 0), "name": "VLAN Service", "description": "A VLAN at a site",
            "schema": schema, "actions": vlan,
        }),
        json!({
            "_id": id("1cf0", 1), "name": "Firewall Rule", "description": null,
            "schema": {"type": "object"}, "actions": firewall,
        }),
        json!({"_id": id("1cf0", 2), "name": "Zürich Circuit / 1", "schema": {}, "actions": []}),
    ];
    rows.extend((3..103).map(|n| {
        let name = format!("Model {n:03}");
        json!({"_id": id("1cf0", n), "name": name, "description": "", "schema": {}, "actions": []})
    }));
    rows
}

/// 120 instances of the first model: with null data, without a last action, with one of odd type.
pub fn instances(_: &Options) -> Vec<Value> {
    let mut rows: Vec<Value> = (0..120)
        .map(|n| {
            json!({
                "_id": id("1c5a", n), "name": format!("vlan-{n}"),
                "description": format!("VLAN {}", 100 + n),
                "modelId": id("1cf0", 0), "stateId": "0001",
                "instanceData": {"vlan": 100 + n, "site": cycle(&["ams", "zrh"], n)},
                "lastAction": {"_id": "ac00", "executionId": id("1ce0", n), "name": "Provision",
                               "type": "create", "status": "complete"},
            })
        })
        .collect();
    twist(
        &mut rows,
        [
            (2, json!({"lastAction": null, "description": null})),
            (3, json!({"lastAction": {"type": "import", "status": "complete"}})),
            (4, json!({"instanceData": null, "lastAction": {"status": "error"}})),
        ],
    );
    rows
}

/// 115 executions: of a create that failed before there was an instance, with errors as text, with
/// an initiator as an object, with instance data as lists.
pub fn executions(_: &Options) -> Vec<Value> {
    let mut rows: Vec<Value> = (0..115)
        .map(|n| {
            let started = before(n, 600_000);
            json!({
                "_id": id("1ce0", n), "modelId": id("1cf0", 0), "modelName": "VLAN Service",
                "instanceId": id("1c5a", n), "instanceName": format!("vlan-{n}"),
                "actionId": "ac00", "actionName": "Provision", "actionType": "create",
                "startTime": iso(started), "endTime": iso(started + 45_000), "initiator": ADMIN_ID,
                "jobId": id("70b5", n), "status": "complete", "progress": [],
                "errors": [], "initialInstanceData": {}, "finalInstanceData": {"vlan": 100 + n},
            })
        })
        .collect();
    let failure = json!({
        "message": "Workflow not found", "timestamp": iso(SEED_MS), "origin": "workflow",
        "metadata": {}, "stepId": null,
    });
    twist(
        &mut rows,
        [
            (
                0,
                json!({
                    "instanceId": null, "jobId": null, "status": "error",
                    "finalInstanceData": null, "errors": [failure],
                }),
            ),
            (1, json!({"errors": null, "endTime": null, "status": "running"})),
            (2, json!({"errors": ["plain text"], "status": "error"})),
            (3, json!({"initiator": {"_id": ADMIN_ID, "username": "admin"}})),
            (4, json!({"initialInstanceData": [{"vlan": 1}], "finalInstanceData": ["a", "b"]})),
        ],
    );
    rows
}
