//! HTTP+SSE of 2024-11-05: one stream for everything the server says, and a second URL to say
//! something to it.

use std::sync::Arc;

use super::headers;
use super::visit::Visit;
use super::{Front, events};
use crate::http::{Response, Stream};
use crate::protocol::message;
use crate::protocol::message::Incoming;
use crate::protocol::{Outcome, RpcError, Sink, malformed};

/// Opens a session: its first event tells where to send messages, and closing it ends everything.
pub fn open(front: &Front, visit: Visit) {
    let caller = front.caller(&visit.request);
    let Some(opened) = front.sessions.open(caller.identity.as_deref()) else {
        let text = "Too many sessions are open; try again later\n";
        return visit.respond(Response::text(503, text).with_header("Retry-After", "30"));
    };
    let stream = visit.way.events(true);
    let (sessions, id) = (Arc::clone(&front.sessions), opened.id.clone());
    stream.on_close(Box::new(move || sessions.end(&id)));
    let place = format!("/messages/?session_id={}", opened.id);
    if stream.send(events::named("endpoint", &place)).is_ok() {
        opened.log.open_standalone(stream);
    }
}

/// Takes one message; what is answered goes to the stream.
pub fn message(front: &Front, visit: Visit) {
    let id = visit
        .request
        .query
        .as_deref()
        .and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("session_id=")));
    let Some(id) = id else {
        return visit.respond(Response::text(400, "session_id is missing in the query\n"));
    };
    let caller = front.caller(&visit.request);
    let Some(session) = front.sessions.find(id, caller.identity.as_deref()) else {
        return visit.respond(Response::text(404, "This session does not exist any more\n"));
    };
    let Some(stream) = session.log.standalone() else {
        return visit.respond(Response::text(404, "The stream of this session is closed\n"));
    };
    if !headers::is_json(&visit.request) {
        return visit.respond(Response::text(415, "Content-Type must be application/json\n"));
    }
    let read = message::read(&visit.request.body);
    let refused = match &read {
        Err(bad) => Some(malformed(bad)),
        Ok(_) => None,
    };
    visit.respond(match &refused {
        None => Response::text(202, "Accepted"),
        Some(answer) => Response::json(answer.status, answer.body.clone()),
    });
    let to_stream = ToStream(stream);
    match read {
        Err(_) => {}
        Ok(Incoming::Batch(_)) => {
            let error = RpcError::invalid_request("HTTP+SSE takes one message at a time");
            to_stream.send(message::error(None, &error));
        }
        Ok(Incoming::One(message)) => {
            let sink: Arc<dyn Sink> = Arc::new(to_stream.clone());
            match front.engine.receive(&session.session, &caller, message, &sink) {
                Outcome::Nothing => {}
                Outcome::Listening(listening) => {
                    // The stream's session ends with it, and the subscription with the session.
                    let end = to_stream.clone();
                    listening.start(move |answer| {
                        end.send(answer.body);
                    });
                }
                Outcome::Answer(answer) => drop(to_stream.send(answer.body)),
                Outcome::Work(work) => match front.workers.slot() {
                    Some(slot) => slot.run(move || {
                        if let Some(answer) = work.run() {
                            to_stream.send(answer.body);
                        }
                    }),
                    None => drop(to_stream.send(work.busy().body)),
                },
            }
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
