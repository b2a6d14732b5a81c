//! Spans of traces: what calls and requests to the platform took, on their way to a collector.
//!
//! Whoever makes one never waits: when too many are on the way, they are lost and counted.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::brief::brief;
use super::metrics;
use super::redact::redact;
use crate::limits;
use crate::sync::{Lock, Signal};
use crate::time::since_epoch;
use crate::trace::Trace;

/// Attributes whose values are whole numbers.
const NUMBERS: [&str; 2] = ["http.response.status_code", "process.pid"];

static QUEUE: Lock<VecDeque<Value>> = Lock::new(VecDeque::new());
static ARRIVED: Signal = Signal::new();
static TAKEN: AtomicBool = AtomicBool::new(false);

/// Whose span it is, as OpenTelemetry numbers the kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanKind {
    /// Somebody asked this server.
    Server = 2,
    /// This server asked somebody.
    Client = 3,
}

/// What has ended.
#[derive(Debug)]
pub struct Span<'a> {
    /// Its place in the trace.
    pub trace: &'a Trace,
    /// The place above it.
    pub parent: Option<&'a Trace>,
    /// What it was, one of few.
    pub name: &'a str,
    /// Whose it is.
    pub kind: SpanKind,
    /// How long it took until now.
    pub time: Duration,
    /// Why it failed.
    pub error: Option<&'a str>,
    /// What else is known, by the names of OpenTelemetry; empty texts are left out.
    pub attributes: &'a [(&'a str, &'a str)],
}

/// Begins to collect spans: somebody takes them.
pub fn collect() {
    TAKEN.store(true, Ordering::Relaxed);
}

/// Whether spans are collected.
pub fn are_collected() -> bool {
    TAKEN.load(Ordering::Relaxed)
}

/// Hands a span on, if its trace is recorded and somebody takes it.
pub fn offer(span: &Span<'_>) {
    if !are_collected() || !span.trace.is_sampled() {
        return;
    }
    let mut queue = QUEUE.lock();
    if queue.len() >= limits::SPANS_QUEUED {
        return metrics::SPANS_LOST.count(&[]);
    }
    queue.push_back(rendered(span));
    let first = queue.len() == 1;
    drop(queue);
    if first {
        ARRIVED.notify_one();
    }
}

/// The spans that are there, at most so many, after waiting for the first one for at most so long.
pub fn take(most: usize, patience: Duration) -> Vec<Value> {
    let mut queue = QUEUE.lock();
    if queue.is_empty() {
        queue = ARRIVED.wait(queue, patience);
    }
    let count = queue.len().min(most);
    queue.drain(..count).collect()
}

/// Has whoever waits for spans look around.
pub fn wake() {
    ARRIVED.notify_all();
}

/// What a collector is sent (OTLP, as JSON).
pub fn request(spans: &[Value]) -> Value {
    let version = env!("CARGO_PKG_VERSION");
    let resource = attributes(&[
        ("service.name", "itential-mcp"),
        ("service.version", version),
        ("process.pid", &std::process::id().to_string()),
    ]);
    json!({"resourceSpans": [{
        "resource": {"attributes": resource},
        "scopeSpans": [{"scope": {"name": "itential-mcp", "version": version}, "spans": spans}],
    }]})
}

fn rendered(span: &Span<'_>) -> Value {
    let end = since_epoch();
    let begin = end.saturating_sub(span.time);
    let mut shown = json!({
        "traceId": span.trace.id().to_string(),
        "spanId": span.trace.span().to_string(),
        "name": span.name,
        "kind": span.kind as u8,
        // Numbers of 64 bits are texts in the JSON of protocol buffers.
        "startTimeUnixNano": begin.as_nanos().to_string(),
        "endTimeUnixNano": end.as_nanos().to_string(),
        "attributes": attributes(span.attributes),
    });
    if let Some(parent) = span.parent {
        shown["parentSpanId"] = json!(parent.span().to_string());
    }
    if let Some(state) = span.trace.state() {
        shown["traceState"] = json!(state);
    }
    if let Some(error) = span.error {
        let error = redact(error);
        shown["status"] = json!({"code": 2, "message": brief(&error, limits::ERROR_TEXT_BYTES)});
    }
    shown
}

fn attributes(all: &[(&str, &str)]) -> Vec<Value> {
    let given = all.iter().filter(|(_, value)| !value.is_empty());
    let attribute = |(key, value): &(&str, &str)| {
        if NUMBERS.contains(key) {
            return json!({"key": key, "value": {"intValue": value}});
        }
        let value = redact(value);
        json!({"key": key, "value": {"stringValue": brief(&value, limits::ACCESS_FIELD_BYTES)}})
    };
    given.map(attribute).collect()
}
