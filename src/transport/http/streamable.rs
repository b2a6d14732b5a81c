//! The Streamable HTTP endpoint: POST of every revision, GET and DELETE of the legacy era.

use std::sync::Arc;

use super::events::STANDALONE;
use super::headers::{self, Accept, VERSION};
use super::legacy_sse;
use super::reply::Reply;
use super::responder::{AdmittedResponder, Visit};
use super::service::Service;
use super::sessions::{HttpSession, Sessions};
use crate::http::{Request, Response};
use crate::limits;
use crate::protocol::message;
use crate::protocol::message::{Incoming, Malformed, Message};
use crate::protocol::{
    Answer, Caller, NoSink, RpcError, Session, Sink, malformed, named_trace, revision,
};
use crate::sync::Lock;
use crate::transport::serve::{Recipient, serve, serve_batch};

const SESSION: &str = "mcp-session-id";

/// Answers one request to the endpoint.
pub fn endpoint(service: &Service, visit: Visit) {
    match visit.request.method.as_str() {
        "POST" => post(service, visit),
        "DELETE" => delete(service, visit),
        _ => get(service, visit),
    }
}

fn post(service: &Service, visit: Visit) {
    let request = &visit.request;
    if !headers::is_json(request) {
        let text = "Content-Type must be application/json";
        return refuse(visit, 415, &RpcError::invalid_request(text));
    }
    let accept = Accept::of(request);
    if !accept.json && !accept.events {
        let text = "Accept must allow application/json or text/event-stream";
        return refuse(visit, 406, &RpcError::invalid_request(text));
    }
    // A large message in a session that is none is not worth reading.
    if request.body.len() > limits::UNCHECKED_BODY_BYTES
        && request.header(SESSION).is_some()
        && !service.sessions.are_nameless()
        && modern_version(request).is_none()
        && let Err((status, error)) = session_of(service, &visit)
    {
        return refuse(visit, status, &error);
    }
    let mut memory = 0;
    let read = message::read_counting(&request.body, &mut memory);
    if !visit.responder.holds(memory) {
        let error = RpcError::internal("The server is busy with large requests; try again");
        return refuse(visit, 503, &error);
    }
    match read {
        Err(bad) => {
            let answer = malformed(&bad, visit.request.header(VERSION).map(str::trim));
            visit.respond(Response::json(answer.status, answer.body));
        }
        Ok(Incoming::Batch(messages)) => batch(service, visit, messages),
        Ok(Incoming::One(message)) => one(service, visit, message, accept),
    }
}

/// The era routing of one message: the body decides.
fn one(service: &Service, mut visit: Visit, message: Message, accept: Accept) {
    let params = match &message {
        Message::Request { params, .. } | Message::Notification { params, .. } => Some(params),
        Message::Response { .. } => None,
    };
    visit.responder.noted.of_trace(params.and_then(named_trace).as_ref());
    let header = visit.request.header(VERSION).map(str::trim);
    if params.is_some_and(revision::claims_modern) {
        return modern(service, visit, message, accept);
    }
    let is_handshake =
        matches!(&message, Message::Request { method, .. } if method == "initialize");
    if let Some(version) = header.filter(|version| revision::is_modern(version)) {
        if let Message::Notification { .. } = &message {
            // Official clients send some without _meta. Nothing is remembered that they could change.
            return visit.respond(Response::empty(202));
        }
        let error = if is_handshake {
            RpcError::header_mismatch(format!(
                "{version} has no initialize; name the version in params._meta, or leave the \
                 header out"
            ))
        } else {
            RpcError::invalid_params(format!(
                "params._meta must name \"{}\" and \"{}\"",
                revision::META_VERSION,
                revision::META_CAPABILITIES
            ))
        };
        return refuse_message(visit, 400, &message, &error);
    }
    if is_handshake {
        return handshake(service, visit, message);
    }
    if service.sessions.are_nameless() {
        let named = header.and_then(|header| revision::LEGACY.into_iter().find(|v| *v == header));
        let session = service.engine.without_handshake(named.unwrap_or(revision::UNNAMED));
        return run(service, visit, message, &session, None, accept);
    }
    match session_of(service, &visit) {
        Ok(session) => run(service, visit, message, &session.session, Some(&session), accept),
        Err((status, error)) => refuse_message(visit, status, &message, &error),
    }
}

