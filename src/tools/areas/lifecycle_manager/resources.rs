//! Resource models.

use serde_json::{Value, json};

use crate::platform::Path;
use crate::tools::asked::{Directory, Source, Write, change, record};
use crate::tools::context::Context;
use crate::tools::shown::{ErrorKind, Field, FieldKind, Outcome, Shape, ToolError, lookup};
use crate::tools::told::{Arguments, Kind, Parameter};

/// An entry of `get_resources`.
pub static ITEM: Shape = Shape::closed(&[
    Field::new("name", FieldKind::Text),
    Field::new("description", FieldKind::Text),
]);

/// What `create_resource` gives back.
pub static CREATED: Shape = Shape::closed(&[
    Field::new("id", FieldKind::Text).from(&["_id", "id"]),
    Field::new("name", FieldKind::Text),
    Field::new("message", FieldKind::Text),
]);

/// What `describe_resource` gives back.
pub static DETAIL: Shape = Shape::closed(&[
    Field::new("name", FieldKind::Text),
    Field::new("description", FieldKind::Text),
    Field::new("actions", FieldKind::Objects(&ACTION)),
    Field::new("schema", FieldKind::Any).doc("JSON Schema of an instance's data"),
]);

static ACTION: Shape = Shape::closed(&[
    Field::new("name", FieldKind::Text),
    Field::new("type", FieldKind::Text).doc("create, update, delete or import"),
    Field::new("input_schema", FieldKind::Any).doc("null: it could not be read"),
]);

/// The parameter that names a resource model.
pub const RESOURCE_NAME: Parameter =
    Parameter::required("resource_name", Kind::Name, "Exact model name from get_resources");

/// `GET /lifecycle-manager/resources`
pub const RESOURCES: Source = Source::new("/lifecycle-manager/resources", "data", "metadata.total");

/// `GET /automation-studio/workflows`
const WORKFLOWS: Source = Source::new("/automation-studio/workflows", "items", "total");

static DIRECTORY: Directory = Directory {
    one: "resource model",
    many: "resource models",
    query: &[("equals[name]", "{}")],
    by_id: false,
    lister: "get_resources",
};

/// `POST /lifecycle-manager/resources`.
pub fn create(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let name = arguments.text("name");
    let thing = change(context, DIRECTORY.one, name)?;
    let there =
        |context: &Context<'_>| Ok(DIRECTORY.named(context, &RESOURCES.listing(), name)?.pop());
    if there(context)?.is_some() {
        return Err(ToolError::state(format!(
            "a resource model called '{name}' exists already; describe_resource shows it"
        )));
    }
    let mut body = json!({"name": name, "schema": arguments.value("schema")});
    if let Some(description) = arguments.value("description").as_str() {
        body["description"] = json!(description);
    }
    let path = Path::literal(RESOURCES.route);
    let write = Write::post(&path, Some(&body)).shown_by("describe_resource").read_back(&there);
    let done = thing.send(&write)?;
    let id = record::id(record::payload(&done.answer));
    let message = format!("Resource model '{name}' was created.");
    let created = CREATED.project(&json!({"_id": id, "name": name, "message": message}));
    Ok(Outcome::from(created).noted(done.note))
}

/// The model, and for each action the input schema from where the platform takes it. What cannot be
/// read of one action hides no other.
pub fn describe(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let model = existing(context, arguments.text("name"))?;
    let mut notes = Vec::new();
    let mut actions = Vec::new();
    for action in model.get("actions").and_then(Value::as_array).into_iter().flatten() {
        let mut shown = ACTION.project(action);
        shown["input_schema"] = match input_schema(context, &model, action) {
            Ok(schema) => schema,
            Err(error) if error.kind == ErrorKind::Cancelled => return Err(error),
            Err(error) => {
                let name = record::name(action).unwrap_or("?");
                notes.push(format!("The input of action '{name}' could not be read: {error}."));
                Value::Null
            }
        };
        actions.push(shown);
    }
    let mut detail = DETAIL.project(&model);
    detail["actions"] = Value::Array(actions);
    let outcome = Outcome::from(detail);
    Ok(outcome.noted(notes))
}

/// What an action wants to be told: what its transformation takes, else its workflow, else the
/// model's own data.
pub fn input_schema(
    context: &Context<'_>,
    model: &Value,
    action: &Value,
) -> Result<Value, ToolError> {
    if let Some(id) = record::text(action, &["preWorkflowJst", "preWorkflowJst._id"]) {
        let answer = context.api.get(&Path::new("/transformations/{}", &[id])?, &[])?;
        return lookup(record::payload(&answer), "incoming").cloned().ok_or_else(|| {
            ToolError::platform(format!("the transformation {id} does not say what it takes"))
        });
    }
    if let Some(id) = record::text(action, &["workflow", "workflow._id"]) {
        let workflow = WORKFLOWS
            .listing()
            .with("equals[_id]", id)
            .find(context, |workflow| record::id(workflow).as_deref() == Some(id))?
            .ok_or_else(|| ToolError::not_found(format!("its workflow {id} does not exist")))?;
        if let Some(schema) = workflow.get("inputSchema").filter(|schema| !schema.is_null()) {
            return Ok(schema.clone());
        }
    }
    Ok(model.get("schema").cloned().unwrap_or_default())
}

/// The one resource model called `name`.
pub fn existing(context: &Context<'_>, name: &str) -> Result<Value, ToolError> {
    DIRECTORY.find(context, &RESOURCES.listing(), name)
}

/// The id of a model, for the routes below it.
pub fn id(model: &Value) -> Result<String, ToolError> {
    DIRECTORY.id(model)
}
