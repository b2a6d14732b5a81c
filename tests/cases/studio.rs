//! Projects, templates, rendering.

use serde_json::{Value, json};

use super::{Case, Shows, fails, ok};

const CAMPUS: &str = "64f0a1b2c3d4e5f601234567";

/// Projects, templates, rendering.
pub fn rows() -> Vec<Case> {
    [projects(), templates(), new_templates(), changed_templates(), rendering()]
        .into_iter()
        .flatten()
        .collect()
}

fn projects() -> Vec<Case> {
    let many = (0..130).map(|n| json!({"_id": format!("p{n}"), "name": format!("P {n}")}));
    vec![
        ok("get_projects", Shows::Paging, "130 projects in pages of 100", json!({}), |seen| {
            assert_eq!(seen.items().len(), 130);
            assert!(seen.platform.count("GET", "/automation-studio/projects") >= 2);
        })
        .with_world("projects", many.collect()),
        ok("get_projects", Shows::Main, "E7: how much is in each", json!({}), |seen| {
            assert_eq!(
                seen.value[0],
                json!({"id": CAMPUS, "name": "Campus Refresh", "description": "Access layer renewal",
                    "component_count": 6, "component_types": {"jsonForm": 1, "mopCommandTemplate": 1,
                        "template": 1, "transformation": 1, "workflow": 2}})
            );
        }),
        ok("get_projects", Shows::OddRecord, "null metadata, odd rows", json!({}), |seen| {
            assert_eq!(
                seen.value[0],
                json!({"id": "a", "name": null, "description": null,
                "component_count": null, "component_types": {}})
            );
            assert_eq!(seen.value[1]["name"], "5");
        })
        .with_faults(json!([{"match": {"path": "/automation-studio/projects"}, "times": 9,
            "replace": {"data": [{"_id": "a"}, {"_id": "b", "name": 5}], "metadata": null}}])),
        ok(
            "get_projects",
            Shows::Defect,
            "empty pages below the total end it",
            json!({}),
            |seen| {
                assert_eq!(seen.items().len(), 0);
                assert!(seen.platform.count("GET", "/automation-studio/projects") < 5);
            },
        )
        .with_faults(json!([{"match": {"path": "/automation-studio/projects"}, "times": 500,
            "replace": {"data": [], "metadata": {"total": 7}}}])),
        ok(
            "describe_project",
            Shows::Main,
            "components by their plain names",
            json!({"name": "Campus Refresh"}),
            |seen| {
                assert_eq!(seen.value["id"], CAMPUS);
                let component = &seen.value["components"][0];
                assert_eq!(component["name"], "Port Turn Up");
                assert_eq!(component["type"], "workflow");
                assert_eq!(component["folder"], "/");
                assert!(component["id"].is_string());
            },
        ),
        ok(
            "describe_project",
            Shows::OddRecord,
            "a component without prefix, name or folder fails nothing",
            json!({"name": "Campus Refresh"}),
            |seen| {
                let components = seen.value["components"].as_array().expect("a list");
                let names: Vec<&Value> = components.iter().map(|c| &c["name"]).collect();
                assert_eq!(names[1], "VLAN: Add/Remove");
                assert_eq!(names[4], "plain name");
                assert_eq!(names[5], "Request Form");
                assert_eq!(components[5]["folder"], Value::Null);
            },
        ),
        fails(
            "describe_project",
            Shows::NotFound,
            "the nearest name is offered",
            json!({"name": "Campus Refesh"}),
            &["Not found", "Campus Refesh", "did you mean 'Campus Refresh'"],
        ),
        fails(
            "describe_project",
            Shows::Defect,
            "twins are told apart by id, not guessed",
            json!({"name": "Twin"}),
            &["2 projects are called 'Twin'", "64f000000000000000000002"],
        ),
        ok(
            "describe_project",
            Shows::Defect,
            "an id is taken where a name is ambiguous",
            json!({"name": "64f000000000000000000003"}),
            |seen| assert_eq!(seen.value["description"], "second"),
        ),
    ]
}

