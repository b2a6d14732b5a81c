//! Which calls may take so long that they become tasks.

use std::sync::Arc;

use serde_json::Value;

use crate::config::Confirm;
use crate::mcp::Tasking;
use crate::tools::Tool;

/// When a call of a tool is long.
enum Long {
    /// When this argument, in seconds, is more than zero: the caller wants to wait.
    Waits(&'static str),
    /// Always: how long it takes is up to devices and gateways.
    Always,
}

const LONG: &[(&str, Long)] = &[
    ("start_workflow", Long::Waits("wait")),
    ("trigger_automation", Long::Waits("wait")),
    ("run_compliance_plan", Long::Waits("wait")),
    ("run_service", Long::Always),
    ("run_command_template", Long::Always),
    ("run_command", Long::Always),
];

/// How `tool` uses tasks.
pub fn tasking(tool: &'static Tool, confirm: Confirm) -> Tasking {
    let Some((_, long)) = LONG.iter().find(|(name, _)| *name == tool.name) else {
        return Tasking::Never;
    };
    // A person is asked before the task begins: a question inside a task is easily overlooked.
    let asks = confirm == Confirm::Destructive && tool.hints.destructive;
    Tasking::Optional(Arc::new(move |call, arguments| {
        let agreed = !asks || !call.client_can("elicitation") || call.carried().is_some();
        agreed
            && match long {
                Long::Waits(argument) => arguments.get(*argument).is_some_and(|wait| {
                    let seconds = match wait {
                        Value::String(text) => text.trim().parse().ok(),
                        other => other.as_f64(),
                    };
                    seconds.is_some_and(|seconds: f64| seconds > 0.0)
                }),
                Long::Always => true,
            }
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_names_tools_and_their_arguments() {
        for (name, long) in LONG {
            let tool = crate::tools::find(name).unwrap_or_else(|| panic!("no tool {name}"));
            if let Long::Waits(argument) = long {
                assert!(tool.parameters.iter().any(|p| p.name == *argument), "{name} {argument}");
            }
        }
    }
}
