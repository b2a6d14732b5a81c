//! A foreign schema as a model is shown it: in the part of JSON Schema that every vendor's library
//! reads (see [`schema`](crate::tools::told::input_schema)), and no larger than a model can afford.

use std::cell::Cell;
use std::ptr;

use serde_json::{Map, Value, json};

use super::fields::{Field, Fields};
use super::kinds::Kinds;
use super::parts::{Document, Parts};
use crate::limits;
use crate::tools::told::naming::plain;

/// How much is shown: levels, characters of a description, properties of an object. The first that
/// is small enough as a whole counts; the last one always is.
const MEASURES: [(usize, usize, usize); 7] = [
    (8, 500, 200),
    (5, 300, 200),
    (3, 150, 200),
    (2, 80, 100),
    (1, 40, 100),
    (1, 0, 50),
    (1, 0, 4),
];

/// The schema to announce for `schema`; none when it describes no properties.
pub fn announce(schema: &Value) -> Option<Value> {
    let attempts = MEASURES.iter().map(|(levels, text, properties)| {
        let document = &Document::new(schema, limits::ANNOUNCED_SCHEMA_STEPS);
        let room = Cell::new(limits::ANNOUNCED_SCHEMA_BYTES);
        let mut view =
            View { document, trail: Vec::new(), room, text: *text, properties: *properties };
        let parts = document.root();
        view.trail.extend(&parts.maps);
        let mut made = view.object(&parts, *levels, false);
        if let Some(said) = parts.text("description").filter(|_| *text > 0) {
            made["description"] = shortened(said, *text).into();
        }
        made
    });
    let small = |made: &Value| made.to_string().len() <= limits::ANNOUNCED_SCHEMA_BYTES;
    let mut made = attempts.into_iter().find(small)?;
    if made.get("properties").is_none() {
        // Nothing is something that can be said, too.
        let document = Document::new(schema, limits::ANNOUNCED_SCHEMA_STEPS);
        document.root().all("additionalProperties").find(|more| **more == false)?;
        made["properties"] = json!({});
    }
    Some(made)
}

/// An announced schema without its descriptions.
pub fn undescribed(schema: &Value) -> Value {
    let mut made = schema.clone();
    let Some(map) = made.as_object_mut() else { return made };
    map.shift_remove("description");
    for inner in ["items", "anyOf", "properties"] {
        match map.get_mut(inner) {
            Some(Value::Object(properties)) if inner == "properties" => {
                properties.values_mut().for_each(|property| *property = undescribed(property));
            }
            Some(Value::Array(all)) => all.iter_mut().for_each(|one| *one = undescribed(one)),
            Some(one) => *one = undescribed(one),
            None => {}
        }
    }
    made
}

struct View<'d, 's> {
    document: &'d Document<'s>,
    /// The schemas around the one that is looked at: one that comes again begins a circle.
    trail: Vec<&'s Map<String, Value>>,
    /// Bytes that may still be shown, about.
    room: Cell<usize>,
    text: usize,
    properties: usize,
}

