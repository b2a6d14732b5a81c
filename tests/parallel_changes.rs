//! Eight changes of one thing at once: every one takes effect, or says that it did not.

mod support;

use std::collections::BTreeMap;

use serde_json::{Value, json};
use support::{PATIENCE, Platform, StdioServer};

const AT_ONCE: usize = 8;

/// One row: a tool, what each of eight callers tells it, and what must be so afterwards.
struct Row {
    tool: &'static str,
    because: &'static str,
    arguments: fn(usize) -> Value,
    /// How many of the calls succeed.
    succeed: usize,
    check: fn(&Seen<'_>),
}

struct Seen<'a> {
    platform: &'a Platform,
    /// Structured content of the calls that succeeded.
    values: Vec<Value>,
}

impl Seen<'_> {
    fn rows(&self, collection: &str) -> Vec<Value> {
        let (_, rows) = self.platform.control("GET", &format!("/sandbox/world/{collection}"), None);
        rows.as_array().cloned().unwrap_or_default()
    }

    fn named(&self, collection: &str, name: &str) -> Vec<Value> {
        let mut rows = self.rows(collection);
        rows.retain(|row| row["name"] == name);
        rows
    }

    /// How often the platform was asked to do something at this path.
    fn posts(&self, path: &str) -> usize {
        self.platform.count("POST", path)
    }

    fn distinct(&self, pointer: &str) -> usize {
        let mut ids: Vec<&Value> =
            self.values.iter().filter_map(|value| value.pointer(pointer)).collect();
        ids.retain(|id| !id.is_null());
        ids.sort_by_key(|id| id.to_string());
        ids.dedup();
        ids.len()
    }
}

