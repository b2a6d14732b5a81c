//! Sends spans to a collector of OpenTelemetry (OTLP over HTTP, as JSON), on a thread of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use ureq::Agent;

use crate::config;
use crate::limits;
use crate::observe::metrics::{SPANS_LOST, SPANS_SENT};
use crate::observe::{always, spans};
use crate::outbound::{self, Reach};

/// Where collectors take traces.
const PATH: &str = "/v1/traces";

/// A collector that is sent spans until this is dropped, which waits a moment for the last ones.
pub struct Collector {
    ends: Arc<AtomicBool>,
    ended: Receiver<()>,
}

impl Collector {
    /// Begins to send, where the settings name a collector.
    ///
    /// # Errors
    /// In words for the operator: what of the settings or of this machine cannot work.
    pub fn start(settings: &config::Server) -> Result<Option<Self>, String> {
        let Some(endpoint) = &settings.otlp_endpoint else { return Ok(None) };
        let base = endpoint.trim_end_matches('/');
        let url = format!("{}{PATH}", base.strip_suffix(PATH).unwrap_or(base));
        let agent = outbound::agent_for(&url, limits::COLLECTOR_TIME, Reach::Anywhere)
            .map_err(|problem| format!("otlp_endpoint: {problem}"))?;
        let headers = match &settings.otlp_headers {
            Some(headers) => pairs(headers.expose())?,
            None => Vec::new(),
        };
        let ends = Arc::new(AtomicBool::new(false));
        let (told, ended) = channel();
        let sending = Sending { agent, url, headers, ends: Arc::clone(&ends), well: true };
        let run = move || {
            sending.run();
            drop(told);
        };
        thread::Builder::new()
            .name("spans".into())
            .spawn(run)
            .map_err(|error| format!("otlp_endpoint: no thread could be started: {error}"))?;
        spans::collect();
        Ok(Some(Self { ends, ended }))
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        spans::wake();
        // It ends when the last spans are sent, or not at all.
        let _ = self.ended.recv_timeout(limits::COLLECTOR_LAST);
    }
}

/// `name=value` pairs, separated by commas.
fn pairs(text: &str) -> Result<Vec<(String, String)>, String> {
    let pair = |pair: &str| {
        let (name, value) = pair.split_once('=')?;
        let (name, value) = (name.trim(), value.trim());
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        let shown = |byte: u8| (b' '..=b'~').contains(&byte);
        let good = !name.is_empty() && name.bytes().all(plain) && value.bytes().all(shown);
        good.then(|| (name.to_owned(), value.to_owned()))
    };
    let given = text.split(',').filter(|given| !given.trim().is_empty());
    let read: Option<Vec<_>> = given.map(pair).collect();
    read.ok_or_else(|| {
        "otlp_headers: these are no name=value pairs, separated by commas".to_owned()
    })
}

struct Sending {
    agent: Agent,
    url: String,
    headers: Vec<(String, String)>,
    ends: Arc<AtomicBool>,
    /// The last ones were taken.
    well: bool,
}

impl Sending {
    fn run(mut self) {
        loop {
            let last = self.ends.load(Ordering::Relaxed);
            let found = spans::take(limits::SPANS_AT_ONCE, limits::SPANS_IDLE);
            if found.is_empty() {
                if last {
                    return;
                }
                continue;
            }
            let sent = self.send(spans::request(&found).to_string());
            let counted = if sent.is_ok() { &SPANS_SENT } else { &SPANS_LOST };
            found.iter().for_each(|_| counted.count(&[]));
            let before = std::mem::replace(&mut self.well, sent.is_ok());
            match sent {
                Err(error) if before => always(format_args!(
                    "the collector {} does not take spans: {error}; they are lost until it does",
                    self.url
                )),
                Ok(()) if !before => {
                    always(format_args!("the collector {} takes spans again", self.url));
                }
                _ => {}
            }
            if !last {
                // More come together than one by one.
                thread::sleep(limits::SPANS_PAUSE);
            }
        }
    }

    fn send(&self, body: String) -> Result<(), String> {
        let mut request = self.agent.post(&self.url).header("Content-Type", "application/json");
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let answer = request.send(body).map_err(|error| outbound::cause(&error))?;
        let status = answer.status().as_u16();
        // What it says is read, so that the connection serves again.
        let _ = outbound::bounded(answer.into_body(), limits::COLLECTOR_ANSWER_BYTES);
        match status {
            200..=299 => Ok(()),
            other => Err(format!("it answers with status {other}")),
        }
    }
}
