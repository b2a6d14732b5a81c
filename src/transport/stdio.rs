//! MCP over standard input and output: one JSON message a line.
//!
//! One thread reads, the workers run tool calls, one thread owns the output. Nothing but JSON-RPC
//! ever reaches the output. The end of the input drains what is in flight and ends the server.

use std::io::{self, BufRead, Write};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::Instant;

use serde_json::json;

use super::serve::{self, Recipient};
use super::workers::Workers;
use crate::limits;
use crate::protocol::message;
use crate::protocol::message::{Id, Incoming, Malformed};
use crate::protocol::{
    Answer, Caller, Engine, IdSearch, RpcError, Session, Sink, malformed, revision,
};

/// Serves one client, which calls as `caller`, until `input` ends or `output` cannot be written any more. Gives whether a
/// client said anything at all.
///
/// # Errors
/// When the input cannot be read.
pub fn serve(
    engine: &Arc<Engine>,
    workers: Workers,
    caller: Arc<Caller>,
    input: &mut dyn BufRead,
    output: impl Write + Send + 'static,
) -> io::Result<bool> {
    let (lines, to_write) = sync_channel(limits::OUTPUT_QUEUE);
    let writer = thread::Builder::new()
        .name("stdout".into())
        .spawn(move || write_lines(output, &to_write))?;
    let connection = Connection {
        engine: Arc::clone(engine),
        session: Arc::new(Session::new()),
        caller,
        workers,
        lines: Lines(lines),
    };
    engine.keep_told(&connection.session);
    connection.session.set_outbox(Arc::new(connection.lines.clone()));
    let mut line = Vec::new();
    let mut heard = false;
    let ended = loop {
        line.clear();
        match read_line(input, &mut line) {
            Ok(Line::End) => break Ok(heard),
            Ok(Line::Whole) => connection.take(&line),
            Ok(Line::TooLong(id)) => connection.refuse_long_line(id),
            Err(error) => break Err(error),
        }
        heard = true;
        if writer.is_finished() {
            // Nobody reads the answers: the client is gone though its end of the pipe is not.
            connection.session.cancel_all();
            break Ok(heard);
        }
    };
    if !connection.workers.drain(limits::DRAIN) {
        log::warn!("calls still running after the input ended were given up");
        connection.session.cancel_all();
    }
    engine.stop();
    drop(connection);
    // The writer ends when every sender is gone; calls given up above may hold one for a moment.
    let deadline = Instant::now() + limits::WRITER_GRACE;
    while !writer.is_finished() && Instant::now() < deadline {
        thread::sleep(limits::WRITER_LOOK);
    }
    ended
}

struct Connection {
    engine: Arc<Engine>,
    session: Arc<Session>,
    caller: Arc<Caller>,
    workers: Workers,
    lines: Lines,
}

impl Connection {
    fn take(&self, line: &[u8]) {
        let text = message::bare(line);
        if text.is_empty() {
            return;
        }
        let of = (&self.session, &self.caller);
        let lines = Arc::new(self.lines.clone());
        let sink: Arc<dyn Sink> = Arc::clone(&lines) as Arc<dyn Sink>;
        match message::read(text) {
            Ok(Incoming::One(message)) => {
                serve::serve(&self.engine, &self.workers, of, message, &sink, &lines);
            }
            Ok(Incoming::Batch(messages)) if self.takes_batches() => {
                serve::serve_batch(&self.engine, &self.workers, of, messages, &sink, lines);
            }
            Ok(Incoming::Batch(_)) => {
                let text = "Batches belong to protocol version 2025-03-26 only";
                let error = RpcError::invalid_request(text);
                self.lines.send(message::stray_error(&error, self.speaks()));
            }
            Err(bad) => {
                log::warn!("a line that is no message was refused: {}", bad.error.message);
                self.lines.send(malformed(&bad, self.speaks()).body);
            }
        }
    }

    fn takes_batches(&self) -> bool {
        self.session.revision() == Some("2025-03-26")
    }

