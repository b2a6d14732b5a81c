//! Command templates and commands.

use serde_json::{Value, json};

use super::{Case, Shows, fails, ok};

const CAMPUS: &str = "64f0a1b2c3d4e5f601234567";
const DEVICE: &str = "ams-core-rtr-000";

/// Command templates and commands.
pub fn rows() -> Vec<Case> {
    [reading(), running(), creating(), updating()].into_iter().flatten().collect()
}

fn reading() -> Vec<Case> {
    let list = "/mop/listTemplates";
    vec![
        ok("get_command_templates", Shows::Main, "the list", json!({}), |seen| {
            let first = &seen.value["templates"][0];
            assert_eq!(first["_id"], "chk_version");
            assert_eq!(first["passRule"], true);
            assert_eq!(first["namespace"], Value::Null);
        }),
        ok("get_command_templates", Shows::OddRecord, "a namespace may be text", json!({}), |seen| {
            let templates = seen.value["templates"].as_array().expect("a list");
            assert!(templates.iter().any(|t| t["namespace"] == "Datacenter"));
            assert!(templates.iter().any(|t| t["namespace"]["type"] == "project"));
        }),
        ok("get_command_templates", Shows::OddRecord, "rows that lack everything", json!({}), |seen| {
            assert_eq!(
                seen.value["templates"][0],
                json!({"_id": "a", "name": "a", "description": null, "namespace": null, "passRule": null})
            );
        })
        .with_faults(json!([{"match": {"path": list}, "times": 3, "replace": [{"name": "a"}]}])),
        ok(
            "describe_command_template",
            Shows::Main,
            "commands, rules and how they count",
            json!({"name": "chk_version"}),
            |seen| {
                let template = &seen.value["template"];
                assert_eq!(template["commands"][0]["rules"][0]["eval"], "contains");
                assert_eq!(template["os"], "ios");
            },
        ),
        ok(
            "describe_command_template",
            Shows::Defect,
            "a name with a slash is one path segment",
            json!({"name": "intf errors / all"}),
            |seen| assert_eq!(seen.value["template"]["name"], "intf errors / all"),
        ),
        ok(
            "describe_command_template",
            Shows::Main,
            "in a project",
            json!({"name": "intf_errors", "project": "Campus Refresh"}),
            |seen| assert_eq!(seen.value["template"]["_id"], format!("@{CAMPUS}: intf_errors")),
        ),
        fails(
            "describe_command_template",
            Shows::NotFound,
            "the nearest name is offered",
            json!({"name": "chk_versoin"}),
            &["Not found", "did you mean 'chk_version'"],
        ),
        fails(
            "describe_command_template",
            Shows::Defect,
            "a path cannot be climbed out of",
            json!({"name": "../../whoami"}),
            &["dot segment"],
        ),
        ok(
            "describe_command_template",
            Shows::OddRecord,
            "a lone object instead of a list",
            json!({"name": "x"}),
            |seen| assert_eq!(seen.value["template"]["commands"], json!([])),
        )
        .with_faults(json!([{"match": {"path": "/mop/listATemplate/*"}, "times": 3,
            "replace": {"_id": "x", "name": "x", "commands": null}}])),
    ]
}

