//! Automation Studio: projects, workflows, and the templates that parse or render text.

use serde_json::{Value, json};

use crate::sandbox::answer::{Answer, Answered, Refusal};
use crate::sandbox::clock::{iso, now_ms};
use crate::sandbox::incoming::Incoming;
use crate::sandbox::listing::{Filters, Listing, Paging, data_envelope, items_envelope};
use crate::sandbox::routing::{Area, Route, get, post, put};
use crate::sandbox::world::{Collection, World, assign};

/// This part of the platform.
pub const AREA: Area = Area {
    routes: ROUTES,
    collections: &[
        Collection { name: "projects", key: "_id" },
        Collection { name: "templates", key: "_id" },
        Collection { name: "transformations", key: "_id" },
        Collection { name: "workflows", key: "_id" },
    ],
};

/// Projects, workflows, templates and transformations.
const ROUTES: &[Route] = &[
    get("/automation-studio/projects", |world, call| PROJECTS.answer(world, call)),
    get("/automation-studio/projects/{}", describe_project),
    get("/automation-studio/workflows", |world, call| WORKFLOWS.answer(world, call)),
    get("/automation-studio/workflows/detailed/{}", detailed_workflow),
    get("/automation-studio/templates", |world, call| TEMPLATES.answer(world, call)),
    post("/automation-studio/templates", create_template),
    put("/automation-studio/templates/{}", update_template),
    get("/transformations/{}", describe_transformation),
];

const PROJECTS: Listing = Listing {
    collection: "projects",
    filters: Filters::Brackets,
    fields: &["_id", "name", "description"],
    bare: &[],
    paging: Paging::Skip,
    default_limit: 25,
    max_limit: 100,
    envelope: data_envelope,
};

const WORKFLOWS: Listing = Listing {
    collection: "workflows",
    fields: &["_id", "name", "description", "type"],
    envelope: items_envelope,
    ..PROJECTS
};

/// Serves 25 at most, though the list says it would give 100.
const TEMPLATES: Listing = Listing {
    collection: "templates",
    fields: &["_id", "name", "type", "group"],
    max_limit: 25,
    ..WORKFLOWS
};

fn describe_project(world: &mut World, call: &Incoming) -> Answered {
    let project = world.require("projects", "Project", call.param(0))?;
    Ok(json!({"message": "Successfully retrieved project", "data": project, "metadata": {}}).into())
}

/// An unknown name gives an empty object, as does one the account may not see.
fn detailed_workflow(world: &mut World, call: &Incoming) -> Answered {
    let named = |row: &&Value| row.get("name") == Some(&json!(call.param(0)));
    Ok(world.rows("workflows").iter().find(named).cloned().unwrap_or_else(|| json!({})).into())
}

fn create_template(world: &mut World, call: &Incoming) -> Answered {
    let (name, kind) = (call.text("/template/name")?, call.text("/template/type")?);
    if !matches!(kind, "textfsm" | "jinja2") {
        return Err(Refusal::invalid("body/template/type must be textfsm or jinja2"));
    }
    if call.text("/template/group")?.trim().is_empty() {
        return Err(Refusal::invalid("body/template/group must NOT be blank"));
    }
    if world.rows("templates").iter().any(|row| row.get("name") == Some(&json!(name))) {
        return Err(Refusal::new(409, format!("a template named '{name}' already exists")));
    }
    let id = world.new_id();
    let mut row = call.value("/template");
    assign(&mut row, json!({"_id": id, "created": iso(now_ms()), "createdBy": call.account}));
    world.add("templates", row.clone());
    Ok(Answer::from(
        json!({"created": row, "edit": format!("/automation-studio/#/edit?template={id}")}),
    ))
}

fn update_template(world: &mut World, call: &Incoming) -> Answered {
    let update = call.value("/update");
    if !update.is_object() {
        return Err(Refusal::invalid("body/update must be object"));
    }
    let row = world.require_mut("templates", "Template", call.param(0))?;
    assign(row, update);
    assign(row, json!({"lastUpdated": iso(now_ms()), "lastUpdatedBy": call.account}));
    let edit = format!("/automation-studio/#/edit?template={}", call.param(0));
    Ok(json!({"updated": row, "edit": edit}).into())
}

fn describe_transformation(world: &mut World, call: &Incoming) -> Answered {
    Ok(world.require("transformations", "Transformation", call.param(0))?.clone().into())
}
