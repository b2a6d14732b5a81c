//! From the text that was found for a setting to its value, wherever it was found.

use std::io::ErrorKind;
use std::path::Path;

use super::findings::Findings;
use super::settings::Setting;
use super::sources::{Source, read};
use super::value::{self, Value};

/// A setting with its value and where it came from.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// Its name in messages: `section.key`.
    pub id: String,
    /// The row of the table.
    pub setting: &'static Setting,
    /// The value.
    pub value: Value,
    /// Where it came from.
    pub source: Source,
}

/// The text that was found as a value of its row.
pub(super) fn resolved(
    row: &'static Setting,
    id: String,
    (text, source): (String, Source),
    findings: &mut Findings,
) -> Resolved {
    // An unset default is not a value to check.
    if source == Source::Default && text.is_empty() {
        return Resolved { id, setting: row, value: Value::Unset, source };
    }
    let value = value::parse(row, &text).unwrap_or_else(|invalid| {
        findings.errors.push(format!(
            "{id}: {} from {source} is not valid; expected {invalid}",
            if row.is_secret() { "the value".into() } else { value::shown(&text) },
        ));
        Value::Unset
    });
    Resolved { id, setting: row, value, source }
}

/// Whether the text counts as a value of this row at all.
pub(super) fn counts(row: &Setting, text: &str) -> bool {
    !(text.trim().is_empty() && value::blank_is_unset(row.kind))
}

/// The secret in a file, without the line end that editors and `echo` leave.
pub(super) fn secret_file(
    id: &str,
    path: &Path,
    named_by: &str,
    findings: &mut Findings,
) -> String {
    let shown = path.display();
    let problem = match read(path) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(mut text) => {
                for end in ['\n', '\r'] {
                    if text.ends_with(end) {
                        text.pop();
                    }
                }
                return text;
            }
            Err(_) => format!("file {shown} is not UTF-8 text"),
        },
        Err(e) if e.kind() == ErrorKind::NotFound => format!("file {shown} does not exist"),
        Err(e) => format!("file {shown} cannot be read: {e}"),
    };
    findings.errors.push(format!("{id}: {problem} (named by {named_by})"));
    String::new()
}
