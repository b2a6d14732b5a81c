//! Devices and device groups.

use serde_json::{Value, json};

use super::{Case, Shows, fails, ok};

const DEVICES: &str = "/configuration_manager/devices";
const GROUPS: &str = "/configuration_manager/deviceGroups";
const CORE: &str = "/configuration_manager/deviceGroups/d96f00000000000000000000";

/// Devices and device groups.
pub fn rows() -> Vec<Case> {
    [devices(), configurations(), groups(), new_groups(), members()].into_iter().flatten().collect()
}

fn devices() -> Vec<Case> {
    let one = |more: Value| json!({"list": [more], "total": 1, "return_count": 1});
    vec![
        ok(
            "get_devices",
            Shows::Defect,
            "return_count is the count of a page: all are read, not the first 100",
            json!({}),
            |seen| assert_eq!(seen.items().len(), 160),
        ),
        ok("get_devices", Shows::Paging, "the start of each page", json!({}), |seen| {
            let starts: Vec<Value> = seen
                .sent("POST", DEVICES)
                .iter()
                .map(|body| body["options"]["start"].clone())
                .collect();
            assert!(starts.contains(&json!(0)) && starts.contains(&json!(100)), "{starts:?}");
        }),
        ok("get_devices", Shows::Main, "the platform's fields stay", json!({"limit": 3}), |seen| {
            assert_eq!(seen.items().len(), 3);
            let first = &seen.value[0];
            assert_eq!(first["name"], "Büro-Switch");
            assert_eq!(first["host"], "AutomationGateway");
            assert_eq!(first["device-type"], "network_cli");
            assert_eq!(first["deviceType"], "network_cli");
            assert_eq!(first["status"], Value::Null);
            assert_eq!(first["port"], 22);
            assert_eq!(seen.result["structuredContent"]["total"], 160);
            assert!(seen.text.contains("3 of 160 are shown"), "{}", seen.text);
        }),
        ok(
            "get_devices",
            Shows::Main,
            "by a part of the name",
            json!({"name_contains": "ROUTER"}),
            |seen| {
                assert_eq!(seen.items().len(), 1);
                assert_eq!(seen.value[0]["name"], "branch/7 router");
            },
        ),
        ok(
            "get_devices",
            Shows::Defect,
            "a platform that ignores the filter is filtered here",
            json!({"name_contains": "b"}),
            |seen| assert_eq!(seen.items().len(), 1),
        )
        .with_faults(json!([{"match": {"path": DEVICES}, "times": 9,
            "replace": {"list": [{"name": "a"}, {"name": "B"}], "total": 2}}])),
        ok("get_devices", Shows::OddRecord, "no host, odd types", json!({}), |seen| {
            assert_eq!(
                seen.value[0],
                json!({"name": "7", "host": null, "deviceType": null, "status": "up", "x": {}})
            );
        })
        .with_faults(json!([{"match": {"path": DEVICES}, "times": 9,
            "replace": one(json!({"name": 7, "status": "up", "x": {}}))}])),
        ok("get_devices", Shows::Defect, "a total never reached ends", json!({}), |seen| {
            assert_eq!(seen.items().len(), 1);
            assert!(seen.sent("POST", DEVICES).len() < 20);
        })
        .with_faults(json!([{"match": {"path": DEVICES}, "times": 500,
            "replace": {"list": [{"name": "a"}], "total": 7}}])),
    ]
}

