//! Creating and changing command templates.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Map, Value, json};

use super::stored::{find, look_up};
use crate::platform::Path;
use crate::tools::areas::automation_studio::projects;
use crate::tools::asked::{Done, Write, change};
use crate::tools::context::Context;
use crate::tools::shown::{Field, FieldKind, Outcome, Shape, ToolError, lookup};
use crate::tools::told::Arguments;

/// What `create_command_template` gives back.
pub static CREATED: Shape = Shape::closed(&[
    Field::new("result", FieldKind::Map),
    Field::new("ops", FieldKind::List),
    Field::new("insertedCount", FieldKind::Number),
    Field::new("insertedIds", FieldKind::Map),
]);

/// What `update_command_template` gives back.
pub static UPDATED: Shape = Shape::closed(&[
    Field::new("acknowledged", FieldKind::Boolean),
    Field::new("modifiedCount", FieldKind::Number).from(&["modifiedCount", "nModified"]),
    Field::new("upsertedId", FieldKind::Text),
    Field::new("upsertedCount", FieldKind::Number),
    Field::new("matchedCount", FieldKind::Number).from(&["matchedCount", "n"]),
]);

const KIND: &str = "command template";
const SHOWN_BY: &str = "describe_command_template";

/// Who made it, where the platform keeps a name.
const ORIGIN: &str = "itential-mcp";

/// The fields a caller may set: name here, name on the platform.
const SETTABLE: [(&str, &str); 5] = [
    ("commands", "commands"),
    ("description", "description"),
    ("os", "os"),
    ("pass_rule", "passRule"),
    ("ignore_warnings", "ignoreWarnings"),
];

/// The fields of a rule that hold one of some words.
const RULE_WORDS: [(&str, &[&str]); 2] = [
    ("eval", &["contains", "!contains", "contains1", "RegEx", "!RegEx", "#comparison"]),
    ("severity", &["error", "warning", "info"]),
];

/// `POST /mop/createTemplate`. Whether the name is free is asked first.
pub fn create(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let stored = projects::stored_name(context, arguments)?;
    let thing = change(context, KIND, &stored)?;
    if look_up(context, &stored)?.is_some() {
        return Err(ToolError::state(format!(
            "there is a command template called '{stored}' already; update_command_template \
             changes it"
        )));
    }
    let mut mop = given(arguments);
    let now = now_ms();
    // Without an _id equal to the name some versions cannot find the template again.
    mop.insert("_id".into(), json!(stored));
    mop.insert("name".into(), json!(stored));
    mop.insert("created".into(), now.clone());
    mop.insert("createdBy".into(), json!(ORIGIN));
    mop.insert("lastUpdated".into(), now);
    mop.insert("lastUpdatedBy".into(), json!(ORIGIN));
    let body = json!({"mop": mop});
    let path = Path::literal("/mop/createTemplate");
    let there = |context: &Context<'_>| look_up(context, &stored);
    let write = Write::post(&path, Some(&body)).shown_by(SHOWN_BY).read_back(&there);
    let Done { answer: reply, note } = thing.send(&write)?;
    if reply.get("insertedCount").is_some_and(|count| count == 0) {
        return Err(ToolError::refused(format!(
            "the platform says that it inserted nothing; template '{stored}' was not created"
        )));
    }
    let mut shown = CREATED.project(&reply);
    if reply.get("insertedIds").is_none_or(Value::is_null) {
        let id = reply.get("insertedId").cloned().unwrap_or_else(|| json!(stored));
        shown["insertedIds"] = json!({"0": id});
    }
    if shown["insertedCount"].is_null() {
        shown["insertedCount"] = json!(1);
    }
    Ok(Outcome::from(shown).noted(note))
}

