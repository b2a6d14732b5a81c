//! Export and import of projects, workflows and pre-builts.

use serde_json::{Value, json};

use crate::sandbox::answer::{Answered, Refusal};
use crate::sandbox::clock::{iso, now_ms};
use crate::sandbox::incoming::Incoming;
use crate::sandbox::listing::{Filters, Listing, Paging, results_envelope};
use crate::sandbox::routing::{Area, Route, get, post};
use crate::sandbox::world::{Collection, World, assign};

/// This part of the platform.
pub const AREA: Area =
    Area { routes: ROUTES, collections: &[Collection { name: "prebuilts", key: "_id" }] };

/// Documents out of the platform and into it.
const ROUTES: &[Route] = &[
    get("/automation-studio/projects/{}/export", export_project),
    post("/automation-studio/projects/import", import_project),
    post("/workflow_builder/export", export_workflow),
    post("/automation-studio/automations/import", import_workflows),
    get("/prebuilts", |world, call| PREBUILTS.answer(world, call)),
    get("/prebuilts/{}/export", export_prebuilt),
    post("/prebuilts/import", import_prebuilt),
];

const PREBUILTS: Listing = Listing {
    collection: "prebuilts",
    filters: Filters::Pairs,
    fields: &["name", "version"],
    bare: &[],
    paging: Paging::Skip,
    default_limit: 25,
    max_limit: 100,
    envelope: results_envelope,
};

/// With every workflow in it as a document, and a tree of folders that an import does not take back.
fn export_project(world: &mut World, call: &Incoming) -> Answered {
    let mut project = world.require("projects", "Project", call.param(0))?.clone();
    let components = project.get_mut("components").and_then(Value::as_array_mut);
    let mut tree = Vec::new();
    for component in components.into_iter().flatten() {
        let reference = component.get("reference").and_then(Value::as_str).unwrap_or_default();
        let name = component.get("name").cloned().unwrap_or_default();
        let document = world.find("workflows", reference).cloned();
        let document = document.unwrap_or_else(|| json!({"name": name}));
        tree.push(json!({
            "nodeType": "component", "iid": component.get("iid"), "name": name, "children": null,
        }));
        assign(component, json!({"document": document}));
    }
    let folder = json!({"nodeType": "folder", "iid": 0, "name": "/", "children": tree});
    assign(&mut project, json!({"folders": [folder]}));
    Ok(json!({"message": "Successfully exported project", "data": project, "metadata": {}}).into())
}

/// Components without a document fail, beside a project that is there all the same.
fn import_project(world: &mut World, call: &Incoming) -> Answered {
    let name = call.text("/project/name")?;
    if call.body.get("conflictMode").is_some_and(|mode| mode != "insert-new") {
        return Err(Refusal::invalid(
            "body/conflictMode must be equal to one of the allowed values",
        ));
    }
    if call.body.pointer("/project/folders/0/iid").is_some() {
        return Err(Refusal::invalid("body/project/folders/0 must NOT have additional properties"));
    }
    let id = world.new_id();
    let given = call.value("/project/components");
    let (whole, failed): (Vec<Value>, Vec<Value>) = given
        .as_array()
        .cloned()
        .unwrap_or_default()
        .into_iter()
        .partition(|component| component.get("document").is_some_and(Value::is_object));
    for component in
        whole.iter().filter(|component| component.get("type") == Some(&json!("workflow")))
    {
        let document = component.get("document").cloned().unwrap_or_default();
        let plain = document.get("name").and_then(Value::as_str).unwrap_or_default();
        let plain = plain.rsplit_once(": ").map_or(plain, |(_, plain)| plain).to_owned();
        add_workflow(world, document, &format!("@{id}: {plain}"));
    }
    let failed: Vec<Value> = failed
        .into_iter()
        .map(|mut component| {
            assign(&mut component, json!({"message": "component has no document"}));
            component
        })
        .collect();
    let row = json!({
        "_id": id, "name": name, "description": call.value("/project/description"),
        "components": whole, "created": iso(now_ms()), "createdBy": call.account,
    });
    world.add("projects", row.clone());
    Ok(json!({
        "message": "Successfully imported project", "data": row,
        "metadata": {"failedComponents": failed},
    })
    .into())
}

