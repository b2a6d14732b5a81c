//! What is kept of the items of a list while they come: what a call shows, and counts of the rest.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use serde_json::Value;

use super::filter::{Chosen, at};
use super::view::{Tally, View};
use crate::limits;
use crate::platform::Gather;
use crate::tools::shown::{Shape, ToolError};

/// What a call wants of the items.
pub struct Wish<'a> {
    /// What is shown of each.
    pub shape: &'static Shape,
    /// What is computed of each before anything else.
    pub prepare: Option<fn(Value) -> Value>,
    /// Where each holds the time by which the newest come first, if they do.
    pub newest: Option<&'static str>,
    /// What chooses among them.
    pub chosen: &'a [Chosen],
    /// Whether the platform was asked for those that are chosen.
    pub asked: bool,
    /// What is to be seen of them.
    pub view: &'a View<'a>,
    /// How many are shown at most.
    pub limit: usize,
    /// How many bytes of them can be shown.
    pub bytes: Option<usize>,
}

/// The items as far as they have come.
pub struct Kept<'a> {
    wish: &'a Wish<'a>,
    /// How many came.
    pub seen: usize,
    /// How many of them are chosen.
    pub fitting: usize,
    /// Whether they came with the newest first.
    pub in_order: bool,
    /// Names of fields that the shape passes on, where fields are asked for by name.
    pub more: BTreeSet<String>,
    /// Of each filter what there is, where it is for the filters that nothing was found.
    pub there: Vec<BTreeSet<String>>,
    /// Where they are counted.
    pub tally: Tally,
    /// The time of the first and of the last one.
    ends: Option<(Option<i64>, Option<i64>)>,
    parts: Vec<Part>,
    /// Bytes of the parts.
    size: usize,
    /// How many that are chosen came before the parts, and how many may.
    passed: usize,
    skip: usize,
    /// How many parts are enough, and how many bytes.
    limit: usize,
    bytes: Option<usize>,
    /// Whether no more parts are needed.
    full: bool,
}

/// What may be shown of one item.
struct Part {
    time: Option<i64>,
    size: usize,
    value: Value,
}

impl<'a> Kept<'a> {
    /// Nothing yet.
    pub fn new(wish: &'a Wish<'a>) -> Self {
        let sorted = wish.newest.is_some();
        let skip = if sorted { 0 } else { wish.view.offset };
        let bytes = wish.bytes.filter(|_| !sorted);
        let limit = if sorted { usize::MAX } else { wish.limit };
        let (more, tally) = (BTreeSet::new(), Tally::default());
        let there = vec![BTreeSet::new(); wish.chosen.len()];
        let (seen, fitting, size, passed) = (0, 0, 0, 0);
        let (in_order, ends, parts, full) = (true, None, Vec::new(), false);
        Self {
            wish,
            seen,
            fitting,
            in_order,
            more,
            there,
            tally,
            ends,
            parts,
            size,
            passed,
            skip,
            limit,
            bytes,
            full,
        }
    }

    /// Whether every one that came is chosen.
    pub fn all_fit(&self) -> bool {
        self.fitting == self.seen
    }

    /// What is shown of the items: those behind the offset, as many as are wanted and can be shown.
    ///
    /// # Errors
    /// When more had to be kept to know them than there is memory for.
    pub fn into_shown(mut self) -> Result<Vec<Value>, ToolError> {
        let view = self.wish.view;
        if self.wish.newest.is_some() {
            self.prune();
            if self.full {
                return Err(ToolError::invalid(format!(
                    "'offset': the newest items up to there take more than {} MiB; narrow the list \
                     instead",
                    limits::LIST_KEPT_BYTES >> 20
                )));
            }
            self.parts.drain(..view.offset.min(self.parts.len()));
        }
        self.parts.truncate(self.wish.limit);
        Ok(self.parts.into_iter().map(|part| part.value).collect())
    }

    fn keep(&mut self, part: Part) {
        self.size += part.size;
        self.parts.push(part);
        self.settle();
    }

