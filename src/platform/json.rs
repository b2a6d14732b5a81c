//! Reading JSON that platforms send, which is not always JSON.
//!
//! A record with one odd byte, put there by some device years ago, must not cost the whole list or
//! the answer to a write. So what strict reading refuses is mended where the meaning is plain, and
//! read again.

use std::cell::Cell;
use std::fmt::Write as _;

use serde_json::Value;

use crate::limits;
use crate::tree;
use crate::tree::{Around, Tree};

/// Reads one JSON value. Bytes that are no UTF-8 and lone surrogates become U+FFFD, `NaN` and
/// `Infinity` null, bare control characters in texts their escapes. Numbers stay as they were
/// written, whatever their size, but for those that no reader of JSON can hold (`1e400`): these
/// become texts.
///
/// # Errors
///
/// What is wrong with the body as it came, when mending does not make it JSON.
pub(super) fn decode(body: &[u8]) -> Result<Value, serde_json::Error> {
    mended(body, |body, tree| tree::read(body, tree))
}

/// [`decode`] for an answer with a list: `take` is given its elements one by one, and what it has made
/// of them comes back with the rest of the answer, and with whether there was a list. See [`Around`].
///
/// # Errors
///
/// As there.
pub(super) fn decode_list<T>(
    body: &[u8],
    places: &[&[&str]],
    empty: impl Fn() -> T,
    take: impl Fn(&mut T, Value, usize) -> usize,
) -> Result<(T, Value, bool), serde_json::Error> {
    mended(body, |body, tree| {
        let (mut taken, mut found) = (empty(), false);
        let each = &mut |item, memory| take(&mut taken, item, memory);
        let rest = tree::read(body, Around { tree, places, each, found: &mut found })?;
        Ok((taken, rest, found))
    })
}

/// Reads a body, and once more when it has been mended.
fn mended<T>(
    body: &[u8],
    read: impl Fn(&[u8], Tree<'_>) -> Result<T, serde_json::Error>,
) -> Result<T, serde_json::Error> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    let read = |body: &[u8]| {
        let room = Cell::new(limits::PLATFORM_TREE_BYTES);
        read(body, Tree { room: &room, strict: false })
    };
    read(body).or_else(|error| match is_too_much(&error) {
        true => Err(error),
        false => read(mend(body).as_bytes()).map_err(|_| error),
    })
}

/// Returns true if a body was JSON that takes too much memory.
pub(super) fn is_too_much(error: &serde_json::Error) -> bool {
    error.is_data()
}

/// The body without what strict readers refuse although its meaning is plain.
fn mend(body: &[u8]) -> String {
    let text = String::from_utf8_lossy(body);
    let mut out = String::with_capacity(text.len());
    let mut rest = &*text;
    let mut in_text = false;
    while let Some(next) = rest.chars().next() {
        let (taken, written) = match next {
            '"' => {
                in_text = !in_text;
                (1, None)
            }
            '\\' if in_text => escape(rest),
            control if in_text && control < ' ' => (1, Some(control)),
            'N' | 'I' | '-' if !in_text => {
                if let Some(word) =
                    ["NaN", "Infinity", "-Infinity"].iter().find(|word| rest.starts_with(**word))
                {
                    out.push_str("null");
                    rest = rest.get(word.len()..).unwrap_or_default();
                    continue;
                }
                (1, None)
            }
            other => (other.len_utf8(), None),
        };
        let (head, tail) = rest.split_at_checked(taken).unwrap_or((rest, ""));
        match written {
            // Writing to a String cannot fail.
            Some(char) => drop(write!(out, "\\u{:04x}", u32::from(char))),
            None => out.push_str(head),
        }
        rest = tail;
    }
    out
}

/// The length of the escape that `rest` begins with, and the character that stands for it when it
/// is one that cannot be.
fn escape(rest: &str) -> (usize, Option<char>) {
    let unit = |at: usize| {
        let digits = rest.get(at..)?.strip_prefix("\\u")?.get(..4)?;
        u16::from_str_radix(digits, 16).ok()
    };
    match unit(0) {
        Some(0xD800..=0xDBFF) if matches!(unit(6), Some(0xDC00..=0xDFFF)) => (12, None),
        Some(0xD800..=0xDFFF) => (6, Some(char::REPLACEMENT_CHARACTER)),
        Some(_) => (6, None),
        None => (2, None),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_json_is_read_as_it_is() {
        for body in [
            r#"{"a":["\ud83d\ude00","\\ud800","NaN",-1.50,12345678901234567890123456789]}"#,
            "\u{feff}7 \r\n",
            "0.1000000000000000055511151231257827021181583404541015625",
            "18446744073709551616",
        ] {
            let read = decode(body.as_bytes()).expect(body).to_string();
            let again = serde_json::from_str::<Value>(body.trim_start_matches('\u{feff}'));
            assert_eq!(read, again.expect(body).to_string());
        }
        assert_eq!(decode(b"9007199254740993.10").unwrap().to_string(), "9007199254740993.10");
    }

    #[test]
    fn odd_bytes_are_mended() {
        for (body, read) in [
            (
                &br#"["\ud800","\udc00x","\ud800\ud83d\ude00","\uD83Dn"]"#[..],
                json!(["\u{fffd}", "\u{fffd}x", "\u{fffd}\u{1f600}", "\u{fffd}n"]),
            ),
            (b"{\"k\xfcche\":\"Z\xfcrich\"}", json!({"k\u{fffd}che": "Z\u{fffd}rich"})),
            (b"[NaN,-Infinity, Infinity,-1,\"NaN\"]", json!([null, null, null, -1, "NaN"])),
            (b"[\"a\tb\n\0\",\"\\\"\t\"]", json!(["a\tb\n\0", "\"\t"])),
            (b"[1e400,-1E+999]", json!(["1e+400", "-1e+999"])),
        ] {
            assert_eq!(decode(body).unwrap(), read);
        }
        assert_eq!(decode(b"1e2").unwrap().as_f64(), Some(100.0));
        assert!(decode("9".repeat(400).as_bytes()).unwrap().is_string());
    }

    #[test]
    fn what_is_not_json_stays_so() {
        for body in ["", "<html>", "{\"a\":", "{\"a\":\"\\ud8", "nan", "[1,]", "OK", "\"\\x\""] {
            let error = decode(body.as_bytes()).expect_err(body);
            let strict = serde_json::from_str::<Value>(body).expect_err(body);
            assert_eq!(error.to_string(), strict.to_string());
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(body in proptest::collection::vec(any::<u8>(), 0..64)) {
            let _ = decode(&body);
        }

        #[test]
        fn a_text_with_any_odd_byte_is_read(
            before in "[a-zäß€\u{1f600} ]*", odd in 0x80u8.., after in "[a-z]*",
        ) {
            let body = [b"{\"a\":\"", before.as_bytes(), &[odd], after.as_bytes(), b"\"}"].concat();
            let read = decode(&body).unwrap();
            let text = read["a"].as_str().unwrap();
            prop_assert!(text.starts_with(&before) && text.ends_with(&after));
        }
    }
}
