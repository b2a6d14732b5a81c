//! Instances of a resource model.

use serde_json::Value;

use super::resources;
use crate::limits;
use crate::tools::asked::{Directory, Filter, List, Listing, Source, record};
use crate::tools::context::Context;
use crate::tools::shown::{Field, FieldKind, Outcome, Shape, ToolError};
use crate::tools::told::Arguments;

/// An instance, in a list and alone.
pub static INSTANCE: Shape = Shape::closed(&[
    Field::new("name", FieldKind::Text),
    Field::new("description", FieldKind::Text),
    Field::new("instance_data", FieldKind::Any).from(&["instanceData"]),
    Field::new("last_action", FieldKind::Object(&LAST_ACTION)).from(&["lastAction"]),
]);

static LAST_ACTION: Shape = Shape::closed(&[
    Field::new("name", FieldKind::Text),
    Field::new("type", FieldKind::Text),
    Field::new("status", FieldKind::Text),
]);

/// `GET /lifecycle-manager/resources/{id}/instances`
const INSTANCES: Source =
    Source::new("/lifecycle-manager/resources/{}/instances", "data", "metadata.total");

/// The instances of a resource model.
pub static LIST: List = List::below(
    |context, arguments| all(&resources::existing(context, arguments.text("resource_name"))?),
    &INSTANCE,
)
.filtered(&[Filter::name_contains()]);

static DIRECTORY: Directory = Directory {
    one: "instance",
    many: "instances",
    query: &[("equals[name]", "{}")],
    by_id: false,
    lister: "get_instances",
};

/// The instance called so, or the only one.
pub fn describe(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let resource = arguments.text("resource_name");
    let model = resources::existing(context, resource)?;
    let instance = match arguments.maybe_text("instance_name") {
        Some(name) => existing(context, &model, name)?,
        None => only(context, &model, resource)?,
    };
    Ok(INSTANCE.project(&instance).into())
}

/// The one instance called `name`.
pub fn existing(context: &Context<'_>, model: &Value, name: &str) -> Result<Value, ToolError> {
    DIRECTORY.find(context, &all(model)?, name)
}

fn only(context: &Context<'_>, model: &Value, resource: &str) -> Result<Value, ToolError> {
    let listed = all(model)?.at_most(limits::HINT_NAMES).read(context)?;
    let mut items = listed.items;
    match items.len() {
        0 => Err(ToolError::not_found(format!("'{resource}' has no instances"))),
        1 => Ok(items.remove(0)),
        _ => {
            let names: Vec<&str> = items.iter().filter_map(record::name).collect();
            let more = if listed.truncated { ", and more" } else { "" };
            Err(ToolError::invalid(format!(
                "'{resource}' has several instances, so 'instance_name' is needed: {}{more}",
                names.join(", ")
            )))
        }
    }
}

fn all(model: &Value) -> Result<Listing<'static>, ToolError> {
    INSTANCES.below(&[&resources::id(model)?])
}
