//! Text on the terminal: width, wrapping, standard output that may go away.

use std::borrow::Cow;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::process::ExitCode;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::observe;

/// Screen when nothing says otherwise.
const SCREEN: Screen = Screen { columns: 80, rows: 24 };

/// Narrowest width texts are laid out for; below it lines run over.
const WIDTH_MIN: usize = 40;

/// Fewest columns in which sentences can be read.
const TEXT_MIN: usize = 20;

/// What stands for the rest of a text.
const REST: &str = "…";

/// What of a text is seen at once.
#[derive(Clone, Copy)]
pub struct Screen {
    /// Characters beside each other.
    pub columns: usize,
    /// Lines.
    pub rows: usize,
}

/// The reader's screen: `COLUMNS` and `LINES`, else the terminal's size, else 80 by 24.
pub fn screen() -> Screen {
    let terminal = terminal_size();
    let size = |variable: &str, of_terminal: fn(Screen) -> usize| {
        let said = std::env::var(variable).ok().and_then(|text| text.trim().parse().ok());
        said.or(terminal.map(of_terminal)).filter(|n| *n > 0).unwrap_or(of_terminal(SCREEN))
    };
    Screen {
        columns: size("COLUMNS", |screen| screen.columns).max(WIDTH_MIN),
        rows: size("LINES", |screen| screen.rows),
    }
}

/// Columns of the reader's screen.
pub fn width() -> usize {
    screen().columns
}

#[cfg(unix)]
fn terminal_size() -> Option<Screen> {
    let size = |found: rustix::io::Result<rustix::termios::Winsize>| {
        let size = found.ok().filter(|size| size.ws_col > 0)?;
        Some(Screen { columns: size.ws_col.into(), rows: size.ws_row.into() })
    };
    size(rustix::termios::tcgetwinsize(io::stdout()))
        .or_else(|| size(rustix::termios::tcgetwinsize(io::stderr())))
}

#[cfg(not(unix))]
fn terminal_size() -> Option<Screen> {
    None
}

/// Whether colours help the reader of standard output (<https://no-color.org>).
pub fn colored() -> bool {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    io::stdout().is_terminal() && !refused
}

/// The columns that a terminal gives to this text, whose colours take none.
pub fn columns(text: &str) -> usize {
    let mut parts = text.split("\u{1b}[");
    let plain = parts.next().unwrap_or_default().width();
    plain
        + parts
            .map(|part| part.split_once('m').map_or(part, |(_, rest)| rest).width())
            .sum::<usize>()
}

/// The text in exactly so many columns, filled up with blanks or cut.
pub fn fitted(text: &str, room: usize, right: bool) -> String {
    let text = shortened(text, room);
    let blanks = " ".repeat(room.saturating_sub(columns(&text)));
    if right { blanks + &text } else { text.into_owned() + &blanks }
}

/// The text in at most so many columns; what is cut is told by an ellipsis.
pub fn shortened(text: &str, room: usize) -> Cow<'_, str> {
    if columns(text) <= room {
        return text.into();
    }
    let mut used = columns(REST);
    let kept = |c: &char| {
        used += c.width().unwrap_or(0);
        used <= room
    };
    let kept: String = text.chars().take_while(kept).collect();
    (kept.trim_end().to_owned() + REST).into()
}

/// Breaks text between words. A word longer than a line stays whole.
pub fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() && columns(&line) + 1 + columns(word) > room {
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

/// Every line that is too long for `room`, broken between words. What goes on stands below the text of its
/// line, or below a label's text where the line begins with a label and blanks.
pub fn wrap_lines(text: &str, room: usize) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end_matches('\n');
        if columns(bare) <= room {
            out.push_str(line);
            continue;
        }
        let words = bare.trim_start();
        let indent = bare.len() - words.len();
        let label = words.find("  ").unwrap_or(0);
        let after = words[label..].trim_start();
        let head = &bare[..bare.len() - after.len()];
        let hang = columns(head);
        // A label that leaves no room stands alone.
        let alone = label > 0 && hang + TEXT_MIN > room;
        let hang = if alone { indent + 2 } else { hang };
        let rest = wrap(after, room.saturating_sub(hang)).join(&format!("\n{:hang$}", ""));
        match alone {
            true => out.push_str(&format!("{}\n{:hang$}", head.trim_end(), "")),
            false => out.push_str(head),
        }
        out.push_str(&rest);
        out.push_str(&line[bare.len()..]);
    }
    out
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

/// The same for sentences, which on a terminal are broken between words.
pub fn tell(text: &str) -> ExitCode {
    match io::stdout().is_terminal() {
        true => print_painted(&wrap_lines(&harmless(text), width())),
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
    let line = harmless(line);
    let line = match io::stderr().is_terminal() {
        true => wrap_lines(&line, width()).into(),
        false => line,
    };
    let _ = writeln!(io::stderr().lock(), "{line}");
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
        assert_eq!(wrap_lines("  one two\nx\n", 6), "  one\n  two\nx\n");
        let told = "Names  those that clients connect to\n";
        assert_eq!(wrap_lines(told, 28), "Names  those that clients\n       connect to\n");
        assert_eq!(wrap_lines(told, 22), "Names\n  those that clients\n  connect to\n");
    }

    #[test]
    fn wide_characters_take_their_columns() {
        for (text, room, expected) in [
            ("ab", 4, "ab  "),
            ("abcde", 4, "abc…"),
            ("日本", 4, "日本"),
            ("日本語", 4, "日… "),
            ("日本語", 5, "日本…"),
            ("e\u{301}x", 4, "e\u{301}x  "),
            ("🚀🚀🚀", 5, "🚀🚀…"),
            ("👩‍🚀x", 4, "👩‍🚀x "),
        ] {
            let shown = fitted(text, room, false);
            assert_eq!(shown, expected);
            assert_eq!(columns(&shown), room, "{text}");
        }
        assert_eq!(fitted("7", 3, true), "  7");
    }
}
