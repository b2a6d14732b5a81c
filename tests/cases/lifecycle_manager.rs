//! Resource models, instances, actions.

use serde_json::{Value, json};

use super::{Case, Shows, fails, ok};

const RESOURCES: &str = "/lifecycle-manager/resources";
const EXECUTIONS: &str = "/lifecycle-manager/action-executions";
const RUN: &str = "/lifecycle-manager/resources/1cf000000000000000000000/run-action";
const VLAN: &str = "VLAN Service";

pub fn rows() -> Vec<Case> {
    [resources(), instances(), actions(), executions()].into_iter().flatten().collect()
}

fn resources() -> Vec<Case> {
    vec![
        ok("get_resources", Shows::Main, "name and description", json!({}), |seen| {
            assert_eq!(seen.items()[0], json!({"name": VLAN, "description": "A VLAN at a site"}));
        }),
        ok("get_resources", Shows::OddRecord, "a null description", json!({}), |seen| {
            assert_eq!(seen.items()[1]["description"], Value::Null);
        }),
        ok("get_resources", Shows::Paging, "more than one page", json!({}), |seen| {
            assert_eq!(seen.items().len(), 103);
        }),
        ok("get_resources", Shows::Paging, "short pages", json!({}), |seen| {
            assert_eq!(seen.items().len(), 103);
        })
        .with_page_cap(30),
        ok(
            "create_resource",
            Shows::Main,
            "a schema given as text is understood",
            json!({"name": "New", "schema": "{\"type\": \"object\"}", "description": "d"}),
            |seen| {
                assert_eq!(seen.value["name"], "New");
                let kept = seen.world("resources");
                let new = kept.iter().find(|r| r["name"] == "New").expect("it is there");
                assert_eq!(new["_id"], seen.value["id"]);
                assert_eq!(new["schema"], json!({"type": "object"}));
                assert_eq!(new["description"], "d");
            },
        ),
        fails(
            "create_resource",
            Shows::Defect,
            "a duplicate is an error and writes nothing",
            json!({"name": VLAN, "schema": {}}),
            &["exists already"],
        )
        .and(|seen| assert_eq!(seen.platform.count("POST", RESOURCES), 0)),
        fails(
            "create_resource",
            Shows::Defect,
            "two duplicates are an error too",
            json!({"name": "Twin", "schema": {}}),
            &["exists already"],
        )
        .with_world(
            "resources",
            json!([{"_id": "a", "name": "Twin"}, {"_id": "b", "name": "Twin"}]),
        )
        .and(|seen| assert_eq!(seen.platform.count("POST", RESOURCES), 0)),
        ok(
            "create_resource",
            Shows::FaultAfterWrite,
            "an empty answer after the write",
            json!({"name": "New", "schema": {}}),
            |seen| {
                assert_eq!(seen.value["id"], seen.row("resources", "name", "New")["_id"]);
                seen.says(&["'New' was created", "Read back, it has been done"]);
            },
        )
        .with_faults(json!([{"match": {"method": "POST", "path": RESOURCES}, "after_write": true,
                            "status": 204, "body": ""}])),
        ok(
            "describe_resource",
            Shows::Main,
            "each action's input, from where the platform takes it",
            json!({"name": VLAN}),
            |seen| {
                let actions = seen.value["actions"].as_array().expect("actions");
                assert_eq!(actions.len(), 4);
                let transformation = &seen.world("transformations")[0];
                assert_eq!(actions[0]["input_schema"], transformation["incoming"]);
                let workflows = seen.world("workflows");
                let provision = workflows
                    .iter()
                    .find(|w| w["_id"] == "77f100000000000000000003")
                    .expect("the workflow");
                assert_eq!(actions[1]["input_schema"], provision["inputSchema"]);
                assert_eq!(actions[2]["input_schema"], seen.value["schema"]);
                assert_eq!(actions[3]["type"], "import");
            },
        ),
        ok(
            "describe_resource",
            Shows::Defect,
            "a null description, and one bad workflow hides no action",
            json!({"name": "Firewall Rule"}),
            |seen| {
                assert_eq!(seen.value["description"], Value::Null);
                let actions = seen.value["actions"].as_array().expect("actions");
                assert_eq!(actions.len(), 3);
                assert_eq!(actions[0]["input_schema"], Value::Null);
                assert!(!actions[1]["input_schema"].is_null());
                assert_eq!(actions[2]["input_schema"], Value::Null);
                seen.says(&["'Open' could not be read", "'Adjust' could not be read"]);
            },
        ),
        ok(
            "describe_resource",
            Shows::OddRecord,
            "a model without actions or schema, its name with a slash",
            json!({"name": "Zürich Circuit / 1"}),
            |seen| assert_eq!(seen.value["actions"], json!([])),
        ),
        fails(
            "describe_resource",
            Shows::NotFound,
            "the nearest name is offered",
            json!({"name": "VLAN Servce"}),
            &["Not found", "did you mean 'VLAN Service'?"],
        ),
    ]
}

