//! The audit trail: one JSON line for each tool call.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

use super::brief::brief;
use super::chain::Chain;
use super::log::always;
use super::metrics;
use super::redact::{RedactedFields, redact};
use crate::limits;
use crate::sync::Lock;
use crate::time::Utc;

/// An audit file, open for appending.
#[derive(Debug)]
pub struct Audit {
    path: PathBuf,
    file: Lock<Trail>,
    required: bool,
    calls: AtomicU64,
}

#[derive(Debug)]
struct Trail {
    file: File,
    /// The last line was not written whole.
    torn: bool,
    chain: Chain,
}

/// One tool call.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// The subject of a token or certificate, or `local`.
    pub caller: &'a str,
    /// The role in which it calls.
    pub role: Option<&'a str>,
    /// The account at the platform, where it is not this server's.
    pub account: Option<&'a str>,
    /// The tool.
    pub tool: &'a str,
    /// Its arguments; secrets are masked while they are written.
    pub arguments: &'a Map<String, Value>,
    /// The trace the client names (W3C `traceparent`).
    pub trace: Option<&'a str>,
}

/// A call that is recorded: its number in the trail.
#[derive(Clone, Copy, Debug)]
pub struct Recorded(u64);

impl Audit {
    /// Opens `path`, and makes it when it is not there; only its owner may read it. Where it is
    /// `required`, a call that cannot be recorded must not run.
    ///
    /// # Errors
    /// When it cannot be opened for appending.
    pub fn open(path: &Path, required: bool) -> io::Result<Self> {
        let chain = Chain::after(path);
        let file = Lock::new(Trail { file: append(path)?, torn: false, chain });
        metrics::AUDIT.open();
        Ok(Self { path: path.to_owned(), file, required, calls: AtomicU64::new(0) })
    }

    /// Opens the file anew, after it was moved away by log rotation.
    ///
    /// # Errors
    /// When it cannot be opened; then the old one is kept.
    pub fn reopen(&self) -> io::Result<()> {
        let file = append(&self.path)?;
        let mut trail = self.file.lock();
        (trail.file, trail.torn) = (file, false);
        trail.chain.rotated();
        Ok(())
    }

    /// Numbers a call that is about to run, and writes that it begins where the trail is required.
    ///
    /// # Errors
    /// When the trail is required and cannot be written: the call must not run.
    pub fn begin(&self, entry: &Entry<'_>) -> io::Result<Recorded> {
        let recorded = Recorded(self.calls.fetch_add(1, Ordering::Relaxed) + 1);
        if self.required {
            self.write(&Line { entry, recorded, end: None })?;
        }
        Ok(recorded)
    }

    /// Writes how a call ended: `ok`, or why it failed. A disk that is full does not undo what was
    /// done: it is said, and shown at `/status`.
    pub fn end(&self, recorded: Recorded, entry: &Entry<'_>, outcome: &str, time: Duration) {
        // The failure is told where it happens; the call is over.
        let _ = self.write(&Line { entry, recorded, end: Some((outcome, time)) });
    }

    fn write(&self, line: &Line<'_>) -> io::Result<()> {
        let mut bytes = serde_json::to_vec(line)?;
        let mut trail = self.file.lock();
        let hash = trail.chain.link(&mut bytes);
        bytes.push(b'\n');
        if trail.torn {
            // Half a line must not swallow the next one.
            bytes.insert(0, b'\n');
        }
        let written = trail.file.write_all(&bytes);
        trail.torn = written.is_err();
        if written.is_ok() {
            trail.chain.wrote(hash);
        }
        drop(trail);
        let path = self.path.display();
        match (metrics::AUDIT.count(written.is_ok()), &written) {
            (true, Err(error)) => always(format_args!(
                "the audit file {path} cannot be written: {error}; {}",
                if self.required { "calls are refused until it can" } else { "calls go on" }
            )),
            (true, Ok(())) => always(format_args!("the audit file {path} is written again")),
            (false, _) => {}
        }
        written
    }
}

/// A line of the trail.
struct Line<'a> {
    entry: &'a Entry<'a>,
    recorded: Recorded,
    /// None: the call begins.
    end: Option<(&'a str, Duration)>,
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { entry, recorded, end } = self;
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("time", &Utc::now().to_string())?;
        map.serialize_entry("call", &format!("{}-{}", std::process::id(), recorded.0))?;
        map.serialize_entry("caller", entry.caller)?;
        for (name, value) in [("role", entry.role), ("platform_account", entry.account)] {
            value.map_or(Ok(()), |value| map.serialize_entry(name, value))?;
        }
        map.serialize_entry("tool", entry.tool)?;
        let arguments = RedactedFields::new(entry.arguments, limits::AUDIT_TEXT_BYTES);
        map.serialize_entry("arguments", &arguments)?;
        match end {
            None => map.serialize_entry("outcome", "started")?,
            Some((outcome, time)) => {
                let outcome = redact(outcome);
                map.serialize_entry("outcome", &brief(&outcome, limits::ERROR_TEXT_BYTES))?;
                let time = u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
                map.serialize_entry("milliseconds", &time)?;
            }
        }
        if let Some(trace) = entry.trace {
            map.serialize_entry("traceparent", trace)?;
        }
        map.end()
    }
}

fn append(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn half_a_line_does_not_swallow_the_next_one() {
        let arguments = Map::new();
        let (role, account, trace) = (None, None, None);
        let entry =
            Entry { caller: "local", role, account, tool: "t", arguments: &arguments, trace };
        let full = Path::new("/dev/full");
        let audit = Audit::open(full, true).expect("it opens");
        assert!(audit.begin(&entry).is_err(), "nothing can be written there");
        let path = std::env::temp_dir().join(format!("audit-{}.jsonl", std::process::id()));
        std::fs::write(&path, "{\"half").expect("a file");
        audit.file.lock().file = append(&path).expect("it opens");
        for _ in 0..2 {
            audit.end(Recorded(7), &entry, "ok", Duration::ZERO);
        }
        let text = std::fs::read_to_string(&path).expect("a file");
        std::fs::remove_file(&path).expect("a file");
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3, "{text}");
        assert!(lines.iter().skip(1).all(|line| serde_json::from_str::<Value>(line).is_ok()));
    }
}
