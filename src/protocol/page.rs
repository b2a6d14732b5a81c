//! Lists, a page at a time, rendered once per era.

use std::borrow::Cow;
use std::sync::OnceLock;

use serde_json::{Map, Value, json};

use super::error::RpcError;
use super::result;
use crate::limits;
use crate::seal::Seal;

/// One list that a client can read.
pub struct List {
    /// Under which key the entries stand.
    key: &'static str,
    items: Vec<Value>,
    legacy: OnceLock<Vec<u8>>,
    modern: OnceLock<Vec<u8>>,
}

impl List {
    /// A list of these definitions.
    pub fn new<'a>(key: &'static str, items: impl Iterator<Item = &'a Map<String, Value>>) -> Self {
        let items = items.map(|item| Value::Object(item.clone())).collect();
        Self { key, items, legacy: OnceLock::new(), modern: OnceLock::new() }
    }

    /// Whether both lists show the same.
    pub fn same(&self, other: &Self) -> bool {
        self.items == other.items
    }

    /// The result that shows the page at `cursor`, or the first.
    ///
    /// # Errors
    /// -32602 when the cursor is none that this list handed out.
    pub fn page(
        &self,
        cursor: Option<&Value>,
        modern: bool,
        server: &Value,
        seal: &Seal,
    ) -> Result<Cow<'_, [u8]>, RpcError> {
        if let Some(cursor) = cursor.filter(|cursor| !cursor.is_null()) {
            let start = self.open(cursor, seal).ok_or_else(|| {
                RpcError::invalid_params(
                    "This cursor is not one of this list, or the list has changed since; list \
                     again from the beginning",
                )
            })?;
            return Ok(Cow::Owned(self.render(start, modern, server, seal)?));
        }
        if self.items.len() > limits::LIST_PAGE {
            return Ok(Cow::Owned(self.render(0, modern, server, seal)?));
        }
        let cell = if modern { &self.modern } else { &self.legacy };
        if cell.get().is_none() {
            // Two threads may render at the same time; both come to the same.
            let _ = cell.set(self.render(0, modern, server, seal)?);
        }
        Ok(Cow::Borrowed(cell.get().map(Vec::as_slice).unwrap_or_default()))
    }

    fn render(
        &self,
        start: usize,
        modern: bool,
        server: &Value,
        seal: &Seal,
    ) -> Result<Vec<u8>, RpcError> {
        let end = (start + limits::LIST_PAGE).min(self.items.len());
        let mut result = json!({});
        result[self.key] = json!(self.items.get(start..end).unwrap_or_default());
        if end < self.items.len() {
            let place = format!("{end} of {}", self.items.len());
            result["nextCursor"] = json!(seal.seal(self.key, place.as_bytes())?);
        }
        if modern {
            result::stamp_cacheable(&mut result, server, limits::LIST_TTL);
        }
        Ok(result.to_string().into_bytes())
    }

    fn open(&self, cursor: &Value, seal: &Seal) -> Option<usize> {
        let place = String::from_utf8(seal.open(self.key, cursor.as_str()?)?).ok()?;
        let (start, length) = place.split_once(" of ")?;
        (length.parse() == Ok(self.items.len())).then(|| start.parse().ok())?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_and_cursors_belong_to_their_list() {
        let items: Vec<Map<String, Value>> = (0..limits::LIST_PAGE * 2 + 1)
            .map(|n| Map::from_iter([("name".to_owned(), json!(n))]))
            .collect();
        let list = List::new("tools", items.iter());
        let (seal, server) = (Seal::random(), json!({"name": "x"}));
        let page = |cursor: Option<&Value>| -> Value {
            let bytes = list.page(cursor, true, &server, &seal).expect("a page");
            serde_json::from_slice(&bytes).expect("JSON")
        };
        let mut seen = Vec::new();
        let mut cursor = None;
        for entries in [limits::LIST_PAGE, limits::LIST_PAGE, 1] {
            let shown = page(cursor.as_ref());
            let tools = shown["tools"].as_array().expect("a list");
            assert_eq!(tools.len(), entries);
            assert!(shown["ttlMs"].is_u64());
            seen.extend(tools.iter().map(|tool| tool["name"].as_u64().expect("a number")));
            cursor = shown.get("nextCursor").cloned();
        }
        assert_eq!(cursor, None);
        assert!(seen.iter().copied().eq(0..items.len() as u64));

        let next = page(None)["nextCursor"].clone();
        let shorter = List::new("tools", items[1..].iter());
        let other = List::new("prompts", items.iter());
        assert!(shorter.page(Some(&next), true, &server, &seal).is_err(), "a changed list");
        assert!(other.page(Some(&next), true, &server, &seal).is_err(), "another list");
        for made_up in [json!("500"), json!(""), json!(7), json!({})] {
            let refused = list.page(Some(&made_up), false, &server, &seal).map(drop);
            assert_eq!(refused.map_err(|error| error.code), Err(-32602), "{made_up}");
        }
    }
}
