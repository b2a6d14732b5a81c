//! Which calls may take so long that they become tasks.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::Shared;
use super::host::ToolHost;
use crate::config::Confirm;
use crate::limits;
use crate::protocol::{Call, Tasking};
use crate::tools;
use crate::tools::shown::Outcome;
use crate::tools::told::Arguments;
use crate::tools::{Context, Tool};

/// When a call of a tool is long.
enum Long {
    /// When this argument, in seconds, is more than zero: the caller wants to wait.
    Waits(&'static str),
    /// Always: how long it takes is up to devices and gateways.
    Always,
    /// Always: it starts a job, whose id it gives under this key, and the task follows that job.
    Starts(&'static str),
}

const LONG: &[(&str, Long)] = &[
    ("start_workflow", Long::Waits("wait")),
    ("trigger_automation", Long::Waits("wait")),
    ("run_compliance_plan", Long::Waits("wait")),
    ("run_action", Long::Starts("job_id")),
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
                Long::Always | Long::Starts(_) => true,
            }
    }))
}

/// Follows the job that a call has started to its end, when the call is a task. Whatever happens
/// on the way, the job was started: the outcome stays one, and says what is known.
pub fn follow(tool: &Tool, shared: &Shared, call: &Call, outcome: Outcome) -> Outcome {
    let key = LONG.iter().find_map(|(name, long)| match long {
        Long::Starts(key) if *name == tool.name && call.is_task() => Some(*key),
        _ => None,
    });
    let id = key.and_then(|key| outcome.value.get(key)).and_then(Value::as_str);
    let (Some(id), Some(describe)) = (id.map(str::to_owned), tools::find("describe_job")) else {
        return outcome;
    };
    let arguments = Map::from_iter([("object_id".to_owned(), Value::from(id.as_str()))]);
    let host = ToolHost::new(call, shared.fallback);
    let context = Context { api: shared.client.api(&call.cancel), host: &host };
    let mut outcome = outcome;
    let mut pause = limits::JOB_POLL_FIRST;
    loop {
        // Not written down as a call of its own: nobody has asked for it.
        let looked = Arguments::check(describe.parameters, &arguments)
            .and_then(|arguments| (describe.run)(&context, &arguments));
        let status = match looked {
            Ok(job) => job.value.get("status").and_then(Value::as_str).map(str::to_owned),
            Err(error) => {
                let known = format!("The job {id} was started, but cannot be followed: {error}");
                return outcome.with_note(known);
            }
        };
        let status = status.unwrap_or_else(|| "running".into());
        if tools::job_has_ended(&status) {
            outcome.value["status"] = status.into();
            return outcome.with_note(format!("The job {id} has ended; describe_job shows it."));
        }
        call.progress(0.0, None, &format!("The job {id} is {status}."));
        if !call.cancel.sleep(pause) {
            return outcome.with_note(format!("The job {id} goes on; describe_job shows it."));
        }
        pause = (pause * 2).min(limits::JOB_POLL_MAX);
    }
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
            if let Long::Starts(key) = long {
                assert!(tool.output.schema()["properties"].get(key).is_some(), "{name} {key}");
            }
        }
    }
}
