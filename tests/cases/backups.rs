//! Backups of configurations, what differs between them, and what a change would change.

use serde_json::{Value, json};

use super::{Case, Shows, fails, ok};

const SEARCH: &str = "/configuration_manager/backups";
const ONE: &str = "/configuration_manager/backups/*";
const RUNNING: &str = "/configuration_manager/devices/*";
const DEVICE: &str = "ams-core-rtr-000";
const OLDER: &str = "b4c000000000000000000000";
const NEWER: &str = "b4c000000000000000000001";

pub fn rows() -> Vec<Case> {
    [lists(), one(), comparisons(), changes()].into_iter().flatten().collect()
}

fn lists() -> Vec<Case> {
    vec![
        ok("get_backups", Shows::Main, "the newest first", json!({"device": DEVICE}), |seen| {
            let ids: Vec<&Value> = seen.items().iter().map(|backup| &backup["id"]).collect();
            assert_eq!(ids, [NEWER, OLDER]);
            assert_eq!(seen.items()[0]["device"], DEVICE);
            assert_eq!(seen.items()[0]["description"], "Before CHG0031");
            let asked = &seen.sent("POST", SEARCH)[0]["options"];
            assert_eq!(asked["filter"], json!({"name": DEVICE}));
            assert_eq!(asked["regex"], false);
        }),
        ok(
            "get_backups",
            Shows::OddRecord,
            "a list of providers, times as numbers or none, no description",
            json!({}),
            |seen| {
                assert_eq!(seen.item("id", NEWER)["provider"], json!(["AutomationGateway"]));
                assert_eq!(seen.item("id", OLDER)["provider"], json!(["AutomationGateway"]));
                let branch = seen.item("device", "branch/7 router");
                assert_eq!(branch["date"], "2025-09-02T02:00:00Z");
                assert_eq!(branch["description"], Value::Null);
                assert_eq!(seen.item("device", "Büro-Switch")["date"], Value::Null);
            },
        ),
        ok(
            "get_backups",
            Shows::Defect,
            "part of a name is no pattern, and its case does not matter",
            json!({"name_contains": "BRANCH/7 r"}),
            |seen| {
                assert_eq!(seen.items().len(), 1);
                assert_eq!(seen.items()[0]["device"], "branch/7 router");
            },
        ),
        ok(
            "get_backups",
            Shows::Defect,
            "a platform that ignores the filter",
            json!({"device": "a"}),
            |seen| assert_eq!(seen.items().len(), 1),
        )
        .with_faults(json!([{"match": {"path": SEARCH}, "times": 9, "replace": {"total": 2,
            "list": [{"_id": "1", "name": "a"}, {"_id": "2", "name": "ab"}]}}])),
        ok("get_backups", Shows::Paging, "more than a page", json!({}), |seen| {
            assert_eq!(seen.items().len(), 120);
            assert!(seen.sent("POST", SEARCH).len() > 10);
        })
        .with_page_cap(7),
    ]
}

fn one() -> Vec<Case> {
    vec![
        ok(
            "describe_backup",
            Shows::Main,
            "with its configuration",
            json!({"id": OLDER}),
            |seen| {
                assert_eq!(seen.value["device"], DEVICE);
                let config = seen.value["rawConfig"].as_str().expect("text");
                assert!(
                    config.contains("ntp server 192.0.2.7\n"),
                    "as it can be applied: {config}"
                );
            },
        ),
        ok(
            "describe_backup",
            Shows::OddRecord,
            "a configuration that is no text is text of it",
            json!({"id": "b4c000000000000000000004"}),
            |seen| {
                let config = seen.value["rawConfig"].as_str().expect("text");
                let config: Value = serde_json::from_str(config).expect("JSON");
                assert_eq!(config, json!({"vlans": [10, 20]}));
            },
        ),
        ok(
            "describe_backup",
            Shows::OddRecord,
            "one that is kept elsewhere is not called empty",
            json!({"id": "b4c000000000000000000003"}),
            |seen| seen.says(&["without its configuration"]),
        ),
        fails(
            "describe_backup",
            Shows::NotFound,
            "an unknown id",
            json!({"id": "b4c0000000000000000000ff"}),
            &["no backup has the id", "get_backups lists them"],
        ),
    ]
}

