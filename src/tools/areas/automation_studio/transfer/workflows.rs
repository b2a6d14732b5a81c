//! Workflows as documents.

use serde_json::{Value, json};

use super::document::{document, imported};
use crate::platform::Path;
use crate::tools::areas::automation_studio::projects;
use crate::tools::asked::{Source, Wants, Write, change, record};
use crate::tools::context::Context;
use crate::tools::shown::{ErrorKind, Outcome, ToolError, lookup};
use crate::tools::told::Arguments;

/// `GET /automation-studio/workflows`
const WORKFLOWS: Source = Source::new("/automation-studio/workflows", "items", "total");

/// `POST /workflow_builder/export`, which only reads.
pub fn export(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let stored = projects::stored_name(context, arguments)?;
    let body = json!({"options": {"name": stored, "type": "automation"}});
    match context.api.search(&Path::literal("/workflow_builder/export"), &[], &body) {
        Ok(Value::Object(workflow)) if !workflow.is_empty() => Ok(Value::Object(workflow).into()),
        Ok(_) => {
            let nothing = format!("the platform gave nothing of workflow '{stored}'");
            Err(explain(context, &stored, ToolError::platform(nothing)))
        }
        Err(error) => Err(explain(context, &stored, error.into())),
    }
}

/// A failure may only mean that there is no such workflow, which versions tell in different ways.
fn explain(context: &Context<'_>, stored: &str, error: ToolError) -> ToolError {
    if !matches!(error.kind, ErrorKind::NotFound | ErrorKind::Refused | ErrorKind::Platform) {
        return error;
    }
    match WORKFLOWS.listing().with("include", "name").items(context) {
        Ok(all) if !all.iter().any(|one| record::name(one) == Some(stored)) => {
            let names = all.iter().filter_map(record::name);
            projects::missing("workflow", stored, "describe_project", names)
        }
        _ => error,
    }
}

/// `POST /automation-studio/automations/import`
pub fn import(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let (workflow, name) = document(arguments, "workflow", &["name"])?;
    let thing = change(context, "workflow", name)?;
    let there = |context: &Context<'_>| {
        let listing = WORKFLOWS.listing().with("equals[name]", name);
        listing.find(context, |one| record::name(one) == Some(name))
    };
    let fresh = there(context)?.is_none();
    let path = Path::literal("/automation-studio/automations/import");
    let body = json!({"automations": [workflow]});
    let mut write = Write::post(&path, Some(&body))
        .wants(Wants::One(&["imported", "data.imported", "data", ""]))
        .shown_by("export_workflow");
    if fresh {
        write = write.read_back(&there);
    }
    let done = thing.send(&write)?;
    let list = |place: &str| lookup(&done.answer, place)?.as_array()?.first();
    let part = ["imported", "data.imported", "data"].iter().find_map(|place| list(place));
    let made = part.map(|part| part.get("created").or(part.get("data")).unwrap_or(part));
    let message = part.and_then(|part| record::text(part, &["message"]));
    Ok(imported(made.unwrap_or(&done.answer), name, message, done.note))
}
