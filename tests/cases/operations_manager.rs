//! Workflows, automations, agents and jobs.

use serde_json::{Value, json};

use super::{Case, Seen, Shows, fails, ok};

const AUTOMATIONS: &str = "/operations-manager/automations";
const TRIGGERS: &str = "/operations-manager/triggers";
const BACKUP: &str = "/operations-manager/triggers/endpoint/backup-device";
const CAMPUS: &str = "64f0a1b2c3d4e5f601234567";

pub fn rows() -> Vec<Case> {
    [offers(), starts(), jobs(), exposes()].into_iter().flatten().collect()
}

/// Endpoint triggers that are enabled and belong to an automation of this kind.
fn startable(seen: &Seen<'_>, kind: &str) -> usize {
    let automations = seen.world("automations");
    let of_kind = |trigger: &Value| {
        automations.iter().any(|a| a["_id"] == trigger["actionId"] && a["componentType"] == kind)
    };
    let triggers = seen.world("triggers");
    let usable = triggers.iter().filter(|t| t["type"] == "endpoint" && t["enabled"] == true);
    usable.filter(|t| of_kind(t)).count()
}

fn offers() -> Vec<Case> {
    let mut rows = vec![
        ok("get_triggers", Shows::Main, "disabled ones and other types too", json!({}), |seen| {
            let world = seen.world("triggers");
            assert_eq!(seen.items().len(), world.len());
            assert!(seen.items().iter().any(|t| t["enabled"] == false));
            assert!(seen.items().iter().any(|t| t["type"] != "endpoint"));
        }),
        ok(
            "get_triggers",
            Shows::OddRecord,
            "a filter that the platform ignores still holds, odd fields pass",
            json!({"type": "schedule"}),
            |seen| {
                assert_eq!(seen.items().len(), 1);
                assert_eq!(seen.items()[0]["name"], json!(null));
                assert_eq!(seen.items()[0]["last_executed"], "2025-09-04T16:49:55Z");
            },
        )
        .with_faults(
            json!([{"match": {"path": "/operations-manager/triggers"}, "replace": {
            "data": [
                {"_id": 1, "type": "schedule", "lastExecuted": "1757004595716", "x": {}},
                {"_id": "2", "type": "endpoint", "name": "other"}
            ], "metadata": {"total": 2}}}]),
        ),
        ok("get_triggers", Shows::Paging, "a page is capped", json!({}), |seen| {
            assert_eq!(seen.items().len(), seen.world("triggers").len());
        })
        .with_page_cap(7),
        ok("get_workflows", Shows::Main, "the trigger's name and route", json!({}), |seen| {
            let backup = seen.item("route_name", "backup-device");
            assert_eq!(backup["name"], "Backup via API");
            assert_eq!(backup["input_schema"]["required"], json!(["device"]));
            assert!(seen.items().iter().all(|w| w["route_name"] != "orphan"));
        }),
        ok(
            "get_workflows",
            Shows::OddRecord,
            "times of every kind, no schema",
            json!({}),
            |seen| {
                let epoch = seen.item("route_name", "backup-device")["last_executed"].as_str();
                assert!(epoch.is_some_and(|at| at.ends_with('Z') && at.len() == 20), "{epoch:?}");
                let text = &seen.item("route_name", "network/vlan")["last_executed"];
                assert_eq!(text, "2025-08-30T06:15:00.000Z");
                assert_eq!(seen.item("route_name", "inventory")["input_schema"], Value::Null);
            },
        ),
        ok("get_agents", Shows::Defect, "a disabled trigger is not offered", json!({}), |seen| {
            assert_eq!(seen.item("name", "Network Assistant")["route_name"], "assistant");
            assert_eq!(seen.item("name", "Unrouted Agent")["route_name"], Value::Null);
        }),
        ok("get_agents", Shows::OddRecord, "one without an agent is left out", json!({}), |seen| {
            assert!(seen.items().iter().all(|a| a["name"] != "Broken Agent"));
        }),
        ok("get_agents", Shows::Main, "id and description", json!({}), |seen| {
            let agent = seen.item("name", "Config Reviewer");
            assert_eq!(agent["agent_id"], "a9e000000000000000000001");
            assert_eq!(agent["route_name"], "review");
        }),
        ok("get_automations", Shows::Main, "every kind", json!({}), |seen| {
            assert_eq!(seen.item("name", "Backup Device")["component_type"], "workflows");
            assert_eq!(seen.item("name", "Config Reviewer")["component_type"], "agents");
        }),
        ok("get_automations", Shows::OddRecord, "no type fails no list", json!({}), |seen| {
            assert_eq!(seen.item("name", "Half an automation")["component_type"], Value::Null);
        }),
    ];
    for cap in [7, 100] {
        rows.push(
            ok("get_workflows", Shows::Paging, "short pages and long", json!({}), |seen| {
                assert_eq!(seen.items().len(), startable(seen, "workflows"));
            })
            .with_page_cap(cap),
        );
    }
    for tool in ["get_agents", "get_automations"] {
        rows.push(
            ok(tool, Shows::Paging, "short pages lose nothing", json!({}), |seen| {
                assert_eq!(seen.item("name", "Config Reviewer")["route_name"], "review");
            })
            .with_page_cap(5),
        );
    }
    rows
}

