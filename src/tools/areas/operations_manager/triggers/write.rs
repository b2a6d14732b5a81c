//! Writing triggers, and running those that are run by hand.

use serde_json::{Map, Value, json};

use super::fields;
use crate::platform::Path;
use crate::time::{Utc, moment};
use crate::tools::areas::operations_manager::{follow, offers, start};
use crate::tools::asked::{Directory, Wants, Write, act, change, record};
use crate::tools::context::Context;
use crate::tools::shown::{Outcome, ToolError};
use crate::tools::told::Arguments;

const AUTOMATION: Directory = Directory {
    one: "automation",
    many: "automations",
    query: &[("equalsField", "name"), ("equals", "{}")],
    by_id: true,
    lister: "get_automations",
};

const TRIGGER: Directory = Directory {
    one: "trigger",
    many: "triggers",
    query: &[("equalsField", "name"), ("equals", "{}")],
    by_id: true,
    lister: "get_triggers",
};

/// `POST /operations-manager/triggers`
pub fn create(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let (name, kind) = (arguments.text("name"), arguments.text("type"));
    let fields = fields::complete(arguments, kind)?;
    let automations = offers::AUTOMATIONS.listing();
    let automation = AUTOMATION.find(context, &automations, arguments.text("automation"))?;
    let automation = AUTOMATION.id(&automation)?;
    let change = change(context, "trigger", name)?;
    let there = |context: &Context<'_>| {
        let mut named = TRIGGER.named(context, &offers::TRIGGERS.listing(), name)?;
        let of = |row: &Value| row.get("actionId").and_then(record::scalar);
        named.retain(|row| of(row).as_ref() == Some(&automation));
        Ok(named.pop())
    };
    if let Some(there) = there(context)? {
        return Err(ToolError::state(format!(
            "the automation has a trigger called '{name}' already ({}); update_trigger changes it; \
             nothing was created",
            record::id(&there).unwrap_or("of unknown id".into())
        )));
    }
    let mut body = json!({
        "name": name,
        "type": kind,
        "enabled": arguments.flag("enabled"),
        "actionType": "automations",
        "actionId": automation,
        "description": arguments.maybe_text("description"),
    });
    body.as_object_mut().into_iter().for_each(|body| body.extend(fields.clone()));
    let path = Path::literal(offers::TRIGGERS.route);
    let write =
        Write::post(&path, Some(&body)).wants(Wants::One(&["data._id", "_id", "data.id", "id"]));
    let done = change.send(&write.shown_by("get_triggers").read_back(&there))?;
    let trigger = record::payload(&done.answer).clone();
    Ok(shown(trigger).noted(done.note.into_iter().chain(past(&fields))))
}

/// `PATCH /operations-manager/triggers/{id}`
pub fn update(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let trigger = TRIGGER.find(context, &offers::TRIGGERS.listing(), arguments.text("name"))?;
    let id = TRIGGER.id(&trigger)?;
    let kind = record::text(&trigger, &["type"]).unwrap_or("endpoint");
    let mut body = fields::given(arguments, kind)?;
    for (parameter, field) in
        [("enabled", "enabled"), ("new_name", "name"), ("description", "description")]
    {
        if !arguments.value(parameter).is_null() {
            body.insert(field.to_owned(), arguments.value(parameter).clone());
        }
    }
    if body.is_empty() {
        return Err(ToolError::invalid(
            "nothing to change was given: enabled, new_name, description, or what belongs to its type",
        ));
    }
    if trigger.get("repeatUnit").is_some_and(Value::is_string)
        && let Some(interval) = body.get("repeatInterval").and_then(Value::as_i64)
    {
        body.extend(fields::in_units(interval));
    }
    let change = change(context, "trigger", &id)?;
    let read = |context: &Context<'_>| {
        let own = |row: &Value| record::id(row).as_deref() == Some(id.as_str());
        offers::TRIGGERS.listing().find(context, own)
    };
    let is_there = |row: &Value| {
        body.iter().all(|(field, value)| row.get(field).unwrap_or(&Value::Null) == value)
    };
    let there = |context: &Context<'_>| Ok(read(context)?.filter(is_there));
    let sent = Value::Object(body.clone());
    let path = Path::new("/operations-manager/triggers/{}", &[&id])?;
    let write = Write::patch(&path, Some(&sent)).shown_by("get_triggers").read_back(&there);
    let done = change.send(&write)?;
    let mut notes: Vec<String> = done.note.into_iter().chain(past(&body)).collect();
    let now = match read(context) {
        Ok(Some(now)) => now,
        Ok(None) => record::payload(&done.answer).clone(),
        Err(error) => {
            notes.push(format!("How it is now could not be read: {error}"));
            let mut changed = trigger.clone();
            changed.as_object_mut().into_iter().for_each(|now| now.extend(body.clone()));
            changed
        }
    };
    Ok(shown(now).noted(notes))
}

/// `POST /operations-manager/triggers/manual/{id}/run`
pub fn run(context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
    let name = arguments.text("name");
    let trigger = TRIGGER.find(context, &offers::TRIGGERS.listing(), name)?;
    let id = TRIGGER.id(&trigger)?;
    let kind = record::text(&trigger, &["type"]).unwrap_or("manual");
    if kind != "manual" {
        let instead = match record::text(&trigger, &["routeName"]) {
            Some(route) => format!("trigger_automation starts it by its route_name '{route}'"),
            None => "start_job starts its workflow".to_owned(),
        };
        return Err(ToolError::state(format!(
            "'{name}' is of type {kind}, and only manual triggers are run by hand; {instead}"
        )));
    }
    let body = json!({"formData": arguments.object("form_data").cloned().unwrap_or_default()});
    let path = Path::new("/operations-manager/triggers/manual/{}/run", &[&id])?;
    let write = Write::post(&path, Some(&body)).wants(Wants::Started(start::STARTED));
    let done = act(context, "trigger", name).send(&write.shown_by("get_jobs"))?;
    Ok(follow::started(context, start::payload(&done.answer), start::patience(arguments)))
}

fn shown(trigger: Value) -> Outcome {
    offers::TRIGGER.project(&offers::scheduled(trigger)).into()
}

/// That a first run lies in the past.
fn past(fields: &Map<String, Value>) -> Option<String> {
    let first = fields.get("firstRunAt")?.as_i64()?;
    let now = moment(&json!(Utc::now().milliseconds_form()))?;
    (first < now).then(|| match fields.get("repeatInterval").is_some_and(Value::is_number) {
        true => "first_run_at is past: it runs from the next repetition on.".to_owned(),
        false => "first_run_at is past: look at next_run whether it runs at all.".to_owned(),
    })
}