fn modern(service: &Service, visit: Visit, message: Message, accept: Accept) {
    let registry = service.engine.registry(&visit.caller(None));
    if let Err(error) = headers::check_modern(&visit.request, &message, &registry) {
        return refuse_message(visit, 400, &message, &error);
    }
    // Nothing is remembered between modern requests, not even for the length of a connection.
    let session = Arc::new(Session::new());
    run(service, visit, message, &session, None, accept);
}

fn handshake(service: &Service, visit: Visit, message: Message) {
    let caller = visit.caller(None);
    let session = Arc::new(Session::new());
    let sink: Arc<dyn Sink> = Arc::new(NoSink);
    let greeted = Arc::new(Handshake {
        session: Arc::clone(&session),
        caller: Arc::clone(&caller),
        sessions: Arc::clone(&service.sessions),
        way: Lock::new(Some(visit.responder)),
    });
    serve(&service.engine, &service.workers, (&session, &caller), message, &sink, &greeted);
}

/// Whoever shakes hands. It gets an id if the two came to terms.
struct Handshake {
    session: Arc<Session>,
    caller: Arc<Caller>,
    sessions: Arc<Sessions>,
    way: Lock<Option<AdmittedResponder>>,
}

impl Recipient for Handshake {
    type Waiting = ();

    fn answer(&self, answer: Answer) {
        let Some(way) = self.way.lock().take() else { return };
        if self.session.revision().is_none() {
            return way.respond(Response::json(400, answer.body));
        }
        let response = Response::json(answer.status, answer.body);
        match self.sessions.id(&self.session, &self.caller) {
            Ok(Some(id)) => way.of_session(&id).respond(response),
            Ok(None) => way.respond(response),
            Err(error) => way.respond(Response::json(500, message::stray_error(&error, None))),
        }
    }

    fn unanswered(&self) {
        if let Some(way) = self.way.lock().take() {
            way.respond(Response::empty(202));
        }
    }

    fn takes_streams(&self) -> bool {
        false
    }

    fn waiting(self: &Arc<Self>) {}
}

/// Gives the message to the engine and sees its answer home.
fn run(
    service: &Service,
    visit: Visit,
    message: Message,
    session: &Arc<Session>,
    in_session: Option<&Arc<HttpSession>>,
    accept: Accept,
) {
    let caller = visit.caller(in_session.map(|session| session.id.as_str()));
    let reply = Reply::new(visit.responder, in_session.cloned(), accept.events, &service.pending);
    let reply = Arc::new(reply);
    let sink: Arc<dyn Sink> = Arc::clone(&reply) as Arc<dyn Sink>;
    serve(&service.engine, &service.workers, (session, &caller), message, &sink, &reply);
    if let Some(session) = in_session.filter(|session| session.session.remembers()) {
        // Where no place is left the wish was heard in vain; it costs the client some news.
        session.keep();
    }
}

/// A batch: of revision 2025-03-26 only. Answered with one array when every answer is there.
fn batch(service: &Service, visit: Visit, messages: Vec<Result<Message, Box<Malformed>>>) {
    let modern = messages.iter().any(|message| match message {
        Ok(Message::Request { params, .. } | Message::Notification { params, .. }) => {
            revision::claims_modern(params)
        }
        _ => false,
    });
    let session = match session_of(service, &visit) {
        Ok(session) => session,
        Err((status, error)) if !modern => return refuse(visit, status, &error),
        Err(_) => {
            let text = "Batches belong to protocol version 2025-03-26 only";
            return refuse(visit, 400, &RpcError::invalid_request(text));
        }
    };
    if modern || session.session.revision() != Some("2025-03-26") {
        let text = "Batches belong to protocol version 2025-03-26 only";
        return refuse(visit, 400, &RpcError::invalid_request(text));
    }
    let caller = visit.caller(Some(&session.id));
    let of_session = Some(Arc::clone(&session));
    let reply = Arc::new(Reply::new(visit.responder, of_session, false, &service.pending));
    let sink: Arc<dyn Sink> = Arc::new(NoSink);
    let of = (&session.session, &caller);
    serve_batch(&service.engine, &service.workers, of, messages, &sink, reply);
}

