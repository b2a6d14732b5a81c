//! Inventories themselves.

use serde_json::{Map, Value, json};

use super::nodes;
use super::stored::{DIRECTORY, INVENTORIES, existing, exists};
use crate::platform::Path;
use crate::tools::areas::authorization;
use crate::tools::asked::{Done, Write, change, record};
use crate::tools::context::Context;
use crate::tools::shown::{Field, FieldKind, Outcome, Shape, ToolError, lookup};
use crate::tools::told::Arguments;

const ID: Field = Field::new("_id", FieldKind::Text).from(&["_id", "id"]);

/// An entry of `get_inventories`.
pub static ITEM: Shape = Shape::open(&[
    ID,
    Field::new("name", FieldKind::Text),
    Field::new("description", FieldKind::Text),
    Field::new("nodeCount", FieldKind::Number).doc("null: the platform does not say"),
]);

/// What `describe_inventory` gives back.
pub static DETAIL: Shape = Shape::open(&[
    ID,
    Field::new("name", FieldKind::Text),
    Field::new("description", FieldKind::Text),
    Field::new("groups", FieldKind::List),
    Field::new("actions", FieldKind::List),
    Field::new("tags", FieldKind::List),
    Field::new("nodes", FieldKind::List),
]);

/// What `create_inventory` gives back.
pub static CREATED: Shape =
    Shape::open(&[ID, Field::new("name", FieldKind::Text), Field::new("message", FieldKind::Text)]);

/// What `delete_inventory` gives back.
pub static DELETED: Shape =
    Shape::closed(&[Field::new("status", FieldKind::Text), Field::new("message", FieldKind::Text)]);

/// `GET /inventory_manager/v1/inventories/{id}` and its nodes, every page.
pub fn describe(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let (id, name) = existing(context, arguments.text("name"))?;
    let answer =
        context.api.get(&Path::new("/inventory_manager/v1/inventories/{}", &[&id])?, &[])?;
    let nodes = nodes::read(context, &name)?;
    let mut detail = record::payload(&answer).as_object().cloned().unwrap_or_default();
    let total = nodes.total;
    let shown = nodes.items.len() as u64;
    detail.insert("nodes".into(), Value::Array(nodes.items));
    // Platforms keep this count beside the nodes, and forget it.
    detail.insert("nodeCount".into(), json!(total.map_or(shown, |total| total.max(shown))));
    let outcome = Outcome::from(DETAIL.project(&Value::Object(detail)));
    Ok(match total {
        Some(total) if total > shown => {
            outcome.with_note(format!("{shown} of {total} nodes are shown; more are available."))
        }
        _ => outcome,
    })
}

/// `POST /inventory_manager/v1/inventories`. Once that has succeeded nothing fails the call.
pub fn create(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let name = arguments.text("name");
    let thing = change(context, DIRECTORY.one, name)?;
    if exists(context, name)? {
        return Err(ToolError::state(format!(
            "an inventory called '{name}' exists already; add_nodes_to_inventory adds to it"
        )));
    }
    authorization::must_exist(context, &arguments.texts("groups"))?;
    let devices: Vec<Value> =
        arguments.texts("devices").iter().map(|name| json!({"name": name})).collect();
    let asked_nodes = !devices.is_empty();
    let mut body = json!({"name": name, "groups": arguments.value("groups")});
    for key in ["description", "devices"] {
        match (key, arguments.value(key)) {
            (_, Value::Null) => {}
            ("devices", _) => body[key] = json!(devices),
            (_, value) => body[key] = value.clone(),
        }
    }
    let path = Path::literal(INVENTORIES.route);
    let there = |context: &Context<'_>| {
        let list = INVENTORIES.listing();
        list.find(context, |inventory| record::name(inventory) == Some(name))
    };
    let write = Write::post(&path, Some(&body)).shown_by(DIRECTORY.lister).read_back(&there);
    let Done { answer, note } = thing.send(&write)?;
    let mut notes: Vec<String> = note.into_iter().collect();
    // Platforms differ in whether they take nodes along with a new inventory.
    if let Err(error) = nodes::ensure(context, &thing, devices) {
        notes.push(format!(
            "The inventory was created, but not all of its nodes; add_nodes_to_inventory can add \
             them. {error}"
        ));
    }
    let mut created = created(context, name, &answer, &mut notes);
    // What the platform said was so before the nodes came.
    if asked_nodes || created.get("nodeCount").is_some() {
        match nodes::read(context, name) {
            Ok(listed) => created["nodeCount"] = json!(listed.items.len()),
            Err(error) => notes.push(format!("Its nodes could not be counted: {error}")),
        }
    }
    let outcome = Outcome::from(CREATED.project(&created));
    Ok(outcome.noted(notes))
}

/// What the platform said of the new inventory, completed by what we know.
fn created(context: &Context<'_>, name: &str, answer: &Value, notes: &mut Vec<String>) -> Value {
    let payload = record::payload(answer);
    let mut created: Map<String, Value> = payload.as_object().cloned().unwrap_or_default();
    let message = lookup(answer, "message").filter(|message| message.is_string()).cloned();
    let default = json!(format!("Inventory '{name}' was created."));
    created.entry("message").or_insert_with(|| message.unwrap_or(default));
    created.entry("name").or_insert_with(|| json!(name));
    if record::id(payload).is_none() {
        let id = existing(context, name).map(|(id, _)| id).ok();
        if id.is_none() {
            notes.push("The platform did not say the id; get_inventories shows it.".into());
        }
        created.insert("_id".into(), json!(id));
    }
    Value::Object(created)
}

/// `DELETE /inventory_manager/v1/inventories/{id}`.
pub fn delete(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let thing = change(context, DIRECTORY.one, arguments.text("name"))?;
    let (id, name) = existing(context, &thing.name)?;
    let path = Path::new("/inventory_manager/v1/inventories/{}", &[&id])?;
    let gone = |context: &Context<'_>| Ok((!exists(context, &name)?).then_some(Value::Null));
    let write = Write::delete(&path).shown_by(DIRECTORY.lister).read_back(&gone);
    let Done { answer, note } = thing.send(&write)?;
    let status = record::text(&answer, &["result.status", "status"]).unwrap_or("Success");
    let message = record::text(&answer, &["result.message", "message"])
        .map_or_else(|| format!("Inventory '{name}' was deleted."), str::to_owned);
    Ok(Outcome::from(json!({"status": status, "message": message})).noted(note))
}
