//! What a tool may be told: its parameters.

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
    /// The only values allowed, in any case, of the whole or of each element of a list; empty means any.
    pub choices: &'static [&'static str],
    /// What it means, for the model.
    pub doc: &'static str,
}

/// The type of a parameter.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// Text, as it is given: it may be empty, and blanks count.
    Text,
    /// The name or id of something: never blank, and without blanks around it.
    Name,
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
            Self::Name => "a name",
            Self::Integer { .. } => "a whole number",
            Self::Boolean => "true or false",
            Self::Object => "a JSON object",
            Self::ObjectOrText => "a JSON object (or JSON text of one)",
            Self::Document => "a JSON object or a document as text",
            Self::List(Self::Text) => "a list of texts",
            Self::List(Self::Name) => "a list of names",
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