fn starts() -> Vec<Case> {
    let mut rows = vec![
        ok(
            "trigger_automation",
            Shows::Main,
            "an agent answers with its session",
            json!({"route_name": "assistant", "data": {"prompt": "hi"}}),
            |seen| {
                assert_eq!(seen.value["status"], "RUNNING");
                assert!(seen.value["session_id"].is_string());
            },
        ),
        ok(
            "start_workflow",
            Shows::Main,
            "waits for the end when told to",
            json!({"route_name": "inventory", "wait": 15}),
            |seen| assert_eq!(seen.value["status"], "complete"),
        ),
        ok(
            "start_workflow",
            Shows::Main,
            "data goes out as the trigger's schema wants it, at any depth",
            json!({"route_name": "site-deploy", "data": {"site": {
                "name": 7, "children": "{\"name\": \"b\", \"devices\": {\"host\": \"10.0.0.1\", \"role\": \"Core\"}}"
            }}}),
            |seen| {
                let site = json!({"name": "7", "children": [
                    {"name": "b", "devices": [{"host": "10.0.0.1", "role": "core"}]}]});
                let route = "/operations-manager/triggers/endpoint/site-deploy";
                assert_eq!(seen.sent("POST", route), [json!({"site": site})]);
            },
        ),
        ok(
            "start_workflow",
            Shows::Main,
            "a route with a slash stays one",
            json!({"route_name": "network/vlan", "data": {"device": "r1"}}),
            |seen| assert!(seen.value["object_id"].is_string()),
        ),
    ];
    for tool in ["start_workflow", "trigger_automation"] {
        let backup = |data: Value| json!({"route_name": "backup-device", "data": data});
        rows.extend([
            ok(
                tool,
                Shows::Main,
                "data as JSON text; lists and objects in it as JSON text",
                backup(json!(
                    "{\"device\": \"7\", \"devices\": \"[\\\"a\\\"]\", \"options\": \"{}\"}"
                )),
                |seen| {
                    assert!(seen.value["object_id"].is_string());
                    assert_eq!(seen.value["status"], "running");
                    assert_eq!(
                        seen.sent("POST", BACKUP),
                        [json!({"device": "7", "devices": ["a"], "options": {}})]
                    );
                },
            ),
            ok(
                tool,
                Shows::Paging,
                "the account is on the last page",
                backup(json!({"device": "r1"})),
                |seen| assert_eq!(seen.value["metrics"]["user"], "admin"),
            )
            .with_page_cap(25),
            ok(
                tool,
                Shows::FaultAfterWrite,
                "accounts that cannot be read do not hide the job",
                backup(json!({"device": "r1"})),
                |seen| {
                    assert!(seen.value["object_id"].is_string());
                    assert_eq!(seen.value["metrics"]["user"], Value::Null);
                    seen.says(&["could not be looked up"]);
                },
            )
            .with_faults(json!([{"match": {"path": "/authorization/accounts"}, "times": 99,
                                "status": 403}])),
            fails(
                tool,
                Shows::FaultAfterWrite,
                "an empty answer after the start",
                backup(json!({"device": "r1"})),
                &["Outcome unknown", "may have happened", "get_jobs"],
            )
            .with_faults(json!([{"match": {"path": BACKUP}, "after_write": true, "status": 204,
                                "body": ""}])),
            ok(
                tool,
                Shows::OddRecord,
                "ISO times, an unknown status, no tasks, nobody's account",
                backup(json!({"device": "r1"})),
                |seen| {
                    assert_eq!(seen.value["object_id"], "j");
                    assert_eq!(seen.value["status"], "queued");
                    assert_eq!(seen.value["metrics"]["start_time"], "2025-01-01T00:00:00Z");
                    assert_eq!(seen.value["metrics"]["user"], Value::Null);
                },
            )
            .with_faults(
                json!([{"match": {"path": BACKUP}, "replace": {"data": {"_id": "j",
                "status": "queued", "metrics": {"start_time": "2025-01-01T00:00:00Z",
                "user": "nobody"}}}}]),
            ),
            fails(
                tool,
                Shows::NotFound,
                "the nearest route is offered",
                json!({"route_name": "backup-devic"}),
                &["did you mean 'backup-device'?"],
            ),
            fails(
                tool,
                Shows::Defect,
                "a route cannot climb out of its place",
                json!({"route_name": "../../../adapters", "data": {}}),
                &["Invalid arguments"],
            )
            .and(|seen| assert!(seen.platform.requests().is_empty())),
            fails(
                tool,
                Shows::Defect,
                "the platform's reason reaches the model",
                backup(json!({})),
                &["device"],
            ),
        ]);
    }
    rows
}