    /// The revision that the client speaks, as far as it has said so.
    fn speaks(&self) -> Option<&str> {
        let modern = self.session.modern_seen().then_some(revision::MODERN[0]);
        self.session.revision().or(modern)
    }

    fn refuse_long_line(&self, id: Option<Id>) {
        let text = format!("A message may hold {} bytes at most", limits::MESSAGE_BYTES);
        log::warn!("a line longer than {} bytes was skipped", limits::MESSAGE_BYTES);
        let bad = Malformed { id, error: RpcError::parse(text) };
        self.lines.send(malformed(&bad, self.speaks()).body);
    }
}

/// The way to the output.
#[derive(Clone)]
struct Lines(SyncSender<Vec<u8>>);

impl Sink for Lines {
    fn send(&self, message: Vec<u8>) -> bool {
        match self.0.try_send(message) {
            Ok(()) => true,
            // A client that does not read holds up its own calls only.
            Err(TrySendError::Full(message)) => self.0.send(message).is_ok(),
            Err(TrySendError::Disconnected(_)) => false,
        }
    }
}

impl Recipient for Lines {
    type Waiting = ();

    fn answer(&self, answer: Answer) {
        self.send(answer.body);
    }

    fn ended(&self, request: &Id, answer: Answer) {
        let ended = json!({"requestId": request.as_value(), "reason": "The server stops"});
        self.send(answer.body);
        self.send(message::notification("notifications/cancelled", ended));
    }

    fn waiting(self: &Arc<Self>) {}
}

fn write_lines(mut output: impl Write, lines: &Receiver<Vec<u8>>) {
    while let Ok(mut line) = lines.recv() {
        line.push(b'\n');
        if output.write_all(&line).and_then(|()| output.flush()).is_err() {
            log::warn!("standard output is closed; the client does not read any more");
            return;
        }
    }
}

#[derive(Debug, PartialEq)]
enum Line {
    Whole,
    /// With the id of the request that it held.
    TooLong(Option<Id>),
    End,
}

/// Reads one line without its end. A line over the limit is read away, never stored; only its id is
/// looked for.
fn read_line(input: &mut dyn BufRead, line: &mut Vec<u8>) -> io::Result<Line> {
    let mut too_long: Option<IdSearch> = None;
    loop {
        let available = match input.fill_buf() {
            Ok(available) => available,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let (taken, done) = match available.iter().position(|byte| *byte == b'\n') {
            Some(end) => (end + 1, true),
            None => (available.len(), available.is_empty()),
        };
        let ended = available.is_empty();
        if too_long.is_none() && line.len() + taken <= limits::MESSAGE_BYTES + 1 {
            line.extend_from_slice(&available[..taken]);
        } else {
            let search = too_long.get_or_insert_default();
            search.feed(&std::mem::take(line));
            search.feed(&available[..taken]);
        }
        input.consume(taken);
        if done {
            return Ok(match (too_long, ended && line.is_empty()) {
                (Some(search), _) => Line::TooLong(search.found().as_ref().and_then(Id::read)),
                (None, true) => Line::End,
                (None, false) => Line::Whole,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &[u8]) -> Vec<(Line, usize)> {
        let mut input = io::BufReader::with_capacity(1000, text);
        let mut seen = Vec::new();
        loop {
            let mut line = Vec::new();
            let kind = read_line(&mut input, &mut line).expect("memory can be read");
            if kind == Line::End {
                return seen;
            }
            seen.push((kind, line.len()));
        }
    }

    #[test]
    fn lines_are_cut_at_the_limit_and_reading_goes_on() {
        let mut text = vec![b'x'; limits::MESSAGE_BYTES];
        text.push(b'\n');
        text.extend(vec![b'y'; limits::MESSAGE_BYTES + 1]);
        text.extend(b"\nlast");
        assert_eq!(
            lines(&text),
            [(Line::Whole, limits::MESSAGE_BYTES + 1), (Line::TooLong(None), 0), (Line::Whole, 4)]
        );
    }
}
