//! Calls that may take so long that they become tasks, and the jobs that tasks stand for.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::answer::answer;
use super::host::ToolHost;
use super::run::{acted, failure, outcome, reply, told};
use super::runner::{Share, ToolRunner};
use crate::config::Confirm;
use crate::limits;
use crate::protocol::{Call, Elsewhere, Reply, RpcError, Standing, Started, Status, Tasking};
use crate::time::since_epoch;
use crate::tools::shown::{ErrorKind, Outcome, ToolError};
use crate::tools::told::Arguments;
use crate::tools::{self, Callable, Context, Now, Runs, Tasking as Long};

/// How `tool` uses tasks.
pub fn tasking(tool: &Arc<dyn Callable>, confirm: Confirm) -> Tasking {
    let long = tool.tasking();
    match long {
        Long::Never => return Tasking::Never,
        Long::Starts(_) => return Tasking::Elsewhere,
        Long::Waits(_) | Long::Always => {}
    }
    // A person is asked before the task begins: a question inside a task is easily overlooked.
    let asks = confirm == Confirm::Destructive && tool.hints().destructive;
    let tool = Arc::clone(tool);
    Tasking::Optional(Arc::new(move |call, arguments| {
        let agreed = !asks || !call.client_can("elicitation") || call.carried().is_some();
        agreed
            && match long {
                // What cannot be read is refused at once, without a task.
                Long::Waits(seconds) => {
                    tool.check(arguments).is_ok_and(|arguments| arguments.integer(seconds) > 0)
                }
                _ => true,
            }
    }))
}

/// Serves a call of a tool that starts a job. Where a task may stand for the job, nobody waits for
/// its end here, whatever the argument `wait` says.
pub fn start(
    tool: &dyn Callable,
    wait: Option<&'static str>,
    runner: &ToolRunner,
    call: &Call,
    given: &Map<String, Value>,
) -> Result<Reply, RpcError> {
    let patience = Cell::new(None);
    let act = |context: &Context<'_>, arguments: &Arguments| match wait {
        Some(wait) if call.may_become_task() => {
            patience.set(Some(arguments.integer(wait)));
            tool.call(context, &arguments.clone().with(wait, 0))
        }
        _ => tool.call(context, arguments),
    };
    let started = acted(tool, &act, runner, call, given, runner.share);
    let goes_on = match &started {
        Ok(outcome) if call.may_become_task() && patience.get() != Some(0) => {
            claim(tool, &outcome.value, patience.get())
        }
        _ => None,
    };
    Ok(match (goes_on, reply(tool, runner, started)) {
        (Some((what, message)), Reply::Complete(otherwise)) => {
            Reply::GoesOn { what, message, otherwise }
        }
        (_, reply) => reply,
    })
}

/// What is to be known of a job, and what it is doing, when it goes on after this answer.
fn claim(tool: &dyn Callable, answer: &Value, wait: Option<i64>) -> Option<(Value, String)> {
    let (key, runs, id) = Runs::started_by(answer)?;
    let now = Now::told(runs, id, answer.clone());
    if now.has_ended() || id.len() > limits::TASK_FIELD_BYTES {
        return None;
    }
    let mut what = json!({"tool": tool.name(), "runs": runs.what, "id": id, "wait": wait});
    // Where the answer is not the job itself, the job does not tell all of it.
    if key == "job_id" {
        let mut began = answer.clone();
        for value in began.as_object_mut()?.values_mut() {
            if value.to_string().len() > limits::TASK_FIELD_BYTES {
                value.take();
            }
        }
        what["began"] = began;
    }
    Some((what, format!("{} {id} is {}", runs.what, now.state())))
}

/// The tool called so: one that is offered, or one that was when it began.
fn called(name: &str, offered: &[Arc<dyn Callable>]) -> Option<Arc<dyn Callable>> {
    let found = offered.iter().find(|tool| tool.name() == name);
    found.cloned().or_else(|| tools::find(name).map(super::chosen::shared))
}

/// The jobs that tasks stand for.
pub struct Jobs {
    /// How the platform is asked.
    pub runner: Arc<ToolRunner>,
    /// What clients may call.
    pub tools: Vec<Arc<dyn Callable>>,
}

/// A job as the id of its task tells it.
struct Claim<'a> {
    tool: Arc<dyn Callable>,
    runs: &'static Runs,
    id: &'a str,
    wait: Option<Duration>,
    began: Option<&'a Value>,
}

impl<'a> Claim<'a> {
    fn read(what: &'a Value, offered: &[Arc<dyn Callable>]) -> Result<Self, String> {
        let text = |key: &str| what.get(key).and_then(Value::as_str);
        let read = || {
            Some(Self {
                tool: called(text("tool")?, offered)?,
                runs: Runs::called(text("runs")?)?,
                id: text("id")?,
                wait: what.get("wait").and_then(Value::as_u64).map(Duration::from_secs),
                began: what.get("began"),
            })
        };
        read().ok_or_else(|| {
            "Another version of this server began this task; get_jobs shows what became of it"
                .into()
        })
    }
}

