//! Inventories and their nodes.

use serde_json::{Value, json};

use super::{Case, Seen, Shows, fails, ok};

const BULK: &str = "/inventory_manager/v1/nodes/bulk";
const INVENTORIES: &str = "/inventory_manager/v1/inventories";
const CORE: &str = "1e4700000000000000000000";

pub fn rows() -> Vec<Case> {
    [reads(), writes(), adds()].into_iter().flatten().collect()
}

/// Names of the nodes the platform holds in the first inventory.
fn core_nodes(seen: &Seen<'_>) -> Vec<String> {
    let nodes = seen.world("nodes");
    let of_core = nodes.iter().filter(|node| node["inventory"] == CORE);
    of_core.filter_map(|node| node["name"].as_str().map(str::to_owned)).collect()
}

fn reads() -> Vec<Case> {
    vec![
        ok(
            "get_inventories",
            Shows::Main,
            "with counts and what else there is",
            json!({}),
            |seen| {
                let core = seen.item("name", "Core Routers");
                assert_eq!(core["_id"], CORE);
                assert_eq!(core["nodeCount"], 60);
                assert_eq!(core["createdBy"], "admin");
            },
        ),
        ok("get_inventories", Shows::OddRecord, "null and missing fields", json!({}), |seen| {
            assert_eq!(seen.items()[1]["description"], Value::Null);
            assert_eq!(seen.items()[2]["nodeCount"], Value::Null);
        }),
        ok("get_inventories", Shows::Paging, "the 26th is not missed", json!({}), |seen| {
            assert_eq!(seen.items().len(), 40);
        })
        .with_page_cap(25),
        ok(
            "describe_inventory",
            Shows::Main,
            "a name with a slash and a space",
            json!({"name": "Branch / Access"}),
            |seen| {
                assert_eq!(seen.value["groups"], json!(["NetOps"]));
                assert_eq!(seen.value["description"], Value::Null);
                assert_eq!(seen.value["createdBy"], "admin");
                assert_eq!(seen.value["nodes"][0]["name"], "core-rtr-60");
            },
        ),
        ok(
            "describe_inventory",
            Shows::Paging,
            "every node, and an inventory of the last page",
            json!({"name": "Core Routers"}),
            |seen| assert_eq!(seen.value["nodes"].as_array().map(Vec::len), Some(60)),
        )
        .with_page_cap(25),
        ok(
            "describe_inventory",
            Shows::Defect,
            "an inventory beyond the first page is found",
            json!({"name": "Site 39"}),
            |seen| assert_eq!(seen.value["name"], "Site 39"),
        )
        .with_page_cap(10),
        ok(
            "describe_inventory",
            Shows::OddRecord,
            "groups as objects, tags and actions null, the id as id",
            json!({"name": "Core Routers"}),
            |seen| {
                assert_eq!(seen.value["_id"], "i");
                assert_eq!(seen.value["groups"], json!([{"name": "g"}]));
                assert_eq!(seen.value["tags"], json!([]));
            },
        )
        .with_faults(
            json!([{"match": {"path": format!("{INVENTORIES}/{CORE}")}, "replace":
            {"result": {"id": "i", "name": "Core Routers", "groups": [{"name": "g"}],
                        "tags": null, "actions": null}}}]),
        ),
        fails(
            "describe_inventory",
            Shows::NotFound,
            "the nearest name is offered",
            json!({"name": "Core Router"}),
            &["Not found", "did you mean 'Core Routers'?"],
        ),
        fails(
            "describe_inventory",
            Shows::Defect,
            "two of the same name are not mixed up",
            json!({"name": "Twin"}),
            &["2 inventories are called 'Twin' (a, b)"],
        )
        .with_world(
            "inventories",
            json!([{"_id": "a", "name": "Twin"}, {"_id": "b", "name": "Twin"}]),
        ),
    ]
}

