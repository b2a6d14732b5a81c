//! Tools of the tasks extension.

use std::sync::Arc;
use std::time::Duration;

use itential_mcp::protocol::{RpcError, Tasking, ToolEntry};
use serde_json::{Value, json};

use crate::asking::{accepted, ask, form};
use crate::content::{says, text, tool};

pub fn tools() -> Vec<ToolEntry> {
    let always = || Tasking::Optional(Arc::new(|_, _| true));
    let with = |tasking: Tasking, tool: ToolEntry| ToolEntry { tasking, ..tool };
    vec![
        tool("greet", json!({"name": {"type": "string"}}), |_, arguments| {
            says(format!("Hello, {}!", arguments.get("name").and_then(Value::as_str).unwrap_or("")))
        }),
        with(
            always(),
            tool(
                "slow_compute",
                json!({"seconds": {"type": "number"}, "label": {"type": "string"}}),
                |call, arguments| {
                    let seconds = arguments.get("seconds").and_then(Value::as_f64).unwrap_or(0.0);
                    call.progress(0.0, Some(1.0), "computing");
                    if !call.cancel.sleep(Duration::from_secs_f64(seconds.clamp(0.0, 60.0))) {
                        return Err(RpcError::internal("Cancelled"));
                    }
                    says(format!("Computed {}", arguments.get("label").unwrap_or(&Value::Null)))
                },
            ),
        ),
        with(
            Tasking::Required(Arc::new(|_, _| true)),
            tool("failing_job", json!({}), |call, _| {
                call.cancel.sleep(Duration::from_secs(1));
                Ok(json!({"content": [text("The job failed")], "isError": true}).into())
            }),
        ),
        with(
            always(),
            tool("protocol_error_job", json!({}), |_, _| {
                Err(RpcError::internal("This job always fails"))
            }),
        ),
        with(
            always(),
            tool("confirm_delete", json!({"filename": {"type": "string"}}), |call, arguments| {
                match accepted(call, "confirm", "confirm") {
                    Some(_) => says(format!("Deleted {}", arguments["filename"])),
                    None => ask(json!({"confirm": form("Delete it?", "confirm", "boolean")}), None),
                }
            }),
        ),
        with(
            always(),
            tool("multi_input", json!({}), |call, _| {
                match (call.input("first"), call.input("second")) {
                    (Some(first), Some(second)) => says(format!("{first} {second}")),
                    _ => ask(
                        json!({
                            "first": form("First?", "name", "string"),
                            "second": form("Second?", "name", "string")
                        }),
                        None,
                    ),
                }
            }),
        ),
        with(
            Tasking::Required(Arc::new(|call, _| call.input("user_name").is_some())),
            tool("test_tool_with_task", json!({}), |call, _| {
                match accepted(call, "user_name", "name") {
                    Some(name) => says(format!("Worked for {name}")),
                    None => {
                        let question = form("What is your name?", "name", "string");
                        ask(json!({"user_name": question}), Some(json!("asked")))
                    }
                }
            }),
        ),
    ]
}
