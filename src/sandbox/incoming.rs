//! A request that has found its route.

use serde_json::Value;

use super::answer::Refusal;
use super::query::Query;

/// A request that has found its route.
#[derive(Debug, Default)]
pub struct Incoming {
    /// What stood for the `{}` of the route, percent-decoded.
    pub params: Vec<String>,
    /// The decoded query.
    pub query: Query,
    /// The decoded JSON body; null when there was none.
    pub body: Value,
    /// The id of the account that is logged in.
    pub account: String,
}

impl Incoming {
    /// The `index`th parameter of the path.
    pub fn param(&self, index: usize) -> &str {
        self.params.get(index).map_or("", String::as_str)
    }

    /// The text at JSON pointer `pointer` of the body; refuses when it is absent or no text.
    pub fn text(&self, pointer: &str) -> Result<&str, Refusal> {
        match self.body.pointer(pointer) {
            Some(Value::String(text)) => Ok(text),
            Some(_) => Err(Refusal::invalid(format!("body{pointer} must be string"))),
            None => Err(Refusal::missing(pointer)),
        }
    }

    /// The list at `pointer` of the body; refuses when it is absent or no list.
    pub fn list(&self, pointer: &str) -> Result<&[Value], Refusal> {
        match self.body.pointer(pointer) {
            Some(Value::Array(list)) => Ok(list),
            Some(_) => Err(Refusal::invalid(format!("body{pointer} must be array"))),
            None => Err(Refusal::missing(pointer)),
        }
    }

    /// The value at `pointer` of the body, or null.
    pub fn value(&self, pointer: &str) -> Value {
        self.body.pointer(pointer).cloned().unwrap_or_default()
    }
}
