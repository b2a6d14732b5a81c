//! What the headers of a message must say (2026-07-28), and what a client can read.

use serde_json::{Map, Value};

use crate::http::Request;
use crate::protocol::message::Message;
use crate::protocol::{Registry, RpcError, revision};

/// Header that names the revision.
pub const VERSION: &str = "mcp-protocol-version";

/// Header that shows an account of the caller's own at the platform.
pub const CREDENTIAL: &str = "x-itential-authorization";

/// What a client says it can read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Accept {
    /// `application/json`
    pub json: bool,
    /// `text/event-stream`
    pub events: bool,
}

impl Accept {
    /// Reads `Accept`. A client that says nothing, or that it takes anything, is given JSON: an
    /// event stream only goes to those who name it.
    pub fn of(request: &Request) -> Self {
        let mut accept = Self { json: false, events: false };
        let mut said = false;
        for (name, value) in &request.headers {
            if name != "accept" {
                continue;
            }
            said = true;
            for range in value.split(',') {
                match range
                    .split(';')
                    .next()
                    .unwrap_or_default()
                    .trim()
                    .to_ascii_lowercase()
                    .as_str()
                {
                    "application/json" | "application/*" | "*/*" => accept.json = true,
                    "text/event-stream" => accept.events = true,
                    _ => {}
                }
            }
        }
        if !said {
            accept.json = true;
        }
        accept
    }
}

/// A header of MCP, or of ours, that is given more than once, although each says one thing: this server would take
/// one of them, and a proxy that routes by them the other.
pub fn doubled(request: &Request) -> Option<&str> {
    let mut seen = request.headers.iter().map(|(name, _)| name.as_str()).enumerate();
    let again = |at: usize, name: &str| request.headers.iter().skip(at + 1).any(|(n, _)| n == name);
    let one = |name: &str| name.starts_with("mcp-") || name == CREDENTIAL;
    seen.find(|(at, name)| one(name) && again(*at, name)).map(|(_, name)| name)
}

/// Returns true if a trusted proxy says that it has passed the request on.
pub fn is_passed_on(request: &Request) -> bool {
    const SAY_SO: [&str; 4] = ["x-forwarded-for", "x-forwarded-host", "x-real-ip", "forwarded"];
    request.trusted_peer && SAY_SO.iter().any(|name| request.header(name).is_some())
}

/// Whether the body is declared to be JSON.
pub fn is_json(request: &Request) -> bool {
    let media = request.header("content-type").unwrap_or_default();
    media.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/json")
}

/// Checks the headers of a modern request against its body.
///
/// # Errors
/// -32020 when one is missing, malformed, or says something else than the body.
pub fn check_modern(
    request: &Request,
    message: &Message,
    registry: &Registry,
) -> Result<(), RpcError> {
    let (method, params) = match message {
        Message::Request { method, params, .. } | Message::Notification { method, params } => {
            (method, params)
        }
        Message::Response { .. } => return Ok(()),
    };
    let claimed = params.get("_meta").and_then(|meta| meta.get(revision::META_VERSION));
    agrees(request, VERSION, "MCP-Protocol-Version", claimed.and_then(Value::as_str))?;
    agrees(request, "mcp-method", "Mcp-Method", Some(method))?;
    let named_by = match method.as_str() {
        "tools/call" | "prompts/get" => Some("name"),
        "resources/read" => Some("uri"),
        "tasks/get" | "tasks/update" | "tasks/cancel" => Some("taskId"),
        _ => None,
    };
    if let Some(key) = named_by {
        agrees(request, "mcp-name", "Mcp-Name", params.get(key).and_then(Value::as_str))?;
    }
    if method == "tools/call" {
        check_parameters(request, params, registry)?;
    }
    Ok(())
}

fn agrees(
    request: &Request,
    header: &str,
    shown: &str,
    body: Option<&str>,
) -> Result<(), RpcError> {
    let Some(value) = request.header(header) else {
        return Err(RpcError::header_mismatch(format!("The header {shown} is required")));
    };
    if Some(decode(value.trim())?.as_str()) == body {
        Ok(())
    } else {
        Err(RpcError::header_mismatch(format!("The header {shown} and the body do not agree")))
    }
}

/// Checks `Mcp-Param-*` for the arguments whose schema asks for such a header (`x-mcp-header`).
fn check_parameters(
    request: &Request,
    params: &Map<String, Value>,
    registry: &Registry,
) -> Result<(), RpcError> {
    let name = params.get("name").and_then(Value::as_str).unwrap_or_default();
    let properties = registry
        .tool(name)
        .and_then(|tool| tool.definition.get("inputSchema"))
        .and_then(|schema| schema.get("properties"))
        .and_then(Value::as_object);
    for (property, schema) in properties.into_iter().flatten() {
        let Some(suffix) = schema.get("x-mcp-header").and_then(Value::as_str) else { continue };
        let header = format!("mcp-param-{}", suffix.to_ascii_lowercase());
        let argument = params
            .get("arguments")
            .and_then(|arguments| arguments.get(property))
            .filter(|argument| !argument.is_null());
        let shown = format!("Mcp-Param-{suffix}");
        match (request.header(&header), argument) {
            (None, None) => {}
            (None, Some(_)) => {
                return Err(RpcError::header_mismatch(format!("The header {shown} is required")));
            }
            (Some(_), None) => {
                return Err(RpcError::header_mismatch(format!(
                    "The header {shown} is there, but the argument '{property}' is not"
                )));
            }
            (Some(value), Some(argument)) => {
                if !same(&decode(value.trim())?, argument) {
                    return Err(RpcError::header_mismatch(format!(
                        "The header {shown} and the argument '{property}' do not agree"
                    )));
                }
            }
        }
    }
    Ok(())
}

/// Whole numbers compare as numbers, everything else as text.
fn same(header: &str, argument: &Value) -> bool {
    match argument {
        Value::String(text) => header == text,
        Value::Number(number) => {
            matches!((header.parse::<f64>(), number.as_f64()), (Ok(a), Some(b)) if a == b)
        }
        other => serde_json::from_str(header).is_ok_and(|value: Value| value == *other),
    }
}

/// A header value, or what `=?base64?...?=` holds.
fn decode(value: &str) -> Result<String, RpcError> {
    use base64::Engine as _;
    let Some(inner) = value.strip_prefix("=?base64?").and_then(|v| v.strip_suffix("?=")) else {
        return Ok(value.to_owned());
    };
    base64::engine::general_purpose::STANDARD
        .decode(inner)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| RpcError::header_mismatch("A header holds base64 that cannot be decoded"))
}
