//! Documents, and what becomes of them.

use serde_json::{Value, json};

use crate::tools::asked::record;
use crate::tools::shown::{Field, FieldKind, Outcome, Shape, ToolError};
use crate::tools::told::Arguments;

/// What an import made.
pub static IMPORTED: Shape = Shape::closed(&[
    Field::new("id", FieldKind::Text).from(&["_id", "id"]),
    Field::new("name", FieldKind::Text),
    Field::new("message", FieldKind::Text),
]);

/// What the platform says it made of the document called `name`.
pub fn imported(made: &Value, name: &str, message: Option<&str>, note: Option<String>) -> Outcome {
    let mut shown = IMPORTED.project(made);
    if shown["name"].is_null() {
        shown["name"] = json!(name);
    }
    shown["message"] =
        json!(message.map_or_else(|| format!("'{name}' was imported."), str::to_owned));
    Outcome::from(shown).noted(note)
}

/// The document that the argument `name` holds, also within the answer of the route it came from, and
/// the name of what it describes, which stands at one of these places.
pub fn document<'a>(
    arguments: &'a Arguments,
    name: &str,
    places: &[&str],
) -> Result<(&'a Value, &'a str), ToolError> {
    let document = record::payload(arguments.value(name));
    let titled = record::text(document, places).ok_or_else(|| {
        ToolError::invalid(format!(
            "'{name}' is no document that describes one: it has no {}; nothing was imported",
            places.join(" or ")
        ))
    })?;
    Ok((document, titled))
}
