//! The state machine of one connection: reading, waiting, ending. It never blocks and knows no
//! threads. The answering side is in `answer`.

use std::io;
use std::net::IpAddr;
use std::time::Instant;

use super::answer::{Streaming, Turn};
use super::link::{Link, Output, Taken, is_plain_text};
use crate::http::poller::Interest;
use crate::http::server::{Hold, Shared};
use crate::http::wire;
use crate::http::wire::{Body, Head, HeadReader, Refusal};
use crate::http::{Request, forwarded};
use crate::limits;

/// Runs when the client has gone.
pub type Callback = Box<dyn FnOnce() + Send>;

/// Where a connection stands.
pub enum Phase {
    /// In the TLS handshake.
    Handshake,
    /// Before or in a request head.
    Head {
        /// The search for its end.
        reader: HeadReader,
        /// Kept alive, and nothing of the next request has come.
        idle: bool,
    },
    /// In a request body.
    Body(Box<Incoming>),
    /// The request is with the handler.
    Handling(Turn),
    /// The answer comes in pieces.
    Streaming(Streaming),
    /// The end of an answer is on its way out.
    Writing {
        /// Whether the connection ends with it.
        close: bool,
    },
    /// Everything is written; the client may read it before the end.
    Linger,
}

/// A request whose body is arriving.
pub struct Incoming {
    head: Head,
    decoder: Body,
    body: Vec<u8>,
}

/// What the driver of a connection does next.
pub enum Next {
    /// Wait for the poller.
    Park,
    /// Give a request to the handler.
    Serve(Box<Request>),
    /// The client ended its side: tell those who wait for it.
    Gone(Vec<Callback>),
    /// End the connection.
    Close,
}

enum Step {
    Again,
    Next(Next),
}

/// A connection's state.
pub struct State {
    /// The socket, until the connection is closed.
    pub link: Option<Link>,
    /// Where it stands.
    pub phase: Phase,
    /// Number of the request being served: answers to an earlier one are void.
    pub turn: u64,
    /// The client sends no more.
    pub ended: bool,
    /// The connection is to be closed by its next driver.
    pub doomed: bool,
    /// An I/O thread is working on the connection.
    pub driven: bool,
    /// What the poller was told to wait for.
    pub armed: Option<Interest>,
    /// When the phase must be over.
    pub deadline: Option<Instant>,
    /// Who wants to know that the client has gone.
    pub on_gone: Vec<Callback>,
    /// The address at the other end.
    pub socket_peer: IpAddr,
    client_subject: Option<String>,
    /// Received and not yet used.
    pub input: Vec<u8>,
    /// Printed and not yet written.
    pub output: Output,
    /// The request body's share of memory.
    pub hold: Option<Hold>,
}

impl State {
    pub fn new(link: Link, socket_peer: IpAddr, shared: &Shared) -> Self {
        let options = &shared.options;
        let (phase, time) = match link.tls() {
            Some(_) => (Phase::Handshake, options.handshake_time),
            None => (Phase::Head { reader: HeadReader::default(), idle: false }, options.head_time),
        };
        Self {
            link: Some(link),
            phase,
            turn: 0,
            ended: false,
            doomed: false,
            driven: false,
            armed: None,
            deadline: Some(Instant::now() + time),
            on_gone: Vec::new(),
            socket_peer,
            client_subject: None,
            input: Vec::new(),
            output: Output::default(),
            hold: None,
        }
    }

    /// Goes as far as the bytes allow.
    pub fn advance(&mut self, shared: &Shared) -> Next {
        loop {
            if self.doomed {
                return Next::Close;
            }
            match self.step(shared) {
                Ok(Step::Again) => {}
                Ok(Step::Next(next)) => return next,
                Err(error) => {
                    log::debug!("{}: connection lost: {error}", self.socket_peer);
                    return Next::Close;
                }
            }
        }
    }

    /// Goes on after the handler was given its request. While that waits for somebody else there is
    /// nothing to read but what the poller will tell anyway.
    pub fn resume(&mut self, shared: &Shared) -> Next {
        match self.phase {
            Phase::Handling(_) if !self.doomed => Next::Park,
            _ => self.advance(shared),
        }
    }

