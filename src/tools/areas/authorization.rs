//! Who may use the platform: groups of users.

use serde_json::Value;

use crate::tools::asked::{Filter, List, Source, record};
use crate::tools::context::Context;
use crate::tools::row::{Area, Run, Tool};
use crate::tools::shown::{Field, FieldKind, Shape, ToolError};

/// This area.
pub static AREA: Area = Area { tag: "authorization", about: "user groups" };

const READ: Tool = Tool::reads(&AREA);

/// `GET /authorization/groups`
const GROUPS: Source = Source::new("/authorization/groups", "results", "total");
static LIST: List = List::of(GROUPS, &GROUP).filtered(&[Filter::name_contains()]);

/// The tools of this area.
pub static TOOLS: &[Tool] = &[Tool {
    name: "get_user_groups",
    title: "Get User Groups",
    description: "List user groups, whose names create_inventory takes.",
    run: Run::List(&LIST),
    ..READ
}];

static GROUP: Shape = Shape::closed(&[
    Field::new("id", FieldKind::Text).from(&["_id", "id"]),
    Field::new("name", FieldKind::Text),
    Field::new("description", FieldKind::Text),
    Field::new("provenance", FieldKind::Text).doc("Where it is managed"),
    Field::new("inactive", FieldKind::Boolean),
]);

/// Refuses names that no group has, and says which there are. Where the list of groups may not be
/// read, the platform alone knows.
///
/// # Errors
/// The first name that no group has.
pub fn must_exist(context: &Context<'_>, names: &[&str]) -> Result<(), ToolError> {
    if names.is_empty() {
        return Ok(());
    }
    let Ok(groups) = GROUPS.listing().items(context) else { return Ok(()) };
    let is = |group: &Value, name: &str| {
        record::name(group) == Some(name) || record::id(group).as_deref() == Some(name)
    };
    match names.iter().find(|name| !groups.iter().any(|group| is(group, name))) {
        Some(name) => {
            let mut known: Vec<&str> = groups.iter().filter_map(record::name).collect();
            known.truncate(crate::limits::HINT_NAMES);
            let there = known.join(", ");
            let error = ToolError::no_such("user group", name, known, "get_user_groups");
            Err(ToolError::not_found(format!("{} (there are: {there})", error.message)))
        }
        None => Ok(()),
    }
}