fn comparisons() -> Vec<Case> {
    let tool = "compare_configurations";
    vec![
        ok(
            tool,
            Shows::Main,
            "E1: two backups, with counts and without secrets",
            json!({"device": DEVICE, "backup": OLDER, "other_backup": NEWER}),
            |seen| {
                let diff = seen.value["diff"].as_str().expect("text");
                assert!(diff.contains("\n+ntp server 192.0.2.8\n"), "{diff}");
                assert!(diff.contains("\n-interface GigabitEthernet0/1\n"), "{diff}");
                assert!(diff.contains("\n ntp server 192.0.2.7\n"), "{diff}");
                for secret in ["nhEmQVcz8Rz", "n0c-old"] {
                    assert!(!seen.text.contains(secret), "{diff}");
                }
                assert!(diff.contains("\n-enable secret") && diff.contains("\n+enable secret"));
                assert_eq!(seen.value["lines_added"], 2);
                assert_eq!(seen.value["lines_removed"], 5);
                assert!(seen.value["from"].as_str().is_some_and(|from| from.contains(OLDER)));
            },
        ),
        ok(
            tool,
            Shows::Main,
            "the newest backup and what runs now, unless others are named",
            json!({"device": DEVICE}),
            |seen| {
                assert!(seen.value["from"].as_str().is_some_and(|from| from.contains(NEWER)));
                assert_eq!(seen.value["to"], "running configuration");
                let diff = seen.value["diff"].as_str().expect("text");
                assert!(diff.contains("\n-ntp server 192.0.2.7\n"), "{diff}");
                assert_eq!(seen.value["lines_added"], 0);
            },
        ),
        ok(
            tool,
            Shows::OddRecord,
            "no difference but blanks and line ends",
            json!({"device": "x", "backup": "1"}),
            |seen| {
                assert_eq!(seen.value["diff"], "");
                assert_eq!(seen.value["lines_added"], 0);
            },
        )
        .with_faults(json!([
            {"match": {"path": ONE}, "replace": {"data": {"id": 1, "rawConfig": "a\r\nb \r\n"}}},
            {"match": {"path": RUNNING}, "replace": "a\nb"}
        ])),
        fails(
            tool,
            Shows::Defect,
            "a backup of another device",
            json!({"device": "branch/7 router", "backup": OLDER}),
            &["is one of 'ams-core-rtr-000', not of 'branch/7 router'"],
        ),
        fails(
            tool,
            Shows::Defect,
            "a configuration that the platform does not give is not taken for an empty one",
            json!({"device": "ams-edge-sw-004", "backup": "b4c000000000000000000003"}),
            &["without its configuration"],
        ),
        fails(
            tool,
            Shows::NotFound,
            "the nearest name of a device",
            json!({"device": "ams-core-rtr-00"}),
            &["no device is called", "ams-core-rtr-000"],
        ),
        fails(
            tool,
            Shows::NotFound,
            "a device without a backup",
            json!({"device": DEVICE}),
            &["there is no backup of", "backup_device_configuration makes one"],
        )
        .with_world("backups", json!([])),
    ]
}

fn changes() -> Vec<Case> {
    let tool = "apply_device_configuration";
    let lines = "interface Loopback0\n description new\nntp server 192.0.2.9\n";
    vec![
        ok(
            tool,
            Shows::Main,
            "E16: lines stand in their sections, and the end stays last",
            json!({"device": DEVICE, "config": lines}),
            |seen| {
                let row = seen.row("device_configs", "name", DEVICE);
                let config = row["config"].as_str().expect("text");
                assert!(config.contains("/32\n description new\n"), "{config}");
                assert!(config.ends_with("ntp server 192.0.2.9\n!\nend\n"), "{config}");
                seen.says(&["To roll back", "compare_configurations", NEWER]);
            },
        ),
        ok(
            tool,
            Shows::Main,
            "E1: a preview shows the change and sends nothing",
            json!({"device": DEVICE, "config": lines, "preview": true}),
            |seen| {
                let diff = seen.value["diff"].as_str().expect("text");
                assert!(diff.contains("/32\n+ description new\n"), "{diff}");
                assert!(diff.contains("\n+ntp server 192.0.2.9\n"), "{diff}");
                assert_eq!(
                    (&seen.value["lines_added"], &seen.value["preview"]),
                    (&json!(2), &json!(true))
                );
                seen.says(&["Nothing was sent"]);
                assert_eq!(seen.row("device_configs", "name", DEVICE), Value::Null);
            },
        ),
        fails(
            tool,
            Shows::Defect,
            "what cannot be told beforehand is not guessed",
            json!({"device": "x", "config": "a", "preview": true}),
            &["cannot be told beforehand", "nothing was sent"],
        )
        .with_faults(json!([{"match": {"path": RUNNING}, "replace": {"config": {"vpcs": []}}}])),
        ok(
            tool,
            Shows::Main,
            "without a backup the answer says that there is none",
            json!({"device": DEVICE, "config": "ntp server 192.0.2.9"}),
            |seen| seen.says(&["There is no backup of"]),
        )
        .with_world("backups", json!([])),
        ok(
            tool,
            Shows::FaultAfterWrite,
            "backups that cannot be read do not keep the change from being told",
            json!({"device": DEVICE, "config": "ntp server 192.0.2.9"}),
            |seen| {
                assert_eq!(seen.value["status"], "success");
                seen.says(&["To roll back: get_backups"]);
            },
        )
        .with_faults(json!([{"match": {"path": SEARCH}, "times": 9, "status": 403}])),
    ]
}
