//! How long a body is, and how it is taken from the wire.

use super::chunked::Chunked;
use super::refusal::{Refusal, TOO_LARGE};
use super::version::Version;

/// The decoder of one request body.
#[derive(Clone, Debug)]
pub enum Body {
    /// So many bytes are still to come.
    Length(usize),
    /// Chunks.
    Chunked(Chunked),
}

impl Body {
    /// The delimitation announced by `headers` (RFC 9112 section 6.3), strictly: one `Content-Length`
    /// of digits, or one `Transfer-Encoding: chunked`, never both.
    ///
    /// # Errors
    /// 400 for contradictions and bodies without an end, 413 above `cap` bytes, 501 for transfer codings
    /// below chunked.
    pub fn from_headers(
        headers: &[(String, String)],
        version: Version,
        cap: usize,
    ) -> Result<Self, Refusal> {
        let all = |wanted: &'static str| {
            headers.iter().filter(move |(name, _)| name == wanted).map(|(_, value)| value.as_str())
        };
        let (mut lengths, mut codings) = (all("content-length"), all("transfer-encoding"));
        match (lengths.next(), codings.next()) {
            (Some(_), Some(_)) => {
                Err(Refusal::bad("both Content-Length and Transfer-Encoding are given"))
            }
            _ if lengths.next().is_some() => Err(Refusal::bad("more than one Content-Length")),
            _ if codings.next().is_some() => Err(Refusal::bad("more than one Transfer-Encoding")),
            (None, None) => Ok(Self::Length(0)),
            (Some(length), None) => Self::with_length(length, cap),
            (None, Some(_)) if version == Version::Http10 => {
                Err(Refusal::bad("HTTP/1.0 has no Transfer-Encoding"))
            }
            (None, Some(coding)) if coding.eq_ignore_ascii_case("chunked") => {
                Ok(Self::Chunked(Chunked::new(cap)))
            }
            (None, Some(coding)) => Err(match coding.rsplit(',').next() {
                Some(last) if last.trim().eq_ignore_ascii_case("chunked") => {
                    Refusal::new(501, "only `Transfer-Encoding: chunked` is known")
                }
                // Where such a body ends, nobody can tell.
                _ => Refusal::bad("the last transfer coding is not chunked"),
            }),
        }
    }

    fn with_length(length: &str, cap: usize) -> Result<Self, Refusal> {
        if length.is_empty() || !length.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Refusal::bad("Content-Length is not a number"));
        }
        match length.parse() {
            Ok(length) if length <= cap => Ok(Self::Length(length)),
            _ => Err(TOO_LARGE),
        }
    }

    /// Whether there is no body at all.
    pub fn is_empty(&self) -> bool {
        matches!(self, Self::Length(0))
    }

    /// Moves body bytes from the start of `input` to `out`: how many bytes of `input` were used, and
    /// whether the body is complete.
    ///
    /// # Errors
    /// 400 for bad chunking, 413 above the cap.
    pub fn take(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(usize, bool), Refusal> {
        match self {
            Self::Length(left) => {
                let count = input.len().min(*left);
                out.extend_from_slice(input.get(..count).unwrap_or_default());
                *left -= count;
                Ok((count, *left == 0))
            }
            Self::Chunked(chunked) => chunked.take(input, out),
        }
    }
}
