//! The requests that do something: tools, prompts, resources, completions, tasks, subscriptions.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::call::Call;
use super::dispatch::{Dispatch, TaskStart, Work};
use super::engine::{Engine, Origin, Request, read_uri};
use super::error::RpcError;
use super::input;
use super::input::Reply;
use super::registry::{Complete, Registry, Run, Tasking, ToolEntry, arguments};
use super::result;
use super::revision;
use super::subscriptions::{Filter, Tells};
use super::tasks::Task;
use super::uri_template::Variables;
use crate::cancel::CancelToken;
use crate::limits;
use crate::nearest::nearest;

type Handler = Box<dyn FnOnce(&Call) -> Result<Reply, RpcError> + Send>;

impl Engine {
    pub(super) fn call_tool(
        self: &Arc<Self>,
        origin: &Origin<'_>,
        mut request: Request,
        registry: &Registry,
    ) -> Result<Dispatch, RpcError> {
        registry.resolve(&mut request.params);
        let name = text(&request.params, "name", "tools/call needs the tool's name as text")?;
        let Some(tool) = registry.tool(name) else { return Err(unknown_tool(name, registry)) };
        let arguments = arguments(&request.params)?;
        let call = self.prepare(origin, &request)?;
        let run = Arc::clone(&tool.run);
        if wants_task(&call, tool, &arguments)? {
            // Too many tasks: this one is answered in one go.
            if let Some(task) = self.tasks.begin(&self.seal, origin.caller) {
                return self.start_task(&request, call, &task, run, arguments);
            }
        }
        self.work(origin, request, call, Box::new(move |call| run(call, &arguments)))
    }

    pub(super) fn get_prompt(
        self: &Arc<Self>,
        origin: &Origin<'_>,
        request: Request,
        registry: &Registry,
    ) -> Result<Dispatch, RpcError> {
        let name = text(&request.params, "name", "prompts/get needs the prompt's name as text")?;
        let prompt = registry.prompt(name).ok_or_else(|| unknown_prompt(name, registry))?;
        let arguments = arguments(&request.params)?;
        prompt.check(&arguments)?;
        let run = Arc::clone(&prompt.run);
        let call = self.prepare(origin, &request)?;
        // A prompt is text that is here already.
        let work = self.work(origin, request, call, Box::new(move |call| run(call, &arguments)))?;
        Ok(work.at_once())
    }

    pub(super) fn read_resource(
        self: &Arc<Self>,
        origin: &Origin<'_>,
        request: Request,
        registry: &Registry,
    ) -> Result<Dispatch, RpcError> {
        let uri = read_uri(&request.params)?.to_owned();
        let Some((read, variables)) = registry.resource(&uri) else {
            return Err(RpcError::unknown_resource(&uri, origin.modern));
        };
        let read = Arc::clone(read);
        let call = self.prepare(origin, &request)?;
        self.work(origin, request, call, Box::new(move |call| read(call, &uri, &variables)))
    }

    pub(super) fn complete(
        self: &Arc<Self>,
        origin: &Origin<'_>,
        request: Request,
        registry: &Registry,
    ) -> Result<Dispatch, RpcError> {
        let complete = completer(&request.params, registry)?;
        let argument = request.params.get("argument").and_then(Value::as_object);
        let part = |key: &str| argument.and_then(|a| a.get(key)).and_then(Value::as_str);
        let (Some(name), Some(typed)) = (part("name"), part("value")) else {
            return Err(RpcError::invalid_params("argument needs a name and a value, both text"));
        };
        let (name, typed) = (name.to_owned(), typed.to_owned());
        let known = request.params.get("context").and_then(|context| context.get("arguments"));
        let others: Variables = known
            .and_then(Value::as_object)
            .into_iter()
            .flatten()
            .filter_map(|(name, value)| Some((name.clone(), value.as_str()?.to_owned())))
            .collect();
        let handler = move |call: &Call| {
            let mut values = match complete {
                Some(complete) => complete(call, &name, &typed, &others)?,
                None => Vec::new(),
            };
            let total = values.len();
            values.truncate(limits::COMPLETIONS);
            let more = total > values.len();
            let completion = json!({"values": values, "total": total, "hasMore": more});
            Ok(json!({"completion": completion}).into())
        };
        let call = self.call(origin, &request);
        self.work(origin, request, call, Box::new(handler))
    }

