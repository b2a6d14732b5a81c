//! The request head: request line and headers.

use std::borrow::Cow;
use std::ops::Range;

use super::body::Body;
use super::refusal::Refusal;
use super::version::Version;
use crate::net;

/// Header fields whose value is one thing. Of two of them this server would take one, and a proxy in
/// front of it the other. `Host` and the lengths have checks of their own.
const SINGLE: [&str; 5] =
    ["authorization", "content-type", "last-event-id", "origin", "sec-fetch-site"];

/// What a request may cost before it is refused.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Longest head, in bytes.
    pub head_bytes: usize,
    /// Most header fields.
    pub headers: usize,
    /// Longest body, in bytes.
    pub body_bytes: usize,
}

/// A checked request head.
#[derive(Clone, Debug)]
pub struct Head {
    /// The method, as sent.
    pub method: String,
    /// Path of the target.
    pub path: String,
    /// Query of the target.
    pub query: Option<String>,
    /// The version of the request.
    pub version: Version,
    /// Names in lower case and values, in the order received.
    pub headers: Vec<(String, String)>,
    /// How the body is delimited.
    pub body: Body,
    /// Whether the client wants the connection kept.
    pub keep_alive: bool,
    /// Whether the client waits for `100 Continue` before it sends the body.
    pub expects_continue: bool,
}

/// Finds the end of a head that arrives in pieces. Each byte is looked at once, so a client that
/// sends one byte at a time costs no more than one that sends them together.
#[derive(Debug, Default)]
pub struct HeadReader {
    seen: usize,
    line_start: usize,
    lines: usize,
    /// Where the request line has the minor version, when that is later than any spoken here.
    later_minor: Option<usize>,
}

impl HeadReader {
    /// Reads the head at the start of `input`: `None` while it is incomplete, otherwise the head and
    /// its length in bytes.
    ///
    /// # Errors
    /// What the client did wrong, as early as the bytes show it.
    pub fn read(
        &mut self,
        input: &[u8],
        bounds: &Bounds,
    ) -> Result<Option<(Head, usize)>, Refusal> {
        while let Some(&byte) = input.get(self.seen) {
            if self.seen >= bounds.head_bytes {
                return Err(self.too_long());
            }
            let at = self.seen;
            self.seen += 1;
            match byte {
                0 => return Err(Refusal::bad("NUL byte in the request head")),
                b'\n' if at == 0 || input.get(at - 1) != Some(&b'\r') => {
                    return Err(Refusal::bad("line ends with a bare LF; CRLF is required"));
                }
                b'\n' => {
                    if let Some(length) = self.line(input, at - 1)? {
                        let head = self.spoken(input.get(..length).unwrap_or_default());
                        return parse(&head, bounds).map(|head| Some((head, length)));
                    }
                }
                _ if at > 0 && input.get(at - 1) == Some(&b'\r') => {
                    return Err(Refusal::bad("bare CR in the request head"));
                }
                _ => {}
            }
        }
        if self.seen >= bounds.head_bytes { Err(self.too_long()) } else { Ok(None) }
    }

    /// Whether any byte of a request has been seen; empty lines before one do not count.
    pub fn started(&self) -> bool {
        self.lines > 0 || self.seen > self.line_start
    }

    /// Takes the line that ends (before CRLF) at `end`; the length of the head when it was the last.
    fn line(&mut self, input: &[u8], end: usize) -> Result<Option<usize>, Refusal> {
        let line = input.get(self.line_start..end).unwrap_or_default();
        self.line_start = self.seen;
        match (line.is_empty(), self.lines) {
            // RFC 9112 2.2: empty lines before the request line are ignored.
            (true, 0) => Ok(None),
            (true, _) => Ok(Some(self.seen)),
            (false, 0) => {
                self.lines = 1;
                check_version(line)?;
                self.later_minor = line.last().filter(|minor| **minor > b'1').map(|_| end - 1);
                Ok(None)
            }
            (false, _) => {
                self.lines += 1;
                Ok(None)
            }
        }
    }

    /// The head as a client of HTTP/1.1, the highest version spoken here, would have sent it (RFC 9110
    /// section 2.5).
    fn spoken<'a>(&self, head: &'a [u8]) -> Cow<'a, [u8]> {
        let mut head = Cow::Borrowed(head);
        if let Some(minor) = self.later_minor.and_then(|at| head.to_mut().get_mut(at)) {
            *minor = b'1';
        }
        head
    }

    fn too_long(&self) -> Refusal {
        match self.lines {
            0 => Refusal::new(414, "request line is too long"),
            _ => Refusal::new(431, "request header fields are too large"),
        }
    }
}

/// Refuses at the first line what is not HTTP/1: an HTTP/0.9 line has no more to come.
fn check_version(line: &[u8]) -> Result<(), Refusal> {
    let word = line.rsplit(|byte| *byte == b' ').next().unwrap_or_default();
    match word {
        [b'H', b'T', b'T', b'P', b'/', b'1', b'.', minor] if minor.is_ascii_digit() => Ok(()),
        [b'H', b'T', b'T', b'P', b'/', major, rest @ ..]
            if major.is_ascii_digit()
                && matches!(rest, [] | [b'.', _])
                && rest.iter().skip(1).all(u8::is_ascii_digit) =>
        {
            Err(Refusal::new(505, "HTTP version not supported; use HTTP/1.1"))
        }
        _ => Err(Refusal::bad("malformed request line; expected: METHOD TARGET HTTP/1.1")),
    }
}

