//! Open `subscriptions/listen` requests (2026-07-28): who wants to hear about what.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, MutexGuard};

use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::error::RpcError;
use super::message;
use super::message::Id;
use super::result;
use super::revision;
use super::session::{Session, Sink};
use crate::cancel::CancelToken;
use crate::limits;
use crate::sync::Lock;

/// Something that a subscriber may want to hear about.
pub enum Event<'a> {
    /// A list has changed; holds the notification's method.
    ListChanged(&'a str),
    /// The resource at this URI reads differently now.
    ResourceUpdated(&'a str),
    /// A task has changed.
    Task {
        /// Its id.
        id: &'a str,
        /// How it is now.
        state: &'a Value,
    },
}

/// Every open subscription of a server.
#[derive(Default)]
pub struct Subscriptions(Lock<Open>);

#[derive(Default)]
struct Open {
    next: u64,
    listeners: BTreeMap<u64, Arc<Listener>>,
}

struct Listener {
    id: Id,
    wants: Filter,
    session: Arc<Session>,
    cancel: CancelToken,
    sink: Arc<dyn Sink>,
    end: Box<dyn Fn(Answer) + Send + Sync>,
}

/// What one subscriber wants to hear about, as far as this server can tell it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    lists: Vec<(&'static str, &'static str)>,
    resources: HashSet<String>,
    tasks: HashSet<String>,
}

/// What a server can tell one caller of.
pub struct Tells<'a> {
    /// Whether the lists of tools, of prompts and of resources can change.
    pub lists: [bool; 3],
    /// Whether the resource at a URI can change.
    pub resource: &'a dyn Fn(&str) -> bool,
    /// Whether a task is the caller's.
    pub task: &'a dyn Fn(&str) -> bool,
}

const LISTS: [(&str, &str); 3] = [
    ("toolsListChanged", "notifications/tools/list_changed"),
    ("promptsListChanged", "notifications/prompts/list_changed"),
    ("resourcesListChanged", "notifications/resources/list_changed"),
];

impl Filter {
    /// The part of a request's `notifications` that the server can tell of.
    ///
    /// # Errors
    /// -32602 when it is no filter, or names more things than [`limits::SUBSCRIBED_NAMES`].
    pub fn read(params: &Map<String, Value>, tells: &Tells<'_>) -> Result<Self, RpcError> {
        let Some(Value::Object(asked)) = params.get("notifications") else {
            return Err(RpcError::invalid_params("notifications must be an object"));
        };
        let lists = LISTS
            .into_iter()
            .zip(tells.lists)
            .filter(|((key, _), told)| *told && asked.get(*key) == Some(&Value::Bool(true)))
            .map(|(list, _)| list)
            .collect();
        let mut resources = names(asked, "resourceSubscriptions")?;
        resources.retain(|uri| (tells.resource)(uri));
        let mut tasks = names(asked, "taskIds")?;
        tasks.retain(|id| (tells.task)(id));
        Ok(Self { lists, resources, tasks })
    }

    fn wants(&self, event: &Event<'_>) -> bool {
        match event {
            Event::ListChanged(method) => self.lists.iter().any(|(_, known)| known == method),
            Event::ResourceUpdated(uri) => self.resources.contains(*uri),
            Event::Task { id, .. } => self.tasks.contains(*id),
        }
    }

    fn to_value(&self) -> Value {
        let mut honoured: Map<String, Value> =
            self.lists.iter().map(|(key, _)| ((*key).to_owned(), json!(true))).collect();
        for (key, names) in [("resourceSubscriptions", &self.resources), ("taskIds", &self.tasks)] {
            if !names.is_empty() {
                honoured.insert(key.into(), json!(names));
            }
        }
        Value::Object(honoured)
    }
}

fn names(asked: &Map<String, Value>, key: &str) -> Result<HashSet<String>, RpcError> {
    let wrong = |text: &str| RpcError::invalid_params(format!("notifications.{key} {text}"));
    let names = match asked.get(key) {
        None | Some(Value::Null) => return Ok(HashSet::new()),
        Some(Value::Array(names)) => names,
        Some(_) => return Err(wrong("must be a list")),
    };
    if names.len() > limits::SUBSCRIBED_NAMES {
        return Err(wrong(&format!("may name {} things at most", limits::SUBSCRIBED_NAMES)));
    }
    names
        .iter()
        .map(|name| name.as_str().map(str::to_owned).ok_or_else(|| wrong("must hold texts")))
        .collect()
}

/// A subscription that is about to open.
pub struct Listening {
    all: Arc<Subscriptions>,
    key: u64,
    id: Id,
    wants: Filter,
    session: Arc<Session>,
    cancel: CancelToken,
    sink: Arc<dyn Sink>,
    watch: Option<Watch>,
}

/// Looks for what one subscriber wants to hear, and tells it until nobody listens.
type Watch = Box<dyn FnOnce(&dyn Fn(Value) -> bool) + Send>;

