//! What can be saved of a text that is no sound JSON: the id of the request that it was meant to be,
//! and characters that were cut in half.

use std::borrow::Cow;

use serde_json::Value;

use crate::limits;

/// Half of a character that takes two `\u` escapes, by itself, becomes U+FFFD, as decoders of other
/// languages have it. None when there is no such half.
pub fn whole_characters(text: &[u8]) -> Option<Vec<u8>> {
    let mut mended = Cow::Borrowed(text);
    let mut at = 0;
    // A backslash stands in strings only, so they need not be told from the rest.
    while let Some(offset) = text.get(at..)?.iter().position(|byte| *byte == b'\\') {
        at += offset;
        at += match (unit(text, at), unit(text, at + ESCAPE)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => 2 * ESCAPE,
            (Some(0xd800..=0xdfff), _) => {
                mended.to_mut().get_mut(at..at + ESCAPE)?.copy_from_slice(b"\\ufffd");
                ESCAPE
            }
            // Any other escape: `\\` must not make its second half the beginning of one.
            _ => 2,
        };
        if at >= text.len() {
            break;
        }
    }
    match mended {
        Cow::Borrowed(_) => None,
        Cow::Owned(mended) => Some(mended),
    }
}

/// Bytes of an escape `\uXXXX`.
const ESCAPE: usize = 6;

/// What the escape `\uXXXX` at this place stands for.
fn unit(text: &[u8], at: usize) -> Option<u32> {
    let digits = text.get(at..at + ESCAPE)?.strip_prefix(b"\\u")?;
    if !digits.iter().all(u8::is_ascii_hexdigit) {
        return None;
    }
    u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}

/// Looks for the id of a request while its text goes by, be it broken or too long to be kept.
#[derive(Debug, Default)]
pub struct IdSearch {
    /// How many objects and lists are open; none before the first and after the last byte of the
    /// message.
    depth: usize,
    over: bool,
    in_string: bool,
    escaped: bool,
    /// The member of the message that goes by: its key as it is written, and its value once the key
    /// has ended.
    key: Vec<u8>,
    value: Option<Vec<u8>>,
    found: Option<Vec<u8>>,
}

impl IdSearch {
    /// Looks through the next part of the text.
    pub fn feed(&mut self, text: &[u8]) {
        for byte in text {
            if self.over {
                return;
            }
            self.take(*byte);
        }
    }

    /// What stands as the id, when something does, and what went by was no answer to a request of
    /// ours.
    pub fn found(&self) -> Option<Value> {
        let found = self.found.as_deref()?;
        let mended = whole_characters(found);
        serde_json::from_slice(mended.as_deref().unwrap_or(found)).ok()
    }

    fn take(&mut self, byte: u8) {
        if self.in_string {
            self.keep(byte);
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_string = false,
                _ => {}
            }
            return;
        }
        match (byte, self.depth) {
            // A mark at the beginning of the text says no more than that it is UTF-8.
            (b' ' | b'\t' | b'\r' | b'\n' | 0xef | 0xbb | 0xbf, 0) => {}
            (b'{', 0) => self.depth = 1,
            (_, 0) => self.over = true,
            (b' ' | b'\t' | b'\r' | b'\n', 1) if self.value.as_ref().is_none_or(Vec::is_empty) => {}
            (b':', 1) if self.value.is_none() => self.value = Some(Vec::new()),
            (b',', 1) => self.end_member(),
            (b'}' | b']', 1) => {
                self.end_member();
                self.over = true;
            }
            (b'{' | b'[', _) => {
                self.keep(byte);
                self.depth += 1;
            }
            (b'}' | b']', _) => self.depth -= 1,
            _ => {
                self.in_string = byte == b'"';
                self.keep(byte);
            }
        }
    }

    /// Keeps a byte of the member, as long as the member may be the id.
    fn keep(&mut self, byte: u8) {
        let part = self.value.as_mut().unwrap_or(&mut self.key);
        if self.depth == 1 && part.len() < limits::SALVAGED_ID_BYTES {
            part.push(byte);
        }
    }

    fn end_member(&mut self) {
        let key = std::mem::take(&mut self.key);
        let value = self.value.take().unwrap_or_default();
        match key.as_slice() {
            b"\"id\"" if self.found.as_ref().is_none_or(|found| *found == value) => {
                self.found = Some(value);
            }
            // Two ids, or an answer: nobody waits for what would be said.
            b"\"id\"" | b"\"result\"" | b"\"error\"" => {
                self.found = None;
                self.over = true;
            }
            _ => {}
        }
    }
}

