//! Writing to the platform.

use serde_json::Value;

use super::turn::Turn;
use crate::platform::Path;
use crate::tools::context::Context;
use crate::tools::shown::ToolError;

/// A change of one thing, which every write of a tool goes through.
///
/// It is begun before anything is read that the change builds upon, and while it lives nobody else in
/// this process changes that thing. Drop it before waiting for something long.
pub struct Change<'a> {
    context: &'a Context<'a>,
    /// What kind of thing is changed, as in `device group`.
    pub kind: &'static str,
    /// Which one.
    pub name: String,
    /// None where acts of one kind do not build upon each other.
    _turn: Option<Turn>,
}

/// Begins a change of the thing of this kind and name, when no other change of it goes on. The name
/// is the one by which every caller knows it: whoever takes names and ids gives the id.
///
/// # Errors
/// When another change does not end, or the call is cancelled meanwhile.
pub fn change<'a>(
    context: &'a Context<'a>,
    kind: &'static str,
    name: &str,
) -> Result<Change<'a>, ToolError> {
    let turn = Turn::take(context.api.token(), kind, name)?;
    Ok(Change { context, kind, name: name.to_owned(), _turn: Some(turn) })
}

/// An act that changes nothing another one builds upon, as starting a job: any number at once.
pub fn act<'a>(context: &'a Context<'a>, kind: &'static str, name: &str) -> Change<'a> {
    Change { context, kind, name: name.to_owned(), _turn: None }
}

impl Change<'_> {
    /// `POST path`.
    ///
    /// # Errors
    /// When the platform refused, or nobody knows whether it did it.
    pub fn post(&self, path: &Path, body: Option<&Value>) -> Result<Value, ToolError> {
        Ok(self.context.api.post(path, body)?.into_value())
    }

    /// `PUT path`.
    ///
    /// # Errors
    /// As [`Change::post`].
    pub fn put(&self, path: &Path, body: Option<&Value>) -> Result<Value, ToolError> {
        Ok(self.context.api.put(path, body)?.into_value())
    }

    /// `PATCH path`.
    ///
    /// # Errors
    /// As [`Change::post`].
    pub fn patch(&self, path: &Path, body: Option<&Value>) -> Result<Value, ToolError> {
        Ok(self.context.api.patch(path, body)?.into_value())
    }

    /// `DELETE path`.
    ///
    /// # Errors
    /// As [`Change::post`].
    pub fn delete(&self, path: &Path) -> Result<Value, ToolError> {
        Ok(self.context.api.delete(path)?.into_value())
    }
}
