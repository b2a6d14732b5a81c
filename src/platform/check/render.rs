//! A report as people and as programs read it.

use std::borrow::Cow;
use std::fmt::Write;
use std::time::Duration;

use serde_json::{Map, Value, json as value};

use super::report::{Report, Status};
use crate::observe::escaped;

/// The report for people.
///
/// `verbose` adds duration, details and errors of every check, `quiet` leaves out the opening line,
/// `color` writes ANSI colours, which only a terminal should get. No line is drawn wider than `width`.
pub fn human(report: &Report, verbose: bool, quiet: bool, color: bool, width: usize) -> String {
    let paint = |code: &str, text: &str| {
        if color { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    };
    let mut lines: Vec<String> = Vec::new();
    if !quiet {
        lines.push(paint("94", "Testing connection to Itential Platform..."));
        lines.push(String::new());
    }
    for check in &report.checks {
        let (code, symbol) = match check.status {
            Status::Passed => ("92", "✓"),
            Status::Failed => ("91", "✗"),
            Status::Skipped => ("93", "○"),
            Status::Warning => ("93", "⚠"),
        };
        lines.push(format!("{} {}", paint(code, symbol), plain(&check.message)));
        if verbose {
            lines.push(format!("  Duration: {:.0}ms", millis(check.duration)));
            if !check.details.is_empty() {
                lines.push("  Details:".to_owned());
                lines.extend(
                    check
                        .details
                        .iter()
                        .map(|(name, it)| format!("    • {name}: {}", plain(&shown(it)))),
                );
            }
            if let Some((kind, text)) = &check.error {
                lines.push(format!("  Error: {kind}: {}", plain(text)));
            }
        }
        if !check.suggestion.is_empty() {
            lines.push(String::new());
            lines.push("  💡 Suggestion:".to_owned());
            lines.extend(check.suggestion.iter().map(|line| format!("     {line}")));
            lines.push(String::new());
        }
    }
    let outcome =
        if report.success { "✓ Connection test: SUCCESS" } else { "✗ Connection test: FAILED" };
    lines.extend([
        String::new(),
        "─".repeat(width.min(60)),
        String::new(),
        paint("1", outcome),
        String::new(),
    ]);
    if let Some(error) = report.error() {
        lines.push(format!("  Error: {}", plain(error)));
    } else {
        if let Some(version) = &report.platform_version {
            lines.push(format!("  Platform version: {}", plain(version)));
        }
        if let Some(user) = &report.authenticated_user {
            lines.push(format!("  Authenticated as: {}", plain(user)));
        }
        lines.push(format!("  Total duration: {:.2}s", report.duration.as_secs_f64()));
    }
    lines.push(String::new());
    lines.join("\n") + "\n"
}

/// What came from elsewhere, as a terminal may show it.
fn plain(text: &str) -> Cow<'_, str> {
    escaped(text, &['\n', '\t'])
}

/// The report for programs: JSON of two spaces indentation, in ASCII.
pub fn json(report: &Report) -> String {
    let count = |status| report.checks.iter().filter(|check| check.status == status).count();
    let checks: Vec<Value> = report
        .checks
        .iter()
        .map(|check| {
            let mut out = value!({
                "name": check.name,
                "status": match check.status {
                    Status::Passed => "passed",
                    Status::Failed => "failed",
                    Status::Skipped => "skipped",
                    Status::Warning => "warning",
                },
                "message": check.message,
                "duration_ms": millis(check.duration),
            });
            if !check.details.is_empty() {
                let details =
                    check.details.iter().map(|(name, it)| ((*name).to_owned(), it.clone()));
                out["details"] = Value::Object(details.collect::<Map<_, _>>());
            }
            if !check.suggestion.is_empty() {
                out["suggestion"] = check.suggestion.join("\n").into();
            }
            if let Some((kind, text)) = &check.error {
                out["error"] = value!({"type": kind, "message": text});
            }
            out
        })
        .collect();
    let mut out = value!({
        "success": report.success,
        "duration_ms": millis(report.duration),
        "timestamp": report.begun.to_string(),
        "checks": checks,
    });
    for (name, it) in [
        ("platform_version", report.platform_version.as_deref()),
        ("authenticated_user", report.authenticated_user.as_deref()),
        ("error", report.error()),
    ] {
        if let Some(it) = it {
            out[name] = it.into();
        }
    }
    out["summary"] = value!({
        "total_checks": report.checks.len(),
        "passed": count(Status::Passed),
        "failed": count(Status::Failed),
        "skipped": count(Status::Skipped),
        "warnings": count(Status::Warning),
    });
    ascii(&format!("{out:#}"))
}

/// Milliseconds with two decimals.
fn millis(duration: Duration) -> f64 {
    (duration.as_secs_f64() * 100_000.0).round() / 100.0
}

/// A detail as the Python server showed it.
fn shown(detail: &Value) -> String {
    match detail {
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(shown).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

/// JSON text with everything beyond ASCII escaped; such characters occur only within strings.
fn ascii(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() {
            out.push(character);
        } else {
            for unit in character.encode_utf16(&mut [0; 2]) {
                let _ = write!(out, "\\u{unit:04x}");
            }
        }
    }
    out
}
