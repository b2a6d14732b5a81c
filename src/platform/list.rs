//! Lists that come in pages.

use std::ops::ControlFlow;

use serde_json::Value;

use super::api::Api;
use super::error::{Error, ErrorKind};
use super::path::Path;
use super::text;
use crate::limits;

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

/// What was collected.
#[derive(Clone, Debug, PartialEq)]
pub struct Listed {
    /// The items in the platform's order.
    pub items: Vec<Value>,
    /// How many there are: by the platform's own count, unless reading to the end showed another.
    pub total: Option<u64>,
    /// Whether there were more than [`Listing::max_items`].
    pub truncated: bool,
}

impl Api<'_> {
    /// Collects a list, several pages at a time.
    ///
    /// Goes on by what was received rather than by what was asked for, because the platform caps
    /// pages as it likes. Ends at an empty page, or at one that repeats the page before or the first
    /// (a route that ignores its paging parameters, or begins again), or when the platform's count is
    /// reached. A count that may be that of the page alone is not believed: once more is asked then.
    ///
    /// # Errors
    ///
    /// That of the first page that failed; [`ErrorKind::Unexpected`] when a page holds no list.
    pub fn list(&self, listing: &Listing<'_>) -> Result<Listed, Error> {
        let mut all = Vec::new();
        let mut truncated = false;
        let total = self.walk(listing, limits::PLATFORM_PARALLEL_PAGES, |mut page, more| {
            let room = listing.max_items.saturating_sub(all.len());
            truncated = page.len() > room || (page.len() == room && more);
            page.truncate(room);
            all.append(&mut page);
            if all.len() >= listing.max_items {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })?;
        Ok(Listed { items: all, total, truncated })
    }

    /// The first item that `wanted` accepts, reading no further than its page.
    ///
    /// # Errors
    ///
    /// As [`Api::list`].
    pub fn find(
        &self,
        listing: &Listing<'_>,
        wanted: impl Fn(&Value) -> bool,
    ) -> Result<Option<Value>, Error> {
        let mut found = None;
        let mut seen = 0;
        self.walk(listing, 1, |page, _| {
            seen += page.len();
            found = page.into_iter().find(|item| wanted(item));
            if found.is_some() || seen >= listing.max_items {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })?;
        Ok(found)
    }

    /// Hands every page in order to `visit`, with whether more are expected, and returns how many
    /// items there are, as far as that is known.
    fn walk(
        &self,
        listing: &Listing<'_>,
        parallel: usize,
        mut visit: impl FnMut(Vec<Value>, bool) -> ControlFlow<()>,
    ) -> Result<Option<u64>, Error> {
        let mut parallel = parallel;
        let mut next = Place { skip: 0, page: 1 };
        // How long the platform makes its pages: it caps what is asked for.
        let mut stride = None;
        let mut total: Option<u64> = None;
        let mut reached = Reached::NotYet;
        let mut seen = Repeats::default();
        loop {
            let places = match (stride, total) {
                (Some(stride), Some(total)) => next.ahead(stride, total, listing, parallel),
                _ => vec![next],
            };
            let pages = match self.pages(listing, &places) {
                // By the platform's count there is no such page; it may well say so.
                Err(error) if reached == Reached::Perhaps && error.status().is_some() => {
                    log::debug!("the list ends by its count, and behind it: {error}");
                    return Ok(total);
                }
                pages => pages?,
            };
            for (place, page) in places.iter().zip(pages) {
                if !listing.style.is_numbered() && place.skip != next.skip {
                    // A shorter page came before, so this one began at the wrong item.
                    parallel = 1;
                    break;
                }
                let length = page.items.len();
                if length == 0 {
                    // Where the list ends it was counted, whatever the platform says.
                    return Ok(total.or(page.total).map(|_| next.skip as u64));
                }
                if seen.has(&page.items) {
                    return Ok(total.or(page.total).map(|total| total.max(next.skip as u64)));
                }
                let full = length >= *stride.get_or_insert(length);
                next = Place { skip: next.skip + length, page: next.page + 1 };
                let received = next.skip as u64;
                let before = total;
                total = page.total.or(total);
                // A count is that of the whole list when it was the same before, and the last page a
                // short one; else it may count this page, or all so far.
                let plain = length == 1 || (before == total && !full);
                reached = match total {
                    Some(total) if received == total && plain => Reached::Surely,
                    Some(total) if received >= total => Reached::Perhaps,
                    _ => Reached::NotYet,
                };
                let more = reached != Reached::Surely;
                if visit(page.items, more).is_break() || !more {
                    return Ok(total);
                }
            }
        }
    }

    /// Fetches pages, each on its own thread when there are several.
    fn pages(&self, listing: &Listing<'_>, places: &[Place]) -> Result<Vec<Page>, Error> {
        if let [place] = places {
            return Ok(vec![self.page(listing, *place)?]);
        }
        std::thread::scope(|threads| {
            let running: Vec<_> = places
                .iter()
                .map(|place| threads.spawn(move || self.page(listing, *place)))
                .collect();
            running
                .into_iter()
                .map(|thread| {
                    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
                })
                .collect()
        })
    }

    fn page(&self, listing: &Listing<'_>, place: Place) -> Result<Page, Error> {
        let (skip, page) = (place.skip.to_string(), place.page.to_string());
        let limit = listing.style.limit().to_string();
        let place: [(&str, &str); 2] = match listing.style {
            Style::SkipLimit { .. } => [("limit", &limit), ("skip", &skip)],
            Style::OffsetLimit { .. } => [("limit", &limit), ("offset", &skip)],
            Style::Pages { .. } => [("page", &page), ("pageSize", &limit)],
            Style::Search { limit, body } => {
                let answer = self.search(listing.path, &body(place.skip, limit))?;
                return self.split(listing, "POST", answer);
            }
        };
        let query: Vec<_> = listing.query.iter().chain(&place).copied().collect();
        let answer = self.get(listing.path, &query)?;
        self.split(listing, "GET", answer)
    }

    /// Takes the items and the count out of an answer.
    fn split(
        &self,
        listing: &Listing<'_>,
        method: &'static str,
        mut answer: Value,
    ) -> Result<Page, Error> {
        let total = pointer(listing.total).and_then(|at| count(answer.pointer(&at)?));
        // Nothing beside an error is no empty list.
        let failed = answer.get("error").is_some_and(|error| !error.is_null());
        let found = match &mut answer {
            Value::Array(items) => Some(std::mem::take(items)),
            Value::Object(_) => match pointer(listing.items).and_then(|at| answer.pointer_mut(&at))
            {
                Some(Value::Array(items)) => Some(std::mem::take(items)),
                Some(Value::Null) if !failed => Some(Vec::new()),
                _ => None,
            },
            Value::Null => Some(Vec::new()),
            _ => None,
        };
        match found {
            Some(items) => Ok(Page { items, total }),
            None => {
                let said = text::summary(answer.to_string().as_bytes());
                let problem = format!("no list at '{}', but: {said}", listing.items);
                let target = self.target(method, listing.path);
                Err(Error::new(target, ErrorKind::Unexpected { problem }))
            }
        }
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

/// The pages that a page may repeat: the first, and the one before it.
#[derive(Default)]
struct Repeats {
    first: Option<Vec<String>>,
    last: Option<Vec<String>>,
}

impl Repeats {
    /// Whether these items came before as a page of their own, in any order; remembers them.
    fn has(&mut self, items: &[Value]) -> bool {
        let marks = Some(marks(items));
        let has = marks == self.first || marks == self.last;
        if self.first.is_none() {
            self.first.clone_from(&marks);
        }
        self.last = marks;
        has
    }
}

/// What the items of a page are known by, sorted: their ids or names where these tell them apart, for
/// other fields may change from one moment to the next; otherwise all they hold.
fn marks(items: &[Value]) -> Vec<String> {
    let by = |mark: &dyn Fn(&Value) -> Option<String>| {
        let mut marks: Vec<String> = items.iter().map(mark).collect::<Option<_>>()?;
        marks.sort_unstable();
        Some(marks)
    };
    let tell_apart = |marks: &Vec<String>| {
        marks.len() > 1 && !marks.windows(2).any(|pair| matches!(pair, [a, b] if a == b))
    };
    ["_id", "id", "name"]
        .iter()
        .filter_map(|name| by(&|item| item.get(name).map(Value::to_string)))
        .find(tell_apart)
        .or_else(|| by(&|item| Some(item.to_string())))
        .unwrap_or_default()
}

struct Page {
    items: Vec<Value>,
    total: Option<u64>,
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
