//! Export and import of projects, workflows and pre-builts.

use serde_json::{Value, json};

use super::{Case, Shows, fails, ok};

const CAMPUS: &str = "64f0a1b2c3d4e5f601234567";
const PROJECTS: &str = "/automation-studio/projects/import";
const WORKFLOWS: &str = "/automation-studio/automations/import";

pub fn rows() -> Vec<Case> {
    [projects(), workflows(), prebuilts()].into_iter().flatten().collect()
}

fn workflow(name: &str) -> Value {
    json!({"name": name, "type": "automation", "tasks": {"a1": {"name": "query"}}})
}

fn project() -> Value {
    json!({
        "_id": "0123456789abcdef01234567", "name": "From Elsewhere", "description": "moved",
        "folders": [{"nodeType": "folder", "iid": 3, "name": "/", "children": [
            {"nodeType": "component", "iid": 1, "name": "Flow A", "children": null}]}],
        "components": [{"iid": 1, "type": "workflow", "reference": "r1", "folder": "/",
            "document": workflow("Flow A")}],
    })
}

fn projects() -> Vec<Case> {
    let mut partly = project();
    let form = json!({"iid": 2, "type": "jsonForm", "name": "Request Form"});
    partly["components"].as_array_mut().expect("a list").push(form);
    vec![
        ok(
            "export_project",
            Shows::Main,
            "E1: the whole project as one document",
            json!({"name": "Campus Refresh"}),
            |seen| {
                assert_eq!(seen.value["_id"], CAMPUS);
                let components = seen.value["components"].as_array().expect("a list");
                assert!(components[0]["document"]["tasks"].is_object(), "with its workflows");
                let text: Value =
                    serde_json::from_str(seen.text).expect("nothing but the document");
                assert_eq!(&text, seen.value);
            },
        ),
        ok(
            "export_project",
            Shows::OddRecord,
            "a platform that puts no envelope around it",
            json!({"name": CAMPUS}),
            |seen| {
                assert_eq!(
                    seen.value,
                    &json!({"_id": "x", "data": null, "big": 9007199254740993_i64})
                )
            },
        )
        .with_faults(json!([{"match": {"path": "/automation-studio/projects/*"},
            "replace": {"_id": "x", "data": null, "big": 9007199254740993_i64}}])),
        fails(
            "export_project",
            Shows::NotFound,
            "the nearest name",
            json!({"name": "Campus Refres"}),
            &["did you mean 'Campus Refresh'"],
        ),
        ok(
            "import_project",
            Shows::Main,
            "E1: what was exported, without what the platform does not take back",
            json!({"project": project()}),
            |seen| {
                assert_eq!(seen.value["name"], "From Elsewhere");
                let id = seen.value["id"].as_str().expect("an id");
                assert_eq!(seen.row("projects", "_id", id)["description"], "moved");
                let name = format!("@{id}: Flow A");
                assert!(seen.row("workflows", "name", &name)["tasks"].is_object());
                let sent = &seen.sent("POST", PROJECTS)[0];
                assert_eq!(sent["conflictMode"], "insert-new");
                assert_eq!(sent["assignNewReferences"], false);
                assert_eq!(sent["project"]["components"], project()["components"]);
            },
        ),
        ok(
            "import_project",
            Shows::OddRecord,
            "the answer of the export route is taken as it came, also as text",
            json!({"project": json!({"message": "ok", "data": {"name": "N"}}).to_string()}),
            |seen| assert_eq!(seen.sent("POST", PROJECTS)[0]["project"], json!({"name": "N"})),
        ),
        fails(
            "import_project",
            Shows::FaultAfterWrite,
            "a component that failed is an error that names it",
            json!({"project": partly}),
            &["only a part", "'Request Form'", "component has no document", "describe_project"],
        ),
        ok(
            "import_project",
            Shows::FaultAfterWrite,
            "an answer that was lost is settled by reading",
            json!({"project": project()}),
            |seen| {
                assert_eq!(seen.row("projects", "name", "From Elsewhere")["_id"], seen.value["id"]);
                seen.says(&["Read back, it has been done"]);
            },
        )
        .with_faults(json!([{"match": {"path": PROJECTS}, "after_write": true, "status": 504}])),
        fails(
            "import_project",
            Shows::Defect,
            "what is no project is not sent",
            json!({"project": {"components": []}}),
            &["it has no name", "nothing was imported"],
        ),
        fails(
            "import_project",
            Shows::Defect,
            "a mode that the platform does not know, in its words",
            json!({"project": project(), "conflict_mode": "merge"}),
            &["conflictMode must be equal to one of the allowed values"],
        ),
    ]
}

