//! JSON read as trees of values, within a bound of the memory that these take.
//!
//! A small value takes a hundred times its bytes: without a bound a few MiB of `[[],[],..]` would
//! become hundreds. Numbers stay as they were written, for whoever they are passed on to.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// Reads one value.
#[derive(Clone, Copy, Debug)]
pub struct Tree<'a> {
    /// Bytes of memory that what is read may still take.
    pub room: &'a Cell<usize>,
    /// Whether an object that repeats a key, and a number that no float holds, are refused. Otherwise
    /// the last of the keys counts, and the number becomes a text.
    pub strict: bool,
}

/// Reads exactly one value from `bytes`.
///
/// # Errors
/// What is wrong and where, when they are not one JSON value, nest too deep, need more than the room
/// there is, or hold what strict reading refuses.
pub fn read<'de>(
    bytes: &'de [u8],
    seed: impl DeserializeSeed<'de, Value = Value>,
) -> Result<Value, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value = seed.deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

/// Bytes of a value where it stands.
const VALUE: usize = size_of::<Value>();

/// Bytes of an entry of an object, with its place in the index of the keys.
const ENTRY: usize = VALUE + size_of::<String>() + size_of::<usize>() + 16;

/// What every text costs besides its bytes, and every object besides its entries.
const ALLOCATION: usize = 16;

/// Bytes of memory that a value takes, about as [`Tree`] counts them.
pub fn memory(value: &Value) -> usize {
    VALUE
        + match value {
            Value::Null | Value::Bool(_) => 0,
            Value::Number(_) => 2 * ALLOCATION,
            Value::String(text) => text.len() + ALLOCATION,
            Value::Array(items) => items.iter().map(memory).sum(),
            Value::Object(fields) => {
                fields.iter().map(|(key, field)| key.len() + ENTRY + memory(field)).sum()
            }
        }
}

/// How serde_json hands over numbers that are no integers of 64 bits: as an object with this one key.
const NUMBER: &str = "$serde_json::private::Number";

impl Tree<'_> {
    fn take<E: Error>(self, bytes: usize) -> Result<(), E> {
        let left = self.room.get().checked_sub(bytes);
        left.map(|left| self.room.set(left)).ok_or_else(|| E::custom("it holds too many values"))
    }

    fn text<E: Error>(self, text: &str) -> Result<Value, E> {
        self.take(text.len() + ALLOCATION)?;
        Ok(Value::String(text.to_owned()))
    }

    fn whole<E: Error>(self, number: Number) -> Result<Value, E> {
        self.take(2 * ALLOCATION)?;
        Ok(Value::Number(number))
    }

    fn number<E: Error>(self, text: String) -> Result<Value, E> {
        self.take(text.len() + ALLOCATION)?;
        // Without an exponent it takes 309 digits to get beyond what readers of JSON hold.
        let long = text.len() > 300 || text.contains(['e', 'E']);
        let number: Number = text.parse().map_err(E::custom)?;
        match long && number.as_f64().is_none() {
            true if self.strict => Err(E::custom("number out of range")),
            true => Ok(Value::String(number.to_string())),
            false => Ok(Value::Number(number)),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Tree<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Tree<'_> {
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

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        self.whole(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        self.whole(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        self.text(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            if list.len() == list.capacity() {
                let more = list.len().max(1);
                self.take(more * VALUE)?;
                list.reserve_exact(more);
            }
            list.push(item);
        }
        self.room.set(self.room.get() + (list.capacity() - list.len()) * VALUE);
        list.shrink_to_fit();
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let Some(first) = entries.next_key::<String>()? else {
            return Ok(Value::Object(Map::new()));
        };
        if first == NUMBER {
            return self.number(entries.next_value()?);
        }
        let mut next = Some(first);
        let mut object = Map::with_capacity(1);
        let mut capacity = 0;
        while let Some(key) = next {
            self.take(key.len() + ALLOCATION)?;
            let value = entries.next_value_seed(self)?;
            if object.len() == capacity {
                let more = (2 * capacity).max(1);
                self.take(more * ENTRY)?;
                capacity += more;
            }
            if object.insert(key, value).is_some() && self.strict {
                return Err(A::Error::custom("the same key stands twice in one object"));
            }
            next = entries.next_key()?;
        }
        Ok(Value::Object(object))
    }
}

/// Reads what stands around a list, and gives the elements of the list away one by one.
pub struct Around<'a, 'b> {
    /// How values are read.
    pub tree: Tree<'a>,
    /// The keys that may lead to the list, outermost first. A list at the top is the list in any case.
    pub places: &'b [&'b [&'b str]],
    /// Takes the next element, and with how many of these bytes of memory it is kept.
    pub each: &'b mut dyn FnMut(Value, usize) -> usize,
    /// Whether a list was found. The first one is; in what is read, null stands for all its elements.
    pub found: &'b mut bool,
}

struct Level<'a, 'b, 'c> {
    around: &'c mut Around<'a, 'b>,
    /// The keys that led here.
    path: Vec<String>,
}

impl<'de> DeserializeSeed<'de> for Around<'_, '_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(mut self, deserializer: D) -> Result<Value, D::Error> {
        Level { around: &mut self, path: Vec::new() }.deserialize(deserializer)
    }
}

impl<'de> DeserializeSeed<'de> for Level<'_, '_, '_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Level<'_, '_, '_> {
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

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        self.around.tree.whole(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        self.around.tree.whole(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        self.around.tree.text(value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let Around { tree, places, each, found } = self.around;
        let here = |place: &&[&str]| place.iter().eq(self.path.iter());
        if **found || !(self.path.is_empty() || places.iter().any(here)) {
            return tree.visit_seq(items);
        }
        **found = true;
        let mut any = Vec::new();
        loop {
            let room = tree.room.get();
            let Some(item) = items.next_element_seed(*tree)? else { return Ok(any.into()) };
            let kept = each(item, VALUE + room - tree.room.get());
            tree.room.set(room.saturating_sub(kept));
            // A list that was not empty does not look like one that is.
            any = vec![Value::Null];
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let tree = self.around.tree;
            if key == NUMBER {
                return tree.number(entries.next_value()?);
            }
            tree.take(key.len() + ENTRY)?;
            let mut path = self.path.clone();
            path.push(key.clone());
            let leads = |place: &&[&str]| {
                place.len() >= path.len() && path.iter().zip(place.iter()).all(|(a, b)| a == b)
            };
            let value = match self.around.places.iter().any(leads) {
                true => entries.next_value_seed(Level { around: &mut *self.around, path })?,
                false => entries.next_value_seed(tree)?,
            };
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}
