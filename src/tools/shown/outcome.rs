//! What a tool call produced, and in which form it is announced.

use serde_json::Value;

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
    /// For a list: how many there are in all, when that is known and more than are shown.
    pub total: Option<u64>,
    /// What the reader should know about this result: that it is cut, or that a part is missing.
    pub note: Option<String>,
}

impl From<Value> for Outcome {
    fn from(value: Value) -> Self {
        Self { value, total: None, note: None }
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

    /// A list of which only `value` is shown, out of `total`.
    pub fn part(value: Value, total: Option<u64>) -> Self {
        let shown = value.as_array().map_or(0, Vec::len) as u64;
        match total {
            Some(total) if total > shown => Self {
                value,
                total: Some(total),
                note: Some(format!("{shown} of {total} are shown; more are available.")),
            },
            _ => value.into(),
        }
    }
}
