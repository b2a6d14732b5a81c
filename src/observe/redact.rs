//! Secrets taken out of text and JSON before they are shown.
//!
//! The scanner goes over the text once and never looks further ahead than the thing it is about to
//! mask, so hostile text costs no more than any other.

use std::borrow::Cow;

use serde_json::Value;

use super::names::{Kind, classify, counts};

/// What stands where a secret was.
pub const MASK: &str = "[REDACTED]";

/// Text without secrets.
///
/// Masked are: values of secret-named fields in the styles `name=value`, `name: value`, JSON, also
/// JSON within a JSON string, XML and `--name value`; whole `Authorization`, `Cookie` and
/// `Set-Cookie` headers; bearer and basic credentials; JSON Web Tokens; user and password in URLs;
/// e-mail addresses of accounts; PEM private keys of every kind.
pub fn redact(text: &str) -> Cow<'_, str> {
    let mut scanner = Scanner { text, bytes: text.as_bytes(), out: String::new(), kept: 0 };
    scanner.run();
    if scanner.kept == 0 && scanner.out.is_empty() {
        return Cow::Borrowed(text);
    }
    scanner.out.push_str(text.get(scanner.kept..).unwrap_or_default());
    Cow::Owned(scanner.out)
}

/// JSON with the values of secret-named fields masked, whatever is below them, and every other
/// string passed through [`redact`]. Booleans, null and counts such as `max_tokens` stay.
pub fn redact_json(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(redact(text).into_owned()),
        Value::Array(items) => Value::Array(items.iter().map(redact_json).collect()),
        Value::Object(fields) => Value::Object(
            fields
                .iter()
                .map(|(name, value)| {
                    let safe = match (classify(name), value) {
                        (Kind::Secret, Value::Number(_)) if counts(name) => value.clone(),
                        (Kind::Secret | Kind::Header, _) => mask_leaves(value),
                        (Kind::Account, Value::String(text)) if is_address(text) => MASK.into(),
                        _ => redact_json(value),
                    };
                    (name.clone(), safe)
                })
                .collect(),
        ),
        other => other.clone(),
    }
}

fn mask_leaves(value: &Value) -> Value {
    match value {
        Value::Null | Value::Bool(_) => value.clone(),
        Value::String(text) if text.is_empty() => value.clone(),
        Value::String(_) | Value::Number(_) => MASK.into(),
        Value::Array(items) => Value::Array(items.iter().map(mask_leaves).collect()),
        Value::Object(fields) => Value::Object(
            fields.iter().map(|(name, value)| (name.clone(), mask_leaves(value))).collect(),
        ),
    }
}

struct Scanner<'a> {
    text: &'a str,
    bytes: &'a [u8],
    out: String,
    /// Everything before this has been written to `out`, or masked.
    kept: usize,
}