fn templates() -> Vec<Case> {
    let path = "/automation-studio/templates";
    vec![
        ok("get_templates", Shows::Paging, "pages are capped at 25", json!({}), |seen| {
            assert_eq!(seen.items().len(), 60);
        }),
        ok(
            "get_templates",
            Shows::Main,
            "one type only",
            json!({"template_type": "textfsm"}),
            |seen| {
                assert_eq!(seen.items().len(), 20);
                assert!(seen.items().iter().all(|item| item["type"] == "textfsm"));
                assert_eq!(seen.value[0]["name"], "Interface Status");
            },
        ),
        ok(
            "get_templates",
            Shows::Defect,
            "a platform that ignores the filter is filtered here",
            json!({"template_type": "jinja2"}),
            |seen| {
                assert_eq!(
                    seen.value,
                    &json!([{"name": "b", "description": null, "type": "jinja2"}])
                )
            },
        )
        .with_faults(json!([{"match": {"path": path}, "times": 9, "replace": {"items": [
            {"name": "a", "type": "textfsm"}, {"name": "b", "type": "jinja2"}], "total": 2}}])),
        ok("get_templates", Shows::OddRecord, "an unknown type passes", json!({}), |seen| {
            assert_eq!(seen.value[0], json!({"name": "x", "description": null, "type": "ttp"}));
        })
        .with_faults(json!([{"match": {"path": path}, "times": 9,
            "replace": {"items": [{"name": "x", "type": "ttp"}], "total": 1}}])),
        ok("describe_template", Shows::Main, "global", json!({"name": "BGP Neighbor"}), |seen| {
            assert_eq!(seen.value["type"], "jinja2");
            assert_eq!(seen.value["description"], Value::Null);
            assert!(seen.value["template"].as_str().is_some_and(|t| t.contains("{{ name }}")));
        }),
        ok(
            "describe_template",
            Shows::Main,
            "in a project, by its plain name",
            json!({"name": "Access Port", "project": "Campus Refresh"}),
            |seen| assert_eq!(seen.value["name"], format!("@{CAMPUS}: Access Port")),
        ),
        ok(
            "describe_template",
            Shows::OddRecord,
            "fields that are null, absent or no text",
            json!({"name": "x"}),
            |seen| {
                assert_eq!(seen.value["group"], Value::Null);
                assert_eq!(seen.value["data"], "{\"a\":1}");
            },
        )
        .with_world(
            "templates",
            json!([{"_id": "t", "name": "x", "data": {"a": 1}, "type": null}]),
        ),
        fails(
            "describe_template",
            Shows::NotFound,
            "the project that holds it is offered",
            json!({"name": "Access Port"}),
            &["Not found", "no template is called 'Access Port'", CAMPUS, "'project'"],
        ),
        fails(
            "describe_template",
            Shows::NotFound,
            "the nearest name is offered",
            json!({"name": "BGP Neigbor"}),
            &["did you mean 'BGP Neighbor'"],
        ),
        fails(
            "describe_template",
            Shows::Defect,
            "a platform that ignores the filter does not pass off another template",
            json!({"name": "Nowhere"}),
            &["no template is called 'Nowhere'"],
        )
        .with_faults(json!([{"match": {"path": path}, "times": 9,
            "replace": {"items": [{"_id": "t", "name": "Other"}], "total": 1}}])),
    ]
}

fn new_templates() -> Vec<Case> {
    let path = "/automation-studio/templates";
    let named = |name: &str| json!({"name": name, "template_type": "jinja2", "group": "g"});
    let mut in_project = named("Uplink");
    in_project["project"] = json!("Campus Refresh");
    in_project["template"] = json!("interface {{ x }}");
    in_project["description"] = json!("for uplinks");
    let mut nulls = named("Nulls");
    nulls["project"] = Value::Null;
    nulls["command"] = Value::Null;
    vec![
        ok("create_template", Shows::Main, "global", named("Fresh"), |seen| {
            assert_eq!(seen.value["name"], "Fresh");
            assert_eq!(seen.row("templates", "name", "Fresh")["group"], "g");
        }),
        ok("create_template", Shows::Defect, "the project is not ignored", in_project, |seen| {
            let stored = format!("@{CAMPUS}: Uplink");
            assert_eq!(seen.value["name"], stored);
            assert_eq!(seen.value["description"], "for uplinks");
            assert_eq!(seen.row("templates", "name", &stored)["template"], "interface {{ x }}");
            assert!(seen.row("templates", "name", "Uplink").is_null(), "it is in the project only");
        }),
        ok("create_template", Shows::Defect, "explicit null is nothing", nulls, |seen| {
            assert_eq!(seen.value["command"], "");
        }),
        fails(
            "create_template",
            Shows::Defect,
            "a taken name is refused before anything is sent",
            named("BGP Neighbor"),
            &["already", "update_template"],
        ),
        fails(
            "create_template",
            Shows::Defect,
            "a blank group is refused here",
            json!({"name": "x", "template_type": "jinja2", "group": " "}),
            &["'group' must not be blank"],
        ),
        fails(
            "create_template",
            Shows::NotFound,
            "an unknown project",
            json!({"name": "x", "template_type": "jinja2", "group": "g", "project": "Datacentre"}),
            &["no project is called 'Datacentre'", "did you mean 'Datacenter'"],
        ),
        ok(
            "create_template",
            Shows::FaultAfterWrite,
            "an answer that cannot be read does not undo the write",
            named("Half"),
            |seen| {
                assert_eq!(seen.value["name"], "Half");
                assert!(seen.text.contains("Read back, it has been done"), "{}", seen.text);
                assert!(seen.row("templates", "name", "Half").is_object());
            },
        )
        .with_faults(json!([{"match": {"path": path, "method": "POST"}, "after_write": true,
            "body": "done", "content_type": "text/plain"}])),
    ]
}

