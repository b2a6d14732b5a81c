//! From an HTTP request to the platform's answer: control, faults, login, route.

use std::time::Duration;

use serde_json::{Value, json};

use super::answer::{Answer, Answered, Content, Refusal};
use super::areas::{self, accounts};
use super::faults::Fault;
use super::incoming::Incoming;
use super::levers;
use super::options::Options;
use super::query::{Query, decode};
use super::routing::find;
use super::sessions::not_logged_in;
use super::world::World;
use crate::http::{Request, Response};
use crate::limits;
use crate::sync::Lock;

/// The sandbox without its sockets.
pub struct Simulation(Lock<World>);

/// An answer, and what happens to it on the way.
#[derive(Debug)]
pub struct Reaction {
    /// What is answered.
    pub response: Response,
    /// Held back for so long.
    pub delay: Duration,
    /// Sent only in part, or not at all.
    pub cut: Cut,
}

/// How much of an answer goes out, and how.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cut {
    /// All of it.
    Whole,
    /// All of it, in chunks.
    Chunked,
    /// It breaks off in the middle of its body.
    Truncated,
    /// The connection is closed without an answer.
    Closed,
}

impl Simulation {
    /// A fresh world.
    pub fn new(options: Options) -> Self {
        Self(Lock::new(World::new(options, areas::collections())))
    }

    /// Lets the world catch up with time, then does what the request asks.
    pub fn answer(&self, request: &Request) -> Reaction {
        // A panic in a handler leaves at worst a half-changed row, which is awkward data again.
        let world = &mut *self.0.lock();
        world.tick();
        if is_control(&request.path) {
            let answer = control(world, request).unwrap_or_else(Answer::from);
            return Reaction { response: render(answer), delay: Duration::ZERO, cut: Cut::Whole };
        }
        let query = request.query.as_deref().unwrap_or("");
        let fault = world.control.fault_for(&request.method, &request.path, query);
        let answer = respond(world, request, fault.as_ref());
        let token = token(request, &Query::parse(query));
        let holder = token.and_then(|token| world.sessions.name(&token).map(str::to_owned));
        world.control.record(log_entry(request, answer.status, holder));
        let latency = world.options.latency;
        match fault {
            None => Reaction { response: render(answer), delay: latency, cut: Cut::Whole },
            Some(fault) => Reaction {
                response: fault.encode(render(fault.decorate(answer))),
                delay: latency + fault.delay,
                cut: match (fault.close, fault.truncate, fault.chunked) {
                    (true, _, _) => Cut::Closed,
                    (false, true, _) => Cut::Truncated,
                    (false, false, true) => Cut::Chunked,
                    (false, false, false) => Cut::Whole,
                },
            },
        }
    }
}

fn is_control(path: &str) -> bool {
    path == "/sandbox" || path.starts_with("/sandbox/")
}

fn control(world: &mut World, request: &Request) -> Result<Answer, Answer> {
    let (route, params) = find(&[levers::ROUTES], &request.method, &request.path)?;
    let call = Incoming { params, body: body(request)?, ..Incoming::default() };
    Ok((route.handler)(world, &call)?)
}

fn respond(world: &mut World, request: &Request, fault: Option<&Fault>) -> Answer {
    let instead = fault.and_then(Fault::instead);
    match (instead, fault) {
        (Some(instead), Some(fault)) if !fault.after_write => instead,
        (instead, fault) => {
            let unheard = fault.is_some_and(|fault| fault.close && !fault.after_write);
            if unheard {
                return Answer::from(Value::Null);
            }
            let answer = route(world, request).unwrap_or_else(|answer| answer);
            instead.unwrap_or(answer)
        }
    }
}

fn route(world: &mut World, request: &Request) -> Result<Answer, Answer> {
    let (path, method) = (request.path.as_str(), request.method.as_str());
    if let Ok((route, params)) = find(&[accounts::PUBLIC], method, path) {
        let call = Incoming { params, body: body(request)?, ..Incoming::default() };
        return Ok((route.handler)(world, &call)?);
    }
    let query = Query::parse(request.query.as_deref().unwrap_or(""));
    let token = token(request, &query);
    let account = token.and_then(|token| world.sessions.account(&token).map(str::to_owned));
    let account = account.ok_or_else(not_logged_in)?;
    if world.absent.iter().any(|beginning| path.starts_with(beginning.as_str())) {
        return Err(Refusal::new(404, format!("Cannot {method} {path}")).into());
    }
    let (route, params) = find(&areas::routes(), method, path)?;
    let call = Incoming { params, query, body: body(request)?, account };
    let outcome: Answered = (route.handler)(world, &call);
    Ok(outcome?)
}

/// The session token: a cookie, a bearer token, or `?token=`.
fn token(request: &Request, query: &Query) -> Option<String> {
    let cookies = request.headers.iter().filter(|(name, _)| name == "cookie");
    let mut cookies = cookies.flat_map(|(_, value)| value.split(';'));
    let cookie = cookies.find_map(|cookie| cookie.trim().strip_prefix("token="));
    let bearer = || request.header("authorization")?.strip_prefix("Bearer ");
    cookie.or_else(bearer).or_else(|| query.get("token")).map(str::to_owned)
}

/// The body as JSON; a form becomes an object of texts, other media types are not looked at.
fn body(request: &Request) -> Result<Value, Refusal> {
    let media_type = request.header("content-type").unwrap_or("");
    if request.body.is_empty() {
        return Ok(Value::Null);
    }
    // Control is for people with curl, whose default media type is a form.
    let json = media_type.contains("json") || is_control(&request.path);
    if !json && media_type.starts_with("application/x-www-form-urlencoded") {
        let form = Query::parse(&String::from_utf8_lossy(&request.body));
        return Ok(form.iter().map(|(name, value)| (name.to_owned(), json!(value))).collect());
    }
    if json {
        return serde_json::from_slice(&request.body)
            .map_err(|error| Refusal::invalid(format!("body is not valid JSON: {error}")));
    }
    Ok(Value::Null)
}

fn render(answer: Answer) -> Response {
    let response = match answer.body {
        Content::Json(value) => Response::json(answer.status, value.to_string()),
        Content::Text(media_type, text) => {
            Response::empty(answer.status).with_body(&media_type, text.into_bytes())
        }
    };
    answer
        .headers
        .into_iter()
        .fold(response, |response, (name, value)| response.with_header(&name, value))
}

/// What `GET /sandbox/requests` tells of a request. Anyone on this host may read it, so credentials
/// are masked: what was really sent shows in whether the login succeeded.
fn log_entry(request: &Request, status: u16, holder: Option<String>) -> Value {
    let masked = |name: &str| matches!(name, "authorization" | "cookie");
    let headers = request.headers.iter().map(|(name, value)| {
        (name.clone(), if masked(name) { json!("***") } else { json!(value) })
    });
    let text = String::from_utf8_lossy(&request.body);
    let body = match serde_json::from_str::<Value>(&text) {
        _ if accounts::PUBLIC.iter().any(|route| route.path == request.path) => json!("***"),
        _ if text.len() > limits::SANDBOX_LOGGED_BODY => json!(format!("{} bytes", text.len())),
        Ok(json) => json,
        Err(_) if text.is_empty() => Value::Null,
        Err(_) => json!(text),
    };
    json!({
        "method": request.method,
        "path": request.path,
        "decoded_path": decode(&request.path, false),
        "query": request.query,
        "headers": headers.collect::<Value>(),
        "body": body,
        "status": status,
        "user": holder,
    })
}
