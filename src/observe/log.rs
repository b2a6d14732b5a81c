//! The log: one line for each event of this program, on standard error or in a file.

use std::io::{self, Write};
use std::path::Path;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use env_logger::{Builder, Target};
use log::{Level, LevelFilter, Record};
use serde_json::json;

use super::brief::brief;
use super::escape::escaped;
use super::metrics::{LOG_LOST, Output};
use super::redact::redact;
use super::sink::Sink;
use crate::limits;
use crate::time::Utc;
use crate::trace::Trace;

/// How lines look.
static JSON: AtomicBool = AtomicBool::new(false);

/// Where they go, if not to standard error.
static FILE: OnceLock<Sink> = OnceLock::new();

/// Starts the log. `None` is silence.
///
/// Lines look like `2026-11-22 17:10:48,198Z: [itential-mcp] WARNING: message`, in UTC, which the
/// `Z` says, or are JSON objects. Only this program's own records are shown: libraries log what they
/// send, credentials included. Every message passes [`redact`], and its control characters are
/// escaped, so that no input can forge a line or steer a terminal. A second call changes nothing but
/// the level.
pub fn init(level: Option<LevelFilter>) {
    let started = Builder::new()
        .filter_module(env!("CARGO_CRATE_NAME"), LevelFilter::Trace)
        .target(Target::Pipe(Box::new(Lines)))
        .format(|out, record| writeln!(out, "{}", line(Utc::now(), record)))
        .try_init();
    if let Err(error) = started {
        log::debug!("the log was started before: {error}");
    }
    // One level for the whole process, cheaper to ask and possible to change.
    log::set_max_level(level.unwrap_or(LevelFilter::Off));
}

/// Has lines written as JSON, each an object.
pub fn write_json() {
    JSON.store(true, Ordering::Relaxed);
}

/// Whether lines are JSON.
pub fn is_json() -> bool {
    JSON.load(Ordering::Relaxed)
}

/// Has lines written to a file.
///
/// # Errors
/// When it cannot be opened.
pub fn write_to(path: &Path) -> io::Result<()> {
    // Set once, at start.
    let _ = FILE.set(Sink::open(path, Output::Log)?);
    Ok(())
}

/// Opens the file of the log anew, if there is one.
///
/// # Errors
/// When it cannot be opened; then the old one is kept.
pub fn reopen() -> io::Result<()> {
    FILE.get().map_or(Ok(()), Sink::reopen)
}

/// Where the logger writes: a whole line at a time.
struct Lines;

impl Write for Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        write_out(&String::from_utf8_lossy(line));
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
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
    write_out(&line);
}

fn write_out(line: &str) {
    let Some(file) = FILE.get() else { return emit_here(line) };
    if let Some(said) = file.write(line) {
        let mut told = self::line(Utc::now(), &warning(format_args!("the log {said}")));
        told.push('\n');
        emit_here(&told);
    }
}

/// Says on standard error, whatever the level is, what people and scripts wait for; and in the log, when
/// that is elsewhere.
pub fn announce(message: &str) {
    let mut said = match is_json() {
        true => info(format_args!("{message}")),
        false => escaped(message, &[]).into_owned(),
    };
    said.push('\n');
    emit_here(&said);
    if FILE.get().is_some() {
        log::info!("{message}");
    }
}

fn info(message: std::fmt::Arguments<'_>) -> String {
    line(Utc::now(), &Record::builder().level(Level::Info).args(message).build())
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
