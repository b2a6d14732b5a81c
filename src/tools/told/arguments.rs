//! The arguments of one call, held against a tool's parameters.
//!
//! What is wrong is answered with every problem at once, in words that say what is allowed.

use std::borrow::Cow;
use std::cell::Cell;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::coerce::{coerce, is_nothing};
use super::naming;
use super::parameter::{Parameter, Presence};
use crate::limits;
use crate::tools::shown::ToolError;

/// The arguments of one call, checked and coerced against a tool's parameters. Those that were given
/// as they are wanted are not copied.
#[derive(Clone, Debug, Default)]
pub struct Arguments<'a>(BTreeMap<Cow<'a, str>, Cow<'a, Value>>);

impl<'a> FromIterator<(Cow<'a, str>, Cow<'a, Value>)> for Arguments<'a> {
    fn from_iter<I: IntoIterator<Item = (Cow<'a, str>, Cow<'a, Value>)>>(checked: I) -> Self {
        Self(checked.into_iter().collect())
    }
}

impl<'a> Arguments<'a> {
    /// Checks `given` against `parameters`.
    ///
    /// # Errors
    /// One [`ToolError`] that lists every problem: unknown names (with the nearest known one),
    /// missing values, and values that cannot be read as what the parameter holds.
    pub fn check(
        parameters: impl IntoIterator<Item = &'static Parameter>,
        given: &'a Map<String, Value>,
    ) -> Result<Self, ToolError> {
        let parameters: Vec<&'static Parameter> = parameters.into_iter().collect();
        let (given, mut problems) = naming::sort(&parameters, given);
        let mut checked = BTreeMap::new();
        let room = Cell::new(limits::MESSAGE_TREE_BYTES);
        for parameter in parameters {
            let value = match given.get(parameter.name) {
                Some(&value) if !is_nothing(parameter, value) => coerce(parameter, value, &room),
                _ if parameter.presence == Presence::Required => {
                    let kind = parameter.kind.in_words();
                    Err(format!("is required ({kind}): {}", parameter.doc))
                }
                _ => Ok(Cow::Owned(parameter.absent())),
            };
            match value {
                Ok(value) => drop(checked.insert(parameter.name.into(), value)),
                Err(why) => problems.push(format!("'{}' {why}", parameter.name)),
            }
        }
        if problems.is_empty() {
            Ok(Self(checked))
        } else {
            let more = problems.len().saturating_sub(limits::ADVICE);
            problems.truncate(limits::ADVICE);
            if more > 0 {
                problems.push(format!("and {more} more"));
            }
            Err(ToolError::invalid(problems.join("; ")))
        }
    }