fn configurations() -> Vec<Case> {
    let any = "/configuration_manager/devices/*";
    vec![
        ok(
            "get_device_configuration",
            Shows::Main,
            "the text itself, not JSON of it",
            json!({"name": "ams-core-rtr-000"}),
            |seen| {
                assert!(
                    seen.value.as_str().is_some_and(|c| c.contains("hostname ams-core-rtr-000\n"))
                );
                assert_eq!(seen.value, seen.text);
            },
        ),
        ok(
            "get_device_configuration",
            Shows::Defect,
            "a name with a slash and a space is one path segment",
            json!({"name": "branch/7 router"}),
            |seen| assert!(seen.text.contains("hostname branch/7 router")),
        ),
        ok(
            "get_device_configuration",
            Shows::OddRecord,
            "structured configuration is text of it",
            json!({"name": "x"}),
            |seen| {
                let text = seen.value.as_str().expect("text");
                assert_eq!(serde_json::from_str::<Value>(text).ok(), Some(json!({"vpcs": [1]})));
            },
        )
        .with_faults(json!([{"match": {"path": any}, "times": 3,
            "replace": {"device": "x", "config": {"vpcs": [1]}}}])),
        fails(
            "get_device_configuration",
            Shows::Defect,
            "no configuration is not called 'not found'",
            json!({"name": "x"}),
            &["gave no configuration"],
        )
        .with_faults(json!([{"match": {"path": any}, "times": 3, "replace": {"device": "x"}}])),
        fails(
            "get_device_configuration",
            Shows::NotFound,
            "the nearest name is offered",
            json!({"name": "ams-core-rtr-00"}),
            &["Not found", "no device is called 'ams-core-rtr-00'", "ams-core-rtr-000"],
        ),
        ok(
            "backup_device_configuration",
            Shows::Main,
            "with texts",
            json!({"name": "ams-core-rtr-000", "description": "before", "notes": null}),
            |seen| {
                let id = seen.value["id"].as_str().expect("an id");
                assert_eq!(seen.row("backups", "id", id)["description"], "before");
                assert_eq!(seen.row("backups", "id", id)["notes"], "");
            },
        ),
        ok(
            "backup_device_configuration",
            Shows::OddRecord,
            "no id, more fields",
            json!({"name": "ams-core-rtr-000"}),
            |seen| {
                assert_eq!(seen.value["id"], Value::Null);
                assert_eq!(seen.value["where"], "vault");
                assert!(seen.text.contains("did not say its id"));
            },
        )
        .with_faults(json!([{"match": {"path": "/configuration_manager/devices/backups"},
            "times": 3, "replace": {"status": "success", "where": "vault"}}])),
        ok(
            "backup_device_configuration",
            Shows::FaultAfterWrite,
            "an unreadable answer",
            json!({"name": "ams-core-rtr-000"}),
            |seen| assert!(seen.text.contains("accepted the backup"), "{}", seen.text),
        )
        .with_faults(json!([{"match": {"path": "/configuration_manager/devices/backups"},
            "times": 3, "body": "ok", "content_type": "text/plain"}])),
        fails(
            "backup_device_configuration",
            Shows::NotFound,
            "the nearest name is offered",
            json!({"name": "Buero-Switch"}),
            &["no device is called 'Buero-Switch'", "Büro-Switch"],
        ),
        ok(
            "apply_device_configuration",
            Shows::Main,
            "lines reach the device, the answer passes",
            json!({"device": "branch/7 router", "config": "ntp server 192.0.2.9\n"}),
            |seen| {
                assert_eq!(seen.value["status"], "success");
                let row = seen.row("device_configs", "name", "branch/7 router");
                assert!(row["config"].as_str().is_some_and(|c| c.ends_with("192.0.2.9\n")));
            },
        ),
        ok(
            "apply_device_configuration",
            Shows::OddRecord,
            "an answer that is no object",
            json!({"device": "ams-core-rtr-000", "config": "x"}),
            |seen| assert_eq!(seen.value, &json!({"result": ["done"]})),
        )
        .with_faults(json!([{"match": {"path": any, "method": "POST"}, "times": 3,
            "replace": ["done"]}])),
        ok(
            "apply_device_configuration",
            Shows::FaultAfterWrite,
            "an answer that cannot be read",
            json!({"device": "ams-core-rtr-000", "config": "x"}),
            |seen| {
                assert_eq!(seen.value, &json!({}));
                assert!(seen.text.contains("get_device_configuration"), "{}", seen.text);
            },
        )
        .with_faults(json!([{"match": {"path": any, "method": "POST"}, "times": 3,
            "body": "<html>", "content_type": "text/html"}])),
        fails(
            "apply_device_configuration",
            Shows::NotFound,
            "an unknown device",
            json!({"device": "nowhere at all", "config": "x"}),
            &["no device is called 'nowhere at all'", "get_devices lists them"],
        ),
        fails(
            "apply_device_configuration",
            Shows::Defect,
            "a name cannot climb out of its path",
            json!({"device": "a/../../b", "config": "x"}),
            &["dot segment"],
        ),
    ]
}