fn rows() -> Vec<Row> {
    let all =
        |tool, because, arguments, check| Row { tool, because, arguments, succeed: AT_ONCE, check };
    let one = |tool, because, arguments, check| Row { tool, because, arguments, succeed: 1, check };
    vec![
        all(
            "add_devices_to_group",
            "every device is kept",
            |n| json!({"name": "Core", "devices": [format!("new-{n}")]}),
            |seen| {
                let devices = seen.named("device_groups", "Core")[0]["devices"].clone();
                assert_eq!(devices.as_array().map(Vec::len), Some(2 + AT_ONCE), "{devices}");
                let most = seen.values.iter().filter_map(|value| value["devices"].as_array());
                assert_eq!(most.map(Vec::len).max(), Some(2 + AT_ONCE), "the last one sees all");
            },
        ),
        all(
            "remove_devices_from_group",
            "every device is gone",
            |n| json!({"name": "Eight", "devices": [format!("d{n}")]}),
            |seen| assert_eq!(seen.named("device_groups", "Eight")[0]["devices"], json!(["stays"])),
        ),
        one(
            "create_device_group",
            "one group of a name",
            |_| json!({"name": "New"}),
            |seen| assert_eq!(seen.named("device_groups", "New").len(), 1),
        ),
        all(
            "update_template",
            "every field is kept",
            |n| {
                let field = ["command", "template", "data", "description"][n % 4];
                json!({"name": "Interface Status", field: format!("changed {n}")})
            },
            |seen| {
                let row = &seen.named("templates", "Interface Status")[0];
                for field in ["command", "template", "data", "description"] {
                    let text = row[field].as_str().unwrap_or_default();
                    assert!(text.starts_with("changed"), "{field}: {row}");
                }
            },
        ),
        one(
            "create_template",
            "one template of a name",
            |_| json!({"name": "New", "template_type": "jinja2", "group": "g"}),
            |seen| assert_eq!(seen.named("templates", "New").len(), 1),
        ),
        all(
            "update_command_template",
            "every field is kept",
            |n| match n % 4 {
                0 => json!({"name": "chk_version", "description": "changed"}),
                1 => json!({"name": "chk_version", "os": "nxos"}),
                2 => json!({"name": "chk_version", "pass_rule": false}),
                _ => json!({"name": "chk_version", "ignore_warnings": true}),
            },
            |seen| {
                let row = &seen.named("command_templates", "chk_version")[0];
                assert_eq!(
                    [&row["description"], &row["os"], &row["passRule"], &row["ignoreWarnings"]],
                    [&json!("changed"), &json!("nxos"), &json!(false), &json!(true)]
                );
            },
        ),
        one(
            "create_command_template",
            "one template of a name",
            |_| json!({"name": "New", "commands": ["show clock"]}),
            |seen| assert_eq!(seen.named("command_templates", "New").len(), 1),
        ),
        all(
            "add_nodes_to_inventory",
            "every node is kept",
            |n| json!({"inventory_name": "Core Routers", "nodes": [{"name": format!("new-{n}")}]}),
            |seen| {
                let mut nodes = seen.rows("nodes");
                nodes.retain(|node| node["inventory"] == "1e4700000000000000000000");
                assert_eq!(nodes.len(), 60 + AT_ONCE);
            },
        ),
        one(
            "create_inventory",
            "one inventory of a name",
            |_| json!({"name": "New", "groups": ["NetOps"], "devices": ["a", "b", "c"]}),
            |seen| {
                assert_eq!(seen.named("inventories", "New").len(), 1);
                assert_eq!(seen.values[0]["nodeCount"], 3);
            },
        ),
        one(
            "delete_inventory",
            "deleted once",
            |_| json!({"name": "Core Routers"}),
            |seen| {
                assert!(seen.named("inventories", "Core Routers").is_empty());
                let deletes = seen.platform.requests();
                assert_eq!(deletes.iter().filter(|r| r["method"] == "DELETE").count(), 1);
            },
        ),
        all(
            "add_golden_config_node",
            "every node is there, each with rules of its own",
            |n| json!({"tree_name": "Campus Access", "name": format!("n{n}"), "template": format!("rule {n}")}),
            |seen| {
                let versions = seen.rows("config_versions");
                let version =
                    versions.iter().find(|v| v["key"] == "9a1d00000000000000000000/initial");
                let children = version.expect("it is there")["root"]["children"].clone();
                assert_eq!(children.as_array().map(Vec::len), Some(1 + AT_ONCE));
                for child in children.as_array().into_iter().flatten() {
                    let name = child["name"].as_str().expect("a name");
                    let Some(n) = name.strip_prefix('n') else { continue };
                    let spec = &child["attributes"]["configId"];
                    let specs = seen.rows("config_specs");
                    let spec = specs.iter().find(|s| s["id"] == *spec).expect("its rules");
                    assert_eq!(spec["template"], format!("rule {n}"), "{spec}");
                }
            },
        ),
        one(
            "create_golden_config_tree",
            "one tree of a name",
            |_| json!({"name": "New", "device_type": "cisco-ios"}),
            |seen| assert_eq!(seen.named("config_trees", "New").len(), 1),
        ),
        one(
            "create_resource",
            "one model of a name",
            |_| json!({"name": "New", "schema": {}}),
            |seen| assert_eq!(seen.named("resources", "New").len(), 1),
        ),
        one(
            "create_integration_model",
            "one model of an id",
            |_| json!({"model": {"openapi": "3.0.0", "info": {"title": "N", "version": "1"}, "paths": {}}}),
            |seen| {
                let mut models = seen.rows("integration_models");
                models.retain(|model| model["versionId"] == "N:1");
                assert_eq!(models.len(), 1);
            },
        ),
        one(
            "expose_workflow",
            "one automation, one route",
            |_| json!({"name": "No Schema"}),
            |seen| {
                assert_eq!(seen.named("automations", "No Schema").len(), 1);
                let mut triggers = seen.rows("triggers");
                triggers.retain(|trigger| trigger["routeName"] == "No_Schema");
                assert_eq!(triggers.len(), 1);
            },
        ),
        one(
            "expose_agent",
            "one automation, one route",
            |_| json!({"agent_id": "a9e000000000000000000002", "automation_name": "Third"}),
            |seen| assert_eq!(seen.named("automations", "Third").len(), 1),
        ),
        all(
            "stop_adapter",
            "told to stop once",
            |_| json!({"name": "ServiceNow", "timeout": 30}),
            |seen| {
                let requests = seen.platform.requests();
                assert_eq!(requests.iter().filter(|r| r["method"] == "PUT").count(), 1);
                assert!(seen.values.iter().all(|value| value["state"] == "STOPPED"));
            },
        ),
        all(
            "stop_application",
            "told to stop once",
            |_| json!({"name": "WorkFlowEngine", "timeout": 30}),
            |seen| {
                let requests = seen.platform.requests();
                assert_eq!(requests.iter().filter(|r| r["method"] == "PUT").count(), 1);
            },
        ),
        all(
            "start_adapter",
            "told to start once",
            |_| json!({"name": "Infoblox", "timeout": 60}),
            |seen| {
                let requests = seen.platform.requests();
                assert_eq!(requests.iter().filter(|r| r["method"] == "PUT").count(), 1);
                assert!(seen.values.iter().all(|value| value["state"] == "RUNNING"));
            },
        ),
        all(
            "start_application",
            "told to start once",
            |_| json!({"name": "FormBuilder", "timeout": 60}),
            |seen| {
                let requests = seen.platform.requests();
                assert_eq!(requests.iter().filter(|r| r["method"] == "PUT").count(), 1);
                assert!(seen.values.iter().all(|value| value["state"] == "RUNNING"));
            },
        ),
        all(
            "restart_adapter",
            "each restart finds a running one",
            |_| json!({"name": "NetBox", "timeout": 60}),
            |seen| {
                let requests = seen.platform.requests();
                assert_eq!(requests.iter().filter(|r| r["method"] == "PUT").count(), AT_ONCE);
                assert!(seen.values.iter().all(|value| value["state"] == "RUNNING"));
            },
        ),
        all(
            "restart_application",
            "each restart finds a running one",
            |_| json!({"name": "WorkFlowEngine", "timeout": 60}),
            |seen| {
                let requests = seen.platform.requests();
                assert_eq!(requests.iter().filter(|r| r["method"] == "PUT").count(), AT_ONCE);
                assert!(seen.values.iter().all(|value| value["state"] == "RUNNING"));
            },
        ),
        all(
            "apply_device_configuration",
            "every line reaches the device",
            |n| json!({"device": "ams-core-rtr-000", "config": format!("ntp server 192.0.2.{n}\n")}),
            |seen| {
                let configs = seen.rows("device_configs");
                let config = configs[0]["config"].as_str().expect("text");
                assert_eq!(config.matches("ntp server 192.0.2.").count(), AT_ONCE, "{config}");
            },
        ),
        all(
            "backup_device_configuration",
            "a backup for each",
            |_| json!({"name": "ams-core-rtr-000"}),
            |seen| assert_eq!(seen.distinct("/id"), AT_ONCE),
        ),
        all(
            "import_gateway_configuration",
            "every service is there",
            |n| json!({"cluster_id": "lab", "content": {"services": [{"name": format!("s{n}"), "type": "python"}]}}),
            |seen| {
                let mut services = seen.rows("services");
                services.retain(|s| {
                    let name = s["service_metadata"]["name"].as_str().unwrap_or_default();
                    name.len() == 2 && name.starts_with('s')
                });
                assert_eq!(services.len(), AT_ONCE);
            },
        ),
        all(
            "run_action",
            "a job for each",
            |n| json!({"resource_name": "VLAN Service", "action_name": "Provision", "instance_name": format!("v{n}")}),
            |seen| assert_eq!(seen.distinct("/job_id"), AT_ONCE),
        ),
        all(
            "start_workflow",
            "a job for each",
            |n| json!({"route_name": "backup-device", "data": {"device": format!("r{n}")}}),
            |seen| assert_eq!(seen.distinct("/result/object_id"), AT_ONCE),
        ),
        all(
            "start_job",
            "a job for each",
            |n| json!({"workflow": "Backup Device", "variables": {"device": format!("r{n}")}}),
            |seen| assert_eq!(seen.distinct("/result/object_id"), AT_ONCE),
        ),
        all(
            "run_trigger",
            "a job for each",
            |_| json!({"name": "Backup form", "form_data": {"device": "r1"}}),
            |seen| assert_eq!(seen.distinct("/result/object_id"), AT_ONCE),
        ),
        all(
            "cancel_jobs",
            "one that somebody else has canceled is canceled",
            |_| json!({"object_ids": ["70b500000000000000000001"]}),
            |seen| assert_eq!(seen.distinct("/jobs/0/status"), 1),
        ),
        one(
            "retry_task",
            "a task is retried once",
            |_| json!({"object_id": "70b500000000000000000000", "task": "c3d4"}),
            |seen| assert_eq!(seen.values[0]["status"], "running"),
        ),
        all(
            "claim_task",
            "the account of this server has it",
            |_| json!({"task_id": "70b500000000000000000001.b2c3"}),
            |seen| assert_eq!(seen.distinct("/owner"), 1),
        ),
        one(
            "create_trigger",
            "one trigger of a name",
            |_| json!({"automation": "Backup Device", "name": "New", "type": "manual"}),
            |seen| assert_eq!(seen.named("triggers", "New").len(), 1),
        ),
        all(
            "update_trigger",
            "every field is kept",
            |n| match n % 4 {
                0 => json!({"name": "Nightly", "enabled": false}),
                1 => json!({"name": "Nightly", "description": "changed"}),
                2 => json!({"name": "Nightly", "repeat_minutes": 60}),
                _ => json!({"name": "Nightly", "missed_runs": "last"}),
            },
            |seen| {
                let row = &seen.named("triggers", "Nightly")[0];
                let is = [
                    &row["enabled"],
                    &row["description"],
                    &row["repeatInterval"],
                    &row["processMissedRuns"],
                ];
                assert_eq!(
                    is,
                    [&json!(false), &json!("changed"), &json!(3_600_000), &json!("last")]
                );
            },
        ),
        all(
            "run_compliance_plan",
            "each is told its own run",
            |n| json!({"name": if n % 2 == 0 { "Campus Baseline" } else { "c9a100000000000000000000" }}),
            |seen| assert_eq!(seen.distinct("/instance/id"), AT_ONCE),
        ),
        all(
            "trigger_automation",
            "a job for each",
            |n| json!({"route_name": "backup-device", "data": {"device": format!("r{n}")}}),
            |seen| assert_eq!(seen.distinct("/result/object_id"), AT_ONCE),
        ),
        all(
            "pause_jobs",
            "one that somebody else has paused is paused",
            |_| json!({"object_ids": ["70b500000000000000000001"]}),
            |seen| assert_eq!(seen.distinct("/jobs/0/status"), 1),
        ),
        all(
            "resume_jobs",
            "one that somebody else has resumed runs",
            |_| json!({"object_ids": ["70b500000000000000000002"]}),
            |seen| assert_eq!(seen.distinct("/jobs/0/status"), 1),
        ),
        one(
            "continue_job",
            "a job goes on once",
            |_| json!({"object_id": "70b500000000000000000000", "from_task": "c3d4"}),
            |seen| assert_eq!(seen.values[0]["status"], "running"),
        ),
        all(
            "revert_job",
            "a job may go back as often as somebody wants it to",
            |_| json!({"object_id": "70b500000000000000000000", "from_task": "c3d4"}),
            |seen| {
                let path = "/operations-manager/jobs/70b500000000000000000000/revert";
                assert_eq!((seen.posts(path), seen.distinct("/status")), (AT_ONCE, 1));
            },
        ),
        all(
            "release_task",
            "nobody has it afterwards",
            |_| json!({"task_id": "70b500000000000000000001.b2c3"}),
            |seen| assert_eq!(seen.distinct("/owner"), 0),
        ),
        one(
            "finish_task",
            "a task is decided once",
            |_| {
                let variables = json!({"acknowledged": "Acknowledged"});
                let task = "3c1e00000000000000000000";
                json!({"task_id": task, "finish_state": "success", "variables": variables})
            },
            |seen| assert_eq!(seen.values[0]["status"], "completed"),
        ),
        all(
            "create_session",
            "a session for each",
            |n| json!({"agent": "Config Reviewer", "inputs": {"prompt": format!("look at r{n}")}}),
            |seen| assert_eq!(seen.distinct("/session_id"), AT_ONCE),
        ),
        all(
            "pause_session",
            "told to pause once",
            |_| json!({"session_id": "runs"}),
            |seen| assert_eq!(seen.posts("/agent-session-manager/sessions/runs"), 1),
        ),
        all(
            "resume_session",
            "told to go on once",
            |_| json!({"session_id": "rests"}),
            |seen| assert_eq!(seen.posts("/agent-session-manager/sessions/rests"), 1),
        ),
        all(
            "cancel_session",
            "told to end once",
            |_| json!({"session_id": "runs"}),
            |seen| assert_eq!(seen.posts("/agent-session-manager/sessions/runs"), 1),
        ),
        all(
            "cancel_action_execution",
            "told to end once",
            |_| json!({"execution_id": "1ce000000000000000000001"}),
            |seen| {
                let path = "/lifecycle-manager/action-executions/1ce000000000000000000001/cancel";
                assert_eq!(seen.posts(path), 1);
            },
        ),
        all(
            "import_project",
            "each is a project of its own",
            |n| json!({"project": {"name": format!("New {n}"), "components": []}}),
            |seen| {
                let mut projects = seen.rows("projects");
                projects.retain(|project| {
                    project["name"].as_str().is_some_and(|name| name.starts_with("New "))
                });
                assert_eq!(projects.len(), AT_ONCE);
            },
        ),
        one(
            "import_workflow",
            "one workflow of a name",
            |_| json!({"workflow": {"name": "New", "type": "automation", "tasks": {}}}),
            |seen| assert_eq!(seen.named("workflows", "New").len(), 1),
        ),
        one(
            "import_prebuilt",
            "one pre-built of a name",
            |_| {
                let repository = json!({"type": "local"});
                let metadata =
                    json!({"name": "@lab/new", "version": "1.0.0", "repository": repository});
                let bundles = json!([{"type": "workflow", "data": {"name": "W"}}]);
                json!({"prebuilt": {"metadata": metadata, "manifest": {}, "bundles": bundles}})
            },
            |seen| assert_eq!(seen.named("prebuilts", "@lab/new").len(), 1),
        ),
    ]
}