fn workflows() -> Vec<Case> {
    vec![
        ok(
            "export_workflow",
            Shows::Main,
            "E1: one workflow with its tasks",
            json!({"name": "Backup Device"}),
            |seen| {
                assert_eq!(seen.value["name"], "Backup Device");
                assert!(seen.value["tasks"].is_object());
            },
        ),
        ok(
            "export_workflow",
            Shows::Main,
            "one of a project by its plain name",
            json!({"name": "Port Turn Up", "project": "Campus Refresh"}),
            |seen| assert_eq!(seen.value["name"], format!("@{CAMPUS}: Port Turn Up")),
        ),
        ok(
            "export_workflow",
            Shows::OddRecord,
            "whatever a workflow holds passes",
            json!({"name": "x"}),
            |seen| assert_eq!(seen.value, &json!({"name": null, "tasks": [1e3, "\u{fffd}"]})),
        )
        .with_faults(json!([{"match": {"path": "/workflow_builder/export"},
            "replace": {"name": null, "tasks": [1e3, "\u{fffd}"]}}])),
        fails(
            "export_workflow",
            Shows::NotFound,
            "the nearest name, though the platform speaks of an error of its own",
            json!({"name": "Backup Devise"}),
            &["no workflow is called 'Backup Devise'", "did you mean 'Backup Device'"],
        ),
        ok(
            "import_workflow",
            Shows::Main,
            "a workflow of another platform",
            json!({"workflow": workflow("Flow B")}),
            |seen| {
                assert_eq!(seen.value["name"], "Flow B");
                let id = seen.value["id"].as_str().expect("an id");
                assert_eq!(seen.row("workflows", "_id", id)["name"], "Flow B");
            },
        ),
        fails(
            "import_workflow",
            Shows::Defect,
            "success: false inside a 200 is a failure, in the platform's words",
            json!({"workflow": workflow("Backup Device")}),
            &["'Backup Device'", "already exists"],
        ),
        ok(
            "import_workflow",
            Shows::FaultAfterWrite,
            "an answer that was lost is settled by reading",
            json!({"workflow": workflow("Flow B")}),
            |seen| {
                assert_eq!(seen.row("workflows", "name", "Flow B")["_id"], seen.value["id"]);
                seen.says(&["Read back, it has been done"]);
            },
        )
        .with_faults(json!([{"match": {"path": WORKFLOWS}, "after_write": true, "body": "<html>",
            "content_type": "text/html"}])),
    ]
}

fn prebuilts() -> Vec<Case> {
    let package = |name: &str| {
        json!({
            "metadata": {"name": name, "version": "3.0.0", "repository": {"type": "local"}},
            "manifest": {}, "bundles": [{"type": "workflow", "data": {"name": "W"}}], "readme": "",
        })
    };
    let installed = "@itentialopensource/device-backup";
    let many = (0..130).map(|n| json!({"_id": format!("p{n}"), "name": format!("P {n}")}));
    vec![
        ok("get_prebuilts", Shows::Main, "with version and size", json!({}), |seen| {
            let backup = seen.item("name", "@itentialopensource/device-backup");
            assert_eq!((&backup["version"], &backup["components"]), (&json!("2.1.4"), &json!(2)));
        }),
        ok("get_prebuilts", Shows::OddRecord, "null, missing and odd fields", json!({}), |seen| {
            assert_eq!(seen.items()[1]["components"], Value::Null);
            assert_eq!(seen.items()[1]["installed"], "2025-05-15T09:06:40Z");
            assert_eq!(seen.items()[2]["version"], "1.2");
        }),
        ok("get_prebuilts", Shows::Paging, "130 in pages of 100", json!({}), |seen| {
            assert_eq!(seen.items().len(), 130);
        })
        .with_world("prebuilts", many.collect()),
        ok(
            "get_prebuilts",
            Shows::Defect,
            "a platform that ignores the filter",
            json!({"name_contains": "BACKUP"}),
            |seen| assert_eq!(seen.items().len(), 1),
        )
        .with_faults(json!([{"match": {"path": "/prebuilts"}, "times": 9, "replace": {"total": 2,
            "results": [{"_id": "1", "name": "backup"}, {"_id": "2", "name": "other"}]}}])),
        ok(
            "export_prebuilt",
            Shows::Main,
            "a package that can be imported",
            json!({"name": installed}),
            |seen| {
                assert_eq!(seen.value["metadata"]["version"], "2.1.4");
                assert_eq!(seen.value["bundles"].as_array().map(Vec::len), Some(2));
            },
        ),
        ok(
            "export_prebuilt",
            Shows::OddRecord,
            "by its id, with slashes and umlauts in its name",
            json!({"name": "9b0100000000000000000002"}),
            |seen| assert_eq!(seen.value["metadata"]["name"], "Netze Zürich / Basis"),
        ),
        fails(
            "export_prebuilt",
            Shows::NotFound,
            "the nearest name",
            json!({"name": "@itentialopensource/device-backups"}),
            &["no pre-built is called", "did you mean '@itentialopensource/device-backup'"],
        ),
        ok(
            "import_prebuilt",
            Shows::Main,
            "a new package",
            json!({"prebuilt": package("@lab/new")}),
            |seen| {
                assert_eq!(seen.row("prebuilts", "name", "@lab/new")["_id"], seen.value["id"]);
            },
        ),
        ok(
            "import_prebuilt",
            Shows::Main,
            "a newer version of one that is installed",
            json!({"prebuilt": package(installed), "overwrite": true}),
            |seen| {
                let row = seen.row("prebuilts", "name", "@itentialopensource/device-backup");
                assert_eq!(row["version"], "3.0.0");
            },
        ),
        fails(
            "import_prebuilt",
            Shows::Defect,
            "one that is installed is not replaced unasked",
            json!({"prebuilt": package(installed)}),
            &["is installed already", "nothing was imported"],
        ),
        ok(
            "import_prebuilt",
            Shows::FaultAfterWrite,
            "an answer that was lost is settled by reading",
            json!({"prebuilt": package("@lab/new")}),
            |seen| seen.says(&["Read back, it has been done"]),
        )
        .with_faults(json!([{"match": {"path": "/prebuilts/import"}, "after_write": true,
            "body": ""}])),
    ]
}
