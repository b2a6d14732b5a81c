//! The answering side of a connection's state: whole answers, streams, refusals.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::state::{Phase, State};
use crate::http::server::{Hold, Shared};
use crate::http::wire;
use crate::http::wire::{Head, Refusal, Version};
use crate::http::{Response, StreamOptions};
use crate::limits;

/// What the answer to a request needs to know.
#[derive(Clone, Copy)]
pub struct Turn {
    version: Version,
    head_only: bool,
    keep_alive: bool,
}

impl Turn {
    pub fn new(head: &Head) -> Self {
        let Head { version, keep_alive, .. } = *head;
        Self { version, head_only: head.method == "HEAD", keep_alive }
    }
}

/// An answer in pieces.
pub struct Streaming {
    chunked: bool,
    keep_alive: bool,
    ends_on_shutdown: bool,
    heartbeat: Option<Heartbeat>,
    _counted: Hold,
}

struct Heartbeat {
    every: Duration,
    bytes: Arc<[u8]>,
    next: Instant,
}

impl State {
    /// Answers the current request.
    pub fn answer(&mut self, response: &Response, shared: &Shared) {
        let Phase::Handling(turn) = self.phase else { return };
        let keep_alive = turn.keep_alive && !self.ended && !shared.draining();
        let (version, head_only) = (turn.version, turn.head_only);
        wire::print_answer(self.output.tail(), response, version, head_only, keep_alive);
        self.end_turn(!keep_alive, shared);
    }

    /// Sends `bytes` as they are in place of an answer, and closes the connection.
    pub fn break_off(&mut self, bytes: &[u8], shared: &Shared) {
        let Phase::Handling(_) = self.phase else { return };
        self.output.tail().extend_from_slice(bytes);
        self.end_turn(true, shared);
    }

    /// Begins an answer in pieces: whether there is anything to send.
    pub fn begin_stream(
        &mut self,
        response: &Response,
        options: StreamOptions,
        shared: &Shared,
    ) -> bool {
        let Phase::Handling(turn) = self.phase else { return false };
        let chunked = turn.version == Version::Http11;
        let keep_alive = turn.keep_alive && chunked && !self.ended && !shared.draining();
        wire::print_stream_head(self.output.tail(), response, turn.version, keep_alive);
        if turn.head_only {
            self.end_turn(!keep_alive, shared);
            return false;
        }
        let heartbeat = options.heartbeat.map(|(every, bytes)| Heartbeat {
            every,
            bytes,
            next: Instant::now() + every,
        });
        self.phase = Phase::Streaming(Streaming {
            chunked,
            keep_alive,
            ends_on_shutdown: options.ends_on_shutdown,
            heartbeat,
            _counted: shared.streams.hold(1),
        });
        true
    }

    /// Appends to the stream: whether the client keeps up.
    pub fn send(&mut self, bytes: &[u8], shared: &Shared) -> bool {
        if self.output.len() > shared.options.stream_backlog_bytes
            && (self.flush(shared).is_err()
                || self.output.len() > shared.options.stream_backlog_bytes)
        {
            return false;
        }
        let Phase::Streaming(stream) = &mut self.phase else { return false };
        if let Some(heartbeat) = &mut stream.heartbeat {
            heartbeat.next = Instant::now() + heartbeat.every;
        }
        // An empty chunk would end the body.
        if !bytes.is_empty() {
            match stream.chunked {
                true => wire::chunk(self.output.tail(), bytes),
                false => self.output.tail().extend_from_slice(bytes),
            }
        }
        true
    }

    /// Ends the stream properly.
    pub fn end_stream(&mut self, shared: &Shared) {
        let Phase::Streaming(stream) = &self.phase else { return };
        let close = !stream.keep_alive || shared.draining();
        if stream.chunked {
            self.output.tail().extend_from_slice(wire::LAST_CHUNK);
        }
        self.end_turn(close, shared);
    }

    /// Whether the server's end ends the stream too, rather than wait for its owner.
    pub fn ends_on_shutdown(&self) -> bool {
        matches!(&self.phase, Phase::Streaming(stream) if stream.ends_on_shutdown)
    }

    /// When the next heartbeat is due.
    pub fn next_heartbeat(&self) -> Option<Instant> {
        match &self.phase {
            Phase::Streaming(stream) => stream.heartbeat.as_ref().map(|beat| beat.next),
            _ => None,
        }
    }

    /// Sends the heartbeat, unless the client has something to read already.
    pub fn beat(&mut self, shared: &Shared) {
        let Phase::Streaming(stream) = &mut self.phase else { return };
        let Some(heartbeat) = &mut stream.heartbeat else { return };
        heartbeat.next = Instant::now() + heartbeat.every;
        let bytes = Arc::clone(&heartbeat.bytes);
        if self.output.is_empty() {
            self.send(&bytes, shared);
        }
    }

    /// Answers a request that cannot be served, and ends the connection.
    pub fn refuse(&mut self, refusal: Refusal, shared: &Shared) {
        let Refusal { status, reason } = refusal;
        log::debug!("{}: request refused: {status} {reason}", self.socket_peer);
        let response = Response::text(status, format!("{reason}\n"));
        self.input = Vec::new();
        wire::print_answer(self.output.tail(), &response, Version::Http11, false, false);
        self.end_turn(true, shared);
    }

    fn end_turn(&mut self, close: bool, shared: &Shared) {
        self.turn += 1;
        self.on_gone = Vec::new();
        self.hold = None;
        self.phase = Phase::Writing { close };
        self.deadline = Some(self.write_deadline(shared));
    }

    /// When what is pending must have been taken.
    pub fn write_deadline(&self, shared: &Shared) -> Instant {
        let extra = u64::try_from(self.output.len() / limits::WRITE_RATE).unwrap_or(0);
        Instant::now() + shared.options.write_time + Duration::from_secs(extra)
    }
}
