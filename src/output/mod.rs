//! How the text of a result is written.

use std::borrow::Cow;

use serde_json::{Number, Value};

/// `value` in Token-Oriented Object Notation (TOON), which says the same as JSON in fewer tokens.
/// What TOON cannot say is written as JSON. Numbers with more digits than TOON's have become texts.
pub fn toon(value: &Value) -> String {
    let value = match fits(value) {
        true => Cow::Borrowed(value),
        false => Cow::Owned(spelled(value.clone())),
    };
    toon_format::encode_default(&value).unwrap_or_else(|error| {
        log::warn!("a result could not be written as TOON and is written as JSON: {error}");
        value.to_string()
    })
}

/// Whether the encoder keeps every number: it has integers of 64 bits and floats.
fn fits(value: &Value) -> bool {
    match value {
        Value::Number(number) => keeps(number),
        Value::Array(items) => items.iter().all(fits),
        Value::Object(fields) => fields.values().all(fits),
        _ => true,
    }
}

fn keeps(number: &Number) -> bool {
    let mantissa = number.as_str().split(['e', 'E']).next().unwrap_or_default();
    let digits: String = mantissa.chars().filter(char::is_ascii_digit).collect();
    // Floats keep 15 digits of any number, and more of some: of those that were floats before.
    number.is_i64()
        || number.is_u64()
        || digits.trim_matches('0').len() <= 15
        || number.as_f64().and_then(Number::from_f64).as_ref() == Some(number)
}

fn spelled(value: Value) -> Value {
    match value {
        Value::Number(number) if !keeps(&number) => Value::String(number.to_string()),
        Value::Array(items) => items.into_iter().map(spelled).collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(name, value)| (name, spelled(value))).collect()
        }
        other => other,
    }
}
