//! The audit trail: one JSON line for each tool call.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use std::time::Duration;

use serde_json::{Value, json};

use super::redact::redact_json;
use crate::sync::Lock;
use crate::time::Utc;

/// An audit file, open for appending.
#[derive(Debug)]
pub struct Audit {
    path: PathBuf,
    file: Lock<File>,
}

/// One tool call.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The subject of a token or certificate, or `local`.
    pub caller: &'a str,
    /// The tool.
    pub tool: &'a str,
    /// Its arguments; secrets are masked before they are written.
    pub arguments: &'a Value,
    /// `ok`, or why it failed.
    pub outcome: &'a str,
    /// How long it took.
    pub time: Duration,
    /// The trace the client names (W3C `traceparent`).
    pub trace: Option<&'a str>,
}

impl Audit {
    /// Opens `path`, and makes it when it is not there; only its owner may read it.
    ///
    /// # Errors
    /// When it cannot be opened for appending.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Self { path: path.to_owned(), file: Lock::new(append(path)?) })
    }

    /// Opens the file anew, after it was moved away by log rotation.
    ///
    /// # Errors
    /// When it cannot be opened; then the old one is kept.
    pub fn reopen(&self) -> io::Result<()> {
        let file = append(&self.path)?;
        *self.file.lock() = file;
        Ok(())
    }

    /// Writes one line. A disk that is full does not stop the network's work: it is logged.
    pub fn record(&self, entry: &Entry<'_>) {
        let mut line = json!({
            "time": Utc::now().to_string(),
            "caller": entry.caller,
            "tool": entry.tool,
            "arguments": redact_json(entry.arguments),
            "outcome": entry.outcome,
            "milliseconds": u64::try_from(entry.time.as_millis()).unwrap_or(u64::MAX),
        });
        if let Some(trace) = entry.trace {
            line["traceparent"] = json!(trace);
        }
        let line = format!("{line}\n");
        let mut file = self.file.lock();
        if let Err(error) = file.write_all(line.as_bytes()) {
            log::error!("the audit file {} cannot be written: {error}", self.path.display());
        }
    }
}

fn append(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
