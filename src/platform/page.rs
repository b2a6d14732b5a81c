//! One page of a list: its items as they come, and what tells it from other pages.

use std::hash::{BuildHasher, RandomState};

use serde_json::Value;

use super::json;
use crate::sync::Lock;

/// What is made of the items of a list while they come, so that nobody need hold all of them.
pub trait Gather: Send + Sync {
    /// An empty one for the items of another page. `next`: they follow on those that are here.
    fn page(&self, next: bool) -> Self;

    /// Takes the next item, which takes so much memory: how much of that is kept.
    fn take(&mut self, item: Value, memory: usize) -> usize;

    /// Takes what a later page has given.
    fn join(&mut self, page: Self);
}

/// All items.
impl Gather for Vec<Value> {
    fn page(&self, _next: bool) -> Self {
        Self::new()
    }

    fn take(&mut self, item: Value, memory: usize) -> usize {
        self.push(item);
        memory
    }

    fn join(&mut self, mut page: Self) {
        self.append(&mut page);
    }
}

/// The pages that a page may repeat: the first, and the one before it.
#[derive(Default)]
pub(super) struct Repeats {
    /// By what all pages are marked.
    pub hasher: RandomState,
    first: Option<Vec<u64>>,
    last: Option<Vec<u64>>,
}

impl Repeats {
    /// Whether such items came before as a page of their own, in any order; remembers them.
    pub fn has(&mut self, marks: Marks) -> bool {
        let marks = Some(marks.sorted());
        let has = marks == self.first || marks == self.last;
        if self.first.is_none() {
            self.first.clone_from(&marks);
        }
        self.last = marks;
        has
    }
}

/// What the items of a page are known by: their ids or names where these tell them apart, for other
/// fields may change from one moment to the next; otherwise all they hold.
#[derive(Clone, Default)]
pub(super) struct Marks {
    by_name: [Vec<u64>; 3],
    whole: Vec<u64>,
}

impl Marks {
    fn note(&mut self, item: &Value, hasher: &RandomState) {
        for (marks, name) in self.by_name.iter_mut().zip(["_id", "id", "name"]) {
            marks.extend(item.get(name).map(|mark| hasher.hash_one(mark)));
        }
        self.whole.push(hasher.hash_one(item));
    }

    fn sorted(self) -> Vec<u64> {
        let Self { by_name, mut whole } = self;
        let tell_apart = |mut marks: Vec<u64>| {
            marks.sort_unstable();
            let same = |pair: &[u64]| matches!(pair, [a, b] if a == b);
            let apart = marks.len() > 1 && marks.len() == whole.len();
            (apart && !marks.windows(2).any(same)).then_some(marks)
        };
        by_name.into_iter().find_map(tell_apart).unwrap_or_else(|| {
            whole.sort_unstable();
            whole
        })
    }
}

#[derive(Default)]
pub(super) struct Page {
    /// How many items came.
    pub length: usize,
    /// What they are known by.
    pub marks: Marks,
    /// Bytes of memory that are kept of them.
    pub memory: usize,
    /// How many there are in all, as the platform counts.
    pub total: Option<u64>,
}

impl Page {
    /// Reads a page of which `room` items are wanted at most, and what stands around its list. None: no
    /// list stands there.
    pub fn read(
        body: &[u8],
        places: &[&[&str]],
        room: usize,
        hasher: &RandomState,
        (sink, nth): (&dyn Sink, usize),
    ) -> Result<(Option<Self>, Value), serde_json::Error> {
        let take = |page: &mut Self, item: Value, memory: usize| {
            page.marks.note(&item, hasher);
            page.length += 1;
            let kept = if page.length > room { 0 } else { sink.take(nth, item, memory) };
            page.memory += kept;
            kept
        };
        let empty = || {
            sink.begin(nth);
            Self::default()
        };
        let (page, rest, found) = json::decode_list(body, places, empty, take)?;
        Ok((found.then_some(page), rest))
    }
}

/// Where the items of several pages go at the same time.
pub(super) trait Sink: Sync {
    /// Makes room for so many pages.
    fn open(&mut self, pages: usize);
    /// Begins this page, maybe anew.
    fn begin(&self, nth: usize);
    /// Takes the next item of this page; see [`Gather::take`].
    fn take(&self, nth: usize, item: Value, memory: usize) -> usize;
    /// Takes this page to those before. Returns true if that is enough.
    fn join(&mut self, nth: usize) -> bool;
}

/// What was gathered, and what is being gathered of the next pages.
pub(super) struct Gathering<G, E> {
    /// What was gathered.
    pub all: G,
    pages: Vec<Lock<G>>,
    enough: E,
}

impl<G: Gather, E: Fn(&G) -> bool + Sync> Gathering<G, E> {
    /// Nothing more than `all` yet.
    pub fn new(all: G, enough: E) -> Self {
        Self { all, pages: Vec::new(), enough }
    }
}

impl<G: Gather, E: Fn(&G) -> bool + Sync> Sink for Gathering<G, E> {
    fn open(&mut self, pages: usize) {
        self.pages = (0..pages).map(|nth| Lock::new(self.all.page(nth == 0))).collect();
    }

    fn begin(&self, nth: usize) {
        if let Some(page) = self.pages.get(nth) {
            *page.lock() = self.all.page(nth == 0);
        }
    }

    fn take(&self, nth: usize, item: Value, memory: usize) -> usize {
        self.pages.get(nth).map_or(0, |page| page.lock().take(item, memory))
    }

    fn join(&mut self, nth: usize) -> bool {
        if let Some(page) = self.pages.get_mut(nth) {
            let none = self.all.page(false);
            self.all.join(std::mem::replace(page.get_mut(), none));
        }
        (self.enough)(&self.all)
    }
}
