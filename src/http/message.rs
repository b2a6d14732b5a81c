//! A request that has passed every check of the door, and the answer to it.

use std::net::IpAddr;

/// A complete request. Header names are lower case; the path is percent-decoded nowhere.
#[derive(Clone, Debug)]
pub struct Request {
    /// The method, as sent (`GET`, `POST`, ...).
    pub method: String,
    /// The path of the target, without query; absolute-form targets are reduced to it.
    pub path: String,
    /// The query of the target, without `?`.
    pub query: Option<String>,
    /// The version of HTTP, as `HTTP/1.1`.
    pub version: &'static str,
    /// Names (lower case) and values in the order received.
    pub headers: Vec<(String, String)>,
    /// The whole body, chunking removed.
    pub body: Vec<u8>,
    /// The client's address.
    pub peer: IpAddr,
    /// Whether a trusted proxy may have passed it on, whose `X-Forwarded-` headers are believed.
    pub trusted_peer: bool,
    /// Subject of the client certificate, when the client was asked for one.
    pub client_identity: Option<String>,
}

impl Request {
    /// The first value of header `name` (lower case).
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The path that proxies have taken off in front of ours, as trusted ones tell it.
    pub fn prefix(&self) -> String {
        let told: String = self
            .headers
            .iter()
            .filter(|(name, _)| self.trusted_peer && name == "x-forwarded-prefix")
            .flat_map(|(_, value)| value.split(','))
            .map(|part| part.trim().trim_end_matches('/'))
            .collect();
        // What begins with two slashes would name another host.
        let plain =
            |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~%!$&'()*+;=:@".contains(&byte);
        match told.starts_with('/') && !told.contains("//") && told.bytes().all(plain) {
            true => told,
            false => String::new(),
        }
    }
}

/// A complete answer.
#[derive(Clone, Debug)]
pub struct Response {
    /// Status code.
    pub status: u16,
    /// Headers other than those of framing (`Content-Length`, `Date`, `Connection`).
    pub headers: Vec<(String, String)>,
    /// The whole body.
    pub body: Vec<u8>,
}

impl Response {
    /// An answer without body.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Vec::new() }
    }

    /// An answer of plain text.
    pub fn text(status: u16, text: impl Into<String>) -> Self {
        Self::empty(status).with_body("text/plain; charset=utf-8", text.into().into_bytes())
    }

    /// An answer of JSON, already rendered.
    pub fn json(status: u16, json: impl Into<Vec<u8>>) -> Self {
        Self::empty(status).with_body("application/json", json.into())
    }

    /// The same answer with a body of the given media type.
    pub fn with_body(mut self, media_type: &str, body: Vec<u8>) -> Self {
        self.body = body;
        self.with_header("Content-Type", media_type)
    }

    /// The same answer with one more header.
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }
}
