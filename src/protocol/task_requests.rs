//! Calls that become tasks, and the requests about those.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::call::Call;
use super::caller::Caller;
use super::dispatch::{Dispatch, TaskStart};
use super::elsewhere::{Elsewhere, Started};
use super::engine::{Engine, Origin, Request};
use super::error::RpcError;
use super::input::{self, Reply};
use super::message::Id;
use super::registry::{Handler, Run};
use super::result;
use super::tasks::Task;

impl Engine {
    pub(super) fn about_task(
        self: &Arc<Self>,
        origin: &Origin<'_>,
        request: Request,
    ) -> Result<Dispatch, RpcError> {
        let Request { id: asked, method, params } = request;
        let call = self.call(origin, params);
        if !call.may_become_task() {
            return Err(RpcError::needs_tasks());
        }
        let Some(id) = call.params.get("taskId").and_then(Value::as_str).map(str::to_owned) else {
            return Err(RpcError::invalid_params("taskId must be text"));
        };
        if let Some(task) = self.tasks.get(&id, origin.caller) {
            let mut result = json!({});
            match method.as_str() {
                "tasks/get" => result = task.snapshot(),
                "tasks/cancel" => task.give_up(),
                _ => task.answer(answers(&call.params)?),
            }
            result::stamp(&mut result, &self.server);
            return Ok(Dispatch::result(&asked, &result));
        }
        let (elsewhere, started) = self.started(&id, origin.caller).ok_or_else(|| {
            RpcError::invalid_params("No task of yours has this id; it may have been forgotten")
        })?;
        let engine = Arc::clone(self);
        let handler: Handler = match method.as_str() {
            "tasks/get" => Box::new(move |call| {
                let now = elsewhere.look(call, &started);
                Ok(started.render(&id, &now, &engine.server).into())
            }),
            "tasks/cancel" => {
                Box::new(move |call| elsewhere.stop(call, &started).map(|()| json!({}).into()))
            }
            _ => {
                // What goes on elsewhere asks nothing.
                answers(&call.params)?;
                Box::new(|_| Ok(json!({}).into()))
            }
        };
        self.work(origin, (asked, method), call, handler)
    }

    /// What the task `id` of `caller` stands for, and where that goes on.
    pub(super) fn started(
        &self,
        id: &str,
        caller: &Caller,
    ) -> Option<(Arc<dyn Elsewhere>, Started)> {
        let elsewhere = self.registry(caller).offers().elsewhere.clone()?;
        Some((elsewhere, Started::open(&self.seal, id, caller)?))
    }

    pub(super) fn start_task(
        self: &Arc<Self>,
        id: Id,
        call: Call,
        task: &Arc<Task>,
        run: Run,
    ) -> Result<Dispatch, RpcError> {
        let mut created = task.snapshot();
        created["resultType"] = json!("task");
        result::stamp(&mut created, &self.server);
        let running = Arc::clone(task);
        let (engine, call) = (Arc::clone(self), call.in_task(task));
        let work = move || {
            let outcome =
                catch_unwind(AssertUnwindSafe(|| run_task(call, &running, &run, &engine.server)));
            running.finish(outcome.unwrap_or_else(|_| {
                log::error!("a task panicked; this is a defect of the server");
                Err(RpcError::internal("The server failed on this task; see its log"))
            }));
        };
        let created = Answer::result(&id, created.to_string().as_bytes());
        let task = Arc::clone(task);
        Ok(Dispatch::Task(TaskStart { id, task, created, run: Box::new(work) }))
    }
}

/// Runs a task to its end. What it asks the client travels through the task, and it is run again
/// with the answers, as a call is that is repeated with them.
fn run_task(mut call: Call, task: &Task, run: &Run, server: &Value) -> Result<Value, RpcError> {
    loop {
        match run(&call, call.arguments())? {
            Reply::Complete(mut result) | Reply::GoesOn { otherwise: mut result, .. } => {
                result::stamp(&mut result, server);
                return Ok(result);
            }
            Reply::InputRequired { requests, carry } => {
                input::check_askable(&requests, |capability| call.client_can(capability))?;
                let Some(answers) = task.ask(requests) else {
                    return Err(RpcError::internal("Nobody answered the questions of this task"));
                };
                call = call.answered(answers, carry);
            }
        }
    }
}

/// The answers of a `tasks/update`.
fn answers(params: &Map<String, Value>) -> Result<&Map<String, Value>, RpcError> {
    match params.get("inputResponses") {
        Some(Value::Object(answers)) => Ok(answers),
        _ => Err(RpcError::invalid_params("inputResponses must be an object")),
    }
}
