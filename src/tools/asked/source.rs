//! A list on the platform.

use serde_json::Value;

use super::{judge, record};
use crate::limits;
use crate::platform::{self, Gather, Listed, Path, Style};
use crate::tools::context::Context;
use crate::tools::shown::ToolError;

/// Where a list stands and how it is paged: one row for each list of the platform.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Route, with `{}` for the ids that lead to the list.
    pub route: &'a str,
    /// Where the items stand in an answer, dots between the levels; for a list that comes whole empty
    /// where platform versions differ.
    pub items: &'a str,
    /// Where the number of all items stands.
    pub total: &'a str,
    /// How pages are asked for.
    pub paging: Paging<'a>,
    /// Items asked for at a time.
    pub page_size: usize,
}

/// How a route takes its place in the list.
#[derive(Clone, Copy, Debug)]
pub enum Paging<'a> {
    /// It gives everything in one answer.
    Whole,
    /// By `skip` and `limit`.
    Skip,
    /// By `offset` and `limit`.
    Offset,
    /// By `page` (from 1) and `pageSize`.
    Numbered,
    /// By a POST of a body, whose object of this name takes `start` and `limit`.
    Search(&'a str),
}

impl<'a> Source<'a> {
    /// The list at `route`, paged by `skip` and `limit`.
    pub const fn new(route: &'a str, items: &'a str, total: &'a str) -> Self {
        Self { route, items, total, paging: Paging::Skip, page_size: 100 }
    }

    /// A list that the platform gives in one piece.
    pub const fn whole(route: &'a str) -> Self {
        Self { paging: Paging::Whole, ..Self::new(route, "", "") }
    }

    /// The same list, paged so.
    pub const fn paged(mut self, paging: Paging<'a>, page_size: usize) -> Self {
        (self.paging, self.page_size) = (paging, page_size);
        self
    }

    /// The list at `path`, whatever the route.
    pub fn at(&self, path: Path) -> Listing<'a> {
        Listing::new(*self, path)
    }
}

impl Source<'static> {
    /// The list itself, where no id leads to it.
    pub fn listing(&self) -> Listing<'static> {
        Listing::new(*self, Path::literal(self.route))
    }

    /// The list to which these ids lead.
    ///
    /// # Errors
    /// When an id cannot stand in a route.
    pub fn below(&self, ids: &[&str]) -> Result<Listing<'static>, ToolError> {
        Ok(Listing::new(*self, Path::new(self.route, ids)?))
    }
}

/// A list as a tool asks for it, with its filters.
#[derive(Clone, Debug)]
pub struct Listing<'a> {
    source: Source<'a>,
    path: Path,
    query: Vec<(&'a str, String)>,
    body: Value,
    most: usize,
}

impl<'a> Listing<'a> {
    fn new(source: Source<'a>, path: Path) -> Self {
        Self { source, path, query: Vec::new(), body: Value::Null, most: limits::LIST_ITEMS }
    }

