//! The kinds of JSON values that a schema allows.

use serde_json::{Number, Value};

/// A set of kinds. A whole number is of its own kind: `number` allows both.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kinds(u8);

impl Kinds {
    pub const NONE: Self = Self(0);
    pub const NULL: Self = Self(1);
    pub const STRING: Self = Self(2);
    pub const INTEGER: Self = Self(4);
    pub const FRACTION: Self = Self(8);
    pub const BOOLEAN: Self = Self(16);
    pub const OBJECT: Self = Self(32);
    pub const ARRAY: Self = Self(64);
    pub const NUMBER: Self = Self(4 | 8);
    pub const ALL: Self = Self(127);

    /// What a schema's `type` allows: a word or a list of words. One that is not known may mean
    /// anything.
    pub fn of_type(kind: &Value) -> Self {
        match kind {
            Value::String(word) => Self::of_word(word),
            Value::Array(words) if !words.is_empty() => {
                words.iter().fold(Self::NONE, |all, word| all.and(Self::of_type(word)))
            }
            _ => Self::ALL,
        }
    }

    fn of_word(word: &str) -> Self {
        match word.to_ascii_lowercase().as_str() {
            "null" => Self::NULL,
            "string" => Self::STRING,
            "integer" => Self::INTEGER,
            "number" => Self::NUMBER,
            "boolean" => Self::BOOLEAN,
            "object" => Self::OBJECT,
            "array" => Self::ARRAY,
            _ => Self::ALL,
        }
    }

    /// The kind of one value.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::NULL,
            Value::Bool(_) => Self::BOOLEAN,
            Value::Number(number) if is_whole(number) => Self::INTEGER,
            Value::Number(_) => Self::FRACTION,
            Value::String(_) => Self::STRING,
            Value::Array(_) => Self::ARRAY,
            Value::Object(_) => Self::OBJECT,
        }
    }

    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub fn within(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// Returns true if one of `other` is allowed.
    pub fn allow(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// The words of JSON Schema for them, but for null; none when everything is allowed.
    pub fn words(self) -> Vec<(&'static str, Self)> {
        let whole = if self.allow(Self::FRACTION) { "number" } else { "integer" };
        [
            ("string", Self::STRING),
            (whole, Self::NUMBER),
            ("boolean", Self::BOOLEAN),
            ("object", Self::OBJECT),
            ("array", Self::ARRAY),
        ]
        .into_iter()
        .filter(|(_, kind)| self.allow(*kind))
        .collect()
    }

    /// What they are called in messages.
    pub fn in_words(self) -> String {
        let named = |(word, _): (&str, Self)| match word {
            "string" => "text",
            "integer" => "a whole number",
            "number" => "a number",
            "boolean" => "true or false",
            "object" => "a JSON object",
            _ => "a list",
        };
        let mut words: Vec<&str> = self.words().into_iter().map(named).collect();
        if self.allow(Self::NULL) {
            words.push("null");
        }
        match self {
            Self::ALL => "any JSON value".to_owned(),
            _ => words.join(" or "),
        }
    }
}

/// Returns true if a number is whole: `3.0` is, too.
fn is_whole(number: &Number) -> bool {
    number.is_i64() || number.is_u64() || number.as_f64().is_some_and(|n| n.fract() == 0.0)
}
