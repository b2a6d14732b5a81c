//! How a tool is announced: the entry of `tools/list`.

use serde_json::{Map, Value, json};

use super::row::{Hints, Run, Tool};
use super::shown::Output;
use super::told::input_schema;

impl Tool {
    /// Every tag of this tool: its own, its name and `default`, sorted.
    pub fn all_tags(&self) -> Vec<&'static str> {
        let mut tags = vec![self.area.tag, self.name, "default"];
        tags.sort_unstable();
        tags.dedup();
        tags
    }

    /// What it gives back.
    pub fn output(&self) -> Output {
        match self.run {
            Run::List(list) if list.under.is_empty() => Output::List(list.shape),
            _ => self.output,
        }
    }

    /// The first sentence of the description.
    pub fn summary(&self) -> &'static str {
        match self.description.find(". ") {
            Some(end) => &self.description[..=end],
            None => self.description,
        }
    }

    /// The entry of `tools/list`. `slim` keeps what a model needs to choose and call the tool: the
    /// first sentence of the description, the parameters, and whether it is safe.
    pub fn definition(&self, slim: bool) -> Map<String, Value> {
        let mut entry = Map::new();
        entry.insert("name".into(), json!(self.name));
        if slim {
            entry.insert("description".into(), json!(self.summary()));
            entry.insert("inputSchema".into(), input_schema(self.all_parameters(), false));
            entry.insert("annotations".into(), self.hints.short());
            return entry;
        }
        entry.insert("title".into(), json!(self.title));
        entry.insert("description".into(), json!(self.description));
        entry.insert("inputSchema".into(), input_schema(self.all_parameters(), true));
        entry.insert("outputSchema".into(), self.output_schema(false));
        entry.insert("annotations".into(), self.hints.annotations());
        entry
    }

    /// The output schema, with what stands beside a list in an object. `described` adds what the
    /// fields mean: in a list of tools that is left out, for it costs every client and few show it.
    pub fn output_schema(&self, described: bool) -> Value {
        let mut schema = self.output().schema(described);
        if let (Run::List(list), Some(properties)) = (self.run, schema.get_mut("properties"))
            && !list.under.is_empty()
        {
            properties["total"] = json!({"type": "integer"});
        }
        schema
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
    fn short(self) -> Value {
        match (self.read_only, self.destructive) {
            (true, _) => json!({"readOnlyHint": true}),
            (false, true) => json!({"destructiveHint": true}),
            (false, false) => json!({"destructiveHint": false}),
        }
    }

    fn annotations(self) -> Value {
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
