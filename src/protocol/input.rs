//! Questions to the client inside a result (2026-07-28): the client answers them and repeats the
//! request.
//!
//! What the server wants to remember between the two requests travels through the client, sealed
//! and bound to who asked, to what was asked, and to a time; it is good once.

use std::collections::HashMap;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use serde_json::{Map, Value, json};

use super::caller::Caller;
use super::error::RpcError;
use crate::limits;
use crate::seal::Seal;
use crate::sync::Lock;
use crate::time::since_epoch as now;

/// What a handler gives back.
#[derive(Clone, Debug, PartialEq)]
pub enum Reply {
    /// The result.
    Complete(Value),
    /// The client must answer these questions first (modern era only).
    InputRequired {
        /// Requests to the client, by the key under which each answer is expected.
        requests: Map<String, Value>,
        /// What to remember until then; see [`Call::carried`](super::call::Call::carried).
        carry: Option<Value>,
    },
    /// What was started goes on elsewhere: a client that knows tasks gets one that stands for it.
    GoesOn {
        /// What [`Elsewhere`](super::elsewhere::Elsewhere) must know of it. It travels in the task's
        /// id, so it is short.
        what: Value,
        /// What it is doing.
        message: String,
        /// The result for a client that gets no task.
        otherwise: Value,
    },
}

impl From<Value> for Reply {
    fn from(result: Value) -> Self {
        Self::Complete(result)
    }
}

/// What a person did with a form.
#[derive(Clone, Debug, PartialEq)]
pub enum Elicited {
    /// Filled it in.
    Accepted(Map<String, Value>),
    /// Said no.
    Declined,
    /// Put it away without an answer.
    Cancelled,
}

impl Elicited {
    /// Reads an `ElicitResult`. None when it is none.
    pub fn read(answer: &Value) -> Option<Self> {
        match answer.get("action").and_then(Value::as_str)? {
            "accept" => match answer.get("content") {
                None | Some(Value::Null) => Some(Self::Accepted(Map::new())),
                Some(Value::Object(content)) => Some(Self::Accepted(content.clone())),
                Some(_) => None,
            },
            "decline" => Some(Self::Declined),
            "cancel" => Some(Self::Cancelled),
            _ => None,
        }
    }
}

/// Refuses questions that the client did not say it can answer.
///
/// # Errors
/// -32021 naming the missing capabilities.
pub fn check_askable(
    requests: &Map<String, Value>,
    client_can: impl Fn(&str) -> bool,
) -> Result<(), RpcError> {
    let mut missing = Map::new();
    for request in requests.values() {
        let needed = match request.get("method").and_then(Value::as_str) {
            Some("elicitation/create") => "elicitation",
            Some("sampling/createMessage") => "sampling",
            Some("roots/list") => "roots",
            _ => return Err(RpcError::internal("The server asked for something that MCP lacks")),
        };
        if !client_can(needed) {
            missing.insert(needed.into(), json!({}));
        }
    }
    if missing.is_empty() {
        Ok(())
    } else {
        Err(RpcError::missing_capability(Value::Object(missing)))
    }
}

/// Makes and checks `requestState`.
#[derive(Default)]
pub struct RequestStates {
    /// Ids of states that came back, until they would be too old anyway.
    used: Lock<HashMap<String, Duration>>,
}

const PURPOSE: &str = "requestState";

impl RequestStates {
    /// Seals what to remember until `caller` repeats this request.
    ///
    /// # Errors
    /// -32603 when the system gives no random numbers.
    pub fn seal(
        &self,
        seal: &Seal,
        caller: &Caller,
        method: &str,
        params: &Map<String, Value>,
        carry: &Value,
    ) -> Result<String, RpcError> {
        let state = json!({
            "id": seal.id()?,
            "who": caller.owner(),
            "what": fingerprint(method, params),
            "until": (now() + limits::INPUT_PATIENCE).as_secs(),
            "carry": carry,
        });
        Ok(seal.seal(PURPOSE, state.to_string().as_bytes())?)
    }

    /// What was to be remembered, from the `requestState` of a repeated request; None when it has
    /// none.
    ///
    /// # Errors
    /// -32602 when the state was not made here for this caller and this request, is too old, or
    /// came back before.
    pub fn open(
        &self,
        seal: &Seal,
        caller: &Caller,
        method: &str,
        params: &Map<String, Value>,
    ) -> Result<Option<Value>, RpcError> {
        let Some(sealed) = params.get("requestState").filter(|state| !state.is_null()) else {
            return Ok(None);
        };
        // One text for every cause: whoever tries things out learns nothing from it.
        let refuse = || {
            RpcError::invalid_params(
                "This requestState is not valid here: it was changed, has expired, was used \
                 before, or belongs to another request. Repeat the request without it",
            )
        };
        let text = sealed.as_str().and_then(|text| seal.open(PURPOSE, text)).ok_or_else(refuse)?;
        let mut state: Value = serde_json::from_slice(&text).map_err(|_| refuse())?;
        let until = Duration::from_secs(state["until"].as_u64().ok_or_else(refuse)?);
        let fits = state["who"] == caller.owner()
            && state["what"] == json!(fingerprint(method, params))
            && now() <= until;
        let id = state["id"].as_str().unwrap_or_default().to_owned();
        if fits && self.first_use(id, until)? {
            Ok(Some(state["carry"].take()))
        } else {
            Err(refuse())
        }
    }