    pub(super) fn listen(
        &self,
        origin: &Origin<'_>,
        request: Request,
    ) -> Result<Dispatch, RpcError> {
        let registry = self.registry();
        let offers = registry.offers();
        let listed = [true, registry.has_prompts(), registry.has_resources()];
        let wants = Filter::read(
            &request.params,
            &Tells {
                lists: listed.map(|listed| listed && offers.changes),
                resource: &|uri| offers.subscribe && registry.resource(uri).is_some(),
                task: &|id| self.tasks.owns(id, origin.caller),
            },
        )?;
        self.subscriptions
            .open(request.id, wants, origin.session, origin.sink)
            .map(Dispatch::Listening)
    }

    pub(super) fn about_task(
        &self,
        origin: &Origin<'_>,
        request: &Request,
    ) -> Result<Dispatch, RpcError> {
        if !self.call(origin, request).client_extends(revision::TASKS) {
            return Err(needs_tasks());
        }
        let task = self.tasks.find(&request.params, origin.caller)?;
        let mut result = match request.method.as_str() {
            "tasks/get" => task.snapshot(),
            "tasks/cancel" => {
                task.give_up();
                json!({})
            }
            _ => {
                let Some(Value::Object(answers)) = request.params.get("inputResponses") else {
                    return Err(RpcError::invalid_params("inputResponses must be an object"));
                };
                task.answer(answers);
                json!({})
            }
        };
        result::stamp(&mut result, &self.server);
        Ok(Dispatch::result(&request.id, &result))
    }

    fn start_task(
        self: &Arc<Self>,
        request: &Request,
        call: Call,
        task: &Arc<Task>,
        run: Run,
        arguments: Map<String, Value>,
    ) -> Result<Dispatch, RpcError> {
        let mut created = task.snapshot();
        created["resultType"] = json!("task");
        result::stamp(&mut created, &self.server);
        let running = Arc::clone(task);
        let (engine, call) = (Arc::clone(self), call.in_task(task));
        let work = move || {
            let outcome = catch_unwind(AssertUnwindSafe(|| {
                run_task(call, &running, &run, &arguments, &engine.server)
            }));
            running.finish(outcome.unwrap_or_else(|_| {
                log::error!("a task panicked; this is a defect of the server");
                Err(RpcError::internal("The server failed on this task; see its log"))
            }));
        };
        let created = Answer::result(&request.id, created.to_string().as_bytes());
        let (id, task) = (request.id.clone(), Arc::clone(task));
        Ok(Dispatch::Task(TaskStart { id, task, created, run: Box::new(work) }))
    }

    /// A call that may have been made before, with what was remembered then.
    fn prepare(&self, origin: &Origin<'_>, request: &Request) -> Result<Call, RpcError> {
        let carried = if origin.modern {
            self.states.open(&self.seal, origin.caller, &request.method, &request.params)?
        } else {
            None
        };
        Ok(self.call(origin, request).carrying(carried))
    }

    /// Makes a worker run `handler`.
    fn work(
        self: &Arc<Self>,
        origin: &Origin<'_>,
        request: Request,
        mut call: Call,
        handler: Handler,
    ) -> Result<Dispatch, RpcError> {
        let Some(cancel) = origin.session.begin(&request.id) else {
            return Err(RpcError::invalid_request("This id belongs to a request still running"));
        };
        call.cancel = cancel.clone();
        let (engine, modern, id) = (Arc::clone(self), origin.modern, request.id.clone());
        let tool = request.method == "tools/call";
        let work = move || {
            let reply = handler(&call).and_then(|reply| engine.render(&call, &request, reply));
            match reply {
                Ok(result) => Answer::result(&request.id, result.to_string().as_bytes()),
                Err(error) => Answer::error(&request.id, &error, modern),
            }
        };
        let session = Arc::clone(origin.session);
        Ok(Dispatch::Work(Work { id, modern, tool, session, cancel, run: Box::new(work) }))
    }