impl Elsewhere for Jobs {
    fn look(&self, call: &Call, started: &Started) -> Standing {
        let host = ToolHost::new(call, self.runner.fallback);
        let unknown = |what: &str, id: &str, error: &ToolError| Standing {
            status: Status::Working,
            message: Some(format!(
                "The {what} {id} was started; how it is could not be read just now: {}",
                told(error)
            )),
            updated: since_epoch(),
        };
        let over = |text: &str| Standing {
            status: Status::Completed(failure(text)),
            message: None,
            updated: started.created,
        };
        let claim = match Claim::read(&started.what, &self.tools) {
            Ok(claim) => claim,
            Err(text) => return over(&text),
        };
        let Claim { runs: Runs { what, .. }, id, .. } = claim;
        let acting = match self.runner.acting(&call.caller) {
            Ok(acting) => acting,
            Err(error) => return unknown(what, id, &error),
        };
        let api = acting.client.api(&call.cancel);
        let context = Context { api, host: &host, max_items: None, max_bytes: None };
        // Not written down as a call of its own: it belongs to the one that started the job.
        match claim.runs.now(&context, id) {
            Ok(now) => self.standing(&context, &claim, &now, started),
            Err(error) if error.kind == ErrorKind::NotFound => over(&format!(
                "The {what} {id} was started, and is not on the platform any more: {}",
                told(&error)
            )),
            Err(error) => unknown(what, id, &error),
        }
    }

    fn stop(&self, call: &Call, started: &Started) -> Result<(), RpcError> {
        let Claim { runs, id, .. } =
            Claim::read(&started.what, &self.tools).map_err(RpcError::internal)?;
        let Runs { what, ended_by, named, .. } = runs;
        let is_over = || self.look(call, started).status.is_over();
        if is_over() {
            return Ok(());
        }
        let goes_on =
            |why: &str| Err(RpcError::internal(format!("The {what} {id} goes on: {why}")));
        let Some(tool) = self.tools.iter().find(|tool| tool.name() == *ended_by) else {
            return goes_on(&format!("this server does not offer {ended_by}"));
        };
        let arguments = named(id);
        let arguments = arguments.as_object().cloned().unwrap_or_default();
        match outcome(tool.as_ref(), &self.runner, call, &arguments, Share::ALL) {
            Ok(_) => Ok(()),
            Err(error) if matches!(error.kind, ErrorKind::NeedsInput(_)) => {
                goes_on(&format!("a person must agree; call {ended_by} for it, which asks"))
            }
            // It may have ended by itself meanwhile.
            Err(_) if is_over() => Ok(()),
            Err(error) => goes_on(&told(&error)),
        }
    }
}

impl Jobs {
    /// How the task of a job is that looks like this. A job that is started again is again working.
    fn standing(
        &self,
        context: &Context<'_>,
        claim: &Claim<'_>,
        now: &Now,
        started: &Started,
    ) -> Standing {
        let Claim { runs, id, wait, .. } = claim;
        let millis = |time: i64| Duration::from_millis(time.unsigned_abs());
        let ended = now.has_ended();
        let [begin, end] = now.times();
        let took = begin.zip(end).map(|(begin, end)| millis(end - begin));
        // Who waits only so long has been answered by then, however it ends.
        let wait_over = wait.filter(|wait| match ended {
            true => took.is_some_and(|took| took > *wait),
            false => started.age() >= *wait,
        });
        let status = match (ended, wait_over) {
            (false, None) => Status::Working,
            (true, None) if now.was_canceled() => Status::Cancelled,
            _ => Status::Completed(self.result(context, claim, now, wait_over)),
        };
        let updated = match (end.filter(|_| ended), wait_over) {
            (_, Some(wait)) => started.created + wait,
            (Some(end), None) => millis(end),
            (None, None) => since_epoch(),
        };
        let message = Some(format!("{} {id} is {}", runs.what, now.state()));
        Standing { status, message, updated }
    }

    fn result(
        &self,
        context: &Context<'_>,
        claim: &Claim<'_>,
        now: &Now,
        wait_over: Option<Duration>,
    ) -> Value {
        let Claim { tool, runs: Runs { what, shown_by, .. }, id, began, .. } = claim;
        let outcome = match began {
            None => now.outcome(context),
            Some(began) => {
                let mut began = (*began).clone();
                began["status"] = now.status().into();
                let note = format!("The {what} {id} has ended; {shown_by} shows it.");
                Outcome::from(began).with_note(note)
            }
        };
        let goes_on = wait_over.filter(|_| !now.has_ended()).map(|wait| now.goes_on_after(wait));
        answer(tool.as_ref(), self.runner.format, &outcome.noted(goes_on), self.runner.share.bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tools::told::Arguments;

    #[test]
    fn the_table_names_tools_and_their_arguments() {
        for tool in tools::all() {
            if let Long::Waits(argument) | Long::Starts(Some(argument)) = tool.tasking {
                assert!(tool.all_parameters().any(|p| p.name == argument), "{}", tool.name);
            }
        }
        for runs in ["job", "session"].map(|what| Runs::called(what).expect("a kind")) {
            let ends = tools::find(runs.ended_by).expect("a tool");
            let named = (runs.named)("x");
            assert!(
                Arguments::check(ends.all_parameters(), named.as_object().expect("an object"))
                    .is_ok()
            );
            assert!(tools::find(runs.shown_by).is_some());
        }
    }
}
