//! JSON-RPC 2.0 messages as MCP restricts them.

use serde_json::{Map, Value, json};

use super::error::RpcError;
use super::revision;
use super::salvage;
use crate::json;

/// A request id: text or a whole number, however it is written: `1.0`, `1e0` and `1` are one id, as
/// the official SDKs have it. MCP forbids null and fractions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Id(Value);

impl Id {
    /// Reads an id.
    pub fn read(value: &Value) -> Option<Self> {
        match value {
            Value::String(_) => Some(Self(value.clone())),
            Value::Number(n) => {
                let whole = n.as_i64().map(Value::from).or_else(|| n.as_u64().map(Value::from));
                whole.or_else(|| whole_number(n.as_f64()?).map(Value::from)).map(Self)
            }
            _ => None,
        }
    }

    /// The id as JSON.
    pub fn as_value(&self) -> &Value {
        &self.0
    }
}

/// One message from the other side.
#[derive(Clone, Debug)]
pub enum Message {
    /// Wants an answer.
    Request {
        /// Echoed in the answer.
        id: Id,
        /// What is asked.
        method: String,
        /// With what; empty when left out.
        params: Map<String, Value>,
    },
    /// Wants none.
    Notification {
        /// What is told.
        method: String,
        /// With what; empty when left out.
        params: Map<String, Value>,
    },
    /// Answers a request of ours.
    Response {
        /// Which.
        id: Id,
        /// The result, or the error object.
        outcome: Result<Value, Value>,
    },
}

/// What one transport unit (a line, a POST body) held.
#[derive(Debug)]
pub enum Incoming {
    /// One message.
    One(Message),
    /// A batch of 2025-03-26; each element may be broken by itself.
    Batch(Vec<Result<Message, Box<Malformed>>>),
}

/// Something that is not a message.
#[derive(Clone, Debug)]
pub struct Malformed {
    /// The id, when there was a readable one.
    pub id: Option<Id>,
    /// What to answer.
    pub error: RpcError,
}

impl Malformed {
    fn boxed(id: Option<Id>, message: &str) -> Box<Self> {
        Box::new(Self { id, error: RpcError::invalid_request(message) })
    }
}

/// A float as a whole number. Beyond 2^53 a float no longer names one.
fn whole_number(float: f64) -> Option<i64> {
    let is_one = float.fract() == 0.0 && float.abs() < 9_007_199_254_740_992.0;
    is_one.then_some(float as i64)
}

/// One transport unit without the blanks around it, and without the mark with which some programs
/// begin a text in UTF-8.
pub fn bare(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.trim_ascii();
    bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii()
}

/// Reads one transport unit. Characters that were cut in half are replaced.
///
/// # Errors
/// [`Malformed`] with -32700 when it is not JSON, -32600 when it is not a JSON-RPC message. It has
/// the id wherever one can be read.
pub fn read(bytes: &[u8]) -> Result<Incoming, Box<Malformed>> {
    read_counting(bytes, &mut 0)
}

/// [`read`], which adds to `memory` the bytes of memory that what was read takes.
///
/// # Errors
/// As there.
pub fn read_counting(bytes: &[u8], memory: &mut usize) -> Result<Incoming, Box<Malformed>> {
    let bytes = bare(bytes);
    let mut parse = |bytes: &[u8]| json::parse_counting(bytes, memory);
    let read = parse(bytes).or_else(|error| match salvage::whole_characters(bytes) {
        Some(mended) => parse(&mended),
        None => Err(error),
    });
    let value = read.map_err(|error| {
        let error = RpcError::parse(format!("Not valid JSON: {error}"));
        Box::new(Malformed { id: salvage::id(bytes).as_ref().and_then(Id::read), error })
    })?;
    match value {
        Value::Array(items) if items.is_empty() => {
            Err(Malformed::boxed(None, "A batch must hold at least one message"))
        }
        Value::Array(items) => Ok(Incoming::Batch(items.into_iter().map(message).collect())),
        value => message(value).map(Incoming::One),
    }
}

fn message(value: Value) -> Result<Message, Box<Malformed>> {
    let Value::Object(mut object) = value else {
        return Err(Malformed::boxed(None, "A message must be a JSON object"));
    };
    let id = object.get("id").and_then(Id::read);
    if object.get("jsonrpc") != Some(&Value::String("2.0".into())) {
        return Err(Malformed::boxed(id, "A message must carry \"jsonrpc\": \"2.0\""));
    }
    if object.contains_key("id") && id.is_none() {
        return Err(Malformed::boxed(None, "An id must be text or a whole number"));
    }
    if !object.contains_key("method") {
        let outcome = match (object.remove("result"), object.remove("error")) {
            (Some(result), None) => Ok(result),
            (None, Some(error)) => Err(error),
            _ => {
                return Err(Malformed::boxed(id, "A message needs a method, a result or an error"));
            }
        };
        return match id {
            Some(id) => Ok(Message::Response { id, outcome }),
            None => Err(Malformed::boxed(None, "A response must carry the id it answers")),
        };
    }
    let Some(Value::String(method)) = object.remove("method") else {
        return Err(Malformed::boxed(id, "The method must be text"));
    };
    let params = match object.remove("params") {
        None | Some(Value::Null) => Map::new(),
        Some(Value::Object(params)) => params,
        Some(_) => {
            let error = RpcError::invalid_params("params must be a JSON object");
            return Err(Box::new(Malformed { id, error }));
        }
    };
    Ok(match id {
        Some(id) => Message::Request { id, method, params },
        None => Message::Notification { method, params },
    })
}

