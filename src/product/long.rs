//! Which calls may take so long that they become tasks.

use std::sync::Arc;

use serde_json::{Map, Value};

use super::host::ToolHost;
use super::runner::ToolRunner;
use crate::config::Confirm;
use crate::limits;
use crate::protocol::{Call, Tasking};
use crate::tools::asked::{Pause, Wait};
use crate::tools::shown::Outcome;
use crate::tools::told::Arguments;
use crate::tools::{self, Context, Tasking as Long, Tool};

/// How `tool` uses tasks.
pub fn tasking(tool: &'static Tool, confirm: Confirm) -> Tasking {
    if let Long::Never = tool.tasking {
        return Tasking::Never;
    }
    // A person is asked before the task begins: a question inside a task is easily overlooked.
    let asks = confirm == Confirm::Destructive && tool.hints.destructive;
    Tasking::Optional(Arc::new(move |call, arguments| {
        let agreed = !asks || !call.client_can("elicitation") || call.carried().is_some();
        agreed
            && match tool.tasking {
                Long::Never => false,
                // What cannot be read is refused at once, without a task.
                Long::Waits(seconds) => Arguments::check(tool.all_parameters(), arguments)
                    .is_ok_and(|arguments| arguments.integer(seconds) > 0),
                Long::Always | Long::Starts(_) => true,
            }
    }))
}

/// Follows the job that a call has started to its end, when the call is a task. Whatever happens
/// on the way, the job was started: the outcome stays one, and says what is known.
pub fn follow(tool: &Tool, runner: &ToolRunner, call: &Call, outcome: Outcome) -> Outcome {
    let key = match tool.tasking {
        Long::Starts(key) if call.is_task() => Some(key),
        _ => None,
    };
    let id = key.and_then(|key| outcome.value.get(key)).and_then(Value::as_str);
    let (Some(id), Some(describe)) = (id.map(str::to_owned), tools::find("describe_job")) else {
        return outcome;
    };
    let arguments = Map::from_iter([("object_id".to_owned(), Value::from(id.as_str()))]);
    let host = ToolHost::new(call, runner.fallback);
    let api = runner.client.api(&call.cancel);
    let context = Context { api, host: &host, max_items: None };
    let mut outcome = outcome;
    let mut wait = Wait::new(&context, None, limits::JOB_PAUSES);
    loop {
        // Not written down as a call of its own: nobody has asked for it.
        let looked = Arguments::check(describe.all_parameters(), &arguments)
            .and_then(|arguments| describe.call(&context, &arguments));
        let status = match wait.look(looked) {
            Ok(Some(job)) => job.value.get("status").and_then(Value::as_str).map(str::to_owned),
            Ok(None) => None,
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
        if wait.pause(&format!("The job {id} is {status}.")) != Pause::Passed {
            return outcome.with_note(format!("The job {id} goes on; describe_job shows it."));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_names_tools_and_their_arguments() {
        for tool in crate::tools::all() {
            if let Long::Waits(argument) = tool.tasking {
                assert!(tool.all_parameters().any(|p| p.name == argument), "{}", tool.name);
            }
            if let Long::Starts(key) = tool.tasking {
                assert!(
                    tool.output.schema(false)["properties"].get(key).is_some(),
                    "{}",
                    tool.name
                );
            }
        }
    }
}
