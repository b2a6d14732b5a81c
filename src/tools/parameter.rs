//! What a tool may be told: parameters, their schema, and the coercion of what a model really sends.
//!
//! Models send numbers as strings, objects as JSON text and `null` for "nothing". All of that is
//! understood; what cannot be understood is answered with every problem at once, in words that say
//! what is allowed.

use serde_json::{Map, Value, json};

use super::ToolError;

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
    fn absent(&self) -> Value {
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

/// The arguments of one call, checked and coerced against a tool's parameters.
#[derive(Clone, Debug, Default)]
pub struct Arguments(Map<String, Value>);

impl Arguments {
    /// Checks `given` against `parameters`.
    ///
    /// # Errors
    /// One [`ToolError`] that lists every problem: unknown names (with the nearest known one),
    /// missing values, and values that cannot be read as what the parameter holds.
    pub fn check(
        parameters: &'static [Parameter],
        given: &Map<String, Value>,
    ) -> Result<Self, ToolError> {
        let mut problems = Vec::new();
        for name in given.keys() {
            if !parameters.iter().any(|p| p.name == name) {
                problems.push(unknown(name, parameters));
            }
        }
        let mut checked = Map::new();
        for parameter in parameters {
            let value = match given.get(parameter.name) {
                None | Some(Value::Null) if parameter.presence == Presence::Required => {
                    problems.push(format!(
                        "'{}' is required ({}): {}",
                        parameter.name,
                        parameter.kind.in_words(),
                        parameter.doc
                    ));
                    continue;
                }
                None | Some(Value::Null) => parameter.absent(),
                Some(value) => match coerce(parameter.kind, value) {
                    Ok(value) => value,
                    Err(why) => {
                        problems.push(format!("'{}' {why}", parameter.name));
                        continue;
                    }
                },
            };
            if let Some(text) = value.as_str()
                && !parameter.choices.is_empty()
                && !parameter.choices.contains(&text)
            {
                problems.push(format!(
                    "'{}' must be one of {}, not '{}'",
                    parameter.name,
                    parameter.choices.join(", "),
                    excerpt(text)
                ));
                continue;
            }
            checked.insert(parameter.name.to_owned(), value);
        }
        if problems.is_empty() {
            Ok(Self(checked))
        } else {
            Err(ToolError::invalid(problems.join("; ")))
        }
    }

    /// The value of `name`; null when absent.
    pub fn value(&self, name: &str) -> &Value {
        self.0.get(name).unwrap_or(&Value::Null)
    }

    /// A required text, or one with a default; empty when the tool declares neither.
    pub fn text(&self, name: &str) -> &str {
        self.value(name).as_str().unwrap_or_default()
    }

    /// An optional text; an empty text counts as absent.
    pub fn maybe_text(&self, name: &str) -> Option<&str> {
        self.value(name).as_str().filter(|text| !text.is_empty())
    }

    /// A whole number with a default.
    pub fn integer(&self, name: &str) -> i64 {
        self.value(name).as_i64().unwrap_or_default()
    }

    /// An optional whole number.
    pub fn maybe_integer(&self, name: &str) -> Option<i64> {
        self.value(name).as_i64()
    }

    /// A flag with a default.
    pub fn flag(&self, name: &str) -> bool {
        self.value(name).as_bool().unwrap_or_default()
    }

    /// An optional object.
    pub fn object(&self, name: &str) -> Option<&Map<String, Value>> {
        self.value(name).as_object()
    }

    /// A list; empty when absent.
    pub fn list(&self, name: &str) -> &[Value] {
        self.value(name).as_array().map(Vec::as_slice).unwrap_or_default()
    }

    /// A list of texts; empty when absent.
    pub fn texts(&self, name: &str) -> Vec<&str> {
        self.list(name).iter().filter_map(Value::as_str).collect()
    }
}

fn unknown(name: &str, parameters: &[Parameter]) -> String {
    let names: Vec<&str> = parameters.iter().map(|p| p.name).collect();
    if names.is_empty() {
        return format!("'{}' is not known; this tool takes no arguments", excerpt(name));
    }
    match nearest(name, names.iter().copied()) {
        Some(close) => format!("'{}' is not known; did you mean '{close}'?", excerpt(name)),
        None => format!("'{}' is not known; allowed: {}", excerpt(name), names.join(", ")),
    }
}

/// The candidate that `name` is most likely a misspelling of.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    candidates
        .into_iter()
        .map(|c| (edit_distance(&name, &c.to_lowercase()), c))
        .min_by_key(|(distance, _)| *distance)
        .filter(|(distance, c)| *distance <= 1 + c.chars().count() / 4)
        .map(|(_, c)| c)
}