/// What is not there is an error of the server itself, as on the platform.
fn export_workflow(world: &mut World, call: &Incoming) -> Answered {
    let wanted = call.value("/options/name");
    let found = world.rows("workflows").iter().find(|row| row.get("name") == Some(&wanted));
    found
        .map(|row| row.clone().into())
        .ok_or_else(|| Refusal::new(500, "Could not find matching workflow"))
}

/// Each document for itself, with status 200 whatever becomes of them.
fn import_workflows(world: &mut World, call: &Incoming) -> Answered {
    let mut imported = Vec::new();
    for document in call.list("/automations")?.to_vec() {
        let name = document.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
        let taken = |row: &Value| row.get("name") == Some(&json!(name));
        let why = match name.as_str() {
            "" => Some("must have required property 'name'".to_owned()),
            _ if !document.get("tasks").is_some_and(Value::is_object) => {
                Some("must have required property 'tasks'".to_owned())
            }
            _ if world.rows("workflows").iter().any(taken) => {
                Some(format!("a workflow named '{name}' already exists"))
            }
            _ => None,
        };
        let original = json!({"_id": document.get("_id"), "name": name});
        imported.push(match why {
            Some(message) => json!({"success": false, "message": message, "original": original}),
            None => {
                let created = add_workflow(world, document, &name);
                json!({
                    "success": true, "message": "Successfully imported document",
                    "original": original, "created": created,
                })
            }
        });
    }
    Ok(json!({"imported": imported}).into())
}

fn add_workflow(world: &mut World, mut document: Value, name: &str) -> Value {
    let id = world.new_id();
    assign(&mut document, json!({"_id": id, "name": name}));
    world.add("workflows", document);
    json!({"_id": id, "name": name})
}

fn export_prebuilt(world: &mut World, call: &Incoming) -> Answered {
    let prebuilt = world.require("prebuilts", "Pre-Built", call.param(0))?;
    let field = |name: &str| prebuilt.get(name).cloned().unwrap_or_default();
    let bundles: Vec<Value> = field("components")
        .as_array()
        .into_iter()
        .flatten()
        .map(|component| json!({"type": component.get("type"), "data": component}))
        .collect();
    Ok(json!({
        "metadata": {
            "name": field("name"), "version": field("version"), "description": field("description"),
            "repository": field("repository"), "author": field("author"),
        },
        "manifest": {"bundleName": field("name"), "artifacts": []},
        "bundles": bundles, "readme": "",
    })
    .into())
}

fn import_prebuilt(world: &mut World, call: &Incoming) -> Answered {
    let name = call.text("/prebuilt/metadata/name")?;
    call.list("/prebuilt/bundles")?;
    if call.body.pointer("/prebuilt/metadata/repository/type").is_none() {
        return Err(Refusal::invalid("Invalid repository configuration"));
    }
    let there = |row: &Value| row.get("name") == Some(&json!(name));
    if call.value("/options/overwrite") != json!(true) && world.rows("prebuilts").iter().any(there)
    {
        return Err(Refusal::new(409, format!("Pre-Built '{name}' is already installed")));
    }
    world.rows_mut("prebuilts").retain(|row| !there(row));
    let id = world.new_id();
    let mut row = call.value("/prebuilt/metadata");
    let components: Vec<Value> = call
        .list("/prebuilt/bundles")?
        .iter()
        .map(|bundle| bundle.get("data").cloned().unwrap_or_default())
        .collect();
    assign(
        &mut row,
        json!({
            "_id": id, "components": components, "installed": iso(now_ms()),
            "installedBy": call.account,
        }),
    );
    world.add("prebuilts", row.clone());
    Ok(json!({"message": "Successfully imported", "status": "success", "data": row}).into())
}
