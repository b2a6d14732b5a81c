//! A call of a declared tool: its requests, one after the other.

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::pointer::Pointer;
use super::request::{Request, Wanted};
use super::scope::Known;
use super::template::Template;
use crate::bindings::files::kind;
use crate::limits;
use crate::platform::{self, Path};
use crate::tools::Context;
use crate::tools::asked::record::is_empty;
use crate::tools::asked::{Wants, Write, act};
use crate::tools::shown::{ErrorKind, Page, ToolError};
use crate::tree;

/// A call that goes on.
pub struct Running<'a> {
    /// What it may use.
    pub context: &'a Context<'a>,
    /// What it was given.
    pub arguments: &'a Map<String, Value>,
    /// What its requests have given, by their names.
    pub answers: Map<String, Value>,
    /// What its reader should know.
    pub notes: Vec<String>,
    /// The writes that were done.
    done: Vec<String>,
    /// Bytes that answers may still take.
    room: usize,
}

/// Which part of a list is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Items before the first.
    pub offset: usize,
    /// Most items.
    pub limit: usize,
}

impl<'a> Running<'a> {
    /// A call with these arguments, of which nothing is done yet.
    pub fn new(context: &'a Context<'a>, arguments: &'a Map<String, Value>) -> Self {
        let room = limits::PLATFORM_TREE_BYTES;
        let (answers, notes, done) = (Map::new(), Vec::new(), Vec::new());
        Self { context, arguments, answers, notes, done, room }
    }

    /// Sends a request as often as it is to be sent: what it gives, none when it is not sent at all.
    ///
    /// # Errors
    /// What failed, and what of the call was done before.
    pub fn send(&mut self, request: &Request) -> Result<Option<Value>, ToolError> {
        if !self.is_due(request) {
            return Ok(None);
        }
        let given = match &request.each {
            None => self.once(request, None),
            Some(each) => match self.known(None, |known| each.of(known).map(Cow::into_owned)) {
                None => Ok(Value::Array(Vec::new())),
                Some(Value::Array(items)) => self.for_each(request, &each.text, &items),
                Some(_) => Err(ToolError::invalid(format!("'{}' must be a list", each.text))),
            },
        };
        given.map(Some).map_err(|error| self.told(error))
    }

    /// Reads the part of a list that is wanted.
    ///
    /// # Errors
    /// As [`Running::send`].
    pub fn part(
        &mut self,
        request: &Request,
        window: Window,
    ) -> Result<Option<(Value, Page)>, ToolError> {
        if !self.is_due(request) {
            return Ok(None);
        }
        self.list(request, Some(window)).map(Some).map_err(|error| self.told(error))
    }