/// Renders an answer around a result that is JSON already.
pub fn result(id: &Id, result: &[u8]) -> Vec<u8> {
    let id = id.as_value().to_string();
    let mut body = Vec::with_capacity(result.len() + id.len() + 40);
    body.extend_from_slice(b"{\"jsonrpc\":\"2.0\",\"id\":");
    body.extend_from_slice(id.as_bytes());
    body.extend_from_slice(b",\"result\":");
    body.extend_from_slice(result);
    body.push(b'}');
    body
}

/// Renders an error answer.
pub fn error(id: &Id, error: &RpcError) -> Vec<u8> {
    json!({"jsonrpc": "2.0", "id": id.as_value(), "error": error.to_value()})
        .to_string()
        .into_bytes()
}

/// Renders an error that belongs to no request, for a client that speaks `revision`, if that is
/// known. JSON-RPC wants the id to be null; MCP wants it to be left out.
pub fn stray_error(error: &RpcError, revision: Option<&str>) -> Vec<u8> {
    let mut message = json!({"jsonrpc": "2.0", "error": error.to_value()});
    if revision.is_none_or(|revision| revision < revision::STRAY_ERRORS_LACK_ID) {
        message["id"] = Value::Null;
    }
    message.to_string().into_bytes()
}

/// Renders a notification.
pub fn notification(method: &str, params: Value) -> Vec<u8> {
    json!({"jsonrpc": "2.0", "method": method, "params": params}).to_string().into_bytes()
}

/// Renders a request of ours.
pub fn request(id: &Id, method: &str, params: Value) -> Vec<u8> {
    json!({"jsonrpc": "2.0", "id": id.as_value(), "method": method, "params": params})
        .to_string()
        .into_bytes()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn messages_are_told_apart() {
        let one = |text: &str| match read(text.as_bytes()) {
            Ok(Incoming::One(message)) => message,
            other => panic!("{text}: {other:?}"),
        };
        assert!(matches!(
            one(r#"{"jsonrpc":"2.0","id":"a","method":"ping"}"#),
            Message::Request { .. }
        ));
        assert!(matches!(one(r#"{"jsonrpc":"2.0","method":"x"}"#), Message::Notification { .. }));
        assert!(matches!(
            one(r#"{"jsonrpc":"2.0","id":1,"result":{}}"#),
            Message::Response { outcome: Ok(_), .. }
        ));
    }

    #[test]
    fn what_is_no_message_is_refused_with_its_code() {
        for (text, code) in [
            ("{", -32700),
            ("[]", -32600),
            ("5", -32600),
            ("{}", -32600),
            (r#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, -32600),
            (r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, -32600),
            (r#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, -32600),
            (r#"{"jsonrpc":"2.0","id":1,"method":7}"#, -32600),
            (r#"{"jsonrpc":"2.0","id":1}"#, -32600),
            (r#"{"jsonrpc":"2.0","id":1,"method":"ping","params":[1]}"#, -32602),
        ] {
            match read(text.as_bytes()) {
                Err(malformed) => assert_eq!(malformed.error.code, code, "{text}"),
                Ok(read) => panic!("{text}: {read:?}"),
            }
        }
    }

    /// JSON of every shape, nested a little.
    fn any_json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                proptest::collection::vec((any::<String>(), inner), 0..6)
                    .prop_map(|entries| Value::Object(entries.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            if let Err(malformed) = read(&bytes) {
                prop_assert!([-32700, -32600, -32602].contains(&malformed.error.code));
            }
        }

        #[test]
        fn a_broken_message_is_read_or_refused(at in 0usize..90, byte in any::<u8>()) {
            let mut text =
                br#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x","arguments":{}}}"#
                    .to_vec();
            if let Some(place) = text.get_mut(at) {
                *place = byte;
            }
            if let Err(malformed) = read(&text) {
                prop_assert!([-32700, -32600, -32602].contains(&malformed.error.code));
            }
        }

        #[test]
        fn what_is_rendered_is_one_line_and_reads_back(
            result_value in any_json(), id_text in any::<String>(), message_text in any::<String>()
        ) {
            let id = Id::read(&json!(id_text)).expect("text is an id");
            let rendered = result(&id, result_value.to_string().as_bytes());
            prop_assert!(!rendered.contains(&b'\n'));
            match read(&rendered) {
                Ok(Incoming::One(Message::Response { id: back, outcome: Ok(value) })) => {
                    prop_assert_eq!(back, id.clone());
                    prop_assert_eq!(value, result_value);
                }
                other => prop_assert!(false, "{:?}", other),
            }
            let failed = error(&id, &RpcError::internal(message_text.clone()));
            match read(&failed) {
                Ok(Incoming::One(Message::Response { outcome: Err(value), .. })) => {
                    prop_assert_eq!(value.get("message"), Some(&json!(message_text)));
                }
                other => prop_assert!(false, "{:?}", other),
            }
        }
    }
}
