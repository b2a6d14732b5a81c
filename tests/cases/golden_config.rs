//! Golden configuration trees and nodes.

use serde_json::{Value, json};

use super::{Case, Seen, Shows, fails, ok};

const TREES: &str = "/configuration_manager/configs";
const CAMPUS: &str = "9a1d00000000000000000000";

/// Golden configuration trees and nodes.
pub fn rows() -> Vec<Case> {
    [trees(), new_trees(), nodes(), unsteady_nodes()].into_iter().flatten().collect()
}

/// The rules kept under an id.
fn rules(seen: &Seen<'_>, spec: &Value) -> Value {
    seen.row("config_specs", "id", spec.as_str().expect("an id"))["template"].clone()
}

/// A version of a tree.
fn version(seen: &Seen<'_>, tree: &str, version: &str) -> Value {
    seen.row("config_versions", "key", &format!("{tree}/{version}"))
}

fn trees() -> Vec<Case> {
    vec![
        ok("get_golden_config_trees", Shows::Main, "types and versions", json!({}), |seen| {
            assert_eq!(
                seen.value[0],
                json!({"id": CAMPUS, "name": "Campus Access", "device_type": "cisco-ios",
                    "versions": ["initial", "v2"]})
            );
        }),
        ok("get_golden_config_trees", Shows::OddRecord, "no device type", json!({}), |seen| {
            let untyped = seen.items().iter().find(|tree| tree["name"] == "Untyped");
            assert_eq!(untyped.map(|tree| &tree["device_type"]), Some(&Value::Null));
        }),
    ]
}

fn new_trees() -> Vec<Case> {
    let root = |seen: &Seen<'_>| {
        let tree = seen.row("config_trees", "name", "New");
        version(seen, tree["id"].as_str().expect("an id"), "initial")
    };
    vec![
        ok(
            "create_golden_config_tree",
            Shows::Main,
            "with template and variables",
            json!({"name": "New", "device_type": "cisco-nx", "template": "ntp {{ a }}",
                "variables": {"a": 1}}),
            move |seen| {
                assert_eq!(seen.value["name"], "New");
                assert_eq!(seen.value["device_type"], "cisco-nx");
                let version = root(seen);
                assert_eq!(version["variables"], json!({"a": 1}));
                assert_eq!(rules(seen, &version["root"]["attributes"]["configId"]), "ntp {{ a }}");
            },
        ),
        ok(
            "create_golden_config_tree",
            Shows::OddRecord,
            "variables as JSON text, template null",
            json!({"name": "New", "device_type": "json", "template": null, "variables": "{\"a\":1}"}),
            move |seen| assert_eq!(root(seen)["variables"], json!({"a": 1})),
        ),
        fails(
            "create_golden_config_tree",
            Shows::NotFound,
            "an unknown type is answered with those there are",
            json!({"name": "New", "device_type": "cisco_ios"}),
            &["must be one of", "arista-eos", "did you mean 'cisco-ios'"],
        ),
        fails(
            "create_golden_config_tree",
            Shows::Defect,
            "a taken name is refused before anything is sent",
            json!({"name": "Peering", "device_type": "cisco-ios"}),
            &["already"],
        ),
        fails(
            "create_golden_config_tree",
            Shows::Defect,
            "variables that are no object are refused before the tree is made",
            json!({"name": "New", "device_type": "cisco-ios", "variables": "[1]"}),
            &["'variables' must be a JSON object"],
        ),
        ok(
            "create_golden_config_tree",
            Shows::FaultAfterWrite,
            "a template that is refused does not hide the tree",
            json!({"name": "New", "device_type": "cisco-ios", "template": "x"}),
            |seen| {
                assert_eq!(seen.value["name"], "New");
                assert!(seen.row("config_trees", "name", "New").is_object());
                let note = seen.value["note"].as_str().expect("a note");
                assert!(note.contains("its template was not set"), "{note}");
            },
        )
        .with_faults(json!([{"match": {"path": "/configuration_manager/config_specs/*"},
            "times": 3, "status": 500}])),
        ok(
            "create_golden_config_tree",
            Shows::FaultAfterWrite,
            "an unreadable answer: the tree is found again",
            json!({"name": "New", "device_type": "cisco-ios", "variables": {"a": 1}}),
            move |seen| {
                assert!(seen.value["id"].is_string());
                assert_eq!(root(seen)["variables"], json!({"a": 1}));
            },
        )
        .with_faults(json!([{"match": {"path": TREES, "method": "POST"}, "after_write": true,
            "body": "", "content_type": "text/plain"}])),
    ]
}

