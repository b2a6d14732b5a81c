//! Prompts.

use std::sync::Arc;

use itential_mcp::protocol::{Call, Complete, PromptEntry, Reply, RpcError};
use serde_json::{Map, Value, json};

use crate::asking::{accepted, ask, form};
use crate::content::{PNG, object, resource, text};

pub fn prompts() -> Vec<PromptEntry> {
    vec![
        plain("test_simple_prompt"),
        prompt("test_prompt_with_arguments", &["arg1", "arg2"], |_, arguments| {
            let (one, two) = (part(arguments, "arg1"), part(arguments, "arg2"));
            user(text(format!("Prompt with arguments: arg1='{one}', arg2='{two}'")))
        }),
        prompt("test_prompt_with_embedded_resource", &["resourceUri"], |_, arguments| {
            let uri = part(arguments, "resourceUri");
            user(resource(uri, "text/plain", "Embedded resource content for testing."))
        }),
        prompt("test_prompt_with_image", &[], |_, _| {
            user(json!({"type": "image", "data": PNG, "mimeType": "image/png"}))
        }),
        prompt("test_input_required_result_prompt", &[], |call, _| {
            match accepted(call, "user_context", "context") {
                Some(context) => user(text(format!("In the context of {context}"))),
                None => {
                    let question = form("What context should be used?", "context", "string");
                    ask(json!({"user_context": question}), None)
                }
            }
        }),
    ]
}

pub fn plain(name: &str) -> PromptEntry {
    prompt(name, &[], |_, _| user(text("This is a simple prompt for testing.")))
}

fn prompt(
    name: &str,
    arguments: &[&str],
    run: impl Fn(&Call, &Map<String, Value>) -> Result<Reply, RpcError> + Send + Sync + 'static,
) -> PromptEntry {
    let arguments: Vec<Value> = arguments
        .iter()
        .map(|name| json!({"name": name, "description": "A text", "required": true}))
        .collect();
    let definition = json!({
        "name": name,
        "description": format!("Fixture {name} of the conformance suite"),
        "arguments": arguments,
    });
    let complete: Complete = Arc::new(|_, _, typed, _| {
        let known = ["paris", "park", "party"];
        Ok(known.iter().filter(|v| v.starts_with(typed)).map(|v| (*v).to_owned()).collect())
    });
    PromptEntry { definition: object(definition), run: Arc::new(run), complete: Some(complete) }
}

fn part<'a>(arguments: &'a Map<String, Value>, name: &str) -> &'a str {
    arguments.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn user(content: Value) -> Result<Reply, RpcError> {
    Ok(json!({"messages": [{"role": "user", "content": content}]}).into())
}
