//! Paths of REST routes, with values from outside inserted safely.

use std::fmt;
use std::fmt::Write as _;

use super::error::{Error, ErrorKind};
use crate::limits;

/// The path of one request: a template of ours with every inserted value percent-encoded.
///
/// Values come from a model or its user. One that could climb out of its place in the template
/// (`..`, also encoded, also behind a slash) would reach any route with this server's credentials,
/// so it is refused rather than encoded: proxies in between are known to decode and normalise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path(String);

impl Path {
    /// A path without values.
    pub fn literal(path: &'static str) -> Self {
        Self(path.to_owned())
    }

    /// Puts `values` into the `{}` places of `template`, each as exactly one segment.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Path`] for an empty value, a control character, a dot segment, or when the number
    /// of values is not the number of places.
    pub fn new(template: &'static str, values: &[&str]) -> Result<Self, Error> {
        fill(template, values, false)
    }

    /// As [`Path::new`], with a template that an operator wrote.
    ///
    /// # Errors
    ///
    /// As [`Path::new`].
    pub fn written(template: &str, values: &[&str]) -> Result<Self, Error> {
        fill(template, values, false)
    }

    /// As [`Path::new`], but `/` inside a value stays a separator: names of trigger routes may
    /// have several segments, of which none may be empty or a dot segment.
    ///
    /// # Errors
    ///
    /// As [`Path::new`].
    pub fn with_slashes(template: &'static str, values: &[&str]) -> Result<Self, Error> {
        fill(template, values, true)
    }

    /// A path, and a query if any, that somebody else has encoded, as they are.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::Path`] for what no client sends encoded, an empty segment but the last, and a dot
    /// segment.
    pub fn encoded(path: &str, query: Option<&str>) -> Result<Self, Error> {
        const TEMPLATE: &str = "/{}";
        let given = path.strip_prefix('/').unwrap_or_default();
        let fit = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'#');
        if !fit(path) || !query.is_none_or(fit) {
            return Err(refuse(TEMPLATE, given, "is not encoded"));
        }
        check(TEMPLATE, given.strip_suffix('/').unwrap_or(given), true)?;
        Ok(Self(match query {
            Some(query) => format!("{path}?{query}"),
            None => path.to_owned(),
        }))
    }

    /// The encoded path, beginning with `/`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Percent-encodes everything but RFC 3986's unreserved characters.
pub(super) fn encode_segment(value: &str, out: &mut String) {
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
}

/// Encodes pairs as `application/x-www-form-urlencoded`: a space is `+`.
pub(super) fn encode_form(pairs: &[(&str, &str)]) -> String {
    let mut out = String::new();
    for (name, value) in pairs {
        if !out.is_empty() {
            out.push('&');
        }
        encode_form_part(name, &mut out);
        out.push('=');
        encode_form_part(value, &mut out);
    }
    out
}

fn encode_form_part(part: &str, out: &mut String) {
    for (index, words) in part.split(' ').enumerate() {
        if index > 0 {
            out.push('+');
        }
        encode_segment(words, out);
    }
}

fn fill(template: &str, values: &[&str], keep_slashes: bool) -> Result<Path, Error> {
    let places = template.matches("{}").count();
    if places != values.len() {
        return Err(refuse(
            template,
            "",
            &format!("needs {places} values but was given {}", values.len()),
        ));
    }
    let mut path = String::with_capacity(template.len() + 32);
    let mut literals = template.split("{}");
    path.push_str(literals.next().unwrap_or_default());
    for (value, literal) in values.iter().zip(literals) {
        check(template, value, keep_slashes)?;
        if keep_slashes {
            for (index, segment) in value.split('/').enumerate() {
                if index > 0 {
                    path.push('/');
                }
                encode_segment(segment, &mut path);
            }
        } else {
            encode_segment(value, &mut path);
        }
        path.push_str(literal);
    }
    Ok(Path(path))
}

