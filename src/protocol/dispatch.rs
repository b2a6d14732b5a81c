//! What becomes of a message.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use serde_json::{Value, json};

use super::answer::Answer;
use super::error::RpcError;
use super::message::Id;
use super::session::Session;
use super::subscriptions::Listening;
use super::tasks::Task;
use crate::cancel::CancelToken;

/// What became of a message.
pub enum Dispatch {
    /// Nothing is to be said.
    Nothing,
    /// Said at once.
    Answer(Answer),
    /// To be run on a worker thread, because it may wait for the platform.
    Work(Work),
    /// Said at once, while its work goes on as a task on a thread of its own: it may take hours.
    Task(TaskStart),
    /// Stays open without a thread, and is spoken on when something changes.
    Listening(Listening),
}

impl Dispatch {
    /// The same, with the work done here: for what never waits, and must not wait for a worker.
    pub(super) fn at_once(self) -> Self {
        match self {
            Self::Work(work) => work.run().map_or(Self::Nothing, Self::Answer),
            other => other,
        }
    }

    /// A result said at once.
    pub(super) fn result(id: &Id, result: &Value) -> Self {
        Self::Answer(Answer::result(id, result.to_string().as_bytes()))
    }
}

/// A request that waits for a worker.
pub struct Work {
    pub(super) id: Id,
    pub(super) modern: bool,
    /// Whether the request is a tool call, whose failures are results that a model reads.
    pub(super) tool: bool,
    pub(super) session: Arc<Session>,
    pub(super) cancel: CancelToken,
    pub(super) run: Box<dyn FnOnce() -> Answer + Send>,
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
            Answer::error(&self.id, &error, self.modern)
        });
        self.session.end(&self.id).then_some(answer)
    }

    /// Gives up because no worker is free, and says so.
    pub fn busy(self) -> Answer {
        self.session.end(&self.id);
        let text = "The server is busy with other calls; try again in a few seconds";
        if !self.tool {
            return Answer::error(&self.id, &RpcError::internal(text), self.modern);
        }
        let mut result = json!({"content": [{"type": "text", "text": text}], "isError": true});
        if self.modern {
            result["resultType"] = json!("complete");
        }
        Answer::result(&self.id, result.to_string().as_bytes())
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

/// A call that goes on as a task.
pub struct TaskStart {
    pub(super) id: Id,
    pub(super) task: Arc<Task>,
    /// What is said at once.
    pub created: Answer,
    /// What goes on.
    pub run: Box<dyn FnOnce() + Send>,
}

impl TaskStart {
    /// Gives up because no thread is to be had, and says so.
    pub fn refused(task: &Task, id: &Id) -> Answer {
        task.give_up();
        let text = "The server cannot start another task; try again later";
        Answer::error(id, &RpcError::internal(text), true)
    }

    /// The parts of it: its request's id, its task, what is said at once, what goes on.
    pub fn into_parts(self) -> (Id, Arc<Task>, Answer, Box<dyn FnOnce() + Send>) {
        (self.id, self.task, self.created, self.run)
    }
}