fn running() -> Vec<Case> {
    let run = "/mop/RunCommandTemplate";
    vec![
        ok(
            "run_command_template",
            Shows::Defect,
            "results stand under commands_results and are not lost",
            json!({"name": "chk_version", "devices": [DEVICE]}),
            |seen| {
                assert_eq!(seen.value["name"], "chk_version");
                assert_eq!(seen.value["all_pass_flag"], true);
                assert_eq!(seen.value["result"], true, "the verdict is shown");
                let result = &seen.value["command_results"][0];
                assert_eq!(result["device"], DEVICE);
                assert_eq!(result["raw"], "show version");
                assert!(result["response"].as_str().is_some_and(|r| r.contains("Version 16")));
                assert_eq!(result["rules"][0]["result"], true);
            },
        ),
        ok(
            "run_command_template",
            Shows::Main,
            "the older key is read too",
            json!({"name": "chk_version", "devices": ["r1"]}),
            |seen| assert_eq!(seen.value["command_results"][0]["response"], "V16"),
        )
        .with_faults(json!([{"match": {"path": run}, "times": 3, "replace": {
            "name": "chk_version", "all_pass_flag": true,
            "command_results": [{"device": "r1", "raw": "show version", "response": "V16"}]}}])),
        ok(
            "run_command_template",
            Shows::Main,
            "variables reach commands and rules",
            json!({"name": "intf_errors", "project": "Campus Refresh", "devices": DEVICE,
                "variables": {"interface": "Gi0/1"}}),
            |seen| {
                let result = &seen.value["command_results"][0];
                assert_eq!(result["evaluated"], "show interface Gi0/1");
                assert_eq!(result["rules"][0]["severity"], Value::Null, "a rule may have none");
            },
        ),
        ok(
            "run_command_template",
            Shows::OddRecord,
            "a device nobody knows does not hide the others",
            json!({"name": "chk_version", "devices": [DEVICE, "ghost"]}),
            |seen| {
                assert_eq!(seen.value["command_results"].as_array().map(Vec::len), Some(2));
                assert_eq!(seen.value["command_results"][1]["response"], Value::Null);
            },
        ),
        ok(
            "run_command_template",
            Shows::Main,
            "E15: one verdict, and how many checks it rests on",
            json!({"name": "chk_version", "devices": [DEVICE]}),
            |seen| {
                assert_eq!(seen.value["verdict"], "passed");
                let checks = json!({"made": 2, "passed": 2, "commands_answered": 1,
                    "commands_unanswered": 0});
                assert_eq!(seen.value["checks"], checks);
            },
        ),
        ok(
            "run_command_template",
            Shows::Defect,
            "E15: a command that lacks a variable is no pass, though the platform counts it as one",
            json!({"name": "intf errors / all", "devices": [DEVICE]}),
            |seen| {
                assert_eq!(seen.value["result"], true, "the platform's word");
                assert_eq!(seen.value["verdict"], "incomplete");
                assert_eq!(seen.value["checks"]["made"], 0);
                seen.says(&["neither passed nor failed", "it lacks the variable interface"]);
            },
        ),
        ok(
            "run_command_template",
            Shows::Defect,
            "E15: a template without commands checks nothing",
            json!({"name": "leaf_check", "devices": [DEVICE]}),
            |seen| assert_eq!(seen.value["verdict"], "nothing checked"),
        ),
        ok(
            "run_command_template",
            Shows::Main,
            "E15: failed is failed",
            json!({"name": "always fails", "devices": [DEVICE]}),
            |seen| {
                assert_eq!(seen.value["verdict"], "failed");
                assert_eq!(
                    (&seen.value["checks"]["made"], &seen.value["checks"]["passed"]),
                    (&json!(1), &json!(0))
                );
            },
        ),
        fails(
            "run_command_template",
            Shows::NotFound,
            "an unknown template is named with the nearest",
            json!({"name": "chk_verison", "devices": [DEVICE]}),
            &["Not found", "did you mean 'chk_version'"],
        ),
        fails(
            "run_command_template",
            Shows::FaultAfterWrite,
            "an unreadable answer is neither success nor failure of what ran",
            json!({"name": "chk_version", "devices": [DEVICE]}),
            &["Outcome unknown", "may have happened", "before you repeat"],
        )
        .with_faults(json!([{"match": {"path": run}, "times": 3, "body": "ok",
            "content_type": "text/plain"}])),
        ok(
            "run_command",
            Shows::Main,
            "one answer per device",
            json!({"cmd": "show version", "devices": [DEVICE, "branch/7 router"]}),
            |seen| {
                let results = seen.value["results"].as_array().expect("a list");
                assert_eq!(results.len(), 2);
                assert_eq!(results[0]["command"], "show version");
                assert_eq!(results[1]["device"], "branch/7 router");
            },
        ),
        ok(
            "run_command",
            Shows::Defect,
            "a null response of one device fails nothing",
            json!({"cmd": "show version", "devices": "[\"ghost\", \"ams-core-rtr-000\"]"}),
            |seen| {
                assert_eq!(seen.value["results"][0]["response"], Value::Null);
                assert!(seen.value["results"][1]["response"].is_string());
            },
        ),
        ok(
            "run_command",
            Shows::OddRecord,
            "a device the answer says nothing about is named",
            json!({"cmd": "x", "devices": ["r1", "r2"]}),
            |seen| assert!(seen.text.contains("nothing about: r2"), "{}", seen.text),
        )
        .with_faults(json!([{"match": {"path": "/mop/RunCommandDevices"}, "times": 3,
            "replace": [{"device": "r1", "raw": "x", "response": "y"}]}])),
        fails(
            "run_command",
            Shows::FaultAfterWrite,
            "an answer without results is neither success nor failure of what ran",
            json!({"cmd": "x", "devices": ["r1"]}),
            &["Outcome unknown", "may have happened", "before you repeat"],
        )
        .with_faults(json!([{"match": {"path": "/mop/RunCommandDevices"}, "times": 3,
            "replace": {"odd": true}}])),
    ]
}