    /// The same arguments without these.
    pub fn without<'b>(&self, names: impl IntoIterator<Item = &'b str>) -> Self {
        let mut rest = self.0.clone();
        for name in names {
            rest.remove(name);
        }
        Self(rest)
    }

    /// The same arguments, with another value of `name`.
    pub fn with(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.0.insert(name.into(), Cow::Owned(value.into()));
        self
    }

    /// Those that were read elsewhere.
    pub(super) fn of(read: Map<String, Value>) -> Self {
        read.into_iter().map(|(name, value)| (name.into(), Cow::Owned(value))).collect()
    }

    /// All of them as one object.
    pub fn into_object(self) -> Map<String, Value> {
        self.0.into_iter().map(|(name, v)| (name.into_owned(), v.into_owned())).collect()
    }

    /// The value of `name`; null when absent.
    pub fn value(&self, name: &str) -> &Value {
        self.0.get(name).map_or(&Value::Null, Cow::as_ref)
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::tools::told::Kind;

    static PARAMETERS: &[Parameter] = &[
        Parameter::required("name", Kind::Name, "The name."),
        Parameter::optional("timeout", Kind::Integer { min: 1, max: 60 }, "Seconds.")
            .or(Presence::Integer(10)),
        Parameter::optional("force", Kind::Boolean, "Force.").or(Presence::Boolean(false)),
        Parameter::optional("data", Kind::ObjectOrText, "Input."),
        Parameter::optional("devices", Kind::List(&Kind::Name), "Devices."),
        Parameter::optional("nodes", Kind::List(&Kind::Object), "Nodes."),
        Parameter::optional("commands", Kind::TextsOrObjects, "Commands."),
        Parameter::optional("device_type", Kind::Name, "Type."),
        Parameter::optional("model", Kind::Object, "Model."),
        Parameter::optional("action", Kind::Text, "Action.").one_of(&["a", "b"]),
    ];

    fn check(given: Value) -> Result<Map<String, Value>, String> {
        Arguments::check(PARAMETERS, given.as_object().expect("tests give objects"))
            .map(Arguments::into_object)
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
            (json!({"name": " x "}), "name", json!("x")),
            (json!({"Name": "x"}), "name", json!("x")),
            (json!({"NAME": "x", "deviceType": "t"}), "device_type", json!("t")),
            (json!({"name": "x", "device-type": 7}), "device_type", json!("7")),
            (json!({"name": "x", "device_type": "null"}), "device_type", Value::Null),
            (json!({"name": "null"}), "name", json!("null")),
            (json!({"name": "x", "timeout": "null"}), "timeout", json!(10)),
            (json!({"name": "x", "timeout": " "}), "timeout", json!(10)),
            (json!({"name": "x", "timeout": "3.0"}), "timeout", json!(3)),
            (json!({"name": "x", "timeout": "007"}), "timeout", json!(7)),
            (json!({"name": "x", "force": "NULL"}), "force", json!(false)),
            (json!({"name": "x", "model": ""}), "model", Value::Null),
            (json!({"name": "x", "data": ""}), "data", Value::Null),
            (json!({"name": "x", "action": "A "}), "action", json!("a")),
            (json!({"name": "x", "action": "null"}), "action", Value::Null),
            (json!({"name": "x", "devices": "null"}), "devices", Value::Null),
            (json!({"name": "x", "devices": "a, b,"}), "devices", json!(["a", "b"])),
            (json!({"name": "x", "devices": "1e5"}), "devices", json!(["1e5"])),
            (json!({"name": "x", "devices": [" a, b ", 7]}), "devices", json!(["a, b", "7"])),
            (json!({"name": "x", "devices": 7}), "devices", json!(["7"])),
            (json!({"name": "x", "nodes": "{\"a\":1}"}), "nodes", json!([{"a": 1}])),
            (json!({"name": "x", "nodes": ["{\"a\":1}"]}), "nodes", json!([{"a": 1}])),
            (json!({"name": "x", "nodes": {"a": 1}}), "nodes", json!([{"a": 1}])),
            (json!({"name": "x", "commands": "show a, b"}), "commands", json!(["show a, b"])),
            (json!({"name": "x", "commands": "{\"a\":1}"}), "commands", json!([{"a": 1}])),
            (json!({"name": "x", "commands": {"a": 1}}), "commands", json!([{"a": 1}])),
            (json!({"name": "x", "commands": ["{{ x }}"]}), "commands", json!(["{{ x }}"])),
            (json!({"name": "x", "commands": "[\"a\", {}]"}), "commands", json!(["a", {}])),
        ] {
            let checked = check(given.clone()).unwrap_or_else(|e| panic!("{given}: {e}"));
            assert_eq!(checked.get(name), Some(&expected), "{given}");
        }
    }

    #[test]
    fn what_clients_add_is_passed_over() {
        let mut given = json!({"name": "x", "Name": "x"});
        for addition in naming::CLIENT_ADDITIONS.iter().filter(|name| **name != "action") {
            given[*addition] = json!("anything");
        }
        assert_eq!(check(given).expect("nothing of that is a mistake")["name"], "x");
        // Where a tool has such a parameter, it is the tool's.
        assert!(check(json!({"name": "x", "action": "run"})).is_err());
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
            (json!({"name": ["x"]}), "must be a name, not a list of 1"),
            (json!({"name": "x", "data": "{oops"}), "not valid JSON"),
            (json!({"name": "x", "data": "5"}), "a JSON object"),
            (json!({"name": "x", "devices": "[\"a\""}), "'devices' looks like JSON that was cut"),
            (json!({"name": "x", "devices": [1, {}]}), "[1] must be a name"),
            (json!({"name": "x", "model": [1]}), "a JSON object"),
            (json!({"name": null}), "required"),
            (json!({"name": ""}), "'name' must not be blank"),
            (json!({"name": " \t"}), "'name' must not be blank"),
            (json!({"name": "x", "devices": ["a", " "]}), "[1] must not be blank"),
            (json!({"name": "x", "devices": " , "}), "a list of names"),
            (json!({"name": "x", "devices": true}), "a list of names"),
            (json!({"name": "x", "nodes": "{\"a\":"}), "'nodes' looks like JSON that was cut"),
            (json!({"name": "x", "nodes": "a"}), "[0] must be a JSON object"),
            (json!({"name": "x", "model": "{\"a\": {"}), "'model' looks like JSON that was cut"),
            (json!({"name": "x", "commands": "{\"a\":"}), "looks like JSON that was cut"),
            (json!({"name": "x", "commands": ["[1,"]}), "[0] looks like JSON that was cut"),
            (json!({"name": "x", "commands": [""]}), "[0] must not be blank"),
            (json!({"name": "x", "Name": "y"}), "'Name' is given twice: it means 'name'"),
            (json!({"name": "x", "deviceTyp": "y"}), "did you mean 'device_type'?"),
        ] {
            let error = check(given.clone()).expect_err("refused");
            assert!(error.contains(says), "{given}: {error}");
        }
    }
}
