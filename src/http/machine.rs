//! One connection as a machine: bytes in, bytes out, no socket, no thread, no clock.
//!
//! ```text
//!            bytes               head complete             body complete
//!   Head ─────────────▶ Head ───────────────────▶ Body ───────────────────▶ Handling
//!   (idle)            (begun)    without a body ─────────────────────────▶ │     │
//!     ▲                  │                          │               answer │     │ begin_stream
//!     │                  │ refuse, deadline         │ refuse,             ▼     ▼
//!     │                  └──────────▶ Writing ◀─────┘ deadline         Writing Streaming
//!     │  written, kept alive            │ ▲                                │     │
//!     └─────────────────────────────────┘ └────────────────────────────────┴─────┘ end_stream
//!                  written, not kept alive
//!                        └─────────▶ Linger ──▶ the end
//! ```
//!
//! Whoever drives it appends what arrives to [`Machine::input`], takes what is to be sent from
//! [`Machine::output`], and does what each [`Step`] says. The answering side is in `answer`.

use std::time::Instant;

use super::budget::Hold;
use super::phase::{Answering, Arriving, Phase};
use super::rules::Rules;
use super::wire;
use super::wire::{Head, HeadReader, Refusal};
use crate::limits;

/// What the machine needs next.
#[derive(Debug)]
pub enum Step {
    /// To be asked again: it has gone on.
    Again,
    /// Bytes, or word that none will come ([`Machine::input_ended`]).
    Read,
    /// That its output is taken before anything else.
    Write,
    /// That somebody answers; nothing is read meanwhile.
    Wait,
    /// A request for the handler, with its body.
    Serve(Box<(Head, Vec<u8>)>),
    /// That the sending side is ended.
    Finish,
    /// That what the client sends is thrown away until it ends.
    Discard,
    /// The end of the connection.
    Close,
}

/// A connection.
pub struct Machine {
    /// Where it stands.
    pub phase: Phase,
    /// Number of the request being served: answers to an earlier one are void.
    pub number: u64,
    /// The client sends no more.
    pub ended: bool,
    /// When the phase must be over.
    pub deadline: Option<Instant>,
    /// Received and not yet used.
    pub input: Vec<u8>,
    /// Printed and not yet written.
    pub output: Output,
    /// The request body's share of memory.
    pub(super) hold: Option<Hold>,
}

impl Machine {
    /// A connection on which nothing has been said.
    pub fn new(now: Instant, rules: &Rules) -> Self {
        Self {
            phase: Phase::Head { reader: HeadReader::default(), idle: false },
            number: 0,
            ended: false,
            deadline: Some(now + rules.options.head_time),
            input: Vec::new(),
            output: Output::default(),
            hold: None,
        }
    }

    /// Goes one step. `written`: everything that was printed has left.
    pub fn step(&mut self, written: bool, now: Instant, rules: &Rules) -> Step {
        match &self.phase {
            Phase::Head { .. } => self.read_head(now, rules),
            Phase::Body(_) => self.read_body(now, rules),
            Phase::Handling(_) | Phase::Streaming(_) => {
                match self.ended || self.input.len() >= limits::PIPELINE_BYTES {
                    true => Step::Wait,
                    // What the client sends ahead, within bounds, or its end.
                    false => Step::Read,
                }
            }
            Phase::Writing { .. } if !written => Step::Write,
            Phase::Writing { .. } => self.after_answer(now, rules),
            Phase::Linger => Step::Discard,
        }
    }

    /// Takes note that the client sends no more. Returns true if the connection ends with that. A
    /// request is still answered. A stream with a heartbeat gets one at once: a client that has not
    /// only ended its side answers it with a reset. Without one there is no telling.
    pub fn input_ended(&mut self, now: Instant) -> bool {
        self.ended = true;
        match &self.phase {
            Phase::Handling(_) => false,
            Phase::Streaming(stream) if stream.heartbeat.is_some() => {
                self.beat(now);
                false
            }
            _ => true,
        }
    }

    fn read_head(&mut self, now: Instant, rules: &Rules) -> Step {
        let Phase::Head { reader, idle } = &mut self.phase else { return Step::Again };
        match reader.read(&self.input, &rules.options.bounds()) {
            Ok(None) => {}
            Ok(Some((head, length))) => {
                self.input.drain(..length);
                if rules.options.knows.as_ref().is_some_and(|knows| !(knows.0)(&head.path)) {
                    self.refuse(NOWHERE, now, rules);
                    return Step::Again;
                }
                return self.begin_body(head, now, rules);
            }
            Err(refusal) => {
                self.refuse(refusal, now, rules);
                return Step::Again;
            }
        }
        if *idle && reader.started() {
            *idle = false;
            self.deadline = Some(now + rules.options.head_time);
        }
        Step::Read
    }

    fn begin_body(&mut self, head: Head, now: Instant, rules: &Rules) -> Step {
        if head.body.is_empty() {
            return self.serve(head, Vec::new());
        }
        if head.expects_continue && self.input.is_empty() {
            self.output.tail().extend_from_slice(wire::CONTINUE);
        }
        let decoder = head.body.clone();
        self.phase = Phase::Body(Box::new(Arriving { head, decoder, body: Vec::new() }));
        self.deadline = Some(now + rules.options.body_time);
        self.hold = Some(rules.bodies.hold(0));
        Step::Again
    }

