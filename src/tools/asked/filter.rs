//! Parameters that choose among the items of a list.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::limits;
use crate::nearest::distance;
use crate::time::moment;
use crate::tools::shown::{Shape, ToolError, lookup};
use crate::tools::told::{Arguments, Kind, Parameter};

/// A parameter that chooses among the items. The platform is asked to filter, and the items are
/// compared here again, because platforms ignore filters they do not know and answer with everything.
#[derive(Clone, Copy, Debug)]
pub struct Filter {
    /// The parameter. Where it takes a list, any of its values is right.
    pub parameter: Parameter,
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
    /// It is the same word, in any case.
    Word,
    /// It holds the text, in any case.
    Contains,
    /// It begins with the text.
    Begins,
    /// It is this time, or later.
    Since,
    /// It is this time, or earlier.
    Until,
}

impl Filter {
    /// Records whose `field` is the argument; `query` asks the platform.
    pub const fn exact(
        parameter: Parameter,
        field: &'static str,
        query: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self { parameter, field, matching: Matching::Exact, query, keeps_unknown: false }
    }

    /// Records whose `field` is the argument in any case; `query` asks the platform.
    pub const fn word(
        parameter: Parameter,
        field: &'static str,
        query: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self { parameter, field, matching: Matching::Word, query, keeps_unknown: false }
    }

    /// Records whose `field` holds the argument, in any case; `query` asks the platform.
    pub const fn contains(
        parameter: Parameter,
        field: &'static str,
        query: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self { parameter, field, matching: Matching::Contains, query, keeps_unknown: false }
    }

    /// Records whose time in `field` is the argument's or later.
    pub const fn since(parameter: Parameter, field: &'static str) -> Self {
        Self { parameter, field, matching: Matching::Since, query: &[], keeps_unknown: false }
    }

    /// Records whose time in `field` is the argument's or earlier.
    pub const fn until(parameter: Parameter, field: &'static str) -> Self {
        Self { parameter, field, matching: Matching::Until, query: &[], keeps_unknown: false }
    }

    /// Records whose `field` begins with the argument; `query` asks the platform.
    pub const fn begins(
        parameter: Parameter,
        field: &'static str,
        query: &'static [(&'static str, &'static str)],
    ) -> Self {
        Self { parameter, field, matching: Matching::Begins, query, keeps_unknown: false }
    }

    /// Things whose name holds the argument, in any case, found here.
    pub const fn name_contains() -> Self {
        Self::contains(NAME_CONTAINS, "name", &[])
    }

    /// The same filter, which keeps records that cannot be compared.
    pub const fn keeping_unknown(mut self) -> Self {
        self.keeps_unknown = true;
        self
    }
}

const NAME_CONTAINS: Parameter =
    Parameter::optional("name_contains", Kind::Name, "Part of the name");

/// A filter, and what a call wants of it.
pub struct Chosen {
    /// The filter.
    pub filter: &'static Filter,
    wanted: Wanted,
}

enum Wanted {
    Texts(Vec<String>),
    Moment(i64),
}

impl Chosen {
    /// Those of `filters` that are used.
    ///
    /// # Errors
    /// When a time cannot be read.
    pub fn of(filters: &'static [Filter], arguments: &Arguments) -> Result<Vec<Self>, ToolError> {
        let mut chosen = Vec::new();
        for filter in filters {
            let name = filter.parameter.name;
            let texts: Vec<String> = match filter.parameter.kind {
                Kind::List(_) => arguments.texts(name).into_iter().map(str::to_owned).collect(),
                _ => arguments.maybe_text(name).map(str::to_owned).into_iter().collect(),
            };
            let Some(first) = texts.first() else { continue };
            let wanted = match filter.matching {
                Matching::Since | Matching::Until => Wanted::Moment(time(name, first)?),
                _ => Wanted::Texts(texts),
            };
            chosen.push(Self { filter, wanted });
        }
        Ok(chosen)
    }

