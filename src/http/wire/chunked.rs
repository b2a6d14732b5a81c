//! The chunked transfer coding (RFC 9112 section 7.1), strictly.

use super::refusal::{Refusal, TOO_LARGE};
use crate::limits;

/// A decoder of chunks.
#[derive(Clone, Debug)]
pub struct Chunked {
    state: Expecting,
    cap: usize,
}

#[derive(Clone, Debug)]
enum Expecting {
    /// In a chunk-size line, with what was read of it.
    Size(Vec<u8>),
    /// So many bytes of data are still to come.
    Data(usize),
    /// In the CRLF after the data, with how many of its bytes were read.
    DataEnd(usize),
    /// In the CRLF after the last chunk.
    End(usize),
}

impl Chunked {
    pub(super) fn new(cap: usize) -> Self {
        Self { state: Expecting::Size(Vec::new()), cap }
    }

    pub(super) fn take(
        &mut self,
        input: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(usize, bool), Refusal> {
        let mut used = 0;
        while let Some(rest) = input.get(used..).filter(|rest| !rest.is_empty()) {
            match &mut self.state {
                Expecting::Data(left) => {
                    let count = rest.len().min(*left);
                    out.extend_from_slice(rest.get(..count).unwrap_or_default());
                    used += count;
                    *left -= count;
                    if *left == 0 {
                        self.state = Expecting::DataEnd(0);
                    }
                    continue;
                }
                Expecting::Size(line) => {
                    // As far as the line goes, and no further than it may: looked at once for each
                    // piece that arrives, not for each byte.
                    let room = (limits::SIZE_LINE_BYTES + 1).saturating_sub(line.len());
                    let piece = rest.get(..room.min(rest.len())).unwrap_or_default();
                    let end = piece.iter().position(|byte| *byte == b'\n');
                    let piece = piece.get(..end.map_or(piece.len(), |end| end + 1));
                    let piece = piece.unwrap_or_default();
                    line.extend_from_slice(piece);
                    used += piece.len();
                    if let Some(size) = size_line(line)? {
                        if size > self.cap.saturating_sub(out.len()) {
                            return Err(TOO_LARGE);
                        }
                        self.state =
                            if size == 0 { Expecting::End(0) } else { Expecting::Data(size) };
                    }
                    continue;
                }
                Expecting::DataEnd(at) => {
                    expect_line_end(rest, at, "chunk data does not end with CRLF")?;
                    if *at == 2 {
                        self.state = Expecting::Size(Vec::new());
                    }
                }
                Expecting::End(at) => {
                    expect_line_end(rest, at, "trailer fields are not accepted")?;
                    if *at == 2 {
                        return Ok((used + 1, true));
                    }
                }
            }
            used += 1;
        }
        Ok((used, false))
    }
}

/// The size of a complete chunk-size line, `None` while it is incomplete.
fn size_line(line: &[u8]) -> Result<Option<usize>, Refusal> {
    let bad = Refusal::bad("malformed chunk size");
    let digits = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    let (size, rest) = line.split_at(digits);
    if digits > limits::SIZE_DIGITS || line.len() > limits::SIZE_LINE_BYTES {
        return Err(bad);
    }
    let (extension, ended) = match rest {
        [extension @ .., b'\r', b'\n'] => (extension, true),
        [extension @ .., b'\r'] => (extension, false),
        extension => (extension, false),
    };
    let allowed = match extension.first() {
        None => true,
        Some(b';' | b' ' | b'\t') => {
            extension.iter().all(|byte| !byte.is_ascii_control() || *byte == b'\t')
        }
        Some(_) => false,
    };
    if !allowed || (size.is_empty() && !rest.is_empty()) {
        return Err(bad);
    }
    if !ended {
        return Ok(None);
    }
    let size = std::str::from_utf8(size).map_err(|_| bad)?;
    usize::from_str_radix(size, 16).map(Some).map_err(|_| bad)
}

/// Checks the next byte of a CRLF of which `at` bytes were read.
fn expect_line_end(rest: &[u8], at: &mut usize, reason: &'static str) -> Result<(), Refusal> {
    if rest.first() != b"\r\n".get(*at) {
        return Err(Refusal::bad(reason));
    }
    *at += 1;
    Ok(())
}
