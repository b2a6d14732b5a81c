//! Inventory Manager: inventories and their nodes.

use serde_json::{Value, json};

use crate::sandbox::answer::{Answer, Answered, Refusal};
use crate::sandbox::clock::{iso, now_ms};
use crate::sandbox::incoming::Incoming;
use crate::sandbox::listing::{Filters, Listing, Page, Paging};
use crate::sandbox::routing::{Area, Route, delete, get, post};
use crate::sandbox::world::{Collection, World, merge};

/// This part of the platform.
pub const AREA: Area = Area {
    routes: ROUTES,
    collections: &[
        Collection { name: "inventories", key: "_id" },
        Collection { name: "nodes", key: "_id" },
    ],
};

/// Inventories and nodes.
const ROUTES: &[Route] = &[
    get("/inventory_manager/v1/inventories", list),
    post("/inventory_manager/v1/inventories", create),
    get("/inventory_manager/v1/inventories/{}", describe),
    delete("/inventory_manager/v1/inventories/{}", remove),
    get("/inventory_manager/v1/inventories/{}/nodes", nodes),
    post("/inventory_manager/v1/nodes/bulk", replace_nodes),
];

/// Pages are numbered and hold 25 by default, so the 26th inventory is easily missed.
const INVENTORIES: Listing = Listing {
    collection: "inventories",
    filters: Filters::Pairs,
    fields: &["name"],
    bare: &[],
    paging: Paging::Numbered,
    default_limit: 25,
    max_limit: 100,
    envelope: |page: Page| {
        let number = page.skip.checked_div(page.limit).unwrap_or(0) + 1;
        let meta = json!({"page": number, "pageSize": page.limit, "total": page.total});
        json!({"status": "Success", "message": "ok", "result": {"data": page.rows, "meta": meta}})
    },
};

const NODES: Listing = Listing { collection: "nodes", ..INVENTORIES };

/// Takes `names` (comma-separated, exact) and `search` (part of a name).
fn list(world: &mut World, call: &Incoming) -> Answered {
    let names: Option<Vec<&str>> = call.query.get("names").map(|names| names.split(',').collect());
    let search = call.query.get("search").unwrap_or("").to_lowercase();
    let wanted = |row: &&Value| {
        let name = row.get("name").and_then(Value::as_str).unwrap_or("");
        names.as_ref().is_none_or(|names| names.contains(&name))
            && name.to_lowercase().contains(&search)
    };
    let counted: Vec<Value> = world
        .rows("inventories")
        .iter()
        .filter(wanted)
        .map(|row| {
            let mut row = row.clone();
            // Some inventories do not say how many nodes they have.
            if row.get("nodeCount").is_some() {
                let count = of(world, &row).count();
                merge(&mut row, json!({"nodeCount": count}));
            }
            row
        })
        .collect();
    INVENTORIES.answer_from(counted.iter(), world, call)
}

fn create(world: &mut World, call: &Incoming) -> Answered {
    let name = call.text("/name")?;
    call.list("/groups")?;
    if by_id_or_name(world, name).is_ok() {
        return Err(Refusal::new(409, format!("an inventory named '{name}' already exists")));
    }
    let row = json!({
        "_id": world.new_id(),
        "name": name,
        "description": call.body.get("description").cloned().unwrap_or_else(|| json!("")),
        "groups": call.value("/groups"),
        "tags": call.body.get("tags").cloned().unwrap_or_else(|| json!([])),
        "actions": call.body.get("actions").cloned().unwrap_or_else(|| json!({})),
        "nodeCount": 0,
        "created": iso(now_ms()),
        "createdBy": call.account,
    });
    world.add("inventories", row.clone());
    let answer = json!({"status": "Success", "message": "Inventory created", "result": row});
    Ok(Answer::from(answer).with_status(201))
}

fn describe(world: &mut World, call: &Incoming) -> Answered {
    let row = by_id_or_name(world, call.param(0))?;
    Ok(json!({"status": "Success", "message": "ok", "result": row}).into())
}

fn remove(world: &mut World, call: &Incoming) -> Answered {
    let row = by_id_or_name(world, call.param(0))?.clone();
    world.rows_mut("inventories").retain(|other| *other != row);
    world.rows_mut("nodes").retain(|node| node.get("inventory") != row.get("_id"));
    let result = json!({"deletedCount": 1});
    Ok(json!({"status": "Success", "message": "Inventory deleted", "result": result}).into())
}

fn nodes(world: &mut World, call: &Incoming) -> Answered {
    let row = by_id_or_name(world, call.param(0))?;
    let nodes: Vec<Value> = of(world, row)
        .map(|node| {
            let mut node = node.clone();
            if let Some(fields) = node.as_object_mut() {
                fields.remove("inventory");
            }
            node
        })
        .collect();
    NODES.answer_from(nodes.iter(), world, call)
}

/// Clears the inventory, then inserts: whoever sends one node keeps one node.
fn replace_nodes(world: &mut World, call: &Incoming) -> Answered {
    let inventory = by_id_or_name(world, call.text("/inventory_identifier")?)?.clone();
    let inventory = inventory.get("_id").cloned().unwrap_or_default();
    let mut inserted = Vec::new();
    let mut errors = Vec::new();
    for (place, node) in call.list("/nodes")?.iter().enumerate() {
        if node.get("name").is_some_and(Value::is_string) {
            let mut node = node.clone();
            merge(&mut node, json!({"_id": world.new_id(), "inventory": inventory}));
            inserted.push(node);
        } else {
            errors.push(json!({"index": place, "message": "must have required property 'name'"}));
        }
    }
    let count = inserted.len();
    let nodes = world.rows_mut("nodes");
    nodes.retain(|node| node.get("inventory") != Some(&inventory));
    nodes.append(&mut inserted);
    Ok(json!({
        "status": if errors.is_empty() { "Success" } else { "Partial" },
        "message": format!("{count} node(s) added"),
        "result": {"inserted": count, "errors": errors},
    })
    .into())
}

fn of<'a>(world: &'a World, inventory: &Value) -> impl Iterator<Item = &'a Value> {
    let id = inventory.get("_id").cloned();
    world.rows("nodes").iter().filter(move |node| node.get("inventory") == id.as_ref())
}

fn by_id_or_name<'a>(world: &'a World, id: &str) -> Result<&'a Value, Refusal> {
    let is = |row: &&Value| ["_id", "name"].iter().any(|key| row.get(key) == Some(&json!(id)));
    let found = world.rows("inventories").iter().find(is);
    found.ok_or_else(|| Refusal::not_found("Inventory", id))
}