fn edit_distance(a: &str, b: &str) -> usize {
    // Names are short; a hostile one is not worth comparing.
    if a.len() > 128 {
        return usize::MAX;
    }
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let above = row[j + 1];
            row[j + 1] = (diagonal + usize::from(ca != *cb)).min(above + 1).min(row[j] + 1);
            diagonal = above;
        }
    }
    row[b.len()]
}

fn coerce(kind: Kind, value: &Value) -> Result<Value, String> {
    let wrong = || Err(format!("must be {}, not {}", kind.in_words(), describe(value)));
    match kind {
        Kind::Text => match value {
            Value::String(_) => Ok(value.clone()),
            Value::Number(n) => Ok(json!(n.to_string())),
            _ => wrong(),
        },
        Kind::Integer { min, max } => match as_integer(value) {
            Some(n) if (min..=max).contains(&n) => Ok(json!(n)),
            Some(n) => Err(format!("must be between {min} and {max}, not {n}")),
            None => wrong(),
        },
        Kind::Boolean => as_boolean(value).map(Value::Bool).map_or_else(wrong, Ok),
        Kind::Object => match parsed(value) {
            Some(Value::Object(object)) => Ok(Value::Object(object)),
            _ => wrong(),
        },
        Kind::ObjectOrText => match value {
            Value::Object(_) | Value::Array(_) => Ok(value.clone()),
            Value::String(text) => match serde_json::from_str::<Value>(text) {
                Ok(inner @ (Value::Object(_) | Value::Array(_) | Value::Null)) => Ok(inner),
                Ok(inner) => {
                    Err(format!("must be a JSON object, not text holding {}", describe(&inner)))
                }
                Err(error) => Err(format!("is text that is not valid JSON ({error})")),
            },
            _ => wrong(),
        },
        Kind::Document => match value {
            Value::Object(_) | Value::String(_) => Ok(value.clone()),
            _ => wrong(),
        },
        Kind::List(of) => match parsed(value) {
            Some(Value::Array(items)) => items
                .iter()
                .enumerate()
                .map(|(i, item)| coerce(*of, item).map_err(|why| format!("[{i}] {why}")))
                .collect::<Result<Vec<_>, _>>()
                .map(Value::Array),
            // One name where a list of names is wanted is understood; broken JSON is not a name.
            _ => match value {
                Value::String(text) if *of == Kind::Text && !text.trim_start().starts_with('[') => {
                    Ok(json!([text]))
                }
                Value::Object(_) if *of == Kind::Object => Ok(json!([value])),
                _ => wrong(),
            },
        },
        Kind::TextsOrObjects => match parsed(value) {
            Some(Value::Array(items))
                if items.iter().all(|item| item.is_string() || item.is_object()) =>
            {
                Ok(Value::Array(items))
            }
            _ => match value {
                Value::String(text) if !text.trim_start().starts_with('[') => Ok(json!([text])),
                _ => wrong(),
            },
        },
    }
}

/// `value` itself, or what it holds when it is JSON given as text.
fn parsed(value: &Value) -> Option<Value> {
    match value {
        Value::String(text) => serde_json::from_str(text).ok(),
        other => Some(other.clone()),
    }
}

fn as_integer(value: &Value) -> Option<i64> {
    match value {
        Value::Bool(b) => Some(i64::from(*b)),
        Value::String(text) => text.trim().parse().ok(),
        Value::Number(n) => n.as_i64().or_else(|| {
            // Beyond 2^53 a float no longer names one whole number.
            n.as_f64()
                .filter(|f| f.fract() == 0.0 && f.abs() < 9_007_199_254_740_992.0)
                .map(|f| f as i64)
        }),
        _ => None,
    }
}

