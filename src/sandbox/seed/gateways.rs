//! Gateway clusters and their services.

use serde_json::{Value, json};

use super::id;
use crate::sandbox::Options;
use crate::sandbox::gateways::service_row;
use crate::sandbox::world::merge;

/// Clusters: id, state of the connection.
const CLUSTERS: &[(&str, &str)] = &[
    ("dc-east", "connected"),
    ("dc-west", "connected"),
    ("lab", "connected"),
    ("branch 7", "disconnected"),
];

/// Gateways in the documented shape: no name and no connection state.
pub fn gateways(_: &Options) -> Vec<Value> {
    let rows = CLUSTERS.iter().enumerate().map(|(n, (cluster, _))| {
        let mut row = json!({
            "_id": id("6a7e", n),
            "cluster_id": cluster,
            "description": if n == 1 { Value::Null } else { json!(format!("Cluster {cluster}")) },
            "enabled": n != 3,
            "readonly": false,
            "groups": ["NetOps"],
            "certificates": [{"fingerprint": "3f:9a:11:c0", "valid_to": "2027-01-01T00:00:00Z"}],
        });
        // Only the eastern cluster keeps credentials in its configuration.
        if n == 0 {
            let secrets = json!([{"name": "device-password", "value": "not-a-real-secret"}]);
            merge(&mut row, json!({"secrets": secrets, "users": [{"name": "admin"}]}));
        }
        row
    });
    rows.collect()
}

/// Who is connected.
pub fn connections(_: &Options) -> Vec<Value> {
    CLUSTERS.iter().map(|(cluster, state)| json!({"cluster_id": cluster, "state": state})).collect()
}

/// Services: one name on two clusters, and every kind of output there is.
pub fn services(_: &Options) -> Vec<Value> {
    let schema = json!({
        "type": "object",
        "properties": {"device": {"type": "string"}, "depth": {"type": "integer"}},
        "required": ["device"],
    });
    let facts = |host: &str| {
        let stdout = json!({"hostname": host, "version": "17.9.4", "uptime": 86_400});
        json!({
            "service_metadata": {"type": "ansible-playbook", "decorator": schema},
            "run": {"stdout": stdout.to_string()},
        })
    };
    let prints = |stdout: Value| json!({"run": {"stdout": stdout}});
    let fails = json!({"stdout": "", "stderr": "permission denied\n", "return_code": 2});
    let old = json!({
        "state": "Success", "message": "ok",
        "result": {"_id": "x1", "job_id": "j1", "data": {"rc": 0}},
    });
    let plan = json!({"active": false, "service_metadata": {"type": "opentofu-plan"}});
    let secrets = json!({"secrets": [{"name": "device-password"}], "run": {"stdout": "alive\n"}});
    let rows = [
        ("dc-east", "device-facts", facts("core-rtr-07")),
        ("dc-west", "device-facts", facts("west-rtr-01")),
        ("dc-east", "is-alive", secrets),
        ("lab", "print-number", prints(json!("42"))),
        ("lab", "print-list", prints(json!("[]"))),
        ("lab", "print-null", prints(json!("null"))),
        ("lab", "print-object", prints(json!({"already": "parsed"}))),
        ("lab", "print-unicode", prints(json!("Grüße aus Zürich\n"))),
        ("lab", "echo", json!({"service_metadata": {"description": "Prints its parameters"}})),
        ("lab", "exit-2", json!({"run": fails})),
        ("lab", "old-shape", json!({"run": {"answer": old}})),
        ("lab", "infra/plan", plan),
    ];
    let rows = rows.into_iter().enumerate().map(|(n, (cluster, name, more))| {
        let mut row = service_row(&id("5e4c", n), cluster, name);
        merge(&mut row, more);
        row
    });
    rows.collect()
}