    /// What asks the platform to filter so; nothing when it cannot be asked.
    pub fn query(&self) -> Vec<(&'static str, String)> {
        match &self.wanted {
            Wanted::Texts(texts) if texts.len() == 1 => {
                self.filter.query.iter().map(|(name, text)| (*name, text.replace("{}", &texts[0])))
            }
            .collect(),
            _ => Vec::new(),
        }
    }

    /// Returns true if the record is wanted. `chosen`: the platform was asked for those that are.
    pub fn holds(&self, shape: &Shape, item: &Value, chosen: bool) -> bool {
        let held = self.held(shape, item);
        match (&self.wanted, held, self.filter.matching) {
            (Wanted::Texts(texts), Some(Value::String(found)), Matching::Contains) => {
                let found = found.to_lowercase();
                texts.iter().any(|text| found.contains(&text.to_lowercase()))
            }
            (Wanted::Texts(texts), Some(Value::String(found)), Matching::Begins) => {
                texts.iter().any(|text| found.starts_with(text.as_str()))
            }
            (Wanted::Texts(texts), Some(Value::String(found)), Matching::Word) => {
                texts.iter().any(|text| text.to_lowercase() == found.to_lowercase())
            }
            (Wanted::Texts(texts), Some(Value::String(found)), _) => texts.contains(found),
            (Wanted::Moment(wanted), Some(found), matching) if !found.is_null() => moment(found)
                .is_some_and(|found| match matching {
                    Matching::Since => found >= *wanted,
                    _ => found <= *wanted,
                }),
            (_, found, _) => {
                chosen && self.filter.keeps_unknown && found.is_none_or(|found| !found.is_null())
            }
        }
    }

    /// What there is instead, when nothing of what there is is wanted.
    pub fn instead(&self, there: &BTreeSet<String>) -> Option<String> {
        let Wanted::Texts(texts) = &self.wanted else { return None };
        let fits = |value: &str| {
            texts.iter().any(|text| match self.filter.matching {
                Matching::Contains => value.to_lowercase().contains(&text.to_lowercase()),
                Matching::Begins => value.starts_with(text.as_str()),
                Matching::Word => value.to_lowercase() == text.to_lowercase(),
                _ => value == text,
            })
        };
        let mut there: Vec<&str> = there.iter().map(String::as_str).collect();
        // Where this one finds something, it is another filter beside it that does not.
        if there.is_empty() || there.iter().any(|value| fits(value)) {
            return None;
        }
        let wanted = texts.join(", ");
        let near = |value: &&str| {
            let (value, wanted) = (value.to_lowercase(), wanted.to_lowercase());
            if value.len() + wanted.len() > 2 * limits::NEAREST_BYTES {
                return (true, usize::MAX);
            }
            (!value.contains(&wanted) && !wanted.contains(&value), distance(&value, &wanted))
        };
        there.sort_by_cached_key(near);
        let more = there.len().saturating_sub(limits::HINT_VALUES);
        there.truncate(limits::HINT_VALUES);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let field = self.filter.field;
        Some(format!("No {field} fits '{wanted}'; there is: {}{more}.", there.join(", ")))
    }

    /// What the record holds, which is compared, not what is shown of it.
    pub fn held<'a>(&self, shape: &Shape, item: &'a Value) -> Option<&'a Value> {
        shape.held(self.filter.field, item).or_else(|| lookup(item, self.filter.field))
    }
}

/// The moment that the argument `name` means.
fn time(name: &str, text: &str) -> Result<i64, ToolError> {
    moment(&json!(text)).ok_or_else(|| {
        ToolError::invalid(format!(
            "'{name}' must be a date or time like 2025-01-31 or 2025-01-31T08:00:00Z, not '{text}'"
        ))
    })
}

/// The time that an item holds there.
pub fn at(field: &str, item: &Value) -> Option<i64> {
    lookup(item, field).and_then(moment)
}
