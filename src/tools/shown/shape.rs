//! Output shapes: what a tool gives back, as data.
//!
//! The same shape makes the output schema that `tools/list` announces and projects the platform's
//! payload, so a result always satisfies its schema. Projection is lenient: what is absent becomes
//! null, unknown states pass through, numbers in strings are accepted, and one odd record never
//! fails a list.

use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::time::Utc;

/// The fields of one object.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// In the order they are shown.
    pub fields: &'static [Field],
    /// Whether the platform's other fields are passed on too.
    pub open: bool,
}

/// One field of a [`Shape`].
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Name on the wire.
    pub name: &'static str,
    /// Where the platform keeps it: dotted paths, the first that holds a value wins. Empty means
    /// under the same name.
    pub from: &'static [&'static str],
    /// What it holds.
    pub kind: FieldKind,
    /// What it means, where the name does not say it all.
    pub doc: &'static str,
}

/// What a field holds.
#[derive(Clone, Copy, Debug)]
pub enum FieldKind {
    /// Text or null.
    Text,
    /// A number or null.
    Number,
    /// A boolean or null.
    Boolean,
    /// A time: the platform's epoch milliseconds become `YYYY-MM-DDTHH:MM:SSZ`; text passes.
    Time,
    /// An object passed on as it is; empty when absent.
    Map,
    /// Anything, passed on as it is.
    Any,
    /// An object of a known shape, or null.
    Object(&'static Shape),
    /// A list of objects of a known shape; empty when absent.
    Objects(&'static Shape),
    /// A list of texts; empty when absent.
    Texts,
    /// A list of anything; empty when absent.
    List,
}

impl FieldKind {
    /// What such a field holds, for people.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Text => "text or null",
            Self::Number => "number or null",
            Self::Boolean => "boolean or null",
            Self::Time => "time or null",
            Self::Map => "object",
            Self::Any => "any",
            Self::Object(_) => "object or null",
            Self::Objects(_) => "list of objects",
            Self::Texts => "list of texts",
            Self::List => "list",
        }
    }
}

impl Field {
    /// A field under its own name.
    pub const fn new(name: &'static str, kind: FieldKind) -> Self {
        Self { name, from: &[], kind, doc: "" }
    }

    /// The same field, read from elsewhere.
    pub const fn from(mut self, from: &'static [&'static str]) -> Self {
        self.from = from;
        self
    }

    /// The same field, with a meaning.
    pub const fn doc(mut self, doc: &'static str) -> Self {
        self.doc = doc;
        self
    }
}

impl Shape {
    /// A shape that shows these fields only.
    pub const fn closed(fields: &'static [Field]) -> Self {
        Self { fields, open: false }
    }

    /// A shape that shows these fields first and passes on the rest.
    pub const fn open(fields: &'static [Field]) -> Self {
        Self { fields, open: true }
    }

    /// What of `source` this shape shows.
    pub fn project(&self, source: &Value) -> Value {
        let mut shown = Map::new();
        for field in self.fields {
            shown.insert(field.name.to_owned(), field.read(source));
        }
        if self.open
            && let Some(source) = source.as_object()
        {
            for (name, value) in source {
                if self.passes(name) {
                    shown.insert(name.clone(), value.clone());
                }
            }
        }
        Value::Object(shown)
    }

    /// What `source` holds for the field of this name, as it came.
    pub fn held<'a>(&self, field: &str, source: &'a Value) -> Option<&'a Value> {
        self.fields.iter().find(|known| known.name == field)?.held(source)
    }

    /// [`Shape::project`] over a list.
    pub fn project_all<'a>(&self, sources: impl IntoIterator<Item = &'a Value>) -> Value {
        sources.into_iter().map(|source| self.project(source)).collect()
    }

    /// The JSON Schema of what [`Shape::project`] gives: every field, and its type where it is never
    /// null. `described` adds what the fields mean, and what is in those that are lists.
    pub fn schema(&self, described: bool) -> Value {
        self.properties(described, |field| field.kind.schema(described))
    }

    /// The same schema without types, for what stands below the first level of a result: there
    /// they cost a model more than they tell it.
    pub fn outline(&self, described: bool) -> Value {
        self.properties(described, |_| json!({}))
    }

    fn properties(&self, described: bool, schema_of: impl Fn(&Field) -> Value) -> Value {
        let properties: Map<String, Value> = self
            .fields
            .iter()
            .map(|field| {
                let mut schema = schema_of(field);
                if described
                    && !field.doc.is_empty()
                    && let Some(object) = schema.as_object_mut()
                {
                    object.insert("description".into(), json!(field.doc));
                }
                (field.name.to_owned(), schema)
            })
            .collect();
        json!({"type": "object", "properties": properties})
    }

    /// The fields by name alone.
    fn names(&self) -> Map<String, Value> {
        self.fields.iter().map(|field| (field.name.to_owned(), json!({}))).collect()
    }

    /// Returns true if what the platform calls so is passed on under that name.
    pub fn passes(&self, platform_name: &str) -> bool {
        let uses =
            |field: &Field| field.name == platform_name || field.from.contains(&platform_name);
        self.open && !self.fields.iter().any(uses)
    }
}

impl Field {
    fn read(&self, source: &Value) -> Value {
        self.kind.read(self.held(source).unwrap_or(&Value::Null))
    }

