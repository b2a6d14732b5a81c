//! Instances of a resource model.

use serde_json::Value;

use super::resources;
use crate::platform::Path;
use crate::tools::asked::{Listing, judge};
use crate::tools::row::Context;
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

/// Names shown when one must be chosen.
const NAMES_SHOWN: usize = 20;

/// `GET /lifecycle-manager/resources/{id}/instances`, every page up to the limit.
pub fn list(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let model = resources::existing(context, arguments.text("resource_name"))?;
    let mut listing = all(&model)?;
    if let Some(limit) = arguments.maybe_integer("limit").and_then(|n| usize::try_from(n).ok()) {
        listing = listing.at_most(limit);
    }
    let listed = listing.read(context)?;
    Ok(Outcome::part(INSTANCE.project_all(&listed.items), listed.total))
}

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
    let mut found = all(model)?.with("equals[name]", name).read(context)?.items;
    // A platform that ignores the filter answers with everything.
    found.retain(|instance| judge::name(instance) == Some(name));
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => {
            let known = all(model)?.read(context)?.items;
            let names = known.iter().filter_map(judge::name);
            Err(ToolError::no_such("instance", name, names, "get_instances"))
        }
        several => {
            let ids: Vec<&str> = found.iter().filter_map(judge::id).collect();
            Err(ToolError::invalid(format!(
                "{several} instances are called '{name}' ({}); rename one on the platform",
                ids.join(", ")
            )))
        }
    }
}

fn only(context: &Context<'_>, model: &Value, resource: &str) -> Result<Value, ToolError> {
    let listed = all(model)?.at_most(NAMES_SHOWN).read(context)?;
    let mut items = listed.items;
    match items.len() {
        0 => Err(ToolError::not_found(format!("'{resource}' has no instances"))),
        1 => Ok(items.remove(0)),
        _ => {
            let names: Vec<&str> = items.iter().filter_map(judge::name).collect();
            let more = if listed.truncated { ", and more" } else { "" };
            Err(ToolError::invalid(format!(
                "'{resource}' has several instances, so 'instance_name' is needed: {}{more}",
                names.join(", ")
            )))
        }
    }
}

fn all(model: &Value) -> Result<Listing, ToolError> {
    let path = Path::new("/lifecycle-manager/resources/{}/instances", &[resources::id(model)?])?;
    Ok(Listing::new(path, "data", "metadata.total"))
}