fn groups() -> Vec<Case> {
    vec![
        ok("get_device_groups", Shows::Main, "members by name", json!({}), |seen| {
            assert_eq!(
                seen.value[0],
                json!({"id": "d96f00000000000000000000", "name": "Core",
                    "devices": ["ams-core-rtr-000", "branch/7 router"], "description": "Group Core"})
            );
        }),
        ok("get_device_groups", Shows::OddRecord, "null or no members", json!({}), |seen| {
            assert_eq!(seen.value[1]["description"], Value::Null);
            assert_eq!(seen.value[3]["devices"], json!([]));
            assert_eq!(seen.value[4]["devices"], json!([]));
        }),
        ok("get_device_groups", Shows::Defect, "ids under _id", json!({}), |seen| {
            assert_eq!(seen.value[0]["id"], "g1");
        })
        .with_faults(json!([{"match": {"path": GROUPS}, "times": 3,
            "replace": [{"_id": "g1", "name": "A"}]}])),
    ]
}

fn new_groups() -> Vec<Case> {
    let create = "/configuration_manager/devicegroup";
    vec![
        ok(
            "create_device_group",
            Shows::Main,
            "with devices",
            json!({"name": "New", "devices": ["a", "b", "a"], "description": "d"}),
            |seen| {
                let row = seen.row("device_groups", "name", "New");
                assert_eq!(row["devices"], json!(["a", "b"]));
                assert_eq!(row["description"], "d");
                assert_eq!(seen.value["id"], row["id"]);
                assert_eq!(seen.value["status"], "ACTIVE");
            },
        ),
        ok(
            "create_device_group",
            Shows::Defect,
            "without devices",
            json!({"name": "New"}),
            |seen| assert_eq!(seen.row("device_groups", "name", "New")["devices"], json!([])),
        ),
        ok(
            "create_device_group",
            Shows::Defect,
            "a comma in a name does not split it",
            json!({"name": "New", "devices": ["rack 1, top", "b"]}),
            |seen| {
                let row = seen.row("device_groups", "name", "New");
                assert_eq!(row["devices"], json!(["rack 1, top", "b"]));
            },
        ),
        ok(
            "create_device_group",
            Shows::OddRecord,
            "an answer without id is looked up",
            json!({"name": "New"}),
            |seen| assert_eq!(seen.value["id"], seen.row("device_groups", "name", "New")["id"]),
        )
        .with_faults(json!([{"match": {"path": create}, "after_write": true,
            "replace": {"result": "success"}}])),
        fails(
            "create_device_group",
            Shows::Defect,
            "a taken name",
            json!({"name": "Core"}),
            &["already", "add_devices_to_group"],
        ),
        ok(
            "create_device_group",
            Shows::FaultAfterWrite,
            "an id that cannot be looked up is null",
            json!({"name": "New"}),
            |seen| {
                assert!(seen.row("device_groups", "name", "New").is_object());
                assert_eq!(seen.value["id"], Value::Null);
                assert!(seen.text.contains("id could not be read"), "{}", seen.text);
            },
        )
        .with_faults(json!([
            {"match": {"path": create}, "after_write": true, "replace": {}},
            {"match": {"path": GROUPS}, "skip": 1, "times": 9, "status": 500}
        ])),
    ]
}

