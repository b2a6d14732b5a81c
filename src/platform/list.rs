//! Lists that come in pages.

use std::hash::RandomState;

use serde_json::Value;

use super::api::Api;
use super::error::{Error, ErrorKind};
use super::exchange::Reply;
use super::page::{Gather, Gathering, Page, Repeats, Sink};
use super::path::Path;
use super::text;
use crate::limits;
use crate::sync::at_once;

/// How a route takes its place in the list.
#[derive(Clone, Copy)]
pub enum Style<'a> {
    /// Query parameters `skip` and `limit`.
    SkipLimit {
        /// Items asked for at a time.
        limit: usize,
    },
    /// Query parameters `offset` and `limit`.
    OffsetLimit {
        /// Items asked for at a time.
        limit: usize,
    },
    /// Query parameters `page`, from 1, and `pageSize`.
    Pages {
        /// Items asked for at a time.
        page_size: usize,
    },
    /// A search by POST: the function makes the body for a start and a limit.
    Search {
        /// Items asked for at a time.
        limit: usize,
        /// The body that asks for `limit` items from `start` on.
        body: &'a (dyn Fn(usize, usize) -> Value + Sync),
    },
}

/// A list on the platform and how it is paged.
#[derive(Clone, Copy)]
pub struct Listing<'a> {
    /// Route.
    pub path: &'a Path,
    /// Query besides the paging parameters.
    pub query: &'a [(&'a str, &'a str)],
    /// Where the items are, dots between the levels: `results`, `result.data`. An answer that is
    /// itself an array is the items, whatever this says; null is an empty list.
    pub items: &'a str,
    /// Where the number of all items is, in the same way: `metadata.total`. It may be missing there
    /// or wrong; it is then only a hint.
    pub total: &'a str,
    /// How pages are asked for.
    pub style: Style<'a>,
    /// Most items to collect, such as [`LIST_ITEMS`](crate::limits::LIST_ITEMS).
    pub max_items: usize,
}

/// The first item that is wanted.
struct First<'a>(&'a (dyn Fn(&Value) -> bool + Sync), Option<Value>);

impl Gather for First<'_> {
    fn page(&self, _next: bool) -> Self {
        Self(self.0, None)
    }

    fn take(&mut self, item: Value, memory: usize) -> usize {
        if self.1.is_none() && (self.0)(&item) {
            self.1 = Some(item);
            return memory;
        }
        0
    }

    fn join(&mut self, page: Self) {
        self.1 = self.1.take().or(page.1);
    }
}

/// What was collected.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed<G = Vec<Value>> {
    /// The items in the platform's order.
    pub items: G,
    /// How many came.
    pub length: usize,
    /// How many there are: by the platform's own count, unless reading to the end showed another.
    pub total: Option<u64>,
    /// Whether there were more than [`Listing::max_items`].
    pub truncated: bool,
}

impl Listed<()> {
    fn with<G>(self, items: G) -> Listed<G> {
        let Self { length, total, truncated, .. } = self;
        Listed { items, length, total, truncated }
    }
}

