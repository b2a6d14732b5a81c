//! Templates: JSON in which `{name}` stands for something that a call knows.
//!
//! A template has no loops and no conditions, and what it makes is bounded. Something absent takes
//! with it the text, the key or the item that names it.

use std::borrow::Cow;
use std::cell::Cell;

use serde_json::{Map, Value};

use super::pointer::Pointer;
use super::scope::{Known, Scope};
use crate::bindings::files::{Part, kind};
use crate::limits;
use crate::tools::shown::ToolError;
use crate::tree;

/// What a call knows, by name and place: `{name/place}`.
#[derive(Clone, Debug)]
pub struct Reference {
    /// An argument, an earlier request, or `item`.
    pub name: String,
    pointer: Pointer,
    /// As it was written, without the braces.
    pub text: String,
}

/// JSON with references.
#[derive(Clone, Debug)]
pub enum Template {
    /// What holds none.
    Literal(Value),
    /// The thing itself, of whatever type.
    Reference(Reference),
    /// A text with things in it.
    Text(Vec<Piece>),
    /// A list.
    List(Vec<Template>),
    /// An object.
    Object(Vec<(String, Template)>),
}

/// A piece of a text.
#[derive(Clone, Debug)]
pub enum Piece {
    /// As it stands.
    Literal(String),
    /// A text, a number, or whether.
    Reference(Reference),
}

impl Reference {
    /// Reads what stands between braces.
    fn parse(text: &str, scope: &Scope<'_>) -> Result<Self, String> {
        let name = text.split('/').next().unwrap_or_default();
        scope.check(name)?;
        let pointer = Pointer::parse(text.get(name.len()..).unwrap_or_default())?;
        Ok(Self { name: name.to_owned(), pointer, text: text.to_owned() })
    }

    /// Reads a text that is nothing but a reference.
    pub fn read(part: &Part<'_>, scope: &Scope<'_>) -> Option<Self> {
        match Template::read(part, scope)? {
            Template::Reference(reference) => Some(reference),
            _ => part.misread("a reference, such as \"{name}\""),
        }
    }

    /// What it stands for, if that is there and not null.
    pub fn of<'a>(&self, known: &Known<'a>) -> Option<Cow<'a, Value>> {
        self.pointer.of(known.get(&self.name)?)
    }

    /// What it stands for as text; none where it is absent.
    ///
    /// # Errors
    /// When it is a list or an object.
    pub fn scalar(&self, known: &Known<'_>) -> Result<Option<String>, ToolError> {
        let Some(value) = self.of(known) else { return Ok(None) };
        match &*value {
            Value::String(text) => Ok(Some(text.clone())),
            Value::Bool(_) | Value::Number(_) => Ok(Some(value.to_string())),
            other => Err(ToolError::invalid(format!(
                "'{}' is {} where only a text, a number, true or false can stand",
                self.text,
                kind(other)
            ))),
        }
    }
}

impl Template {
    /// Reads a template; what is wrong with it is noted.
    pub fn read(part: &Part<'_>, scope: &Scope<'_>) -> Option<Self> {
        match part.value {
            Value::String(text) => match pieces(text, scope) {
                Ok(pieces) => Some(Self::of_pieces(pieces)),
                Err(what) => {
                    part.wrong(what);
                    None
                }
            },
            Value::Array(_) => {
                let items = part.items()?.into_iter();
                let items: Option<Vec<_>> = items.map(|item| Self::read(&item, scope)).collect();
                items.map(Self::List)
            }
            Value::Object(_) => {
                let fields = part.entries()?.into_iter();
                let fields: Option<Vec<_>> =
                    fields.map(|field| Some((field.key(), Self::read(&field, scope)?))).collect();
                fields.map(Self::Object)
            }
            other => Some(Self::Literal(other.clone())),
        }
    }