fn creating() -> Vec<Case> {
    let commands = json!([{"command": "show clock", "passRule": true, "rules": []}]);
    vec![
        ok(
            "create_command_template",
            Shows::Main,
            "created and found again by its name",
            json!({"name": "clock", "commands": commands}),
            |seen| {
                assert_eq!(seen.value["insertedIds"], json!({"0": "clock"}));
                assert_eq!(seen.value["insertedCount"], 1);
                let row = seen.row("command_templates", "_id", "clock");
                assert_eq!(row["passRule"], true);
                assert_eq!(row["os"], "");
                assert_eq!(row["commands"][0]["command"], "show clock");
                assert!(
                    seen.sent("POST", "/mop/createTemplate")[0]["mop"].get("description").is_none()
                );
            },
        ),
        ok(
            "create_command_template",
            Shows::Main,
            "in a project, with commands as JSON text",
            json!({"name": "clock", "project": "Campus Refresh", "commands": commands.to_string()}),
            |seen| {
                let stored = format!("@{CAMPUS}: clock");
                assert!(seen.row("command_templates", "_id", &stored).is_object());
            },
        ),
        ok(
            "create_command_template",
            Shows::OddRecord,
            "plain commands become objects; other words for the counts are understood",
            json!({"name": "plain", "commands": ["show clock"]}),
            |seen| {
                let sent = &seen.sent("POST", "/mop/createTemplate")[0]["mop"];
                assert_eq!(sent["commands"][0]["command"], "show clock");
                assert_eq!(sent["_id"], "plain");
                assert_eq!(seen.value["insertedIds"], json!({"0": "plain"}));
                assert_eq!(seen.value["insertedCount"], 1);
            },
        )
        .with_faults(json!([{"match": {"path": "/mop/createTemplate"},
            "replace": {"acknowledged": true, "insertedId": "plain"}}])),
        fails(
            "create_command_template",
            Shows::Defect,
            "a taken name is refused before anything is sent",
            json!({"name": "chk_version", "commands": []}),
            &["already", "update_command_template"],
        ),
        fails(
            "create_command_template",
            Shows::NotFound,
            "an unknown project",
            json!({"name": "x", "commands": [], "project": "Twin"}),
            &["2 projects are called 'Twin'"],
        ),
        ok(
            "create_command_template",
            Shows::FaultAfterWrite,
            "an answer that says nothing",
            json!({"name": "quiet", "commands": []}),
            |seen| {
                assert!(seen.row("command_templates", "_id", "quiet").is_object());
                assert_eq!(seen.value["insertedIds"], json!({"0": "quiet"}));
            },
        )
        .with_faults(json!([{"match": {"path": "/mop/createTemplate"}, "after_write": true,
            "body": "", "content_type": "text/plain"}])),
    ]
}

fn updating() -> Vec<Case> {
    let update = "/mop/updateTemplate/*";
    vec![
        ok(
            "update_command_template",
            Shows::Defect,
            "the rest of the document survives the platform's full replacement",
            json!({"name": "always fails", "commands": [{"command": "show clock", "rules": []}]}),
            |seen| {
                let row = seen.row("command_templates", "_id", "always fails");
                assert_eq!(row["commands"][0]["command"], "show clock");
                assert_eq!(row["passRule"], false);
                assert_eq!(row["os"], "ios");
                assert_eq!(row["tags"], json!(["training"]));
                assert_eq!(row["description"], "Checks of always fails");
                assert_eq!(row["createdBy"], "admin");
                assert_eq!(seen.value["matchedCount"], 1);
                assert_eq!(seen.value["upsertedId"], Value::Null);
            },
        ),
        ok(
            "update_command_template",
            Shows::Main,
            "only the description, in a project",
            json!({"name": "intf_errors", "project": "Campus Refresh", "description": "new"}),
            |seen| {
                let stored = format!("@{CAMPUS}: intf_errors");
                let row = seen.row("command_templates", "_id", &stored);
                assert_eq!(row["description"], "new");
                assert_eq!(row["name"], stored);
                assert_eq!(row["namespace"]["type"], "project");
                assert_eq!(row["commands"].as_array().map(Vec::len), Some(1));
                let lookups = seen.platform.count("GET", "/automation-studio/projects");
                assert!(lookups <= 2, "the project is looked up once, not {lookups} times");
            },
        ),
        ok(
            "update_command_template",
            Shows::OddRecord,
            "counts in other words",
            json!({"name": "chk_version", "os": "nxos"}),
            |seen| {
                assert_eq!(
                    seen.value,
                    &json!({"acknowledged": true, "modifiedCount": 1, "upsertedId": null,
                        "upsertedCount": 0, "matchedCount": 1})
                );
            },
        )
        .with_faults(json!([{"match": {"path": update}, "after_write": true,
            "replace": {"n": 1, "ok": 1, "nModified": 1}}])),
        fails(
            "update_command_template",
            Shows::Defect,
            "an update that was not kept is no success",
            json!({"name": "chk_version", "os": "nxos"}),
            &["does not read as it was sent", "describe_command_template"],
        )
        .with_faults(json!([{"match": {"path": update}, "replace": {"n": 1, "ok": 1}}])),
        ok(
            "update_command_template",
            Shows::FaultAfterWrite,
            "what cannot be read back does not hide the write",
            json!({"name": "chk_version", "os": "nxos"}),
            |seen| {
                assert_eq!(seen.row("command_templates", "_id", "chk_version")["os"], "nxos");
                assert!(seen.text.contains("could not be read back"), "{}", seen.text);
            },
        )
        .with_faults(json!([{"match": {"path": "/mop/listATemplate/*"}, "skip": 1, "times": 9,
            "status": 500}])),
        fails(
            "update_command_template",
            Shows::NotFound,
            "the project that holds it is offered",
            json!({"name": "intf_errors", "os": "x"}),
            &["no command template is called 'intf_errors'", CAMPUS],
        ),
    ]
}