    /// The first value at one of the field's places, a null only where none holds more.
    fn held<'a>(&self, source: &'a Value) -> Option<&'a Value> {
        if self.from.is_empty() {
            return source.get(self.name);
        }
        let mut found = self.from.iter().filter_map(|path| lookup(source, path)).peekable();
        let first = found.peek().copied();
        found.find(|value| !value.is_null()).or(first)
    }
}

/// The value at a dotted path.
pub fn lookup<'a>(source: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(source, |value, step| value.get(step))
}

impl FieldKind {
    fn read(self, value: &Value) -> Value {
        match self {
            Self::Text => text(value),
            Self::Number => number(value),
            Self::Boolean => match value {
                Value::Bool(_) => value.clone(),
                Value::String(s) if s.eq_ignore_ascii_case("true") => Value::Bool(true),
                Value::String(s) if s.eq_ignore_ascii_case("false") => Value::Bool(false),
                _ => Value::Null,
            },
            Self::Time => time(value),
            Self::Map => match value {
                Value::Object(_) => value.clone(),
                Value::Null => json!({}),
                other => json!({"value": other}),
            },
            Self::Any => value.clone(),
            Self::Object(shape) => match value {
                Value::Object(_) => shape.project(value),
                _ => Value::Null,
            },
            Self::Objects(shape) => {
                shape.project_all(elements(value).iter().filter(|item| item.is_object()))
            }
            Self::Texts => {
                elements(value).iter().map(text).filter(|item| !item.is_null()).collect()
            }
            Self::List => Value::Array(elements(value).to_vec()),
        }
    }

    /// What may be null has no type: vendors' libraries read no list of types, and a client that
    /// checks the answer must not refuse null.
    fn schema(self, described: bool) -> Value {
        match self {
            Self::Text | Self::Time | Self::Number | Self::Boolean => json!({}),
            Self::Any | Self::Object(_) => json!({}),
            Self::Map => json!({"type": "object"}),
            Self::Objects(shape) if described => {
                json!({"type": "array", "items": {"type": "object", "properties": shape.names()}})
            }
            Self::Objects(_) => json!({"type": "array", "items": {"type": "object"}}),
            Self::Texts => json!({"type": "array", "items": {"type": "string"}}),
            Self::List => json!({"type": "array", "items": {}}),
        }
    }
}

/// The elements of a list; a lone value where a list is wanted counts as one element.
fn elements(value: &Value) -> &[Value] {
    match value {
        Value::Array(items) => items,
        Value::Null => &[],
        other => std::slice::from_ref(other),
    }
}

fn text(value: &Value) -> Value {
    match value {
        Value::Null | Value::String(_) => value.clone(),
        other => Value::String(other.to_string()),
    }
}

fn number(value: &Value) -> Value {
    match value {
        Value::Number(_) => value.clone(),
        Value::String(s) => match serde_json::from_str(s.trim()) {
            Ok(Value::Number(n)) if n.as_f64().is_some() => Value::Number(n),
            _ => Value::Null,
        },
        _ => Value::Null,
    }
}

/// Epoch milliseconds as `YYYY-MM-DDTHH:MM:SSZ`; text that is no number passes as it is.
pub fn time(value: &Value) -> Value {
    match value {
        Value::Null => Value::Null,
        Value::String(s) => match s.trim().parse::<i64>() {
            Ok(millis) => Value::String(utc(millis)),
            Err(_) => value.clone(),
        },
        Value::Number(n) => match n.as_i64().or_else(|| n.as_f64().map(|f| f as i64)) {
            Some(millis) => Value::String(utc(millis)),
            None => Value::Null,
        },
        other => Value::String(other.to_string()),
    }
}

fn utc(epoch_millis: i64) -> String {
    let since_epoch = Duration::from_millis(epoch_millis.max(0).unsigned_abs());
    Utc::at(since_epoch).seconds_form()
}

#[cfg(test)]
mod tests {
    use super::*;

    static ITEM: Shape = Shape::closed(&[
        Field::new("name", FieldKind::Text).from(&["id", "meta.id"]),
        Field::new("size", FieldKind::Number),
        Field::new("at", FieldKind::Time),
        Field::new("tags", FieldKind::Texts),
        Field::new("more", FieldKind::Map),
    ]);
    static OPEN: Shape = Shape::open(&[Field::new("_id", FieldKind::Text).from(&["_id", "id"])]);

    #[test]
    fn odd_records_are_shown_not_refused() {
        for (source, expected) in [
            (
                json!({"id": "a", "size": 1.5, "at": 1757004595716i64, "tags": ["t"], "more": {}}),
                json!({"name": "a", "size": 1.5, "at": "2025-09-04T16:49:55Z", "tags": ["t"], "more": {}}),
            ),
            (json!({}), json!({"name": null, "size": null, "at": null, "tags": [], "more": {}})),
            (
                json!({"id": null, "meta": {"id": 7}, "size": "12", "at": "2025-01-01", "tags": "t", "more": 3}),
                json!({"name": "7", "size": 12, "at": "2025-01-01", "tags": ["t"], "more": {"value": 3}}),
            ),
            (
                json!({"id": "a", "size": "big", "at": "0", "tags": [null, 1]}),
                json!({"name": "a", "size": null, "at": "1970-01-01T00:00:00Z", "tags": ["1"], "more": {}}),
            ),
        ] {
            assert_eq!(ITEM.project(&source), expected, "{source}");
        }
    }

    #[test]
    fn open_shapes_pass_the_rest_on() {
        assert_eq!(OPEN.project(&json!({"id": "a", "x": 1})), json!({"_id": "a", "x": 1}));
    }
}
