//! Lists that come in pages, as a file tells of them.

use serde_json::Value;

use super::pointer::Pointer;
use crate::bindings::files::{Key, Part};
use crate::limits;
use crate::nearest::nearest;
use crate::platform::Path;
use crate::tools::asked::{Listing, Paging, Source};

/// The keys of `pages`.
pub const KEYS: &[Key] = &[
    ("by", "How the route takes its place in the list, see below; required"),
    (
        "items",
        "Where the items stand in an answer: `/data`; otherwise the answer itself is the list",
    ),
    ("total", "Where the number of all items stands: `/metadata/total`"),
    ("size", "Items asked for at a time; otherwise 100"),
    ("in", "The object of the body that takes `start` and `limit`; required for search"),
];

/// The ways of `by`, with what they mean.
pub const WAYS: &[Key] = &[
    ("skip", "Query parameters `skip` and `limit`"),
    ("offset", "Query parameters `offset` and `limit`"),
    ("number", "Query parameters `page`, from 1, and `pageSize`"),
    ("search", "A POST of a body, whose object `in` takes `start` and `limit`"),
    ("whole", "The route gives everything in one answer"),
];

/// Where a list stands and how it is paged.
#[derive(Clone, Debug)]
pub struct Pages {
    by: &'static str,
    items: String,
    total: String,
    size: usize,
    window: String,
}

impl Pages {
    /// Reads `pages`; what is wrong with it is noted.
    pub fn read(part: &Part<'_>) -> Option<Self> {
        part.object(KEYS)?;
        let by = part.get("by");
        if by.is_none() {
            part.wrong("'by' is missing: how the route takes its place in the list");
        }
        let by = by?;
        let said = by.text()?;
        let Some((way, _)) = WAYS.iter().find(|(way, _)| *way == said) else {
            let ways = || WAYS.iter().map(|(way, _)| *way);
            let hint = match nearest(said, ways()) {
                Some(close) => format!("did you mean '{close}'?"),
                None => format!("there are: {}", ways().collect::<Vec<_>>().join(", ")),
            };
            return by.misread(&format!("a way of paging ({hint})"));
        };
        let window = part.get("in").and_then(|part| part.text()).unwrap_or_default().to_owned();
        if (*way == "search") == window.is_empty() {
            part.wrong("'in' belongs to \"by\": \"search\", which needs it");
        }
        let place = |key: &str| part.get(key).map_or_else(String::new, |part| place(&part));
        Some(Self {
            by: way,
            items: place("items"),
            total: place("total"),
            size: part.get("size").map_or(Some(100), |part| part.number(1, limits::PAGE_SIZE))?,
            window,
        })
    }

    /// Whether its pages are asked for by POST, and then the key of the body that says which.
    pub fn window(&self) -> Option<&str> {
        (self.by == "search").then_some(&self.window)
    }

    /// The list at `path`, asked for with this query or body.
    pub fn listing<'a>(
        &'a self,
        path: Path,
        query: &'a [(String, String)],
        body: Option<Value>,
    ) -> Listing<'a> {
        let paging = match self.by {
            "skip" => Paging::Skip,
            "offset" => Paging::Offset,
            "number" => Paging::Numbered,
            "search" => Paging::Search(&self.window),
            _ => Paging::Whole,
        };
        let source = Source::new("", &self.items, &self.total).paged(paging, self.size);
        let mut listing = source.at(path).searched(body.unwrap_or_default());
        for (name, value) in query {
            listing = listing.with(name, value.as_str());
        }
        listing
    }
}

/// A place of plain keys, dots between them.
fn place(part: &Part<'_>) -> String {
    // An empty pointer is the whole.
    let pointer = Pointer::parse(part.value.as_str().unwrap_or("x"));
    let dotted = pointer.ok().and_then(|pointer| pointer.dotted());
    dotted
        .or_else(|| part.misread("a place such as \"/data\", without '*' and dots"))
        .unwrap_or_default()
}