    fn read_body(&mut self, now: Instant, rules: &Rules) -> Step {
        let Phase::Body(arriving) = &mut self.phase else { return Step::Again };
        let (used, complete) = match arriving.decoder.take(&self.input, &mut arriving.body) {
            Ok(taken) => taken,
            Err(refusal) => {
                self.refuse(refusal, now, rules);
                return Step::Again;
            }
        };
        let held = self.hold.as_mut().is_none_or(|hold| hold.grow(arriving.body.capacity()));
        if !held {
            self.refuse(FULL, now, rules);
            return Step::Again;
        }
        self.input.drain(..used);
        if !complete {
            return Step::Read;
        }
        let begin = Phase::Head { reader: HeadReader::default(), idle: false };
        match std::mem::replace(&mut self.phase, begin) {
            Phase::Body(arriving) => self.serve(arriving.head, arriving.body),
            _ => Step::Again,
        }
    }

    fn serve(&mut self, head: Head, body: Vec<u8>) -> Step {
        self.number += 1;
        self.deadline = None;
        self.phase = Phase::Handling(Answering::new(&head));
        Step::Serve(Box::new((head, body)))
    }

    /// Acts on a passed deadline. Returns true if the connection lives on to tell the client.
    pub fn expire(&mut self, now: Instant, rules: &Rules) -> bool {
        match &self.phase {
            Phase::Head { reader, .. } if reader.started() => self.refuse(HEAD_LATE, now, rules),
            Phase::Body(_) => self.refuse(BODY_LATE, now, rules),
            _ => return false,
        }
        true
    }

    /// Takes note of what the client has taken: a stream is held to the write deadline for the rest.
    pub fn took(&mut self, written: bool, now: Instant, rules: &Rules) {
        if matches!(self.phase, Phase::Streaming(_)) {
            self.deadline = match (written, self.deadline) {
                (true, _) => None,
                (false, None) => Some(self.write_deadline(now, rules)),
                (false, running) => running,
            };
        }
    }

    /// After an answer is written: the next request, or the end.
    fn after_answer(&mut self, now: Instant, rules: &Rules) -> Step {
        let Phase::Writing { close } = self.phase else { return Step::Again };
        if close {
            self.phase = Phase::Linger;
            self.deadline = Some(now + rules.options.linger_time);
            return if self.ended { Step::Close } else { Step::Finish };
        }
        let idle = self.input.is_empty();
        if idle {
            self.input = Vec::new();
        }
        let time = if idle { rules.options.idle_time } else { rules.options.head_time };
        self.phase = Phase::Head { reader: HeadReader::default(), idle };
        self.deadline = Some(now + time);
        Step::Again
    }

    /// Returns true if bytes that are here already wait to be looked at.
    pub fn has_unread_input(&self) -> bool {
        matches!(self.phase, Phase::Head { .. }) && !self.input.is_empty()
    }

    /// Returns true if a client that sends on and on keeps it in this phase until the deadline.
    pub fn is_receiving(&self) -> bool {
        match &self.phase {
            Phase::Head { reader, .. } => reader.started(),
            Phase::Body(_) | Phase::Linger => true,
            _ => false,
        }
    }

    /// Returns true if the client has sent as far ahead as it may: then only its end is watched for.
    pub fn is_full(&self) -> bool {
        self.input.len() >= limits::PIPELINE_BYTES
    }

    /// How cheap it would be for the client to lose this connection: 0 is cheapest; `None` for one
    /// that is in use.
    pub fn cost(&self) -> Option<u8> {
        match &self.phase {
            Phase::Linger => Some(0),
            Phase::Head { idle: true, .. } => Some(1),
            Phase::Head { .. } => Some(2),
            Phase::Body(_) => Some(3),
            _ => None,
        }
    }

    /// When the server is about to end: whoever asks next must do so soon. Not at once: the request may
    /// be on its way, from a client that was told that the connection is kept.
    pub fn hurry(&mut self, now: Instant) {
        if matches!(self.phase, Phase::Head { .. }) {
            let soon = now + limits::STOP_IDLE;
            self.deadline = Some(self.deadline.map_or(soon, |deadline| deadline.min(soon)));
        }
    }

    /// Returns true unless the server may end without it: nothing is asked that is not answered.
    pub fn is_wanted(&self) -> bool {
        !matches!(self.phase, Phase::Linger) && !self.ends_on_shutdown()
    }

    /// Frees what a closed connection has no use for; an unanswered exchange may hold it for long.
    pub fn release(&mut self) {
        self.phase = Phase::Linger;
        self.number += 1;
        self.input = Vec::new();
        self.output = Output::default();
        self.hold = None;
    }
}

/// Bytes to be written, of which some were.
#[derive(Debug, Default)]
pub struct Output {
    bytes: Vec<u8>,
    written: usize,
}

impl Output {
    /// Returns true if everything was written.
    pub fn is_empty(&self) -> bool {
        self.written == self.bytes.len()
    }

    /// Bytes still to be written.
    pub fn len(&self) -> usize {
        self.bytes.len() - self.written
    }

    /// Where to append.
    pub fn tail(&mut self) -> &mut Vec<u8> {
        &mut self.bytes
    }

    /// What is still to be written.
    pub fn rest(&self) -> &[u8] {
        self.bytes.get(self.written..).unwrap_or_default()
    }

    /// Takes note that so many bytes were written.
    pub fn consume(&mut self, count: usize) {
        self.written += count;
        if self.is_empty() {
            // A parked connection keeps no buffer.
            *self = Self::default();
        }
    }
}

const NOWHERE: Refusal = Refusal { status: 404, reason: "nothing is here" };
const FULL: Refusal =
    Refusal { status: 503, reason: "too many request bodies at the same time; try again" };
/// For a client that does not speak TLS to a port that does.
pub(super) const NOT_TLS: Refusal =
    Refusal { status: 400, reason: "this port speaks TLS; use https:// instead of http://" };
const HEAD_LATE: Refusal =
    Refusal { status: 408, reason: "the request head did not arrive in time" };
const BODY_LATE: Refusal =
    Refusal { status: 408, reason: "the request body did not arrive in time" };
