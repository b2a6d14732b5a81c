//! The log: one line for each event of this program, on standard error or in a file.

use std::io::{self, Write};
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use log::{Level, LevelFilter, Log, Metadata, Record};
use serde_json::json;

use super::brief::brief;
use super::escape::escaped;
use super::metrics::{LOG_LOST, Output};
use super::redact::redact;
use super::sink::Sink;
use crate::limits;
use crate::time::Utc;
use crate::trace::Trace;

static LOGGER: Logger = Logger { json: AtomicBool::new(false), file: OnceLock::new() };

/// Where lines go, and how they look.
struct Logger {
    json: AtomicBool,
    file: OnceLock<Sink>,
}

/// Starts the log. `None` is silence.
///
/// Lines look like `2026-11-22 17:10:48,198Z: [itential-mcp] WARNING: message`, in UTC, which the
/// `Z` says, or are JSON objects. Only this program's own records are shown: libraries log what they
/// send, credentials included. Every message passes [`redact`], and its control characters are
/// escaped, so that no input can forge a line or steer a terminal. A second call changes nothing but
/// the level.
pub fn init(level: Option<LevelFilter>) {
    // Somebody has started it before.
    let _ = log::set_logger(&LOGGER);
    // One level for the whole process, cheaper to ask and possible to change.
    log::set_max_level(level.unwrap_or(LevelFilter::Off));
}

/// Has lines written as JSON, each an object.
pub fn write_json() {
    LOGGER.json.store(true, Ordering::Relaxed);
}

/// Whether lines are JSON.
pub fn is_json() -> bool {
    LOGGER.json.load(Ordering::Relaxed)
}

/// Has lines written to a file.
///
/// # Errors
/// When it cannot be opened.
pub fn write_to(path: &Path) -> io::Result<()> {
    // Set once, at start.
    let _ = LOGGER.file.set(Sink::open(path, Output::Log)?);
    Ok(())
}

/// Opens the file of the log anew, if there is one.
///
/// # Errors
/// When it cannot be opened; then the old one is kept.
pub fn reopen() -> io::Result<()> {
    LOGGER.file.get().map_or(Ok(()), Sink::reopen)
}

impl Log for Logger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with(env!("CARGO_CRATE_NAME"))
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            emit(line(Utc::now(), record));
        }
    }

    fn flush(&self) {}
}

/// Says what an operator must know whatever the level is, as a warning.
pub fn always(message: std::fmt::Arguments<'_>) {
    emit(line(Utc::now(), &warning(message)));
}

fn warning<'a>(message: std::fmt::Arguments<'a>) -> Record<'a> {
    Record::builder().level(Level::Warn).args(message).build()
}

/// Writes a line where the log is. Nobody may be there to read it.
pub(super) fn emit(mut line: String) {
    line.push('\n');
    let Some(file) = LOGGER.file.get() else { return emit_here(&line) };
    if let Some(said) = file.write(&line) {
        let mut told = self::line(Utc::now(), &warning(format_args!("the log {said}")));
        told.push('\n');
        emit_here(&told);
    }
}

/// Says on standard error, whatever the level is, what people and scripts wait for; and in the log, when
/// that is elsewhere.
pub fn announce(message: &str) {
    let mut said = match is_json() {
        true => {
            let args = format_args!("{message}");
            line(Utc::now(), &Record::builder().level(Level::Info).args(args).build())
        }
        false => escaped(message, &[]).into_owned(),
    };
    said.push('\n');
    emit_here(&said);
    if LOGGER.file.get().is_some() {
        log::info!("{message}");
    }
}

fn emit_here(line: &str) {
    if io::stderr().lock().write_all(line.as_bytes()).is_err() {
        LOG_LOST.count(&[Output::Log.at()]);
    }
}

fn line(now: Utc, record: &Record<'_>) -> String {
    let level = match record.level() {
        Level::Warn => "WARNING",
        level => level.as_str(),
    };
    let message = record.args().to_string();
    let message = redact(&message);
    let message = brief(&message, limits::LOG_LINE_BYTES);
    if is_json() {
        let mut line = json!({
            "time": now.milliseconds_form(),
            "level": level,
            "logger": "itential-mcp",
            "message": message,
        });
        if let Some(trace) = Trace::here() {
            line["trace_id"] = json!(trace.id().to_string());
            line["span_id"] = json!(trace.span().to_string());
        }
        return line.to_string();
    }
    let mut line = format!("{}: [itential-mcp] {level}: ", now.log_form());
    line.push_str(&escaped(&message, &[]));
    line
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn lines() {
        let now = Utc::at(Duration::from_millis(1_795_367_448_198));
        let line = |level, message: &str| {
            line(now, &Record::builder().level(level).args(format_args!("{message}")).build())
        };
        assert_eq!(
            line(Level::Warn, "größer"),
            "2026-11-22 17:10:48,198Z: [itential-mcp] WARNING: größer"
        );
        let forged = line(Level::Info, "a\n2026: [itential-mcp] ERROR: b\u{1b}[2J password=x");
        assert!(
            forged
                .ends_with(r"INFO: a\n2026: [itential-mcp] ERROR: b\u{1b}[2J password=[REDACTED]"),
            "{forged}"
        );
    }
}
