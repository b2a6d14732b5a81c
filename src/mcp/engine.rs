//! Dispatch: one message in, one outcome out, no I/O.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError, RwLock};

use serde_json::{Map, Value, json};

use super::call::{Call, Caller, Severity};
use super::error::RpcError;
use super::message::{self, Id, Malformed, Message};
use super::registry::{Registry, complete};
use super::revision;
use super::session::{Session, Sink};
use crate::platform::CancelToken;
use crate::tools::nearest;

/// An MCP server without a transport.
pub struct Engine {
    server: Value,
    instructions: String,
    registry: RwLock<Arc<Registry>>,
}

/// What became of a message.
pub enum Outcome {
    /// Nothing is to be said.
    Nothing,
    /// Said at once.
    Answer(Answer),
    /// To be run on a worker thread, because it may wait for the platform.
    Work(Work),
}

/// A rendered answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The HTTP status that goes with it.
    pub status: u16,
    /// The JSON-RPC response.
    pub body: Vec<u8>,
}

/// A request that waits for a worker.
pub struct Work {
    id: Id,
    modern: bool,
    session: Arc<Session>,
    cancel: CancelToken,
    run: Box<dyn FnOnce() -> Answer + Send>,
}

impl Work {
    /// Runs the request. None when it was cancelled: then nothing is said about it any more.
    pub fn run(self) -> Option<Answer> {
        if self.cancel.is_cancelled() {
            self.session.end(&self.id);
            return None;
        }
        let answer = catch_unwind(AssertUnwindSafe(self.run)).unwrap_or_else(|_| {
            log::error!("a request handler panicked; this is a defect of the server");
            let error = RpcError::internal("The server failed on this request; see its log");
            Answer { status: 200, body: message::error(Some(&self.id), &error) }
        });
        self.session.end(&self.id).then_some(answer)
    }

    /// Gives up because no worker is free, and says so.
    pub fn busy(self) -> Answer {
        self.session.end(&self.id);
        let text = "The server is busy with other calls; try again in a few seconds";
        let mut result = json!({"content": [{"type": "text", "text": text}], "isError": true});
        if self.modern {
            result["resultType"] = json!("complete");
        }
        Answer { status: 200, body: message::result(&self.id, result.to_string().as_bytes()) }
    }

    /// Cancels the request when its client is gone.
    pub fn cancel_token(&self) -> CancelToken {
        self.cancel.clone()
    }

    /// The request's id.
    pub fn id(&self) -> &Id {
        &self.id
    }
}

struct Request {
    id: Id,
    method: String,
    params: Map<String, Value>,
}

impl Engine {
    /// A server that introduces itself as `server` (MCP's `Implementation`).
    pub fn new(server: Value, instructions: String, registry: Registry) -> Self {
        Self { server, instructions, registry: RwLock::new(Arc::new(registry)) }
    }