fn check(template: &str, value: &str, keep_slashes: bool) -> Result<(), Error> {
    if value.is_empty() {
        return Err(refuse(template, value, "is empty"));
    }
    if value.chars().any(char::is_control) {
        return Err(refuse(template, value, "contains a control character"));
    }
    if keep_slashes && value.split('/').any(str::is_empty) {
        return Err(refuse(template, value, "has an empty segment (a slash too many)"));
    }
    let mut plain = value.to_owned();
    // Twice, because a proxy may decode once more than the server behind it.
    for _ in 0..3 {
        if plain.split(['/', '\\']).any(|segment| segment == "." || segment == "..") {
            return Err(refuse(template, value, "contains a dot segment ('.' or '..')"));
        }
        plain = decode(&plain);
    }
    Ok(())
}

/// Percent-decodes what can be decoded and leaves the rest.
fn decode(value: &str) -> String {
    let bytes = value.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((&first, tail)) = rest.split_first() {
        let escape = if first == b'%' { tail.get(..2) } else { None };
        let byte = escape
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match byte {
            Some(byte) => {
                out.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => {
                out.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn refuse(template: &str, value: &str, problem: &str) -> Error {
    let shown: String = value.chars().take(limits::SHOWN_NAME_CHARS).collect();
    Error::untargeted(ErrorKind::Path {
        template: template.to_owned(),
        value: shown,
        problem: problem.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_one_segment() {
        let path = |value| Path::new("/jobs/{}/tasks", &[value]).map(|path| path.0);
        assert_eq!(path("a b/c?d#e").unwrap(), "/jobs/a%20b%2Fc%3Fd%23e/tasks");
        assert_eq!(path("@61f: Größe").unwrap(), "/jobs/%4061f%3A%20Gr%C3%B6%C3%9Fe/tasks");
        assert_eq!(path("50%").unwrap(), "/jobs/50%25/tasks");
        assert_eq!(path("v1.2..3").unwrap(), "/jobs/v1.2..3/tasks");
    }

    #[test]
    fn values_cannot_climb() {
        for value in [
            "",
            ".",
            "..",
            "../x",
            "a/../b",
            "%2e%2e",
            "%2E.",
            "..%2fhealth",
            "%252e%252e",
            "a\\..\\b",
            "a\nb",
            "x\0",
        ] {
            assert!(
                matches!(
                    Path::new("/jobs/{}", &[value]),
                    Err(Error { kind: ErrorKind::Path { .. }, .. })
                ),
                "{value:?} must be refused"
            );
        }
        for value in ["/a", "a/", "a//b", "a/../b", "a/%2e%2e/b"] {
            assert!(Path::with_slashes("/t/{}", &[value]).is_err(), "{value:?} must be refused");
        }
        assert_eq!(Path::with_slashes("/t/{}", &["a b/c"]).unwrap().0, "/t/a%20b/c");
        assert!(Path::new("/a/{}/{}", &["1"]).is_err());
    }

    #[test]
    fn what_is_encoded_stays_so() {
        let path = |path, query| Path::encoded(path, query).map(|path| path.0);
        assert_eq!(
            path("/a%20b/c%2Fd/", Some("x=%26&y=a+b?/..")).unwrap(),
            "/a%20b/c%2Fd/?x=%26&y=a+b?/.."
        );
        assert_eq!(path("/a", None).unwrap(), "/a");
        for bad in ["", "/", "a", "//a", "/a//b", "/../a", "/a/%2e%2e/b", "/a/..%2fb", "/a b", "/ä"]
        {
            assert!(path(bad, None).is_err(), "{bad}");
        }
        assert!(path("/a", Some("b#c")).is_err());
    }

    #[test]
    fn forms_use_plus() {
        assert_eq!(
            encode_form(&[("equals[name]", "@p1: My WF"), ("x", "")]),
            "equals%5Bname%5D=%40p1%3A+My+WF&x="
        );
    }
}
