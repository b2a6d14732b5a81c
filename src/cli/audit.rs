//! `audit verify`: whether an audit trail is as it was written.

use std::path::Path;
use std::process::ExitCode;

use super::text::{fail, tell};
use crate::observe::Report;

/// Reads the files of a trail, the oldest first, and tells what is not as it was written. The exit code
/// is 0 when all is.
pub fn verify<'a>(files: impl Iterator<Item = &'a Path>) -> ExitCode {
    let mut report = Report::default();
    for file in files {
        if let Err(error) = report.read(file) {
            return fail(&format!("{} cannot be read: {error}", file.display()));
        }
    }
    let mut text = String::new();
    for (kind, lines) in [("note", &report.notes), ("BROKEN", &report.breaks)] {
        lines.iter().for_each(|line| text.push_str(&format!("{kind}: {line}\n")));
    }
    let last = report.last.as_deref().unwrap_or("none");
    let verdict = match report.is_intact() {
        true => "intact",
        false => "not as it was written",
    };
    text.push_str(&format!("{} good lines, the last link is {last}: {verdict}\n", report.good));
    match tell(&text) {
        ExitCode::SUCCESS if !report.is_intact() => ExitCode::FAILURE,
        code => code,
    }
}
