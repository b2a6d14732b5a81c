//! What a program has said, within bounds.

use crate::{limits, observe};

/// What a program has said.
#[derive(Debug, Default)]
pub struct Heard {
    /// What it has printed, as far as the bound goes.
    pub output: Vec<u8>,
    /// The end of what it has written to standard error.
    errors: Vec<u8>,
    /// Bytes of standard error in all.
    error_bytes: usize,
    /// The stream on which it said too much.
    flooded: Option<&'static str>,
    /// The line of standard error that has begun.
    line: Vec<u8>,
    progress: Option<Progress>,
}

/// How far a program says that it is, in a line of standard error: `progress 3/10 what it does`.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// So much is done,
    pub done: f64,
    /// of so much, when it says that.
    pub total: Option<f64>,
    /// What it does.
    pub message: String,
}

impl Progress {
    fn read(line: &[u8]) -> Option<Self> {
        let line = std::str::from_utf8(line).ok()?.strip_prefix("progress ")?.trim();
        let (far, message) = line.split_once(' ').unwrap_or((line, ""));
        let (done, total) = far.split_once('/').map_or((far, None), |(done, of)| (done, Some(of)));
        let number = |text: &str| text.parse().ok().filter(|number: &f64| number.is_finite());
        let total = match total {
            Some(total) => Some(number(total)?),
            None => None,
        };
        let message = observe::redact(message.trim()).into_owned();
        Some(Self { done: number(done)?, total, message })
    }
}

impl Heard {
    /// Takes note of a part of standard output.
    pub fn output(&mut self, bytes: &[u8]) {
        let room = limits::PROGRAM_OUTPUT_BYTES - self.output.len();
        self.output.extend_from_slice(bytes.get(..room).unwrap_or(bytes));
        if bytes.len() > room {
            self.flooded = Some("standard output");
        }
    }

    /// Takes note of a part of standard error.
    pub fn errors(&mut self, bytes: &[u8]) {
        self.error_bytes = self.error_bytes.saturating_add(bytes.len());
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            let room = limits::SHOWN_LINE_CHARS.saturating_sub(self.line.len());
            self.line.extend_from_slice(part.get(..room).unwrap_or(part));
            if part.ends_with(b"\n") {
                let said = Progress::read(&self.line);
                self.progress = said.or(self.progress.take());
                self.line.clear();
            }
        }
        self.errors.extend_from_slice(bytes);
        // Twice what is shown, so that no secret is cut before it is masked.
        let excess = self.errors.len().saturating_sub(2 * limits::PROGRAM_ERRORS_SHOWN);
        self.errors.drain(..excess);
        if self.error_bytes > limits::PROGRAM_ERRORS_BYTES {
            self.flooded = Some("standard error");
        }
    }

    /// How far it said last that it is, once.
    pub fn progress(&mut self) -> Option<Progress> {
        self.progress.take()
    }

    /// The stream on which it said too much, and how much is allowed there.
    pub fn flooded(&self) -> Option<(&'static str, usize)> {
        let most = match self.flooded? {
            "standard error" => limits::PROGRAM_ERRORS_BYTES,
            _ => limits::PROGRAM_OUTPUT_BYTES,
        };
        Some((self.flooded?, most))
    }

    /// The last lines of standard error, without secrets.
    pub fn last_words(&self) -> String {
        let text = String::from_utf8_lossy(&self.errors);
        let text = observe::redact(text.trim());
        let most = limits::PROGRAM_ERRORS_SHOWN;
        if self.error_bytes <= most {
            return text.into_owned();
        }
        let end = observe::split(&text, text.len().saturating_sub(most)).1;
        let lines = end.split_once('\n').map_or(end, |(_, lines)| lines);
        format!("... {lines}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_the_errors_is_kept_and_too_much_is_noticed() {
        let mut heard = Heard::default();
        for number in 0..2000 {
            heard.errors(format!("line {number}\n").as_bytes());
        }
        assert_eq!(heard.flooded(), None);
        let words = heard.last_words();
        assert!(words.starts_with("... line 1") && words.ends_with("line 1999"), "{words}");
        heard.errors(&vec![b'x'; limits::PROGRAM_ERRORS_BYTES]);
        assert_eq!(heard.flooded(), Some(("standard error", limits::PROGRAM_ERRORS_BYTES)));
        assert_eq!(heard.last_words().len(), limits::PROGRAM_ERRORS_SHOWN + 4);
    }

    #[test]
    fn lines_of_progress_are_read_and_others_are_not() {
        let mut heard = Heard::default();
        let mut said = |text: &str| {
            text.as_bytes().chunks(3).for_each(|part| heard.errors(part));
            heard.progress().map(|far| (far.done, far.total, far.message))
        };
        assert_eq!(
            said("note\nprogress 1/4 first\nprogress 2/4"),
            Some((1.0, Some(4.0), "first".into()))
        );
        assert_eq!(said("\n"), Some((2.0, Some(4.0), String::new())));
        assert_eq!(said("progress 7.5 more words\n"), Some((7.5, None, "more words".into())));
        let long = format!("{}progress 1\n", "x".repeat(1000));
        for none in [
            "progress x\n",
            "progress 1/\n",
            "progress inf\n",
            "progress\n",
            &long,
            "x progress 1\n",
        ] {
            assert_eq!(said(none), None, "{none}");
        }
    }

    #[test]
    fn output_beyond_the_bound_is_not_kept() {
        let mut heard = Heard::default();
        heard.output(&vec![b'1'; limits::PROGRAM_OUTPUT_BYTES]);
        assert_eq!(heard.flooded(), None);
        heard.output(b"2");
        assert_eq!(heard.flooded(), Some(("standard output", limits::PROGRAM_OUTPUT_BYTES)));
        assert_eq!(heard.output.len(), limits::PROGRAM_OUTPUT_BYTES);
    }
}
