//! Reading what a model really sends: numbers as text, objects as JSON text, one name where a list
//! of names is wanted.

use std::borrow::Cow;
use std::cell::Cell;

use serde_json::{Value, json};

use super::parameter::{Kind, Parameter, Presence};
use crate::limits;
use crate::tree;
use crate::tree::Tree;

/// Whether `value` says that there is none: null, or the same as text where a text means nothing
/// else.
pub fn is_nothing(parameter: &Parameter, value: &Value) -> bool {
    let Value::String(text) = value else { return value.is_null() };
    let text = text.trim();
    match parameter.kind {
        // Free text may be empty, and may be any word.
        Kind::Text if parameter.choices.is_empty() => false,
        // What must be named may be called anything.
        Kind::Name if parameter.presence == Presence::Required => false,
        _ => text.is_empty() || text.eq_ignore_ascii_case("null"),
    }
}

/// `value` as `parameter` wants it, or why that cannot be. What is wanted as it is is not copied; what
/// is read from texts takes of `room`.
pub fn coerce<'a>(
    parameter: &Parameter,
    value: &'a Value,
    room: &Cell<usize>,
) -> Result<Cow<'a, Value>, String> {
    let value = read(parameter.kind, value, room)?;
    if parameter.choices.is_empty() {
        return Ok(value);
    }
    Ok(match value.as_ref() {
        Value::String(text) => Cow::Owned(choice(parameter.choices, text)?),
        Value::Array(_) => all(value, |item| {
            Ok(Cow::Owned(choice(parameter.choices, item.as_str().unwrap_or_default())?))
        })?,
        _ => value,
    })
}

fn choice(choices: &[&str], text: &str) -> Result<Value, String> {
    let meant = choices.iter().find(|choice| choice.eq_ignore_ascii_case(text.trim()));
    let wrong = || format!("must be one of {}, not '{}'", choices.join(", "), excerpt(text));
    meant.map(|choice| json!(choice)).ok_or_else(wrong)
}

fn read<'a>(kind: Kind, value: &'a Value, room: &Cell<usize>) -> Result<Cow<'a, Value>, String> {
    let wrong = || Err(format!("must be {}, not {}", kind.in_words(), describe(value)));
    let owned = |value: Value| Ok(Cow::Owned(value));
    match kind {
        Kind::Text => match value {
            Value::String(_) => Ok(Cow::Borrowed(value)),
            Value::Number(n) => owned(json!(n.to_string())),
            _ => wrong(),
        },
        Kind::Name => match value {
            Value::String(text) if text.trim().is_empty() => Err("must not be blank".into()),
            Value::String(text) if text.trim() == text => Ok(Cow::Borrowed(value)),
            Value::String(text) => owned(json!(text.trim())),
            Value::Number(n) => owned(json!(n.to_string())),
            _ => wrong(),
        },
        Kind::Integer { min, max } => match as_integer(value) {
            Some(n) if (min..=max).contains(&n) => owned(json!(n)),
            Some(n) => Err(format!("must be between {min} and {max}, not {n}")),
            None => wrong(),
        },
        Kind::Boolean => as_boolean(value).map(Value::Bool).map_or_else(wrong, owned),
        Kind::Object => match inner(value, room)? {
            object if object.is_object() => Ok(object),
            _ => wrong(),
        },
        Kind::ObjectOrText => match value {
            Value::Object(_) | Value::Array(_) => Ok(Cow::Borrowed(value)),
            Value::String(text) => match parse(text, room) {
                Ok(inner @ (Value::Object(_) | Value::Array(_) | Value::Null)) => owned(inner),
                Ok(inner) => {
                    Err(format!("must be a JSON object, not text holding {}", describe(&inner)))
                }
                Err(error) => Err(format!("is text that is not valid JSON ({error})")),
            },
            _ => wrong(),
        },
        Kind::Document => match value {
            Value::Object(_) | Value::String(_) => Ok(Cow::Borrowed(value)),
            _ => wrong(),
        },
        Kind::List(of) => match elements(value, *of == Kind::Name, room)? {
            Some(items) => all(items, |item| read(*of, item, room)),
            None => wrong(),
        },
        Kind::TextsOrObjects => match elements(value, false, room)? {
            Some(items) => all(items, |item| {
                let item = inner(item, room)?;
                match item.as_ref() {
                    Value::String(text) if text.trim().is_empty() => {
                        Err("must not be blank".into())
                    }
                    Value::String(_) | Value::Object(_) => Ok(item),
                    other => Err(format!("must be text or a JSON object, not {}", describe(other))),
                }
            }),
            None => wrong(),
        },
    }
}

