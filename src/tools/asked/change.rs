//! Writing to the platform.

use serde_json::Value;

use crate::platform::Path;
use crate::tools::context::Context;
use crate::tools::shown::ToolError;

/// A change of one thing, which every write of a tool goes through.
pub struct Change<'a> {
    context: &'a Context<'a>,
    /// What kind of thing is changed, as in `device group`.
    pub kind: &'static str,
    /// Which one.
    pub name: &'a str,
}

/// Begins a change of the thing of this kind and name.
pub fn change<'a>(context: &'a Context<'a>, kind: &'static str, name: &'a str) -> Change<'a> {
    Change { context, kind, name }
}

impl Change<'_> {
    /// `POST path`.
    ///
    /// # Errors
    /// When the platform refused, or nobody knows whether it did it.
    pub fn post(&self, path: &Path, body: Option<&Value>) -> Result<Value, ToolError> {
        Ok(self.context.api.post(path, body)?)
    }

    /// `PUT path`.
    ///
    /// # Errors
    /// As [`Change::post`].
    pub fn put(&self, path: &Path, body: Option<&Value>) -> Result<Value, ToolError> {
        Ok(self.context.api.put(path, body)?)
    }

    /// `DELETE path`.
    ///
    /// # Errors
    /// As [`Change::post`].
    pub fn delete(&self, path: &Path) -> Result<Value, ToolError> {
        Ok(self.context.api.delete(path)?)
    }
}
