//! The access log: one line for each HTTP request that was answered.
//!
//! As text it is the combined format of web servers, and behind it the seconds that the answer took,
//! the session, the request and the trace.

use std::borrow::Cow;
use std::io;
use std::net::IpAddr;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use serde_json::json;

use super::brief::brief;
use super::escape::escaped;
use super::log::{always, emit, is_json};
use super::metrics::Output;
use super::redact::redact;
use super::sink::Sink;
use crate::limits;
use crate::time::Utc;

/// Where lines go; none: among those of the log.
static PLACE: OnceLock<Option<Sink>> = OnceLock::new();

/// What is told of a request besides its answer.
#[derive(Debug)]
pub struct Access {
    /// The address of the client.
    pub client: IpAddr,
    /// Its name, once that is proven.
    pub caller: Option<String>,
    /// The method.
    pub method: String,
    /// The path, without its query.
    pub path: String,
    /// The version of HTTP.
    pub version: &'static str,
    /// What the client calls itself.
    pub agent: Option<String>,
    /// A short name of the session.
    pub session: Option<String>,
    /// The name of the request, by whoever is in front or by this server.
    pub request: String,
    /// The trace to which it belongs.
    pub trace: Option<String>,
}

/// Has lines written to a file, or among those of the log.
///
/// # Errors
/// When it cannot be opened.
pub fn write_to(path: Option<&Path>) -> io::Result<()> {
    let sink = path.map(|path| Sink::open(path, Output::Access)).transpose()?;
    // Set once, at start.
    let _ = PLACE.set(sink);
    Ok(())
}

/// Whether there is an access log.
pub fn is_written() -> bool {
    PLACE.get().is_some()
}

/// Opens the file of the access log anew, if there is one.
///
/// # Errors
/// When it cannot be opened; then the old one is kept.
pub fn reopen() -> io::Result<()> {
    PLACE.get().and_then(Option::as_ref).map_or(Ok(()), Sink::reopen)
}

impl Access {
    /// Writes the line, once the answer is complete.
    pub fn write(&self, status: u16, bytes: u64, time: Duration) {
        let Some(place) = PLACE.get() else { return };
        let line = match is_json() {
            true => self.json(Utc::now(), status, bytes, time),
            false => self.text(Utc::now(), status, bytes, time),
        };
        let Some(file) = place else { return emit(line) };
        if let Some(said) = file.write(&(line + "\n")) {
            always(format_args!("the access log {said}"));
        }
    }

    fn text(&self, now: Utc, status: u16, bytes: u64, time: Duration) -> String {
        let quoted = |text: &str| safe(text).replace('\\', "\\\\").replace('"', "\\\"");
        let word = |text: &Option<String>| match text.as_deref().map(safe) {
            // A field ends at a blank.
            Some(text) if !text.is_empty() => text.replace(' ', "%20").replace('"', "%22"),
            _ => "-".to_owned(),
        };
        format!(
            "{} - {} [{}] \"{} {} {}\" {status} {bytes} \"-\" \"{}\" {:.6} {} {} {}",
            self.client,
            word(&self.caller),
            now.clf_form(),
            quoted(&self.method),
            quoted(&self.path),
            self.version,
            quoted(self.agent.as_deref().unwrap_or("-")),
            time.as_secs_f64(),
            word(&self.session),
            self.request,
            self.trace.as_deref().unwrap_or("-"),
        )
    }

    fn json(&self, now: Utc, status: u16, bytes: u64, time: Duration) -> String {
        let mut line = json!({
            "time": now.milliseconds_form(),
            "logger": "itential-mcp.access",
            "client": self.client.to_string(),
            "method": safe(&self.method),
            "path": safe(&self.path),
            "status": status,
            "bytes": bytes,
            "seconds": time.as_secs_f64(),
            "request_id": self.request,
        });
        for (name, value) in [
            ("caller", &self.caller),
            ("session", &self.session),
            ("user_agent", &self.agent),
            ("trace_id", &self.trace),
        ] {
            if let Some(value) = value {
                line[name] = json!(safe(value));
            }
        }
        line.to_string()
    }
}

/// A text that somebody else wrote: without secrets, short, and without what steers a terminal.
fn safe(text: &str) -> String {
    let text = redact(text);
    let text: Cow<'_, str> = brief(&text, limits::ACCESS_FIELD_BYTES);
    escaped(&text, &[]).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line_and_its_fields_stay_apart() {
        let access = Access {
            client: IpAddr::from([127, 0, 0, 1]),
            caller: Some("CN=Ann \"x\", O=Acme".into()),
            method: "POST".into(),
            path: "/mcp\"\n".into(),
            version: "HTTP/1.1",
            agent: Some("a\" 200 0 \"\u{1b}[2J".into()),
            session: None,
            request: "7-1".into(),
            trace: None,
        };
        let now = Utc::at(Duration::from_millis(1_795_367_448_198));
        assert_eq!(
            access.text(now, 200, 17, Duration::from_millis(3)),
            "127.0.0.1 - CN=Ann%20%22x%22,%20O=Acme [22/Nov/2026:17:10:48 +0000] \
             \"POST /mcp\\\"\\\\n HTTP/1.1\" 200 17 \"-\" \"a\\\" 200 0 \\\"\\\\u{1b}[2J\" 0.003000 - 7-1 -"
        );
    }
}