    /// What `make` makes of what is known.
    pub fn known<T>(&self, item: Option<&Value>, make: impl FnOnce(&Known<'_>) -> T) -> T {
        make(&Known { arguments: self.arguments, answers: &self.answers, item })
    }

    fn is_due(&self, request: &Request) -> bool {
        self.known(None, |known| {
            let there = |value: Option<Cow<'_, Value>>| value.is_some_and(|value| *value != false);
            request.when.as_ref().is_none_or(|when| there(when.of(known)))
                && request.unless.as_ref().is_none_or(|unless| !there(unless.of(known)))
        })
    }

    fn for_each(
        &mut self,
        request: &Request,
        name: &str,
        items: &[Value],
    ) -> Result<Value, ToolError> {
        let count = items.len();
        if count > limits::TOOL_EACH {
            return Err(ToolError::invalid(format!(
                "'{name}' has {count} items, and one call takes at most {}; nothing was sent for \
                 them, call again with fewer at a time",
                limits::TOOL_EACH
            )));
        }
        let mut given = Vec::with_capacity(count);
        for (at, item) in items.iter().enumerate() {
            self.context.host.progress(at as f64, Some(count as f64), &request.route.text);
            given.push(self.once(request, Some(item)).map_err(|error| ToolError {
                message: format!("item {} of {count} of '{name}': {}", at + 1, error.message),
                ..error
            })?);
        }
        Ok(given.into())
    }

    fn once(&mut self, request: &Request, item: Option<&Value>) -> Result<Value, ToolError> {
        if request.pages.is_some() {
            return Ok(self.list(request, None)?.0);
        }
        let Asked { path, query, body } = self.asked(request, item)?;
        let pairs: Vec<(&str, &str)> =
            query.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let api = self.context.api;
        let answer = match (request.reads, request.method) {
            (true, "GET") => api.get(&path, &pairs),
            (true, _) => api.search(&path, &pairs, &body.unwrap_or_else(|| Map::new().into())),
            (false, _) => return self.write(request, item, (&path, &pairs, body.as_ref())),
        };
        let answer = answer.map_err(|error| self.missing(request, item, error))?;
        self.take(request, item, &answer)
    }

    fn write(
        &mut self,
        request: &Request,
        item: Option<&Value>,
        (path, query, body): (&Path, &[(&str, &str)], Option<&Value>),
    ) -> Result<Value, ToolError> {
        let places: Vec<&str> = match &request.wants {
            Wanted::One(places) | Wanted::Started(places) => {
                places.iter().map(String::as_str).collect()
            }
            Wanted::Nothing | Wanted::Something => Vec::new(),
        };
        let wants = match &request.wants {
            Wanted::Nothing => Wants::Nothing,
            Wanted::Something => Wants::Word,
            Wanted::One(_) => Wants::One(&places),
            Wanted::Started(_) => Wants::Started(&places),
        };
        let name = format!("{} {path}", request.method);
        let write = Write::new(request.method, path, body).query(query).wants(wants);
        let done = act(self.context, "request", &name).send(&write).map_err(|error| {
            match (&request.not_found, error.kind == ErrorKind::NotFound) {
                (Some(text), true) => self.nothing(text, item),
                _ => error,
            }
        })?;
        self.done.push(name);
        self.notes.extend(done.note);
        self.take(request, item, &done.answer)
    }

    /// The items of a list, all or those in the window.
    fn list(
        &mut self,
        request: &Request,
        window: Option<Window>,
    ) -> Result<(Value, Page), ToolError> {
        let Asked { path, query, body } = self.asked(request, None)?;
        let Some(pages) = &request.pages else {
            return Err(ToolError::platform("this request gives no list"));
        };
        let wanted = self.wanted(request, None)?;
        let listing = pages.listing(path, &query, body);
        let Window { offset, limit } = window.unwrap_or(Window { offset: 0, limit: usize::MAX });
        let enough = offset.saturating_add(limit);
        let (mut items, total, mut more) = match enough < limits::LIST_ITEMS {
            true if wanted.is_empty() => {
                let (listed, more) = listing.beginning(self.context, enough.max(1), Vec::new)?;
                (listed.items, listed.total, more)
            }
            _ => {
                let listed = listing.read(self.context)?;
                if listed.truncated {
                    let most = limits::LIST_ITEMS;
                    let path = &request.route.text;
                    self.notes.push(format!(
                        "Only the first {most} of {path} were read; the platform has more."
                    ));
                }
                let items = kept(&wanted, listed.items);
                let total = (!listed.truncated).then_some(items.len() as u64);
                (items, total, listed.truncated)
            }
        };
        more |= items.len() > enough;
        items.truncate(enough);
        items.drain(..offset.min(items.len()));
        if let (true, 0, Some(text)) = (items.is_empty(), offset, &request.not_found) {
            return Err(self.nothing(text, None));
        }
        let value = self.shaped(request, items.into())?;
        Ok((value, Page { under: "", offset, total, more, narrow: Vec::new() }))
    }

    /// What an item must have, where that is known.
    fn wanted<'r>(
        &self,
        request: &'r Request,
        item: Option<&Value>,
    ) -> Result<Vec<(&'r Pointer, Value)>, ToolError> {
        let wanted = |(place, template): &'r (Pointer, Template)| {
            let made = self.known(item, |known| template.make(known));
            made.map(|value| value.map(|value| (place, value))).transpose()
        };
        request.keeps.iter().filter_map(wanted).collect()
    }

    /// What the request gives of its answer.
    fn take(
        &mut self,
        request: &Request,
        item: Option<&Value>,
        answer: &Value,
    ) -> Result<Value, ToolError> {
        let taken = match request.take.of(answer).map_or(Value::Null, Cow::into_owned) {
            Value::Array(items) => kept(&self.wanted(request, item)?, items).into(),
            taken => taken,
        };
        if let (Some(text), true) = (&request.not_found, is_empty(&taken)) {
            return Err(self.nothing(text, item));
        }
        self.shaped(request, taken)
    }

    fn shaped(&mut self, request: &Request, taken: Value) -> Result<Value, ToolError> {
        let shape = |thing: &Value| {
            let field = |(name, place): &(String, Pointer)| {
                (name.clone(), place.of(thing).map_or(Value::Null, Cow::into_owned))
            };
            Value::Object(request.fields.iter().map(field).collect())
        };
        let value = match &taken {
            _ if request.fields.is_empty() => taken,
            Value::Array(items) => items.iter().map(shape).collect(),
            Value::Null => taken,
            thing => shape(thing),
        };
        let left = self.room.checked_sub(tree::memory(&value));
        self.room = left.ok_or_else(|| {
            ToolError::platform(format!(
                "the answers to this call take more than {} MiB; ask for less",
                limits::PLATFORM_TREE_BYTES >> 20
            ))
        })?;
        Ok(value)
    }

    /// What is sent.
    fn asked(&self, request: &Request, item: Option<&Value>) -> Result<Asked, ToolError> {
        self.known(item, |known| {
            let path = request.route.path(known)?;
            let mut query = Vec::new();
            for (name, template) in &request.query {
                let values = match template.make(known)? {
                    Some(Value::Array(values)) => values,
                    value => value.into_iter().collect(),
                };
                for value in values {
                    query.push((name.clone(), parameter(name, &value)?));
                }
            }
            let body = request.body.as_ref().map(|body| body.make(known)).transpose()?.flatten();
            Ok(Asked { path, query, body })
        })
    }

    /// A failed read, in the words of the file where it found nothing.
    fn missing(
        &self,
        request: &Request,
        item: Option<&Value>,
        error: platform::Error,
    ) -> ToolError {
        match &request.not_found {
            Some(text) if error.is_not_found() => self.nothing(text, item),
            _ => error.into(),
        }
    }

    /// That there is nothing, in the words of the file.
    fn nothing(&self, text: &Template, item: Option<&Value>) -> ToolError {
        match self.known(item, |known| text.make(known)) {
            Ok(Some(Value::String(text))) => ToolError::not_found(text),
            Ok(_) => ToolError::not_found("the platform has nothing of this kind"),
            Err(error) => error,
        }
    }

    /// A failure, with what was done before.
    fn told(&self, error: ToolError) -> ToolError {
        if self.done.is_empty() {
            return error;
        }
        let shown = self.done.iter().take(limits::HINT_NAMES).map(String::as_str);
        let mut shown = shown.collect::<Vec<_>>().join(", ");
        if let more @ 1.. = self.done.len().saturating_sub(limits::HINT_NAMES) {
            shown.push_str(&format!(" and {more} more"));
        }
        let kind = match error.kind {
            kind @ (ErrorKind::Cancelled | ErrorKind::NeedsInput(_)) => kind,
            _ => ErrorKind::Unknown,
        };
        let message = format!(
            "{}. Before this, these were done and stay: {shown}",
            error.message.trim_end_matches('.')
        );
        ToolError { kind, message, ..error }
    }
}

/// What is sent.
struct Asked {
    path: Path,
    query: Vec<(String, String)>,
    body: Option<Value>,
}

/// Those of the items that have what is wanted.
fn kept(wanted: &[(&Pointer, Value)], mut items: Vec<Value>) -> Vec<Value> {
    for (place, value) in wanted {
        items.retain(|item| place.of(item).is_some_and(|held| plain(&held) == plain(value)));
    }
    items
}

/// A value as it is compared: a number and its text are the same.
fn plain(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => Cow::Borrowed(text),
        other => Cow::Owned(other.to_string()),
    }
}

/// A query parameter as text.
fn parameter(name: &str, value: &Value) -> Result<String, ToolError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
        other => Err(ToolError::invalid(format!(
            "the query parameter '{name}' would be {}; it must be a text, a number, true or false, or \
             a list of these",
            kind(other)
        ))),
    }
}
