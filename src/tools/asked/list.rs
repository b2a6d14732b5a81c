//! A list tool as a row: where its items come from, how they are chosen, what is shown of them.

use std::cmp::Reverse;

use serde_json::{Map, Value};

use super::source::{Listing, Source};
use crate::time::moment;
use crate::tools::context::Context;
use crate::tools::shown::{Outcome, Shape, ToolError, lookup};
use crate::tools::told::Arguments;

/// A list tool.
#[derive(Clone, Copy, Debug)]
pub struct List {
    /// Where the items come from.
    pub from: From,
    /// What is shown of each.
    pub shape: &'static Shape,
    /// The key under which they stand where the tool gives an object; empty where it gives the list
    /// itself.
    pub under: &'static str,
    /// The parameters that choose among them.
    pub filters: &'static [Filter],
    /// The time by which the newest come first; empty: in the platform's order.
    pub newest_by: &'static str,
    /// What is computed of each record before its shape is applied.
    pub prepare: Option<fn(Value) -> Value>,
}

/// Where the items of a list tool come from.
#[derive(Clone, Copy, Debug)]
pub enum From {
    /// A list on the platform.
    Source(Source),
    /// A list on the platform that the arguments lead to.
    Below(fn(&Context<'_>, &Arguments) -> Result<Listing<'static>, ToolError>),
}

/// A parameter that chooses among the items. The platform is asked to filter, and the items are
/// compared here again, because platforms ignore filters they do not know and answer with everything.
#[derive(Clone, Copy, Debug)]
pub struct Filter {
    /// The parameter's name.
    pub parameter: &'static str,
    /// What is compared: a field of the list's shape, or where a record holds it, dots between the
    /// levels.
    pub field: &'static str,
    /// When it matches.
    pub matching: Matching,
    /// Query parameters that ask the platform; `{}` stands for the argument.
    pub query: &'static [(&'static str, &'static str)],
    /// Whether a record stays whose field is missing or no text: the platform chose it, and its
    /// versions differ in what they send.
    pub keeps_unknown: bool,
}

/// When a record matches an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matching {
    /// It is the same text.
    Exact,
    /// It holds the text, in any case.
    Contains,
}

impl List {
    /// Everything in a list of the platform.
    pub const fn of(source: Source, shape: &'static Shape) -> Self {
        Self {
            from: From::Source(source),
            shape,
            under: "",
            filters: &[],
            newest_by: "",
            prepare: None,
        }
    }

    /// Everything in the list that the arguments lead to.
    pub const fn below(
        listing: fn(&Context<'_>, &Arguments) -> Result<Listing<'static>, ToolError>,
        shape: &'static Shape,
    ) -> Self {
        Self {
            from: From::Below(listing),
            shape,
            under: "",
            filters: &[],
            newest_by: "",
            prepare: None,
        }
    }

    /// The same list in an object, under this key.
    pub const fn under(mut self, key: &'static str) -> Self {
        self.under = key;
        self
    }

    /// The same list with parameters that choose.
    pub const fn filtered(mut self, filters: &'static [Filter]) -> Self {
        self.filters = filters;
        self
    }

    /// The same list, the newest by this time first, whatever order the platform gives.
    pub const fn newest_first(mut self, field: &'static str) -> Self {
        self.newest_by = field;
        self
    }

    /// The same list with something computed of each record.
    pub const fn prepared(mut self, prepare: fn(Value) -> Value) -> Self {
        self.prepare = Some(prepare);
        self
    }

    /// Reads, filters, cuts and shows the list.
    ///
    /// # Errors
    /// When the platform could not be read.
    pub fn read(&self, context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
        let mut listing = match self.from {
            From::Source(source) => source.listing(),
            From::Below(listing) => listing(context, arguments)?,
        };
        let limit = arguments.maybe_integer("limit").and_then(|limit| usize::try_from(limit).ok());
        let wanted: Vec<(&Filter, &str)> = self
            .filters
            .iter()
            .filter_map(|filter| Some((filter, arguments.maybe_text(filter.parameter)?)))
            .collect();
        for (filter, value) in &wanted {
            for (name, asked) in filter.query {
                listing = listing.with(name, asked.replace("{}", value));
            }
        }
        // With a filter the platform may not know, or an order it may not keep, what is enough is known
        // only afterwards.
        if let (Some(limit), true) = (limit, wanted.is_empty() && self.newest_by.is_empty()) {
            listing = listing.at_most(limit);
        }
        let listed = listing.read(context)?;
        let (mut items, mut total, mut truncated) = (listed.items, listed.total, listed.truncated);
        if !self.newest_by.is_empty() {
            items.sort_by_key(|item| Reverse(lookup(item, self.newest_by).and_then(moment)));
        }
        if !wanted.is_empty() || !self.newest_by.is_empty() {
            items.retain(|item| {
                wanted.iter().all(|(filter, value)| filter.holds(self.shape, item, value))
            });
            total = Some(items.len() as u64);
            items.truncate(limit.unwrap_or(usize::MAX));
            truncated = false;
        }
        if let Some(prepare) = self.prepare {
            items = items.into_iter().map(prepare).collect();
        }
        Ok(self.outcome(&items, total, truncated))
    }

    /// These items as the tool shows them, out of `total` that there are.
    pub fn outcome(&self, items: &[Value], total: Option<u64>, truncated: bool) -> Outcome {
        let mut outcome = Outcome::part(self.shape.project_all(items), total);
        if truncated && outcome.note.is_none() {
            outcome.note = Some(format!("Only the first {} are shown.", items.len()));
        }
        if !self.under.is_empty() {
            outcome.value = Map::from_iter([(self.under.to_owned(), outcome.value)]).into();
        }
        outcome
    }
}

impl Filter {
    /// Records whose `field` is the argument; `query` asks the platform.
    pub const fn exact(
        parameter: &'static str,
        field: &'static str,
        query: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self { parameter, field, matching: Matching::Exact, query, keeps_unknown: false }
    }

    /// Records whose `field` holds the argument, in any case; `query` asks the platform.
    pub const fn contains(
        parameter: &'static str,
        field: &'static str,
        query: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self { parameter, field, matching: Matching::Contains, query, keeps_unknown: false }
    }

    /// The same filter, which keeps records that cannot be compared.
    pub const fn keeping_unknown(mut self) -> Self {
        self.keeps_unknown = true;
        self
    }

    fn holds(&self, shape: &Shape, item: &Value, wanted: &str) -> bool {
        // What the record holds is compared, not what is shown of it.
        match (shape.held(self.field, item).or_else(|| lookup(item, self.field)), self.matching) {
            (Some(Value::String(found)), Matching::Exact) => found == wanted,
            (Some(Value::String(found)), Matching::Contains) => {
                found.to_lowercase().contains(&wanted.to_lowercase())
            }
            (found, _) => self.keeps_unknown && found.is_none_or(|found| !found.is_null()),
        }
    }
}
