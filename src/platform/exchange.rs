//! One request and its answer.

use std::time::{Duration, Instant};

use serde_json::Value;
use ureq::http::header::{
    CONTENT_LENGTH, CONTENT_TYPE, HeaderName, LOCATION, RETRY_AFTER, TRANSFER_ENCODING,
};
use ureq::http::{HeaderMap, Request};

use super::connection::Connection;
use super::error::{Error, ErrorKind, NoRoute, Target};
use super::explain::explain;
use super::json;
use super::memory;
use super::path::Path;
use super::path::encode_form;
use super::session::Credential;
use super::text;
use super::written::{Answer, Written};
use crate::limits;
use crate::outbound::Scope;
use crate::trace::Trace;

/// One request, before it has a session.
pub(super) struct Call<'a> {
    pub method: &'static str,
    pub path: &'a Path,
    pub query: &'a [(&'a str, &'a str)],
    pub body: Body,
    pub wants: Wants,
}

/// What a request is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wants {
    /// To read JSON. Nothing changes by it, so it may be repeated.
    Json,
    /// To read a text of any kind; likewise.
    Text,
    /// To change something.
    Change,
}

impl Wants {
    /// Whether nothing changes by it.
    pub fn reads(self) -> bool {
        self != Self::Change
    }
}

/// The body of a request.
pub(super) enum Body {
    /// No body, no length.
    None,
    /// No body, `Content-Length: 0`, as methods expect that usually carry one.
    Empty,
    Json(String),
    Form(String),
}

impl Call<'_> {
    /// The call as told in errors.
    pub fn target(&self, client: &Connection) -> Target {
        Target {
            method: self.method,
            path: self.path.as_str().to_owned(),
            server: client.base.clone(),
            reads: self.wants.reads(),
        }
    }
}

/// An answer whose body was read as far as possible.
pub(super) struct Reply {
    pub target: Box<Target>,
    pub status: u16,
    pub headers: HeaderMap,
    pub body: memory::Body,
    /// Why the body is incomplete, if it is.
    broken: Option<Error>,
}

impl Reply {
    /// The reply, if its status is 2xx.
    pub fn checked(self) -> Result<Self, Error> {
        match self.error() {
            Some(error) => Err(error),
            None => Ok(self),
        }
    }

    /// What a status other than 2xx means.
    pub fn error(&self) -> Option<Error> {
        let target = self.target.clone();
        let said = || text::summary(&self.body);
        Some(match self.status {
            200..=299 => return None,
            300..=399 => {
                let location = self.location().split(['?', '#']).next().unwrap_or_default();
                let location = crate::observe::redact(location).into_owned();
                Error::new(
                    target,
                    ErrorKind::Redirect {
                        status: self.status,
                        location: text::cut(&location, limits::SHOWN_LINE_CHARS),
                        login: text::leads_to_login(self.location()),
                    },
                )
            }
            status => {
                let retry_after =
                    matches!(status, 429 | 500..).then(|| self.retry_after()).flatten();
                let body = if status == 429 { String::new() } else { said() };
                let no_route = match status {
                    404 => text::no_route(&self.body),
                    _ => NoRoute::No,
                };
                Error::new(target, ErrorKind::Status { status, body, retry_after, no_route })
            }
        })
    }

