//! Writing to the platform: one thing at a time, judged, and read back when nobody knows.

use serde_json::Value;

use super::judge::{self, Verdict, Wants};
use super::turn::Turn;
use crate::cancel::CancelToken;
use crate::limits;
use crate::platform::{self, Path, Written};
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

/// Reads whether what was written is there: what to go on with if it is, none if it is not.
pub type ReadBack<'a> = &'a dyn Fn(&Context<'_>) -> Result<Option<Value>, ToolError>;

/// One write, and what its tool knows about how to believe it.
#[derive(Clone, Copy)]
pub struct Write<'a> {
    method: &'static str,
    path: &'a Path,
    query: &'a [(&'a str, &'a str)],
    body: Option<&'a Value>,
    wants: Wants<'a>,
    shown_by: &'a str,
    read_back: Option<ReadBack<'a>>,
    harmless: bool,
    in_parts: bool,
}

/// A write that was done.
#[derive(Debug)]
pub struct Done {
    /// The platform's answer; what was read back when the answer said nothing.
    pub answer: Value,
    /// That it was read back, and why; or which part of it was not done.
    pub note: Option<String>,
}

impl<'a> Write<'a> {
    /// `METHOD path`: POST, PUT, PATCH or DELETE.
    pub const fn new(method: &'static str, path: &'a Path, body: Option<&'a Value>) -> Self {
        let (wants, shown_by, read_back) = (Wants::Word, "", None);
        let (harmless, in_parts) = (false, false);
        Self { method, path, query: &[], body, wants, shown_by, read_back, harmless, in_parts }
    }

    /// The same write with these query parameters.
    pub const fn query(mut self, query: &'a [(&'a str, &'a str)]) -> Self {
        self.query = query;
        self
    }

    /// `POST path`
    pub const fn post(path: &'a Path, body: Option<&'a Value>) -> Self {
        Self::new("POST", path, body)
    }

    /// `PUT path`
    pub const fn put(path: &'a Path, body: Option<&'a Value>) -> Self {
        Self::new("PUT", path, body)
    }

    /// `PATCH path`
    pub const fn patch(path: &'a Path, body: Option<&'a Value>) -> Self {
        Self::new("PATCH", path, body)
    }

    /// `DELETE path`, which may answer without a word.
    pub const fn delete(path: &'a Path) -> Self {
        Self::new("DELETE", path, None).wants(Wants::Nothing)
    }

    /// The same write, whose good answer holds this; otherwise any word.
    pub const fn wants(mut self, wants: Wants<'a>) -> Self {
        self.wants = wants;
        self
    }

    /// The same write; this tool shows what became of it.
    pub const fn shown_by(mut self, tool: &'a str) -> Self {
        self.shown_by = tool;
        self
    }

    /// The same write; when its answer does not say what became of it, this does.
    pub const fn read_back(mut self, read_back: ReadBack<'a>) -> Self {
        self.read_back = Some(read_back);
        self
    }

    /// The same write, whose tool shows what was done of it even when a part was not.
    pub const fn in_parts(mut self) -> Self {
        self.in_parts = true;
        self
    }

    /// The same write, which only checks and changes nothing.
    pub const fn harmless(mut self) -> Self {
        self.harmless = true;
        self
    }
}

impl<'a> Change<'a> {
    /// `POST path`, whose answer says something.
    ///
    /// # Errors
    /// As [`Change::send`].
    pub fn post(&self, path: &Path, body: Option<&Value>) -> Result<Value, ToolError> {
        Ok(self.send(&Write::post(path, body))?.answer)
    }

    /// `PUT path`, whose answer says something.
    ///
    /// # Errors
    /// As [`Change::send`].
    pub fn put(&self, path: &Path, body: Option<&Value>) -> Result<Value, ToolError> {
        Ok(self.send(&Write::put(path, body))?.answer)
    }

    /// `PATCH path`, whose answer says something.
    ///
    /// # Errors
    /// As [`Change::send`].
    pub fn patch(&self, path: &Path, body: Option<&Value>) -> Result<Value, ToolError> {
        Ok(self.send(&Write::patch(path, body))?.answer)
    }

