//! Server-sent events, and the memory that lets a client come back to a broken stream.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, MutexGuard};
use std::time::{SystemTime, UNIX_EPOCH};

use crate::http::{Stream, StreamOptions};
use crate::limits;
use crate::sync::Lock;

/// One event that carries a JSON-RPC message (which never holds a newline).
pub fn message(id: Option<&str>, json: &[u8]) -> Vec<u8> {
    let mut event = Vec::with_capacity(json.len() + 48);
    event.extend_from_slice(b"event: message\n");
    if let Some(id) = id {
        event.extend_from_slice(format!("id: {id}\n").as_bytes());
    }
    event.extend_from_slice(b"data: ");
    event.extend_from_slice(json);
    event.extend_from_slice(b"\n\n");
    event
}

/// One event of another kind.
pub fn named(event: &str, data: &str) -> Vec<u8> {
    format!("event: {event}\ndata: {data}\n\n").into_bytes()
}

/// The streams of one session. An event's id is `stream-number`.
#[derive(Default)]
pub struct EventLog(Lock<Streams>);

struct Streams {
    next: u64,
    bytes: usize,
    streams: BTreeMap<u64, Kept>,
}

impl Default for Streams {
    /// Numbers begin with the time, so that an id of another process or of a session that was
    /// forgotten never names a stream of this one.
    fn default() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let next = u64::try_from(since.as_micros()).unwrap_or_default();
        Self { next, bytes: 0, streams: BTreeMap::new() }
    }
}

#[derive(Default)]
struct Kept {
    next: u64,
    events: VecDeque<(u64, Vec<u8>)>,
    live: Option<Stream>,
    finished: bool,
}

/// The stream that messages belonging to no request go to.
pub const STANDALONE: u64 = 0;

impl EventLog {
    /// Begins a stream for one request; its number.
    pub fn begin(&self, live: Stream) -> u64 {
        let mut streams = self.lock();
        streams.next += 1;
        let number = streams.next;
        streams.streams.insert(number, Kept { live: Some(live), ..Kept::default() });
        number
    }

    /// The first event of a stream: an id to come back to, and how long to wait before doing so.
    /// Since 2025-11-25.
    pub fn prime(&self, stream: u64) {
        let mut streams = self.lock();
        let kept = streams.streams.entry(stream).or_default();
        kept.next += 1;
        let retry = limits::SSE_RETRY.as_millis();
        let event = format!("id: {stream}-{}\nretry: {retry}\ndata:\n\n", kept.next - 1);
        if let Some(live) = &kept.live {
            // A client that has gone comes back with an id, or not at all.
            let _ = live.send(event);
        }
    }

    /// Sends a message on a stream, and keeps it for a client that lost its connection.
    pub fn send(&self, stream: u64, json: &[u8]) {
        let mut streams = self.lock();
        let kept = streams.streams.entry(stream).or_default();
        let number = kept.next;
        kept.next += 1;
        let event = message(Some(&format!("{stream}-{number}")), json);
        if kept.live.as_ref().is_some_and(|live| live.send(&event).is_err()) {
            kept.live = None;
        }
        kept.events.push_back((number, event.clone()));
        streams.bytes += event.len();
        streams.shrink();
    }

    /// Ends a stream: nothing more will be sent on it.
    pub fn finish(&self, stream: u64) {
        let mut streams = self.lock();
        if let Some(kept) = streams.streams.get_mut(&stream) {
            kept.finished = true;
            if let Some(live) = kept.live.take() {
                live.close();
            }
        }
    }

    /// Breaks the connection of a stream that goes on; its client comes back with an id.
    pub fn interrupt(&self, stream: u64) {
        let live = self.lock().streams.get_mut(&stream).and_then(|kept| kept.live.take());
        if let Some(live) = live {
            live.close();
        }
    }

    /// Opens the standalone stream; one that was open is replaced, because its client is back.
    pub fn open_standalone(&self, live: Stream) {
        let mut streams = self.lock();
        let kept = streams.streams.entry(STANDALONE).or_default();
        if let Some(old) = kept.live.replace(live) {
            old.close();
        }
    }

