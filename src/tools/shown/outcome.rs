//! What a tool call produced, and in which form it is announced.

use serde_json::{Map, Value};

use super::shape::Shape;

/// What a tool gives back.
#[derive(Clone, Copy, Debug)]
pub enum Output {
    /// One object.
    Object(&'static Shape),
    /// A list of objects, on the wire as `{"result": [...]}`.
    List(&'static Shape),
    /// An object of one of several shapes, on the wire as `{"result": {...}}`.
    OneOf(&'static [&'static Shape]),
    /// Any object, passed on as the platform gave it.
    Free,
    /// Any value, on the wire as `{"result": ...}`.
    Wrapped,
}

impl Output {
    /// Whether the value stands under `result` in structured content.
    pub fn wrapped(self) -> bool {
        !matches!(self, Self::Object(_) | Self::Free)
    }
}

/// What a tool call produced.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    /// The value itself, in the tool's output shape.
    pub value: Value,
    /// What the reader should know about this result: that it is cut, or that a part is missing.
    pub note: Option<String>,
    /// For a list: which part of it this is.
    pub page: Option<Page>,
}

/// Which part of a list is shown.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The key under which the items stand; empty where they are the value itself.
    pub under: &'static str,
    /// How many items come before the first.
    pub offset: usize,
    /// How many there are in all, when that is known.
    pub total: Option<u64>,
    /// Whether there are more behind the last.
    pub more: bool,
    /// Parameters that choose among the items and were not used.
    pub narrow: Vec<&'static str>,
}

impl From<Value> for Outcome {
    fn from(value: Value) -> Self {
        Self { value, note: None, page: None }
    }
}

impl Outcome {
    /// The same outcome, with something its reader should know.
    pub fn with_note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// The same outcome, with everything its reader should know.
    pub fn noted(mut self, notes: impl IntoIterator<Item = String>) -> Self {
        let notes: Vec<String> = self.note.take().into_iter().chain(notes).collect();
        self.note = (!notes.is_empty()).then(|| notes.join(" "));
        self
    }

    /// The items, when this is a list.
    pub fn items(&self) -> Option<&[Value]> {
        let items = match self.page.as_ref()?.under {
            "" => &self.value,
            key => self.value.get(key)?,
        };
        items.as_array().map(Vec::as_slice)
    }

    /// The same list, of which only the first `most` items are shown.
    pub fn first(&self, most: usize) -> Self {
        let (Some(page), Some(items)) = (&self.page, self.items()) else { return self.clone() };
        let shown = Value::Array(items.iter().take(most).cloned().collect());
        let value = match page.under {
            "" => shown,
            key => Map::from_iter([(key.to_owned(), shown)]).into(),
        };
        let page = Page { more: page.more || most < items.len(), ..page.clone() };
        Self { value, note: self.note.clone(), page: Some(page) }
    }

    /// How many there are in all, where this is a part of a list and the number is known.
    pub fn total(&self) -> Option<u64> {
        self.page.as_ref().filter(|page| page.more || page.offset > 0)?.total
    }

    /// Everything its reader should know.
    pub fn told(&self) -> Option<String> {
        let place = self.page.as_ref().and_then(|page| page.place(self.items()?.len()));
        match (place, &self.note) {
            (Some(place), Some(note)) => Some(format!("{place} {note}")),
            (place, note) => place.or_else(|| note.clone()),
        }
    }
}

impl Page {
    /// Where `shown` items stand in the list, and how to go on.
    fn place(&self, shown: usize) -> Option<String> {
        let next = self.offset + shown;
        let of = self.total.map(|total| format!(" of {total}")).unwrap_or_default();
        let what = match (self.offset, shown) {
            (0, _) if !self.more => return None,
            (0, _) => format!("first {shown}{of}"),
            (offset, 0) => {
                let there = self.total.map(|total| format!(": there are {total}"));
                return Some(format!("Nothing at offset={offset}{}.", there.unwrap_or_default()));
            }
            (offset, _) => format!("{} to {next}{of}", offset + 1),
        };
        if !self.more {
            return Some(format!("Shown: {what}, the last."));
        }
        let narrow = match self.narrow.as_slice() {
            [] => String::new(),
            names => format!("; narrow with {}", names.join(", ")),
        };
        Some(format!("Shown: {what}; next: offset={next}{narrow}."))
    }
}