fn writes() -> Vec<Case> {
    vec![
        ok(
            "create_inventory",
            Shows::Main,
            "an inventory with a description",
            json!({"name": "New", "groups": ["NetOps"], "description": "d"}),
            |seen| {
                assert_eq!(seen.value["name"], "New");
                assert_eq!(seen.value["message"], "Inventory created");
                let kept = seen.world("inventories");
                let new = kept.iter().find(|i| i["name"] == "New").expect("it is there");
                assert_eq!(new["_id"], seen.value["_id"]);
                assert_eq!(
                    seen.sent("POST", INVENTORIES),
                    [json!({"name": "New", "groups": ["NetOps"], "description": "d"})]
                );
            },
        ),
        ok(
            "create_inventory",
            Shows::Defect,
            "devices get in although the platform ignores them",
            json!({"name": "New", "groups": [], "devices": ["r1", "r2", "r1"]}),
            |seen| {
                let id = &seen.value["_id"];
                let nodes = seen.world("nodes");
                let names: Vec<&Value> =
                    nodes.iter().filter(|n| n["inventory"] == *id).map(|n| &n["name"]).collect();
                assert_eq!(names, [&json!("r1"), &json!("r2")]);
            },
        ),
        fails(
            "create_inventory",
            Shows::Defect,
            "a duplicate on a later page is seen, and nothing is written",
            json!({"name": "Site 39", "groups": []}),
            &["exists already"],
        )
        .with_page_cap(10)
        .and(|seen| assert_eq!(seen.platform.count("POST", INVENTORIES), 0)),
        ok(
            "create_inventory",
            Shows::FaultAfterWrite,
            "an empty answer after the write: the id is looked up",
            json!({"name": "New", "groups": []}),
            |seen| {
                let kept = seen.world("inventories");
                let new = kept.iter().find(|i| i["name"] == "New").expect("it is there");
                assert_eq!(new["_id"], seen.value["_id"]);
            },
        )
        .with_faults(
            json!([{"match": {"method": "POST", "path": INVENTORIES}, "after_write": true,
                            "status": 204, "body": ""}]),
        ),
        ok(
            "create_inventory",
            Shows::FaultAfterWrite,
            "nodes that cannot be added do not hide the inventory",
            json!({"name": "New", "groups": [], "devices": ["r1"]}),
            |seen| {
                assert!(seen.value["_id"].is_string());
                seen.says(&["was created, but not all of its nodes", "add_nodes_to_inventory"]);
            },
        )
        .with_faults(json!([{"match": {"path": BULK}, "times": 9, "status": 500}])),
        fails(
            "create_inventory",
            Shows::NotFound,
            "the platform's own refusal reaches the model",
            json!({"name": "New", "groups": ["NetOps"]}),
            &["no such group"],
        )
        .with_faults(json!([{"match": {"method": "POST", "path": INVENTORIES}, "status": 400,
                            "body": {"message": "no such group"}}])),
        ok(
            "delete_inventory",
            Shows::Main,
            "it and its nodes are gone",
            json!({"name": "Core Routers"}),
            |seen| {
                assert_eq!(seen.value["status"], "Success");
                assert!(seen.world("inventories").iter().all(|i| i["_id"] != CORE));
            },
        ),
        fails(
            "delete_inventory",
            Shows::NotFound,
            "nothing is deleted by half a name",
            json!({"name": "Core"}),
            &["Not found", "'Core'"],
        )
        .and(|seen| assert_eq!(seen.world("inventories").len(), 40)),
        ok(
            "delete_inventory",
            Shows::FaultAfterWrite,
            "204 and no message after the deletion",
            json!({"name": "Core Routers"}),
            |seen| {
                assert_eq!(seen.value["status"], "Success");
                seen.says(&["'Core Routers' was deleted"]);
            },
        )
        .with_faults(json!([{"match": {"method": "DELETE"}, "after_write": true, "status": 204,
                            "body": ""}])),
        fails(
            "delete_inventory",
            Shows::Defect,
            "a failure told inside a 200 is a failure",
            json!({"name": "Core Routers"}),
            &["did not carry this out", "in use"],
        )
        .with_faults(json!([{"match": {"method": "DELETE"}, "replace":
            {"status": "Failure", "message": "in use"}}])),
    ]
}

