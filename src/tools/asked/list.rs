//! A list tool as a row: where its items come from, how they are chosen, what is shown of them.

use serde_json::{Map, Value};

use super::filter::{Chosen, Filter};
use super::kept::{Kept, Wish};
use super::source::{Listing, Source};
use super::view::{PARAMETERS, View, counts};
use crate::limits;
use crate::platform::Gather;
use crate::tools::context::Context;
use crate::tools::shown::{Outcome, Page, Shape, ToolError};
use crate::tools::told::{Arguments, Parameter};

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
    /// The order, where it is not the platform's.
    pub newest: Option<Newest>,
    /// What is computed of each record before anything else.
    pub prepare: Option<fn(Value) -> Value>,
    /// What the arguments mean, where that is not what they say.
    pub meaning: Option<Meaning>,
    /// What is to be said of the items that are shown.
    pub tell: Option<Tell>,
}

/// What arguments mean.
type Meaning = for<'a> fn(&Context<'_>, &Arguments<'a>) -> Result<Arguments<'a>, ToolError>;

/// What is to be said of some items.
type Tell = fn(&[Value]) -> Option<String>;

/// Where the items of a list tool come from.
#[derive(Clone, Copy, Debug)]
pub enum From {
    /// A list on the platform.
    Source(Source<'static>),
    /// A list on the platform that the arguments lead to.
    Below(fn(&Context<'_>, &Arguments) -> Result<Listing<'static>, ToolError>),
    /// What the tool puts together of several answers.
    Made(fn(&Context<'_>, &Arguments) -> Result<Made, ToolError>),
}

/// The newest first.
#[derive(Clone, Copy, Debug)]
pub struct Newest {
    /// Where a record holds the time that counts.
    pub by: &'static str,
    /// Query parameters that ask the platform for this order.
    pub query: &'static [(&'static str, &'static str)],
}

/// Items that a tool has put together.
#[derive(Clone, Debug, Default)]
pub struct Made {
    /// The items.
    pub items: Vec<Value>,
    /// What the reader should know about them.
    pub notes: Vec<String>,
}

impl Made {
    /// Items, and that there may be more of what they were made of when that was cut.
    pub fn of(items: Vec<Value>, truncated: bool) -> Self {
        Self { items, notes: truncated.then(cut).into_iter().collect() }
    }
}

/// What was read of a list.
struct Read<'a> {
    items: Kept<'a>,
    /// How many there are in all.
    total: Option<u64>,
    /// Whether there are more than these.
    more: bool,
    notes: Vec<String>,
}

impl<'a> Read<'a> {
    /// Everything that there is.
    fn all(items: Kept<'a>, notes: Vec<String>) -> Self {
        Self { total: Some(items.fitting as u64), items, more: false, notes }
    }
}

impl List {
    /// Everything in a list of the platform.
    pub const fn of(source: Source<'static>, shape: &'static Shape) -> Self {
        Self::from(From::Source(source), shape)
    }

    /// Everything in the list that the arguments lead to.
    pub const fn below(
        listing: fn(&Context<'_>, &Arguments) -> Result<Listing<'static>, ToolError>,
        shape: &'static Shape,
    ) -> Self {
        Self::from(From::Below(listing), shape)
    }

    /// Everything that this function puts together.
    pub const fn made(
        make: fn(&Context<'_>, &Arguments) -> Result<Made, ToolError>,
        shape: &'static Shape,
    ) -> Self {
        Self::from(From::Made(make), shape)
    }

    const fn from(from: From, shape: &'static Shape) -> Self {
        Self {
            from,
            shape,
            under: "",
            filters: &[],
            newest: None,
            prepare: None,
            meaning: None,
            tell: None,
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

    /// The same list, the newest by this time first, whatever order the platform gives; `query` asks
    /// it for that order.
    pub const fn newest_first(
        mut self,
        by: &'static str,
        query: &'static [(&'static str, &'static str)],
    ) -> Self {
        self.newest = Some(Newest { by, query });
        self
    }

    /// The same list with something computed of each record.
    pub const fn prepared(mut self, prepare: fn(Value) -> Value) -> Self {
        self.prepare = Some(prepare);
        self
    }

    /// The same list, asked for what the arguments mean.
    pub const fn meaning(mut self, meaning: Meaning) -> Self {
        self.meaning = Some(meaning);
        self
    }

    /// The same list, of whose shown items something is said.
    pub const fn telling(mut self, tell: Tell) -> Self {
        self.tell = Some(tell);
        self
    }

    /// The parameters that a tool has because it gives this list.
    pub fn parameters(&self) -> impl Iterator<Item = &'static Parameter> + use<> {
        self.filters.iter().map(|filter| &filter.parameter).chain(PARAMETERS)
    }

    /// Reads, filters, sorts, counts and cuts the list, in this order.
    ///
    /// # Errors
    /// When the platform could not be read, or an argument fits nothing that is there.
    pub fn read(&self, context: &Context<'_>, arguments: &Arguments) -> Result<Outcome, ToolError> {
        let meant = self.meaning.map(|meaning| meaning(context, arguments)).transpose()?;
        let arguments = meant.as_ref().unwrap_or(arguments);
        let view = View::of(arguments);
        let chosen = Chosen::of(self.filters, arguments)?;
        let limit = view.limit.or(context.max_items).unwrap_or(usize::MAX);
        let enough = match view.count_by {
            None => view.offset.saturating_add(limit),
            Some(_) => usize::MAX,
        };
        let wish = |asked| Wish {
            shape: self.shape,
            prepare: self.prepare,
            newest: self.newest.map(|newest| newest.by),
            chosen: &chosen,
            asked,
            view: &view,
            limit,
            bytes: context.max_bytes,
        };
        let (asked, unasked) = (wish(true), wish(false));
        let mut read = self.gather(context, arguments, &chosen, &asked, enough)?;
        if read.items.fitting == 0 && !chosen.is_empty() {
            self.look_around(context, arguments, &unasked, &mut read)?;
        }
        let Read { mut items, mut total, mut more, mut notes } = read;
        let names = std::mem::take(&mut items.more);
        let shown = match view.count_by {
            Some(field) => {
                notes.push(format!("{} counted by {field}.", items.fitting));
                let window = view.offset..view.offset.saturating_add(limit);
                let (all, shown) = counts(self.shape, &names, items.tally, field, window)?;
                total = Some(all as u64);
                more |= view.offset.saturating_add(shown.len()) < all;
                shown
            }
            None => {
                let fitting = items.fitting;
                let parts = items.into_shown()?;
                more |= view.offset.saturating_add(parts.len()) < fitting;
                view.shown(self.shape, &names, parts)?
            }
        };
        let unused = |filter: &&Filter| {
            let name = filter.parameter.name;
            arguments.value(name).is_null() || arguments.text(name).is_empty()
        };
        let page = Page {
            under: self.under,
            offset: view.offset,
            total,
            more,
            narrow: self.filters.iter().filter(unused).map(|f| f.parameter.name).collect(),
        };
        notes.extend(self.tell.and_then(|tell| tell(&shown)));
        let value = Value::Array(shown);
        let value = match self.under {
            "" => value,
            key => Map::from_iter([(key.to_owned(), value)]).into(),
        };
        Ok(Outcome { value, note: None, page: Some(page) }.noted(notes))
    }

    /// What is wanted of the list, in order: everything, or `enough` items of it where these can be
    /// told without reading the rest.
    fn gather<'a>(
        &self,
        context: &Context<'_>,
        arguments: &Arguments,
        chosen: &[Chosen],
        wish: &'a Wish<'a>,
        enough: usize,
    ) -> Result<Read<'a>, ToolError> {
        let mut listing = match self.from {
            From::Source(source) => source.listing(),
            From::Below(listing) => listing(context, arguments)?,
            From::Made(make) => {
                let made = make(context, arguments)?;
                let mut items = Kept::new(wish);
                for item in made.items {
                    items.take(item, 0);
                }
                return Ok(Read::all(items, made.notes));
            }
        };
        let plain = listing.clone();
        for (name, value) in chosen.iter().flat_map(Chosen::query) {
            listing = listing.with(name, value);
        }
        for (name, value) in self.newest.map_or(&[][..], |newest| newest.query) {
            listing = listing.with(name, *value);
        }
        let asked = chosen.iter().all(|chosen| !chosen.query().is_empty())
            && self.newest.is_none_or(|newest| !newest.query.is_empty());
        if asked && enough < limits::LIST_ITEMS {
            let read = self.beginning(context, &listing, chosen, wish, enough)?;
            let right = (chosen.is_empty() || read.items.all_fit())
                && (self.newest.is_none() || read.items.in_order);
            // One filter that changes the platform's count is one that it knows.
            let known = || -> Result<bool, ToolError> {
                let all = plain.at_most(1).read(context)?.total;
                Ok(all.is_some() && read.total.is_some() && all != read.total)
            };
            if !read.more {
                return Ok(Read::all(read.items, read.notes));
            }
            if right && (chosen.is_empty() || (chosen.len() == 1 && known()?)) {
                return Ok(read);
            }
        }
        let listed = listing.gather(context, Kept::new(wish))?;
        Ok(Read::all(listed.items, listed.truncated.then(cut).into_iter().collect()))
    }

    /// The first items as the platform has them, and whether there are more.
    fn beginning<'a>(
        &self,
        context: &Context<'_>,
        listing: &Listing<'_>,
        chosen: &[Chosen],
        wish: &'a Wish<'a>,
        enough: usize,
    ) -> Result<Read<'a>, ToolError> {
        // What the platform makes of a filter or an order shows in more than one item.
        let least =
            if chosen.is_empty() && self.newest.is_none() { 1 } else { limits::PROBE_ITEMS };
        let enough = enough.max(least);
        let (listed, more) = listing.beginning(context, enough, || Kept::new(wish))?;
        Ok(Read { items: listed.items, total: listed.total, more, notes: Vec::new() })
    }

    /// Finds what fits without the platform's own filter, which may mind the case, or else says what
    /// there is.
    fn look_around<'a>(
        &self,
        context: &Context<'_>,
        arguments: &Arguments,
        wish: &'a Wish<'a>,
        read: &mut Read<'a>,
    ) -> Result<(), ToolError> {
        let unfiltered = arguments.without(self.filters.iter().map(|f| f.parameter.name));
        let all = self.gather(context, &unfiltered, &[], wish, limits::HINT_ITEMS)?;
        if all.items.fitting > 0 && !all.more {
            *read = Read::all(all.items, all.notes);
            return Ok(());
        }
        let there = wish.chosen.iter().zip(&all.items.there);
        let said: Vec<String> = there.filter_map(|(chosen, there)| chosen.instead(there)).collect();
        read.notes.push(match all.items.seen {
            0 => "There are none, with or without a filter.".to_owned(),
            _ if said.is_empty() => "Nothing fits all of the filters together.".to_owned(),
            _ => said.join(" "),
        });
        Ok(())
    }
}

/// That a list was longer than any list may be.
fn cut() -> String {
    format!("Only the first {} were read; the platform has more.", limits::LIST_ITEMS)
}
