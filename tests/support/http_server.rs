//! The program serving HTTP.

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use super::PATIENCE;
use super::raw_http::{self, Answer};
use super::served::Served;

pub struct HttpServer {
    pub served: Served,
    pub port: u16,
}

impl HttpServer {
    /// Starts `run` on a free port and waits until it says where it listens.
    pub fn start(env: &[(String, String)], arguments: &[&str]) -> Self {
        let mut all = vec!["run", "--port", "0"];
        all.extend(arguments);
        let served = Served::start(env, &all);
        Self { port: served.port, served }
    }

    pub fn request(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: Option<&str>,
    ) -> Answer {
        raw_http::request(self.port, method, path, headers, body)
    }

    pub fn post(&self, headers: &[(&str, &str)], body: &Value) -> Answer {
        let mut all = vec![("Accept", "application/json, text/event-stream")];
        all.extend(headers.iter().filter(|(n, _)| !n.eq_ignore_ascii_case("accept")));
        if let Some(accept) = headers.iter().find(|(n, _)| n.eq_ignore_ascii_case("accept")) {
            all[0] = *accept;
        }
        self.request("POST", "/mcp", &all, Some(&body.to_string()))
    }

    /// Begins a session: its id.
    pub fn session(&self, version: &str) -> String {
        let answer = self.post(&[], &initialize(version));
        assert_eq!(answer.status, 200, "{}", answer.text());
        let id = answer.header("mcp-session-id").expect("a session id").to_owned();
        assert!(id.len() >= 32 && id.bytes().all(|b| (0x21..=0x7e).contains(&b)), "{id}");
        id
    }

    /// A connection that stays open, on which the head has been sent and the response head read.
    pub fn open_stream(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Events {
        let mut text = format!("{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n", self.port);
        for (name, value) in headers {
            text.push_str(&format!("{name}: {value}\r\n"));
        }
        if !body.is_empty() {
            text.push_str("Content-Type: application/json\r\n");
            text.push_str(&format!("Content-Length: {}\r\n", body.len()));
        }
        text.push_str("\r\n");
        text.push_str(body);
        let socket = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        socket.set_read_timeout(Some(PATIENCE)).expect("a time-out");
        Events::open(socket, &text)
    }
}

/// An event stream as it arrives.
pub struct Events<S = TcpStream> {
    socket: S,
    bytes: Vec<u8>,
    pub status: u16,
}

/// One event.
#[derive(Debug, Default, PartialEq)]
pub struct Event {
    pub kind: String,
    pub id: Option<String>,
    pub data: String,
    pub retry: bool,
}

impl<S: Read + Write> Events<S> {
    /// Sends a request on a fresh connection and reads the head of its answer.
    pub fn open(mut socket: S, request: &str) -> Self {
        socket.write_all(request.as_bytes()).expect("it reads");
        Self { socket, bytes: Vec::new(), status: 0 }.read_head()
    }

    fn read_head(mut self) -> Self {
        let head = self.until(b"\r\n\r\n").expect("a head");
        let head = String::from_utf8_lossy(&head).into_owned();
        self.status = head.split(' ').nth(1).and_then(|s| s.parse().ok()).expect("a status");
        self
    }

    /// Everything up to and with `end`; none when the connection ended before.
    fn until(&mut self, end: &[u8]) -> Option<Vec<u8>> {
        let mut buffer = [0; 4096];
        loop {
            if let Some(at) = self.bytes.windows(end.len()).position(|w| w == end) {
                return Some(self.bytes.drain(..at + end.len()).collect());
            }
            // The last chunk ends the stream; the connection may live on.
            if self.status != 0 && self.bytes.ends_with(b"0\r\n\r\n") {
                return None;
            }
            match self.socket.read(&mut buffer) {
                Ok(0) | Err(_) => return None,
                Ok(n) => self.bytes.extend_from_slice(&buffer[..n]),
            }
        }
    }

    /// The next event; comments are skipped. None when the stream has ended.
    pub fn next(&mut self) -> Option<Event> {
        loop {
            // Chunk framing lines stand between events; an event never holds CR LF itself.
            let raw = self.until(b"\n\n")?;
            let text = String::from_utf8_lossy(&raw).into_owned();
            let mut event = Event::default();
            let mut fields = false;
            for line in text.lines() {
                if let Some(data) = line.strip_prefix("data:") {
                    event.data.push_str(data.strip_prefix(' ').unwrap_or(data));
                    fields = true;
                } else if let Some(kind) = line.strip_prefix("event: ") {
                    kind.clone_into(&mut event.kind);
                } else if let Some(id) = line.strip_prefix("id: ") {
                    event.id = Some(id.to_owned());
                } else if line.starts_with("retry:") {
                    event.retry = true;
                }
            }
            if fields {
                return Some(event);
            }
        }
    }

    /// The next event that carries a message.
    pub fn message(&mut self) -> Option<Value> {
        loop {
            let event = self.next()?;
            if !event.data.is_empty() {
                return serde_json::from_str(&event.data).ok();
            }
        }
    }
}

pub fn initialize(version: &str) -> Value {
    json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
        "protocolVersion": version, "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}}})
}

pub fn call(id: u64, tool: &str, arguments: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "method": "tools/call",
           "params": {"name": tool, "arguments": arguments}})
}
