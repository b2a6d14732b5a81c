//! Pre-builts: packages of automation.

use serde_json::{Value, json};

use super::document::{document, imported};
use crate::platform::Path;
use crate::tools::asked::{Directory, Filter, List, Source, Wants, Write, change, record};
use crate::tools::context::Context;
use crate::tools::shown::{Field, FieldKind, Outcome, Shape, ToolError};
use crate::tools::told::Arguments;

/// `GET /prebuilts`
const PREBUILTS: Source = Source::new("/prebuilts", "results", "total");
static DIRECTORY: Directory = Directory {
    one: "pre-built",
    many: "pre-builts",
    query: &[("equals", "{}"), ("equalsField", "name")],
    by_id: true,
    lister: "get_prebuilts",
};

/// The pre-builts that are installed.
pub static LIST: List =
    List::of(PREBUILTS, &ITEM).filtered(&[Filter::name_contains()]).prepared(counted);

static ITEM: Shape = Shape::closed(&[
    Field::new("id", FieldKind::Text).from(&["_id", "id"]),
    Field::new("name", FieldKind::Text),
    Field::new("version", FieldKind::Text),
    Field::new("description", FieldKind::Text),
    Field::new("author", FieldKind::Text),
    Field::new("installed", FieldKind::Time),
    Field::new("components", FieldKind::Number).doc("How many it holds"),
]);

fn counted(mut prebuilt: Value) -> Value {
    if let Some(components) = prebuilt.get("components").and_then(Value::as_array).map(Vec::len) {
        prebuilt["components"] = json!(components);
    }
    prebuilt
}

/// `GET /prebuilts/{id}/export`
pub fn export(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let name = arguments.text("name");
    let id = DIRECTORY.id(&DIRECTORY.find(context, &PREBUILTS.listing(), name)?)?;
    let answer = context.api.get(&Path::new("/prebuilts/{}/export", &[&id])?, &[])?;
    match record::payload(&answer) {
        package @ Value::Object(fields) if !fields.is_empty() => Ok(package.clone().into()),
        _ => Err(ToolError::platform(format!("the platform gave nothing of pre-built '{name}'"))),
    }
}

/// `POST /prebuilts/import`
pub fn import(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let (package, name) = document(arguments, "prebuilt", &["metadata.name", "name"])?;
    let overwrite = arguments.flag("overwrite");
    let thing = change(context, DIRECTORY.one, name)?;
    let there =
        |context: &Context<'_>| Ok(DIRECTORY.named(context, &PREBUILTS.listing(), name)?.pop());
    let fresh = there(context)?.is_none();
    if !fresh && !overwrite {
        return Err(ToolError::state(format!(
            "the pre-built '{name}' is installed already, and 'overwrite' is not set; nothing was \
             imported"
        )));
    }
    let path = Path::literal("/prebuilts/import");
    let body = json!({"prebuilt": package, "options": {"overwrite": overwrite}});
    let mut write = Write::post(&path, Some(&body))
        .wants(Wants::One(&["data._id", "data.id", "data.name", "_id"]))
        .shown_by(DIRECTORY.lister);
    if fresh {
        write = write.read_back(&there);
    }
    let done = thing.send(&write)?;
    let message = record::text(&done.answer, &["message"]);
    Ok(imported(record::payload(&done.answer), name, message, done.note))
}
