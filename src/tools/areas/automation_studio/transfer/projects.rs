//! Projects as documents.

use serde_json::{Map, Value, json};

use super::document::{document, imported};
use crate::platform::Path;
use crate::tools::areas::automation_studio::projects::{DIRECTORY, PROJECTS, id};
use crate::tools::asked::{Wants, Write, change, record};
use crate::tools::context::Context;
use crate::tools::shown::{Outcome, ToolError};
use crate::tools::told::Arguments;

/// What is done with a project whose name or id is taken, unless the caller says otherwise.
const INSERT: &str = "insert-new";

/// `GET /automation-studio/projects/{id}/export`
pub fn export(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let name = arguments.text("name");
    let path = Path::new("/automation-studio/projects/{}/export", &[&id(context, name)?])?;
    let answer = context.api.get(&path, &[])?;
    match record::payload(&answer) {
        project @ Value::Object(fields) if !fields.is_empty() => Ok(project.clone().into()),
        _ => Err(ToolError::platform(format!("the platform gave nothing of project '{name}'"))),
    }
}

/// `POST /automation-studio/projects/import`
pub fn import(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let (project, name) = document(arguments, "project", &["name"])?;
    let mode = arguments.text("conflict_mode");
    let thing = change(context, DIRECTORY.one, name)?;
    let path = Path::literal("/automation-studio/projects/import");
    let body = json!({
        "project": importable(project), "conflictMode": mode,
        "assignNewReferences": arguments.flag("assign_new_references"),
    });
    let before: Vec<String> = ids(&DIRECTORY.named(context, &PROJECTS.listing(), name)?);
    let there = |context: &Context<'_>| {
        let mut now = DIRECTORY.named(context, &PROJECTS.listing(), name)?;
        now.retain(|project| !before.iter().any(|id| record::id(project).as_deref() == Some(id)));
        Ok(now.pop())
    };
    let mut write = Write::post(&path, Some(&body))
        .wants(Wants::One(&["data._id", "data.id", "_id", "id"]))
        .shown_by("describe_project");
    if mode == INSERT {
        write = write.read_back(&there);
    }
    let done = thing.send(&write)?;
    let message = record::text(&done.answer, &["message"]);
    Ok(imported(record::payload(&done.answer), name, message, done.note))
}

fn ids(projects: &[Value]) -> Vec<String> {
    projects.iter().filter_map(record::id).map(|id| id.into_owned()).collect()
}

/// An exported project as it may be imported: the platform writes into the tree of folders what it
/// does not take back.
fn importable(project: &Value) -> Value {
    let mut project = project.clone();
    if let Some(folders) = project.get_mut("folders").and_then(Value::as_array_mut) {
        folders.iter_mut().filter_map(Value::as_object_mut).for_each(clean);
    }
    project
}

fn clean(node: &mut Map<String, Value>) {
    match node.get("nodeType").and_then(Value::as_str) {
        Some("folder") => drop(node.remove("iid")),
        Some("component") => drop(node.remove("name")),
        _ => {}
    }
    match node.get_mut("children") {
        Some(Value::Array(below)) => {
            below.iter_mut().filter_map(Value::as_object_mut).for_each(clean);
        }
        Some(Value::Null) => drop(node.remove("children")),
        _ => {}
    }
}
