//! What a failed or cancelled call has left is taken back, and what cannot be is told.

mod support;

use serde_json::{Value, json};
use support::{HANG, Platform, StdioServer, eventually};

const AUTOMATIONS: &str = "/operations-manager/automations";
const TRIGGERS: &str = "/operations-manager/triggers";
const BULK: &str = "/inventory_manager/v1/nodes/bulk";
const NODES: &str = "/inventory_manager/v1/inventories/Core%20Routers/nodes";

fn start() -> (Platform, StdioServer) {
    let platform = Platform::start();
    let mut server = StdioServer::start(&platform.patient_env(), &[]);
    server.initialize("2025-11-25");
    server.call("get_adapters", json!({}));
    (platform, server)
}

fn rows(platform: &Platform, collection: &str) -> Vec<Value> {
    let (_, rows) = platform.control("GET", &format!("/sandbox/world/{collection}"), None);
    rows.as_array().cloned().unwrap_or_default()
}

fn core_nodes(platform: &Platform) -> usize {
    let nodes = rows(platform, "nodes");
    nodes.iter().filter(|node| node["inventory"] == "1e4700000000000000000000").count()
}

fn add_node() -> Value {
    json!({"inventory_name": "Core Routers", "nodes": [{"name": "new-1"}]})
}

/// Holds back the answer to a write that is carried out.
fn hang(method: &str, path: &str) -> Value {
    let delay = u64::try_from(HANG.as_millis()).expect("a short time");
    json!([{"match": {"method": method, "path": path}, "delay_ms": delay}])
}

#[test]
fn an_automation_is_taken_back_when_its_call_is_cancelled_before_it_has_a_trigger() {
    let agent = json!({"agent_id": "a9e000000000000000000002", "automation_name": "Third"});
    let workflow = json!({"name": "No Schema"});
    for (tool, arguments) in [("expose_workflow", workflow), ("expose_agent", agent)] {
        for held in [AUTOMATIONS, TRIGGERS] {
            let (platform, mut server) = start();
            let before = rows(&platform, "automations");
            let triggers = rows(&platform, "triggers");
            platform.faults(hang("POST", held));
            let id = server.ask("tools/call", json!({"name": tool, "arguments": arguments}));
            platform.wait_for("POST", held);
            eventually("the automation", || rows(&platform, "automations").len() > before.len());
            server.send(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled",
                                "params": {"requestId": id}}));
            eventually(&format!("{tool} takes back what it left, held at {held}"), || {
                rows(&platform, "automations") == before && rows(&platform, "triggers") == triggers
            });
        }
    }
}

#[test]
fn nodes_that_a_rewrite_has_lost_are_put_back_when_the_platform_is_there_again() {
    let (platform, mut server) = start();
    platform.faults(json!([
        {"match": {"path": BULK}, "status": 500},
        {"match": {"path": NODES}, "skip": 1, "times": 1,
         "replace": {"result": {"data": [], "meta": {"total": 0}}}},
        {"match": {"path": BULK}, "status": 503}
    ]));
    let result = server.call("add_nodes_to_inventory", add_node());
    let text = result["content"][0]["text"].as_str().expect("a text");
    assert!(text.contains("The nodes it had are all there"), "{text}");
    assert_eq!(core_nodes(&platform), 60);
}

#[test]
fn nodes_that_cannot_be_put_back_are_named_with_what_restores_them() {
    let (platform, mut server) = start();
    platform.faults(json!([
        {"match": {"path": BULK}, "times": 99, "status": 500},
        {"match": {"path": NODES}, "skip": 1, "times": 99, "status": 500}
    ]));
    let result = server.call("add_nodes_to_inventory", add_node());
    assert_eq!(result["isError"], true);
    let text = result["content"][0]["text"].as_str().expect("a text");
    for n in 0..60 {
        assert!(text.contains(&format!("core-rtr-{n:02}")), "core-rtr-{n:02} is not in: {text}");
    }
    for part in ["itential_host", "10.20.0.1", "add_nodes_to_inventory", "describe_inventory"] {
        assert!(text.contains(part), "{part} is not in: {text}");
    }
}

#[test]
fn a_cancelled_rewrite_of_an_inventory_loses_no_node() {
    let (platform, mut server) = start();
    platform.faults(json!([
        {"match": {"path": BULK}, "delay_ms": 300_000, "status": 500},
        {"match": {"path": NODES}, "skip": 2, "times": 1,
         "replace": {"result": {"data": [], "meta": {"total": 0}}}}
    ]));
    let call = json!({"name": "add_nodes_to_inventory", "arguments": add_node()});
    let id = server.ask("tools/call", call);
    platform.wait_for("POST", BULK);
    server.send(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled",
                        "params": {"requestId": id}}));
    eventually("the nodes are written again", || platform.count("POST", BULK) == 2);
    eventually("all are there", || core_nodes(&platform) >= 60);
}
