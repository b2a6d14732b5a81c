//! Projects, workflows, templates, transformations.

use serde_json::{Value, json};

use super::{CAMPUS, cycle, id, sometimes_null};
use crate::sandbox::Options;
use crate::sandbox::clock::SEED_MS;

/// 31 projects, two of them with one name.
pub fn projects(_: &Options) -> Vec<Value> {
    let component = |iid: usize, kind: &str, of: String, name: &str| json!({"iid": iid, "type": kind, "reference": of, "folder": "/", "name": name});
    let errors = format!("@{CAMPUS}: intf_errors");
    let mut rows = vec![
        json!({
            "_id": CAMPUS, "name": "Campus Refresh", "description": "Access layer renewal",
            "iid": 1, "backgroundColor": "#0F62FE", "thumbnail": "", "members": [],
            "components": [
                component(0, "workflow", id("77f1", 6), &format!("@{CAMPUS}: Port Turn Up")),
                component(1, "workflow", id("77f1", 7), &format!("@{CAMPUS}: VLAN: Add/Remove")),
                component(2, "mopCommandTemplate", errors.clone(), &errors),
                component(3, "template", id("7e3a", 3), &format!("@{CAMPUS}: Access Port")),
                // Some components carry a plain name, none at all, or no folder.
                component(4, "transformation", id("7b57", 0), "plain name"),
                json!({"iid": 5, "type": "jsonForm", "reference": id("7f0a", 1), "folder": null,
                       "document": {"name": format!("@{CAMPUS}: Request Form")}}),
            ],
        }),
        json!({"_id": id("64f0", 1), "name": "Datacenter", "description": null, "components": []}),
        json!({"_id": id("64f0", 2), "name": "Twin", "description": "first", "components": []}),
        json!({"_id": id("64f0", 3), "name": "Twin", "description": "second", "components": []}),
        json!({"_id": id("64f0", 4), "name": "Zürich / 東京", "components": []}),
    ];
    rows.extend((5..31).map(|n| {
        json!({"_id": id("64f0", n), "name": format!("Site Rollout {n:02}"), "description": "",
               "components": [], "iid": n, "created": "2024-11-05T08:00:00.000Z"})
    }));
    rows
}

/// Workflows: place in the ids, name, tasks (name and whether somebody must act).
const WORKFLOWS: &[(&str, &[&str])] = &[
    ("Backup Device", &["query", "backUpDevice", "notify"]),
    ("Firmware Upgrade", &["precheck", "stageImage", "fail", "postcheck"]),
    ("Change Approval", &["precheck", "ViewData", "apply"]),
    ("Provision VLAN", &["query", "renderTemplate", "setConfig", "verify"]),
    ("Collect Inventory", &["query"]),
    ("Résumé des interfaces", &["query", "merge"]),
];

/// 60 workflows: the named ones, two of project Campus Refresh, one without schema, many like it.
pub fn workflows(_: &Options) -> Vec<Value> {
    let schema = json!({
        "type": "object",
        "properties": {
            "device": {"type": "string", "description": "Name of the device"},
            "devices": {"type": "array", "items": {"type": "string"}},
            "options": {"type": "object"},
            "vlan_id": {"type": "integer"},
        },
        "required": ["device"],
    });
    let project_tasks: &[&str] = &["query", "setConfig"];
    let in_project = [format!("@{CAMPUS}: Port Turn Up"), format!("@{CAMPUS}: VLAN: Add/Remove")];
    let mut rows: Vec<Value> = WORKFLOWS
        .iter()
        .map(|(name, tasks)| ((*name).to_owned(), *tasks))
        .chain(in_project.into_iter().map(|name| (name, project_tasks)))
        .enumerate()
        .map(|(n, (name, tasks))| workflow(n, &name, tasks, Some(schema.clone())))
        .collect();
    rows.push(workflow(rows.len(), "No Schema", &["query"], None));
    let more = rows.len()..60;
    rows.extend(
        more.map(|n| workflow(n, &format!("Nightly Audit {n:02}"), &["query"], Some(json!({})))),
    );
    rows
}

fn workflow(n: usize, name: &str, tasks: &[&str], schema: Option<Value>) -> Value {
    let tasks = tasks.iter().enumerate().map(|(place, task)| {
        let manual = *task == "ViewData";
        let value = json!({
            "name": task,
            "summary": task,
            "app": cycle(&["WorkFlowEngine", "MOP", "ConfigurationManager"], place),
            "type": if manual { "manual" } else { "automatic" },
            "view": if manual { json!("/workflow_engine/task/ViewData") } else { Value::Null },
            "variables": {"incoming": {"header": "Approve?", "message": name}},
        });
        (format!("{:04x}", 0xa1b2 + place * 0x1111), value)
    });
    let mut row = json!({
        "_id": id("77f1", n),
        "name": name,
        "description": if n % 3 == 2 { Value::Null } else { json!(format!("Workflow {name}")) },
        "type": "automation",
        "tasks": Value::Object(tasks.collect()),
        "created": SEED_MS,
        "namespace": null,
        "outputSchema": {"type": "object"},
    });
    if let (Some(schema), Some(fields)) = (schema, row.as_object_mut()) {
        fields.insert("inputSchema".to_owned(), schema);
    }
    row
}

/// 60 templates, of both kinds, some with nulls.
pub fn templates(_: &Options) -> Vec<Value> {
    let names = [
        "Interface Status".to_owned(),
        "BGP Neighbor".to_owned(),
        "NTP / DNS".to_owned(),
        format!("@{CAMPUS}: Access Port"),
        format!("@{CAMPUS}: Show Version"),
    ];
    let name = |n: usize| names.get(n).cloned().unwrap_or_else(|| format!("Snippet {n:02}"));
    let rows = (0..60).map(|n| {
        let textfsm = n % 3 == 0;
        json!({
            "_id": id("7e3a", n),
            "name": name(n),
            "group": cycle(&["cisco", "juniper", "shared"], n),
            "command": if textfsm { "show interfaces" } else { "" },
            "description": sometimes_null(n, 4, 1, format!("Template {}", name(n))),
            "template": if textfsm {
                "Value INTERFACE (\\S+)\n\nStart\n  ^${INTERFACE} is up -> Record\n"
            } else {
                "interface {{ name }}\n description {{ description }}\n"
            },
            "data": match n % 5 { 0 => Value::Null, _ => json!("") },
            "type": if textfsm { "textfsm" } else { "jinja2" },
            "tags": [],
            "created": "2024-02-11T10:30:00.000Z",
        })
    });
    rows.collect()
}

/// What Lifecycle Manager puts in front of a workflow.
pub fn transformations(_: &Options) -> Vec<Value> {
    vec![json!({
        "_id": id("7b57", 0),
        "name": "instance to workflow",
        "incoming": [
            {"$id": "vlan", "type": "integer", "minimum": 1, "maximum": 4094},
            {"$id": "site", "type": "string"},
        ],
        "outgoing": [{"$id": "variables", "type": "object"}],
        "steps": [],
    })]
}