    fn step(&mut self, shared: &Shared) -> io::Result<Step> {
        let Some(link) = &mut self.link else { return Ok(Step::Next(Next::Close)) };
        if matches!(self.phase, Phase::Handshake) {
            match link.handshake() {
                Ok(true) => self.client_subject = link.client_subject(),
                Ok(false) => return Ok(Step::Next(Next::Park)),
                Err(error) if is_plain_text(&error) => {
                    link.speak_plainly();
                    self.refuse(NOT_TLS, shared);
                    return Ok(Step::Again);
                }
                Err(error) => return Err(error),
            }
            self.phase = Phase::Head { reader: HeadReader::default(), idle: false };
            self.deadline = Some(Instant::now() + shared.options.head_time);
            return Ok(Step::Again);
        }
        self.flush(shared)?;
        match &self.phase {
            Phase::Handshake => Ok(Step::Again),
            Phase::Head { .. } => self.read_head(shared),
            Phase::Body(_) => self.read_body(shared),
            Phase::Handling(_) | Phase::Streaming(_) => self.watch(),
            Phase::Writing { .. } if !self.pending() => {
                self.after_answer(shared)?;
                Ok(Step::Again)
            }
            Phase::Writing { .. } => Ok(Step::Next(Next::Park)),
            Phase::Linger => loop {
                match self.link.as_mut().map_or(Ok(Taken::End), Link::discard)? {
                    Taken::Some => {}
                    Taken::Blocked => return Ok(Step::Next(Next::Park)),
                    Taken::End => return Ok(Step::Next(Next::Close)),
                }
            },
        }
    }

    fn read_head(&mut self, shared: &Shared) -> io::Result<Step> {
        let Phase::Head { reader, idle } = &mut self.phase else { return Ok(Step::Again) };
        match reader.read(&self.input, &shared.options.bounds()) {
            Ok(None) => {}
            Ok(Some((head, length))) => {
                self.input.drain(..length);
                return Ok(self.begin_body(head, shared));
            }
            Err(refusal) => {
                self.refuse(refusal, shared);
                return Ok(Step::Again);
            }
        }
        if *idle && reader.started() {
            *idle = false;
            self.deadline = Some(Instant::now() + shared.options.head_time);
        }
        self.receive()
    }

    fn begin_body(&mut self, head: Head, shared: &Shared) -> Step {
        if head.body.is_empty() {
            return self.serve(head, Vec::new(), shared);
        }
        if head.expects_continue && self.input.is_empty() {
            self.output.tail().extend_from_slice(wire::CONTINUE);
        }
        let decoder = head.body.clone();
        self.phase = Phase::Body(Box::new(Incoming { head, decoder, body: Vec::new() }));
        self.deadline = Some(Instant::now() + shared.options.body_time);
        self.hold = Some(shared.bodies.hold(0));
        Step::Again
    }

    fn read_body(&mut self, shared: &Shared) -> io::Result<Step> {
        let Phase::Body(incoming) = &mut self.phase else { return Ok(Step::Again) };
        let (used, complete) = match incoming.decoder.take(&self.input, &mut incoming.body) {
            Ok(taken) => taken,
            Err(refusal) => {
                self.refuse(refusal, shared);
                return Ok(Step::Again);
            }
        };
        let held = self.hold.as_mut().is_none_or(|hold| hold.grow(incoming.body.capacity()));
        if !held {
            self.refuse(FULL, shared);
            return Ok(Step::Again);
        }
        self.input.drain(..used);
        if !complete {
            return self.receive();
        }
        let reader = Phase::Head { reader: HeadReader::default(), idle: false };
        match std::mem::replace(&mut self.phase, reader) {
            Phase::Body(incoming) => Ok(self.serve(incoming.head, incoming.body, shared)),
            _ => Ok(Step::Again),
        }
    }

    fn serve(&mut self, head: Head, body: Vec<u8>, shared: &Shared) -> Step {
        self.turn += 1;
        self.deadline = None;
        self.phase = Phase::Handling(Turn::new(&head));
        let trusted = &shared.options.trusted_proxies;
        let request = Request {
            peer: forwarded::client(self.socket_peer, &head.headers, trusted),
            client_subject: self.client_subject.clone(),
            method: head.method,
            path: head.path,
            query: head.query,
            headers: head.headers,
            body,
        };
        Step::Next(Next::Serve(Box::new(request)))
    }

    /// While somebody else works on the answer: takes what the client sends ahead, within bounds, and
    /// notices its end.
    fn watch(&mut self) -> io::Result<Step> {
        let link = match &mut self.link {
            Some(link) if !self.ended && self.input.len() < limits::PIPELINE_BYTES => link,
            _ => return Ok(Step::Next(Next::Park)),
        };
        match link.read(&mut self.input)? {
            Taken::Some => Ok(Step::Again),
            Taken::Blocked => Ok(Step::Next(Next::Park)),
            Taken::End => Ok(Step::Next(self.client_ended())),
        }
    }