fn members() -> Vec<Case> {
    let members = |seen: &super::Seen<'_>, name: &str| {
        seen.row("device_groups", "name", name)["devices"].clone()
    };
    vec![
        ok(
            "add_devices_to_group",
            Shows::Defect,
            "adds and never replaces",
            json!({"name": "Core", "devices": ["branch/7 router", "new"]}),
            move |seen| {
                let all = json!(["ams-core-rtr-000", "branch/7 router", "new"]);
                assert_eq!(members(seen, "Core"), all);
                assert_eq!(seen.value["devices"], all);
                assert_eq!(seen.value["status"], "success");
                assert_eq!(seen.row("device_groups", "name", "Core")["description"], "Group Core");
                assert!(seen.text.contains("Already in the group: branch/7 router"));
            },
        ),
        ok(
            "add_devices_to_group",
            Shows::Main,
            "the first member",
            json!({"name": "Empty", "devices": "one"}),
            move |seen| assert_eq!(members(seen, "Empty"), json!(["one"])),
        ),
        ok(
            "add_devices_to_group",
            Shows::OddRecord,
            "a group whose members are null",
            json!({"name": "Null members", "devices": ["one"]}),
            move |seen| assert_eq!(members(seen, "Null members"), json!(["one"])),
        ),
        ok(
            "add_devices_to_group",
            Shows::Defect,
            "nothing new sends nothing",
            json!({"name": "Core", "devices": null}),
            |seen| {
                assert!(seen.sent("PUT", CORE).is_empty());
                assert_eq!(seen.value["status"], "success");
            },
        ),
        fails(
            "add_devices_to_group",
            Shows::NotFound,
            "the nearest name is offered",
            json!({"name": "core", "devices": ["x"]}),
            &["no device group is called 'core'", "did you mean 'Core'"],
        ),
        ok(
            "add_devices_to_group",
            Shows::FaultAfterWrite,
            "what cannot be read back does not hide the write",
            json!({"name": "Core", "devices": ["new"]}),
            move |seen| {
                assert!(
                    members(seen, "Core").as_array().is_some_and(|m| m.contains(&json!("new")))
                );
                assert!(seen.text.contains("could not be read back"), "{}", seen.text);
            },
        )
        .with_faults(json!([{"match": {"path": GROUPS}, "skip": 1, "times": 9, "status": 500}])),
        ok(
            "add_devices_to_group",
            Shows::Defect,
            "a change that was not kept is seen",
            json!({"name": "Core", "devices": ["new"]}),
            |seen| assert!(seen.text.contains("as if it had not been made for: new")),
        )
        .with_faults(json!([{"match": {"path": CORE}, "replace": {"status": "success"}}])),
        ok(
            "remove_devices_from_group",
            Shows::Main,
            "the others stay",
            json!({"name": "Core", "devices": ["ams-core-rtr-000", "ghost"]}),
            move |seen| {
                assert_eq!(members(seen, "Core"), json!(["branch/7 router"]));
                assert!(seen.text.contains("Not in the group: ghost"), "{}", seen.text);
            },
        ),
        ok(
            "remove_devices_from_group",
            Shows::Defect,
            "no devices is nothing to do",
            json!({"name": "Core"}),
            move |seen| {
                assert_eq!(members(seen, "Core").as_array().map(Vec::len), Some(2));
                assert!(seen.sent("PUT", CORE).is_empty());
            },
        ),
        ok(
            "remove_devices_from_group",
            Shows::OddRecord,
            "members wrapped in objects",
            json!({"name": "Core", "devices": ["a"]}),
            |seen| {
                let row = seen.row("device_groups", "name", "Core");
                assert_eq!(row["devices"], json!([{"name": "b"}]));
            },
        )
        .with_world(
            "device_groups",
            json!([
            {"id": "g", "name": "Core", "devices": [{"name": "a"}, {"name": "b"}]}]),
        ),
        fails(
            "remove_devices_from_group",
            Shows::NotFound,
            "the nearest name is offered",
            json!({"name": "Acces Layer", "devices": ["x"]}),
            &["did you mean 'Access Layer'"],
        ),
        ok(
            "remove_devices_from_group",
            Shows::FaultAfterWrite,
            "what cannot be read back does not hide the write",
            json!({"name": "Core", "devices": ["branch/7 router"]}),
            move |seen| {
                assert_eq!(members(seen, "Core"), json!(["ams-core-rtr-000"]));
                assert_eq!(seen.value["devices"], json!(["ams-core-rtr-000"]));
                assert!(seen.text.contains("could not be read back"), "{}", seen.text);
            },
        )
        .with_faults(json!([{"match": {"path": GROUPS}, "skip": 1, "times": 9, "status": 500}])),
    ]
}