impl<'s> View<'_, 's> {
    /// What is shown of a value that these schemas describe. `chosen` says that it stands in a choice,
    /// where libraries refuse defaults.
    fn value(&mut self, schemas: &[&'s Value], levels: usize, chosen: bool) -> Value {
        let parts = self.document.parts(schemas);
        let again = |map: &&Map<String, Value>| self.trail.iter().any(|t| ptr::eq(*t, *map));
        let circle = parts.maps.iter().any(again);
        let levels = if circle || self.room.get() == 0 { 0 } else { levels };
        let before = self.trail.len();
        self.trail.extend(&parts.maps);
        let mut made = self.typed(&parts, levels, chosen);
        self.trail.truncate(before);
        let default = parts.all("default").next().filter(|default| !default.is_null());
        let told = default.filter(|default| chosen || !is_default(default, &made));
        if let (Some(default), None) = (default, told) {
            made["default"] = default.clone();
        }
        let text = self.description(&parts, &made, told);
        if !text.is_empty() {
            made["description"] = text.into();
        }
        let used = 24 + made.get("description").map_or(0, |text| text.to_string().len());
        self.room.set(self.room.get().saturating_sub(used));
        made
    }

    fn typed(&mut self, parts: &Parts<'s>, levels: usize, chosen: bool) -> Value {
        let (kinds, stated) = parts.kinds();
        let whole = !stated && levels > 0 && parts.all("properties").next().is_none();
        if let Some(list) = parts.lists.first().filter(|_| whole) {
            return self.choice(list, levels);
        }
        let kinds = if kinds == Kinds::NULL { Kinds::STRING } else { kinds };
        let words = kinds.words();
        let chosen = chosen || words.len() > 1;
        any_of(words.iter().map(|(word, _)| match *word {
            "object" => self.object(parts, levels, chosen),
            "array" => self.list(parts, levels),
            "string" => text(parts),
            number => bounded(number, parts),
        }))
    }

    fn choice(&mut self, list: &[&'s Value], levels: usize) -> Value {
        let shown = list.iter().map(|schema| self.value(&[*schema], levels - 1, true));
        any_of(shown.collect::<Vec<_>>())
    }

    fn list(&mut self, parts: &Parts<'s>, levels: usize) -> Value {
        let tuple = parts.tuple();
        let items = match levels {
            0 => anything(false),
            _ if tuple == 0 => match parts.items(0) {
                items if items.iter().all(|schema| !schema.is_object()) => anything(false),
                items => self.value(&items, levels - 1, false),
            },
            _ => {
                let places = 0..tuple.min(limits::SCHEMA_PARTS);
                let each = places.map(|place| self.value(&parts.items(place), levels - 1, true));
                any_of(each.collect::<Vec<_>>())
            }
        };
        // A list in a list is rare; to say that there may be one costs more than it tells.
        let items = if items == anything(true) { anything(false) } else { items };
        json!({"type": "array", "items": items})
    }

    fn object(&mut self, parts: &Parts<'s>, levels: usize, chosen: bool) -> Value {
        let mut made = json!({"type": "object"});
        if levels == 0 {
            return made;
        }
        let fields = Fields::of(self.document, parts).all;
        let most = self.properties;
        let mut shown: Vec<&Field<'s>> = fields.iter().collect();
        if shown.len() > most {
            let (required, others): (Vec<_>, Vec<_>) = shown.iter().partition(|f| f.required);
            shown = required.into_iter().chain(others).take(most).collect();
        }
        let mut properties = Map::new();
        for field in &shown {
            let mut property = self.value(&field.schemas, levels - 1, chosen);
            let renamed = field.announced != field.name;
            if renamed && property.get("description").is_none() && self.text > 0 {
                property["description"] = shortened(field.name, self.text).into();
            }
            if let Some(description) = property.get("description").and_then(Value::as_str) {
                // A title that only repeats the name.
                if plain(description) == plain(field.name) && !renamed {
                    property.as_object_mut().map(|property| property.shift_remove("description"));
                }
            }
            properties.insert(field.announced.clone().into_owned(), property);
        }
        let required: Vec<&str> =
            shown.iter().filter(|f| f.required).map(|f| f.announced.as_ref()).collect();
        if !properties.is_empty() {
            made["properties"] = properties.into();
        }
        if !required.is_empty() {
            made["required"] = json!(required);
        }
        made
    }

    /// What the schema says in words, and what can be shown in no other way.
    fn description(&self, parts: &Parts<'s>, made: &Value, default: Option<&Value>) -> String {
        let mut words = Vec::new();
        words.extend(parts.text("description").or_else(|| parts.text("title")).map(str::to_owned));
        if let Some(choices) = parts.choices.as_ref().filter(|_| made.get("enum").is_none()) {
            let shown: Vec<String> =
                choices.iter().take(limits::ADVICE).map(ToString::to_string).collect();
            let more = if choices.len() > shown.len() { ", ..." } else { "" };
            words.push(format!("One of: {}{more}", shown.join(", ")));
        }
        for word in ["format", "pattern"] {
            words.extend(parts.text(word).map(|text| format!("{word}: {text}")));
        }
        words.extend(default.map(|default| format!("default: {default}")));
        shortened(&words.join("; "), self.text)
    }
}

/// One schema, or the choice between several that differ.
fn any_of(schemas: impl IntoIterator<Item = Value>) -> Value {
    let mut different = Vec::new();
    for mut schema in schemas {
        let nested = match schema.get_mut("anyOf").map(Value::take) {
            Some(Value::Array(nested)) => nested,
            _ => vec![schema],
        };
        for schema in nested {
            if !different.contains(&schema) {
                different.push(schema);
            }
        }
    }
    match different.len() {
        0 => anything(true),
        1 => different.remove(0),
        _ => json!({"anyOf": different}),
    }
}

/// Any value, said in types, which vendors demand.
fn anything(lists: bool) -> Value {
    let mut any: Vec<Value> =
        ["string", "number", "boolean", "object"].iter().map(|t| json!({"type": t})).collect();
    if lists {
        any.push(json!({"type": "array", "items": anything(false)}));
    }
    json!({"anyOf": any})
}

/// A text, with its choices where there are only texts.
fn text(parts: &Parts) -> Value {
    let mut made = json!({"type": "string"});
    let Some(choices) = &parts.choices else { return made };
    let texts: Vec<&str> = choices.iter().filter_map(|choice| choice.as_str()).collect();
    let bytes: usize = texts.iter().map(|text| text.len() + 3).sum();
    if texts.len() == choices.len()
        && (1..=limits::ANNOUNCED_CHOICES).contains(&texts.len())
        && bytes <= limits::ANNOUNCED_CHOICES_BYTES
        && !texts.contains(&"")
    {
        made["enum"] = json!(texts);
    }
    made
}

fn bounded(kind: &str, parts: &Parts) -> Value {
    let mut made = json!({"type": kind});
    for word in ["minimum", "maximum"] {
        let bound = parts.all(word).find(|bound| match kind {
            "integer" => bound.is_i64(),
            _ => bound.as_f64().is_some_and(f64::is_finite),
        });
        if let Some(bound) = bound {
            made[word] = bound.clone();
        }
    }
    made
}

/// Returns true if libraries take this as the default of what is announced.
fn is_default(default: &Value, announced: &Value) -> bool {
    let within = |word: &str, fits: fn(i64, i64) -> bool| {
        let bound = announced.get(word).and_then(Value::as_i64);
        bound.zip(default.as_i64()).is_none_or(|(bound, default)| fits(default, bound))
    };
    match announced.get("type").and_then(Value::as_str) {
        Some("string") => {
            let chosen = |choices: &Vec<Value>| choices.contains(default);
            let choices = announced.get("enum").and_then(Value::as_array);
            default.as_str().is_some_and(|text| text.len() <= limits::SHOWN_LINE_CHARS)
                && choices.is_none_or(chosen)
        }
        Some("integer") => {
            default.is_i64() && within("minimum", |d, b| d >= b) && within("maximum", |d, b| d <= b)
        }
        Some("boolean") => default.is_boolean(),
        _ => false,
    }
}

/// The beginning of a text, in one line.
fn shortened(text: &str, most: usize) -> String {
    let line: Vec<&str> = text.split_whitespace().take(most).collect();
    let line = line.join(" ");
    match line.char_indices().nth(most) {
        Some(_) if most == 0 => String::new(),
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}