/// GET opens the stream for messages that belong to no request, or goes on with a broken one.
fn get(service: &Service, visit: Visit) {
    let accept = Accept::of(&visit.request);
    if let Some(version) = modern_version(&visit.request) {
        return refuse_method(visit, version);
    }
    if visit.request.header(SESSION).is_none() {
        if service.legacy_sse && accept.events {
            // Clients of 2024-11-05 look for their stream at whatever URL they were given.
            return legacy_sse::open(service, visit);
        }
        return explain(service, visit, accept);
    }
    let session = match session_of(service, &visit) {
        Ok(session) => session,
        Err((status, error)) => return refuse(visit, status, &error),
    };
    if !accept.events {
        let text = "Accept must allow text/event-stream";
        return refuse(visit, 406, &RpcError::invalid_request(text));
    }
    if !session.keep() {
        let text = "Too many streams of sessions are open; try again later";
        return refuse(visit, 503, &RpcError::internal(text));
    }
    let last = visit.request.header("last-event-id").map(str::to_owned);
    let stream = visit.responder.of_session(&session.id).events(true);
    if !last.is_some_and(|last| session.log.resume(&last, &stream)) {
        session.log.open_standalone(stream);
        if session.primes() {
            session.log.prime(STANDALONE);
        }
    }
}

fn delete(service: &Service, visit: Visit) {
    if let Some(version) = modern_version(&visit.request) {
        return refuse_method(visit, version);
    }
    match session_of(service, &visit) {
        Ok(session) => {
            service.sessions.end(&session.id);
            visit.respond(Response::empty(200));
        }
        Err((status, error)) => refuse(visit, status, &error),
    }
}

/// The session that a legacy request names.
fn session_of(service: &Service, visit: &Visit) -> Result<Arc<HttpSession>, (u16, RpcError)> {
    if let Some(version) = visit.request.header(VERSION).map(str::trim)
        && !revision::LEGACY.contains(&version)
    {
        let text = format!(
            "Unsupported protocol version. Supported versions: {}, {}",
            revision::LEGACY.join(", "),
            revision::MODERN.join(", ")
        );
        return Err((400, RpcError::invalid_request(text)));
    }
    let Some(id) = visit.request.header(SESSION) else {
        let text = "Mcp-Session-Id is required; send initialize to begin a session";
        return Err((400, RpcError::invalid_request(text)));
    };
    let caller = visit.caller(None);
    service.sessions.find(id.trim(), &caller).ok_or_else(|| {
        (404, RpcError::invalid_request("Session not found; send initialize to begin a new one"))
    })
}

/// What a person who opens the endpoint with a browser or curl should read.
fn explain(service: &Service, visit: Visit, accept: Accept) {
    // Clients that look for a stream take 405 for the word that there is none.
    let (status, get) = match service.legacy_sse {
        true => (406, "GET opens a stream of HTTP+SSE for Accept: text/event-stream."),
        false => (405, "GET needs the Mcp-Session-Id of a session."),
    };
    let text = "This is the MCP endpoint of itential-mcp (Streamable HTTP). POST one JSON-RPC message \
                here with Content-Type: application/json and Accept: application/json, \
                text/event-stream; begin with initialize, or with server/discover of 2026-07-28.";
    let text = format!("{text} {get}");
    let answer = match accept.events {
        true => {
            let speaks = visit.request.header(VERSION).map(str::trim);
            let error = RpcError::invalid_request(text);
            Response::json(status, message::stray_error(&error, speaks))
        }
        false => Response::text(status, format!("{text}\n")),
    };
    visit.respond(match status {
        405 => answer.with_header("Allow", "POST, DELETE"),
        _ => answer,
    });
}

/// The stateless revision that a header names.
fn modern_version(request: &Request) -> Option<&'static str> {
    let named = request.header(VERSION)?.trim();
    revision::MODERN.into_iter().find(|served| *served == named)
}

fn refuse_method(visit: Visit, version: &str) {
    let error = RpcError::invalid_request(format!("{version} has POST only"));
    let body = message::stray_error(&error, Some(version));
    visit.respond(Response::json(405, body).with_header("Allow", "POST"));
}

/// An error that belongs to the whole request.
pub fn refuse(visit: Visit, status: u16, error: &RpcError) {
    let speaks = visit.request.header(VERSION).map(str::trim);
    let body = message::stray_error(error, speaks);
    visit.respond(Response::json(status, body));
}

/// An error that belongs to one message and echoes its id.
fn refuse_message(visit: Visit, status: u16, message: &Message, error: &RpcError) {
    match message {
        Message::Request { id, .. } => {
            visit.respond(Response::json(status, message::error(id, error)));
        }
        Message::Notification { .. } | Message::Response { .. } => refuse(visit, status, error),
    }
}
