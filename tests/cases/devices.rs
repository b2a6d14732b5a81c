//! Devices and their configurations.

use serde_json::{Value, json};

use super::{Case, Shows, fails, ok};

const DEVICES: &str = "/configuration_manager/devices";

/// Devices and their configurations.
pub fn rows() -> Vec<Case> {
    [devices(), configurations()].into_iter().flatten().collect()
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
            assert!(seen.text.contains("first 3 of 160; next: offset=3"), "{}", seen.text);
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
                assert_eq!(seen.row("backups", "_id", id)["description"], "before");
                assert_eq!(seen.row("backups", "_id", id)["notes"], "");
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
        fails(
            "backup_device_configuration",
            Shows::FaultAfterWrite,
            "an unreadable answer",
            json!({"name": "ams-core-rtr-000"}),
            &["Outcome unknown", "may have happened"],
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
                assert!(
                    row["config"].as_str().is_some_and(|c| c.contains("ntp server 192.0.2.9\n"))
                );
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
        fails(
            "apply_device_configuration",
            Shows::FaultAfterWrite,
            "an answer that cannot be read",
            json!({"device": "ams-core-rtr-000", "config": "x"}),
            &["Outcome unknown", "may have happened", "get_device_configuration"],
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
