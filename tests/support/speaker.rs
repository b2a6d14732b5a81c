//! A caller of a server over HTTP, in the words of whatever revision it speaks.

use serde_json::{Value, json};

use super::http_server::{HttpServer, initialize};
use super::modern;
use super::raw_http::Answer;

pub const MODERN: &str = "2026-07-28";

/// The revisions that differ in how callers are known.
pub const REVISIONS: [&str; 3] = ["2025-06-18", "2025-11-25", MODERN];

pub struct Speaker<'a> {
    server: &'a HttpServer,
    revision: &'a str,
    /// What it shows with every request.
    shown: Vec<(&'static str, String)>,
    session: Option<String>,
    /// What it can do (modern era).
    pub can: Value,
}

impl<'a> Speaker<'a> {
    /// Whoever shows this token, after shaking hands where that is done.
    pub fn new(server: &'a HttpServer, revision: &'a str, token: &str) -> Self {
        let bearer = ("Authorization", format!("Bearer {token}"));
        let shown = if token.is_empty() { Vec::new() } else { vec![bearer] };
        Self::showing(server, revision, shown)
    }

    /// Whoever shows these headers.
    pub fn showing(
        server: &'a HttpServer,
        revision: &'a str,
        shown: Vec<(&'static str, String)>,
    ) -> Self {
        let mut speaker = Self { server, revision, shown, session: None, can: json!({}) };
        if revision != MODERN {
            let hello = speaker.send(&[], &initialize(revision));
            assert_eq!(hello.status, 200, "{}", hello.text());
            speaker.session = hello.header("mcp-session-id").map(str::to_owned);
        }
        speaker
    }

    fn send(&self, more: &[(&str, &str)], body: &Value) -> Answer {
        let mut headers: Vec<(&str, &str)> =
            self.shown.iter().map(|(name, value)| (*name, value.as_str())).collect();
        headers.extend(more);
        self.server.post(&headers, body)
    }

    /// The whole answer to a request.
    pub fn answer(&self, method: &str, params: Value) -> Answer {
        let request =
            |params: Value| json!({"jsonrpc": "2.0", "id": 7, "method": method, "params": params});
        if let Some(session) = &self.session {
            return self.send(&[("Mcp-Session-Id", session)], &request(params));
        }
        let named = ["name", "uri", "taskId"].iter().find_map(|key| params.get(*key)?.as_str());
        let named = named.unwrap_or_default().to_owned();
        let mut headers = vec![("MCP-Protocol-Version", MODERN), ("Mcp-Method", method)];
        if !named.is_empty() {
            headers.push(("Mcp-Name", &named));
        }
        let mut params = modern(params);
        params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = self.can.clone();
        self.send(&headers, &request(params))
    }

    /// The JSON-RPC message that answers a request.
    pub fn ask(&self, method: &str, params: Value) -> Value {
        self.answer(method, params).json()
    }

    pub fn call(&self, tool: &str, arguments: Value) -> Value {
        self.ask("tools/call", json!({"name": tool, "arguments": arguments}))
    }

    /// What a call of a tool says to its model.
    pub fn said(&self, tool: &str, arguments: Value) -> String {
        let answer = self.call(tool, arguments);
        let text = answer["result"]["content"][0]["text"].as_str();
        text.unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// The names in a list.
    pub fn names(&self, method: &str, key: &str) -> Vec<String> {
        let answer = self.ask(method, json!({}));
        let items = answer["result"][key].as_array().cloned().unwrap_or_default();
        items.iter().filter_map(|item| item["name"].as_str().map(str::to_owned)).collect()
    }

    pub fn tools(&self) -> Vec<String> {
        self.names("tools/list", "tools")
    }
}
