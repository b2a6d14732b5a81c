//! The vocabulary of the area files: routes, calls, answers, refusals.

use std::fmt;

use serde_json::{Value, json};

use super::query::{Query, decode};
use super::world::World;

/// One operation of the platform.
pub struct Route {
    /// The method it answers to.
    pub method: &'static str,
    /// The path; `{}` stands for one segment, a final `{*}` for all that remain.
    pub path: &'static str,
    /// What it does.
    pub handler: fn(&mut World, &Call) -> Outcome,
}

/// What a handler gives back.
pub type Outcome = Result<Answer, Refusal>;

/// A request that has found its route.
#[derive(Debug, Default)]
pub struct Call {
    /// What stood for the `{}` of the route, percent-decoded.
    pub params: Vec<String>,
    /// The decoded query.
    pub query: Query,
    /// The decoded JSON body; null when there was none.
    pub body: Value,
    /// The id of the account that is logged in.
    pub account: String,
}

/// An answer of the platform.
#[derive(Clone, Debug)]
pub struct Answer {
    /// HTTP status code.
    pub status: u16,
    /// Headers beyond the content type.
    pub headers: Vec<(String, String)>,
    /// What is sent.
    pub body: Body,
}

/// The body of an answer.
#[derive(Clone, Debug)]
pub enum Body {
    /// JSON.
    Json(Value),
    /// A media type and what it holds.
    Text(String, String),
}

/// Why the platform did not do what was asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Refusal {
    status: u16,
    message: String,
}

impl Call {
    /// The `index`th parameter of the path.
    pub fn param(&self, index: usize) -> &str {
        self.params.get(index).map_or("", String::as_str)
    }

    /// The text at JSON pointer `pointer` of the body; refuses when it is absent or no text.
    pub fn text(&self, pointer: &str) -> Result<&str, Refusal> {
        match self.body.pointer(pointer) {
            Some(Value::String(text)) => Ok(text),
            Some(_) => Err(Refusal::invalid(format!("body{pointer} must be string"))),
            None => Err(Refusal::missing(pointer)),
        }
    }

    /// The list at `pointer` of the body; refuses when it is absent or no list.
    pub fn list(&self, pointer: &str) -> Result<&[Value], Refusal> {
        match self.body.pointer(pointer) {
            Some(Value::Array(list)) => Ok(list),
            Some(_) => Err(Refusal::invalid(format!("body{pointer} must be array"))),
            None => Err(Refusal::missing(pointer)),
        }
    }

    /// The value at `pointer` of the body, or null.
    pub fn value(&self, pointer: &str) -> Value {
        self.body.pointer(pointer).cloned().unwrap_or_default()
    }
}

impl Answer {
    /// The same answer with another status.
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// The same answer with one more header.
    pub fn with_header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.to_owned(), value.into()));
        self
    }

    /// An answer of plain text.
    pub fn text(text: impl Into<String>) -> Self {
        let body = Body::Text("text/plain; charset=utf-8".to_owned(), text.into());
        Self { status: 200, headers: Vec::new(), body }
    }
}

impl From<Value> for Answer {
    fn from(body: Value) -> Self {
        Self { status: 200, headers: Vec::new(), body: Body::Json(body) }
    }
}

impl Refusal {
    /// A refusal with any status.
    pub fn new(status: u16, message: impl Into<String>) -> Self {
        Self { status, message: message.into() }
    }

    /// What was asked for does not exist.
    pub fn not_found(what: &str, id: &str) -> Self {
        Self::new(404, format!("{what} '{id}' not found"))
    }

    /// The request does not have the form this route needs.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(400, message)
    }

    fn missing(pointer: &str) -> Self {
        let (parent, name) = pointer.rsplit_once('/').unwrap_or(("", pointer));
        Self::invalid(format!("body{parent} must have required property '{name}'"))
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        let error = match refusal.status {
            400 => "Bad Request",
            401 => "Unauthorized",
            403 => "Forbidden",
            404 => "Not Found",
            405 => "Method Not Allowed",
            409 => "Conflict",
            _ => "Internal Server Error",
        };
        Answer::from(json!({"message": refusal.message, "error": error, "data": null}))
            .with_status(refusal.status)
    }
}

/// A route that reads.
pub const fn get(path: &'static str, handler: fn(&mut World, &Call) -> Outcome) -> Route {
    Route { method: "GET", path, handler }
}

/// A route that creates, searches or runs.
pub const fn post(path: &'static str, handler: fn(&mut World, &Call) -> Outcome) -> Route {
    Route { method: "POST", path, handler }
}

/// A route that replaces.
pub const fn put(path: &'static str, handler: fn(&mut World, &Call) -> Outcome) -> Route {
    Route { method: "PUT", path, handler }
}

/// A route that changes a part.
pub const fn patch(path: &'static str, handler: fn(&mut World, &Call) -> Outcome) -> Route {
    Route { method: "PATCH", path, handler }
}

/// A route that removes.
pub const fn delete(path: &'static str, handler: fn(&mut World, &Call) -> Outcome) -> Route {
    Route { method: "DELETE", path, handler }
}

/// The first route of `tables` for `method` and `path`, and its decoded parameters. Refuses a path
/// nobody knows and a verb the path does not take.
pub fn find<'a>(
    tables: &[&'a [Route]],
    method: &str,
    path: &str,
) -> Result<(&'a Route, Vec<String>), Answer> {
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    let mut allowed = Vec::new();
    for route in tables.iter().flat_map(|table| table.iter()) {
        let Some(params) = params(route.path, &segments) else { continue };
        if route.method == method {
            return Ok((route, params));
        }
        allowed.push(route.method);
    }
    if allowed.is_empty() {
        return Err(Refusal::new(404, format!("Cannot {method} {path}")).into());
    }
    let refusal = Refusal::new(405, format!("{method} is not allowed on {path}"));
    Err(Answer::from(refusal).with_header("Allow", allowed.join(", ")))
}

fn params(pattern: &str, segments: &[&str]) -> Option<Vec<String>> {
    let mut params = Vec::new();
    let mut rest = segments.iter();
    for part in pattern.trim_matches('/').split('/') {
        if part == "{*}" {
            let tail: Vec<String> = rest.map(|segment| decode(segment, false)).collect();
            params.push(tail.join("/"));
            return Some(params);
        }
        let segment = rest.next()?;
        if part == "{}" {
            params.push(decode(segment, false));
        } else if part != *segment {
            return None;
        }
    }
    rest.next().is_none().then_some(params)
}

#[cfg(test)]
mod tests {
    use super::params;

    #[test]
    fn patterns() {
        let split = |path: &'static str| path.split('/').collect::<Vec<_>>();
        assert_eq!(params("/a/{}/c", &split("a/x%2Fy/c")), Some(vec!["x/y".to_owned()]));
        assert_eq!(params("/a/{}", &split("a/b/c")), None);
        assert_eq!(params("/a/{}/c", &split("a/b")), None);
        assert_eq!(params("/a/{*}", &split("a/b/c%20d")), Some(vec!["b/c d".to_owned()]));
    }
}
