//! The answering side of the machine: whole answers, streams, refusals.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::machine::Machine;
use super::message::Response;
use super::phase::{Heartbeat, Phase, StreamOptions, Streaming};
use super::rules::Rules;
use super::wire;
use super::wire::{Refusal, Version};
use crate::limits;

impl Machine {
    /// Answers the current request.
    pub fn answer(&mut self, response: &Response, now: Instant, rules: &Rules) {
        let Phase::Handling(answering) = self.phase else { return };
        // A client that has ended its side may have sent ahead.
        let over = self.ended && self.input.is_empty();
        let keep_alive = answering.keep_alive && !over && !rules.draining();
        let (version, head_only) = (answering.version, answering.head_only);
        wire::print_answer(self.output.tail(), response, version, head_only, keep_alive);
        self.finish(!keep_alive, now, rules);
    }

    /// Sends `bytes` as they are in place of an answer, and closes the connection.
    pub fn break_off(&mut self, bytes: &[u8], now: Instant, rules: &Rules) {
        let Phase::Handling(_) = self.phase else { return };
        self.output.tail().extend_from_slice(bytes);
        self.finish(true, now, rules);
    }

    /// Begins an answer in pieces. Returns true if there is anything to send.
    pub fn begin_stream(
        &mut self,
        response: &Response,
        options: StreamOptions,
        now: Instant,
        rules: &Rules,
    ) -> bool {
        let Phase::Handling(answering) = self.phase else { return false };
        let chunked = answering.version == Version::Http11;
        let keep_alive = answering.keep_alive && chunked && !self.ended && !rules.draining();
        wire::print_stream_head(self.output.tail(), response, answering.version, keep_alive);
        if answering.head_only {
            self.finish(!keep_alive, now, rules);
            return false;
        }
        let heartbeat =
            options.heartbeat.map(|(every, bytes)| Heartbeat { every, bytes, next: now + every });
        self.phase = Phase::Streaming(Streaming {
            chunked,
            keep_alive,
            ends_on_shutdown: options.ends_on_shutdown,
            heartbeat,
            _counted: rules.streams.hold(1),
        });
        true
    }

    /// Returns true if the client has so much left to read of a stream that it may be given up.
    pub fn is_behind(&self, rules: &Rules) -> bool {
        self.output.len() > rules.options.stream_backlog_bytes
    }

    /// Appends to the stream. Returns false if there is none.
    pub fn send(&mut self, bytes: &[u8], now: Instant) -> bool {
        let Phase::Streaming(stream) = &mut self.phase else { return false };
        if let Some(heartbeat) = &mut stream.heartbeat {
            heartbeat.next = now + heartbeat.every;
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
    pub fn end_stream(&mut self, now: Instant, rules: &Rules) {
        let Phase::Streaming(stream) = &self.phase else { return };
        let close = !stream.keep_alive;
        if stream.chunked {
            self.output.tail().extend_from_slice(wire::LAST_CHUNK);
        }
        self.finish(close, now, rules);
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
    pub fn beat(&mut self, now: Instant) {
        let Phase::Streaming(stream) = &mut self.phase else { return };
        let Some(heartbeat) = &mut stream.heartbeat else { return };
        heartbeat.next = now + heartbeat.every;
        let bytes = Arc::clone(&heartbeat.bytes);
        if self.output.is_empty() {
            self.send(&bytes, now);
        }
    }

    /// Answers a request that cannot be served; the connection ends with that.
    pub fn refuse(&mut self, refusal: Refusal, now: Instant, rules: &Rules) {
        let Refusal { status, reason } = refusal;
        log::debug!("request refused: {status} {reason}");
        rules.refused.status(status);
        let response = Response::text(status, format!("{reason}\n"));
        self.input = Vec::new();
        wire::print_answer(self.output.tail(), &response, Version::Http11, false, false);
        self.finish(true, now, rules);
    }

    fn finish(&mut self, close: bool, now: Instant, rules: &Rules) {
        self.number += 1;
        self.hold = None;
        self.phase = Phase::Writing { close };
        self.deadline = Some(self.write_deadline(now, rules));
    }

    /// When what is pending must have been taken.
    pub fn write_deadline(&self, now: Instant, rules: &Rules) -> Instant {
        let extra = u64::try_from(self.output.len() / limits::WRITE_RATE).unwrap_or(0);
        now + rules.options.write_time + Duration::from_secs(extra)
    }
}
