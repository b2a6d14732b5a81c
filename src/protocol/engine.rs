//! Dispatch: one message in, one outcome out, no I/O.

use std::sync::{Arc, Weak};

use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::caller::Caller;
use super::dispatch::Dispatch;
use super::error::RpcError;
use super::input::RequestStates;
use super::message;
use super::message::{Id, Message};
use super::registries::Registries;
use super::registry::Registry;
use super::result;
use super::revision;
use super::session::{Session, Sink};
use super::severity::Severity;
use super::subscriptions::{Event, Subscriptions};
use super::tasks::Tasks;
use crate::limits;
use crate::places::Places;
use crate::seal::Seal;
use crate::sync::{Lock, SharedLock};

/// An MCP server without a transport.
pub struct Engine {
    /// How the server introduces itself, at length.
    introduction: Value,
    /// The part of it that stands in every modern result.
    pub(super) server: Value,
    offered: SharedLock<Arc<Registries>>,
    pub(super) seal: Arc<Seal>,
    pub(super) states: RequestStates,
    pub(super) subscriptions: Arc<Subscriptions>,
    pub(super) tasks: Tasks,
    /// Who may hold a thread to look at tasks that go on elsewhere.
    pub(super) watches: Places,
    /// Legacy clients, to be told when a list changes.
    legacy: Lock<Vec<Weak<Session>>>,
}

pub(super) struct Request {
    pub id: Id,
    pub method: String,
    pub params: Map<String, Value>,
}

/// Where a request came from.
pub(super) struct Origin<'a> {
    pub session: &'a Arc<Session>,
    pub caller: &'a Arc<Caller>,
    pub sink: &'a Arc<dyn Sink>,
    pub modern: bool,
}

impl Engine {
    /// A server that introduces itself as `server` (MCP's `Implementation`).
    pub fn new(server: Value, offered: impl Into<Registries>) -> Self {
        let subscriptions = Arc::new(Subscriptions::default());
        let brief = ["name", "title", "version"]
            .into_iter()
            .filter_map(|key| Some((key.to_owned(), server.get(key)?.clone())));
        Self {
            server: Value::Object(brief.collect()),
            introduction: server,
            offered: SharedLock::new(Arc::new(offered.into())),
            seal: Arc::new(Seal::random()),
            states: RequestStates::default(),
            tasks: Tasks::new(Arc::clone(&subscriptions)),
            subscriptions,
            watches: Places::new(limits::TASK_WATCHES, limits::TASK_WATCHES_PER_CALLER, 0),
            legacy: Lock::default(),
        }
    }

    /// The same server, sealing with these keys what travels through clients.
    pub fn sealing_with(mut self, seal: Arc<Seal>) -> Self {
        self.seal = seal;
        self
    }

    /// What this caller is offered now.
    pub fn registry(&self, caller: &Caller) -> Arc<Registry> {
        self.offered.read().of(caller)
    }

    /// Offers something else from now on, and tells the clients which of their lists have changed.
    pub fn replace(&self, offered: impl Into<Registries>) {
        let offered = Arc::new(offered.into());
        let old = std::mem::replace(&mut *self.offered.write(), Arc::clone(&offered));
        for method in offered.changes(&old) {
            self.subscriptions.tell(&Event::ListChanged(method));
            self.tell_legacy(|_| true, &message::notification(method, json!({})));
        }
    }

    /// Tells the clients that have subscribed to it that a resource reads differently now.
    pub fn resource_updated(&self, uri: &str) {
        self.subscriptions.tell(&Event::ResourceUpdated(uri));
        let update = message::notification("notifications/resources/updated", json!({"uri": uri}));
        self.tell_legacy(|session| session.is_subscribed(uri), &update);
    }

    /// How many tasks run.
    pub fn tasks_running(&self) -> usize {
        self.tasks.running()
    }

    /// Ends what would stay open for ever. Running requests are not touched.
    pub fn stop(&self) {
        self.subscriptions.end_all(&self.server);
    }

    /// An id that nobody can guess.
    ///
    /// # Errors
    /// -32603 when the system gives no random numbers.
    pub fn random_id(&self) -> Result<String, RpcError> {
        Ok(self.seal.id()?)
    }

    /// Tells this client of a legacy revision from now on what changes.
    pub fn keep_told(&self, session: &Arc<Session>) {
        if self.offered.read().change() {
            let mut legacy = self.legacy.lock();
            legacy.retain(|known| {
                known.strong_count() > 0 && !known.ptr_eq(&Arc::downgrade(session))
            });
            legacy.push(Arc::downgrade(session));
        }
    }

    fn tell_legacy(&self, wants: impl Fn(&Session) -> bool, message: &[u8]) {
        let sessions: Vec<Arc<Session>> = {
            let mut legacy = self.legacy.lock();
            legacy.retain(|session| session.strong_count() > 0);
            legacy.iter().filter_map(Weak::upgrade).collect()
        };
        let greeted = |session: &&Arc<Session>| session.revision().is_some() && wants(session);
        for session in sessions.iter().filter(greeted) {
            session.tell(message.to_vec());
        }
    }

