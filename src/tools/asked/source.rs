//! A list on the platform, as a tool asks for it.

use serde_json::Value;

use crate::limits;
use crate::platform::{self, Listed, Path, Style};
use crate::tools::row::Context;
use crate::tools::shown::ToolError;

/// A list with its filters. Pages are skipped through by `skip` and `limit` unless said otherwise.
#[derive(Clone, Debug)]
pub struct Listing {
    path: Path,
    items: &'static str,
    total: &'static str,
    query: Vec<(&'static str, String)>,
    page_size: usize,
    paging: Paging,
    most: usize,
}

#[derive(Clone, Debug)]
enum Paging {
    Skip,
    Offset,
    Numbered,
    Search { body: Value, window: &'static str },
}

impl Listing {
    /// The list at `path`, whose items and total stand at these dotted places of the answer.
    pub fn new(path: Path, items: &'static str, total: &'static str) -> Self {
        let (query, page_size, most) = (Vec::new(), 100, limits::LIST_ITEMS);
        Self { path, items, total, query, page_size, paging: Paging::Skip, most }
    }

    /// The same list with one more query parameter.
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// The same list, paged by `page` (from 1) and `pageSize`.
    pub fn numbered(mut self, page_size: usize) -> Self {
        (self.paging, self.page_size) = (Paging::Numbered, page_size);
        self
    }

    /// The same list, paged by `offset` and `limit`.
    pub fn by_offset(mut self) -> Self {
        self.paging = Paging::Offset;
        self
    }

    /// The same list, asked for by a POST of `body`, whose object `window` takes `start` and
    /// `limit`.
    pub fn searched(mut self, body: Value, window: &'static str) -> Self {
        self.paging = Paging::Search { body, window };
        self
    }

    /// The same list, cut after `most` items.
    pub fn at_most(mut self, most: usize) -> Self {
        self.most = most.min(limits::LIST_ITEMS);
        self.page_size = self.page_size.min(most.max(1));
        self
    }

    /// Reads the list, every page of it.
    ///
    /// # Errors
    /// When a page could not be read.
    pub fn read(&self, context: &Context<'_>) -> Result<Listed, ToolError> {
        self.ask(|listing| context.api.list(listing))
    }

    /// The first item that `wanted` accepts.
    ///
    /// # Errors
    /// When a page could not be read.
    pub fn find(
        &self,
        context: &Context<'_>,
        wanted: impl Fn(&Value) -> bool,
    ) -> Result<Option<Value>, ToolError> {
        self.ask(|listing| context.api.find(listing, &wanted))
    }

    fn ask<T>(
        &self,
        ask: impl FnOnce(&platform::Listing<'_>) -> Result<T, platform::Error>,
    ) -> Result<T, ToolError> {
        let query: Vec<(&str, &str)> =
            self.query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let search = |start: usize, limit: usize| match &self.paging {
            Paging::Search { body, window } => {
                let mut body = body.clone();
                body[*window]["start"] = start.into();
                body[*window]["limit"] = limit.into();
                body
            }
            Paging::Skip | Paging::Offset | Paging::Numbered => Value::Null,
        };
        let style = match self.paging {
            Paging::Skip => Style::SkipLimit { limit: self.page_size },
            Paging::Offset => Style::OffsetLimit { limit: self.page_size },
            Paging::Numbered => Style::Pages { page_size: self.page_size },
            Paging::Search { .. } => Style::Search { limit: self.page_size, body: &search },
        };
        let (items, total) = (self.items, self.total);
        let listing = platform::Listing {
            path: &self.path,
            query: &query,
            items,
            total,
            style,
            max_items: self.most,
        };
        Ok(ask(&listing)?)
    }
}

/// A list that the platform gives in one piece.
///
/// # Errors
/// When it could not be read, or is no list.
pub fn read_whole(context: &Context<'_>, path: &Path) -> Result<Vec<Value>, ToolError> {
    match context.api.get(path, &[])? {
        Value::Array(items) => Ok(items),
        Value::Null => Ok(Vec::new()),
        _ => Err(ToolError::platform(format!(
            "GET {path} answered with something else than a list; this platform version may \
             differ from those supported"
        ))),
    }
}
