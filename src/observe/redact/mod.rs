//! Secrets taken out of whatever leaves the program.
//!
//! By name: what stands behind a name that announces a secret ([`names`]), in text ([`scanner`]), in
//! the commands of network devices ([`device`]) and in JSON. By value: the credentials this process
//! works with ([`values`]), wherever they turn up.

mod coded;
mod device;
mod names;
mod scanner;
mod values;

use std::borrow::Cow;

use serde::ser::{Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::{Map, Value};

use self::names::{Kind, classify, counts};
use self::scanner::{Scanner, is_address};
pub use self::values::{MASK, hide, hide_json, keep, keep_live};
use super::brief::split;

/// Text without secrets.
///
/// Masked are: values of secret-named fields in the styles `name=value`, `name: value`, JSON, also
/// JSON within a JSON string, percent-coded or with entities, XML, YAML blocks, tuples and
/// `--name value`; whole `Authorization`, `Cookie` and `Set-Cookie` headers; bearer and basic
/// credentials; JSON Web Tokens; user and password in URLs; e-mail addresses of accounts; PEM
/// private keys of every kind; secrets in commands of network devices; and the credentials in use.
pub fn redact(text: &str) -> Cow<'_, str> {
    match values::hide(text) {
        Cow::Borrowed(text) => Scanner::scan(text),
        Cow::Owned(text) => Cow::Owned(Scanner::scan(&text).into_owned()),
    }
}

/// JSON with the values of secret-named fields masked, whatever is below them, and every other
/// string passed through [`redact`]. Booleans, null and counts such as `max_tokens` stay.
pub fn redact_json(value: &Value) -> Value {
    serde_json::to_value(Redacted::new(value)).unwrap_or_else(|_| MASK.into())
}

/// JSON that is written as [`redact_json`] gives it, without a copy of the whole.
#[derive(Clone, Copy, Debug)]
struct Redacted<'a> {
    value: &'a Value,
    mask: bool,
    longest: usize,
}

impl<'a> Redacted<'a> {
    fn new(value: &'a Value) -> Self {
        Self { value, mask: false, longest: usize::MAX }
    }

    fn within(self, value: &'a Value, mask: bool) -> Self {
        Self { value, mask, ..self }
    }
}

impl Serialize for Redacted<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.value {
            Value::String(text) if self.mask && !text.is_empty() => serializer.serialize_str(MASK),
            Value::Number(_) if self.mask => serializer.serialize_str(MASK),
            Value::String(text) => {
                // Masked before it is cut: half a secret is one that nobody recognizes.
                let text = redact(text);
                match split(&text, self.longest) {
                    (text, "") => serializer.serialize_str(text),
                    (text, rest) => {
                        let cut = rest.len();
                        serializer.serialize_str(&format!("{text}... [{cut} bytes]"))
                    }
                }
            }
            Value::Array(items) => {
                let mut list = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    list.serialize_element(&self.within(item, self.mask))?;
                }
                list.end()
            }
            Value::Object(fields) => {
                RedactedFields { fields, mask: self.mask, longest: self.longest }
                    .serialize(serializer)
            }
            other => other.serialize(serializer),
        }
    }
}

/// The fields of an object that are written as [`redact_json`] gives them, without a copy of the whole.
#[derive(Clone, Copy, Debug)]
pub struct RedactedFields<'a> {
    fields: &'a Map<String, Value>,
    mask: bool,
    longest: usize,
}

impl<'a> RedactedFields<'a> {
    /// These fields, masked, every text cut after so many bytes.
    pub fn new(fields: &'a Map<String, Value>, longest: usize) -> Self {
        Self { fields, mask: false, longest }
    }
}

impl Serialize for RedactedFields<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.fields.len()))?;
        for (name, value) in self.fields {
            let treatment = treatment(self.fields, name, value);
            let mask = self.mask || treatment == Treatment::Mask;
            match treatment {
                Treatment::Show if !mask => map.serialize_entry(name, value)?,
                _ => {
                    let longest = self.longest;
                    map.serialize_entry(name, &Redacted { value, mask, longest })?;
                }
            }
        }
        map.end()
    }
}

/// What becomes of the value of a field.
#[derive(Clone, Copy, PartialEq)]
enum Treatment {
    /// Everything below it is masked.
    Mask,
    /// It stays.
    Show,
    /// It is searched in turn.
    Search,
}

fn treatment(fields: &Map<String, Value>, name: &str, value: &Value) -> Treatment {
    match (classify(name), value) {
        (Kind::Secret, Value::Number(_)) if counts(name) => Treatment::Show,
        (Kind::Secret | Kind::Header, _) => Treatment::Mask,
        (Kind::Account, Value::String(text)) if is_address(text) => Treatment::Mask,
        // `{"name": "password", "value": ".."}`: the name of the field is data, too.
        (Kind::Plain, _) if name.eq_ignore_ascii_case("value") => {
            let named = ["name", "key", "field"].iter().find_map(|key| fields.get(*key)?.as_str());
            match named.map(classify) {
                Some(Kind::Secret | Kind::Header) => Treatment::Mask,
                _ => Treatment::Search,
            }
        }
        _ => Treatment::Search,
    }
}

#[cfg(test)]
mod tests;
