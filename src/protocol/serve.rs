//! The requests that do something: tools, prompts, resources, completions, subscriptions.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::call::Call;
use super::dispatch::{Dispatch, Work};
use super::elsewhere::{self, Started};
use super::engine::{Engine, Origin, Request, read_uri};
use super::error::RpcError;
use super::input;
use super::input::Reply;
use super::message::Id;
use super::registry::{Complete, Handler, Registry, ToolEntry, settle};
use super::result;
use super::subscriptions::{Filter, Tells};
use super::tasks::{Standing, Status};
use super::uri_template::Variables;
use crate::cancel::CancelToken;
use crate::limits;
use crate::nearest::nearest;

/// The id and the method of a request.
type Asked = (Id, String);

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
        settle(&mut request.params)?;
        let (asked, call) = self.prepare(origin, request)?;
        let run = Arc::clone(&tool.run);
        if tool.becomes_task(&call)? {
            // Too many tasks: this one is answered in one go.
            if let Some(task) = self.tasks.begin(&self.seal, origin.caller) {
                return self.start_task(asked.0, call, &task, run);
            }
        }
        self.work(origin, asked, call, Box::new(move |call| run(call, call.arguments())))
    }

    pub(super) fn get_prompt(
        self: &Arc<Self>,
        origin: &Origin<'_>,
        mut request: Request,
        registry: &Registry,
    ) -> Result<Dispatch, RpcError> {
        let name = text(&request.params, "name", "prompts/get needs the prompt's name as text")?;
        let prompt = registry.prompt(name).ok_or_else(|| unknown_prompt(name, registry))?;
        settle(&mut request.params)?;
        let run = Arc::clone(&prompt.run);
        let (asked, call) = self.prepare(origin, request)?;
        prompt.check(call.arguments())?;
        // A prompt is text that is here already.
        let run = Box::new(move |call: &Call| run(call, call.arguments()));
        Ok(self.work(origin, asked, call, run)?.at_once())
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
        let (asked, call) = self.prepare(origin, request)?;
        self.work(origin, asked, call, Box::new(move |call| read(call, &uri, &variables)))
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
        let Request { id, method, params } = request;
        let call = self.call(origin, params);
        self.work(origin, (id, method), call, Box::new(handler))
    }

    pub(super) fn listen(
        self: &Arc<Self>,
        origin: &Origin<'_>,
        request: Request,
        registry: &Registry,
    ) -> Result<Dispatch, RpcError> {
        let offers = registry.offers();
        let listed = [true, registry.has_prompts(), registry.has_resources()];
        let Request { id, params, .. } = request;
        let call = self.call(origin, params);
        // Somebody has to look at what goes on elsewhere; this process does it on a thread.
        let place = self.watches.try_take(&origin.caller.key);
        let watched = RefCell::new(Vec::new());
        let wants = Filter::read(
            &call.params,
            &Tells {
                lists: listed.map(|listed| listed && offers.changes),
                resource: &|uri| offers.subscribe && registry.resource(uri).is_some(),
                task: &|id| {
                    let started = place.as_ref().and_then(|_| self.started(id, origin.caller));
                    let goes_on_elsewhere = started.is_some();
                    watched.borrow_mut().extend(started.map(|(_, it)| (id.to_owned(), it)));
                    goes_on_elsewhere || self.tasks.get(id, origin.caller).is_some()
                },
            },
        )?;
        let asked = call.params.get("notifications").and_then(|asked| asked.get("taskIds"));
        if asked.is_some_and(|tasks| !tasks.is_null()) && !call.may_become_task() {
            return Err(RpcError::needs_tasks());
        }
        let (session, sink) = (origin.session, origin.sink);
        let mut listening = self.subscriptions.open(id, wants, session, sink)?;
        let watched = watched.into_inner();
        if let (Some(elsewhere), false) = (offers.elsewhere.clone(), watched.is_empty()) {
            let (engine, call) = (Arc::clone(self), call.unheard(listening.cancel_token()));
            listening.watch(move |tell| {
                let _place = place;
                elsewhere::watch(&*elsewhere, &call, watched, &engine.server, tell);
            });
        }
        Ok(Dispatch::Listening(listening))
    }

    /// A call that may have been made before, with what was remembered then.
    fn prepare(&self, origin: &Origin<'_>, request: Request) -> Result<(Asked, Call), RpcError> {
        let Request { id, method, params } = request;
        let carried = if origin.modern {
            self.states.open(&self.seal, origin.caller, &method, &params)?
        } else {
            None
        };
        Ok(((id, method), self.call(origin, params).carrying(carried)))
    }

    /// Makes a worker run `handler`.
    pub(super) fn work(
        self: &Arc<Self>,
        origin: &Origin<'_>,
        (id, method): Asked,
        mut call: Call,
        handler: Handler,
    ) -> Result<Dispatch, RpcError> {
        let Some(cancel) = origin.session.begin(&id) else {
            return Err(RpcError::invalid_request("This id belongs to a request still running"));
        };
        call.cancel = cancel.clone();
        let (engine, modern, asked) = (Arc::clone(self), origin.modern, id.clone());
        let tool = method == "tools/call";
        let work = move || {
            let reply = handler(&call).and_then(|reply| engine.render(&call, &method, reply));
            match reply {
                Ok(result) => Answer::result(&asked, result.to_string().as_bytes()),
                Err(error) => Answer::error(&asked, &error, modern),
            }
        };
        let session = Arc::clone(origin.session);
        Ok(Dispatch::Work(Work { id, modern, tool, session, cancel, run: Box::new(work) }))
    }

    /// The result object of a reply.
    fn render(&self, call: &Call, method: &str, reply: Reply) -> Result<Value, RpcError> {
        let mut result = match reply {
            Reply::GoesOn { what, message, otherwise } => {
                let started = Started::now(what);
                // Something runs by now, so nothing here fails.
                match started.id(&self.seal, &call.caller) {
                    Ok(id) if call.may_become_task() => {
                        let (status, updated) = (Status::Working, Duration::ZERO);
                        let now = Standing { status, message: Some(message), updated };
                        let mut task = started.render(&id, &now, &self.server);
                        task["resultType"] = json!("task");
                        task
                    }
                    _ => otherwise,
                }
            }
            Reply::Complete(mut result) => {
                if call.modern && method == "resources/read" {
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
                    let (caller, params) = (&call.caller, &call.params);
                    let state = self.states.seal(&self.seal, caller, method, params, &carry)?;
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

    pub(super) fn call(&self, origin: &Origin<'_>, params: Map<String, Value>) -> Call {
        Call::new(
            params,
            CancelToken::new(),
            Arc::clone(origin.caller),
            origin.modern,
            Arc::clone(origin.session),
            Arc::clone(origin.sink),
        )
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
