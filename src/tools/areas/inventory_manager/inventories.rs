//! Inventories themselves.

use serde_json::{Map, Value, json};

use super::nodes;
use crate::platform::Path;
use crate::tools::asked::{Listing, judge};
use crate::tools::row::Context;
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

const PAGE: usize = 100;

/// `GET /inventory_manager/v1/inventories`, every page.
pub fn list(context: &Context<'_>) -> Result<Outcome, ToolError> {
    let listed = all().read(context)?;
    Ok(Outcome::part(ITEM.project_all(&listed.items), listed.total))
}

/// `GET /inventory_manager/v1/inventories/{id}` and its nodes, every page.
pub fn describe(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let (id, name) = existing(context, arguments.text("name"))?;
    let answer =
        context.api.get(&Path::new("/inventory_manager/v1/inventories/{}", &[&id])?, &[])?;
    let nodes = nodes::read(context, &name)?;
    let mut detail = judge::payload(&answer).as_object().cloned().unwrap_or_default();
    let total = nodes.total;
    let shown = nodes.items.len() as u64;
    detail.insert("nodes".into(), Value::Array(nodes.items));
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
    if name.is_empty() {
        return Err(ToolError::invalid("'name' must not be empty"));
    }
    if !named(context, name)?.0.is_empty() {
        return Err(ToolError::state(format!(
            "an inventory called '{name}' exists already; add_nodes_to_inventory adds to it"
        )));
    }
    let devices: Vec<Value> =
        arguments.texts("devices").iter().map(|name| json!({"name": name})).collect();
    let mut body = json!({"name": name, "groups": arguments.value("groups")});
    for key in ["description", "devices"] {
        match (key, arguments.value(key)) {
            (_, Value::Null) => {}
            ("devices", _) => body[key] = json!(devices),
            (_, value) => body[key] = value.clone(),
        }
    }
    let path = Path::literal("/inventory_manager/v1/inventories");
    let answer = context.api.post(&path, Some(&body))?;
    if let Some(why) = judge::failure(&answer) {
        return Err(ToolError::platform(format!("the inventory '{name}' was not created: {why}")));
    }
    let mut notes = Vec::new();
    // Platforms differ in whether they take nodes along with a new inventory.
    if let Err(error) = nodes::ensure(context, name, devices) {
        notes.push(format!(
            "The inventory was created, but not all of its nodes; add_nodes_to_inventory can add \
             them. {error}"
        ));
    }
    let created = created(context, name, &answer, &mut notes);
    let outcome = Outcome::from(CREATED.project(&created));
    Ok(if notes.is_empty() { outcome } else { outcome.with_note(notes.join(" ")) })
}

/// What the platform said of the new inventory, completed by what we know.
fn created(context: &Context<'_>, name: &str, answer: &Value, notes: &mut Vec<String>) -> Value {
    let payload = judge::payload(answer);
    let mut created: Map<String, Value> = payload.as_object().cloned().unwrap_or_default();
    let message = lookup(answer, "message").filter(|message| message.is_string()).cloned();
    let default = json!(format!("Inventory '{name}' was created."));
    created.entry("message").or_insert_with(|| message.unwrap_or(default));
    created.entry("name").or_insert_with(|| json!(name));
    if judge::id(payload).is_none() {
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
    let (id, name) = existing(context, arguments.text("name"))?;
    let answer = context.api.delete(&Path::new("/inventory_manager/v1/inventories/{}", &[&id])?)?;
    if let Some(why) = judge::failure(&answer) {
        return Err(ToolError::platform(format!("the inventory '{name}' was not deleted: {why}")));
    }
    let status = judge::text(&answer, &["result.status", "status"]).unwrap_or("Success");
    let message = judge::text(&answer, &["result.message", "message"])
        .map_or_else(|| format!("Inventory '{name}' was deleted."), str::to_owned);
    Ok(json!({"status": status, "message": message}).into())
}

/// Id and name of the one inventory called `name`.
pub fn existing(context: &Context<'_>, name: &str) -> Result<(String, String), ToolError> {
    let (found, others) = named(context, name)?;
    match found.as_slice() {
        [one] => match judge::id(one) {
            Some(id) => Ok((id.to_owned(), name.to_owned())),
            None => Err(ToolError::platform(format!("the inventory '{name}' has no id"))),
        },
        [] => {
            let names = others.iter().filter_map(judge::name);
            Err(ToolError::no_such("inventory", name, names, "get_inventories"))
        }
        several => {
            let ids: Vec<&str> = several.iter().filter_map(judge::id).collect();
            Err(ToolError::invalid(format!(
                "{} inventories are called '{name}' ({}); rename one on the platform",
                several.len(),
                ids.join(", ")
            )))
        }
    }
}

/// The inventories called `name`, and the others that had to be read to be sure there is none.
fn named(context: &Context<'_>, name: &str) -> Result<(Vec<Value>, Vec<Value>), ToolError> {
    let split = |items: Vec<Value>| -> (Vec<Value>, Vec<Value>) {
        items.into_iter().partition(|item| judge::name(item) == Some(name))
    };
    // The filter parts names at commas, and a platform may not know it: not found says nothing.
    let (found, _) = split(all().with("names", name).read(context)?.items);
    if found.is_empty() { Ok(split(all().read(context)?.items)) } else { Ok((found, Vec::new())) }
}

fn all() -> Listing {
    let path = Path::literal("/inventory_manager/v1/inventories");
    Listing::new(path, "result.data", "result.meta.total").numbered(PAGE)
}
