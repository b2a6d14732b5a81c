//! One running request, as the code that serves it sees it.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::message;
use super::session::{NoAnswer, Session, Sink};
use crate::limits;
use crate::platform::CancelToken;

/// MCP's log levels, the least severe first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// `debug`
    Debug,
    /// `info`
    Info,
    /// `notice`
    Notice,
    /// `warning`
    Warning,
    /// `error`
    Error,
    /// `critical`
    Critical,
    /// `alert`
    Alert,
    /// `emergency`
    Emergency,
}

impl Severity {
    const ALL: [(Self, &'static str); 8] = [
        (Self::Debug, "debug"),
        (Self::Info, "info"),
        (Self::Notice, "notice"),
        (Self::Warning, "warning"),
        (Self::Error, "error"),
        (Self::Critical, "critical"),
        (Self::Alert, "alert"),
        (Self::Emergency, "emergency"),
    ];

    /// Reads a level's name.
    pub fn read(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(level, _)| *level)
    }

    /// The level's name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(level, _)| *level == self).map_or("info", |(_, name)| *name)
    }

    /// Every name, for messages.
    pub fn names() -> String {
        Self::ALL.map(|(_, name)| name).join(", ")
    }
}

/// Who calls.
#[derive(Clone, Debug, Default)]
pub struct Caller {
    /// The subject of a token or certificate; none on stdio and open listeners.
    pub identity: Option<String>,
}

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
    progress: Mutex<Progress>,
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
            meta.and_then(|m| m.get(super::revision::META_LOG_LEVEL))
                .and_then(Value::as_str)
                .and_then(Severity::read)
        } else {
            Some(session.log_level())
        };
        let token = meta
            .and_then(|m| m.get("progressToken"))
            .filter(|token| token.is_string() || token.is_number())
            .cloned();
        let progress = Mutex::new(Progress { token, last: f64::NEG_INFINITY, sent: None });
        Self { params, cancel, caller, modern, session, sink, log_level, progress }
    }

    /// The trace that the client names (W3C `traceparent`).
    pub fn trace(&self) -> Option<&str> {
        self.params.get("_meta")?.get("traceparent")?.as_str()
    }

    /// Whether the client declared a capability: in the handshake, or with this very request.
    pub fn client_can(&self, capability: &str) -> bool {
        if self.modern {
            self.params
                .get("_meta")
                .and_then(|meta| meta.get(super::revision::META_CAPABILITIES))
                .is_some_and(|capabilities| capabilities.get(capability).is_some())
        } else {
            self.session.can(capability)
        }
    }

    /// Reports progress, when the client asked for it. Values must grow; one that does not is
    /// dropped, and so are steps that follow each other too fast to be read, except a final one.
    pub fn progress(&self, done: f64, total: Option<f64>, message: &str) {
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
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
