//! Strict reading of JSON: one value, no duplicate keys, bounded depth, bounded number of values.
//!
//! A duplicate key means that sender and receiver may read two different messages, which is how
//! checks are walked around; such a text is refused. Numbers stay as they were written, for whoever
//! they are passed on to.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::limits;

/// Reads exactly one JSON value from `bytes`.
///
/// # Errors
/// What is wrong and where, when `bytes` is not one JSON value, is not UTF-8, nests deeper than
/// [`crate::limits::JSON_DEPTH`], holds more than [`crate::limits::JSON_VALUES`] values, or repeats a
/// key in an object.
pub fn parse(bytes: &[u8]) -> Result<Value, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let left = Cell::new(limits::JSON_VALUES);
    let value = Strict(&left).deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// How serde_json hands over numbers that no integer type holds: as an object with this one key.
const NUMBER: &str = "$serde_json::private::Number";

const OUT_OF_RANGE: &str = "number out of range";

/// Reads one value, and counts down how many more there may be: small ones cost far more memory than
/// they cost the sender.
#[derive(Clone, Copy)]
struct Strict<'a>(&'a Cell<usize>);

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        let Some(left) = self.0.get().checked_sub(1) else {
            return Err(D::Error::custom("it holds too many values"));
        };
        self.0.set(left);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom(OUT_OF_RANGE))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            if key == NUMBER {
                let text = entries.next_value::<String>()?;
                let number: Number = text.parse().map_err(A::Error::custom)?;
                // Readers of JSON hold numbers as double-precision floats at least.
                let held = number.as_f64().is_some();
                return held
                    .then_some(Value::Number(number))
                    .ok_or_else(|| A::Error::custom(OUT_OF_RANGE));
            }
            if object.contains_key(&key) {
                return Err(A::Error::custom("the same key stands twice in one object"));
            }
            let value = entries.next_value_seed(self)?;
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
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
        let many = format!("[{}1]", "1,".repeat(limits::JSON_VALUES));
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
        assert!(parse(b"\"\xff\"").is_err());
    }
}