fn jobs() -> Vec<Case> {
    let failed = json!({"object_id": "70b500000000000000000000"});
    vec![
        ok("get_jobs", Shows::Main, "name and status", json!({}), |seen| {
            let job = seen.item("_id", "70b500000000000000000000");
            assert_eq!(job["status"], "error");
            assert_eq!(job["name"], seen.row("jobs", "_id", "70b500000000000000000000")["name"]);
        }),
        ok("get_jobs", Shows::Paging, "short pages", json!({}), |seen| {
            assert_eq!(seen.items().len(), 130);
        })
        .with_page_cap(25),
        ok("get_jobs", Shows::OddRecord, "a status nobody has heard of", json!({}), |seen| {
            let job = seen.item("status", "queued");
            assert_eq!(job["description"], Value::Null);
        }),
        ok("get_jobs", Shows::Main, "a limit is said", json!({"limit": 4}), |seen| {
            assert_eq!(seen.items().len(), 4);
            seen.says(&["4 of 130"]);
        }),
        ok(
            "get_jobs",
            Shows::Defect,
            "the project is looked up by its own name",
            json!({"project": "Campus Refresh", "name": "Port Turn Up"}),
            |seen| {
                assert_eq!(seen.items().len(), 2);
                let name = format!("@{CAMPUS}: Port Turn Up");
                assert!(seen.items().iter().all(|job| job["name"] == name.as_str()));
            },
        ),
        ok(
            "get_jobs",
            Shows::Main,
            "all jobs of a project",
            json!({"project": "Campus Refresh"}),
            |seen| assert_eq!(seen.items().len(), 3),
        ),
        fails(
            "get_jobs",
            Shows::NotFound,
            "the nearest project is offered",
            json!({"project": "Campus Refreh"}),
            &["did you mean 'Campus Refresh'?"],
        ),
        fails(
            "get_jobs",
            Shows::Defect,
            "two projects of one name are not mixed up",
            json!({"project": "Twin"}),
            &["2 projects are called 'Twin'"],
        ),
        ok("describe_job", Shows::Defect, "a failed job says why", failed, |seen| {
            assert_eq!(seen.value["status"], "error");
            seen.says(&["did not answer within 30 seconds"]);
        }),
        ok(
            "describe_job",
            Shows::OddRecord,
            "no variables, a number as time",
            json!({"object_id": "70b500000000000000000005"}),
            |seen| {
                assert_eq!(seen.value["variables"], Value::Null);
                assert!(seen.value["updated"].is_string());
            },
        ),
        ok(
            "describe_job",
            Shows::Main,
            "tasks and metrics",
            json!({"object_id": "70b500000000000000000001"}),
            |seen| {
                assert_eq!(seen.value["status"], "running");
                assert_eq!(seen.value["tasks"]["b2c3"]["type"], "manual");
            },
        ),
        fails(
            "describe_job",
            Shows::NotFound,
            "the id is named",
            json!({"object_id": "nope"}),
            &["Not found", "nope"],
        ),
        fails(
            "describe_job",
            Shows::Defect,
            "an id cannot climb out of its place",
            json!({"object_id": "../../health/status"}),
            &["Invalid arguments"],
        )
        .and(|seen| assert!(seen.platform.requests().is_empty())),
    ]
}