    /// Where a redirect points.
    pub fn location(&self) -> &str {
        self.headers.get(LOCATION).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// `Retry-After` in seconds; the date form is rare and as good as absent.
    fn retry_after(&self) -> Option<Duration> {
        let value = self.headers.get(RETRY_AFTER)?.to_str().ok()?;
        value.trim().parse().ok().map(Duration::from_secs)
    }

    /// The body of a read.
    pub fn into_json(self) -> Result<Value, Error> {
        self.read(json::decode)
    }

    /// What `read` makes of the body of a read.
    pub fn read<T>(
        mut self,
        read: impl FnOnce(&[u8]) -> Result<T, serde_json::Error>,
    ) -> Result<T, Error> {
        if let Some(error) = self.broken.take() {
            return Err(error);
        }
        read(&self.body).map_err(|error| {
            let kind = match json::is_too_much(&error) {
                true => ErrorKind::TooLarge { limit: limits::PLATFORM_TREE_BYTES as u64 },
                false => ErrorKind::NotJson {
                    status: self.status,
                    cause: match self.body.is_empty() {
                        true => "it is empty".to_owned(),
                        false => error.to_string(),
                    },
                    body: text::summary(&self.body),
                },
            };
            Error::new(self.target, kind)
        })
    }

    /// The whole body, as it came.
    pub fn into_bytes(mut self) -> Result<Vec<u8>, Error> {
        match self.broken.take() {
            Some(error) => Err(error),
            None => Ok(self.body.into_bytes()),
        }
    }

    /// The body as text: a JSON string without its quotes, anything else as it came.
    pub fn into_text(mut self) -> Result<String, Error> {
        if let Some(error) = self.broken.take() {
            return Err(error);
        }
        let is_quoted = self.body.trim_ascii_start().starts_with(b"\"");
        if let (true, Ok(Value::String(text))) = (is_quoted, json::decode(&self.body)) {
            return Ok(text);
        }
        let text = String::from_utf8(self.body.into_bytes());
        Ok(text.unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
    }

    /// What a write was answered with; its status is 2xx.
    pub fn into_written(self) -> Written {
        let answer = match (&self.broken, json::decode(&self.body)) {
            (Some(error), _) => Answer::Unreadable {
                why: Error::untargeted(error.kind.clone()).to_string(),
                said: text::summary(&self.body),
            },
            (None, _) if self.body.trim_ascii().is_empty() => Answer::Empty,
            (None, Ok(value)) => Answer::Json(value),
            (None, Err(error)) => {
                let content_type = self.content_type();
                let said = text::summary(&self.body);
                match content_type.contains("json") {
                    true => Answer::Unreadable { why: format!("it is not JSON: {error}"), said },
                    false => Answer::Other { content_type, said },
                }
            }
        };
        log::debug!("{}: answered {} with {answer}", self.target, self.status);
        Written { target: self.target, status: self.status, answer }
    }

    /// The media type, without parameters and in lower case; empty when the platform named none.
    pub fn content_type(&self) -> String {
        let value = self.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let media = value.unwrap_or_default().split(';').next().unwrap_or_default();
        text::cut(&media.trim().to_ascii_lowercase(), limits::SHOWN_LINE_CHARS)
    }
}

/// Sends `call` and reads its answer on the current thread's [`Scope`](crate::outbound::Scope).
pub(super) fn exchange(
    client: &Connection,
    call: &Call<'_>,
    login: Option<&Credential>,
    trace: Option<&Trace>,
) -> Result<Reply, ureq::Error> {
    let begun = Instant::now();
    let mut uri = format!("{}{}", client.base, call.path);
    if !call.query.is_empty() {
        uri.push('?');
        uri.push_str(&encode_form(call.query));
    }
    let mut head = Request::builder().method(call.method).uri(uri);
    if let Some(login) = login {
        head = head.header(&login.name, &login.value);
    }
    if let Some(trace) = trace {
        head = head.header("traceparent", trace.parent());
        if let Some(state) = trace.state() {
            head = head.header("tracestate", state);
        }
    }
    let typed = |head: ureq::http::request::Builder, kind: &'static str, body: &str| {
        client.agent.run(head.header(CONTENT_TYPE, kind).body(body.as_bytes().to_vec())?)
    };
    let response = match &call.body {
        Body::None => client.agent.run(head.body(())?),
        Body::Empty => client.agent.run(head.body(Vec::<u8>::new())?),
        Body::Json(body) => typed(head, "application/json", body),
        Body::Form(body) => typed(head, "application/x-www-form-urlencoded", body),
    }?;
    let (parts, body) = response.into_parts();
    let target = Box::new(call.target(client));
    let announced = header_number(&parts.headers, &CONTENT_LENGTH).unwrap_or(0);
    let limit = limits::PLATFORM_BODY_BYTES;
    let length = usize::try_from(announced).ok().filter(|length| *length as u64 <= limit);
    let mut received = client.memory.body(length);
    let mut broken = None;
    if announced > limit {
        broken = Some(Error::new(target.clone(), ErrorKind::TooLarge { limit }));
    } else if let Err(error) = received.receive(body.into_reader()) {
        broken = Some(explain(error, target.clone(), begun.elapsed()));
    } else if Scope::is_torn() && !is_framed(&parts.headers) {
        let cause = "it ended without saying so, so the answer may be cut".to_owned();
        broken = Some(Error::new(target.clone(), ErrorKind::Lost { cause }));
    }
    let status = parts.status.as_u16();
    if let Some(error) = broken.take_if(|_| status < 300 && call.wants.reads()) {
        // A read without its whole body is no answer; as an error it may be tried again.
        return Err(ureq::Error::Other(Box::new(error)));
    }
    Ok(Reply { target, status, headers: parts.headers, body: received, broken })
}

/// Whether the head says where the body ends. What does not ends with the connection, and is whole
/// only when that was ended properly.
fn is_framed(headers: &HeaderMap) -> bool {
    headers.contains_key(CONTENT_LENGTH) || headers.contains_key(TRANSFER_ENCODING)
}

fn header_number(headers: &HeaderMap, name: &HeaderName) -> Option<u64> {
    headers.get(name)?.to_str().ok()?.trim().parse().ok()
}