fn instances() -> Vec<Case> {
    vec![
        ok(
            "get_instances",
            Shows::Main,
            "data and last action",
            json!({"resource_name": VLAN}),
            |seen| {
                assert_eq!(
                    seen.items()[0],
                    json!({"name": "vlan-0", "description": "VLAN 100",
                    "instance_data": {"vlan": 100, "site": "ams"},
                    "last_action": {"name": "Provision", "type": "create", "status": "complete"}})
                );
            },
        ),
        ok("get_instances", Shows::Paging, "all of them", json!({"resource_name": VLAN}), |seen| {
            assert_eq!(seen.items().len(), 120);
        })
        .with_page_cap(50),
        ok(
            "get_instances",
            Shows::Main,
            "a limit is said",
            json!({"resource_name": VLAN, "limit": 7}),
            |seen| {
                assert_eq!(seen.items().len(), 7);
                seen.says(&["7 of 120"]);
            },
        ),
        ok(
            "get_instances",
            Shows::OddRecord,
            "no last action, an unknown type, no data",
            json!({"resource_name": VLAN}),
            |seen| {
                assert_eq!(seen.items()[2]["last_action"], Value::Null);
                assert_eq!(seen.items()[3]["last_action"]["type"], "import");
                assert_eq!(seen.items()[4]["instance_data"], Value::Null);
            },
        ),
        fails(
            "get_instances",
            Shows::NotFound,
            "an unknown model",
            json!({"resource_name": "no such thing at all"}),
            &["no resource model is called 'no such thing at all'", "get_resources"],
        ),
        ok(
            "describe_instance",
            Shows::Main,
            "one by name, not its neighbours",
            json!({"resource_name": VLAN, "instance_name": "vlan-1"}),
            |seen| {
                assert_eq!(seen.value["name"], "vlan-1");
                assert_eq!(seen.value["instance_data"]["vlan"], 101);
            },
        ),
        ok(
            "describe_instance",
            Shows::OddRecord,
            "data that is null",
            json!({"resource_name": VLAN, "instance_name": "vlan-4"}),
            |seen| assert_eq!(seen.value["instance_data"], Value::Null),
        ),
        fails(
            "describe_instance",
            Shows::Defect,
            "without a name, several are listed instead of asking for an empty one",
            json!({"resource_name": VLAN}),
            &["'instance_name' is needed", "vlan-0", "and more"],
        ),
        ok(
            "describe_instance",
            Shows::Defect,
            "without a name, the only one",
            json!({"resource_name": VLAN}),
            |seen| assert_eq!(seen.value["name"], "only"),
        )
        .with_world(
            "instances",
            json!([{"_id": "x", "name": "only", "modelId": "1cf000000000000000000000"}]),
        ),
        fails(
            "describe_instance",
            Shows::NotFound,
            "the nearest name is offered",
            json!({"resource_name": VLAN, "instance_name": "vlan_7"}),
            &["Not found", "did you mean"],
        ),
    ]
}