    /// Takes one message of `session`. Everything about it but the answer goes to `sink`.
    pub fn receive(
        self: &Arc<Self>,
        session: &Arc<Session>,
        caller: &Arc<Caller>,
        message: Message,
        sink: &Arc<dyn Sink>,
    ) -> Dispatch {
        match message {
            Message::Response { id, outcome } => {
                session.answered(&id, outcome);
                Dispatch::Nothing
            }
            Message::Notification { method, params } => {
                notified(session, &method, &params);
                Dispatch::Nothing
            }
            Message::Request { id, method, params } => {
                let request = Request { id, method, params };
                let modern = revision::claims_modern(&request.params);
                let id = request.id.clone();
                let origin = Origin { session, caller, sink, modern };
                let outcome = if modern {
                    session.note_modern();
                    self.modern(&origin, request)
                } else {
                    self.legacy(&origin, request)
                };
                outcome.unwrap_or_else(|error| Dispatch::Answer(Answer::error(&id, &error, modern)))
            }
        }
    }

    fn legacy(
        self: &Arc<Self>,
        origin: &Origin<'_>,
        request: Request,
    ) -> Result<Dispatch, RpcError> {
        let session = origin.session;
        let registry = self.registry(origin.caller);
        match request.method.as_str() {
            "initialize" => {
                let hello = self.initialize(session, &registry, &request)?;
                return Ok(Dispatch::result(&request.id, &hello));
            }
            "ping" => return Ok(Dispatch::result(&request.id, &json!({}))),
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
        match request.method.as_str() {
            "logging/setLevel" => session.set_log_level(read_level(request.params.get("level"))?),
            "resources/subscribe" if registry.offers().subscribe => {
                let uri = read_uri(&request.params)?;
                if registry.resource(uri).is_none() {
                    return Err(RpcError::unknown_resource(uri, false));
                }
                if !session.subscribe(uri) {
                    return Err(RpcError::invalid_params(format!(
                        "A session may subscribe to {} resources at most",
                        limits::SUBSCRIBED_NAMES
                    )));
                }
            }
            "resources/unsubscribe" if registry.offers().subscribe => {
                session.unsubscribe(read_uri(&request.params)?);
            }
            _ => return self.common(origin, request, &registry),
        }
        Ok(Dispatch::result(&request.id, &json!({})))
    }

    fn modern(
        self: &Arc<Self>,
        origin: &Origin<'_>,
        request: Request,
    ) -> Result<Dispatch, RpcError> {
        check_meta(&request.params)?;
        let registry = self.registry(origin.caller);
        match request.method.as_str() {
            "server/discover" => Ok(Dispatch::result(&request.id, &self.discover(&registry))),
            "subscriptions/listen" => self.listen(origin, request, &registry),
            "tasks/get" | "tasks/update" | "tasks/cancel" if registry.has_tasks() => {
                self.about_task(origin, request)
            }
            _ => self.common(origin, request, &registry),
        }
    }

    fn common(
        self: &Arc<Self>,
        origin: &Origin<'_>,
        request: Request,
        registry: &Registry,
    ) -> Result<Dispatch, RpcError> {
        match request.method.as_str() {
            "tools/call" => self.call_tool(origin, request, registry),
            "prompts/get" if registry.has_prompts() => self.get_prompt(origin, request, registry),
            "resources/read" if registry.has_resources() => {
                self.read_resource(origin, request, registry)
            }
            "completion/complete" if registry.has_completions() => {
                self.complete(origin, request, registry)
            }
            method => {
                let list = registry.list(method);
                let list = list.ok_or_else(|| RpcError::method_not_found(method))?;
                let cursor = request.params.get("cursor");
                let page = list.page(cursor, origin.modern, &self.server, &self.seal)?;
                Ok(Dispatch::Answer(Answer::result(&request.id, &page)))
            }
        }
    }

    fn initialize(
        &self,
        session: &Arc<Session>,
        registry: &Registry,
        request: &Request,
    ) -> Result<Value, RpcError> {
        let Some(requested) = request.params.get("protocolVersion").and_then(Value::as_str) else {
            return Err(RpcError::invalid_params("initialize needs a protocolVersion"));
        };
        let agreed = revision::negotiate(requested);
        let capabilities = request.params.get("capabilities").cloned().unwrap_or(Value::Null);
        session.open(agreed, capabilities);
        Ok(json!({
            "protocolVersion": agreed,
            "capabilities": registry.capabilities(false),
            "serverInfo": self.introduction,
            "instructions": registry.offers().instructions,
        }))
    }

    fn discover(&self, registry: &Registry) -> Value {
        let mut result = json!({
            "supportedVersions": revision::MODERN,
            "capabilities": registry.capabilities(true),
            "instructions": registry.offers().instructions,
        });
        result::stamp_cacheable(&mut result, &self.introduction, limits::LIST_TTL);
        result
    }
}

fn notified(session: &Session, method: &str, params: &Map<String, Value>) {
    if method == "notifications/cancelled"
        && let Some(id) = params.get("requestId").and_then(Id::read)
    {
        session.cancel(&id);
    }
}

/// The checks of 2026-07-28 on `_meta`, in the order the official servers make them.
fn check_meta(params: &Map<String, Value>) -> Result<(), RpcError> {
    let wrong = |text: String| RpcError::invalid_params(text).of_meta();
    let meta = params.get("_meta").and_then(Value::as_object);
    let version = meta.and_then(|m| m.get(revision::META_VERSION)).unwrap_or(&Value::Null);
    match version.as_str() {
        None => {
            return Err(wrong(format!("_meta \"{}\" must be text", revision::META_VERSION)));
        }
        Some(named) if !revision::is_modern(named) => {
            return Err(RpcError::unsupported_version(version));
        }
        Some(_) => {}
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

/// The `uri` of a request about a resource.
pub(super) fn read_uri(params: &Map<String, Value>) -> Result<&str, RpcError> {
    params
        .get("uri")
        .and_then(Value::as_str)
        .ok_or_else(|| RpcError::invalid_params("The resource's uri must be text"))
}
