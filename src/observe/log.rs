//! The log: one line on standard error for each event of this program.

use std::io::Write;

use env_logger::{Builder, Target};
use log::{Level, LevelFilter, Record};

use super::brief::brief;
use super::escape::escaped;
use super::redact::redact;
use crate::limits;
use crate::time::Utc;

/// Starts the log. `None` is silence.
///
/// Lines look like `2026-11-22 17:10:48,198Z: [itential-mcp] WARNING: message`, in UTC, which the
/// `Z` says. Only this program's own records are shown: libraries log what they send, credentials
/// included. Every message passes [`redact`], and its control characters are escaped, so that no
/// input can forge a line or steer a terminal. A second call changes nothing but the level.
pub fn init(level: Option<LevelFilter>) {
    let level = level.unwrap_or(LevelFilter::Off);
    let started = Builder::new()
        .filter_module(env!("CARGO_CRATE_NAME"), LevelFilter::Trace)
        .target(Target::Stderr)
        .format(|out, record| writeln!(out, "{}", line(Utc::now(), record)))
        .try_init();
    if let Err(error) = started {
        log::debug!("the log was started before: {error}");
    }
    // One level for the whole process, cheaper to ask and possible to change.
    log::set_max_level(level);
}

/// Says what an operator must know whatever the level is: on standard error, as a warning.
pub fn always(message: std::fmt::Arguments<'_>) {
    if log::max_level() >= LevelFilter::Warn {
        return log::warn!("{message}");
    }
    let record = Record::builder().level(Level::Warn).args(message).build();
    // Nobody may be there to read it.
    let _ = writeln!(std::io::stderr(), "{}", line(Utc::now(), &record));
}

fn line(now: Utc, record: &Record<'_>) -> String {
    let level = match record.level() {
        Level::Warn => "WARNING",
        level => level.as_str(),
    };
    let message = record.args().to_string();
    let message = redact(&message);
    let message = brief(&message, limits::LOG_LINE_BYTES);
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