impl Listening {
    /// Ends when its client is gone.
    pub(super) fn cancel_token(&self) -> CancelToken {
        self.cancel.clone()
    }

    /// Has somebody look for changes of tasks that nobody here would tell of.
    pub(super) fn watch(&mut self, watch: impl FnOnce(&dyn Fn(Value) -> bool) + Send + 'static) {
        self.watch = Some(Box::new(watch));
    }

    /// Closes the subscription when its client is gone. May be called at any time.
    pub fn closer(&self) -> impl FnOnce() + Send + 'static {
        let (all, key, cancel) = (Arc::clone(&self.all), self.key, self.cancel.clone());
        move || {
            cancel.cancel();
            all.lock().listeners.remove(&key);
        }
    }

    /// Acknowledges the subscription and begins to deliver. `end` sends the final answer, should
    /// this server be the one who ends it. Gives what a thread must do as long as it is open, if
    /// anything.
    pub fn start(
        self,
        end: impl Fn(Answer) + Send + Sync + 'static,
    ) -> Option<impl FnOnce() + Send + 'static> {
        let acknowledged = json!({"notifications": self.wants.to_value()});
        let watch = self.watch;
        let listener = Arc::new(Listener {
            id: self.id,
            wants: self.wants,
            session: self.session,
            cancel: self.cancel,
            sink: self.sink,
            end: Box::new(end),
        });
        // Under the lock, so that nothing can come before the acknowledgement or get lost after it.
        let mut open = self.all.lock();
        listener.send("notifications/subscriptions/acknowledged", acknowledged);
        if !listener.cancel.is_cancelled() {
            open.listeners.insert(self.key, Arc::clone(&listener));
        }
        drop(open);
        watch.map(|watch| move || watch(&|state| listener.send("notifications/tasks", state)))
    }

    /// The request's id.
    pub fn id(&self) -> &Id {
        &self.id
    }

    /// Gives up, because nothing can be told on this request but its answer.
    pub fn refuse(self, error: &RpcError) -> Answer {
        self.session.end(&self.id);
        Answer::error(&self.id, error, true)
    }
}

impl Subscriptions {
    /// Prepares a subscription for the request `id`.
    ///
    /// # Errors
    /// -32600 when the id is in use, -32603 when too many subscriptions are open.
    pub fn open(
        self: &Arc<Self>,
        id: Id,
        wants: Filter,
        session: &Arc<Session>,
        sink: &Arc<dyn Sink>,
    ) -> Result<Listening, RpcError> {
        let mut open = self.lock();
        open.listeners.retain(|_, listener| !listener.cancel.is_cancelled());
        if open.listeners.len() >= limits::SUBSCRIPTIONS {
            return Err(RpcError::internal(format!(
                "{} subscriptions are open, which is the most this server serves; end some",
                limits::SUBSCRIPTIONS
            )));
        }
        let Some(cancel) = session.begin(&id) else {
            return Err(RpcError::invalid_request("This id belongs to a request still running"));
        };
        open.next += 1;
        Ok(Listening {
            all: Arc::clone(self),
            key: open.next,
            id,
            wants,
            session: Arc::clone(session),
            cancel,
            sink: Arc::clone(sink),
            watch: None,
        })
    }

    /// Tells everybody who wants to hear about it.
    pub fn tell(&self, event: &Event<'_>) {
        let (method, params) = match event {
            Event::ListChanged(method) => (*method, json!({})),
            Event::ResourceUpdated(uri) => ("notifications/resources/updated", json!({"uri": uri})),
            Event::Task { state, .. } => ("notifications/tasks", (*state).clone()),
        };
        let interested: Vec<(u64, Arc<Listener>)> = self
            .lock()
            .listeners
            .iter()
            .filter(|(_, listener)| listener.wants.wants(event))
            .map(|(key, listener)| (*key, Arc::clone(listener)))
            .collect();
        // Outside the lock: a client that does not read holds up nobody else.
        for (key, listener) in interested {
            if !listener.send(method, params.clone()) {
                self.lock().listeners.remove(&key);
            }
        }
    }

    /// Ends every subscription with its final answer, because the server stops.
    pub fn end_all(&self, server: &Value) {
        let listeners = std::mem::take(&mut self.lock().listeners);
        for listener in listeners.into_values().filter(|l| !l.cancel.is_cancelled()) {
            let mut result = json!({});
            result::stamp(&mut result, server);
            result["_meta"][revision::META_SUBSCRIPTION] = listener.id.as_value().clone();
            listener.session.end(&listener.id);
            (listener.end)(Answer::result(&listener.id, result.to_string().as_bytes()));
            listener.cancel.cancel();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.0.lock()
    }
}

impl Listener {
    /// False when nobody is there any more.
    fn send(&self, method: &str, mut params: Value) -> bool {
        params["_meta"] = json!({revision::META_SUBSCRIPTION: self.id.as_value()});
        !self.cancel.is_cancelled() && self.sink.send(message::notification(method, params))
    }
}
