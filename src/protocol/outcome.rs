//! What becomes of a message.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use serde_json::{Value, json};

use super::error;
use super::error::RpcError;
use super::message;
use super::message::{Id, Malformed};
use super::session::Session;
use super::subscriptions::Listening;
use crate::cancel::CancelToken;

/// What became of a message.
pub enum Outcome {
    /// Nothing is to be said.
    Nothing,
    /// Said at once.
    Answer(Answer),
    /// To be run on a worker thread, because it may wait for the platform.
    Work(Work),
    /// Stays open without a thread, and is spoken on when something changes.
    Listening(Listening),
}

impl Outcome {
    /// A result said at once.
    pub(super) fn result(id: &Id, result: &Value) -> Self {
        Self::Answer(Answer::result(id, result.to_string().as_bytes()))
    }
}

/// A rendered answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The HTTP status that goes with it.
    pub status: u16,
    /// The JSON-RPC response.
    pub body: Vec<u8>,
}

impl Answer {
    /// A result that is JSON already.
    pub(super) fn result(id: &Id, result: &[u8]) -> Self {
        Self { status: 200, body: message::result(id, result) }
    }

    /// An error. The modern era gives protocol errors an HTTP status of their own.
    pub(super) fn error(id: &Id, error: &RpcError, modern: bool) -> Self {
        let status = match error.code {
            _ if !modern => 200,
            -32601 => 404,
            error::HEADER_MISMATCH | error::MISSING_CAPABILITY | error::UNSUPPORTED_VERSION => 400,
            -32602 if error.data == Some(json!({"in": "_meta"})) => 400,
            _ => 200,
        };
        Self { status, body: message::error(Some(id), error) }
    }
}

/// The answer to something that is no message. HTTP answers it with 400.
pub fn malformed(malformed: &Malformed) -> Answer {
    Answer { status: 400, body: message::error(malformed.id.as_ref(), &malformed.error) }
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
