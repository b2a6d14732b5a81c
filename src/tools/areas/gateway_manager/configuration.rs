//! A gateway's configuration as one document.

use serde_json::{Map, Value, json};

use crate::observe;
use crate::platform::Path;
use crate::tools::asked::{Done, Wants, Write, change, record};
use crate::tools::context::Context;
use crate::tools::shown::{Field, FieldKind, Outcome, Shape, ToolError};
use crate::tools::told::Arguments;

/// What an import changed.
pub static IMPORTED: Shape = Shape::open(&[
    Field::new("added", FieldKind::List),
    Field::new("replaced", FieldKind::List),
    Field::new("skipped", FieldKind::List),
    Field::new("summary", FieldKind::Object(&SUMMARY)),
]);

static SUMMARY: Shape = Shape::open(&[
    Field::new("added", FieldKind::Number),
    Field::new("replaced", FieldKind::Number),
    Field::new("skipped", FieldKind::Number),
]);

/// `GET /gateway_manager/v1/gateways/{cluster_id}/configuration/export`.
pub fn export(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let cluster = arguments.text("cluster_id");
    let path = Path::new("/gateway_manager/v1/gateways/{}/configuration/export", &[cluster])?;
    let document = context.api.get(&path, &[])?;
    if !document.is_object() {
        return Err(ToolError::platform(format!(
            "the configuration of '{cluster}' is no JSON object, so it is not shown"
        )));
    }
    if is_sensitive(&document) {
        context.host.confirm(&format!(
            "The configuration of gateway cluster '{cluster}' holds secrets or user accounts. \
             Give the whole document to the model?"
        ))?;
    }
    Ok(document.into())
}

/// Whether a document holds what the log would mask, or users or secrets of any form, at any depth.
fn is_sensitive(document: &Value) -> bool {
    fn names_people_or_secrets(value: &Value) -> bool {
        match value {
            Value::Object(fields) => fields.iter().any(|(name, value)| {
                let listed = ["secrets", "users"].iter().any(|n| name.eq_ignore_ascii_case(n));
                (listed && !record::is_empty(value) && value != false)
                    || names_people_or_secrets(value)
            }),
            Value::Array(items) => items.iter().any(names_people_or_secrets),
            _ => false,
        }
    }
    names_people_or_secrets(document) || observe::redact_json(document) != *document
}

/// Where versions say what they took.
const TAKEN: &[&str] = &[
    "added",
    "replaced",
    "skipped",
    "summary",
    "result.added",
    "result.replaced",
    "result.skipped",
    "result.summary",
];

/// `POST /gateway_manager/v1/gateways/{cluster_id}/configuration/import`.
pub fn import(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let cluster = arguments.text("cluster_id");
    let path = Path::new("/gateway_manager/v1/gateways/{}/configuration/import", &[cluster])?;
    let body = json!({"options": options(arguments)?});
    let thing = change(context, "gateway configuration", cluster)?;
    let mut write = Write::post(&path, Some(&body))
        .wants(Wants::One(TAKEN))
        .shown_by("export_gateway_configuration")
        .in_parts();
    if arguments.flag("validate") || arguments.flag("check") {
        write = write.wants(Wants::Word).harmless();
    }
    let Done { answer, note } = thing.send(&write)?;
    let result = record::payload(&answer);
    let outcome = Outcome::from(IMPORTED.project(result));
    Ok(outcome.noted(note))
}

/// The optional details of a git source: our parameter, the platform's key.
const GIT: [(&str, &str); 4] = [
    ("git_reference", "reference"),
    ("git_username", "username"),
    ("git_password", "password"),
    ("git_private_key", "privateKey"),
];

fn options(arguments: &Arguments) -> Result<Value, ToolError> {
    let flags = ["force", "validate", "check"];
    if arguments.flag("validate") && arguments.flag("check") {
        return Err(ToolError::invalid("'validate' and 'check' exclude each other; give one"));
    }
    let content = arguments.value("content");
    let (url, file) = (arguments.maybe_text("git_url"), arguments.maybe_text("git_file"));
    let details: Vec<(&str, &str)> = GIT
        .iter()
        .filter_map(|(ours, theirs)| arguments.maybe_text(ours).map(|value| (*theirs, value)))
        .collect();
    let from_git = url.is_some() || file.is_some() || !details.is_empty();
    let (source, key, value) = match (content.is_null(), from_git, url, file) {
        (false, false, ..) => ("content", "content", content.clone()),
        (false, true, ..) => {
            return Err(ToolError::invalid("give 'content' or git_*, not both"));
        }
        (true, _, Some(url), Some(file)) => {
            let mut git = Map::new();
            for (key, value) in [("url", url), ("file", file)].into_iter().chain(details) {
                git.insert(key.to_owned(), json!(value));
            }
            ("git", "git", Value::Object(git))
        }
        (true, true, ..) => {
            return Err(ToolError::invalid("'git_url' and 'git_file' are both needed"));
        }
        (true, false, ..) => {
            return Err(ToolError::invalid("give 'content', or 'git_url' and 'git_file'"));
        }
    };
    let mut options = json!({"source": source});
    for flag in flags {
        options[flag] = json!(arguments.flag(flag));
    }
    options[key] = value;
    Ok(options)
}