fn parse(bytes: &[u8], bounds: &Bounds) -> Result<Head, Refusal> {
    let mut slots = vec![httparse::EMPTY_HEADER; bounds.headers];
    let mut request = httparse::Request::new(&mut slots);
    match request.parse(bytes) {
        Ok(httparse::Status::Complete(_)) => {}
        Err(httparse::Error::TooManyHeaders) => {
            return Err(Refusal::new(431, "too many header fields"));
        }
        Ok(httparse::Status::Partial) | Err(_) => {
            return Err(Refusal::bad("malformed request head"));
        }
    }
    let (Some(method), Some(target), Some(minor)) = (request.method, request.path, request.version)
    else {
        return Err(Refusal::bad("malformed request line"));
    };
    let version = if minor == 0 { Version::Http10 } else { Version::Http11 };
    let mut headers: Vec<(String, String)> = request
        .headers
        .iter()
        .map(|field| {
            let value = String::from_utf8_lossy(field.value);
            (field.name.to_ascii_lowercase(), value.trim_matches([' ', '\t']).to_owned())
        })
        .collect();

    let doubled = |name: &&str| headers.iter().filter(|(key, _)| key == name).count() > 1;
    if SINGLE.iter().any(doubled) {
        return Err(Refusal::bad("a header field that may be given once is given twice"));
    }
    let target = Target::parse(method, target)?;
    check_host(&mut headers, version, target.authority)?;
    let body = Body::from_headers(&headers, version, bounds.body_bytes)?;
    let coded = |(name, value): &(String, String)| {
        name == "content-encoding" && !value.eq_ignore_ascii_case("identity")
    };
    if !body.is_empty() && headers.iter().any(coded) {
        return Err(Refusal::new(415, "Content-Encoding is not known; send the body as it is"));
    }
    let expects_continue = expectation(&headers, version)?;
    let keep_alive = match version {
        Version::Http11 => !has_token(&headers, "connection", "close"),
        Version::Http10 => {
            has_token(&headers, "connection", "keep-alive")
                && !has_token(&headers, "connection", "close")
        }
    };
    Ok(Head {
        method: method.to_owned(),
        path: target.path.to_owned(),
        query: target.query.map(str::to_owned),
        version,
        headers,
        body,
        keep_alive,
        expects_continue,
    })
}

/// A request target in one of the forms of RFC 9112 section 3.2.
struct Target<'a> {
    authority: Option<&'a str>,
    path: &'a str,
    query: Option<&'a str>,
}

impl<'a> Target<'a> {
    fn parse(method: &str, target: &'a str) -> Result<Self, Refusal> {
        if !target.is_ascii() || target.contains('#') {
            return Err(Refusal::bad("request target has characters that must be encoded"));
        }
        if target == "*" && method == "OPTIONS" {
            return Ok(Self { authority: None, path: "*", query: None });
        }
        let (authority, origin) = match scheme(target) {
            None => (None, target),
            Some(rest) => {
                let rest = target.get(rest).unwrap_or_default();
                let end = rest.find(['/', '?']).unwrap_or(rest.len());
                let (authority, origin) = rest.split_at(end);
                (Some(authority), origin)
            }
        };
        let (path, query) = match origin.split_once('?') {
            Some((path, query)) => (path, Some(query)),
            None => (origin, None),
        };
        match (path.is_empty(), authority) {
            (true, Some(_)) => Ok(Self { authority, path: "/", query }),
            _ if path.starts_with('/') => Ok(Self { authority, path, query }),
            _ => Err(Refusal::bad("request target must be a path")),
        }
    }
}

/// Where the authority of an absolute-form target begins.
fn scheme(target: &str) -> Option<Range<usize>> {
    ["http://", "https://"]
        .into_iter()
        .find(|scheme| {
            target.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
        })
        .map(|scheme| scheme.len()..target.len())
}

/// Exactly one valid Host on HTTP/1.1; an absolute-form target replaces it (RFC 9112 3.2.2).
fn check_host(
    headers: &mut [(String, String)],
    version: Version,
    authority: Option<&str>,
) -> Result<(), Refusal> {
    let mut hosts = headers.iter_mut().filter(|(name, _)| name == "host");
    match (hosts.next(), hosts.next()) {
        (Some(_), Some(_)) => Err(Refusal::bad("more than one Host header")),
        (None, _) if version == Version::Http11 => Err(Refusal::bad("Host header is missing")),
        (None, _) => Ok(()),
        (Some((_, host)), None) => {
            if let Some(authority) = authority {
                authority.clone_into(host);
            }
            match net::authority(host) {
                Some(_) => Ok(()),
                None => Err(Refusal::bad("Host header is not a host name")),
            }
        }
    }
}

fn expectation(headers: &[(String, String)], version: Version) -> Result<bool, Refusal> {
    let mut expected = false;
    for (_, value) in headers.iter().filter(|(name, _)| name == "expect") {
        if !value.eq_ignore_ascii_case("100-continue") {
            return Err(Refusal::new(417, "only `Expect: 100-continue` is understood"));
        }
        // RFC 9110 10.1.1: an HTTP/1.0 client does not understand the interim answer.
        expected = version == Version::Http11;
    }
    Ok(expected)
}

/// Whether header `name`, a comma-separated list, has `token`.
fn has_token(headers: &[(String, String)], name: &str, token: &str) -> bool {
    headers
        .iter()
        .filter(|(key, _)| key == name)
        .flat_map(|(_, value)| value.split(','))
        .any(|part| part.trim().eq_ignore_ascii_case(token))
}