impl<'a> Scanner<'a> {
    fn run(&mut self) {
        let mut at = 0;
        while let Some(&byte) = self.bytes.get(at) {
            at = match byte {
                b'-' if self.starts(at, "-----BEGIN ") => self.pem(at),
                b':' if self.starts(at, "://") => self.userinfo(at + 3),
                _ if is_word(byte) => self.word(at),
                _ => at + 1,
            };
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
        let end =
            self.skip(at, |byte| !byte.is_ascii_whitespace() && !b"/?#\"'<>\\,;|".contains(&byte));
        match self.slice(at, end).rfind('@') {
            Some(sign) if sign > 0 => self.mask(at, at + sign),
            _ => at,
        }
    }

    /// A word: perhaps a name with a value, a scheme with a credential, or a token itself.
    fn word(&mut self, at: usize) -> usize {
        let end = self.skip(at, is_word);
        let word = self.slice(at, end);
        if word.starts_with("eyJ")
            && let Some(end) = self.web_token(end)
        {
            return self.mask(at, end);
        }
        if word.eq_ignore_ascii_case("bearer") || word.eq_ignore_ascii_case("basic") {
            return self.credential(end, word.eq_ignore_ascii_case("basic"));
        }
        let kind = classify(word);
        if kind == Kind::Plain {
            return end;
        }
        if kind == Kind::Secret {
            if at > 0 && self.bytes.get(at - 1) == Some(&b'<') && self.is(end, b">") {
                let close = self.skip(end + 1, |byte| byte != b'<');
                return if close > end + 1 { self.mask(end + 1, close) } else { end };
            }
            if word.starts_with("--") && self.is(end, b" ") {
                let value = self.skip(end, |byte| byte == b' ');
                return self.plain_value(value, false);
            }
        }
        match self.assignment(end) {
            Some(value) => self.value(value, kind, word.len() > 6 && counts(word)),
            None => end,
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

    /// Where the value begins, if a name that ends at `at` is followed by `=` or `:`.
    fn assignment(&self, at: usize) -> Option<usize> {
        let at = self.quote(at).map_or(at, |quote| quote.end);
        let at = self.skip(at, |byte| byte == b' ');
        let sign = match self.bytes.get(at)? {
            b'=' if self.is(at + 1, b">") => 2,
            b'=' | b':' => 1,
            _ => return None,
        };
        // `https://` and `a::b` are no assignments.
        if self.is(at + sign, b"//") || self.is(at + sign, b":") {
            return None;
        }
        Some(self.skip(at + sign, |byte| byte == b' '))
    }

    /// The value of a name, masked. Returns where to go on.
    fn value(&mut self, at: usize, kind: Kind, counts: bool) -> usize {
        let (start, end) = match self.quote(at) {
            Some(quote) => (quote.end, self.closing(&quote)),
            None => {
                let end = match self.bytes.get(at) {
                    Some(b'[' | b'{') => {
                        let close = self.skip(at, |byte| !b"]}\n".contains(&byte));
                        self.plain_end(close)
                    }
                    _ if kind == Kind::Header => self.skip(at, |byte| !b"\r\n".contains(&byte)),
                    _ => return self.plain_value_of(at, kind, counts),
                };
                (at, end)
            }
        };
        let value = self.slice(start, end);
        let shown =
            value.is_empty() || value == MASK || (kind == Kind::Account && !is_address(value));
        if shown { end } else { self.mask(start, end) }
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
        let mark = self.skip_max(at, 8, |byte| byte == b'\\');
        let sign = *self.bytes.get(mark)?;
        matches!(sign, b'"' | b'\'').then_some(Quote { sign, escapes: mark - at, end: mark + 1 })
    }

    /// Where the value that `quote` opens ends: before its closing mark, or at the end of the line.
    fn closing(&self, quote: &Quote) -> usize {
        let mut at = quote.end;
        let mut escapes = 0;
        while let Some(&byte) = self.bytes.get(at) {
            match byte {
                b'\\' => escapes += 1,
                b'\n' => return at,
                _ if byte == quote.sign => {
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
            at += 1;
        }
        at
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

fn is_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn secrets_are_masked() {
        for (text, safe) in [
            ("password=hunter2 user=bob", "password=[REDACTED] user=bob"),
            ("pwd: x", "pwd: [REDACTED]"),
            ("my_password = 'a b'", "my_password = '[REDACTED]'"),
            ("PASSWD=a,b;c", "PASSWD=[REDACTED]"),
            (r#"{"password":"a\"b","n":1}"#, r#"{"password":"[REDACTED]","n":1}"#),
            (
                r#"{"m":"{\"api_key\":\"k\",\"n\":1}"}"#,
                r#"{"m":"{\"api_key\":\"[REDACTED]\",\"n\":1}"}"#,
            ),
            ("{'token': 'abc', 'x': 1}", "{'token': '[REDACTED]', 'x': 1}"),
            ("GET /x?token=abc&y=1", "GET /x?token=[REDACTED]&y=1"),
            ("access-token: abcdef.ghi", "access-token: [REDACTED]"),
            ("secret => s3cr3t", "secret => [REDACTED]"),
            ("Authorization: Basic dTpw\r\nHost: h", "Authorization: [REDACTED]\r\nHost: h"),
            ("Set-Cookie: token=a; Path=/\nX: y", "Set-Cookie: [REDACTED]\nX: y"),
            (r#""cookie":"token=a; b=c","x":1"#, r#""cookie":"[REDACTED]","x":1"#),
            ("sent Bearer abc123def now", "sent Bearer [REDACTED] now"),
            ("sent basic dXNlcjpwYXNz now", "sent basic [REDACTED] now"),
            ("x eyJhbGciOi.eyJzdWIi.c2ln y", "x [REDACTED] y"),
            ("https://u:p@h:1/x", "https://[REDACTED]@h:1/x"),
            ("postgresql://u:p@h/db", "postgresql://[REDACTED]@h/db"),
            ("email=a@b.example, x", "email=[REDACTED], x"),
            ("<password>p&amp;q</password>", "<password>[REDACTED]</password>"),
            ("run --password x --host h", "run --password [REDACTED] --host h"),
            ("community: public", "community: [REDACTED]"),
            (
                "a -----BEGIN EC PRIVATE KEY-----\nMHc\n-----END EC PRIVATE KEY----- b",
                "a [REDACTED] b",
            ),
            ("-----BEGIN ENCRYPTED PRIVATE KEY-----\nMHc", "[REDACTED]"),
            (r#""tokens":["a","b"],"n":1"#, r#""tokens":[REDACTED]"n":1"#),
            ("password=[a]b c", "password=[REDACTED] c"),
            ("Größe password=ü€ Maß", "Größe password=[REDACTED] Maß"),
        ] {
            assert_eq!(redact(text), safe, "{text}");
        }
    }

    #[test]
    fn the_rest_stays() {
        for text in [
            "",
            "the password is wrong",
            "login failed (401) for user 'admin'; check platform user and password",
            "GET /health/adapters on https://platform.example:443: timed out after 30 s",
            "https://h/a@b",
            "Basic authentication failed",
            "Bearer token missing",
            r#"{"token":null,"password":"","max_tokens":5}"#,
            "user=admin",
            "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----",
            "password: [REDACTED]",
            "eyJ..eyJ.",
            "\\\"password\\",
        ] {
            assert_eq!(redact(text), text);
        }
    }

    #[test]
    fn json_is_masked_by_name() {
        let value = json!({
            "user": "admin", "password": 12345, "tokens": ["a", {"b": "c"}], "max_tokens": 7,
            "nested": [{"apiKey": "k", "note": "password=x"}], "secret": null, "email": "a@b.c",
        });
        assert_eq!(
            redact_json(&value),
            json!({
                "user": "admin", "password": MASK, "tokens": [MASK, {"b": MASK}], "max_tokens": 7,
                "nested": [{"apiKey": MASK, "note": "password=[REDACTED]"}], "secret": null,
                "email": MASK,
            })
        );
    }

    #[test]
    fn hostile_text_costs_no_more_than_any_other() {
        // Each of these hangs when something is looked at again and again.
        for piece in [
            "user=",
            "password=",
            "password:\"",
            "user:'",
            "eyJ.",
            "eyJa.",
            "://",
            "://@",
            "<token>",
            "bearer ",
            "--token ",
            "-----BEGIN ",
            "-----BEGIN PRIVATE KEY-----",
            "\\",
            "token ",
            "token\\\"",
            "token=[",
            "email=a@",
            "token => ",
        ] {
            redact(&piece.repeat(200_000 / piece.len()));
        }
    }

    #[test]
    fn every_cut_of_a_text_is_safe() {
        let text = "ä <token>é\\\"password\\\":\\\"ß --secret ö://ü@x eyJa.b.c -----BEGIN RSA PRIVATE KEY-----";
        for start in 0..text.len() {
            for end in start..=text.len() {
                if let Some(part) = text.get(start..end) {
                    redact(part);
                }
            }
        }
    }
}
