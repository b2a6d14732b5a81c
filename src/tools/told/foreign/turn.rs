//! A value of one kind as another, when it can only mean that: numbers as text, objects as JSON text,
//! one element where a list is wanted.

use std::borrow::Cow;
use std::cell::Cell;

use serde_json::{Number, Value};

use super::kinds::Kinds;
use super::parts::{Document, Parts};
use crate::tools::told::coerce::{as_boolean, is_meant_as_json, parse};

/// A value of another kind as one of these, when it can only mean that; otherwise why not, where
/// there is more to say than what is wanted.
pub fn turned<'v, 's>(
    document: &Document<'s>,
    parts: &Parts<'s>,
    kinds: Kinds,
    value: &'v Value,
    room: &Cell<usize>,
) -> Result<Cow<'v, Value>, Option<String>> {
    let made = match value {
        Value::String(_) if is_nothing(value) => kinds.allow(Kinds::NULL).then_some(Value::Null),
        Value::String(text) => {
            let text = text.trim();
            let number = number(text).filter(|number| kinds.allow(Kinds::of(number)));
            let truth = || as_boolean(value).filter(|_| kinds.allow(Kinds::BOOLEAN));
            match number.or_else(|| truth().map(Value::Bool)) {
                Some(made) => Some(made),
                None if kinds.allow(Kinds::OBJECT.and(Kinds::ARRAY)) => {
                    held(document, parts, kinds, text, room)?
                }
                None => None,
            }
        }
        Value::Number(number) if kinds.allow(Kinds::STRING) => Some(number.to_string().into()),
        Value::Number(_) if kinds.allow(Kinds::BOOLEAN) => as_boolean(value).map(Value::Bool),
        Value::Null | Value::Array(_) => None,
        _ if kinds.allow(Kinds::ARRAY) => Some(vec![value.clone()].into()),
        _ => None,
    };
    made.map(Cow::Owned).ok_or(None)
}

/// The object or list that a text holds, or the list that it is meant as.
fn held<'s>(
    document: &Document<'s>,
    parts: &Parts<'s>,
    kinds: Kinds,
    text: &str,
    room: &Cell<usize>,
) -> Result<Option<Value>, Option<String>> {
    match parse(text, room) {
        Ok(held) if held.is_array() || held.is_object() => {
            return Ok(match kinds.allow(Kinds::of(&held)) {
                true => Some(held),
                false => kinds.allow(Kinds::ARRAY).then(|| vec![held].into()),
            });
        }
        Err(error) if is_meant_as_json(text) => {
            return Err(Some(format!(
                "looks like JSON that was cut off or mangled ({error}); send the value \
                 itself, whole"
            )));
        }
        _ => {}
    }
    if !kinds.allow(Kinds::ARRAY) {
        return Ok(None);
    }
    let items = document.parts(&parts.items(0)).kinds().0;
    if items.allow(Kinds::OBJECT.and(Kinds::ARRAY)) && items != Kinds::ALL {
        return Ok(Some(vec![Value::from(text)].into()));
    }
    let texts = text.split([',', '\n']).map(str::trim).filter(|text| !text.is_empty());
    let texts: Vec<Value> = texts.map(Value::from).collect();
    Ok(Some(texts).filter(|texts| !texts.is_empty()).map(Value::Array))
}

/// Returns true if a value may say that there is none: null, the word for it in JSON or Python, or a
/// blank text.
pub fn is_nothing(value: &Value) -> bool {
    let Value::String(text) = value else { return value.is_null() };
    matches!(text.trim(), "" | "null" | "NULL" | "Null" | "None")
}

/// A number that a text holds, as it is written there. `007` and `+7` are no JSON.
fn number(text: &str) -> Option<Value> {
    let whole = || text.parse::<i64>().ok().map(Number::from);
    serde_json::from_str::<Number>(text).ok().or_else(whole).map(Value::Number)
}