fn actions() -> Vec<Case> {
    let run = |action: &str, more: Value| {
        let mut arguments = json!({"resource_name": VLAN, "action_name": action});
        if let (Some(all), Value::Object(more)) = (arguments.as_object_mut(), more) {
            all.extend(more);
        }
        arguments
    };
    let nothing_started = |seen: &super::Seen<'_>| assert_eq!(seen.platform.count("POST", RUN), 0);
    vec![
        ok(
            "run_action",
            Shows::Main,
            "create names the new instance",
            run(
                "Provision",
                json!({"instance_name": "vlan-new", "instance_description": "d",
                                    "input_params": "{\"vlan\": \"7\"}"}),
            ),
            |seen| {
                assert_eq!(seen.value["status"], "running");
                assert!(seen.value["job_id"].is_string());
                assert_eq!(
                    seen.sent("POST", RUN),
                    [json!({"actionId": "ac00", "instanceName": "vlan-new", "inputs": {"vlan": 7},
                            "instanceDescription": "d"})]
                );
            },
        ),
        ok(
            "run_action",
            Shows::Defect,
            "update names the instance by id; no job id is no failure",
            run("Resize", json!({"instance_name": "vlan-1", "input_params": {"vlan": 8}})),
            |seen| {
                assert_eq!(seen.value["job_id"], Value::Null);
                assert!(seen.value["execution_id"].is_string());
                seen.says(&["get_action_executions"]);
                assert_eq!(
                    seen.sent("POST", RUN),
                    [json!({"actionId": "ac01", "instance": "1c5a00000000000000000001",
                            "inputs": {"vlan": 8}})]
                );
            },
        ),
        ok(
            "run_action",
            Shows::Main,
            "input goes out as the action's schema wants it",
            run(
                "Resize",
                json!({"instance_name": "vlan-1",
                       "input_params": {"vlan_id": "8", "devices": "a, b", "device": 7}}),
            ),
            |seen| {
                assert_eq!(
                    seen.sent("POST", RUN)[0]["inputs"],
                    json!({"vlan_id": 8, "devices": ["a", "b"], "device": "7"})
                );
            },
        ),
        ok(
            "run_action",
            Shows::Main,
            "delete without input sends what the instance holds",
            run("Retire", json!({"instance_name": "vlan-1"})),
            |seen| {
                let body = &seen.sent("POST", RUN)[0];
                assert_eq!(body["inputs"], json!({"vlan": 101, "site": "zrh"}));
                assert!(seen.value["execution_id"].is_string());
            },
        ),
        fails(
            "run_action",
            Shows::Defect,
            "update without an instance starts nothing",
            run("Resize", json!({})),
            &["'instance_name' is needed", "get_instances"],
        )
        .and(nothing_started),
        fails(
            "run_action",
            Shows::Defect,
            "the platform's reason reaches the model",
            run("Provision", json!({"instance_name": "vlan-1"})),
            &["an instance named 'vlan-1' already exists"],
        ),
        fails(
            "run_action",
            Shows::NotFound,
            "an unknown model",
            json!({"resource_name": "VLAN", "action_name": "Provision"}),
            &["no resource model is called 'VLAN'"],
        ),
        fails(
            "run_action",
            Shows::NotFound,
            "an unknown action lists the known ones",
            run("Explode", json!({})),
            &[
                "no action of 'VLAN Service' is called 'Explode'",
                "Provision, Resize, Retire, Adopt",
            ],
        )
        .and(nothing_started),
        fails(
            "run_action",
            Shows::NotFound,
            "an unknown instance",
            run("Retire", json!({"instance_name": "vlan-12O"})),
            &["no instance is called 'vlan-12O'"],
        )
        .and(nothing_started),
        fails(
            "run_action",
            Shows::FaultAfterWrite,
            "an empty answer after the start",
            run("Provision", json!({"instance_name": "vlan-new"})),
            &["Outcome unknown", "may have happened", "get_action_executions"],
        )
        .with_faults(json!([{"match": {"path": RUN}, "after_write": true, "status": 202,
                            "body": ""}])),
        ok(
            "run_action",
            Shows::OddRecord,
            "epoch times and numbers as ids",
            run("Provision", json!({"instance_name": "vlan-new"})),
            |seen| {
                assert_eq!(seen.value["start_time"], "2025-09-04T16:49:55Z");
                assert_eq!(seen.value["job_id"], "7");
            },
        )
        .with_faults(json!([{"match": {"path": RUN}, "replace":
            {"data": {"startTime": 1_757_004_595_716_i64, "jobId": 7}}}])),
    ]
}

fn executions() -> Vec<Case> {
    let of = |instance: &str| json!({"resource_name": VLAN, "instance_name": instance});
    vec![
        ok(
            "get_action_executions",
            Shows::Defect,
            "a name's beginning is not enough",
            of("vlan-1"),
            |seen| {
                assert_eq!(seen.items().len(), 1);
                assert_eq!(seen.items()[0]["instanceName"], "vlan-1");
                assert_eq!(seen.items()[0]["errors"], json!([]));
            },
        ),
        ok("get_action_executions", Shows::Main, "what happened", of("vlan-9"), |seen| {
            let item = &seen.items()[0];
            assert_eq!(item["modelName"], VLAN);
            assert_eq!(item["actionType"], "create");
            assert_eq!(item["status"], "complete");
            assert_eq!(item["finalInstanceData"], json!({"vlan": 109}));
        }),
        ok("get_action_executions", Shows::Paging, "all instances, all pages", of(""), |seen| {
            assert_eq!(seen.items().len(), 115);
        })
        .with_page_cap(40),
        ok(
            "get_action_executions",
            Shows::Main,
            "newest first, also where the platform does not sort",
            json!({"resource_name": "M", "instance_name": "", "limit": 1}),
            |seen| {
                assert_eq!(seen.items()[0]["jobId"], "new");
                seen.says(&["1 of 2"]);
            },
        )
        .with_faults(json!([{"match": {"path": EXECUTIONS}, "replace": {"data": [
            {"modelName": "M", "jobId": "old", "startTime": "2025-01-01T00:00:00Z"},
            {"modelName": "M", "jobId": "new", "startTime": "2025-01-02T00:00:00Z"}
        ], "metadata": {"total": 2}}}])),
        ok(
            "get_action_executions",
            Shows::OddRecord,
            "null instances, errors as text, an initiator as an object, lists of data",
            of(""),
            |seen| {
                assert_eq!(seen.item("instanceName", "vlan-1")["errors"], json!([]));
                assert_eq!(seen.item("instanceName", "vlan-2")["errors"], json!(["plain text"]));
                let named = &seen.item("instanceName", "vlan-3")["initiator"]["username"];
                assert_eq!(named, "admin");
                let data = &seen.item("instanceName", "vlan-4")["finalInstanceData"];
                assert_eq!(data, &json!(["a", "b"]));
            },
        ),
        ok(
            "get_action_executions",
            Shows::NotFound,
            "an instance nothing was done to",
            of("vlan-999"),
            |seen| assert!(seen.items().is_empty()),
        ),
    ]
}