/// `POST /mop/updateTemplate/{id}`. The platform replaces the whole template, so the existing one is
/// read, changed, sent whole and read again.
pub fn update(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let stored = projects::stored_name(context, arguments)?;
    let thing = change(context, KIND, &stored)?;
    let existing = find(context, &stored)?;
    let given = given(arguments);
    let id = existing.get("_id").and_then(Value::as_str).unwrap_or(&stored).to_owned();
    let Value::Object(mut mop) = existing else {
        return Err(ToolError::platform(format!("the platform did not show template '{stored}'")));
    };
    if given.iter().all(|(field, value)| mop.get(field) == Some(value)) {
        let nothing = json!({"acknowledged": true, "modifiedCount": 0, "upsertedCount": 0,
                             "matchedCount": 1});
        let outcome = Outcome::from(UPDATED.project(&nothing));
        return Ok(outcome.with_note("Nothing was to be changed, and nothing was."));
    }
    mop.extend(given.clone());
    mop.insert("lastUpdated".into(), now_ms());
    mop.insert("lastUpdatedBy".into(), json!(ORIGIN));
    let path = Path::new("/mop/updateTemplate/{}", &[&id])?;
    let (body, given) = (json!({"mop": mop}), Value::Object(given));
    let there = |context: &Context<'_>| {
        Ok(look_up(context, &stored)?.filter(|now| holds(now, &given)).map(|_| json!({})))
    };
    let write = Write::post(&path, Some(&body)).shown_by(SHOWN_BY).read_back(&there);
    let done = thing.send(&write)?;
    let outcome = Outcome::from(counts(&done.answer)).noted(done.note);
    match look_up(context, &stored) {
        Ok(Some(now)) if holds(&now, &given) => Ok(outcome),
        Ok(_) => Err(ToolError::unknown(format!(
            "the platform accepted the update, but template '{stored}' does not read as it was \
             sent; look at it with {SHOWN_BY} before you repeat this"
        ))),
        Err(error) => Ok(outcome
            .noted(Some(format!("The update was written but could not be read back: {error}")))),
    }
}

/// Whether `now` holds all that was sent; the platform may add to it.
fn holds(now: &Value, sent: &Value) -> bool {
    match (now, sent) {
        (Value::Object(now), Value::Object(sent)) => {
            sent.iter().all(|(field, value)| now.get(field).is_some_and(|now| holds(now, value)))
        }
        (Value::Array(now), Value::Array(sent)) => {
            now.len() == sent.len() && now.iter().zip(sent).all(|(now, sent)| holds(now, sent))
        }
        _ => now == sent,
    }
}

/// What the caller gave, under the platform's names.
fn given(arguments: &Arguments) -> Map<String, Value> {
    let mut fields = Map::new();
    for (name, field) in SETTABLE {
        match arguments.value(name) {
            Value::Null => {}
            Value::Array(commands) => {
                fields.insert(field.into(), commands.iter().map(command).collect());
            }
            value => drop(fields.insert(field.into(), value.clone())),
        }
    }
    fields
}

/// A command that is only text has no rules to pass.
fn command(given: &Value) -> Value {
    match given {
        Value::String(text) => json!({"command": text, "passRule": true, "rules": []}),
        whole => {
            let mut whole = whole.clone();
            let rules = whole.get_mut("rules").and_then(Value::as_array_mut);
            rules.into_iter().flatten().for_each(spell);
            whole
        }
    }
}

/// The words of a rule as the platform spells them: a rule whose words it does not know never holds.
fn spell(rule: &mut Value) {
    for (field, words) in RULE_WORDS {
        if let Some(Value::String(given)) = rule.get_mut(field)
            && let Some(word) = words.iter().find(|word| word.eq_ignore_ascii_case(given.trim()))
        {
            *given = (*word).to_owned();
        }
    }
}

/// The counts of a write, which versions tell in different words.
fn counts(reply: &Value) -> Value {
    let told = reply.get("result").filter(|result| result.is_object()).unwrap_or(reply);
    let mut shown = UPDATED.project(told);
    if shown["acknowledged"].is_null() {
        shown["acknowledged"] = json!(lookup(told, "ok").is_none_or(|ok| *ok == 1));
    }
    if shown["upsertedCount"].is_null() && !shown["matchedCount"].is_null() {
        shown["upsertedCount"] = json!(0);
    }
    shown
}

/// Now, in milliseconds since 1970 as the platform counts.
fn now_ms() -> Value {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    json!(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