    /// The client ended its side while its answer was awaited. A request may still be answered; a
    /// stream has nobody left to read it.
    pub fn client_ended(&mut self) -> Next {
        self.ended = true;
        match self.phase {
            Phase::Streaming(_) => Next::Close,
            _ => Next::Gone(std::mem::take(&mut self.on_gone)),
        }
    }

    fn receive(&mut self) -> io::Result<Step> {
        let Some(link) = &mut self.link else { return Ok(Step::Next(Next::Close)) };
        Ok(match link.read(&mut self.input)? {
            Taken::Some => Step::Again,
            Taken::Blocked => Step::Next(Next::Park),
            Taken::End => Step::Next(Next::Close),
        })
    }

    /// Acts on a passed deadline: whether the connection lives on to tell the client.
    pub fn expire(&mut self, shared: &Shared) -> bool {
        match &self.phase {
            Phase::Head { reader, .. } if reader.started() => self.refuse(HEAD_LATE, shared),
            Phase::Body(_) => self.refuse(BODY_LATE, shared),
            _ => return false,
        }
        true
    }

    /// Writes what the client takes, and holds it to the write deadline for the rest.
    pub fn flush(&mut self, shared: &Shared) -> io::Result<()> {
        let Some(link) = &mut self.link else { return Ok(()) };
        let done = link.write(&mut self.output)?;
        if matches!(self.phase, Phase::Streaming(_)) {
            self.deadline = match (done, self.deadline) {
                (true, _) => None,
                (false, None) => Some(self.write_deadline(shared)),
                (false, running) => running,
            };
        }
        Ok(())
    }

    /// After an answer is written: the next request, or the end.
    pub fn after_answer(&mut self, shared: &Shared) -> io::Result<()> {
        let Phase::Writing { close } = self.phase else { return Ok(()) };
        if self.pending() {
            return Ok(());
        }
        if close || shared.draining() {
            self.phase = Phase::Linger;
            self.deadline = Some(Instant::now() + shared.options.linger_time);
            self.doomed |= self.ended;
            return self.link.as_mut().map_or(Ok(()), Link::finish);
        }
        let idle = self.input.is_empty();
        if idle {
            self.input = Vec::new();
        }
        let time = if idle { shared.options.idle_time } else { shared.options.head_time };
        self.phase = Phase::Head { reader: HeadReader::default(), idle };
        self.deadline = Some(Instant::now() + time);
        Ok(())
    }

    /// Whether bytes that are here already wait for an I/O thread.
    pub fn has_unread_input(&self) -> bool {
        matches!(self.phase, Phase::Head { .. }) && !self.input.is_empty()
    }

    /// What to wait for.
    pub fn interest(&self) -> Interest {
        let write = self.pending();
        match &self.phase {
            Phase::Handshake => Interest { read: !write, write, hangup: false },
            // The same as while the answer is awaited: then nothing has to be told to the poller in
            // between.
            Phase::Head { .. } | Phase::Body(_) => Interest { read: true, write, hangup: true },
            Phase::Handling(_) | Phase::Streaming(_) => {
                Interest { read: !self.ended && !self.is_full(), write, hangup: !self.ended }
            }
            Phase::Writing { .. } => Interest { read: false, write: true, hangup: false },
            Phase::Linger => Interest { read: true, write: false, hangup: false },
        }
    }

    /// Whether there is something the client has not taken yet.
    fn pending(&self) -> bool {
        !self.output.is_empty() || self.link.as_ref().is_some_and(Link::wants_write)
    }

    /// Whether the client has sent as far ahead as it may: then only its end is watched for.
    pub fn is_full(&self) -> bool {
        self.input.len() >= limits::PIPELINE_BYTES
    }

    /// How cheap it would be for the client to lose this connection: 0 is cheapest; `None` for one
    /// that is in use.
    pub fn cost(&self) -> Option<u8> {
        match &self.phase {
            Phase::Linger => Some(0),
            Phase::Head { idle: true, .. } => Some(1),
            Phase::Handshake | Phase::Head { .. } => Some(2),
            Phase::Body(_) => Some(3),
            _ => None,
        }
    }

    /// Frees what a closed connection has no use for; an unanswered exchange may hold it for long.
    pub fn release(&mut self) {
        self.phase = Phase::Linger;
        self.input = Vec::new();
        self.output = Output::default();
        self.hold = None;
    }
}

const FULL: Refusal =
    Refusal { status: 503, reason: "too many request bodies at the same time; try again" };
const NOT_TLS: Refusal =
    Refusal { status: 400, reason: "this port speaks TLS; use https:// instead of http://" };
const HEAD_LATE: Refusal =
    Refusal { status: 408, reason: "the request head did not arrive in time" };
const BODY_LATE: Refusal =
    Refusal { status: 408, reason: "the request body did not arrive in time" };
