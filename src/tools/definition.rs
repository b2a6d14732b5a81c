//! How a tool is announced: the entry of `tools/list`.

use serde_json::{Value, json};

use super::row::{Hints, Tool};
use super::shown::Output;

impl Tool {
    /// Every tag of this tool: its own, its name and `default`, sorted.
    pub fn all_tags(&self) -> Vec<&'static str> {
        let mut tags = vec![self.area.tag, self.name, "default"];
        tags.sort_unstable();
        tags.dedup();
        tags
    }
}

impl Output {
    /// The output schema. Lists and unions stand under `result`, beside a total and a note when
    /// there is something to say.
    pub fn schema(self, described: bool) -> Value {
        let result = match self {
            Self::Object(shape) => {
                let mut schema = shape.schema(described);
                schema["properties"]["note"] = json!({"type": "string"});
                return schema;
            }
            Self::Free => return json!({"type": "object"}),
            Self::List(shape) => json!({"type": "array", "items": shape.outline(described)}),
            Self::OneOf(shapes) if described => {
                json!({"anyOf": shapes.iter().map(|s| s.outline(true)).collect::<Vec<_>>()})
            }
            Self::OneOf(_) => json!({"type": "object"}),
            Self::Wrapped => json!({}),
        };
        let mut properties = json!({"result": result, "note": {"type": "string"}});
        if let Self::List(_) = self {
            properties["total"] = json!({"type": "integer"});
        }
        json!({
            "type": "object",
            "properties": properties,
            "x-fastmcp-wrap-result": true
        })
    }
}

impl Hints {
    /// What is left when everything is left out that MCP assumes anyway.
    pub(super) fn short(self) -> Value {
        match (self.read_only, self.destructive) {
            (true, _) => json!({"readOnlyHint": true}),
            (false, true) => json!({"destructiveHint": true}),
            (false, false) => json!({"destructiveHint": false}),
        }
    }

    /// As MCP announces them.
    pub(super) fn annotations(self) -> Value {
        // MCP: destructive and idempotent mean something only for tools that change things.
        if self.read_only {
            json!({"readOnlyHint": true, "openWorldHint": self.open_world})
        } else {
            let mut hints = json!({
                "readOnlyHint": false,
                "destructiveHint": self.destructive,
                "openWorldHint": self.open_world
            });
            if self.idempotent {
                hints["idempotentHint"] = json!(true);
            }
            hints
        }
    }
}