    /// Sees to it that no more is kept than needed.
    fn settle(&mut self) {
        if self.wish.newest.is_none() {
            let before = (self.skip - self.passed).min(self.parts.len());
            self.passed += before;
            self.size -= self.parts.drain(..before).map(|part| part.size).sum::<usize>();
            self.full |=
                self.parts.len() >= self.limit || self.bytes.is_some_and(|most| self.size > most);
        } else if self.parts.len() / 2 > self.end().max(limits::PROBE_ITEMS) {
            self.prune();
        }
        if self.wish.newest.is_some()
            && self.wish.bytes.is_some()
            && self.size > limits::LIST_KEPT_BYTES
        {
            self.full = true;
            self.parts.clear();
        }
    }

    /// Puts the newest first, and keeps those that may be shown.
    fn prune(&mut self) {
        self.parts.sort_by_key(|part| Reverse(part.time));
        let old = self.end().min(self.parts.len());
        self.size -= self.parts.drain(old..).map(|part| part.size).sum::<usize>();
    }

    fn end(&self) -> usize {
        self.wish.view.offset.saturating_add(self.wish.limit)
    }
}

impl Gather for Kept<'_> {
    fn page(&self, next: bool) -> Self {
        let new = Self::new(self.wish);
        let sorted = self.wish.newest.is_some();
        match next {
            _ if sorted => new,
            true => Self {
                skip: self.skip - self.passed,
                limit: self.limit - self.parts.len().min(self.limit),
                bytes: self.bytes.map(|most| most.saturating_sub(self.size)),
                full: self.full,
                ..new
            },
            // How many come before these is not known yet.
            false => Self { skip: 0, limit: self.end(), bytes: None, ..new },
        }
    }

    fn take(&mut self, item: Value, _memory: usize) -> usize {
        let Wish { shape, prepare, newest, chosen, asked, view, .. } = self.wish;
        let item = match prepare {
            Some(prepare) => prepare(item),
            None => item,
        };
        self.seen += 1;
        let time = newest.and_then(|by| at(by, &item));
        let (first, last) = self.ends.unwrap_or((time, time));
        self.in_order &= last >= time;
        self.ends = Some((first, time));
        if !asked {
            for (chosen, there) in chosen.iter().zip(&mut self.there) {
                there.extend(chosen.held(shape, &item).and_then(Value::as_str).map(str::to_owned));
            }
        }
        if view.names_fields() {
            let names = item.as_object().into_iter().flat_map(|item| item.keys());
            self.more.extend(names.filter(|name| shape.passes(name)).cloned());
        }
        if !chosen.iter().all(|chosen| chosen.holds(shape, &item, *asked)) {
            return 0;
        }
        self.fitting += 1;
        if view.count_by.is_some() {
            self.tally.add(&view.part(shape, &item));
        } else if self.passed < self.skip {
            self.passed += 1;
        } else if !self.full {
            let value = view.part(shape, &item);
            // Where everything is shown its size is nobody's business.
            let size = self.wish.bytes.map_or(0, |_| value.to_string().len());
            self.keep(Part { time, size, value });
        }
        0
    }

    fn join(&mut self, page: Self) {
        self.in_order &= page.in_order;
        if let (Some((first, last)), Some((next, end))) = (self.ends, page.ends) {
            self.in_order &= last >= next;
            self.ends = Some((first, end));
        }
        self.ends = self.ends.or(page.ends);
        self.seen += page.seen;
        self.fitting += page.fitting;
        self.more.extend(page.more);
        for (there, more) in self.there.iter_mut().zip(page.there) {
            there.extend(more);
        }
        self.tally.join(page.tally);
        if !self.full {
            self.passed += page.passed;
            self.size += page.size;
            self.parts.extend(page.parts);
            self.settle();
            // What is full is the beginning of its page: nothing behind it may follow here.
            self.full |= page.full;
        }
    }
}
