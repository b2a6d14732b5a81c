//! The client behind a running call, as tools see it.

use std::sync::MutexGuard;

use serde_json::{Map, Value, json};

use crate::config::ConfirmFallback;
use crate::protocol::{Call, Elicited, NoAnswer, Reply, Severity};
use crate::sync::Lock;
use crate::tools::Host;
use crate::tools::shown::{ErrorKind, ToolError};
use crate::{limits, observe};

/// Under which key the client answers.
const ANSWER: &str = "confirm";

/// The client of one call.
pub struct ToolHost<'a> {
    call: &'a Call,
    fallback: ConfirmFallback,
    /// Questions of this call that a person has agreed to. One call may ask more than one.
    agreed: Lock<Vec<Value>>,
}

impl<'a> ToolHost<'a> {
    /// The client behind `call`.
    pub fn new(call: &'a Call, fallback: ConfirmFallback) -> Self {
        let before = call.carried().and_then(|state| state.get("agreed")).and_then(Value::as_array);
        let agreed = Lock::new(before.cloned().unwrap_or_default());
        Self { call, fallback, agreed }
    }

    /// Legacy: the question goes to the client while the call waits.
    fn ask_now(&self, question: &str) -> Result<(), ToolError> {
        let params = form(question);
        match self.call.ask("elicitation/create", params, limits::CONFIRM_PATIENCE) {
            Ok(answer) => verdict(&answer).unwrap_or_else(|| {
                Err(refused("the client answered the question with something that is no answer"))
            }),
            Err(NoAnswer::Cancelled) => Err(ToolError::cancelled("the call was ended")),
            Err(NoAnswer::TimedOut) => Err(refused("nobody answered in time")),
            Err(NoAnswer::Unreachable | NoAnswer::Refused(_)) => {
                Err(refused("the client did not put the question to its user"))
            }
        }
    }

    /// Modern: the question goes into the result, and the call comes back with the answer. An
    /// answer only counts beside the sealed proof that this very question was asked.
    fn ask_by_result(&self, question: &str) -> Result<(), ToolError> {
        let mut agreed = self.agreed();
        if agreed.iter().any(|known| known == question) {
            return Ok(());
        }
        let asked = self.call.carried().and_then(|state| state.get("asking"));
        let answer = self.call.input(ANSWER).filter(|_| asked == Some(&Value::from(question)));
        match answer.and_then(verdict) {
            Some(Ok(())) => {
                agreed.push(question.into());
                Ok(())
            }
            Some(Err(refusal)) => Err(refusal),
            None => {
                let state = json!({"agreed": *agreed, "asking": question});
                Err(ToolError::new(ErrorKind::NeedsInput(state), question))
            }
        }
    }

    fn agreed(&self) -> MutexGuard<'_, Vec<Value>> {
        self.agreed.lock()
    }
}

impl Host for ToolHost<'_> {
    fn progress(&self, done: f64, total: Option<f64>, message: &str) {
        self.call.progress(done, total, message);
    }

    fn log(&self, level: log::Level, message: &str) {
        let severity = match level {
            log::Level::Error => Severity::Error,
            log::Level::Warn => Severity::Warning,
            log::Level::Info => Severity::Info,
            log::Level::Debug | log::Level::Trace => Severity::Debug,
        };
        self.call.log(severity, &observe::redact(message));
    }

    fn confirm(&self, question: &str) -> Result<(), ToolError> {
        match (self.call.client_can("elicitation"), self.fallback) {
            (true, _) if self.call.modern => self.ask_by_result(question),
            (true, _) => self.ask_now(question),
            (false, ConfirmFallback::Allow) => Ok(()),
            (false, ConfirmFallback::Deny) => Err(refused(
                "this call needs a person's agreement and this client cannot ask for it; use a \
                 client with elicitation, or let the operator set confirm_fallback",
            )),
        }
    }
}

/// The result that puts a question to the client, and remembers that it was put.
pub fn question(state: Value, question: &str) -> Reply {
    let request = json!({"method": "elicitation/create", "params": form(question)});
    let requests = Map::from_iter([(ANSWER.to_owned(), request)]);
    Reply::InputRequired { requests, carry: Some(state) }
}

fn form(question: &str) -> Value {
    json!({
        "message": question,
        "requestedSchema": {
            "type": "object",
            "properties": {"value": {
                "type": "boolean",
                "title": "Agreed",
                "description": "true to go on, false to refuse"
            }},
            "required": ["value"]
        }
    })
}

/// What a person decided. None when the answer is none.
fn verdict(answer: &Value) -> Option<Result<(), ToolError>> {
    Some(match Elicited::read(answer)? {
        Elicited::Accepted(content) => match content.get("value") {
            Some(Value::Bool(true)) => Ok(()),
            Some(Value::String(text)) if text.eq_ignore_ascii_case("true") => Ok(()),
            _ => Err(refused("the user did not agree; do not repeat the call unless asked to")),
        },
        Elicited::Declined => {
            Err(refused("the user declined; do not repeat the call unless asked to"))
        }
        Elicited::Cancelled => {
            Err(refused("the user put the question away; ask what to do before trying again"))
        }
    })
}

fn refused(message: &str) -> ToolError {
    ToolError::new(ErrorKind::NotConfirmed, message)
}