    /// The standalone stream, while somebody listens to it.
    pub fn standalone(&self) -> Option<Stream> {
        self.lock().streams.get(&STANDALONE)?.live.clone().filter(|live| !live.is_closed())
    }

    /// Sends what came after event `last` of its stream and goes on with that stream. False when
    /// this is not an event of this session.
    pub fn resume(&self, last: &str, live: &Stream) -> bool {
        let Some((stream, number)) = read_id(last) else { return false };
        let mut streams = self.lock();
        let Some(kept) = streams.streams.get_mut(&stream) else { return false };
        for (_, event) in kept.events.iter().filter(|(n, _)| *n > number) {
            if live.send(event).is_err() {
                return true;
            }
        }
        if kept.finished {
            live.close();
        } else if let Some(old) = kept.live.replace(live.clone()) {
            old.close();
        }
        true
    }

    /// Closes every connection of the session.
    pub fn close(&self) {
        for kept in self.lock().streams.values_mut() {
            if let Some(live) = kept.live.take() {
                live.close();
            }
        }
    }

    /// Whether a client listens on some stream.
    pub fn is_live(&self) -> bool {
        self.lock()
            .streams
            .values()
            .any(|kept| kept.live.as_ref().is_some_and(|live| !live.is_closed()))
    }

    fn lock(&self) -> MutexGuard<'_, Streams> {
        self.0.lock()
    }
}

impl Streams {
    /// Forgets the oldest events beyond the bound, and streams that have none left.
    fn shrink(&mut self) {
        while self.bytes > limits::EVENT_LOG_BYTES {
            let Some(kept) = self.streams.values_mut().find(|kept| !kept.events.is_empty()) else {
                break;
            };
            if let Some((_, event)) = kept.events.pop_front() {
                self.bytes -= event.len();
            }
        }
        while self.streams.len() > limits::EVENT_LOG_STREAMS {
            let oldest = self.streams.iter().find(|(n, kept)| **n != STANDALONE && kept.finished);
            let Some(number) = oldest.map(|(number, _)| *number) else { break };
            if let Some(kept) = self.streams.remove(&number) {
                self.bytes -= kept.events.iter().map(|(_, event)| event.len()).sum::<usize>();
            }
        }
    }
}

fn read_id(id: &str) -> Option<(u64, u64)> {
    let (stream, number) = id.split_once('-')?;
    Some((stream.parse().ok()?, number.parse().ok()?))
}

/// Streams of events are kept alive by comments, which every SSE reader skips.
pub fn stream_options(ends_on_shutdown: bool) -> StreamOptions {
    let ping: Arc<[u8]> = Arc::from(&b": ping\n\n"[..]);
    StreamOptions { heartbeat: Some((limits::SSE_HEARTBEAT, ping)), ends_on_shutdown }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    /// What a reader makes of one event, by the rules of the HTML standard.
    fn data_of(event: &str) -> Option<String> {
        let event = event.strip_suffix("\n\n")?;
        let mut data = None;
        for line in event.split(['\n', '\r']) {
            match line.split_once(':') {
                Some(("data", value)) if data.is_none() => {
                    data = Some(value.strip_prefix(' ').unwrap_or(value).to_owned());
                }
                Some(("event" | "id", _)) => {}
                _ => return None,
            }
        }
        data
    }

    proptest! {
        #[test]
        fn any_message_survives_the_stream(text in any::<String>(), with_id in any::<bool>()) {
            let sent = json!({"text": text});
            let id = with_id.then_some("3-14");
            let event = message(id, sent.to_string().as_bytes());
            let event = String::from_utf8(event).expect("JSON is UTF-8");
            let data = data_of(&event).expect("one event with data");
            prop_assert_eq!(serde_json::from_str::<Value>(&data).expect("JSON"), sent);
        }

        #[test]
        fn any_event_id_is_read_or_refused(id in any::<String>()) {
            if let Some((stream, number)) = read_id(&id) {
                prop_assert_eq!(read_id(&format!("{stream}-{number}")), Some((stream, number)));
            }
        }
    }
}