    /// The same list with one more query parameter.
    pub fn with(mut self, name: &'a str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// The same list, searched with this body.
    pub fn searched(mut self, body: Value) -> Self {
        self.body = body;
        self
    }

    /// The same list, cut after `most` items.
    pub fn at_most(mut self, most: usize) -> Self {
        self.most = most.min(limits::LIST_ITEMS);
        self.source.page_size = self.source.page_size.min(most.max(1));
        self
    }

    /// Reads the list, every page of it.
    ///
    /// # Errors
    /// When a page could not be read, or is no list.
    pub fn read(&self, context: &Context<'_>) -> Result<Listed, ToolError> {
        self.gather(context, Vec::new())
    }

    /// [`Listing::read`], for those who need not keep every item: `items` takes them as they come.
    ///
    /// # Errors
    /// As there.
    pub fn gather<G: Gather>(
        &self,
        context: &Context<'_>,
        items: G,
    ) -> Result<Listed<G>, ToolError> {
        if let Paging::Whole = self.source.paging {
            return self.gather_whole(context, items);
        }
        self.ask(|listing| context.api.list(listing, items))
    }

    /// The first `enough` items, and whether there are more. One item more may come, and the total is
    /// none where the platform's count is not to be believed.
    ///
    /// # Errors
    /// As [`Listing::read`].
    pub fn beginning<G: Gather>(
        &self,
        context: &Context<'_>,
        enough: usize,
        empty: impl Fn() -> G,
    ) -> Result<(Listed<G>, bool), ToolError> {
        let mut listed = self.clone().at_most(enough).gather(context, empty())?;
        if listed.truncated && listed.total.is_none_or(|total| total <= enough as u64) {
            listed = self.clone().at_most(enough + 1).gather(context, empty())?;
            listed.total = None;
        }
        let more = listed.truncated || listed.length > enough;
        // Of a list that came whole its length is known.
        listed.total = if listed.truncated { listed.total } else { Some(listed.length as u64) };
        Ok((listed, more))
    }

    /// [`Listing::read`], for those who need every item and nothing else.
    ///
    /// # Errors
    /// As there.
    pub fn items(&self, context: &Context<'_>) -> Result<Vec<Value>, ToolError> {
        Ok(self.read(context)?.items)
    }

    /// The first item that `wanted` accepts, reading no further than its page.
    ///
    /// # Errors
    /// As [`Listing::read`].
    pub fn find(
        &self,
        context: &Context<'_>,
        wanted: impl Fn(&Value) -> bool + Sync,
    ) -> Result<Option<Value>, ToolError> {
        if let Paging::Whole = self.source.paging {
            return Ok(self.items(context)?.into_iter().find(wanted));
        }
        self.ask(|listing| context.api.find(listing, &wanted))
    }

    fn gather_whole<G: Gather>(
        &self,
        context: &Context<'_>,
        empty: G,
    ) -> Result<Listed<G>, ToolError> {
        let query: Vec<(&str, &str)> =
            self.query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let nothing = Listed { items: empty.page(true), length: 0, total: None, truncated: false };
        let steps: Vec<&str> = self.source.items.split('.').collect();
        let places: &[&[&str]] =
            if self.source.items.is_empty() { record::LISTS } else { &[&steps] };
        let (found, answer) = context.api.whole(&self.path, &query, places, empty)?;
        let failure = if answer.is_array() { None } else { judge::failure(&answer) };
        match (failure, found) {
            (None, Some(found)) => Ok(found),
            (None, None) if answer.is_null() => Ok(nothing),
            (Some(why), _) => Err(ToolError::platform(format!("GET {}: {why}", self.path))),
            (None, None) => {
                let said = answer.to_string();
                Err(ToolError::platform(format!(
                    "GET {} answered with something else than a list; this platform version \
                     may differ from those supported. It says: {}",
                    self.path,
                    said.chars().take(limits::SHOWN_LINE_CHARS).collect::<String>()
                )))
            }
        }
    }

    fn ask<T>(
        &self,
        ask: impl FnOnce(&platform::Listing<'_>) -> Result<T, platform::Error>,
    ) -> Result<T, ToolError> {
        let query: Vec<(&str, &str)> =
            self.query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let limit = self.source.page_size;
        let search = |window: &str, start: usize, limit: usize| {
            let mut body = self.body.clone();
            body[window]["start"] = start.into();
            body[window]["limit"] = limit.into();
            body
        };
        let search = |start: usize, limit: usize| match self.source.paging {
            Paging::Search(window) => search(window, start, limit),
            _ => Value::Null,
        };
        let style = match self.source.paging {
            Paging::Whole | Paging::Skip => Style::SkipLimit { limit },
            Paging::Offset => Style::OffsetLimit { limit },
            Paging::Numbered => Style::Pages { page_size: limit },
            Paging::Search(_) => Style::Search { limit, body: &search },
        };
        let listing = platform::Listing {
            path: &self.path,
            query: &query,
            items: self.source.items,
            total: self.source.total,
            style,
            max_items: self.most,
        };
        Ok(ask(&listing)?)
    }
}