/// Writing tools that change nothing on the platform itself: they give something out, or run
/// something on devices and gateways, any number at once.
const CHANGE_NOTHING: &[&str] =
    &["export_gateway_configuration", "run_command", "run_command_template", "run_service"];

#[test]
fn eight_changes_of_one_thing_at_once_lose_nothing() {
    let platform = Platform::start();
    let mut server = StdioServer::start(&platform.env(), &[]);
    server.initialize("2025-11-25");
    let list = server.request("tools/list", json!({}))["result"]["tools"].clone();
    let mut without: Vec<&str> = list
        .as_array()
        .expect("a list")
        .iter()
        .filter(|tool| tool["annotations"]["readOnlyHint"] != true)
        .filter_map(|tool| tool["name"].as_str())
        .filter(|name| !CHANGE_NOTHING.contains(name))
        .collect();
    without.retain(|name| rows().iter().all(|row| row.tool != *name));
    assert!(without.is_empty(), "no row shows what eight at once do: {without:?}");
    let mut failures = Vec::new();
    for row in rows() {
        platform.control("POST", "/sandbox/reset", None);
        let (_, groups) = platform.control("GET", "/sandbox/world/device_groups", None);
        let mut groups = groups.as_array().cloned().unwrap_or_default();
        let devices: Vec<String> =
            (0..AT_ONCE).map(|n| format!("d{n}")).chain(["stays".into()]).collect();
        groups.push(json!({"id": "e1", "name": "Eight", "devices": devices}));
        platform.control("PUT", "/sandbox/world/device_groups", Some(&json!(groups)));
        let (_, sessions) = platform.control("GET", "/sandbox/world/sessions", None);
        let mut sessions = sessions.as_array().cloned().unwrap_or_default();
        for (id, status) in [("runs", "RUNNING"), ("rests", "PAUSED")] {
            let agent = json!({"name": "Config Reviewer"});
            sessions.push(json!({"sessionId": id, "status": status, "agentSnapshot": agent}));
        }
        platform.control("PUT", "/sandbox/world/sessions", Some(&json!(sessions)));
        server.call("get_adapters", json!({}));
        platform.control("DELETE", "/sandbox/requests", None);
        // Late answers, so that whoever did not wait would be between another's read and write.
        platform.faults(json!([{"match": {}, "times": 100_000, "delay_ms": 15}]));
        let results = at_once(&mut server, row.tool, row.arguments);
        platform.heal();
        let (done, failed): (Vec<Value>, Vec<Value>) =
            results.into_iter().partition(|result| result["isError"] == false);
        let values = done.iter().map(|result| result["structuredContent"].clone()).collect();
        let run = std::panic::AssertUnwindSafe(|| {
            assert_eq!(done.len(), row.succeed, "{failed:?}");
            (row.check)(&Seen { platform: &platform, values });
        });
        if let Err(panic) = std::panic::catch_unwind(run) {
            let why = panic.downcast_ref::<String>().cloned().unwrap_or_default();
            failures.push(format!("{}, {}: {why}", row.tool, row.because));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n\n"));
}

/// Calls the tool eight times without waiting in between, and gathers what comes back.
fn at_once(server: &mut StdioServer, tool: &str, arguments: fn(usize) -> Value) -> Vec<Value> {
    let mut results: BTreeMap<u64, Value> = BTreeMap::new();
    let ids: Vec<u64> = (0..AT_ONCE)
        .map(|n| server.ask("tools/call", json!({"name": tool, "arguments": arguments(n)})))
        .collect();
    while results.len() < AT_ONCE {
        let message = server.try_receive(PATIENCE).expect("an answer to each");
        let id = message["id"].as_u64().filter(|id| ids.contains(id));
        if let (Some(id), None) = (id, message.get("method")) {
            results.insert(id, message["result"].clone());
        }
    }
    results.into_values().collect()
}
