//! Device groups and their members.

use serde_json::{Value, json};

use super::{Case, Shows, fails, ok};

const GROUPS: &str = "/configuration_manager/deviceGroups";
const CORE: &str = "/configuration_manager/deviceGroups/d96f00000000000000000000";

/// Device groups and their members.
pub fn rows() -> Vec<Case> {
    [groups(), new_groups(), members()].into_iter().flatten().collect()
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
            {"match": {"path": create}, "after_write": true, "replace": {"result": "success"}},
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
        fails(
            "add_devices_to_group",
            Shows::Defect,
            "a change that was not kept is no success",
            json!({"name": "Core", "devices": ["new"]}),
            &["as if it had not been made for: new"],
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
