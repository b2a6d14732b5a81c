//! One admitted request, and the way back to whoever sent it.

use std::sync::Arc;

use super::events::stream_options;
use super::noted::{Noted, named_trace};
use super::origin::Admitted;
use crate::auth::Visitor;
use crate::http::{Client, Request, Responder, Response, Stream};
use crate::protocol::{Caller, Credential};

/// One admitted request.
pub struct Visit {
    /// What was asked.
    pub request: Request,
    /// The way back.
    pub responder: AdmittedResponder,
    /// Who asks.
    pub visitor: Visitor,
    /// The account at the platform that it shows.
    pub credential: Option<Credential>,
}

/// The way back to the sender: adds to every response what the sender needs to read it.
pub struct AdmittedResponder {
    responder: Responder,
    admitted: Admitted,
    session: Option<String>,
    /// What is noted of the request.
    pub noted: Noted,
}

impl Visit {
    /// Sends a complete answer.
    pub fn respond(self, response: Response) {
        self.responder.respond(response);
    }

    /// Who asks, in this session if in any.
    pub fn caller(&self, session: Option<&str>) -> Arc<Caller> {
        let Visitor { identity, role } = &self.visitor;
        let identity = identity.as_ref().map(|identity| identity.id());
        let role = role.as_deref();
        // A role has bounds for each caller, and whoever has no name could begin sessions at will.
        let caller = match session.filter(|_| role.is_none()) {
            Some(id) => Caller::new(identity, id),
            None => Caller::new(identity, &self.request.peer.to_string()),
        };
        Arc::new(Caller {
            role: role.map(|role| Arc::clone(&role.name)),
            credential: self.credential.clone(),
            calls_at_once: role.and_then(|role| role.settings.concurrent_calls),
            trace: named_trace(&self.request),
            ..caller
        })
    }
}

impl AdmittedResponder {
    /// The way back through `responder`.
    pub fn new(responder: Responder, admitted: Admitted, noted: Noted) -> Self {
        Self { responder, admitted, session: None, noted }
    }

    /// The same way; every response names this session.
    pub fn of_session(mut self, id: &str) -> Self {
        self.noted.in_session(id);
        self.session = Some(id.to_owned());
        self
    }

    /// Sends a complete answer.
    pub fn respond(self, response: Response) {
        let response = dress(&self.admitted, self.session.as_deref(), response);
        self.noted.answered(response.status, response.body.len() as u64);
        self.responder.respond(response);
    }

    /// Begins an event stream. `idle` streams have nothing to finish when the server stops.
    pub fn events(mut self, idle: bool) -> Stream {
        let head = Response::empty(200)
            .with_header("Content-Type", "text/event-stream")
            .with_header("Cache-Control", "no-cache, no-transform")
            .with_header("X-Accel-Buffering", "no");
        let head = dress(&self.admitted, self.session.as_deref(), head);
        self.noted.untimed = idle;
        let (noted, status) = (self.noted, head.status);
        let over = move |bytes| noted.answered(status, bytes);
        self.responder.stream_until(head, stream_options(idle), over)
    }

    /// See [`Responder::holds`].
    pub fn holds(&self, bytes: usize) -> bool {
        self.responder.holds(bytes)
    }

    /// Who waits for the answer.
    pub fn client(&self) -> Client {
        self.responder.client()
    }
}

fn dress(admitted: &Admitted, session: Option<&str>, response: Response) -> Response {
    let response = match session {
        Some(id) => response.with_header("Mcp-Session-Id", id),
        None => response,
    };
    admitted.dress(response)
}

/// A trailing slash is served, not redirected: many clients lose a POST's body on a redirect.
pub fn trimmed(path: &str) -> &str {
    match path.trim_end_matches('/') {
        "" => "/",
        path => path,
    }
}
