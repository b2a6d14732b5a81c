//! Tools that ask a legacy client something, or change what the server offers.

use std::time::Duration;

use itential_mcp::protocol::{Call, Caller, Engine, Offers, Registry, Reply, RpcError, ToolEntry};
use serde_json::{Map, Value, json};

use crate::Own;
use crate::content::{says, tool};
use crate::prompts;

const PATIENCE: Duration = Duration::from_secs(10);

pub fn tools(own: &Own) -> Vec<ToolEntry> {
    let message = || json!({"message": {"type": "string"}});
    vec![
        tool("test_sampling", json!({"prompt": {"type": "string"}}), sample),
        tool("test_elicitation", message(), |call, arguments| {
            let message = arguments.get("message").cloned().unwrap_or_default();
            let schema = json!({
                "type": "object",
                "properties": {
                    "username": {"type": "string", "description": "User's response"},
                    "email": {"type": "string", "description": "User's email address"}
                },
                "required": ["username", "email"]
            });
            elicit(call, json!({"message": message, "requestedSchema": schema}), "User response")
        }),
        tool("test_elicitation_sep1034_defaults", json!({}), |call, _| {
            let schema = json!({"type": "object", "properties": {
                "name": {"type": "string", "default": "John Doe"},
                "age": {"type": "integer", "default": 30},
                "score": {"type": "number", "default": 95.5},
                "status": {"type": "string", "enum": ["active", "inactive", "pending"],
                           "default": "active"},
                "verified": {"type": "boolean", "default": true}
            }});
            let params = json!({"message": "Please check the values", "requestedSchema": schema});
            elicit(call, params, "Elicitation completed")
        }),
        tool("test_elicitation_sep1330_enums", json!({}), |call, _| {
            let titled = |names: [&str; 3]| -> Value {
                names
                    .iter()
                    .enumerate()
                    .map(|(n, name)| json!({"const": format!("value{}", n + 1), "title": name}))
                    .collect()
            };
            let options = json!(["option1", "option2", "option3"]);
            let schema = json!({"type": "object", "properties": {
                "untitledSingle": {"type": "string", "enum": options},
                "titledSingle": {"type": "string",
                    "oneOf": titled(["First Option", "Second Option", "Third Option"])},
                "legacyEnum": {"type": "string", "enum": ["opt1", "opt2", "opt3"],
                    "enumNames": ["Option One", "Option Two", "Option Three"]},
                "untitledMulti": {"type": "array", "items": {"type": "string", "enum": options}},
                "titledMulti": {"type": "array", "items": {
                    "anyOf": titled(["First Choice", "Second Choice", "Third Choice"])}}
            }});
            let params = json!({"message": "Please choose", "requestedSchema": schema});
            elicit(call, params, "Elicitation completed")
        }),
        changing("test_trigger_tool_change", own, |offers| {
            toggle(&mut offers.tools, tool("test_changed_tool", json!({}), |_, _| says("new")));
        }),
        changing("test_trigger_prompt_change", own, |offers| {
            toggle(&mut offers.prompts, prompts::plain("test_changed_prompt"));
        }),
        changing("test_touch_watched_resource", own, |_| {}),
    ]
}

/// A tool that changes what the server offers while it runs.
fn changing(name: &str, own: &Own, change: fn(&mut Offers)) -> ToolEntry {
    let own = Own::clone(own);
    tool(name, json!({}), move |_, _| {
        let engine: std::sync::Arc<Engine> =
            own.get().and_then(std::sync::Weak::upgrade).expect("the engine serves this call");
        let mut offers = engine.registry(&Caller::default()).offers().clone();
        change(&mut offers);
        engine.replace(Registry::new(offers));
        engine.resource_updated("test://watched-resource");
        says("Changed")
    })
}

/// Adds the entry, or takes it away when it is there.
fn toggle<T: Named>(entries: &mut Vec<T>, entry: T) {
    let before = entries.len();
    entries.retain(|known| known.name() != entry.name());
    if entries.len() == before {
        entries.push(entry);
    }
}

trait Named {
    fn name(&self) -> &str;
}

impl Named for ToolEntry {
    fn name(&self) -> &str {
        self.name()
    }
}

impl Named for itential_mcp::protocol::PromptEntry {
    fn name(&self) -> &str {
        self.name()
    }
}

fn sample(call: &Call, arguments: &Map<String, Value>) -> Result<Reply, RpcError> {
    let prompt = arguments.get("prompt").cloned().unwrap_or_default();
    let params = json!({
        "messages": [{"role": "user", "content": {"type": "text", "text": prompt}}],
        "maxTokens": 100
    });
    match call.ask("sampling/createMessage", params, PATIENCE) {
        Ok(answer) => {
            let text = answer["content"]["text"].as_str().unwrap_or_default();
            says(format!("LLM response: {text}"))
        }
        Err(why) => Err(RpcError::internal(format!("No answer: {why:?}"))),
    }
}

fn elicit(call: &Call, params: Value, what: &str) -> Result<Reply, RpcError> {
    match call.ask("elicitation/create", params, PATIENCE) {
        Ok(answer) => says(format!(
            "{what}: action={}, content={}",
            answer["action"].as_str().unwrap_or_default(),
            answer["content"]
        )),
        Err(why) => Err(RpcError::internal(format!("No answer: {why:?}"))),
    }
}
