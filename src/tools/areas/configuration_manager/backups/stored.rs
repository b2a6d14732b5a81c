//! Backups as the platform keeps them.

use serde_json::{Value, json};

use crate::platform::Path;
use crate::tools::asked::{Listing, Paging, Source, record};
use crate::tools::context::Context;
use crate::tools::shown::{ErrorKind, ToolError, time};
use crate::tools::told::Arguments;

/// `POST /configuration_manager/backups`
const BACKUPS: Source = Source::new("/configuration_manager/backups", "list", "total")
    .paged(Paging::Search("options"), 100);

/// The backups that the arguments choose, the newest first.
pub fn wanted(arguments: &Arguments) -> Listing<'static> {
    match (arguments.maybe_text("device"), arguments.maybe_text("name_contains")) {
        (Some(device), _) => searched(Some(device), false),
        (None, Some(part)) => searched(Some(&literal(part)), true),
        (None, None) => searched(None, false),
    }
}

/// The platform takes the name as a regular expression unless it is told not to.
fn searched(name: Option<&str>, regex: bool) -> Listing<'static> {
    let mut options = json!({"sort": {"date": -1}, "regex": regex});
    if let Some(name) = name {
        options["filter"] = json!({"name": name});
    }
    BACKUPS.listing().searched(json!({"options": options}))
}

/// The regular expression that means this text, in any case as far as ASCII goes.
fn literal(text: &str) -> String {
    let mut pattern = String::new();
    for letter in text.chars() {
        if letter.is_ascii_alphabetic() {
            let (lower, upper) = (letter.to_ascii_lowercase(), letter.to_ascii_uppercase());
            pattern.extend(['[', lower, upper, ']']);
        } else if !letter.is_ascii() {
            // What is another case of it is left to the comparison that follows.
            pattern.push('.');
        } else {
            if letter.is_ascii_punctuation() {
                pattern.push('\\');
            }
            pattern.push(letter);
        }
    }
    pattern
}

/// The newest backup of a device, if there is one.
pub fn newest(context: &Context<'_>, device: &str) -> Result<Option<Value>, ToolError> {
    // A platform may not sort, so all of the device's are looked at.
    let mut found = searched(Some(device), false).items(context)?;
    found.retain(|backup| record::name(backup) == Some(device));
    Ok(found.into_iter().max_by_key(|backup| backup.get("date").and_then(crate::time::moment)))
}

/// `GET /configuration_manager/backups/{id}`
pub fn read(context: &Context<'_>, id: &str) -> Result<Value, ToolError> {
    let path = Path::new("/configuration_manager/backups/{}", &[id])?;
    let missing =
        || ToolError::not_found(format!("no backup has the id '{id}'; get_backups lists them"));
    let reply = context.api.get(&path, &[]).map_err(|error| match ToolError::from(error) {
        error if error.kind == ErrorKind::NotFound => missing(),
        error => error,
    })?;
    let backup = record::payload(&reply);
    match backup {
        Value::Object(fields) if !fields.is_empty() => Ok(backup.clone()),
        _ => Err(missing()),
    }
}

/// The backup with this id, which must be of this device.
pub fn of(context: &Context<'_>, device: &str, id: &str) -> Result<Value, ToolError> {
    let backup = read(context, id)?;
    match record::name(&backup) {
        Some(other) if other != device => Err(ToolError::invalid(format!(
            "the backup '{id}' is one of '{other}', not of '{device}'; get_backups with 'device' \
             lists those of one device"
        ))),
        _ => Ok(backup),
    }
}

/// The configuration that a backup holds.
pub fn configuration(backup: &Value) -> Result<String, ToolError> {
    match backup.get("rawConfig") {
        Some(Value::String(text)) if !text.is_empty() => Ok(text.clone()),
        // Controllers are configured by structured data.
        Some(data @ (Value::Object(_) | Value::Array(_))) => Ok(format!("{data:#}")),
        _ => Err(ToolError::state(format!(
            "the platform gave {} without its configuration; very large ones are kept where only \
             the platform itself shows them",
            title(backup)
        ))),
    }
}

/// What a backup is called in answers.
pub fn title(backup: &Value) -> String {
    format!("backup {} of {}", record::id(backup).unwrap_or_default(), date(backup))
}

/// When a backup was made.
pub fn date(backup: &Value) -> String {
    match backup.get("date").map(time) {
        Some(Value::String(date)) => date,
        _ => "an unknown time".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::literal;

    #[test]
    fn names_are_no_patterns() {
        assert_eq!(literal("A.1 (ü)"), "[aA]\\.1 \\(.\\)");
    }
}
