//! Secrets behind the names that announce them, in text of any style.
//!
//! The scanner goes over the text once and never looks further ahead than the thing it is about to
//! mask, so hostile text costs no more than any other.

use std::borrow::Cow;

use super::coded;
use super::device::Line;
use super::names::{Kind, classify, counts, is_token};
use super::values::MASK;
use crate::limits;

/// A way through a text.
pub(super) struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    out: String,
    /// Everything before this has been written to `out`, or masked.
    kept: usize,
    /// Where the name of a tag would begin.
    tag: usize,
    /// Where the content of a tag with a secret's name begins.
    content: usize,
    /// From here on no tag is closed.
    unclosed: usize,
    /// A field called `name` has just named a secret, whose field `value` follows.
    named: bool,
    /// The line, as a command of a network device.
    pub line: Line,
}

impl<'a> Scanner<'a> {
    /// The text without secrets.
    pub fn scan(text: &'a str) -> Cow<'a, str> {
        let mut scanner = Scanner {
            text,
            bytes: text.as_bytes(),
            out: String::new(),
            kept: 0,
            tag: usize::MAX,
            content: usize::MAX,
            unclosed: usize::MAX,
            named: false,
            line: Line::default(),
        };
        scanner.run();
        if scanner.kept == 0 && scanner.out.is_empty() {
            return Cow::Borrowed(text);
        }
        scanner.out.push_str(text.get(scanner.kept..).unwrap_or_default());
        Cow::Owned(scanner.out)
    }

    fn run(&mut self) {
        let mut at = 0;
        while let Some(&byte) = self.bytes.get(at) {
            at = match byte {
                _ if at == self.content => self.tag_content(at),
                b'-' if self.starts(at, "-----BEGIN ") => self.pem(at),
                b':' if self.starts(at, "://") => self.userinfo(at + 3),
                _ if is_word(byte) => self.word(at),
                _ => self.sign(at),
            };
        }
    }

    /// Anything but a word.
    fn sign(&mut self, at: usize) -> usize {
        let escaped = self.is(at, b"\\n") || self.is(at, b"\\r");
        let Some(sign) = coded::sign(self.bytes, at) else { return at + 1 };
        match sign.byte {
            b'\\' if escaped => {
                self.line = Line::default();
                return at + 2;
            }
            // A prompt ends with `#`.
            b'\n' | b'"' | b'#' => self.line = Line::default(),
            b' ' | b'\t' => self.line.blank(),
            sign => self.line.sign(sign),
        }
        match sign.byte {
            b'<' => self.tag = sign.end,
            b'}' => self.named = false,
            _ => {}
        }
        sign.end
    }

    /// What stands between the tags of a secret.
    fn tag_content(&mut self, at: usize) -> usize {
        self.content = usize::MAX;
        let rest = self.slice(at, self.bytes.len());
        let close = if at >= self.unclosed { None } else { rest.find("</") };
        let close = close.or_else(|| {
            self.unclosed = self.unclosed.min(at);
            rest.find('<')
        });
        match close {
            Some(0) => at,
            Some(length) => self.mask(at, at + length),
            None if rest.is_empty() => at,
            None => self.mask(at, self.bytes.len()),
        }
    }

    /// A PEM block: masked when it is a private key. Returns where to go on.
    fn pem(&mut self, at: usize) -> usize {
        let label = at + "-----BEGIN ".len();
        let label_end = self.skip(label, |byte| byte.is_ascii_uppercase() || byte == b' ');
        if !self.slice(label, label_end).ends_with("PRIVATE KEY") {
            return label_end;
        }
        let rest = self.slice(label_end, self.bytes.len());
        let end = match rest.find("-----END ") {
            Some(found) => {
                let from = label_end + found + "-----END ".len();
                let from = self.skip(from, |byte| byte.is_ascii_uppercase() || byte == b' ');
                self.skip(from, |byte| byte == b'-')
            }
            None => self.bytes.len(),
        };
        self.mask(at, end)
    }

    /// The part of a URL behind `://`: what is before `@` is masked.
    fn userinfo(&mut self, at: usize) -> usize {
        let in_address = |byte: u8| !byte.is_ascii_whitespace() && !b"\"'<>\\,;|".contains(&byte);
        let end = self.skip(at, |byte| in_address(byte) && !b"/?#".contains(&byte));
        let part = self.slice(at, end);
        if let Some(sign) = part.rfind('@') {
            return if sign > 0 { self.mask(at, at + sign) } else { at };
        }
        // A password may hold a slash; what stands before it is then no port.
        let port = part.rsplit_once(':').map(|(_, port)| port);
        if port.is_some_and(|port| !port.bytes().all(|byte| byte.is_ascii_digit())) {
            let all = self.slice(at, self.skip_max(end, limits::PASSWORD_BYTES, in_address));
            if let Some(sign) = all.rfind('@').filter(|_| !part.starts_with('[')) {
                return self.mask(at, at + sign);
            }
        }
        at
    }

    /// A word: perhaps a name with a value, a scheme with a credential, or a token itself.
    fn word(&mut self, at: usize) -> usize {
        let end = self.skip(at, is_word);
        let word = self.slice(at, end);
        self.line.word(word);
        if word.starts_with("eyJ")
            && let Some(end) = self.web_token(end)
        {
            return self.mask(at, end);
        }
        if is_token(word) {
            return self.mask(at, end);
        }
        if word.eq_ignore_ascii_case("bearer") || word.eq_ignore_ascii_case("basic") {
            return self.credential(end, word.eq_ignore_ascii_case("basic"));
        }
        if let Some(end) = self.argument(word, end) {
            return end;
        }
        let in_tag = self.tag == at;
        if in_tag && self.is(end, b":") {
            self.tag = end + 1;
            return end + 1;
        }
        let kind = match classify(word) {
            Kind::Plain if self.named && word.eq_ignore_ascii_case("value") => Kind::Secret,
            kind => kind,
        };
        if kind == Kind::Plain {
            self.names_a_field(word, end);
            return end;
        }
        if kind == Kind::Secret {
            if in_tag {
                let close = self.skip(end, |byte| !b"<>&%\\".contains(&byte));
                match coded::sign(self.bytes, close) {
                    Some(sign) if sign.byte == b'>' && !self.slice(end, close).ends_with('/') => {
                        self.content = sign.end;
                    }
                    _ => {}
                }
            }
            let value = self.skip(end, |byte| byte == b' ');
            if value > end
                && let Some(quote) = self.quote(value)
            {
                return self.quoted(&quote, kind);
            }
            if value > end && word.starts_with("--") {
                return self.plain_value(value, false);
            }
        }
        let tuple = at > 1 && self.bytes.get(at - 2) == Some(&b'(');
        match self.assignment(end, tuple) {
            Some(value) => self.value(value, kind, word.len() > 6 && counts(word)),
            None => end,
        }
    }

    /// What follows a word that is no name of a field: the argument of a command of a network
    /// device, or the `user:password` of a program's `-u`.
    fn argument(&mut self, word: &str, end: usize) -> Option<usize> {
        if let Some((start, end)) = self.line.secret(self.text, word, end) {
            return Some(self.mask(start, end));
        }
        if word != "-u" && word != "--user" {
            return None;
        }
        let start = self.skip(end, |byte| byte == b' ');
        let stop = self.plain_end(start);
        let pair = self.slice(start, stop);
        (start > end && pair.contains(':')).then(|| self.mask(start, stop))
    }

    /// Notes whether this word is the field that says what the next one called `value` is about.
    fn names_a_field(&mut self, word: &str, end: usize) {
        if !["name", "key", "field"].iter().any(|name| word.eq_ignore_ascii_case(name)) {
            return;
        }
        let quote = self.assignment(end, false).and_then(|value| self.quote(value));
        if let Some(quote) = quote {
            let word = self.slice(quote.end, self.skip(quote.end, is_word));
            self.named = classify(word) == Kind::Secret;
        }
    }

    /// The second and third part of a JSON Web Token whose first part ends at `at`.
    fn web_token(&self, at: usize) -> Option<usize> {
        let mut at = at;
        for _ in 0..2 {
            if !self.is(at, b".") {
                return None;
            }
            let end = self.skip(at + 1, is_word);
            if end == at + 1 {
                return None;
            }
            at = end;
        }
        Some(at)
    }

    /// What follows the word `Bearer` or `Basic`, masked unless it is plainly prose.
    fn credential(&mut self, at: usize, basic: bool) -> usize {
        let start = self.skip(at, |byte| byte == b' ');
        let end = self.skip(start, |byte| is_word(byte) || b".~+/=".contains(&byte));
        let value = self.slice(start, end);
        let odd = value.bytes().skip(1).any(|byte| !byte.is_ascii_lowercase() && byte != b'-');
        let secret = if basic {
            value.len() >= 4 && value.len().is_multiple_of(4) && odd
        } else {
            value.len() >= 20 || (value.len() >= 8 && odd)
        };
        if start > at && secret { self.mask(start, end) } else { at }
    }

    /// Where the value begins, if a name that ends at `at` is followed by `=` or `:`, or, within a
    /// tuple, by a comma.
    fn assignment(&self, at: usize, tuple: bool) -> Option<usize> {
        let quote = self.quote(at);
        let at = quote.as_ref().map_or(at, |quote| quote.end);
        let at = self.skip_blanks(at);
        let sign = coded::sign(self.bytes, at)?;
        let end = match sign.byte {
            b'=' if self.is(sign.end, b">") => sign.end + 1,
            b'=' | b':' => sign.end,
            b',' if tuple && quote.is_some() => sign.end,
            _ => return None,
        };
        // `https://` and `a::b` are no assignments.
        if self.is(end, b"//") || self.is(end, b":") {
            return None;
        }
        Some(self.skip_blanks(end))
    }

    fn skip_blanks(&self, mut at: usize) -> usize {
        while let Some(sign) = coded::sign(self.bytes, at).filter(|sign| sign.byte == b' ') {
            at = sign.end;
        }
        at
    }

    /// The value of a name, masked. Returns where to go on.
    fn value(&mut self, at: usize, kind: Kind, counts: bool) -> usize {
        if let Some(quote) = self.quote(at) {
            return self.quoted(&quote, kind);
        }
        match self.bytes.get(at) {
            // Accounts may have secrets among their fields, which have names of their own.
            Some(b'[' | b'{') if kind == Kind::Account => at,
            Some(b'[' | b'{') => self.mask(at, self.balanced(at)),
            _ if kind == Kind::Header => {
                let end = self.skip(at, |byte| !b"\r\n".contains(&byte));
                if end == at || self.slice(at, end) == MASK { end } else { self.mask(at, end) }
            }
            Some(b'\n' | b'|' | b'>') if kind == Kind::Secret => self.block(at),
            _ => self.plain_value_of(at, kind, counts),
        }
    }

    /// What a quotation mark opens, masked. Returns where to go on.
    fn quoted(&mut self, quote: &Quote, kind: Kind) -> usize {
        let (start, end) = (quote.end, self.closing(quote));
        let value = self.slice(start, end);
        let shown =
            value.is_empty() || value == MASK || (kind == Kind::Account && !is_address(value));
        if shown { end } else { self.mask(start, end) }
    }

    /// Where a list or an object ends; the end of the text when it was cut.
    fn balanced(&self, at: usize) -> usize {
        let (mut depth, mut quoted, mut end) = (0_usize, false, at);
        while let Some(&byte) = self.bytes.get(end) {
            end += 1;
            match byte {
                b'"' => quoted = !quoted,
                _ if quoted => {}
                b'[' | b'{' => depth += 1,
                b']' | b'}' => {
                    depth -= 1;
                    if depth == 0 {
                        let ends = self.bytes.get(end).is_none_or(|next| b",;)]}".contains(next));
                        return if ends { end } else { self.plain_end(end) };
                    }
                }
                _ => {}
            }
        }
        end
    }

    /// The indented lines below a name (YAML), masked unless they have names of their own.
    fn block(&mut self, at: usize) -> usize {
        let literal = self.skip_max(at, 3, |byte| b"|>-+".contains(&byte));
        let mut line = literal;
        while self.is(line, b"\n") {
            let start = self.skip(line + 1, |byte| byte == b' ');
            let end = self.skip(start, |byte| byte != b'\n');
            let text = self.slice(start, end);
            let named = literal == at && (text.contains(": ") || text.ends_with(':'));
            if start == line + 1 || start == end || named {
                break;
            }
            line = self.mask(start, end);
        }
        line.max(at)
    }

    fn plain_value(&mut self, at: usize, counts: bool) -> usize {
        self.plain_value_of(at, Kind::Secret, counts)
    }

    /// A value without quotes. Passwords hold commas and brackets, so only blanks and what ends a
    /// form field or a string end it.
    fn plain_value_of(&mut self, at: usize, kind: Kind, counts: bool) -> usize {
        let end = match kind {
            // No address holds these, and what is shown is scanned again: a name must not be in it.
            Kind::Account => self.skip(at, |byte| is_plain(byte) && !b"=:,;".contains(&byte)),
            _ => self.plain_end(at),
        };
        let value = self.slice(at, end);
        let bare = value.trim_end_matches([',', ';', ')', ']', '}', '.']);
        let shown = match kind {
            Kind::Account => !is_address(bare),
            _ => {
                matches!(bare, "" | "null" | "None" | "true" | "false" | "True" | "False" | MASK)
                    || (counts && bare.bytes().all(|byte| byte.is_ascii_digit()))
            }
        };
        // A shown value may itself begin something secret, so it is scanned as text.
        if shown { at } else { self.mask(at, end) }
    }

    fn plain_end(&self, at: usize) -> usize {
        self.skip(at, is_plain)
    }

    /// A quotation mark at `at`, which backslashes may precede when JSON is inside a string.
    fn quote(&self, at: usize) -> Option<Quote> {
        for escapes in 0..=8 {
            let sign = coded::sign(self.bytes, at + escapes)?;
            if b"\"'`".contains(&sign.byte) {
                return Some(Quote { sign: sign.byte, coded: sign.coded, escapes, end: sign.end });
            }
            if sign.byte != b'\\' || sign.coded {
                return None;
            }
        }
        None
    }

    /// Where the value that `quote` opens ends: before its closing mark, or at the end of the line.
    fn closing(&self, quote: &Quote) -> usize {
        let mut at = quote.end;
        let mut escapes = 0;
        while let Some(sign) = coded::sign(self.bytes, at) {
            match sign.byte {
                b'\\' => escapes += 1,
                b'\n' => return at,
                byte if byte == quote.sign && sign.coded == quote.coded => {
                    let closes = match quote.escapes {
                        0 => escapes % 2 == 0,
                        opened => escapes <= opened,
                    };
                    if closes {
                        return at - escapes.min(quote.escapes);
                    }
                    escapes = 0;
                }
                _ => escapes = 0,
            }
            at = sign.end;
        }
        self.bytes.len()
    }

    /// Replaces `start..end` and returns `end`.
    fn mask(&mut self, start: usize, end: usize) -> usize {
        self.out.push_str(self.text.get(self.kept..start).unwrap_or_default());
        self.out.push_str(MASK);
        self.kept = end;
        end
    }

    fn skip(&self, at: usize, accept: impl Fn(u8) -> bool) -> usize {
        self.skip_max(at, usize::MAX, accept)
    }

    fn skip_max(&self, at: usize, max: usize, accept: impl Fn(u8) -> bool) -> usize {
        let rest = self.bytes.get(at..).unwrap_or_default();
        at + rest.iter().take(max).take_while(|byte| accept(**byte)).count()
    }

    fn is(&self, at: usize, what: &[u8]) -> bool {
        self.bytes.get(at..).is_some_and(|rest| rest.starts_with(what))
    }

    fn starts(&self, at: usize, what: &str) -> bool {
        self.is(at, what.as_bytes())
    }

    fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }
}

struct Quote {
    sign: u8,
    /// Whether the mark was written in a code.
    coded: bool,
    /// Backslashes before the mark.
    escapes: usize,
    /// Behind the mark.
    end: usize,
}

/// What may stand in a value without quotes.
fn is_plain(byte: u8) -> bool {
    !byte.is_ascii_whitespace() && !b"&\"'<".contains(&byte)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-'
}

pub(super) fn is_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
}
