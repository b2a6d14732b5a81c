//! Strict reading of JSON: one value, no duplicate keys, bounded depth, bounded memory.
//!
//! A duplicate key means that sender and receiver may read two different messages, which is how
//! checks are walked around; such a text is refused. Numbers stay as they were written, for whoever
//! they are passed on to.

use std::cell::Cell;

use serde_json::Value;

use crate::limits;
use crate::tree;
use crate::tree::Tree;

/// Reads exactly one JSON value from `bytes`.
///
/// # Errors
/// What is wrong and where, when `bytes` is not one JSON value, is not UTF-8, nests deeper than
/// [`crate::limits::JSON_DEPTH`], takes more memory than [`crate::limits::MESSAGE_TREE_BYTES`], or
/// repeats a key in an object.
pub fn parse(bytes: &[u8]) -> Result<Value, serde_json::Error> {
    parse_counting(bytes, &mut 0)
}

/// [`parse`], which adds to `memory` the bytes of memory that the value takes.
///
/// # Errors
/// As there.
pub fn parse_counting(bytes: &[u8], memory: &mut usize) -> Result<Value, serde_json::Error> {
    let room = Cell::new(limits::MESSAGE_TREE_BYTES);
    let value = tree::read(bytes, Tree { room: &room, strict: true })?;
    *memory += limits::MESSAGE_TREE_BYTES - room.get();
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_texts_read_as_usual() {
        for text in [r#"{"a":[1,-2,3.5,"x",null,true]}"#, " 7 ", r#""\u00e9""#, "[]"] {
            let expected: Value = serde_json::from_str(text).expect("valid JSON");
            assert_eq!(parse(text.as_bytes()).expect(text), expected);
        }
    }

    #[test]
    fn numbers_stay_as_they_were_written() {
        for text in
            ["12345678901234567890123", "-9223372036854775809", "1.10", "0.1234567890123456789"]
        {
            assert_eq!(parse(text.as_bytes()).expect(text).to_string(), text);
            let inside = format!(r#"{{"a":[{text}]}}"#);
            assert_eq!(parse(inside.as_bytes()).expect(text).to_string(), inside);
        }
    }

    #[test]
    fn bad_texts_are_refused() {
        let deep = "[".repeat(limits::JSON_DEPTH + 1);
        let many = format!("[{}1]", "1,".repeat(limits::MESSAGE_TREE_BYTES / 72));
        let digits = "9".repeat(5000);
        for text in [
            "",
            "{",
            "[1,]",
            "NaN",
            "1e999",
            r#"{"a":1,"a":2}"#,
            r#"{"x":{"a":1,"a":1}}"#,
            "1 2",
            "\u{feff}1",
            &many,
            &deep,
            &digits,
        ] {
            assert!(parse(text.as_bytes()).is_err(), "{text:.40}");
        }
        for small in ["[]", r#"{"a":{}}"#, r#""""#] {
            let many =
                format!("[{small}{}]", format!(",{small}").repeat(limits::MESSAGE_TREE_BYTES / 72));
            assert!(parse(many.as_bytes()).is_err(), "{small}");
        }
        assert!(parse(b"\"\xff\"").is_err());
    }
}