/// The id of the request that a broken text was meant to be.
pub fn id(text: &[u8]) -> Option<Value> {
    let mut search = IdSearch::default();
    search.feed(text);
    search.found()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn the_id_is_found_in_what_is_broken() {
        for (text, expected) in [
            (r#"{"jsonrpc":"2.0","id":7,"method":"x","params":{"a":NaN}}"#, json!(7)),
            (
                r#" { "method" : "x", "params" : {"id": 1, "a": [,]}, "id" : "s\"}," } "#,
                json!("s\"},"),
            ),
            (r#"{"id":7,"id":7,"method":"x"}"#, json!(7)),
            (r#"{"id":7,"method":"x","params":{"a":"#, json!(7)),
            (r#"{"id":"\ud800","method":"#, json!("\u{fffd}")),
            (r#"{"id":7,"method":"x"} {"id":8}"#, json!(7)),
            ("\u{feff}\n{\"id\" : 7 ,", json!(7)),
            // No id, or one that cannot be told for sure.
            (r#"{"id":7"#, Value::Null),
            (r#"{"id":7 7,"method":"x"}"#, Value::Null),
            (r#"{"id":7,"id":8,"method":"x"}"#, Value::Null),
            (r#"{"id":7,"result":{"a":NaN}}"#, Value::Null),
            (r#"{"id":7,"error":NaN,"method":"x"}"#, Value::Null),
            (r#"{"id":{"id":7},"method":NaN}"#, Value::Null),
            (r#"{"id":null,"method":NaN}"#, Value::Null),
            (r#"[{"id":7,"method":NaN}]"#, Value::Null),
            (r#""id":7,"#, Value::Null),
            ("", Value::Null),
        ] {
            let found = id(text.as_bytes()).unwrap_or_default();
            assert_eq!(found, expected, "{text}");
        }
        let long =
            format!("{{\"id\":\"{}\",\"method\":NaN}}", "x".repeat(limits::SALVAGED_ID_BYTES));
        assert!(id(long.as_bytes()).is_none(), "an id that was cut is none");
    }

    #[test]
    fn halves_of_characters_are_replaced() {
        for (text, expected) in [
            (r#""\ud83d\ude00""#, None),
            (r#""\\ud800""#, None),
            (r#""a\u00e9\n""#, None),
            (r#""\ud800""#, Some(r#""\ufffd""#)),
            (r#""\uDC00x\ud83d\ude00""#, Some(r#""\ufffdx\ud83d\ude00""#)),
            (r#""\ud83d\ud83d\ude00""#, Some(r#""\ufffd\ud83d\ude00""#)),
            (r#""\\\ud83dA""#, Some(r#""\\\ufffdA""#)),
            (r#""\ud83"#, None),
        ] {
            let mended = whole_characters(text.as_bytes());
            let mended = mended.map(|mended| String::from_utf8(mended).expect("UTF-8"));
            assert_eq!(mended.as_deref(), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_looked_through(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = whole_characters(&bytes);
            let _ = id(&bytes);
        }

        #[test]
        fn of_a_sound_message_the_id_is_found(number in any::<i64>(), text in any::<String>()) {
            for wanted in [json!(number), json!(text)] {
                let message = json!({"a": {"id": 1}, "id": wanted, "params": [text, {"id": text}]});
                if wanted.to_string().len() < limits::SALVAGED_ID_BYTES {
                    let found = id(message.to_string().as_bytes());
                    prop_assert_eq!(found, Some(wanted));
                }
            }
        }
    }
}