fn adds() -> Vec<Case> {
    let add = |nodes: Value| json!({"inventory_name": "Core Routers", "nodes": nodes});
    let one = json!([{"name": "new-1", "attributes": {"itential_host": "10.0.0.1"}}]);
    let unchanged = |seen: &Seen<'_>| {
        assert_eq!(core_nodes(seen).len(), 60);
        assert_eq!(seen.platform.count("POST", BULK), 0);
    };
    vec![
        ok(
            "add_nodes_to_inventory",
            Shows::Defect,
            "the platform replaces all nodes, and none is lost",
            add(one.clone()),
            |seen| {
                let names = core_nodes(seen);
                assert_eq!(names.len(), 61);
                assert!(names.contains(&"new-1".to_owned()));
                assert_eq!(seen.value["status"], "Success");
                assert_eq!(seen.value["node_count"], 61);
                let kept = seen.world("nodes");
                let old = kept.iter().find(|n| n["name"] == "core-rtr-07").expect("it is there");
                assert_eq!(old["attributes"]["itential_password"], "$SECRET_lab");
            },
        )
        .with_page_cap(25),
        ok(
            "add_nodes_to_inventory",
            Shows::Main,
            "nodes given as JSON text",
            add(json!(one.to_string())),
            |seen| assert_eq!(core_nodes(seen).len(), 61),
        ),
        ok(
            "add_nodes_to_inventory",
            Shows::Main,
            "a node that is there already is not written again",
            add(json!([{"name": "core-rtr-00"}])),
            |seen| seen.says(&["already"]),
        )
        .and(unchanged),
        ok(
            "add_nodes_to_inventory",
            Shows::Defect,
            "an empty list clears nothing",
            add(json!([])),
            |seen| assert_eq!(seen.value["node_count"], 60),
        )
        .and(unchanged),
        fails(
            "add_nodes_to_inventory",
            Shows::Defect,
            "a node that exists with other content is not replaced",
            add(json!([{"name": "core-rtr-00", "attributes": {}}])),
            &["core-rtr-00", "Nothing was changed"],
        )
        .and(unchanged),
        fails(
            "add_nodes_to_inventory",
            Shows::Defect,
            "a node without a name would clear the inventory",
            add(json!([{"attributes": {}}])),
            &["needs a 'name'"],
        )
        .and(unchanged),
        fails(
            "add_nodes_to_inventory",
            Shows::NotFound,
            "an unknown inventory",
            json!({"inventory_name": "Cor Routers", "nodes": []}),
            &["did you mean 'Core Routers'?"],
        ),
        fails(
            "add_nodes_to_inventory",
            Shows::Defect,
            "what was not read completely is not written",
            add(one.clone()),
            &["only 2 of the 60 nodes", "nothing was changed"],
        )
        .and(unchanged)
        .with_faults(
            json!([{"match": {"path": format!("{INVENTORIES}/Core%20Routers/nodes")},
            "times": 99, "replace": {"result": {"data": [{"name": "a"}, {"name": "b"}],
            "meta": {"total": 60}}}}]),
        ),
        ok(
            "add_nodes_to_inventory",
            Shows::FaultAfterWrite,
            "a 500 after the write: all nodes are there, so it is no failure",
            add(one.clone()),
            |seen| {
                assert_eq!(core_nodes(seen).len(), 61);
                seen.says(&["complained"]);
            },
        )
        .with_faults(json!([{"match": {"path": BULK}, "after_write": true, "status": 500}])),
        ok(
            "add_nodes_to_inventory",
            Shows::FaultAfterWrite,
            "what cannot be read back is said and does not hide the write",
            add(one.clone()),
            |seen| {
                assert_eq!(core_nodes(seen).len(), 61);
                assert_eq!(seen.value["node_count"], Value::Null);
                seen.says(&["could not be read back"]);
            },
        )
        .with_faults(json!([{"match": {"path": format!("{INVENTORIES}/Core%20Routers/nodes")},
            "skip": 1, "times": 99, "status": 403}])),
        fails(
            "add_nodes_to_inventory",
            Shows::FaultAfterWrite,
            "a refusal before the write leaves everything as it was",
            add(one.clone()),
            &["not all added", "attribute missing", "The nodes it had are all there"],
        )
        .with_faults(json!([{"match": {"path": BULK}, "status": 400,
                            "body": {"message": "attribute missing"}}]))
        .and(|seen| assert_eq!(core_nodes(seen).len(), 60)),
        fails(
            "add_nodes_to_inventory",
            Shows::FaultAfterWrite,
            "nodes that are missing afterwards are put back",
            add(one.clone()),
            &["Missing: new-1", "The nodes it had are all there"],
        )
        .with_faults(json!([{"match": {"path": format!("{INVENTORIES}/Core%20Routers/nodes")},
            "skip": 2, "replace": {"result": {"data": [{"name": "core-rtr-00"}],
            "meta": {"total": 1}}}}]))
        .and(|seen| {
            assert_eq!(seen.platform.count("POST", BULK), 2);
            assert_eq!(core_nodes(seen).len(), 60);
        }),
        fails(
            "add_nodes_to_inventory",
            Shows::Defect,
            "a failure inside a 200 is a failure",
            add(one),
            &["not all added", "bad node"],
        )
        .with_faults(json!([{"match": {"path": BULK}, "replace":
            {"status": "Failure", "message": "bad node"}}])),
    ]
}
