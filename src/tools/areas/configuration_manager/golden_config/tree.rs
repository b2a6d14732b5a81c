//! A new tree.

use serde_json::{Value, json};

use super::stored::{DIRECTORY, set_rules, spec_of, trees, version};
use crate::nearest::nearest;
use crate::platform::Path;
use crate::tools::asked::{Change, Write, change, record};
use crate::tools::context::Context;
use crate::tools::shown::{Field, FieldKind, Outcome, Shape, ToolError};
use crate::tools::told::Arguments;

/// What creating a tree gives back.
pub static CREATED: Shape = Shape::closed(&[Field::new("name", FieldKind::Text), DEVICE_TYPE, ID]);

const ID: Field = Field::new("id", FieldKind::Text).from(&["id", "_id"]);
const DEVICE_TYPE: Field = Field::new("device_type", FieldKind::Text).from(&["deviceType"]);

/// A tree type that no command line parser stands for: structured data.
const JSON: &str = "json";

/// `POST /configuration_manager/configs`, then variables and rules. Once the tree is there, what
/// goes wrong is told beside it.
pub fn create(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let (name, device_type) = (arguments.text("name"), arguments.text("device_type"));
    let variables = match arguments.value("variables") {
        Value::Null => None,
        Value::Object(variables) => Some(variables).filter(|variables| !variables.is_empty()),
        _ => return Err(ToolError::invalid("'variables' must be a JSON object")),
    };
    check_device_type(context, device_type)?;
    let thing = change(context, DIRECTORY.one, name)?;
    if named(context, name)?.is_some() {
        return Err(ToolError::state(format!(
            "there is a golden configuration tree called '{name}' already; \
             add_golden_config_node extends it"
        )));
    }
    let body = json!({"name": name, "deviceType": device_type});
    let path = Path::literal("/configuration_manager/configs");
    let there = |context: &Context<'_>| named(context, name);
    let write = Write::post(&path, Some(&body)).shown_by(DIRECTORY.lister).read_back(&there);
    let done = thing.send(&write)?;
    let mut tree = json!({"id": record::id(&done.answer), "name": name, "deviceType": device_type});
    let mut notes: Vec<String> = done.note.into_iter().collect();
    if tree["id"].is_null() {
        let found = named(context, name).ok().flatten();
        tree["id"] = json!(found.as_ref().and_then(record::id));
    }
    match tree["id"].as_str() {
        Some(id) => {
            if let Some(variables) = variables {
                match set_variables(&thing, id, &json!(variables)) {
                    Ok(note) => notes.extend(note),
                    Err(error) => notes.push(format!(
                        "The tree is there, but its variables were not set: {error}"
                    )),
                }
            }
            if let Some(template) = arguments.maybe_text("template")
                && let Err(error) = set_root_rules(context, &thing, id, template)
            {
                notes.push(format!("The tree is there, but its template was not set: {error}"));
            }
        }
        None => notes.push(
            "The tree was created, but the platform did not say its id, so no template or \
             variables were set."
                .to_owned(),
        ),
    }
    let outcome = Outcome::from(CREATED.project(&tree));
    Ok(outcome.noted(notes))
}

/// The tree called so, if there is one.
fn named(context: &Context<'_>, name: &str) -> Result<Option<Value>, ToolError> {
    Ok(trees(context)?.into_iter().find(|tree| record::name(tree) == Some(name)))
}

/// `GET /configuration_manager/configurations/parser`
fn check_device_type(context: &Context<'_>, wanted: &str) -> Result<(), ToolError> {
    let path = Path::literal("/configuration_manager/configurations/parser");
    let reply = context.api.get(&path, &[])?;
    let parsers = reply.get("list").unwrap_or(&reply).as_array();
    let names: Vec<&str> =
        parsers.into_iter().flatten().filter_map(|parser| record::name(parser)).collect();
    // Where no parser can be seen the platform has to judge.
    if names.is_empty() || wanted == JSON || names.contains(&wanted) {
        return Ok(());
    }
    let close = nearest(wanted, names.iter().copied());
    let hint = close.map(|close| format!(" (did you mean '{close}'?)")).unwrap_or_default();
    Err(ToolError::invalid(format!(
        "'device_type' must be one of {}, {JSON}, not '{wanted}'{hint}",
        names.join(", ")
    )))
}

/// `PUT /configuration_manager/configs/{id}/initial`
fn set_variables(
    thing: &Change<'_>,
    tree: &str,
    variables: &Value,
) -> Result<Option<String>, ToolError> {
    let path = Path::new("/configuration_manager/configs/{}/initial", &[tree])?;
    let body = json!({"name": "initial", "variables": variables});
    let there = |context: &Context<'_>| {
        let now = version(context, tree, "initial")?;
        Ok((now.get("variables") == Some(variables)).then_some(now))
    };
    Ok(thing.send(&Write::put(&path, Some(&body)).read_back(&there))?.note)
}

fn set_root_rules(
    context: &Context<'_>,
    thing: &Change<'_>,
    tree: &str,
    template: &str,
) -> Result<(), ToolError> {
    let initial = version(context, tree, "initial")?;
    let spec = initial.get("root").and_then(spec_of).ok_or_else(|| {
        ToolError::platform("the platform did not say where the rules of the root node are kept")
    })?;
    set_rules(thing, spec, template, initial.get("variables"))
}