fn exposes() -> Vec<Case> {
    let unchanged = |seen: &Seen<'_>| {
        assert_eq!(seen.world("automations").len(), 118);
        assert_eq!(seen.world("triggers").len(), 130);
    };
    let agent = |route: &str| {
        json!({"agent_id": "a9e000000000000000000002", "automation_name": "Third",
               "route_name": route})
    };
    vec![
        ok(
            "expose_workflow",
            Shows::Main,
            "a workflow of a project, under a route made of its name",
            json!({"name": "Port Turn Up", "project": "Campus Refresh"}),
            |seen| {
                assert_eq!(seen.value["route_name"], "Port_Turn_Up");
                seen.says(&["Port_Turn_Up"]);
                let automation =
                    seen.row("automations", "name", "Port Turn Up from Campus Refresh");
                let trigger = seen.row("triggers", "routeName", "Port_Turn_Up");
                assert_eq!(trigger["actionId"], automation["_id"]);
                assert_eq!(trigger["name"], "API Route for Port Turn Up");
                assert_eq!(trigger["schema"]["required"], json!(["device"]));
            },
        ),
        ok(
            "expose_workflow",
            Shows::Defect,
            "a workflow without a schema leaves no orphan behind",
            json!({"name": "No Schema", "route_name": "a/b", "endpoint_schema": null}),
            |seen| {
                let trigger = seen.row("triggers", "routeName", "a/b");
                assert_eq!(trigger["schema"]["additionalProperties"], true);
            },
        ),
        fails(
            "expose_workflow",
            Shows::Defect,
            "a bad route is refused before anything is written",
            json!({"name": "No Schema", "route_name": "abc?x"}),
            &["'route_name' may not contain '?'"],
        )
        .and(unchanged)
        .and(|seen| assert!(seen.platform.requests().is_empty())),
        fails(
            "expose_workflow",
            Shows::NotFound,
            "the nearest workflow is offered",
            json!({"name": "No Shema"}),
            &["did you mean 'No Schema'?"],
        )
        .and(unchanged),
        fails(
            "expose_workflow",
            Shows::FaultAfterWrite,
            "without its trigger the automation is taken back",
            json!({"name": "No Schema"}),
            &["could not be created, nothing was kept"],
        )
        .with_faults(json!([{"match": {"method": "POST", "path": TRIGGERS}, "status": 500}]))
        .and(unchanged),
        fails(
            "expose_workflow",
            Shows::FaultAfterWrite,
            "what could not be taken back is named, and the cause is kept",
            json!({"name": "No Schema"}),
            &["the trigger could not be created", "409", "is left behind", "500"],
        )
        .with_faults(json!([
            {"match": {"method": "POST", "path": TRIGGERS}, "status": 409},
            {"match": {"method": "DELETE"}, "status": 500}
        ])),
        ok("expose_agent", Shows::Main, "an automation and a trigger", agent("third"), |seen| {
            let automation = seen.row("automations", "name", "Third");
            assert_eq!(automation["componentType"], "agents");
            assert_eq!(automation["componentId"], "a9e000000000000000000002");
            assert_eq!(seen.row("triggers", "routeName", "third")["actionId"], automation["_id"]);
            assert_eq!(seen.sent("POST", AUTOMATIONS).len(), 1);
        }),
        fails(
            "expose_agent",
            Shows::FaultAfterWrite,
            "a route that is taken leaves nothing behind",
            agent("assistant"),
            &["already in use", "nothing was kept"],
        )
        .and(unchanged),
        fails(
            "expose_agent",
            Shows::Defect,
            "a bad route is refused before anything is written",
            agent("a b"),
            &["'route_name' may not contain ' '"],
        )
        .and(unchanged),
    ]
}
