//! HTTP+SSE of 2024-11-05: one stream for everything the server says, and a second URL to say
//! something to it.

use std::sync::Arc;

use super::events;
use super::headers;
use super::responder::{Visit, trimmed};
use super::service::Service;
use crate::http::{Response, Stream};
use crate::protocol::message;
use crate::protocol::message::Incoming;
use crate::protocol::{Answer, RpcError, Sink, malformed};
use crate::transport::serve::{Recipient, serve};

/// Where the stream is.
pub const PATH: &str = "/sse";

/// Where messages go, here and below the MCP endpoint.
pub const MESSAGES: &str = "/messages";

/// Opens a session: its first event tells where to send messages, and closing it ends everything.
pub fn open(service: &Service, visit: Visit) {
    // Proxies that pass on the endpoint only pass on what is below it.
    let base = match trimmed(&visit.request.path) {
        PATH => "",
        _ => service.path.trim_end_matches('/'),
    };
    let base = visit.request.prefix() + base;
    let caller = visit.caller(None);
    let Some(opened) = service.sessions.open(&caller) else {
        let text = "Too many sessions are open; try again later\n";
        return visit.respond(Response::text(503, text).with_header("Retry-After", "30"));
    };
    let stream = visit.responder.events(true);
    let (sessions, id) = (Arc::clone(&service.sessions), opened.id.clone());
    stream.on_close(Box::new(move || sessions.end(&id)));
    let place = format!("{base}{MESSAGES}/?session_id={}", opened.id);
    if stream.send(events::named("endpoint", &place)).is_ok() {
        opened.log.open_standalone(stream);
    }
}

/// Takes one message; what is answered goes to the stream.
pub fn message(service: &Service, visit: Visit) {
    let id = visit
        .request
        .query
        .as_deref()
        .and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("session_id=")));
    let Some(id) = id else {
        return visit.respond(Response::text(400, "session_id is missing in the query\n"));
    };
    let caller = visit.caller(Some(id));
    let Some(session) = service.sessions.find(id, &caller) else {
        return visit.respond(Response::text(404, "This session does not exist any more\n"));
    };
    let Some(stream) = session.log.standalone() else {
        return visit.respond(Response::text(404, "The stream of this session is closed\n"));
    };
    if !headers::is_json(&visit.request) {
        return visit.respond(Response::text(415, "Content-Type must be application/json\n"));
    }
    let read = message::read(&visit.request.body);
    let revision = session.session.revision();
    // Who waits for an answer waits on the stream.
    visit.respond(match &read {
        Err(bad) if bad.id.is_none() => {
            let answer = malformed(bad, revision);
            Response::json(answer.status, answer.body)
        }
        _ => Response::text(202, "Accepted"),
    });
    let to_stream = ToStream(stream);
    match read {
        Err(bad) if bad.id.is_none() => {}
        Err(bad) => drop(to_stream.send(malformed(&bad, revision).body)),
        Ok(Incoming::Batch(_)) => {
            let error = RpcError::invalid_request("HTTP+SSE takes one message at a time");
            to_stream.send(message::stray_error(&error, revision));
        }
        Ok(Incoming::One(message)) => {
            let sink: Arc<dyn Sink> = Arc::new(to_stream.clone());
            let of = (&session.session, &caller);
            serve(&service.engine, &service.workers, of, message, &sink, &Arc::new(to_stream));
        }
    }
}

#[derive(Clone)]
struct ToStream(Stream);

impl Sink for ToStream {
    fn send(&self, message: Vec<u8>) -> bool {
        self.0.send(events::message(None, &message)).is_ok()
    }
}

// The stream's session ends with it, and everything of the session then.
impl Recipient for ToStream {
    type Waiting = ();

    fn answer(&self, answer: Answer) {
        self.send(answer.body);
    }

    fn waiting(self: &Arc<Self>) {}
}