fn nodes() -> Vec<Case> {
    vec![
        ok(
            "add_golden_config_node",
            Shows::Defect,
            "the template goes to the new node; the root keeps its rules",
            json!({"tree_name": "Campus Access", "name": "ams", "template": "snmp on"}),
            |seen| {
                let version = version(seen, CAMPUS, "initial");
                let node = &version["root"]["children"][1];
                assert_eq!(node["name"], "ams");
                assert_eq!(rules(seen, &node["attributes"]["configId"]), "snmp on");
                let root = &version["root"]["attributes"]["configId"];
                assert_eq!(rules(seen, root), "ntp server {{ ntp }}\n");
                assert!(seen.value["message"].as_str().is_some_and(|m| m.contains("'ams'")));
                assert_eq!(seen.value["path"], "base/ams");
            },
        ),
        ok(
            "add_golden_config_node",
            Shows::Main,
            "below another node, in another version, without template",
            json!({"tree_name": "Campus Access", "name": "floor", "version": "v2",
                "path": "/base/zrh", "template": null}),
            |seen| {
                let version = version(seen, CAMPUS, "v2");
                assert_eq!(version["root"]["children"][0]["children"][0]["name"], "floor");
            },
        ),
        ok(
            "add_golden_config_node",
            Shows::Defect,
            "the root may have any name, with a space in it",
            json!({"tree_name": "DC Leaf / Spine", "name": "leaf"}),
            |seen| {
                let version = version(seen, "9a1d00000000000000000001", "initial");
                assert_eq!(version["root"]["children"][1]["name"], "leaf");
                assert_eq!(seen.value["path"], "Global Settings/leaf");
            },
        ),
        ok(
            "add_golden_config_node",
            Shows::Defect,
            "an empty path is the root",
            json!({"tree_name": "Cloud", "name": "n", "path": ""}),
            |seen| assert_eq!(seen.value["path"], "root/n"),
        ),
        fails(
            "add_golden_config_node",
            Shows::NotFound,
            "an unknown tree",
            json!({"tree_name": "Campus Acess", "name": "n"}),
            &["did you mean 'Campus Access'"],
        ),
        fails(
            "add_golden_config_node",
            Shows::NotFound,
            "an unknown version is answered with those there are",
            json!({"tree_name": "Campus Access", "name": "n", "version": "v3"}),
            &["no version 'v3'", "initial, v2"],
        ),
        fails(
            "add_golden_config_node",
            Shows::NotFound,
            "an unknown parent is answered with those there are",
            json!({"tree_name": "Campus Access", "name": "n", "path": "base/ams"}),
            &["no child 'ams'", "zrh"],
        ),
        fails(
            "add_golden_config_node",
            Shows::Defect,
            "a taken name is refused before anything is sent",
            json!({"tree_name": "Campus Access", "name": "zrh", "template": "x"}),
            &["already"],
        ),
    ]
}

fn unsteady_nodes() -> Vec<Case> {
    let below = format!("{TREES}/{CAMPUS}/initial/base");
    let arguments = json!({"tree_name": "Campus Access", "name": "ams", "template": "snmp on"});
    vec![
        ok(
            "add_golden_config_node",
            Shows::OddRecord,
            "an answer without the node: its rules are found in the tree",
            arguments.clone(),
            |seen| {
                let version = version(seen, CAMPUS, "initial");
                let node = &version["root"]["children"][1];
                assert_eq!(rules(seen, &node["attributes"]["configId"]), "snmp on");
            },
        )
        .with_faults(json!([{"match": {"path": below, "method": "POST"}, "after_write": true,
            "replace": {"status": "success"}}])),
        ok(
            "add_golden_config_node",
            Shows::FaultAfterWrite,
            "rules that are refused do not hide the node",
            arguments.clone(),
            |seen| {
                let version = version(seen, CAMPUS, "initial");
                assert_eq!(version["root"]["children"][1]["name"], "ams");
                let note = seen.value["note"].as_str().expect("a note");
                assert!(note.contains("its rules were not set"), "{note}");
            },
        )
        .with_faults(json!([{"match": {"path": "/configuration_manager/config_specs/*"},
            "times": 3, "status": 500}])),
        ok(
            "add_golden_config_node",
            Shows::Defect,
            "rules of another node are never written over",
            arguments,
            |seen| {
                let version = version(seen, CAMPUS, "initial");
                let root = &version["root"]["attributes"]["configId"];
                assert_eq!(rules(seen, root), "ntp server {{ ntp }}\n");
                assert!(seen.text.contains("belong to another node"), "{}", seen.text);
            },
        )
        .with_faults(json!([{"match": {"path": below, "method": "POST"}, "after_write": true,
            "replace": {"attributes": {"configId": "59ec00000000000000000000-initial-root"}}}])),
    ]
}
