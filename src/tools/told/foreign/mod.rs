//! What a tool takes whose JSON Schema was written elsewhere: on the platform, or by an operator.

use std::borrow::Cow;

use serde_json::{Map, Value, json};

use super::arguments::Arguments;
use crate::tools::shown::ToolError;

/// What a tool takes, by a JSON Schema that was written elsewhere.
#[derive(Debug)]
pub struct Input {
    announced: Value,
}

impl Input {
    /// By this schema. Under the name `generic` everything may be given in one piece, and is announced
    /// so where the schema is of no use.
    pub fn new(schema: &Value, generic: Option<&'static str>) -> Self {
        let announced = match (schema.get("properties"), generic) {
            (Some(_), _) => schema.clone(),
            (None, Some(generic)) => {
                json!({"type": "object", "properties": {generic: {"type": "object"}}})
            }
            (None, None) => json!({"type": "object", "properties": {}}),
        };
        Self { announced }
    }

    /// The JSON Schema that is announced: in the part of JSON Schema that every vendor's library reads.
    pub fn announced(&self) -> &Value {
        &self.announced
    }

    /// The names of the announced properties.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let properties = self.announced.get("properties").and_then(Value::as_object);
        properties.into_iter().flat_map(Map::keys).map(String::as_str)
    }

    /// The arguments of a call, read as the schema wants them.
    ///
    /// # Errors
    /// Everything that is wrong with them.
    pub fn read<'a>(&'a self, given: &'a Map<String, Value>) -> Result<Arguments<'a>, ToolError> {
        Ok(given.iter().map(|(name, value)| (name.as_str(), Cow::Borrowed(value))).collect())
    }
}
