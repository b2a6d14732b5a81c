//! What writes are told, whatever the platform's version says it in. Each row names the kind of fault
//! that it shows: what is lost or bent on the way from an answer to the reader.

use serde_json::{Value, json};

use super::{Case, Shows, fails, ok};

/// Rows over several areas.
pub fn rows() -> Vec<Case> {
    [devices(), values(), names(), runs()].into_iter().flatten().collect()
}

/// Answers of devices, in every shape.
fn devices() -> Vec<Case> {
    let answer = json!({"raw": "show clock", "device": "r1", "response": "12:00"});
    let shapes = [
        answer.clone(),
        json!([answer]),
        json!({"message": "ok", "data": [answer]}),
        json!({"results": answer}),
        json!({"result": {"data": [answer]}}),
        json!({"iterations": [answer]}),
    ];
    let shaped = shapes.into_iter().map(|shape| {
        ok(
            "run_command",
            Shows::Defect,
            "an answer is shown in whatever shape it comes",
            json!({"cmd": "show clock", "devices": ["r1"]}),
            |seen| {
                assert_eq!(
                    seen.value["results"],
                    json!([{"device": "r1", "command": "show clock", "response": "12:00"}])
                );
            },
        )
        .with_faults(json!([{"match": {"path": "/mop/RunCommandDevices"}, "replace": shape}]))
    });
    let checked = json!({"evaluated": "show version", "device": "r1", "response": "16", "result": true,
                         "rules": []});
    let one = ok(
        "run_command_template",
        Shows::Defect,
        "one result instead of a list of one",
        json!({"name": "chk_version", "devices": ["r1"]}),
        |seen| assert_eq!(seen.value["command_results"][0]["response"], "16"),
    )
    .with_faults(json!([{"match": {"path": "/mop/RunCommandTemplate"},
        "replace": {"data": {"name": "chk_version", "result": true, "commands_results": checked}}}]));
    shaped.chain([one]).collect()
}

/// Values that nobody asked to change, and ids that are numbers.
fn values() -> Vec<Case> {
    let data = json!({"rows": [{"vlan": 9_007_199_254_740_993_i64}], "on": true, "ratio": 2.638344616030823e-256});
    let template = json!([{"_id": 7, "name": "T", "type": "jinja2", "group": "g", "command": "c",
                           "template": "t", "description": null, "data": data}]);
    let group = json!([{"id": 7, "name": "G", "devices": ["a"]}]);
    let kept = data.clone();
    vec![
        ok(
            "update_template",
            Shows::Defect,
            "data that is an object travels back as it was, and large numbers exactly",
            json!({"name": "T", "command": "show"}),
            move |seen| {
                let sent = seen.sent("PUT", "/automation-studio/templates/7");
                assert_eq!(sent[0]["update"]["data"], kept, "{sent:?}");
                assert_eq!(sent[0]["update"]["command"], "show");
            },
        )
        .with_world("templates", template.clone())
        .with_faults(json!([{"match": {"method": "PUT"}, "replace": {"updated": template[0]}}])),
        ok(
            "add_devices_to_group",
            Shows::Defect,
            "an id that is a number",
            json!({"name": "G", "devices": ["a"]}),
            |seen| assert_eq!(seen.value["devices"], json!(["a"])),
        )
        .with_world("device_groups", group.clone()),
        ok(
            "remove_devices_from_group",
            Shows::Defect,
            "an id that is a number",
            json!({"name": "G", "devices": ["a"]}),
            |seen| {
                assert_eq!(seen.sent("PUT", "/configuration_manager/deviceGroups/7").len(), 1);
            },
        )
        .with_faults(json!([
            {"match": {"path": "/configuration_manager/deviceGroups"}, "replace": group},
            {"match": {"method": "PUT"}, "replace": {"status": "success"}},
            {"match": {"path": "/configuration_manager/deviceGroups"},
             "replace": [{"id": 7, "name": "G", "devices": []}]}
        ])),
        ok(
            "describe_inventory",
            Shows::Defect,
            "the count is that of the nodes beside it",
            json!({"name": "Core Routers"}),
            |seen| {
                assert_eq!(seen.value["nodes"].as_array().map(Vec::len), Some(60));
                assert_eq!(seen.value["nodeCount"], 60);
            },
        ),
        ok(
            "create_inventory",
            Shows::Defect,
            "the count is that of the nodes that are there now",
            json!({"name": "New", "groups": ["NetOps"], "devices": ["a", "b", "c"]}),
            |seen| assert_eq!(seen.value["nodeCount"], 3),
        ),
    ]
}

/// Names that two things share.
fn names() -> Vec<Case> {
    let groups = json!([{"id": "g1", "name": "Twin", "devices": []},
                        {"id": "g2", "name": "Twin", "devices": []}]);
    let twice = |tool| {
        fails(
            tool,
            Shows::Defect,
            "two groups of one name are never changed by chance",
            json!({"name": "Twin", "devices": ["a"]}),
            &["2 device groups are called 'Twin'", "g1", "g2"],
        )
        .with_world("device_groups", groups.clone())
        .and(|seen| assert!(seen.platform.requests().iter().all(|r| r["method"] == "GET")))
    };
    let workflows = json!([{"_id": "w1", "name": "Twin"}, {"_id": "w2", "name": "Twin"}]);
    vec![
        twice("add_devices_to_group"),
        twice("remove_devices_from_group"),
        fails(
            "expose_workflow",
            Shows::Defect,
            "two workflows of one name",
            json!({"name": "Twin"}),
            &["w1", "w2"],
        )
        .with_world("workflows", workflows),
        fails(
            "expose_workflow",
            Shows::Defect,
            "an automation of the name is there already",
            json!({"name": "Backup Device"}),
            &["there is an automation called 'Backup Device' already"],
        )
        .and(|seen| {
            assert!(seen.platform.requests().iter().all(|request| request["method"] == "GET"));
        }),
    ]
}

/// What runs.
fn runs() -> Vec<Case> {
    let search = "/configuration_manager/search/compliance_plan_instances";
    let empty = [json!(""), json!({}), json!([]), json!(false), Value::Null];
    let quiet = empty.into_iter().map(|error| {
        ok(
            "run_service",
            Shows::Defect,
            "an error without content beside a success is a success",
            json!({"name": "echo", "cluster": "lab"}),
            |seen| assert_eq!(seen.value["return_code"], 0),
        )
        .with_faults(json!([{"match": {"path": "/gateway_manager/v1/services/run"},
            "replace": {"result": {"stdout": "", "return_code": 0}, "error": error}}]))
    });
    let plan = [
        ok(
            "run_compliance_plan",
            Shows::Defect,
            "a run that shows a moment after its start is found",
            json!({"name": "Campus Baseline"}),
            |seen| {
                let runs = seen.world("compliance_instances");
                assert_eq!(seen.value["instance"]["id"], runs[0]["id"]);
            },
        )
        .with_faults(json!([
            {"match": {"path": "/configuration_manager/compliance_plans/run"}, "after_write": true,
             "replace": {"message": "ok"}},
            {"match": {"path": search}, "skip": 1, "times": 2, "replace": {"plans": []}}
        ])),
        fails(
            "run_compliance_plan",
            Shows::Defect,
            "nothing is started when it could not be told which run is new",
            json!({"name": "Campus Baseline"}),
            &["500"],
        )
        .with_faults(json!([{"match": {"path": search}, "times": 9, "status": 500}]))
        .and(|seen| {
            let path = "/configuration_manager/compliance_plans/run";
            assert_eq!(seen.platform.count("POST", path), 0);
        }),
    ];
    quiet.chain(plan).collect()
}
