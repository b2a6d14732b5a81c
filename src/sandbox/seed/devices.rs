//! Devices and device groups.

use serde_json::{Value, json};

use super::{cycle, id, lack, twist};
use crate::sandbox::Options;
use crate::sandbox::world::merge;

const SITES: &[&str] = &["ams", "zrh", "nyc", "sin"];
const ROLES: &[&str] = &["core-rtr", "edge-sw", "access-sw", "fw"];
const SYSTEMS: &[&str] = &["cisco-ios", "cisco-nx", "arista-eos", "juniper-junos", "cloud"];

/// As many devices as the options ask for; ports as text, missing hosts, odd names among them.
pub fn devices(options: &Options) -> Vec<Value> {
    let mut rows: Vec<Value> = (0..options.devices)
        .map(|n| {
            json!({
                "name": format!("{}-{}-{n:03}", cycle(SITES, n), cycle(ROLES, n / 4)),
                "device-type": "network_cli",
                "ipaddress": format!("10.{}.{}.{}", n / 62_500, n / 250 % 250, n % 250 + 1),
                "port": 22,
                "ostype": cycle(SYSTEMS, n % 41 % 5),
                "host": "AutomationGateway",
                "origins": ["AutomationGateway"],
            })
        })
        .collect();
    twist(
        &mut rows,
        [
            (1, json!({"name": "branch/7 router", "port": "2222"})),
            (2, json!({"name": "Büro-Switch", "ostype": null})),
            (3, json!({"name": "東京-sw-1", "ipaddress": null})),
            (
                5,
                json!({"deviceType": "router", "status": "managed", "properties": {"slots": [1, 2]}}),
            ),
        ],
    );
    lack(&mut rows, 6, &["host"]);
    rows
}

/// Groups with members, without, with null, and without the field.
pub fn device_groups(_: &Options) -> Vec<Value> {
    let group = |n: usize, name: &str, more: Value| {
        let mut row = json!({
            "id": id("d96f", n), "name": name, "description": format!("Group {name}"),
            "created": "2025-01-15T09:00:00.000Z", "gbac": {"read": [], "write": []},
        });
        merge(&mut row, more);
        row
    };
    vec![
        group(0, "Core", json!({"devices": ["ams-core-rtr-000", "branch/7 router"]})),
        group(1, "Access Layer", json!({"devices": ["Büro-Switch"], "description": null})),
        group(2, "Empty", json!({"devices": []})),
        group(3, "Null members", json!({"devices": null})),
        group(4, "No members field", json!({})),
    ]
}
