//! Answers on their way to the client: at once, late, in part or not at all.

use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;
use std::fmt::Write;
use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::simulation::{Cut, Reaction};
use crate::http::{Responder, Response};
use crate::limits;

/// Where answers are handed over. One thread holds the late ones back, however many there are.
pub struct Delivery(Sender<Parcel>);

struct Parcel {
    due: Instant,
    responder: Responder,
    response: Response,
    cut: Cut,
}

impl Delivery {
    /// Starts the thread, which ends with this value.
    pub fn start() -> io::Result<Self> {
        let (sender, parcels) = channel();
        thread::Builder::new()
            .name("sandbox-delay".to_owned())
            .spawn(move || hold_back(&parcels))?;
        Ok(Self(sender))
    }

    /// Delivers an answer when and as far as the reaction says.
    pub fn send(&self, responder: Responder, reaction: Reaction) {
        let Reaction { response, delay, cut } = reaction;
        let parcel = Parcel { due: Instant::now() + delay, responder, response, cut };
        if delay.is_zero() {
            parcel.deliver();
        } else {
            // Were the thread gone, dropping the parcel would answer with status 500.
            let _ = self.0.send(parcel);
        }
    }
}

impl Parcel {
    fn deliver(self) {
        match self.cut {
            Cut::Whole => self.responder.respond(self.response),
            Cut::Chunked => self.responder.break_off(&in_chunks(&self.response)),
            Cut::Closed => self.responder.break_off(&[]),
            Cut::Truncated => self.responder.break_off(&first_half(&self.response)),
        }
    }
}

impl PartialEq for Parcel {
    fn eq(&self, other: &Self) -> bool {
        self.due == other.due
    }
}

impl Eq for Parcel {}

impl PartialOrd for Parcel {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Parcel {
    fn cmp(&self, other: &Self) -> Ordering {
        self.due.cmp(&other.due)
    }
}

fn hold_back(parcels: &Receiver<Parcel>) {
    let mut held: BinaryHeap<Reverse<Parcel>> = BinaryHeap::new();
    loop {
        let now = Instant::now();
        while held.peek().is_some_and(|Reverse(parcel)| parcel.due <= now) {
            if let Some(Reverse(parcel)) = held.pop() {
                parcel.deliver();
            }
        }
        let wait = held.peek().map_or(Duration::from_secs(60), |Reverse(parcel)| parcel.due - now);
        match parcels.recv_timeout(wait) {
            Ok(parcel) => held.push(Reverse(parcel)),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

/// The head with the length of the whole body, and half of the body.
fn first_half(response: &Response) -> Vec<u8> {
    let half = response.body.get(..response.body.len() / 2).unwrap_or_default();
    let length = format!("Content-Length: {}", response.body.len());
    [head(response, "Cut", &length).as_bytes(), half].concat()
}

/// The whole answer in chunks of a few bytes, so that characters are torn apart.
fn in_chunks(response: &Response) -> Vec<u8> {
    let mut bytes = head(response, "Chunked", "Transfer-Encoding: chunked").into_bytes();
    for chunk in response.body.chunks(limits::SANDBOX_CHUNK_BYTES) {
        bytes.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        bytes.extend_from_slice(chunk);
        bytes.extend_from_slice(b"\r\n");
    }
    bytes.extend_from_slice(b"0\r\n\r\n");
    bytes
}

fn head(response: &Response, reason: &str, framing: &str) -> String {
    let mut head =
        format!("HTTP/1.1 {} {reason}\r\n{framing}\r\nConnection: close\r\n", response.status);
    for (name, value) in &response.headers {
        // Writing to a String cannot fail.
        let _ = write!(head, "{name}: {value}\r\n");
    }
    head.push_str("\r\n");
    head
}
