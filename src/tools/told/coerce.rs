//! Reading what a model really sends: numbers as text, objects as JSON text, one name where a list
//! of names is wanted.

use serde_json::{Value, json};

use super::parameter::Kind;
use crate::limits;

/// `value` as `kind` wants it, or why that cannot be.
pub fn coerce(kind: Kind, value: &Value) -> Result<Value, String> {
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

/// The beginning of a text, for a message.
pub fn excerpt(text: &str) -> String {
    let mut cut: String = text.chars().take(limits::SHOWN_VALUE_CHARS).collect();
    if cut.len() < text.len() {
        cut.push('…');
    }
    cut
}
