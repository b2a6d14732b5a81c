//! JSON-RPC and MCP error codes.

use serde_json::{Value, json};

use super::revision;
use crate::limits;
use crate::seal::NoRandom;

/// An error answer. The messages are for the developer of the other side.
#[derive(Clone, Debug, PartialEq)]
pub struct RpcError {
    /// The JSON-RPC or MCP code.
    pub code: i32,
    /// What is wrong and what to do.
    pub message: String,
    /// What a program may want to read.
    pub data: Option<Value>,
    /// Whether the protocol fields of the request are at fault, which modern HTTP answers with 400.
    pub in_meta: bool,
}

/// A header and the body disagree, or a required header is missing (2026-07-28).
pub const HEADER_MISMATCH: i32 = -32020;
/// The request needs a capability that the client did not declare (2026-07-28).
pub const MISSING_CAPABILITY: i32 = -32021;
/// The protocol version is not served (2026-07-28).
pub const UNSUPPORTED_VERSION: i32 = -32022;

impl From<NoRandom> for RpcError {
    fn from(error: NoRandom) -> Self {
        Self::internal(error.to_string())
    }
}

impl RpcError {
    fn new(code: i32, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), data: None, in_meta: false }
    }

    /// -32700: not JSON.
    pub fn parse(message: impl Into<String>) -> Self {
        Self::new(-32700, message)
    }

    /// -32600: JSON, but not a message, or not one that is allowed here.
    pub fn invalid_request(message: impl Into<String>) -> Self {
        Self::new(-32600, message)
    }

    /// -32601: no such method here.
    pub fn method_not_found(method: &str) -> Self {
        let shown: String = method.chars().take(limits::SHOWN_NAME_CHARS).collect();
        Self::new(-32601, format!("Method not found: {shown}"))
    }

    /// -32602: the parameters do not fit the method.
    pub fn invalid_params(message: impl Into<String>) -> Self {
        Self::new(-32602, message)
    }

    /// -32603: our fault.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(-32603, message)
    }

    /// -32020: a header and the body disagree, or a required header is missing.
    pub fn header_mismatch(message: impl Into<String>) -> Self {
        Self::new(HEADER_MISMATCH, message)
    }

    /// -32021: naming what the client would have to declare.
    pub fn missing_capability(required: Value) -> Self {
        Self::new(
            MISSING_CAPABILITY,
            "This request needs a capability that the client did not declare",
        )
        .with_data(json!({"requiredCapabilities": required}))
    }

    /// -32021: the client did not declare the tasks extension.
    pub fn needs_tasks() -> Self {
        Self::missing_capability(json!({"extensions": {revision::TASKS: {}}}))
    }

    /// -32022: naming what is served.
    pub fn unsupported_version(requested: &Value) -> Self {
        Self::new(UNSUPPORTED_VERSION, "This protocol version is not served")
            .with_data(json!({"supported": revision::MODERN, "requested": requested}))
    }

    /// No such resource: a code of its own in the legacy era, -32602 in the modern one.
    pub fn unknown_resource(uri: &str, modern: bool) -> Self {
        let shown: String = uri.chars().take(limits::SHOWN_LINE_CHARS).collect();
        let text = format!("Unknown resource: '{shown}'. resources/templates/list shows the forms");
        let code = if modern { -32602 } else { -32002 };
        Self::new(code, text).with_data(json!({"uri": shown}))
    }

    /// The same error, of the protocol fields in `params._meta`.
    pub fn of_meta(mut self) -> Self {
        self.in_meta = true;
        self.with_data(json!({"in": "_meta"}))
    }

    /// The same error with data.
    pub fn with_data(mut self, data: Value) -> Self {
        self.data = Some(data);
        self
    }

    /// The error object.
    pub fn to_value(&self) -> Value {
        let mut object = json!({"code": self.code, "message": self.message});
        if let Some(data) = &self.data {
            object["data"] = data.clone();
        }
        object
    }
}
