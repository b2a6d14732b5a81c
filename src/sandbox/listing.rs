//! Lists as the platform serves them: filtered, sorted, paged, reduced to the fields asked for.
//!
//! A filter the route does not know is ignored and everything comes back, as on the platform.

use std::cmp::Ordering;

use serde_json::{Map, Value, json};

use crate::sandbox::answer::{Answer, Answered, Refusal};
use crate::sandbox::incoming::Incoming;
use crate::sandbox::query::Query;
use crate::sandbox::world::World;

/// How one route lists one collection.
pub struct Listing {
    /// The collection of the world.
    pub collection: &'static str,
    /// How filters are written.
    pub filters: Filters,
    /// The fields a filter may name; dots reach into objects.
    pub fields: &'static [&'static str],
    /// The fields that filter by their mere name, as in `enabled=true`.
    pub bare: &'static [&'static str],
    /// How pages are asked for.
    pub paging: Paging,
    /// Rows when the caller asks for none in particular.
    pub default_limit: usize,
    /// Most rows of one page, whatever the caller asks for.
    pub max_limit: usize,
    /// The object around the rows.
    pub envelope: fn(Page) -> Value,
}

/// How a route lets callers filter.
#[derive(Clone, Copy, PartialEq)]
pub enum Filters {
    /// `equals=x&equalsField=name`.
    Pairs,
    /// `equals[name]=x`.
    Brackets,
}

/// How a route lets callers page.
#[derive(Clone, Copy, PartialEq)]
pub enum Paging {
    /// `skip` and `limit`.
    Skip,
    /// `offset` and `limit`.
    Offset,
    /// `page`, from 1, and `pageSize`.
    Numbered,
}

/// One page of rows.
pub struct Page {
    /// The rows of this page.
    pub rows: Vec<Value>,
    /// Rows before this page.
    pub skip: usize,
    /// Most rows this page could have had.
    pub limit: usize,
    /// Rows of all pages.
    pub total: usize,
}

impl Listing {
    /// One page of the whole collection.
    pub fn answer(&self, world: &World, call: &Incoming) -> Answered {
        self.answer_from(world.rows(self.collection).iter(), world, call)
    }

    /// One page of `rows`.
    pub fn answer_from<'a>(
        &self,
        rows: impl Iterator<Item = &'a Value>,
        world: &World,
        call: &Incoming,
    ) -> Answered {
        let query = &call.query;
        let filters = self.filters_of(query);
        let mut rows: Vec<&Value> =
            rows.filter(|row| filters.iter().all(|filter| filter.accepts(row))).collect();
        if let Some(field) = query.get("sort") {
            let backwards = matches!(query.get("order"), Some("-1" | "desc" | "descending"));
            sort(&mut rows, field, backwards);
        }
        let (skip, limit) = self.window(query, world.page_cap)?;
        let total = rows.len();
        let rows = rows.into_iter().skip(skip).take(limit).map(|row| project(row, query));
        Ok(Answer::from((self.envelope)(Page { rows: rows.collect(), skip, limit, total })))
    }

    fn window(&self, query: &Query, cap: Option<usize>) -> Result<(usize, usize), Refusal> {
        let most = cap.unwrap_or(self.max_limit).min(self.max_limit);
        let asked = |name| Ok(query.count(name)?.unwrap_or(self.default_limit).min(most));
        Ok(match self.paging {
            Paging::Skip => (query.count("skip")?.unwrap_or(0), asked("limit")?),
            Paging::Offset => (query.count("offset")?.unwrap_or(0), asked("limit")?),
            Paging::Numbered => {
                let size = asked("pageSize")?;
                let before = query.count("page")?.unwrap_or(1).saturating_sub(1);
                (before.saturating_mul(size), size)
            }
        })
    }

    fn filters_of<'q>(&self, query: &'q Query) -> Vec<Filter<'q>> {
        let found = query.iter().filter_map(|(name, value)| match self.filters {
            Filters::Pairs => match How::named(name) {
                Some(how) => {
                    Some(Filter { how, field: query.get(&format!("{name}Field"))?, value })
                }
                None => self.bare.contains(&name).then_some(Filter {
                    how: How::Equals,
                    field: name,
                    value,
                }),
            },
            Filters::Brackets => {
                let (how, field) = name.strip_suffix(']')?.split_once('[')?;
                Some(Filter { how: How::named(how)?, field, value })
            }
        });
        found.filter(|filter| self.fields.contains(&filter.field)).collect()
    }
}