    /// `DELETE path`, which may answer without a word.
    ///
    /// # Errors
    /// As [`Change::send`].
    pub fn delete(&self, path: &Path) -> Result<Value, ToolError> {
        Ok(self.send(&Write::delete(path))?.answer)
    }

    /// Sends a write and judges what came of it.
    ///
    /// # Errors
    /// When the platform refused, in its words; or when nobody knows whether it did it, with what
    /// to look at before it is repeated.
    pub fn send(&self, write: &Write<'_>) -> Result<Done, ToolError> {
        let Write { method, path, query, body, .. } = *write;
        match self.context.api.write(method, path, query, body) {
            Ok(Written { target, answer, .. }) => match judge::verdict(answer, write.wants) {
                Verdict::Done(answer) => self.confirmed(write, &target.to_string(), answer),
                Verdict::Refused(words) => Err(ToolError::refused(format!(
                    "the platform did not carry this out for {} '{}': {words}",
                    self.kind, self.name
                ))),
                Verdict::Partly(answer, words) if write.in_parts => {
                    let note = format!("Only a part of it was done. Not done: {words}");
                    Ok(Done { answer, note: Some(note) })
                }
                Verdict::Partly(_, words) => Err(ToolError::unknown(format!(
                    "only a part of it was done for {} '{}'; not done: {words}. {}",
                    self.kind,
                    self.name,
                    look(write.shown_by)
                ))),
                Verdict::Silent(came) => self.settle(write, &format!("{target}: {came}")),
            },
            Err(error) if matches!(error.kind, platform::ErrorKind::Cancelled) => Err(error.into()),
            Err(error) if error.may_have_happened() => self.settle(write, &error.to_string()),
            Err(error) => Err(error.into()),
        }
    }

    /// A success without a word is believed, but for one that reading shows not to be so.
    fn confirmed(&self, write: &Write<'_>, target: &str, answer: Value) -> Result<Done, ToolError> {
        let denied = answer.is_null()
            && write.read_back.is_some_and(|read_back| matches!(read_back(self.context), Ok(None)));
        match denied {
            true => self.settle(write, &format!("{target}: the platform answered with nothing")),
            false => Ok(Done { answer, note: None }),
        }
    }

    /// Finds out by reading what an answer did not say.
    fn settle(&self, write: &Write<'_>, came: &str) -> Result<Done, ToolError> {
        let came = came.trim_end_matches('.');
        if write.harmless {
            return Err(ToolError::platform(format!("{came}. Nothing was changed")));
        }
        let (kind, name) = (self.kind, &self.name);
        let look = look(write.shown_by);
        let Some(read_back) = write.read_back else {
            return Err(ToolError::unknown(format!(
                "{came}. It may have happened for {kind} '{name}' all the same. {look}"
            )));
        };
        Err(match read_back(self.context) {
            Ok(Some(answer)) => {
                let note = format!("{came}. Read back, it has been done: do not repeat it.");
                return Ok(Done { answer, note: Some(note) });
            }
            Ok(None) => ToolError::unknown(format!(
                "{came}. Read back, it has not been done now: {kind} '{name}' is without it, though \
                 that may still come. {look}"
            )),
            Err(error) => ToolError::unknown(format!(
                "{came}. It may have happened for {kind} '{name}' all the same, and reading it back \
                 failed ({error}). {look}"
            )),
        })
    }

    /// Undoes what was written, even when the call has been cancelled: within a time of its own.
    pub fn undo<T>(&self, undo: impl FnOnce(&Change<'_>) -> T) -> T {
        let token = CancelToken::ending_in(limits::UNDO_TIME);
        let api = self.context.api.with_token(&token);
        let context = Context { api, ..*self.context };
        undo(&Change { context: &context, kind: self.kind, name: self.name.clone(), _turn: None })
    }

    /// What the change may use; while undoing, that which outlives the call.
    pub fn context(&self) -> &'a Context<'a> {
        self.context
    }
}

fn look(shown_by: &str) -> String {
    match shown_by {
        "" => "Look at it before you repeat this".to_owned(),
        place if place.contains(' ') => format!("Look at {place} before you repeat this"),
        tool => format!("Look with {tool} before you repeat this"),
    }
}
