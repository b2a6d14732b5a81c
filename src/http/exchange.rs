//! A request and the means to answer it.

use std::sync::Arc;

use super::conn::Conn;
use super::message::{Request, Response};
use super::phase::StreamOptions;
use super::stream::Stream;

/// What a server does with its requests. Called on an I/O thread: must not block.
pub trait Handler: Send + Sync + 'static {
    /// Answers `exchange`, or moves it to a thread that will.
    fn handle(&self, exchange: Exchange);
}

impl<F: Fn(Exchange) + Send + Sync + 'static> Handler for F {
    fn handle(&self, exchange: Exchange) {
        self(exchange);
    }
}

/// One request and the means to answer it.
///
/// Every request is answered: an exchange that is dropped unanswered sends status 500.
#[derive(Debug)]
pub struct Exchange {
    /// What the client asked.
    pub request: Request,
    /// The means to answer, for code that wants to keep it apart from the request.
    pub responder: Responder,
}

impl Exchange {
    /// See [`Responder::respond`].
    pub fn respond(self, response: Response) {
        self.responder.respond(response);
    }

    /// See [`Responder::stream`].
    pub fn stream(self, head: Response) -> Stream {
        self.responder.stream(head)
    }

    /// See [`Responder::stream_with`].
    pub fn stream_with(self, head: Response, options: StreamOptions) -> Stream {
        self.responder.stream_with(head, options)
    }

    /// See [`Responder::closed`].
    pub fn closed(&self) -> bool {
        self.responder.closed()
    }

    /// See [`Responder::on_close`].
    pub fn on_close(&self, callback: impl FnOnce() + Send + 'static) {
        self.responder.on_close(callback);
    }
}

/// The means to answer one request, from any thread. No method ever blocks on the client.
pub struct Responder {
    conn: Option<Arc<Conn>>,
    number: u64,
}

impl Responder {
    pub(super) fn new(conn: Arc<Conn>, number: u64) -> Self {
        Self { conn: Some(conn), number }
    }

    /// Sends a complete answer.
    pub fn respond(mut self, response: Response) {
        if let Some(conn) = self.conn.take() {
            conn.answer(self.number, &response);
        }
    }

    /// Sends `bytes` as they are, be they no or half an answer, and closes the connection: how the
    /// sandbox plays a server that dies.
    pub fn break_off(mut self, bytes: &[u8]) {
        if let Some(conn) = self.conn.take() {
            conn.break_off(self.number, bytes);
        }
    }

    /// Begins an answer that comes in pieces: chunked on HTTP/1.1, ended by closing the connection on
    /// HTTP/1.0. The body of `head` is not sent.
    pub fn stream(self, head: Response) -> Stream {
        self.stream_with(head, StreamOptions::default())
    }

    /// Begins an answer that comes in pieces, with options.
    pub fn stream_with(mut self, head: Response, options: StreamOptions) -> Stream {
        let conn = self.conn.take().filter(|conn| conn.begin_stream(self.number, &head, options));
        Stream::new(conn, self.number)
    }

    /// Whether the client has gone: nobody waits for the answer.
    pub fn closed(&self) -> bool {
        self.conn.as_ref().is_none_or(|conn| conn.is_over(self.number))
    }

    /// Runs `callback` on an I/O thread when the client goes before it is answered; at once, here, if
    /// it has gone already. A client that ends only its sending side counts as gone; an answer is
    /// still sent to it. When the answer becomes a stream, the callback stays with the stream.
    pub fn on_close(&self, callback: impl FnOnce() + Send + 'static) {
        if let Some(conn) = &self.conn {
            conn.on_gone(self.number, Box::new(callback));
        }
    }
}

impl Drop for Responder {
    fn drop(&mut self) {
        if let Some(conn) = self.conn.take() {
            conn.answer(self.number, &Response::text(500, "the request was not answered\n"));
        }
    }
}

impl std::fmt::Debug for Responder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Responder").field("closed", &self.closed()).finish_non_exhaustive()
    }
}