struct Filter<'q> {
    how: How,
    field: &'q str,
    value: &'q str,
}

#[derive(Clone, Copy)]
enum How {
    Equals,
    Contains,
    StartsWith,
}

impl How {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "equals" => Self::Equals,
            "contains" => Self::Contains,
            "starts-with" | "startsWith" => Self::StartsWith,
            _ => return None,
        })
    }
}

impl Filter<'_> {
    fn accepts(&self, row: &Value) -> bool {
        let text = match at(row, self.field) {
            Value::String(text) => text.clone(),
            Value::Null => return false,
            other => other.to_string(),
        };
        match self.how {
            How::Equals => text == self.value,
            // The platform searches without regard to case: clients get more than they expect.
            How::Contains => text.to_lowercase().contains(&self.value.to_lowercase()),
            How::StartsWith => text.starts_with(self.value),
        }
    }
}

/// The value at a dotted path, or null.
pub fn at<'a>(row: &'a Value, path: &str) -> &'a Value {
    path.split('.').try_fold(row, |value, key| value.get(key)).unwrap_or(&Value::Null)
}

/// Sorts rows by a field: nulls before booleans before numbers before text.
pub fn sort(rows: &mut [&Value], field: &str, backwards: bool) {
    rows.sort_by(|a, b| {
        let order = compare(at(a, field), at(b, field));
        if backwards { order.reverse() } else { order }
    });
}

fn compare(a: &Value, b: &Value) -> Ordering {
    let rank = |value: &Value| match value {
        Value::Null => 0,
        Value::Bool(_) => 1,
        Value::Number(_) => 2,
        Value::String(_) => 3,
        Value::Array(_) | Value::Object(_) => 4,
    };
    match (a, b) {
        (Value::String(a), Value::String(b)) => a.cmp(b),
        (Value::Bool(a), Value::Bool(b)) => a.cmp(b),
        (Value::Number(a), Value::Number(b)) => {
            a.as_f64().partial_cmp(&b.as_f64()).unwrap_or(Ordering::Equal)
        }
        _ => rank(a).cmp(&rank(b)),
    }
}

/// `row` reduced as `include` or `exclude` say; ids always stay with `include`.
fn project(row: &Value, query: &Query) -> Value {
    let Value::Object(fields) = row else { return row.clone() };
    let top = |name: &str| query.get(name).map(tops);
    let kept: Map<String, Value> = match (top("include"), top("exclude")) {
        (Some(names), _) if !names.is_empty() => fields
            .iter()
            .filter(|(name, _)| name.as_str() == "_id" || names.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
        (_, Some(names)) => fields
            .iter()
            .filter(|(name, _)| !names.contains(&name.as_str()))
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect(),
        _ => fields.clone(),
    };
    Value::Object(kept)
}

/// The first parts of a comma-separated list of dotted paths.
fn tops(list: &str) -> Vec<&str> {
    list.split(',').map(|path| path.trim().split('.').next().unwrap_or_default()).collect()
}

/// `{message, data, metadata}`: Operations Manager, projects, Lifecycle Manager.
pub fn data_envelope(page: Page) -> Value {
    let next = page.skip + page.rows.len();
    json!({
        "message": "Successfully retrieved documents",
        "metadata": {
            "skip": page.skip,
            "limit": page.limit,
            "total": page.total,
            "nextPageSkip": (next < page.total).then_some(next),
            "currentPageSize": page.rows.len(),
        },
        "data": page.rows,
    })
}

/// `{results, total}`: health, integrations, accounts, metrics.
pub fn results_envelope(page: Page) -> Value {
    json!({"results": page.rows, "total": page.total})
}

/// `{items, skip, limit, total, count}`: Automation Studio.
pub fn items_envelope(page: Page) -> Value {
    let Page { rows, skip, limit, total } = page;
    json!({"count": rows.len(), "items": rows, "skip": skip, "limit": limit, "total": total})
}