/// The list with every element as it is wanted: itself where each is that already.
fn all<'a>(
    list: Cow<'a, Value>,
    read: impl for<'b> Fn(&'b Value) -> Result<Cow<'b, Value>, String>,
) -> Result<Cow<'a, Value>, String> {
    let items = list.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut other: Option<Vec<Value>> = None;
    for (i, item) in items.iter().enumerate() {
        match (read(item).map_err(|why| format!("[{i}] {why}"))?, &mut other) {
            (Cow::Borrowed(_), None) => {}
            (read, Some(other)) => other.push(read.into_owned()),
            (Cow::Owned(read), None) => {
                other = Some(items.iter().take(i).cloned().chain([read]).collect());
            }
        }
    }
    Ok(other.map_or(list, |other| Cow::Owned(Value::Array(other))))
}

/// What is meant as a list as one: a list, the JSON text of one, or one element. Plain text is one
/// element too, or several `names` with commas between them.
fn elements<'a>(
    value: &'a Value,
    names: bool,
    room: &Cell<usize>,
) -> Result<Option<Cow<'a, Value>>, String> {
    let value = inner(value, room)?;
    let one = |value: Cow<'_, Value>| Cow::Owned(Value::Array(vec![value.into_owned()]));
    Ok(match value.as_ref() {
        Value::Array(_) => Some(value),
        Value::String(text) if names => {
            let parts = text.split([',', '\n']).map(str::trim).filter(|part| !part.is_empty());
            let parts: Vec<Value> = parts.map(Value::from).collect();
            (!parts.is_empty()).then_some(Cow::Owned(Value::Array(parts)))
        }
        Value::Object(_) | Value::Number(_) | Value::String(_) => Some(one(value)),
        Value::Null | Value::Bool(_) => None,
    })
}

/// `value` itself, or the object or list that it holds as JSON text. Text that was meant as one and
/// was cut or mangled on the way is refused: it must not become a name.
fn inner<'a>(value: &'a Value, room: &Cell<usize>) -> Result<Cow<'a, Value>, String> {
    let Value::String(text) = value else { return Ok(Cow::Borrowed(value)) };
    match parse(text, room) {
        Ok(held @ (Value::Object(_) | Value::Array(_))) => Ok(Cow::Owned(held)),
        Err(error) if is_meant_as_json(text) => Err(format!(
            "looks like JSON that was cut off or mangled ({error}); send the value itself, whole"
        )),
        _ => Ok(Cow::Borrowed(value)),
    }
}

/// What a text holds that is JSON.
pub fn parse(text: &str, room: &Cell<usize>) -> Result<Value, serde_json::Error> {
    tree::read(text.as_bytes(), Tree { room, strict: false })
}

/// `{{` begins a variable of a template, in any language that has them.
pub fn is_meant_as_json(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with('[') || (text.starts_with('{') && !text.starts_with("{{"))
}

fn as_integer(value: &Value) -> Option<i64> {
    match value {
        Value::Bool(b) => Some(i64::from(*b)),
        Value::String(text) => match serde_json::from_str(text.trim()) {
            Ok(number @ Value::Number(_)) => as_integer(&number),
            // `007` and `+7` are no JSON.
            _ => text.trim().parse().ok(),
        },
        Value::Number(n) => n.as_i64().or_else(|| {
            // Beyond 2^53 a float no longer names one whole number.
            n.as_f64()
                .filter(|f| f.fract() == 0.0 && f.abs() < 9_007_199_254_740_992.0)
                .map(|f| f as i64)
        }),
        _ => None,
    }
}

pub fn as_boolean(value: &Value) -> Option<bool> {
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

pub fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".into(),
        Value::Bool(b) => b.to_string(),
        Value::Number(n) => n.to_string(),
        Value::String(text) => format!("the text '{}'", excerpt(text)),
        Value::Array(items) => format!("a list of {}", items.len()),
        Value::Object(_) => "an object".into(),
    }
}

/// The beginning of a text, for a message.
pub fn excerpt(text: &str) -> String {
    let mut cut: String = text.chars().take(limits::SHOWN_VALUE_CHARS).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}