    /// The result object of a reply.
    fn render(&self, call: &Call, request: &Request, reply: Reply) -> Result<Value, RpcError> {
        let mut result = match reply {
            Reply::Complete(mut result) => {
                if call.modern && request.method == "resources/read" {
                    // What a resource shows is alive on the platform: nothing to keep.
                    result::stamp_cacheable(&mut result, &self.server, Duration::ZERO);
                }
                result
            }
            Reply::InputRequired { .. } if !call.modern => {
                return Err(RpcError::internal("This needs a client of the stateless era"));
            }
            Reply::InputRequired { requests, carry } => {
                input::check_askable(&requests, |capability| call.client_can(capability))?;
                let mut result = json!({"resultType": "input_required"});
                if !requests.is_empty() {
                    result["inputRequests"] = Value::Object(requests);
                }
                if let Some(carry) = carry {
                    let (method, params) = (&request.method, &request.params);
                    let state =
                        self.states.seal(&self.seal, &call.caller, method, params, &carry)?;
                    result["requestState"] = json!(state);
                }
                result
            }
        };
        if call.modern {
            result::stamp(&mut result, &self.server);
        }
        Ok(result)
    }

    fn call(&self, origin: &Origin<'_>, request: &Request) -> Call {
        Call::new(
            request.params.clone(),
            CancelToken::new(),
            Arc::clone(origin.caller),
            origin.modern,
            Arc::clone(origin.session),
            Arc::clone(origin.sink),
        )
    }
}

/// Whether a call is to become a task.
fn wants_task(
    call: &Call,
    tool: &ToolEntry,
    arguments: &Map<String, Value>,
) -> Result<bool, RpcError> {
    let able = call.modern && call.client_extends(revision::TASKS);
    match &tool.tasking {
        Tasking::Never => Ok(false),
        Tasking::Required(_) if !able => Err(needs_tasks()),
        Tasking::Optional(becomes) | Tasking::Required(becomes) => {
            Ok(able && becomes(call, arguments))
        }
    }
}

/// Runs a task to its end. What it asks the client travels through the task, and it is run again
/// with the answers, as a call is that is repeated with them.
fn run_task(
    mut call: Call,
    task: &Task,
    run: &Run,
    arguments: &Map<String, Value>,
    server: &Value,
) -> Result<Value, RpcError> {
    loop {
        match run(&call, arguments)? {
            Reply::Complete(mut result) => {
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

fn text<'a>(params: &'a Map<String, Value>, key: &str, wrong: &str) -> Result<&'a str, RpcError> {
    params.get(key).and_then(Value::as_str).ok_or_else(|| RpcError::invalid_params(wrong))
}

/// What completes the reference of a `completion/complete`; None when nothing is suggested for it.
fn completer(
    params: &Map<String, Value>,
    registry: &Registry,
) -> Result<Option<Complete>, RpcError> {
    let wrong = || RpcError::invalid_params("ref must name a prompt or a resource template");
    let reference = params.get("ref").and_then(Value::as_object).ok_or_else(wrong)?;
    match reference.get("type").and_then(Value::as_str) {
        Some("ref/prompt") => {
            let name = text(reference, "name", "ref needs the prompt's name as text")?;
            let prompt = registry.prompt(name).ok_or_else(|| unknown_prompt(name, registry))?;
            Ok(prompt.complete.clone())
        }
        Some("ref/resource") => {
            let uri = text(reference, "uri", "ref needs the template's uri as text")?;
            match registry.template(uri) {
                Some(template) => Ok(template.complete.clone()),
                // A resource without variables has nothing to suggest, which is no mistake.
                None if registry.resource(uri).is_some() => Ok(None),
                None => Err(RpcError::invalid_params(
                    "Unknown resource template; resources/templates/list shows them",
                )),
            }
        }
        _ => Err(wrong()),
    }
}

fn needs_tasks() -> RpcError {
    RpcError::missing_capability(json!({"extensions": {revision::TASKS: {}}}))
}

fn unknown_tool(name: &str, registry: &Registry) -> RpcError {
    let names = registry.tools().map(ToolEntry::name);
    unknown("tool", "tools/list shows the tools that are enabled", name, names)
}

fn unknown_prompt(name: &str, registry: &Registry) -> RpcError {
    let names = registry.offers().prompts.iter().map(super::PromptEntry::name);
    unknown("prompt", "prompts/list shows them", name, names)
}

fn unknown<'a>(
    kind: &str,
    where_to_look: &str,
    name: &str,
    names: impl Iterator<Item = &'a str>,
) -> RpcError {
    let shown: String = name.chars().take(limits::SHOWN_NAME_CHARS).collect();
    RpcError::invalid_params(match nearest(name, names) {
        Some(close) => format!("Unknown {kind}: '{shown}'. Did you mean '{close}'?"),
        None => format!("Unknown {kind}: '{shown}'. {where_to_look}"),
    })
}
