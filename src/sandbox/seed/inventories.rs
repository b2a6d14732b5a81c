//! Inventories and nodes.

use serde_json::{Value, json};

use super::{cycle, id, lack, sometimes_null};
use crate::sandbox::Options;

/// 40 inventories, with nulls and without counts here and there.
pub fn inventories(_: &Options) -> Vec<Value> {
    let named = ["Core Routers", "Branch / Access", "Zürich", "データセンター"];
    let rows = (0..40).map(|n| {
        let name = named.get(n).map_or_else(|| format!("Site {n:02}"), |name| (*name).to_owned());
        json!({
            "_id": id("1e47", n),
            "name": name,
            "description": sometimes_null(n, 4, 1, format!("Inventory {name}")),
            "groups": ["NetOps"],
            "tags": if n % 6 == 2 { Value::Null } else { json!(["production"]) },
            "actions": [{"name": "isAlive", "service": "is-alive"}],
            "nodeCount": 0,
            "createdBy": "admin",
        })
    });
    let mut rows: Vec<Value> = rows.collect();
    lack(&mut rows, 2, &["nodeCount", "description"]);
    rows
}

/// 60 nodes in the first inventory, a few in the others.
pub fn nodes(_: &Options) -> Vec<Value> {
    let rows = (0..90).map(|n| {
        json!({
            "_id": id("40de", n),
            "inventory": id("1e47", if n < 60 { 0 } else { n - 59 }),
            "name": format!("core-rtr-{n:02}"),
            "attributes": {
                "itential_host": format!("10.20.{}.{}", n / 250, n % 250 + 1),
                "itential_platform": cycle(&["cisco_ios", "arista_eos", "junos"], n),
                "itential_password": "$SECRET_lab",
            },
            "tags": if n % 10 == 9 { Value::Null } else { json!([]) },
        })
    });
    rows.collect()
}
