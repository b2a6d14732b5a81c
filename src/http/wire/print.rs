//! Answers, printed by tiny_http into the connection's buffer.

use std::io;

use tiny_http::{HTTPVersion, Header, StatusCode};

use super::version::Version;
use crate::http::message::Response;

/// The interim answer to `Expect: 100-continue`.
pub const CONTINUE: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";

/// What ends a chunked body.
pub const LAST_CHUNK: &[u8] = b"0\r\n\r\n";

/// Name sent in `Server`: tiny_http would put its own there. No version, which helps only attackers.
const SERVER: &str = "itential-mcp";

/// Appends a complete answer to `out`: head and body in one buffer, and so in one write.
pub fn print_answer(
    out: &mut Vec<u8>,
    response: &Response,
    version: Version,
    head_only: bool,
    keep_alive: bool,
) {
    // RFC 9110 8.6: no Content-Length with 1xx and 204; with 304 it would describe another body.
    let bodiless = matches!(response.status, 100..=199 | 204 | 304);
    print_head(out, response, version, Some(response.body.len()), bodiless, keep_alive);
    if !bodiless && !head_only {
        out.extend_from_slice(&response.body);
    }
}

/// Appends the head of an answer whose body follows in pieces: chunked on HTTP/1.1, ended by closing
/// on HTTP/1.0.
pub fn print_stream_head(out: &mut Vec<u8>, response: &Response, version: Version, keep: bool) {
    print_head(out, response, version, None, version == Version::Http10, keep);
}

/// Appends `bytes` as one chunk.
pub fn chunk(out: &mut Vec<u8>, bytes: &[u8]) {
    out.extend_from_slice(format!("{:X}\r\n", bytes.len()).as_bytes());
    out.extend_from_slice(bytes);
    out.extend_from_slice(b"\r\n");
}

fn print_head(
    out: &mut Vec<u8>,
    response: &Response,
    version: Version,
    length: Option<usize>,
    without_length: bool,
    keep_alive: bool,
) {
    let mut headers: Vec<Header> = header("Server", SERVER).into_iter().collect();
    headers.extend(response.headers.iter().filter_map(|(name, value)| header(name, value)));
    let minor = u8::from(version == Version::Http11);
    let mut head = Vec::with_capacity(256);
    // A threshold above every length: chunked only when the length is unknown. The request's own
    // headers are withheld, for `TE: chunked` would change the framing.
    tiny_http::Response::new(StatusCode(response.status), headers, io::empty(), length, None)
        .with_chunked_threshold(usize::MAX)
        .raw_print(&mut head, HTTPVersion(1, minor), &[], true, None)
        .expect("a Vec takes every byte");
    // tiny_http keeps `Connection` to itself and always prints the length last.
    head.truncate(head.len().saturating_sub(2));
    if without_length {
        let line = head.windows(17).rposition(|window| window == b"\r\nContent-Length:");
        head.truncate(line.map_or(head.len(), |at| at + 2));
    }
    match (version, keep_alive) {
        (Version::Http11, true) => {}
        (Version::Http10, true) => head.extend_from_slice(b"Connection: keep-alive\r\n"),
        (_, false) => head.extend_from_slice(b"Connection: close\r\n"),
    }
    out.append(&mut head);
    out.extend_from_slice(b"\r\n");
}

/// A header safe to print: whatever would end the line or is not ASCII becomes `?`.
fn header(name: &str, value: &str) -> Option<Header> {
    let value: String =
        value.chars().map(|c| if matches!(c, ' '..='~' | '\t') { c } else { '?' }).collect();
    let named =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic() && byte != b':');
    let header = named.then(|| Header::from_bytes(name, value).ok()).flatten();
    if header.is_none() {
        log::error!("answer has a header with the impossible name {name:?}; it is left out");
    }
    header
}