    /// Whether it names something of which this is true.
    pub fn names(&self, known: &dyn Fn(&str) -> bool) -> bool {
        match self {
            Self::Literal(_) => false,
            Self::Reference(reference) => known(&reference.name),
            Self::Text(pieces) => pieces.iter().any(|piece| match piece {
                Piece::Literal(_) => false,
                Piece::Reference(reference) => known(&reference.name),
            }),
            Self::List(items) => items.iter().any(|item| item.names(known)),
            Self::Object(fields) => fields.iter().any(|(_, field)| field.names(known)),
        }
    }

    fn of_pieces(mut pieces: Vec<Piece>) -> Self {
        match (pieces.len(), pieces.pop()) {
            (1, Some(Piece::Reference(reference))) => Self::Reference(reference),
            (1, Some(Piece::Literal(text))) => Self::Literal(text.into()),
            (_, last) => {
                pieces.extend(last);
                Self::Text(pieces)
            }
        }
    }

    /// What it makes; none when what it names is absent.
    ///
    /// # Errors
    /// When a list or an object would stand in a text, or it would become too large.
    pub fn make(&self, known: &Known<'_>) -> Result<Option<Value>, ToolError> {
        self.fill(known, &Cell::new(limits::MESSAGE_TREE_BYTES))
    }

    fn fill(&self, known: &Known<'_>, room: &Cell<usize>) -> Result<Option<Value>, ToolError> {
        let made = match self {
            Self::Literal(value) => value.clone(),
            Self::Reference(reference) => {
                let Some(value) = reference.of(known) else { return Ok(None) };
                take(room, tree::memory(&value))?;
                return Ok(Some(value.into_owned()));
            }
            Self::Text(pieces) => match text(pieces, known)? {
                Some(text) => text.into(),
                None => return Ok(None),
            },
            Self::List(items) => {
                let items = items.iter().map(|item| item.fill(known, room));
                Value::Array(items.filter_map(Result::transpose).collect::<Result<_, _>>()?)
            }
            Self::Object(fields) => {
                let mut made = Map::new();
                for (key, field) in fields {
                    if let Some(value) = field.fill(known, room)? {
                        made.insert(key.clone(), value);
                    }
                }
                Value::Object(made)
            }
        };
        if matches!(self, Self::Literal(_) | Self::Text(_)) {
            take(room, tree::memory(&made))?;
        }
        Ok(Some(made))
    }
}

fn take(room: &Cell<usize>, bytes: usize) -> Result<(), ToolError> {
    let left = room.get().checked_sub(bytes).ok_or_else(|| {
        ToolError::invalid("what this tool would make of its arguments and answers is too large")
    })?;
    room.set(left);
    Ok(())
}

fn text(pieces: &[Piece], known: &Known<'_>) -> Result<Option<String>, ToolError> {
    let mut made = String::new();
    for piece in pieces {
        match piece {
            Piece::Literal(text) => made.push_str(text),
            Piece::Reference(reference) => match reference.scalar(known)? {
                Some(text) => made.push_str(&text),
                None => return Ok(None),
            },
        }
    }
    Ok(Some(made))
}

/// The pieces of a text: `{name}` is a reference, `{{` and `}}` are braces.
///
/// # Errors
/// What is wrong with it.
pub fn pieces(text: &str, scope: &Scope<'_>) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, here) = rest.split_at(at);
        literal.push_str(before);
        if here.starts_with("{{") || here.starts_with("}}") {
            literal.push_str(&here[..1]);
            rest = &here[2..];
            continue;
        }
        let inner = here.strip_prefix('{').and_then(|inner| inner.split_once('}'));
        let Some((inner, after)) = inner else {
            return Err("a brace by itself; write it twice where a brace is meant: {{ or }}".into());
        };
        if !literal.is_empty() {
            pieces.push(Piece::Literal(std::mem::take(&mut literal)));
        }
        pieces.push(Piece::Reference(Reference::parse(inner, scope)?));
        rest = after;
    }
    literal.push_str(rest);
    if !literal.is_empty() || pieces.is_empty() {
        pieces.push(Piece::Literal(literal));
    }
    Ok(pieces)
}
