//! Golden configuration: trees, versions, specs.

use serde_json::{Value, json};

use super::id;
use crate::sandbox::Options;

/// Trees: name, device type, versions, name of the root node.
const TREES: &[(&str, &str, &[&str], &str)] = &[
    ("Campus Access", "cisco-ios", &["initial", "v2"], "base"),
    ("DC Leaf / Spine", "arista-eos", &["initial"], "Global Settings"),
    ("Peering", "juniper-junos", &["initial"], "base"),
    ("Cloud", "json", &["initial"], "root"),
];

/// The device types a configuration can be parsed for.
pub fn parsers(_: &Options) -> Vec<Value> {
    ["cisco-ios", "cisco-ios-xr", "cisco-nx", "arista-eos", "juniper-junos", "f5-bigip"]
        .iter()
        .map(|name| json!({"name": name, "template": null, "lexRules": []}))
        .collect()
}

/// Trees, one without device type.
pub fn config_trees(_: &Options) -> Vec<Value> {
    let rows = TREES.iter().enumerate().map(|(n, (name, kind, versions, _))| {
        json!({"id": id("9a1d", n), "name": name, "deviceType": kind, "versions": versions})
    });
    let odd = json!({"id": id("9a1d", 99), "name": "Untyped", "deviceType": null, "versions": []});
    rows.chain([odd]).collect()
}

/// Every version of every tree, with one child below the root.
pub fn config_versions(_: &Options) -> Vec<Value> {
    versions()
        .map(|(n, name, version, root)| {
            let tree = id("9a1d", n);
            json!({
                "key": format!("{tree}/{version}"),
                "id": tree,
                "name": name,
                "version": version,
                "root": {
                    "name": root,
                    "attributes": {
                        "configId": spec(n, version, "root"), "devices": [], "deviceGroups": [],
                    },
                    "children": [{
                        "name": "zrh",
                        "attributes": {
                            "configId": spec(n, version, "zrh"), "devices": ["Büro-Switch"],
                            "deviceGroups": [],
                        },
                        "children": [],
                    }],
                },
                "variables": {"ntp": "192.0.2.1"},
            })
        })
        .collect()
}

/// The rules of every node.
pub fn config_specs(_: &Options) -> Vec<Value> {
    versions()
        .flat_map(|(n, _, version, _)| ["root", "zrh"].map(|node| (n, version, node)))
        .map(|(n, version, node)| {
            json!({
                "id": spec(n, version, node),
                "template": if node == "root" { "ntp server {{ ntp }}\n" } else { "" },
                "variables": {},
                "lines": [],
            })
        })
        .collect()
}

fn versions() -> impl Iterator<Item = (usize, &'static str, &'static str, &'static str)> {
    TREES.iter().enumerate().flat_map(|(n, (name, _, versions, root))| {
        versions.iter().map(move |version| (n, *name, *version, *root))
    })
}

fn spec(tree: usize, version: &str, node: &str) -> String {
    format!("{}-{version}-{node}", id("59ec", tree))
}
