//! What actions did.

use std::cmp::Reverse;

use serde_json::Value;

use crate::platform::Path;
use crate::time::moment;
use crate::tools::asked::Listing;
use crate::tools::row::Context;
use crate::tools::shown::{Field, FieldKind, Outcome, Shape, ToolError};
use crate::tools::told::Arguments;

/// An entry of `get_action_executions`.
pub static EXECUTION: Shape = Shape::closed(&[
    Field::new("modelName", FieldKind::Text),
    Field::new("instanceName", FieldKind::Text),
    Field::new("actionName", FieldKind::Text),
    Field::new("actionType", FieldKind::Text),
    Field::new("startTime", FieldKind::Time),
    Field::new("endTime", FieldKind::Time),
    Field::new("initiator", FieldKind::Any).doc("Account id or name"),
    Field::new("jobId", FieldKind::Text).doc("For describe_job"),
    Field::new("status", FieldKind::Text),
    Field::new("errors", FieldKind::List),
    Field::new("initialInstanceData", FieldKind::Any),
    Field::new("finalInstanceData", FieldKind::Any),
]);

/// `GET /lifecycle-manager/action-executions`. The platform's filter takes a name's beginning, and
/// its sorting may be missing, so both are done here again.
pub fn list(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let path = Path::literal("/lifecycle-manager/action-executions");
    let mut listing =
        Listing::new(path, "data", "metadata.total").with("sort", "startTime").with("order", "-1");
    let resource = arguments.maybe_text("resource_name");
    let instance = arguments.maybe_text("instance_name");
    if let Some(name) = resource {
        listing = listing.with("starts-with[modelName]", name);
    }
    if let Some(name) = instance {
        listing = listing.with("starts-with[instanceName]", name);
    }
    let mut items = listing.read(context)?.items;
    let is = |item: &Value, key: &str, wanted: Option<&str>| {
        wanted.is_none_or(|wanted| item.get(key).and_then(Value::as_str) == Some(wanted))
    };
    items.retain(|item| is(item, "modelName", resource) && is(item, "instanceName", instance));
    items.sort_by_key(|item| Reverse(item.get("startTime").and_then(moment)));
    let total = items.len() as u64;
    let limit = arguments.maybe_integer("limit").and_then(|limit| usize::try_from(limit).ok());
    items.truncate(limit.unwrap_or(usize::MAX));
    Ok(Outcome::part(EXECUTION.project_all(&items), Some(total)))
}