fn changed_templates() -> Vec<Case> {
    let one = "/automation-studio/templates/*";
    vec![
        ok(
            "update_template",
            Shows::Main,
            "one field changes, the others stay",
            json!({"name": "Interface Status", "command": "show int"}),
            |seen| {
                let row = seen.row("templates", "name", "Interface Status");
                assert_eq!(row["command"], "show int");
                assert_eq!(row["group"], "cisco");
                assert_eq!(row["description"], "Template Interface Status");
                assert!(row["template"].as_str().is_some_and(|t| t.starts_with("Value INTERFACE")));
                assert_eq!(seen.value["command"], "show int");
            },
        ),
        ok(
            "update_template",
            Shows::Defect,
            "one in a project keeps its place",
            json!({"name": "Access Port", "project": "Campus Refresh", "template": "new"}),
            |seen| {
                let stored = format!("@{CAMPUS}: Access Port");
                assert_eq!(seen.row("templates", "name", &stored)["template"], "new");
                assert!(seen.row("templates", "name", "Access Port").is_null(), "not renamed");
            },
        ),
        ok(
            "update_template",
            Shows::Defect,
            "a field can be emptied on purpose, and only so",
            json!({"name": "Interface Status", "template": "", "clear": ["command"]}),
            |seen| {
                let row = seen.row("templates", "name", "Interface Status");
                assert_eq!(row["command"], "");
                assert_ne!(row["template"], "");
            },
        ),
        ok(
            "update_template",
            Shows::Defect,
            "nothing to change sends nothing",
            json!({"name": "BGP Neighbor"}),
            |seen| {
                assert!(seen.text.contains("Nothing was to be changed"));
                assert!(!seen.platform.requests().iter().any(|r| r["method"] == "PUT"));
            },
        ),
        ok(
            "update_template",
            Shows::OddRecord,
            "missing fields of the stored template do not fail it",
            json!({"name": "x", "data": "d"}),
            |seen| assert_eq!(seen.row("templates", "name", "x")["data"], "d"),
        )
        .with_world("templates", json!([{"_id": "t", "name": "x", "type": null, "data": null}])),
        fails(
            "update_template",
            Shows::NotFound,
            "an unknown name",
            json!({"name": "Interface Statsu", "data": "d"}),
            &["did you mean 'Interface Status'"],
        ),
        ok(
            "update_template",
            Shows::FaultAfterWrite,
            "an answer without the template",
            json!({"name": "Interface Status", "data": "d"}),
            |seen| {
                assert_eq!(seen.value["data"], "d");
                assert!(seen.value["note"].as_str().is_some_and(|n| n.contains("was changed")));
            },
        )
        .with_faults(json!([{"match": {"path": one, "method": "PUT"}, "after_write": true,
            "replace": {"ok": true}}])),
    ]
}

fn rendering() -> Vec<Case> {
    let path = "/configuration_manager/jinja2";
    vec![
        ok(
            "render_template",
            Shows::Main,
            "variables are filled in",
            json!({"template": "hi {{ a }}", "variables": {"a": 1}}),
            |seen| assert_eq!(seen.value, &json!({"result": "hi 1"})),
        ),
        ok(
            "render_template",
            Shows::Defect,
            "variables as JSON text",
            json!({"template": "hi {{ a }}", "variables": "{\"a\": \"you\"}"}),
            |seen| assert_eq!(seen.value["result"], "hi you"),
        ),
        ok(
            "render_template",
            Shows::OddRecord,
            "plain text instead of a JSON string",
            json!({"template": "x", "variables": null}),
            |seen| assert_eq!(seen.value["result"], "hostname r1\n!"),
        )
        .with_faults(json!([{"match": {"path": path}, "times": 3, "body": "hostname r1\n!",
            "content_type": "text/plain"}])),
        ok(
            "render_template",
            Shows::OddRecord,
            "an object instead of a JSON string",
            json!({"template": "x"}),
            |seen| assert_eq!(seen.value["result"], "{\"a\":1}"),
        )
        .with_faults(json!([{"match": {"path": path}, "times": 3, "replace": {"a": 1}}])),
        fails(
            "render_template",
            Shows::Defect,
            "what the platform says of a bad template reaches the caller",
            json!({"template": "{{ a"}),
            &["unexpected end of template"],
        ),
    ]
}
