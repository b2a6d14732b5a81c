//! Every schema that is announced stays in the part of JSON Schema that all vendors' libraries read.
//!
//! Each rule was measured: where it is broken, one of the libraries of `tests/interop/vendors` refuses
//! the tool, or the whole server.

mod support;

use serde_json::{Map, Value, json};
use support::{Platform, StdioServer, eventually};

/// Words of JSON Schema that one or another library refuses or drops.
const UNREAD: &[&str] = &[
    "$schema",
    "$ref",
    "$defs",
    "additionalProperties",
    "allOf",
    "const",
    "contentMediaType",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "not",
    "oneOf",
    "patternProperties",
    "uniqueItems",
];

/// The rules that one schema breaks, each with the place where it does.
#[derive(Default)]
struct Broken(Vec<String>);

impl Broken {
    fn hold(&mut self, holds: bool, place: &str, rule: &str) {
        if !holds {
            self.0.push(format!("{place}: {rule}"));
        }
    }

    /// What holds for every schema, wherever it stands; and what stands in it.
    fn walk(&mut self, schema: &Value, place: &str, inside: fn(&mut Self, &Value, &str)) {
        let Some(fields) = schema.as_object() else {
            return self.hold(false, place, "a schema is an object, not true or false");
        };
        for word in UNREAD {
            self.hold(!fields.contains_key(*word), place, &format!("no {word}"));
        }
        if let Some(kind) = fields.get("type") {
            self.hold(kind.is_string() && kind != "null", place, "one type, never a list or null");
        }
        let empty = Map::new();
        let properties = fields.get("properties").and_then(Value::as_object).unwrap_or(&empty);
        for name in fields.get("required").and_then(Value::as_array).into_iter().flatten() {
            let known = name.as_str().is_some_and(|name| properties.contains_key(name));
            self.hold(known, place, "what is required is described");
        }
        for (word, of) in [("properties", "object"), ("required", "object"), ("items", "array")] {
            let fits = !fields.contains_key(word) || fields.get("type") == Some(&json!(of));
            self.hold(fits, place, &format!("{word} only beside the type {of}"));
        }
        for choice in fields.get("enum").and_then(Value::as_array).into_iter().flatten() {
            let text = choice.as_str().is_some_and(|text| !text.is_empty());
            self.hold(text, place, "an enum holds texts, none of them empty");
        }
        inside(self, schema, place);
        for (name, property) in properties {
            self.walk(property, &format!("{place}/{name}"), inside);
        }
        if let Some(items) = fields.get("items") {
            self.walk(items, &format!("{place}/items"), inside);
        }
        for choice in fields.get("anyOf").and_then(Value::as_array).into_iter().flatten() {
            self.walk(choice, &format!("{place}/anyOf"), inside);
        }
    }

    /// What holds for what a tool is told.
    fn told(&mut self, schema: &Value, place: &str) {
        let typed = schema["type"].is_string();
        self.hold(typed != schema["anyOf"].is_array(), place, "a type or anyOf, not both or none");
        self.hold(schema["type"] != "array" || !schema["items"].is_null(), place, "typed items");
        let Some(default) = schema.get("default") else { return };
        let right = match schema["type"].as_str() {
            Some("string") => default.is_string(),
            Some("integer") => default.is_i64(),
            Some("boolean") => default.is_boolean(),
            _ => false,
        };
        self.hold(right, place, "a default is of the type, never null");
        let chosen = schema["enum"].as_array().is_none_or(|all| all.contains(default));
        self.hold(chosen, place, "a default is one of the enum");
    }

    /// What holds for what a tool shows.
    fn shown(&mut self, schema: &Value, place: &str) {
        self.hold(schema["type"] != "array" || schema["items"].is_object(), place, "items");
    }
}

/// Tools whose schemas were written elsewhere: a choice and a name with blanks, a tree, JSON text,
/// nothing, and a list without items.
const MADE: [&str; 5] =
    ["turn_up_port", "deploy_site", "close_ticket", "collect_inventory", "backup_device"];

/// All tools of the table, and those made of automations.
fn tools(slim: bool) -> Vec<Value> {
    let platform = Platform::start();
    let mut env = platform.env();
    env.push(("ITENTIAL_MCP_SERVER_SLIM".into(), slim.to_string()));
    env.push(("ITENTIAL_MCP_TOOLS_AUTOMATIONS".into(), "tag:mcp".into()));
    let mut server = StdioServer::start(&env, &[]);
    server.initialize("2025-11-25");
    let mut tools = Vec::new();
    eventually("the tools of automations", || {
        let list = server.request("tools/list", json!({}));
        tools = list["result"]["tools"].as_array().expect("a list of tools").clone();
        MADE.iter().all(|made| tools.iter().any(|tool| tool["name"] == **made))
    });
    tools
}

/// M1.
#[test]
fn every_vendor_reads_every_schema() {
    let mut broken = Broken::default();
    for tool in tools(false).iter().chain(&tools(true)) {
        let name = tool["name"].as_str().expect("a name");
        let input = &tool["inputSchema"];
        let place = format!("{name} inputSchema");
        broken.hold(input["properties"].is_object(), &place, "properties, though there be none");
        broken.hold(input["type"] == "object", &place, "an object");
        broken.walk(input, &place, Broken::told);
        if let Some(output) = tool.get("outputSchema") {
            let place = format!("{name} outputSchema");
            broken.hold(output["type"] == "object", &place, "an object");
            broken.walk(output, &place, Broken::shown);
        }
    }
    assert!(broken.0.is_empty(), "{:#?}", broken.0);
}

/// The walk itself: each rule is found where it is broken.
#[test]
fn a_broken_rule_is_named() {
    for (schema, says) in [
        (json!({"type": ["string", "null"]}), "one type, never a list or null"),
        (json!({"type": "string", "enum": ["a", null]}), "an enum holds texts"),
        (json!({"type": "string", "enum": [""]}), "an enum holds texts"),
        (json!({"type": "string", "default": null}), "a default is of the type"),
        (json!({"type": "integer", "default": "1"}), "a default is of the type"),
        (json!({"type": "array"}), "typed items"),
        (json!({"type": "array", "items": {}}), "p/items: a type or anyOf"),
        (json!({"oneOf": [{"type": "string"}]}), "no oneOf"),
        (json!({"type": "object", "additionalProperties": false}), "no additionalProperties"),
        (json!({"type": "object", "required": ["a"]}), "what is required is described"),
        (json!({"anyOf": [{"type": "string", "const": "a"}]}), "p/anyOf: no const"),
    ] {
        let mut broken = Broken::default();
        broken.walk(&schema, "p", Broken::told);
        assert!(broken.0.iter().any(|found| found.contains(says)), "{schema}: {:?}", broken.0);
    }
}