    fn first_use(&self, id: String, until: Duration) -> Result<bool, RpcError> {
        let mut used = self.used.lock();
        if used.len() >= limits::INPUT_STATES {
            let now = now();
            used.retain(|_, until| *until >= now);
        }
        if used.len() >= limits::INPUT_STATES {
            return Err(RpcError::internal(
                "Too many questions are being answered; try again later",
            ));
        }
        Ok(used.insert(id, until).is_none())
    }
}

/// What a request asks for, whatever its id and metadata are, and in whatever order its keys stand.
fn fingerprint(method: &str, params: &Map<String, Value>) -> String {
    let mut text = method.to_owned();
    let asked = params
        .iter()
        .filter(|(key, _)| !["_meta", "inputResponses", "requestState"].contains(&key.as_str()));
    write_object(asked, &mut text);
    URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()))
}

fn write_canonical(value: &Value, text: &mut String) {
    match value {
        Value::Object(object) => write_object(object.iter(), text),
        Value::Array(items) => {
            text.push('[');
            for item in items {
                write_canonical(item, text);
                text.push(',');
            }
            text.push(']');
        }
        other => text.push_str(&other.to_string()),
    }
}

fn write_object<'a>(entries: impl Iterator<Item = (&'a String, &'a Value)>, text: &mut String) {
    let mut entries: Vec<_> = entries.collect();
    entries.sort_unstable_by_key(|(key, _)| *key);
    text.push('{');
    for (key, value) in entries {
        text.push_str(&Value::from(key.as_str()).to_string());
        text.push(':');
        write_canonical(value, text);
        text.push(',');
    }
    text.push('}');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(value: Value) -> Map<String, Value> {
        value.as_object().cloned().expect("an object")
    }

    #[test]
    fn a_state_is_good_once_for_who_asked_what() {
        let (seal, states) = (Seal::random(), RequestStates::default());
        let named = |name: &str| Caller::new(Some(name.to_owned()), "");
        let ann = named("ann");
        let bob = named("bob");
        let asked = params(json!({"name": "x", "arguments": {"a": 1, "b": [2]}}));
        let make = || {
            let carry = json!({"step": 1});
            states.seal(&seal, &ann, "tools/call", &asked, &carry).expect("random numbers")
        };
        let open = |who: &Caller, method: &str, mut with: Map<String, Value>, state: &str| {
            with.insert("requestState".into(), json!(state));
            states.open(&seal, who, method, &with).map_err(|error| error.code)
        };
        // Reordered and with other metadata it is still the same request.
        let again = params(json!({"_meta": {"x": 1}, "inputResponses": {},
                                  "arguments": {"b": [2], "a": 1}, "name": "x"}));
        let state = make();
        assert_eq!(open(&ann, "tools/call", again.clone(), &state), Ok(Some(json!({"step": 1}))));
        assert_eq!(open(&ann, "tools/call", again.clone(), &state), Err(-32602), "twice");
        assert_eq!(open(&bob, "tools/call", again.clone(), &make()), Err(-32602), "another caller");
        assert_eq!(open(&ann, "prompts/get", again, &make()), Err(-32602), "another method");
        for other in [
            json!({"name": "y", "arguments": {"a": 1, "b": [2]}}),
            json!({"name": "x", "arguments": {"a": 1, "b": [3]}}),
            json!({"name": "x", "arguments": {"a": "1", "b": [2]}}),
            json!({"name": "x"}),
        ] {
            assert_eq!(
                open(&ann, "tools/call", params(other.clone()), &make()),
                Err(-32602),
                "{other}"
            );
        }
        assert_eq!(states.open(&seal, &ann, "tools/call", &asked), Ok(None));
    }

    #[test]
    fn forms_are_read_strictly() {
        assert_eq!(Elicited::read(&json!({"action": "decline"})), Some(Elicited::Declined));
        assert_eq!(Elicited::read(&json!({"action": "cancel"})), Some(Elicited::Cancelled));
        let accepted = Elicited::read(&json!({"action": "accept", "content": {"a": 1}}));
        assert_eq!(accepted, Some(Elicited::Accepted(params(json!({"a": 1})))));
        for bad in [
            json!(null),
            json!(7),
            json!({}),
            json!({"action": "yes"}),
            json!({"action": "accept", "content": []}),
        ] {
            assert_eq!(Elicited::read(&bad), None, "{bad}");
        }
    }
}
