//! What a tool may be told: its parameters, and the JSON Schema made of them.

use serde_json::{Value, json};

/// One parameter of a tool. From this row come its JSON Schema, its check and its documentation.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Name on the wire.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether it must be given, and what it is when it is not.
    pub presence: Presence,
    /// The only values allowed; empty means any.
    pub choices: &'static [&'static str],
    /// What it means, for the model.
    pub doc: &'static str,
}

/// The type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Text.
    Text,
    /// A whole number within bounds (both inclusive).
    Integer {
        /// Smallest value.
        min: i64,
        /// Largest value.
        max: i64,
    },
    /// `true` or `false`.
    Boolean,
    /// A JSON object.
    Object,
    /// A JSON object, or any JSON given as text.
    ObjectOrText,
    /// A JSON object, or a document of any format as text; text is passed on untouched.
    Document,
    /// A list whose elements are of one kind.
    List(&'static Kind),
    /// A list of texts, or a list of objects.
    TextsOrObjects,
}

impl Kind {
    /// What it is called in messages and documents.
    pub fn in_words(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer { .. } => "a whole number",
            Self::Boolean => "true or false",
            Self::Object => "a JSON object",
            Self::ObjectOrText => "a JSON object (or JSON text of one)",
            Self::Document => "a JSON object or a document as text",
            Self::List(Self::Text) => "a list of texts",
            Self::List(Self::Object) => "a list of objects",
            Self::List(_) => "a list",
            Self::TextsOrObjects => "a list of texts or of objects",
        }
    }
}

/// Whether a parameter must be given.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Presence {
    /// It must.
    Required,
    /// It may be left out or null, and is then absent.
    Optional,
    /// It may be left out or null, and is then this number.
    Integer(i64),
    /// It may be left out or null, and is then this.
    Boolean(bool),
    /// It may be left out or null, and is then this text.
    Text(&'static str),
}

impl Parameter {
    /// A parameter that must be given.
    pub const fn required(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self { name, kind, presence: Presence::Required, choices: &[], doc }
    }

    /// A parameter that may be left out or null.
    pub const fn optional(name: &'static str, kind: Kind, doc: &'static str) -> Self {
        Self { name, kind, presence: Presence::Optional, choices: &[], doc }
    }

    /// The same parameter, with a value for when it is left out.
    pub const fn or(mut self, presence: Presence) -> Self {
        self.presence = presence;
        self
    }

    /// The same parameter, limited to some values.
    pub const fn one_of(mut self, choices: &'static [&'static str]) -> Self {
        self.choices = choices;
        self
    }

    /// Its JSON Schema. `described` adds the documentation.
    pub fn schema(&self, described: bool) -> Value {
        let optional = self.presence == Presence::Optional;
        let mut schema = kind_schema(self.kind, optional);
        if let Some(object) = schema.as_object_mut() {
            if !self.choices.is_empty() {
                let mut allowed: Vec<Value> = self.choices.iter().map(|c| json!(c)).collect();
                if optional {
                    allowed.push(Value::Null);
                }
                object.insert("enum".into(), Value::Array(allowed));
            }
            match self.presence {
                Presence::Required => {}
                Presence::Optional => drop(object.insert("default".into(), Value::Null)),
                _ => drop(object.insert("default".into(), self.absent())),
            }
            if described {
                object.insert("description".into(), json!(self.doc));
            }
        }
        schema
    }

    /// The value that stands for "not given".
    pub(super) fn absent(&self) -> Value {
        match self.presence {
            Presence::Required | Presence::Optional => Value::Null,
            Presence::Integer(n) => json!(n),
            Presence::Boolean(b) => json!(b),
            Presence::Text(t) => json!(t),
        }
    }
}

fn kind_schema(kind: Kind, nullable: bool) -> Value {
    let types = |names: &[&str]| -> Value {
        let mut all: Vec<&str> = names.to_vec();
        if nullable {
            all.push("null");
        }
        match all.as_slice() {
            [one] => json!(one),
            many => json!(many),
        }
    };
    match kind {
        Kind::Text => json!({"type": types(&["string"])}),
        Kind::Integer { min, max } => {
            let mut schema = json!({"type": types(&["integer"])});
            if min != i64::MIN {
                schema["minimum"] = json!(min);
            }
            if max != i64::MAX {
                schema["maximum"] = json!(max);
            }
            schema
        }
        Kind::Boolean => json!({"type": types(&["boolean"])}),
        Kind::Object => json!({"type": types(&["object"])}),
        Kind::ObjectOrText | Kind::Document => json!({"type": types(&["object", "string"])}),
        Kind::List(of) => json!({"type": types(&["array"]), "items": kind_schema(*of, false)}),
        Kind::TextsOrObjects => {
            json!({"type": types(&["array"]), "items": {"type": ["string", "object"]}})
        }
    }
}
