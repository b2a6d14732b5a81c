//! The chunked transfer coding (RFC 9112 section 7.1), strictly. Each byte is looked at once, in
//! whatever pieces it comes.

use super::refusal::{Refusal, TOO_LARGE};
use crate::limits;

/// A decoder of chunks.
#[derive(Clone, Debug)]
pub struct Chunked {
    state: Expecting,
    cap: usize,
    /// Bytes of chunk extensions so far.
    extensions: usize,
}

#[derive(Clone, Copy, Debug)]
enum Expecting {
    /// In a chunk-size line.
    Size(SizeLine),
    /// So many bytes of data are still to come.
    Data(usize),
    /// In the CRLF after the data, with how many of its bytes were read.
    DataEnd(usize),
    /// In the CRLF after the last chunk.
    End(usize),
}

/// What was read of a chunk-size line.
#[derive(Clone, Copy, Debug, Default)]
struct SizeLine {
    bytes: usize,
    size: u64,
    part: Part,
}

/// Where in its line a byte stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Part {
    #[default]
    Digits,
    Extension,
    LineEnd,
}

impl Chunked {
    pub(super) fn new(cap: usize) -> Self {
        Self { state: Expecting::Size(SizeLine::default()), cap, extensions: 0 }
    }

    pub(super) fn take(
        &mut self,
        input: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(usize, bool), Refusal> {
        let mut used = 0;
        while let Some(rest) = input.get(used..)
            && let Some(&byte) = rest.first()
        {
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
                    let complete = line.take(byte)?;
                    self.extensions += usize::from(line.part == Part::Extension);
                    if self.extensions > limits::CHUNK_EXTENSIONS_BYTES {
                        return Err(Refusal::bad("too many chunk extensions"));
                    }
                    if complete {
                        let room = self.cap.saturating_sub(out.len());
                        self.state = match usize::try_from(line.size) {
                            Ok(0) => Expecting::End(0),
                            Ok(size) if size <= room => Expecting::Data(size),
                            _ => return Err(TOO_LARGE),
                        };
                    }
                }
                Expecting::DataEnd(at) => {
                    expect_line_end(byte, at, "chunk data does not end with CRLF")?;
                    if *at == 2 {
                        self.state = Expecting::Size(SizeLine::default());
                    }
                }
                Expecting::End(at) => {
                    expect_line_end(byte, at, "trailer fields are not accepted")?;
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

impl SizeLine {
    /// Takes the next byte. Returns true if the line is complete.
    fn take(&mut self, byte: u8) -> Result<bool, Refusal> {
        const BAD: Refusal = Refusal::bad("malformed chunk size");
        let digit = char::from(byte).to_digit(16);
        match (self.part, byte) {
            (Part::LineEnd, b'\n') => return Ok(true),
            (Part::Digits, _) if digit.is_some() && self.bytes < limits::SIZE_DIGITS => {
                self.size = self.size << 4 | u64::from(digit.unwrap_or(0));
            }
            (Part::Digits, b'\r' | b';' | b' ' | b'\t') if self.bytes == 0 => return Err(BAD),
            (Part::Digits | Part::Extension, b'\r') => self.part = Part::LineEnd,
            (Part::Digits, b';' | b' ' | b'\t') => self.part = Part::Extension,
            (Part::Extension, b'\t') => {}
            (Part::Extension, _) if !byte.is_ascii_control() => {}
            _ => return Err(BAD),
        }
        self.bytes += 1;
        if self.bytes < limits::SIZE_LINE_BYTES { Ok(false) } else { Err(BAD) }
    }
}

/// Checks the next byte of a CRLF of which `at` bytes were read.
fn expect_line_end(byte: u8, at: &mut usize, reason: &'static str) -> Result<(), Refusal> {
    if Some(&byte) != b"\r\n".get(*at) {
        return Err(Refusal::bad(reason));
    }
    *at += 1;
    Ok(())
}
