//! Automations: what triggers start.

use serde_json::{Value, json};

use crate::sandbox::answer::{Answer, Answered, Refusal};
use crate::sandbox::clock::{iso, now_ms};
use crate::sandbox::incoming::Incoming;
use crate::sandbox::listing::{Filters, Listing, Paging, data_envelope};
use crate::sandbox::routing::{Area, Route, delete, get, patch, post};
use crate::sandbox::world::{Collection, World, assign};

/// This part of the platform.
pub const AREA: Area =
    Area { routes: ROUTES, collections: &[Collection { name: "automations", key: "_id" }] };

const ROUTES: &[Route] = &[
    get("/operations-manager/automations", |world, call| list(AUTOMATIONS, world, call)),
    post("/operations-manager/automations", create_automation),
    patch("/operations-manager/automations/{}", |world, call| {
        change("automations", "Automation", world, call)
    }),
    delete("/operations-manager/automations/{}", delete_automation),
];

/// How automations are listed.
pub const AUTOMATIONS: Listing = Listing {
    collection: "automations",
    filters: Filters::Pairs,
    fields: &["_id", "name", "description", "componentType", "componentId", "componentName"],
    bare: &[],
    paging: Paging::Skip,
    default_limit: 25,
    max_limit: 100,
    envelope: data_envelope,
};

/// Filters in brackets are an error on these two routes, where others would ignore them. A value
/// with parentheses is taken for a pattern and matches no name.
pub fn list(listing: Listing, world: &World, call: &Incoming) -> Answered {
    if let Some((name, _)) = call.query.iter().find(|(name, _)| name.contains('[')) {
        let message = format!("querystring must NOT have additional property '{name}'");
        return Err(Refusal::invalid(message));
    }
    let pattern = |how| call.query.get(how).is_some_and(|value| value.contains(['(', ')']));
    let none = pattern("equals") || pattern("startsWith");
    let rows = if none { &[] } else { world.rows(listing.collection) };
    listing.answer_from(rows.iter(), world, call)
}

/// Replaces the fields that the body names.
pub fn change(kind: &'static str, what: &str, world: &mut World, call: &Incoming) -> Answered {
    let row = world.require_mut(kind, what, call.param(0))?;
    assign(row, call.body.clone());
    assign(row, json!({"lastUpdated": iso(now_ms())}));
    Ok(json!({"message": "Successfully updated document", "data": row, "metadata": {}}).into())
}

fn create_automation(world: &mut World, call: &Incoming) -> Answered {
    let name = call.text("/name")?;
    if world.rows("automations").iter().any(|row| row.get("name") == Some(&json!(name))) {
        return Err(Refusal::new(409, format!("an automation named '{name}' already exists")));
    }
    let id = world.new_id();
    let component = call.value("/componentId");
    let workflow = component.as_str().and_then(|id| world.find("workflows", id));
    let component_name = workflow.and_then(|workflow| workflow.get("name")).cloned();
    let row = json!({
        "_id": id,
        "name": name,
        "description": call.value("/description"),
        "componentType": call.value("/componentType"),
        "componentId": component,
        "componentName": component_name.unwrap_or_else(|| call.value("/componentName")),
        "gbac": {"read": [], "write": []},
        "created": iso(now_ms()),
        "createdBy": call.account,
        "lastUpdated": iso(now_ms()),
        "lastUpdatedBy": call.account,
    });
    world.add("automations", row.clone());
    created("automation", row)
}

/// Takes the automation's triggers with it.
fn delete_automation(world: &mut World, call: &Incoming) -> Answered {
    let id = call.param(0);
    let automation = world.remove("automations", "Automation", id)?;
    world.rows_mut("triggers").retain(|row| row.get("actionId") != Some(&json!(id)));
    Ok(json!({"message": "Successfully deleted automation", "data": automation, "metadata": {}})
        .into())
}

/// Says that a row was created.
pub fn created(what: &str, row: Value) -> Answered {
    let message = format!("Successfully created {what}");
    Ok(Answer::from(json!({"message": message, "data": row, "metadata": {}})).with_status(201))
}
