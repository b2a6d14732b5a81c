//! Tools that ask a modern client something by their result.

use itential_mcp::protocol::{Call, Elicited, Reply, RpcError, ToolEntry};
use serde_json::{Map, Value, json};

use crate::content::{object, says, tool};

pub fn form(message: &str, field: &str, kind: &str) -> Value {
    let mut properties = json!({});
    properties[field] = json!({"type": kind});
    json!({"method": "elicitation/create", "params": {
        "mode": "form",
        "message": message,
        "requestedSchema": {"type": "object", "properties": properties, "required": [field]}
    }})
}

pub fn sampling(text: &str) -> Value {
    json!({"method": "sampling/createMessage", "params": {
        "messages": [{"role": "user", "content": {"type": "text", "text": text}}],
        "maxTokens": 100
    }})
}

fn roots() -> Value {
    json!({"method": "roots/list", "params": {}})
}

pub fn ask(requests: Value, carry: Option<Value>) -> Result<Reply, RpcError> {
    Ok(Reply::InputRequired { requests: object(requests), carry })
}

/// The field of an accepted form.
pub fn accepted(call: &Call, key: &str, field: &str) -> Option<Value> {
    match Elicited::read(call.input(key)?)? {
        Elicited::Accepted(content) => content.get(field).cloned(),
        Elicited::Declined | Elicited::Cancelled => None,
    }
}

fn named(call: &Call, key: &str) -> Option<String> {
    accepted(call, key, "name")?.as_str().map(str::to_owned)
}

pub fn tools() -> Vec<ToolEntry> {
    let prefix = "test_input_required_result";
    let fixture = |name: &str, run: fn(&Call, &Map<String, Value>) -> Result<Reply, RpcError>| {
        tool(&format!("{prefix}_{name}"), json!({}), run)
    };
    vec![
        fixture("elicitation", |call, _| match named(call, "user_name") {
            Some(name) => says(format!("Hello, {name}!")),
            None => ask(json!({"user_name": form("What is your name?", "name", "string")}), None),
        }),
        fixture("sampling", |call, _| match call.input("capital_question") {
            Some(answer) => says(answer["content"]["text"].as_str().unwrap_or("no text")),
            None => {
                ask(json!({"capital_question": sampling("What is the capital of France?")}), None)
            }
        }),
        fixture("list_roots", |call, _| match call.input("client_roots") {
            Some(answer) => says(format!("Roots: {}", answer["roots"])),
            None => ask(json!({"client_roots": roots()}), None),
        }),
        fixture("request_state", |call, _| {
            match (call.carried(), accepted(call, "confirm", "ok")) {
                (Some(_), Some(_)) => says("state-ok"),
                _ => {
                    ask(json!({"confirm": form("Please confirm", "ok", "boolean")}), Some(json!(1)))
                }
            }
        }),
        fixture("multiple_inputs", |call, _| {
            let answers = ["greeting", "client_roots"].map(|key| call.input(key));
            match (named(call, "user_name"), answers, call.carried()) {
                (Some(name), [Some(greeting), Some(roots)], Some(_)) => says(format!(
                    "{name}: {} {}",
                    greeting["content"]["text"].as_str().unwrap_or_default(),
                    roots["roots"]
                )),
                _ => ask(
                    json!({
                        "user_name": form("What is your name?", "name", "string"),
                        "greeting": sampling("Generate a greeting"),
                        "client_roots": roots()
                    }),
                    Some(json!(1)),
                ),
            }
        }),
        fixture("multi_round", |call, _| {
            let color = accepted(call, "step2", "color");
            match (call.carried(), named(call, "step1"), color) {
                (Some(Value::String(name)), _, Some(color)) => {
                    says(format!("{name} likes {color}"))
                }
                (Some(_), Some(name), _) => {
                    let question = form("Step 2: What is your favorite color?", "color", "string");
                    ask(json!({"step2": question}), Some(json!(name)))
                }
                _ => {
                    let question = form("Step 1: What is your name?", "name", "string");
                    ask(json!({"step1": question}), Some(json!({})))
                }
            }
        }),
        fixture("tampered_state", |call, _| match call.carried() {
            Some(_) => says("The state came back as it was"),
            None => {
                ask(json!({"confirm": form("Please confirm", "ok", "boolean")}), Some(json!(1)))
            }
        }),
        fixture("capabilities", |call, _| {
            let mut questions = json!({});
            if call.client_can("elicitation") {
                questions["user_name"] = form("What is your name?", "name", "string");
            }
            if call.client_can("sampling") {
                questions["greeting"] = sampling("Generate a greeting");
            }
            match call.params.contains_key("inputResponses") {
                true => says("Answered"),
                false => ask(questions, None),
            }
        }),
        tool("test_missing_capability", json!({}), |call, _| match call.client_can("sampling") {
            true => says("The client can sample"),
            false => ask(json!({"question": sampling("Anything")}), None),
        }),
        tool("test_streaming_elicitation", json!({}), |call, _| match named(call, "user_name") {
            Some(name) => says(format!("Hello, {name}!")),
            None => {
                call.progress(1.0, Some(2.0), "asking");
                ask(json!({"user_name": form("What is your name?", "name", "string")}), None)
            }
        }),
    ]
}