fn as_boolean(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(b) => Some(*b),
        Value::Number(n) if n.as_f64() == Some(1.0) => Some(true),
        Value::Number(n) if n.as_f64() == Some(0.0) => Some(false),
        Value::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "y" | "t" | "1" => Some(true),
            "false" | "no" | "off" | "n" | "f" | "0" => Some(false),
            _ => None,
        },
        _ => None,
    }
}

fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(b) => b.to_string(),
        Value::Number(n) => n.to_string(),
        Value::String(text) => format!("the text '{}'", excerpt(text)),
        Value::Array(items) => format!("a list of {}", items.len()),
        Value::Object(_) => "an object".into(),
    }
}

fn excerpt(text: &str) -> String {
    let mut cut: String = text.chars().take(40).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;

    static PARAMETERS: &[Parameter] = &[
        Parameter::required("name", Kind::Text, "The name."),
        Parameter::optional("timeout", Kind::Integer { min: 1, max: 60 }, "Seconds.")
            .or(Presence::Integer(10)),
        Parameter::optional("force", Kind::Boolean, "Force.").or(Presence::Boolean(false)),
        Parameter::optional("data", Kind::ObjectOrText, "Input."),
        Parameter::optional("devices", Kind::List(&Kind::Text), "Devices."),
        Parameter::optional("model", Kind::Object, "Model."),
        Parameter::optional("action", Kind::Text, "Action.").one_of(&["a", "b"]),
    ];

    fn check(given: Value) -> Result<Map<String, Value>, String> {
        Arguments::check(PARAMETERS, given.as_object().expect("tests give objects"))
            .map(|a| a.0)
            .map_err(|e| e.to_string())
    }

    #[test]
    fn what_models_send_is_understood() {
        for (given, name, expected) in [
            (json!({"name": "x", "timeout": "3"}), "timeout", json!(3)),
            (json!({"name": "x", "timeout": 3.0}), "timeout", json!(3)),
            (json!({"name": "x", "timeout": null}), "timeout", json!(10)),
            (json!({"name": "x"}), "timeout", json!(10)),
            (json!({"name": 7}), "name", json!("7")),
            (json!({"name": "x", "force": "yes"}), "force", json!(true)),
            (json!({"name": "x", "force": 0}), "force", json!(false)),
            (json!({"name": "x", "data": "{\"a\":1}"}), "data", json!({"a": 1})),
            (json!({"name": "x", "data": "null"}), "data", Value::Null),
            (json!({"name": "x", "devices": "[\"a\",\"b\"]"}), "devices", json!(["a", "b"])),
            (json!({"name": "x", "devices": "a"}), "devices", json!(["a"])),
            (json!({"name": "x", "model": "{\"a\":1}"}), "model", json!({"a": 1})),
            (json!({"name": "x", "model": null}), "model", Value::Null),
        ] {
            let checked = check(given.clone()).unwrap_or_else(|e| panic!("{given}: {e}"));
            assert_eq!(checked.get(name), Some(&expected), "{given}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_all_at_once() {
        let error = check(json!({"nam": "x", "timeout": "soon", "action": "c"})).unwrap_err();
        for part in ["did you mean 'name'?", "'name' is required", "'timeout' must be a whole"] {
            assert!(error.contains(part), "{part} in {error}");
        }
        assert!(error.contains("'action' must be one of a, b"), "{error}");
    }

    #[test]
    fn what_cannot_be_understood_is_refused() {
        for (given, says) in [
            (json!({"name": "x", "timeout": 3.5}), "a whole number"),
            (json!({"name": "x", "timeout": 61}), "between 1 and 60"),
            (json!({"name": "x", "force": 2}), "true or false"),
            (json!({"name": ["x"]}), "must be text"),
            (json!({"name": "x", "data": "{oops"}), "not valid JSON"),
            (json!({"name": "x", "data": "5"}), "a JSON object"),
            (json!({"name": "x", "devices": "[\"a\""}), "a list of texts"),
            (json!({"name": "x", "devices": [1, {}]}), "[1] must be text"),
            (json!({"name": "x", "model": [1]}), "a JSON object"),
            (json!({"name": null}), "required"),
        ] {
            let error = check(given.clone()).expect_err("refused");
            assert!(error.contains(says), "{given}: {error}");
        }
    }
}