    /// What is offered now.
    pub fn registry(&self) -> Arc<Registry> {
        Arc::clone(&self.registry.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes one message of `session`. Everything about it but the answer goes to `sink`.
    pub fn receive(
        &self,
        session: &Arc<Session>,
        caller: &Arc<Caller>,
        message: Message,
        sink: &Arc<dyn Sink>,
    ) -> Outcome {
        match message {
            Message::Response { id, outcome } => {
                session.answered(&id, outcome);
                Outcome::Nothing
            }
            Message::Notification { method, params } => {
                self.notified(session, &method, &params);
                Outcome::Nothing
            }
            Message::Request { id, method, params } => {
                let request = Request { id, method, params };
                let modern = revision::claims_modern(&request.params);
                let id = request.id.clone();
                let outcome = if modern {
                    session.note_modern();
                    self.modern(session, caller, request, sink)
                } else {
                    self.legacy(session, caller, request, sink)
                };
                outcome.unwrap_or_else(|error| Outcome::Answer(refuse(&id, &error, modern)))
            }
        }
    }

    fn notified(&self, session: &Session, method: &str, params: &Map<String, Value>) {
        if method == "notifications/cancelled"
            && let Some(id) = params.get("requestId").and_then(Id::read)
        {
            session.cancel(&id);
        }
    }

    fn legacy(
        &self,
        session: &Arc<Session>,
        caller: &Arc<Caller>,
        request: Request,
        sink: &Arc<dyn Sink>,
    ) -> Result<Outcome, RpcError> {
        match request.method.as_str() {
            "initialize" => return Ok(answer(&request.id, self.initialize(session, &request)?)),
            "ping" => return Ok(answer(&request.id, json!({}))),
            _ if session.revision().is_some() => {}
            _ if session.modern_seen() => {
                return Err(RpcError::invalid_params(format!(
                    "params._meta must name \"{}\" and \"{}\" on every request",
                    revision::META_VERSION,
                    revision::META_CAPABILITIES
                )));
            }
            _ => {
                return Err(RpcError::invalid_request(
                    "Send initialize first, or name the protocol version in params._meta",
                ));
            }
        }
        if request.method == "logging/setLevel" {
            let level = read_level(request.params.get("level"))?;
            session.set_log_level(level);
            return Ok(answer(&request.id, json!({})));
        }
        self.common(session, caller, request, sink, false)
    }

    fn modern(
        &self,
        session: &Arc<Session>,
        caller: &Arc<Caller>,
        request: Request,
        sink: &Arc<dyn Sink>,
    ) -> Result<Outcome, RpcError> {
        check_meta(&request.params)?;
        if request.method == "server/discover" {
            return Ok(answer(&request.id, self.discover()));
        }
        self.common(session, caller, request, sink, true)
    }

    fn common(
        &self,
        session: &Arc<Session>,
        caller: &Arc<Caller>,
        request: Request,
        sink: &Arc<dyn Sink>,
        modern: bool,
    ) -> Result<Outcome, RpcError> {
        match request.method.as_str() {
            "tools/list" => {
                refuse_cursor(&request.params)?;
                let registry = self.registry();
                let list = registry.tools_list(modern, &self.server);
                let body = message::result(&request.id, list);
                Ok(Outcome::Answer(Answer { status: 200, body }))
            }
            "tools/call" => self.tools_call(session, caller, request, sink, modern),
            method => Err(RpcError::method_not_found(method)),
        }
    }

    fn tools_call(
        &self,
        session: &Arc<Session>,
        caller: &Arc<Caller>,
        request: Request,
        sink: &Arc<dyn Sink>,
        modern: bool,
    ) -> Result<Outcome, RpcError> {
        let Some(name) = request.params.get("name").and_then(Value::as_str) else {
            return Err(RpcError::invalid_params("tools/call needs the tool's name as text"));
        };
        let arguments = match request.params.get("arguments") {
            None | Some(Value::Null) => Map::new(),
            Some(Value::Object(arguments)) => arguments.clone(),
            Some(_) => return Err(RpcError::invalid_params("arguments must be a JSON object")),
        };
        let registry = self.registry();
        let Some(tool) = registry.tool(name) else { return Err(unknown_tool(name, &registry)) };
        let Some(cancel) = session.begin(&request.id) else {
            return Err(RpcError::invalid_request("This id belongs to a request still running"));
        };
        let run = Arc::clone(&tool.run);
        let server = self.server.clone();
        let id = request.id.clone();
        let call = Call::new(
            request.params,
            cancel.clone(),
            Arc::clone(caller),
            modern,
            Arc::clone(session),
            Arc::clone(sink),
        );
        let work = move || match run(&call, &arguments) {
            Ok(mut result) => {
                if modern {
                    complete(&mut result, &server);
                }
                Answer { status: 200, body: message::result(&id, result.to_string().as_bytes()) }
            }
            Err(error) => refuse(&id, &error, modern),
        };
        Ok(Outcome::Work(Work {
            id: request.id,
            modern,
            session: Arc::clone(session),
            cancel,
            run: Box::new(work),
        }))
    }

    fn initialize(&self, session: &Session, request: &Request) -> Result<Value, RpcError> {
        let Some(requested) = request.params.get("protocolVersion").and_then(Value::as_str) else {
            return Err(RpcError::invalid_params("initialize needs a protocolVersion"));
        };
        let agreed = revision::negotiate(requested);
        let capabilities = request.params.get("capabilities").cloned().unwrap_or(Value::Null);
        session.open(agreed, capabilities);
        Ok(json!({
            "protocolVersion": agreed,
            "capabilities": {"logging": {}, "tools": {}},
            "serverInfo": self.server,
            "instructions": self.instructions,
        }))
    }

    fn discover(&self) -> Value {
        let mut result = json!({
            "supportedVersions": [revision::MODERN],
            "capabilities": {"logging": {}, "tools": {}},
            "instructions": self.instructions,
        });
        super::registry::cacheable(&mut result, &self.server);
        result
    }
}

/// The answer to something that is no message. HTTP answers it with 400.
pub fn malformed(malformed: &Malformed) -> Answer {
    Answer { status: 400, body: message::error(malformed.id.as_ref(), &malformed.error) }
}

fn answer(id: &Id, result: Value) -> Outcome {
    let body = message::result(id, result.to_string().as_bytes());
    Outcome::Answer(Answer { status: 200, body })
}

/// An error answer. The modern era gives protocol errors an HTTP status of their own.
fn refuse(id: &Id, error: &RpcError, modern: bool) -> Answer {
    let status = match error.code {
        _ if !modern => 200,
        -32601 => 404,
        super::error::HEADER_MISMATCH
        | super::error::MISSING_CAPABILITY
        | super::error::UNSUPPORTED_VERSION => 400,
        -32602 if error.data == Some(json!({"in": "_meta"})) => 400,
        _ => 200,
    };
    Answer { status, body: message::error(Some(id), error) }
}

/// The checks of 2026-07-28 on `_meta`, in the order the official servers make them.
fn check_meta(params: &Map<String, Value>) -> Result<(), RpcError> {
    let wrong = |text: String| RpcError::invalid_params(text).with_data(json!({"in": "_meta"}));
    let meta = params.get("_meta").and_then(Value::as_object);
    let version = meta.and_then(|m| m.get(revision::META_VERSION)).unwrap_or(&Value::Null);
    if !version.is_string() {
        return Err(wrong(format!("_meta \"{}\" must be text", revision::META_VERSION)));
    }
    if version != revision::MODERN {
        return Err(RpcError::unsupported_version(version));
    }
    if !meta.and_then(|m| m.get(revision::META_CAPABILITIES)).is_some_and(Value::is_object) {
        return Err(wrong(format!("_meta needs \"{}\" (an object)", revision::META_CAPABILITIES)));
    }
    match meta.and_then(|m| m.get(revision::META_LOG_LEVEL)) {
        None => Ok(()),
        level => read_level(level).map(drop).map_err(|error| wrong(error.message)),
    }
}

fn read_level(level: Option<&Value>) -> Result<Severity, RpcError> {
    level.and_then(Value::as_str).and_then(Severity::read).ok_or_else(|| {
        RpcError::invalid_params(format!("The log level must be one of {}", Severity::names()))
    })
}

// Every list fits one page, so no cursor was ever handed out.
fn refuse_cursor(params: &Map<String, Value>) -> Result<(), RpcError> {
    match params.get("cursor") {
        None | Some(Value::Null) => Ok(()),
        Some(_) => Err(RpcError::invalid_params("This cursor is not one of this server's")),
    }
}

fn unknown_tool(name: &str, registry: &Registry) -> RpcError {
    let shown: String = name.chars().take(80).collect();
    let names = registry.tools().iter().map(super::ToolEntry::name);
    RpcError::invalid_params(match nearest(name, names) {
        Some(close) => format!("Unknown tool: '{shown}'. Did you mean '{close}'?"),
        None => format!("Unknown tool: '{shown}'. tools/list shows the tools that are enabled"),
    })
}
