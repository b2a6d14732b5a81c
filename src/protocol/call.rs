//! One running request, as the code that serves it sees it.

use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::caller::Caller;
use super::message;
use super::revision;
use super::session::{NoAnswer, NoSink, Session, Sink};
use super::severity::Severity;
use super::tasks::Task;
use crate::cancel::CancelToken;
use crate::limits;
use crate::sync::Lock;
use crate::trace::Trace;

/// One running request.
pub struct Call {
    /// What was asked with: the request's `params`, without `_meta`'s protocol keys removed.
    pub params: Map<String, Value>,
    /// Ends when nobody waits any more.
    pub cancel: CancelToken,
    /// Who calls.
    pub caller: Arc<Caller>,
    /// Whether the request is of the stateless era.
    pub modern: bool,
    pub(super) session: Arc<Session>,
    pub(super) sink: Arc<dyn Sink>,
    /// None: the client wants no log messages for this request.
    pub(super) log_level: Option<Severity>,
    progress: Lock<Progress>,
    capabilities: Value,
    carried: Option<Value>,
    task: Option<Arc<Task>>,
}

struct Progress {
    token: Option<Value>,
    last: f64,
    sent: Option<Instant>,
}

impl Call {
    pub(super) fn new(
        params: Map<String, Value>,
        cancel: CancelToken,
        caller: Arc<Caller>,
        modern: bool,
        session: Arc<Session>,
        sink: Arc<dyn Sink>,
    ) -> Self {
        let meta = params.get("_meta");
        let log_level = if modern {
            meta.and_then(|m| m.get(revision::META_LOG_LEVEL))
                .and_then(Value::as_str)
                .and_then(Severity::read)
        } else {
            Some(session.log_level())
        };
        let token = meta
            .and_then(|m| m.get("progressToken"))
            .filter(|token| token.is_string() || token.is_number())
            .cloned();
        let progress = Lock::new(Progress { token, last: f64::NEG_INFINITY, sent: None });
        let capabilities = if modern {
            let declared = meta.and_then(|m| m.get(revision::META_CAPABILITIES));
            declared.cloned().unwrap_or(Value::Null)
        } else {
            session.capabilities()
        };
        Self {
            params,
            cancel,
            caller,
            modern,
            session,
            sink,
            log_level,
            progress,
            capabilities,
            carried: None,
            task: None,
        }
    }

    /// The same call, with what was remembered when it was made before.
    pub(super) fn carrying(mut self, carried: Option<Value>) -> Self {
        self.carried = carried;
        self
    }

    /// The same call as a task.
    pub(super) fn in_task(self, task: &Arc<Task>) -> Self {
        Self { task: Some(Arc::clone(task)), ..self.unheard(task.cancel.clone()) }
    }

    /// The same call when nobody listens to its request any more, until this ends it.
    pub(super) fn unheard(self, cancel: CancelToken) -> Self {
        Self { cancel, sink: Arc::new(NoSink), ..self }
    }

    /// The same call again, with the client's answers.
    pub(super) fn answered(mut self, answers: Map<String, Value>, carried: Option<Value>) -> Self {
        self.params.insert("inputResponses".into(), Value::Object(answers));
        self.carried = carried;
        self
    }

    /// The arguments of a tool or a prompt.
    pub fn arguments(&self) -> &Map<String, Value> {
        static NONE: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
        self.params.get("arguments").and_then(Value::as_object).unwrap_or(&NONE)
    }

    /// Whether its client takes a task for an answer.
    pub fn may_become_task(&self) -> bool {
        self.modern && self.client_extends(revision::TASKS)
    }

    /// The client's answer to the question `key` of an earlier
    /// [`InputRequired`](super::input::Reply::InputRequired). Whoever needs proof that it was asked at all
    /// looks at [`Call::carried`].
    pub fn input(&self, key: &str) -> Option<&Value> {
        self.params.get("inputResponses")?.get(key)
    }

    /// What the handler wanted to remember when it asked the client. It is as it was then, for this
    /// caller and these parameters.
    pub fn carried(&self) -> Option<&Value> {
        self.carried.as_ref()
    }

    /// Breaks the event stream that answers this call; the client comes back and hears the rest.
    /// Without such a stream nothing happens.
    pub fn interrupt(&self) {
        self.sink.interrupt();
    }

    /// The trace that the client names: in the message, else around it.
    pub fn trace(&self) -> Option<Trace> {
        named_trace(&self.params).or_else(|| self.caller.trace.clone())
    }

    /// Whether the client declared a capability: in the handshake, or with this very request.
    /// `elicitation` means by forms.
    pub fn client_can(&self, capability: &str) -> bool {
        match self.capabilities.get(capability) {
            None | Some(Value::Null) => false,
            // Naming no mode means forms; naming only other modes means that forms are not shown.
            Some(Value::Object(modes)) if capability == "elicitation" => {
                modes.is_empty() || modes.contains_key("form")
            }
            Some(_) => true,
        }
    }

    /// Whether the client declared an extension of MCP.
    pub fn client_extends(&self, extension: &str) -> bool {
        self.capabilities.get("extensions").is_some_and(|known| known.get(extension).is_some())
    }

    /// Reports progress, when the client asked for it. Values must grow; one that does not is
    /// dropped, and so are steps that follow each other too fast to be read, except a final one.
    pub fn progress(&self, done: f64, total: Option<f64>, message: &str) {
        if let Some(task) = &self.task {
            return task.say(message);
        }
        let mut progress = self.progress.lock();
        let Some(token) = progress.token.clone() else { return };
        let last_step = total.is_some_and(|total| done >= total);
        let hurried = progress.sent.is_some_and(|sent| sent.elapsed() < limits::PROGRESS_INTERVAL);
        if done <= progress.last || (hurried && !last_step) || self.cancel.is_cancelled() {
            return;
        }
        progress.last = done;
        progress.sent = Some(Instant::now());
        let mut params = json!({"progressToken": token, "progress": done});
        if let Some(total) = total {
            params["total"] = json!(total);
        }
        if !message.is_empty() {
            params["message"] = json!(message);
        }
        self.sink.send(message::notification("notifications/progress", params));
    }

    /// Sends a log message, when the client wants messages of this severity.
    pub fn log(&self, severity: Severity, text: &str) {
        if self.log_level.is_some_and(|wanted| severity >= wanted) && !self.cancel.is_cancelled() {
            let params =
                json!({"level": severity.name(), "logger": "itential-mcp", "data": {"msg": text}});
            self.sink.send(message::notification("notifications/message", params));
        }
    }

    /// Asks the client (legacy era: a request of ours on the stream of this one).
    ///
    /// # Errors
    /// [`NoAnswer`]; always [`NoAnswer::Unreachable`] for modern requests, which are asked by
    /// answering them with `input_required` instead.
    pub fn ask(&self, method: &str, params: Value, patience: Duration) -> Result<Value, NoAnswer> {
        if self.modern {
            return Err(NoAnswer::Unreachable);
        }
        self.session.ask(self.sink.as_ref(), method, params, &self.cancel, patience)
    }
}

/// The trace that a message names in its `_meta`.
pub fn named_trace(params: &Map<String, Value>) -> Option<Trace> {
    let meta = params.get("_meta")?;
    Trace::read(meta.get("traceparent")?.as_str()?, meta.get("tracestate").and_then(Value::as_str))
}
