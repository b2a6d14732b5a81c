//! What a made tool takes: its schema as models are shown it, and the reading of a call.

use std::cell::Cell;

use serde_json::{Map, Value, json};

use super::announce::{self, announce};
use super::fields::Fields;
use super::fit::{Fit, Whose};
use super::kinds::Kinds;
use super::parts::Document;
use super::problems::{Place, Problems};
use super::turn::is_nothing;
use crate::limits;
use crate::nearest::nearest;
use crate::tools::shown::ToolError;
use crate::tools::told::arguments::Arguments;
use crate::tools::told::coerce::{describe, parse};
use crate::tools::told::naming::{CLIENT_ADDITIONS, plain};

/// What a tool takes whose JSON Schema was written elsewhere.
#[derive(Clone, Debug)]
pub struct Input {
    /// The schema as it was written; null when it is none of an object.
    schema: Value,
    announced: Value,
    /// Whether the schema says which arguments there are.
    described: bool,
    generic: Option<&'static str>,
}

impl Input {
    /// Reads a schema of any kind: also null, the JSON text of one, or what is none.
    ///
    /// `generic` is the name under which a call may give all arguments as one object. It is what is
    /// announced when the schema describes no arguments.
    pub fn new(schema: &Value, generic: Option<&'static str>) -> Self {
        let schema = held(schema).unwrap_or_default();
        let announced = announce(&schema);
        let described = announced.is_some();
        let nothing = || match generic {
            None => json!({"type": "object", "properties": {}}),
            Some(name) => {
                let of = json!({"type": "object", "description": "Input, as one JSON object."});
                json!({"type": "object", "properties": {name: of}})
            }
        };
        let announced = announced.unwrap_or_else(nothing);
        Self { schema, announced, described, generic }
    }

    /// The JSON Schema for models.
    pub fn announced(&self) -> &Value {
        &self.announced
    }

    /// The same without what it says in words.
    pub fn undescribed(&self) -> Value {
        announce::undescribed(&self.announced)
    }

    /// The names that are announced.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let properties = self.announced.get("properties").and_then(Value::as_object);
        properties.into_iter().flat_map(Map::keys).map(String::as_str)
    }

    /// The arguments of a call as the schema wants them, under its own names; empty when there are
    /// none. All of them may stand in one object, or its JSON text, under the generic name.
    ///
    /// # Errors
    /// One [`ToolError`] that lists every problem.
    pub fn read<'a>(&'a self, given: &'a Map<String, Value>) -> Result<Arguments<'a>, ToolError> {
        let document = &Document::new(&self.schema, limits::SCHEMA_STEPS);
        let room = &Cell::new(limits::MESSAGE_TREE_BYTES);
        let parts = document.root();
        let whole = self.whole(given);
        let mut problems = Problems::default();
        let own = |(name, _): &(&str, _)| Fields::of(document, &parts).meant(name).is_some();
        if whole.as_ref().is_none_or(own) {
            let fit = Fit { document, room, whose: Whose::Call };
            let read = fit.arguments(given, &mut problems);
            self.ambiguous(given, &mut problems);
            if problems.count() == 0 {
                return Ok(read);
            }
        }
        let Some((name, whole)) = whole else { return Err(problems.into_error()) };
        let fit = Fit { document, room, whose: Whose::Inner };
        let mut found = Problems::default();
        let read = match (whole, inner(whole, room)) {
            (Value::Object(inner), _) => fit.arguments(inner, &mut found),
            (_, Ok(inner)) => Arguments::of(fit.arguments(&inner, &mut found).into_object()),
            (_, Err(why)) => {
                found.add(&Place::TOP.name(name), why);
                Arguments::default()
            }
        };
        match (found.count(), problems.count()) {
            (0, _) => Ok(read),
            // It is an argument of that name which is wrong.
            (_, 1..) => Err(problems.into_error()),
            (_, 0) => Err(found.into_error()),
        }
    }

    /// The only argument of a call, when it has the generic name.
    fn whole<'a>(&self, given: &'a Map<String, Value>) -> Option<(&'a str, &'a Value)> {
        let generic = plain(self.generic?);
        let mut others = given.iter().filter(|(n, _)| !CLIENT_ADDITIONS.contains(&n.as_str()));
        let (name, value) = others.next().filter(|(name, _)| plain(name) == generic)?;
        others.next().is_none().then_some((name.as_str(), value))
    }

    /// Without a schema any name will do, but not beside the generic one or nearly so.
    fn ambiguous(&self, given: &Map<String, Value>, problems: &mut Problems) {
        let Some(generic) = self.generic.filter(|_| !self.described) else { return };
        let has = given.keys().any(|name| plain(name) == plain(generic));
        for (name, value) in given.iter().filter(|(name, _)| !CLIENT_ADDITIONS.contains(&&***name))
        {
            let at = Place::TOP;
            let at = at.name(name);
            if has && plain(name) != plain(generic) {
                problems.add(&at, format_args!("is not known beside '{generic}': put it in there"));
            } else if !has && value.is_object() && nearest(name, [generic]).is_some() {
                problems.add(&at, format_args!("is not known; did you mean '{generic}'?"));
            }
        }
    }
}

/// `given` as a schema wants it, as far as it can be: what does not fit stays as it came.
pub fn fitted(schema: Option<&Value>, given: &Map<String, Value>) -> Value {
    let Some(schema) = schema.and_then(held) else { return given.clone().into() };
    let document = &Document::new(&schema, limits::SCHEMA_STEPS);
    let room = &Cell::new(limits::MESSAGE_TREE_BYTES);
    let fit = Fit { document, room, whose: Whose::Lenient };
    fit.arguments(given, &mut Problems::default()).into_object().into()
}

/// The arguments that a value holds which is no object itself.
fn inner(whole: &Value, room: &Cell<usize>) -> Result<Map<String, Value>, String> {
    let wrong = |value: &Value| Err(format!("must be a JSON object, not {}", describe(value)));
    match whole {
        nothing if is_nothing(nothing) => Ok(Map::new()),
        Value::String(text) => match parse(text, room) {
            Ok(Value::Object(inner)) => Ok(inner),
            Ok(other) => wrong(&other),
            Err(error) => Err(format!("is text that is not valid JSON ({error})")),
        },
        other => wrong(other),
    }
}

/// The schema that was meant, if it may be one of an object.
fn held(schema: &Value) -> Option<Value> {
    let room = Cell::new(limits::MESSAGE_TREE_BYTES);
    let schema = match schema {
        Value::String(text) if text.len() <= limits::SCHEMA_BYTES => parse(text, &room).ok()?,
        Value::Object(_) | Value::Array(_) if schema.to_string().len() <= limits::SCHEMA_BYTES => {
            schema.clone()
        }
        _ => return None,
    };
    // A transformation lists what it takes, each by its id.
    if let Value::Array(list) = schema {
        let named = |one: Value| Some((one.get("$id")?.as_str()?.to_owned(), one));
        let named: Option<Map<String, Value>> = list.into_iter().map(named).collect();
        let named = named.filter(|named| !named.is_empty())?;
        return Some(json!({"type": "object", "properties": named}));
    }
    // A form has it beside what says how it looks.
    let form = schema.get("properties").is_none() && schema.get("type").is_none();
    let inner = schema.get("schema").filter(|inner| form && inner.is_object());
    let schema = inner.cloned().unwrap_or(schema);
    let kinds = Document::new(&schema, limits::SCHEMA_STEPS).root().kinds().0;
    (schema.is_object() && kinds.allow(Kinds::OBJECT)).then_some(schema)
}
