//! Everything the simulated platform knows and everything that is about to happen to it.

use std::collections::BTreeMap;
use std::time::Instant;

use serde_json::Value;

use super::answer::Refusal;
use super::clock::now_ms;
use super::control::Control;
use super::options::Options;
use super::seed;
use super::sessions::Sessions;
use crate::limits;

/// One kind of thing on the platform.
pub struct Collection {
    /// The name, as in `PUT /sandbox/world/{name}`.
    pub name: &'static str,
    /// The field that identifies a row.
    pub key: &'static str,
}

/// The state behind every route. One lock guards it, so each request sees and leaves a whole world.
pub struct World {
    /// How this world was asked to be.
    pub options: Options,
    /// Who is logged in.
    pub sessions: Sessions,
    /// Faults to inject and the log of requests.
    pub control: Control,
    /// Most rows of any page, when set for a test.
    pub page_cap: Option<usize>,
    /// Beginnings of paths that this platform does not have, as an older one lacks a service.
    pub absent: Vec<String>,
    /// Everything there is, by name.
    pub collections: Vec<&'static Collection>,
    rows: BTreeMap<&'static str, Vec<Value>>,
    later: Vec<Later>,
    serial: u64,
}

/// A change that happens by itself when its time has come.
struct Later {
    due: Instant,
    collection: &'static str,
    id: String,
    change: Value,
}

impl World {
    /// A fresh world.
    pub fn new(options: Options, collections: Vec<&'static Collection>) -> Self {
        let mut seeds = seed::rows();
        let rows = collections.iter();
        Self {
            rows: rows
                .map(|kind| (kind.name, seeds.remove(kind.name).unwrap_or_default()))
                .collect(),
            collections,
            sessions: Sessions::default(),
            control: Control::default(),
            page_cap: None,
            absent: Vec::new(),
            later: Vec::new(),
            serial: 0,
            options,
        }
    }

    /// Lets everything happen that was due by now, oldest first.
    pub fn tick(&mut self) {
        let now = Instant::now();
        let (mut due, waiting): (Vec<Later>, Vec<Later>) =
            std::mem::take(&mut self.later).into_iter().partition(|later| later.due <= now);
        self.later = waiting;
        due.sort_by_key(|later| later.due);
        for later in due {
            if let Some(row) = self.find_mut(later.collection, &later.id) {
                merge(row, later.change);
            }
        }
    }

    /// Merges `change` into a row after `steps` steps of simulated work.
    pub fn after(&mut self, steps: f64, collection: &'static str, id: &str, change: Value) {
        let due = Instant::now() + self.options.step.mul_f64(steps);
        self.later.push(Later { due, collection, id: id.to_owned(), change });
    }

    /// Forgets what was going to happen to a row.
    pub fn forget(&mut self, collection: &str, id: &str) {
        self.later.retain(|later| later.collection != collection || later.id != id);
    }

    /// The field that identifies a row of `collection`.
    fn key_of(&self, collection: &str) -> &'static str {
        let known = self.collections.iter().find(|kind| kind.name == collection);
        known.map_or("_id", |kind| kind.key)
    }

    /// All rows of a collection.
    pub fn rows(&self, collection: &str) -> &[Value] {
        self.rows.get(collection).map_or(&[], Vec::as_slice)
    }

    /// All rows of a collection, to change them.
    pub fn rows_mut(&mut self, collection: &'static str) -> &mut Vec<Value> {
        self.rows.entry(collection).or_default()
    }

    /// The row of `collection` whose key is `id`.
    pub fn find(&self, collection: &'static str, id: &str) -> Option<&Value> {
        let key = self.key_of(collection);
        self.rows(collection).iter().find(|row| row.get(key).and_then(Value::as_str) == Some(id))
    }

    /// The row of `collection` whose key is `id`, to change it.
    pub fn find_mut(&mut self, collection: &'static str, id: &str) -> Option<&mut Value> {
        let key = self.key_of(collection);
        self.rows_mut(collection)
            .iter_mut()
            .find(|row| row.get(key).and_then(Value::as_str) == Some(id))
    }

    /// The row with key `id`, or the platform's refusal.
    pub fn require(
        &self,
        collection: &'static str,
        what: &str,
        id: &str,
    ) -> Result<&Value, Refusal> {
        self.find(collection, id).ok_or_else(|| Refusal::not_found(what, id))
    }

    /// The row with key `id`, to change it, or the platform's refusal.
    pub fn require_mut(
        &mut self,
        collection: &'static str,
        what: &str,
        id: &str,
    ) -> Result<&mut Value, Refusal> {
        self.find_mut(collection, id).ok_or_else(|| Refusal::not_found(what, id))
    }

    /// Removes and returns the row with key `id`, or the platform's refusal.
    pub fn remove(
        &mut self,
        collection: &'static str,
        what: &str,
        id: &str,
    ) -> Result<Value, Refusal> {
        let key = self.key_of(collection);
        let rows = self.rows_mut(collection);
        let place = rows.iter().position(|row| row.get(key).and_then(Value::as_str) == Some(id));
        place.map(|place| rows.remove(place)).ok_or_else(|| Refusal::not_found(what, id))
    }

    /// Adds a row at the end of a list. Of a list that is full the oldest row goes.
    pub fn add(&mut self, collection: &'static str, row: Value) {
        let rows = self.rows_mut(collection);
        if rows.len() >= limits::LIST_ITEMS {
            rows.remove(0);
        }
        rows.push(row);
    }

    /// Adds a row at the start of a list that has the newest first, like that of jobs.
    pub fn add_newest(&mut self, collection: &'static str, row: Value) {
        let rows = self.rows_mut(collection);
        rows.truncate(limits::LIST_ITEMS - 1);
        rows.insert(0, row);
    }

    /// An id nobody has, of the 24 hexadecimal digits the platform uses.
    pub fn new_id(&mut self) -> String {
        self.serial += 1;
        format!("{:08x}{:016x}", now_ms() / 1000, self.serial)
    }
}

/// Replaces the fields of `row` that `fields` names, objects whole.
pub fn assign(row: &mut Value, fields: Value) {
    if let (Value::Object(row), Value::Object(fields)) = (row, fields) {
        row.extend(fields);
    }
}

/// Merges `change` into `row`: objects key by key, everything else replaced.
pub fn merge(row: &mut Value, change: Value) {
    match (row, change) {
        (Value::Object(fields), Value::Object(changes)) => {
            for (name, change) in changes {
                merge(fields.entry(name).or_insert(Value::Null), change);
            }
        }
        (row, change) => *row = change,
    }
}
