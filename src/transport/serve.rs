//! What becomes of a message is carried out here, whatever way it came in.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread;

use super::workers::{Job, Workers};
use crate::places::{self, CallerKey};
use crate::protocol::message::{Id, Malformed, Message};
use crate::protocol::{
    Answer, Caller, Dispatch, Engine, RpcError, Session, Sink, TaskStart, Work, malformed,
};
use crate::sync::Lock;

/// Whoever sent a message and waits for what becomes of it.
pub trait Recipient: Send + Sync + 'static {
    /// What a recipient holds while its request runs.
    type Waiting: Send + 'static;

    /// Takes the answer.
    fn answer(&self, answer: Answer);

    /// Nothing will be said: the message was none that is answered, or its request was cancelled.
    fn unanswered(&self) {}

    /// Takes the final answer of a subscription that the server ends.
    fn ended(&self, _request: &Id, answer: Answer) {
        self.answer(answer);
    }

    /// Returns true if more than the answer can be told on this request.
    fn takes_streams(&self) -> bool {
        true
    }

    /// Runs `callback` when the sender goes before its request is answered, where going means that
    /// it does not want the answer. One that only sends no more waits for it.
    fn on_gone(self: &Arc<Self>, _callback: Box<dyn FnOnce() + Send>) {}

    /// Notes that its request runs on a worker from now on.
    fn waiting(self: &Arc<Self>) -> Self::Waiting;
}

/// Gives a message to the engine and sees what becomes of it home.
pub fn serve<R: Recipient>(
    engine: &Arc<Engine>,
    workers: &Workers,
    (session, caller): (&Arc<Session>, &Arc<Caller>),
    message: Message,
    sink: &Arc<dyn Sink>,
    recipient: &Arc<R>,
) {
    match engine.receive(session, caller, message, sink) {
        Dispatch::Nothing => recipient.unanswered(),
        Dispatch::Answer(answer) => recipient.answer(answer),
        Dispatch::Task(start) => begin(start, &caller.key, recipient),
        Dispatch::Listening(listening) if !recipient.takes_streams() => {
            let text = "Accept must allow text/event-stream for subscriptions/listen";
            let answer = listening.refuse(&RpcError::invalid_request(text));
            recipient.answer(Answer { status: 406, ..answer });
        }
        Dispatch::Listening(listening) => {
            recipient.on_gone(Box::new(listening.closer()));
            let (id, end) = (listening.id().clone(), Arc::clone(recipient));
            if let Some(watch) = listening.start(move |answer| end.ended(&id, answer)) {
                // Without a thread the client hears nothing and may still ask.
                let _ = spawn("watch", &caller.key, watch);
            }
        }
        Dispatch::Work(work) => {
            let cancel = work.cancel_token();
            recipient.on_gone(Box::new(move || cancel.cancel()));
            let (waiting, recipient) = (recipient.waiting(), Arc::clone(recipient));
            workers.run(caller, Box::new(Running { work, recipient, _waiting: waiting }));
        }
    }
}

/// A request that runs, or waits for a place.
struct Running<R: Recipient> {
    work: Work,
    recipient: Arc<R>,
    _waiting: R::Waiting,
}

impl<R: Recipient> Job for Running<R> {
    fn run(self: Box<Self>) {
        match self.work.run() {
            Some(answer) => self.recipient.answer(answer),
            None => self.recipient.unanswered(),
        }
    }

    fn refuse(self: Box<Self>) {
        self.recipient.answer(self.work.busy());
    }
}

/// Starts a task on a thread of its own: it may wait for hours, and the workers are for short calls.
fn begin<R: Recipient>(start: TaskStart, caller: &CallerKey, recipient: &Arc<R>) {
    let (id, task, created, run) = start.into_parts();
    recipient.answer(match spawn("task", caller, run) {
        Ok(()) => created,
        Err(_) => TaskStart::refused(&task, &id),
    });
}

/// Works for a caller on a thread of its own.
fn spawn(
    name: &'static str,
    caller: &CallerKey,
    work: impl FnOnce() + Send + 'static,
) -> std::io::Result<()> {
    let caller = Arc::clone(caller);
    let work = move || {
        if catch_unwind(AssertUnwindSafe(|| places::working_for(&caller, work))).is_err() {
            log::error!("a {name} panicked; this is a defect of the server");
        }
    };
    thread::Builder::new()
        .name(name.into())
        .spawn(work)
        .map(drop)
        .inspect_err(|error| log::error!("no thread could be started for a {name}: {error}"))
}

/// Serves the messages of one batch (2025-03-26), answered together when the last answer is there.
pub fn serve_batch<R: Recipient>(
    engine: &Arc<Engine>,
    workers: &Workers,
    of: (&Arc<Session>, &Arc<Caller>),
    messages: Vec<Result<Message, Box<Malformed>>>,
    sink: &Arc<dyn Sink>,
    recipient: Arc<R>,
) {
    let batch = Arc::new(Batch { recipient, answers: Lock::default() });
    for message in messages {
        match message {
            Ok(Message::Request { id, method, .. }) if method == "initialize" => {
                let error = RpcError::invalid_request("initialize must not stand in a batch");
                batch.answer(Answer::error(&id, &error, false));
            }
            Ok(message) => serve(engine, workers, of, message, sink, &batch),
            Err(bad) => batch.answer(malformed(&bad, of.0.revision())),
        }
    }
}

/// The answers of one batch.
struct Batch<R: Recipient> {
    recipient: Arc<R>,
    answers: Lock<Vec<Vec<u8>>>,
}

impl<R: Recipient> Recipient for Batch<R> {
    type Waiting = R::Waiting;

    fn answer(&self, answer: Answer) {
        self.answers.lock().push(answer.body);
    }

    fn takes_streams(&self) -> bool {
        false
    }

    fn waiting(self: &Arc<Self>) -> Self::Waiting {
        self.recipient.waiting()
    }
}

impl<R: Recipient> Drop for Batch<R> {
    // Every request of the batch holds it; the last one to be answered lets go.
    fn drop(&mut self) {
        let answers = std::mem::take(self.answers.get_mut());
        if answers.is_empty() {
            return self.recipient.unanswered();
        }
        let mut body = b"[".to_vec();
        body.extend_from_slice(&answers.join(&b','));
        body.push(b']');
        self.recipient.answer(Answer { status: 200, body });
    }
}
