//! Reading what a model really sends: numbers as text, objects as JSON text, one name where a list
//! of names is wanted.

use serde_json::{Value, json};

use super::parameter::{Kind, Parameter, Presence};
use crate::limits;

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

/// `value` as `parameter` wants it, or why that cannot be.
pub fn coerce(parameter: &Parameter, value: &Value) -> Result<Value, String> {
    let value = read(parameter.kind, value)?;
    match value {
        _ if parameter.choices.is_empty() => Ok(value),
        Value::String(text) => choice(parameter.choices, &text),
        Value::Array(items) => {
            each(items, |item| choice(parameter.choices, item.as_str().unwrap_or_default()))
        }
        other => Ok(other),
    }
}

fn choice(choices: &[&str], text: &str) -> Result<Value, String> {
    let meant = choices.iter().find(|choice| choice.eq_ignore_ascii_case(text.trim()));
    let wrong = || format!("must be one of {}, not '{}'", choices.join(", "), excerpt(text));
    meant.map(|choice| json!(choice)).ok_or_else(wrong)
}

fn read(kind: Kind, value: &Value) -> Result<Value, String> {
    let wrong = || Err(format!("must be {}, not {}", kind.in_words(), describe(value)));
    match kind {
        Kind::Text => match value {
            Value::String(_) => Ok(value.clone()),
            Value::Number(n) => Ok(json!(n.to_string())),
            _ => wrong(),
        },
        Kind::Name => match value {
            Value::String(text) if text.trim().is_empty() => Err("must not be blank".into()),
            Value::String(text) => Ok(json!(text.trim())),
            Value::Number(n) => Ok(json!(n.to_string())),
            _ => wrong(),
        },
        Kind::Integer { min, max } => match as_integer(value) {
            Some(n) if (min..=max).contains(&n) => Ok(json!(n)),
            Some(n) => Err(format!("must be between {min} and {max}, not {n}")),
            None => wrong(),
        },
        Kind::Boolean => as_boolean(value).map(Value::Bool).map_or_else(wrong, Ok),
        Kind::Object => match inner(value)? {
            object @ Value::Object(_) => Ok(object),
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
        Kind::List(of) => match elements(value, *of == Kind::Name)? {
            Some(items) => each(items, |item| read(*of, item)),
            None => wrong(),
        },
        Kind::TextsOrObjects => match elements(value, false)? {
            Some(items) => each(items, |item| match inner(item)? {
                Value::String(text) if text.trim().is_empty() => Err("must not be blank".into()),
                item @ (Value::String(_) | Value::Object(_)) => Ok(item),
                other => Err(format!("must be text or a JSON object, not {}", describe(&other))),
            }),
            None => wrong(),
        },
    }
}

fn each(
    items: Vec<Value>,
    read: impl Fn(&Value) -> Result<Value, String>,
) -> Result<Value, String> {
    let numbered = items.iter().enumerate();
    numbered
        .map(|(i, item)| read(item).map_err(|why| format!("[{i}] {why}")))
        .collect::<Result<Vec<_>, _>>()
        .map(Value::Array)
}

/// The elements of what is meant as a list: a list, the JSON text of one, or one element. Plain
/// text is one element too, or several `names` with commas between them.
fn elements(value: &Value, names: bool) -> Result<Option<Vec<Value>>, String> {
    Ok(match inner(value)? {
        Value::Array(items) => Some(items),
        one @ (Value::Object(_) | Value::Number(_)) => Some(vec![one]),
        Value::String(text) if names => {
            let parts = text.split([',', '\n']).map(str::trim).filter(|part| !part.is_empty());
            Some(parts.map(Value::from).collect()).filter(|parts: &Vec<_>| !parts.is_empty())
        }
        text @ Value::String(_) => Some(vec![text]),
        Value::Null | Value::Bool(_) => None,
    })
}

/// `value` itself, or the object or list that it holds as JSON text. Text that was meant as one and
/// was cut or mangled on the way is refused: it must not become a name.
fn inner(value: &Value) -> Result<Value, String> {
    let Value::String(text) = value else { return Ok(value.clone()) };
    match serde_json::from_str(text) {
        Ok(held @ (Value::Object(_) | Value::Array(_))) => Ok(held),
        Err(error) if is_meant_as_json(text) => Err(format!(
            "looks like JSON that was cut off or mangled ({error}); send the value itself, whole"
        )),
        _ => Ok(value.clone()),
    }
}

/// `{{` begins a variable of a template, in any language that has them.
fn is_meant_as_json(text: &str) -> bool {
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

/// The beginning of a text, for a message.
pub fn excerpt(text: &str) -> String {
    let mut cut: String = text.chars().take(limits::SHOWN_VALUE_CHARS).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}