impl Api<'_> {
    /// Collects a list, several pages at a time, as `items` that are empty yet.
    ///
    /// Goes on by what was received rather than by what was asked for, because the platform caps
    /// pages as it likes. Ends at an empty page, or at one that repeats the page before or the first
    /// (a route that ignores its paging parameters, or begins again), or when the platform's count is
    /// reached. A count that may be that of the page alone is not believed: once more is asked then.
    ///
    /// # Errors
    ///
    /// That of the first page that failed; [`ErrorKind::Unexpected`] when a page holds no list.
    pub fn list<G: Gather>(&self, listing: &Listing<'_>, items: G) -> Result<Listed<G>, Error> {
        let mut sink = Gathering::new(items, |_: &G| false);
        let listed = self.walk(listing, limits::PLATFORM_PARALLEL_PAGES, &mut sink)?;
        Ok(listed.with(sink.all))
    }

    /// The first item that `wanted` accepts, reading no further than its page.
    ///
    /// # Errors
    ///
    /// As [`Api::list`].
    pub fn find(
        &self,
        listing: &Listing<'_>,
        wanted: &(dyn Fn(&Value) -> bool + Sync),
    ) -> Result<Option<Value>, Error> {
        let mut sink = Gathering::new(First(wanted, None), |found: &First<'_>| found.1.is_some());
        self.walk(listing, 1, &mut sink)?;
        Ok(sink.all.1)
    }

    /// A list that comes whole, with what stands around it: an array is the list, and so is one at one
    /// of these places. None: there is no list in the answer.
    ///
    /// # Errors
    ///
    /// As [`Api::get`].
    pub fn whole<G: Gather>(
        &self,
        path: &Path,
        query: &[(&str, &str)],
        places: &[&[&str]],
        items: G,
    ) -> Result<(Option<Listed<G>>, Value), Error> {
        let mut sink = Gathering::new(items, |_: &G| true);
        sink.open(1);
        let reply = self.read(path, query, None)?;
        let hasher = RandomState::new();
        let (page, rest) =
            reply.read(|body| Page::read(body, places, usize::MAX, &hasher, (&sink, 0)))?;
        sink.join(0);
        let listed = |page: Page| Listed {
            items: sink.all,
            length: page.length,
            total: None,
            truncated: false,
        };
        Ok((page.map(listed), rest))
    }

    /// Collects the pages in order until there are enough: how many items there are, as far as that is
    /// known.
    fn walk(
        &self,
        listing: &Listing<'_>,
        parallel: usize,
        sink: &mut dyn Sink,
    ) -> Result<Listed<()>, Error> {
        let mut parallel = parallel;
        let mut next = Place { skip: 0, page: 1 };
        // How long the platform makes its pages: it caps what is asked for.
        let mut stride = None;
        let mut reached = Reached::NotYet;
        let mut seen = Repeats::default();
        let mut memory = 0;
        let mut all = Listed { items: (), length: 0, total: None, truncated: false };
        loop {
            let places = match (stride, all.total) {
                (Some(stride), Some(total)) => next.ahead(stride, total, listing, parallel),
                _ => vec![next],
            };
            sink.open(places.len());
            let pages = match self.pages(listing, &places, sink, &seen.hasher) {
                // By the platform's count there is no such page; it may well say so.
                Err(error) if reached == Reached::Perhaps && error.status().is_some() => {
                    log::debug!("the list ends by its count, and behind it: {error}");
                    return Ok(all);
                }
                pages => pages?,
            };
            for (nth, (place, page)) in places.iter().zip(pages).enumerate() {
                if !listing.style.is_numbered() && place.skip != next.skip {
                    // A shorter page came before, so this one began at the wrong item.
                    parallel = 1;
                    break;
                }
                let length = page.length;
                if length == 0 {
                    // Where the list ends it was counted, whatever the platform says.
                    all.total = all.total.or(page.total).map(|_| next.skip as u64);
                    return Ok(all);
                }
                if seen.has(page.marks) {
                    all.total = all.total.or(page.total).map(|total| total.max(next.skip as u64));
                    return Ok(all);
                }
                let full = length >= *stride.get_or_insert(length);
                next = Place { skip: next.skip + length, page: next.page + 1 };
                let received = next.skip as u64;
                let before = all.total;
                all.total = page.total.or(all.total);
                // A count is that of the whole list when it was the same before, and the last page a
                // short one; else it may count this page, or all so far.
                let plain = length == 1 || (before == all.total && !full);
                reached = match all.total {
                    Some(total) if received == total && plain => Reached::Surely,
                    Some(total) if received >= total => Reached::Perhaps,
                    _ => Reached::NotYet,
                };
                let more = reached != Reached::Surely;
                all.length = next.skip.min(listing.max_items);
                all.truncated =
                    next.skip > listing.max_items || (next.skip == listing.max_items && more);
                memory += page.memory;
                if memory > limits::LIST_TREE_BYTES {
                    let limit = limits::LIST_TREE_BYTES as u64;
                    let target = self.target(listing.style.method(), listing.path);
                    return Err(Error::new(target, ErrorKind::TooLarge { limit }));
                }
                if sink.join(nth) || all.length >= listing.max_items || !more {
                    return Ok(all);
                }
            }
        }
    }

    /// Fetches pages, each on its own thread when there are several.
    fn pages(
        &self,
        listing: &Listing<'_>,
        places: &[Place],
        sink: &dyn Sink,
        hasher: &RandomState,
    ) -> Result<Vec<Page>, Error> {
        if let [place] = places {
            return Ok(vec![self.page(listing, *place, (sink, 0), hasher)?]);
        }
        let read = |nth, place: &Place| self.page(listing, *place, (sink, nth), hasher);
        let read = at_once(places, read).into_iter();
        read.map(|page| page.unwrap_or_else(|panic| std::panic::resume_unwind(panic))).collect()
    }

    fn page(
        &self,
        listing: &Listing<'_>,
        place: Place,
        into: (&dyn Sink, usize),
        hasher: &RandomState,
    ) -> Result<Page, Error> {
        let reply = self.ask_page(listing, place)?;
        let steps: Vec<&str> = listing.items.split('.').filter(|step| !step.is_empty()).collect();
        let places: &[&[&str]] = if steps.is_empty() { &[] } else { &[&steps] };
        let room = listing.max_items.saturating_sub(place.skip);
        let (page, rest) = reply.read(|body| Page::read(body, places, room, hasher, into))?;
        let total = pointer(listing.total).and_then(|at| count(rest.pointer(&at)?));
        // Nothing beside an error is no empty list.
        let failed = rest.get("error").is_some_and(|error| !error.is_null());
        let at_place = || pointer(listing.items).and_then(|at| rest.pointer(&at));
        match page {
            Some(page) => Ok(Page { total, ..page }),
            None if rest.is_null() || (!failed && at_place().is_some_and(Value::is_null)) => {
                Ok(Page { total, ..Page::default() })
            }
            None => {
                let said = text::summary(rest.to_string().as_bytes());
                let problem = format!("no list at '{}', but: {said}", listing.items);
                let target = self.target(listing.style.method(), listing.path);
                Err(Error::new(target, ErrorKind::Unexpected { problem }))
            }
        }
    }

    fn ask_page(&self, listing: &Listing<'_>, place: Place) -> Result<Reply, Error> {
        let (skip, page) = (place.skip.to_string(), place.page.to_string());
        let limit = listing.style.limit().to_string();
        let place: [(&str, &str); 2] = match listing.style {
            Style::SkipLimit { .. } => [("limit", &limit), ("skip", &skip)],
            Style::OffsetLimit { .. } => [("limit", &limit), ("offset", &skip)],
            Style::Pages { .. } => [("page", &page), ("pageSize", &limit)],
            Style::Search { limit, body } => {
                return self.read(listing.path, &[], Some(&body(place.skip, limit)));
            }
        };
        let query: Vec<_> = listing.query.iter().chain(&place).copied().collect();
        self.read(listing.path, &query, None)
    }
}

