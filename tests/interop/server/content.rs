//! Tools that show every kind of content.

use std::sync::Arc;
use std::time::Duration;

use itential_mcp::protocol::{Call, Reply, RpcError, Severity, Tasking, ToolEntry};
use serde_json::{Map, Value, json};

/// A PNG of one red pixel.
pub const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";

/// A WAV without samples.
const WAV: &str = "UklGRiQAAABXQVZFZm10IBAAAAABAAEARKwAAIhYAQACABAAZGF0YQAAAAA=";

/// What every fixture is made with.
pub fn tool(
    name: &str,
    properties: Value,
    run: impl Fn(&Call, &Map<String, Value>) -> Result<Reply, RpcError> + Send + Sync + 'static,
) -> ToolEntry {
    let schema = json!({"type": "object", "properties": properties});
    tool_with_schema(name, schema, run)
}

pub fn tool_with_schema(
    name: &str,
    schema: Value,
    run: impl Fn(&Call, &Map<String, Value>) -> Result<Reply, RpcError> + Send + Sync + 'static,
) -> ToolEntry {
    let definition = json!({
        "name": name,
        "description": format!("Fixture {name} of the conformance suite"),
        "inputSchema": schema,
    });
    ToolEntry { definition: object(definition), run: Arc::new(run), tasking: Tasking::Never }
}

pub fn object(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(object) => object,
        other => panic!("not an object: {other}"),
    }
}

pub fn text(text: impl Into<String>) -> Value {
    json!({"type": "text", "text": text.into()})
}

pub fn says(message: impl Into<String>) -> Result<Reply, RpcError> {
    shows(json!([text(message)]))
}

pub fn shows(content: Value) -> Result<Reply, RpcError> {
    Ok(json!({"content": content}).into())
}

fn image() -> Value {
    json!({"type": "image", "data": PNG, "mimeType": "image/png"})
}

pub fn resource(uri: &str, mime: &str, text: &str) -> Value {
    json!({"type": "resource", "resource": {"uri": uri, "mimeType": mime, "text": text}})
}

pub fn tools() -> Vec<ToolEntry> {
    let none = || json!({});
    vec![
        tool("test_simple_text", none(), |_, _| {
            says("This is a simple text response for testing.")
        }),
        tool("test_image_content", none(), |_, _| shows(json!([image()]))),
        tool("test_audio_content", none(), |_, _| {
            shows(json!([{"type": "audio", "data": WAV, "mimeType": "audio/wav"}]))
        }),
        tool("test_embedded_resource", none(), |_, _| {
            let uri = "test://embedded-resource";
            shows(json!([resource(uri, "text/plain", "This is an embedded resource content.")]))
        }),
        tool("test_multiple_content_types", none(), |_, _| {
            let uri = "test://mixed-content-resource";
            let data = r#"{"test":"data","value":123}"#;
            shows(json!([
                text("Multiple content types test:"),
                image(),
                resource(uri, "application/json", data)
            ]))
        }),
        tool("test_error_handling", none(), |_, _| {
            let content = json!([text("This tool intentionally returns an error for testing")]);
            Ok(json!({"content": content, "isError": true}).into())
        }),
        tool("test_tool_with_logging", none(), |call, _| {
            for message in
                ["Tool execution started", "Tool processing data", "Tool execution completed"]
            {
                call.log(Severity::Info, message);
                call.cancel.sleep(Duration::from_millis(50));
            }
            says("Logged three messages")
        }),
        tool("test_logging_tool", none(), |call, _| {
            call.log(Severity::Info, "A message for whoever asked for messages");
            says("Logged")
        }),
        tool("test_tool_with_progress", none(), |call, _| {
            for done in [0.0, 50.0, 100.0] {
                call.progress(done, Some(100.0), "");
                // Longer than the pause between two steps that are worth telling.
                call.cancel.sleep(Duration::from_millis(120));
            }
            says("Progress was made")
        }),
        tool("test_reconnection", none(), |call, _| {
            call.interrupt();
            call.cancel.sleep(Duration::from_millis(100));
            says("Told after the connection was broken")
        }),
        tool_with_schema("json_schema_2020_12_tool", schema_2020_12(), |_, arguments| {
            says(Value::Object(arguments.clone()).to_string())
        }),
        tool(
            "test_custom_header",
            json!({"value": {"type": "string", "x-mcp-header": "Value"}}),
            |_, arguments| says(arguments.get("value").and_then(Value::as_str).unwrap_or("none")),
        ),
    ]
}

fn schema_2020_12() -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "$defs": {"address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}}
        }},
        "properties": {
            "name": {"type": "string"},
            "address": {"$ref": "#/$defs/address"},
            "contactMethod": {"type": "string", "enum": ["phone", "email"]},
            "phone": {"type": "string"},
            "email": {"type": "string"}
        },
        "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
        "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
        "then": {"required": ["phone"]},
        "else": {"required": ["email"]},
        "additionalProperties": false
    })
}
