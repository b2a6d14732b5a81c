//! Text on the terminal: width, wrapping, standard output that may go away.

use std::borrow::Cow;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::process::ExitCode;

use crate::observe;

/// Width when nothing says otherwise.
const WIDTH: usize = 80;

/// Narrowest width texts are laid out for; below it lines run over.
const WIDTH_MIN: usize = 40;

/// Columns of the reader's screen: `COLUMNS`, else the terminal's, else 80.
pub fn width() -> usize {
    let columns = std::env::var("COLUMNS").ok().and_then(|text| text.trim().parse().ok());
    columns.filter(|columns| *columns > 0).or_else(terminal_width).unwrap_or(WIDTH).max(WIDTH_MIN)
}

#[cfg(unix)]
fn terminal_width() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(io::stdout()).ok()?;
    Some(usize::from(size.ws_col)).filter(|columns| *columns > 0)
}

#[cfg(not(unix))]
fn terminal_width() -> Option<usize> {
    None
}

/// Breaks text between words. A word longer than a line stays whole.
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && line.chars().count() + 1 + word.chars().count() > columns {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// Text as it may be shown to a person: others may have written it, and it must not steer the terminal.
pub fn harmless(text: &str) -> Cow<'_, str> {
    observe::escaped(text, &['\n', '\t'])
}

/// Writes to standard output: to a terminal what does it no harm, to a program what it is. A reader that
/// has seen enough is no error.
pub fn print(text: &str) -> ExitCode {
    match io::stdout().is_terminal() {
        true => print_painted(&harmless(&text.replace("\r\n", "\n"))),
        false => print_painted(text),
    }
}

/// Writes to standard output what may hold colours, and is harmless otherwise.
pub fn print_painted(text: &str) -> ExitCode {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.kind() == ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => fail(&format!("cannot write to standard output: {error}")),
    }
}

/// Writes a line to standard error, if there still is one.
pub fn complain(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{}", harmless(line));
}

/// Reports a failure as every command does and gives its exit code.
pub fn fail(message: &str) -> ExitCode {
    complain(&format!("ERROR: {message}"));
    ExitCode::FAILURE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrapping_never_cuts_a_word() {
        assert_eq!(wrap("a bb  ccc\nd", 4), ["a bb", "ccc", "d"]);
        assert_eq!(wrap("longword x", 3), ["longword", "x"]);
        assert!(wrap(" ", 3).is_empty());
        let text = "Seconds after which to log in again, 0 means never";
        for columns in 1..60 {
            assert_eq!(wrap(text, columns).join(" "), text);
        }
    }
}