impl Style<'_> {
    fn limit(&self) -> usize {
        match self {
            Self::SkipLimit { limit }
            | Self::OffsetLimit { limit }
            | Self::Search { limit, .. } => *limit,
            Self::Pages { page_size } => *page_size,
        }
    }

    fn method(&self) -> &'static str {
        if matches!(self, Self::Search { .. }) { "POST" } else { "GET" }
    }

    /// Whether a page is named by its number rather than by its first item.
    fn is_numbered(&self) -> bool {
        matches!(self, Self::Pages { .. })
    }
}

/// Where a page begins, as an item and as a page number; a route uses one of them.
#[derive(Clone, Copy)]
struct Place {
    skip: usize,
    page: usize,
}

impl Place {
    /// This place and those behind it that can be fetched at the same time.
    fn ahead(self, stride: usize, total: u64, listing: &Listing<'_>, parallel: usize) -> Vec<Self> {
        let wanted = usize::try_from(total).unwrap_or(usize::MAX).min(listing.max_items);
        let pages = wanted.saturating_sub(self.skip).div_ceil(stride).clamp(1, parallel);
        (0..pages)
            .map(|step| Self { skip: self.skip + step * stride, page: self.page + step })
            .collect()
    }
}

/// Whether as much has come as the platform counts.
#[derive(Clone, Copy, PartialEq)]
enum Reached {
    NotYet,
    /// Its count is reached, but may not be that of the whole list.
    Perhaps,
    Surely,
}

/// `a.b` as a JSON pointer; nothing for nothing.
fn pointer(dotted: &str) -> Option<String> {
    (!dotted.is_empty()).then(|| format!("/{}", dotted.replace('.', "/")))
}

/// A count, which some routes send as a string or a float.
fn count(value: &Value) -> Option<u64> {
    let float = || match value {
        Value::String(text) => text.trim().parse().ok(),
        other => other.as_f64(),
    };
    let whole = |float: &f64| *float >= 0.0 && float.fract() == 0.0;
    value.as_u64().or_else(|| float().filter(whole).map(|float| float as u64))
}
