//! What is known about one connection of a client: its revision, its requests in flight, and our
//! own questions to it that wait for an answer.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::sync::{Arc, MutexGuard, OnceLock};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::message;
use super::message::Id;
use super::severity::Severity;
use crate::cancel::CancelToken;
use crate::limits;
use crate::places::resting;
use crate::sync::Lock;

/// Where messages go that belong to one request, besides its answer.
pub trait Sink: Send + Sync {
    /// Hands over one rendered message. False when nobody can receive it.
    fn send(&self, message: Vec<u8>) -> bool;

    /// Breaks the connection for now, when the client can come back to it and hear the rest. Other
    /// ways to the client just go on.
    fn interrupt(&self) {}
}

/// A sink for clients that cannot be told anything but the answer.
pub struct NoSink;

impl Sink for NoSink {
    fn send(&self, _message: Vec<u8>) -> bool {
        false
    }
}

/// One stdio connection, one HTTP session, or, for a modern request over HTTP, that request alone.
#[derive(Default)]
pub struct Session {
    state: Lock<Agreed>,
    in_flight: Lock<HashMap<Id, CancelToken>>,
    questions: Lock<HashMap<Id, SyncSender<Result<Value, Value>>>>,
    next_question: AtomicU64,
    /// The way to the client for what belongs to no request.
    outbox: OnceLock<Arc<dyn Sink>>,
    /// Resources whose changes a legacy client wants to hear about.
    subscribed: Lock<HashSet<String>>,
}

#[derive(Default)]
struct Agreed {
    revision: Option<&'static str>,
    modern_seen: bool,
    capabilities: Value,
    log_level: Option<Severity>,
}

/// Why a question to the client has no answer.
#[derive(Clone, Debug, PartialEq)]
pub enum NoAnswer {
    /// The client cannot be asked, or does not listen any more.
    Unreachable,
    /// The call was cancelled while waiting.
    Cancelled,
    /// The client let the time pass.
    TimedOut,
    /// The client refused with this error object.
    Refused(Value),
}

impl Session {
    /// A connection on which nothing has been said yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The revision agreed in the handshake.
    pub fn revision(&self) -> Option<&'static str> {
        self.state().revision
    }

    /// Notes a handshake.
    pub fn open(&self, revision: &'static str, capabilities: Value) {
        let mut state = self.state();
        state.revision = Some(revision);
        state.capabilities = capabilities;
    }

    /// Whether a modern request was seen; such a client names its revision every time.
    pub fn modern_seen(&self) -> bool {
        self.state().modern_seen
    }

    /// Notes a modern request.
    pub fn note_modern(&self) {
        self.state().modern_seen = true;
    }

    /// What the client declared in the handshake that it can do.
    pub fn capabilities(&self) -> Value {
        self.state().capabilities.clone()
    }

    /// Sets the way to the client for what belongs to no request. Only the first one counts.
    pub fn set_outbox(&self, outbox: Arc<dyn Sink>) {
        let _ = self.outbox.set(outbox);
    }

    /// Tells the client something that belongs to no request, if there is a way to it.
    pub fn tell(&self, message: Vec<u8>) {
        if let Some(outbox) = self.outbox.get() {
            outbox.send(message);
        }
    }

    /// Notes that the client wants to hear about a resource. False when it wants too many already.
    pub fn subscribe(&self, uri: &str) -> bool {
        let mut subscribed = self.subscribed.lock();
        if subscribed.len() >= limits::SUBSCRIBED_NAMES && !subscribed.contains(uri) {
            return false;
        }
        subscribed.insert(uri.to_owned());
        true
    }

    /// Whether something is known of the client that its id does not say: what it wants to hear.
    pub fn remembers(&self) -> bool {
        self.state().log_level.is_some() || !self.subscribed.lock().is_empty()
    }

    /// Notes that the client does not want to hear about a resource any more.
    pub fn unsubscribe(&self, uri: &str) {
        self.subscribed.lock().remove(uri);
    }

    /// Whether the client wants to hear about a resource.
    pub fn is_subscribed(&self, uri: &str) -> bool {
        self.subscribed.lock().contains(uri)
    }

    /// The least severe log message the client wants.
    pub fn log_level(&self) -> Severity {
        self.state().log_level.unwrap_or(Severity::Info)
    }

    /// Sets [`Session::log_level`].
    pub fn set_log_level(&self, level: Severity) {
        self.state().log_level = Some(level);
    }

    /// Notes a request as running. None when its id is in use already.
    pub fn begin(&self, id: &Id) -> Option<CancelToken> {
        let mut in_flight = self.in_flight.lock();
        if in_flight.contains_key(id) {
            return None;
        }
        let token = CancelToken::new();
        in_flight.insert(id.clone(), token.clone());
        Some(token)
    }

    /// Notes a request as done. False when it was cancelled: then nothing more is said about it.
    pub fn end(&self, id: &Id) -> bool {
        self.in_flight.lock().remove(id).is_some()
    }

    /// Cancels a running request; unknown ids are ignored, as MCP asks.
    pub fn cancel(&self, id: &Id) {
        if let Some(token) = self.in_flight.lock().remove(id) {
            token.cancel();
        }
    }

    /// Cancels everything that runs, when the client is gone.
    pub fn cancel_all(&self) {
        for (_, token) in self.in_flight.lock().drain() {
            token.cancel();
        }
        self.questions.lock().clear();
    }

    /// Asks the client and waits for its answer.
    ///
    /// # Errors
    /// [`NoAnswer`] says why there is none.
    pub fn ask(
        &self,
        sink: &dyn Sink,
        method: &str,
        params: Value,
        cancel: &CancelToken,
        patience: Duration,
    ) -> Result<Value, NoAnswer> {
        let number = self.next_question.fetch_add(1, Ordering::Relaxed);
        let Some(id) = Id::read(&json!(format!("ask-{number}"))) else {
            return Err(NoAnswer::Unreachable);
        };
        let (answer, answered) = sync_channel(1);
        self.questions.lock().insert(id.clone(), answer);
        let outcome = if sink.send(message::request(&id, method, params)) {
            resting(|| wait(&answered, cancel, patience))
        } else {
            Err(NoAnswer::Unreachable)
        };
        self.questions.lock().remove(&id);
        outcome
    }

    /// Hands the client's answer to whoever asked. Answers to nothing are ignored.
    pub fn answered(&self, id: &Id, outcome: Result<Value, Value>) {
        if let Some(asker) = self.questions.lock().remove(id) {
            // The asker may have given up meanwhile; then the answer is of no use to anybody.
            let _ = asker.try_send(outcome);
        }
    }

    fn state(&self) -> MutexGuard<'_, Agreed> {
        self.state.lock()
    }
}

fn wait(
    answered: &Receiver<Result<Value, Value>>,
    cancel: &CancelToken,
    patience: Duration,
) -> Result<Value, NoAnswer> {
    let deadline = Instant::now() + patience;
    loop {
        // Short slices, so that cancellation is noticed while a person thinks.
        match answered.recv_timeout(limits::ANSWER_SLICE) {
            Ok(Ok(result)) => return Ok(result),
            Ok(Err(error)) => return Err(NoAnswer::Refused(error)),
            Err(RecvTimeoutError::Disconnected) => return Err(NoAnswer::Unreachable),
            Err(RecvTimeoutError::Timeout) if cancel.is_cancelled() => {
                return Err(NoAnswer::Cancelled);
            }
            Err(RecvTimeoutError::Timeout) if Instant::now() >= deadline => {
                return Err(NoAnswer::TimedOut);
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}
