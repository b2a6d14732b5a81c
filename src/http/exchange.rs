//! A request and the means to answer it.

use std::sync::Arc;

use super::conn::Conn;
use super::held::{Callback, Leaving};
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

    /// See [`Responder::client`].
    pub fn client(&self) -> Client {
        self.responder.client()
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

    /// Counts so much memory more for the request until it is answered. False: all requests together
    /// would take too much.
    pub fn holds(&self, bytes: usize) -> bool {
        self.conn.as_ref().is_none_or(|conn| conn.hold(self.number, bytes))
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
    pub fn stream_with(self, head: Response, options: StreamOptions) -> Stream {
        self.stream_until(head, options, |_| ())
    }

    /// The same; `over` is told how many bytes were sent once the stream has ended or nobody holds it.
    pub fn stream_until(
        mut self,
        head: Response,
        options: StreamOptions,
        over: impl FnOnce(u64) + Send + 'static,
    ) -> Stream {
        let conn = self.conn.take().filter(|conn| conn.begin_stream(self.number, &head, options));
        Stream::new(conn, self.number, Box::new(over))
    }

    /// Who waits for the answer.
    pub fn client(&self) -> Client {
        Client { conn: self.conn.clone(), number: self.number }
    }
}

/// Whoever waits for one answer, be it whole or a stream.
///
/// A client that ends its side is still sent its answer. Whether it has closed its socket altogether
/// shows when something is sent to it, such as the head of a stream; otherwise only after minutes.
#[derive(Clone)]
pub struct Client {
    conn: Option<Arc<Conn>>,
    number: u64,
}

impl Client {
    /// Returns true if nobody waits for the answer any more.
    pub fn has_gone(&self) -> bool {
        self.has_left(Leaving::Gone)
    }

    /// Returns true if the client sends no more, or has gone.
    pub fn has_ended(&self) -> bool {
        self.has_left(Leaving::Ended)
    }

    /// Runs `callback` on an I/O thread when the client goes before its answer is complete; at once,
    /// here, if it has gone already.
    pub fn on_gone(&self, callback: impl FnOnce() + Send + 'static) {
        self.on_leave(Leaving::Gone, Box::new(callback));
    }

    /// As [`Client::on_gone`], but already when the client ends its side.
    pub fn on_end(&self, callback: impl FnOnce() + Send + 'static) {
        self.on_leave(Leaving::Ended, Box::new(callback));
    }

    fn has_left(&self, how: Leaving) -> bool {
        self.conn.as_ref().is_none_or(|conn| conn.has_left(self.number, how))
    }

    fn on_leave(&self, how: Leaving, callback: Callback) {
        match &self.conn {
            Some(conn) => conn.on_leave(self.number, how, callback),
            None => callback(),
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
        let gone = self.client().has_gone();
        f.debug_struct("Responder").field("gone", &gone).finish_non_exhaustive()
    }
}
