//! What a call wants to see of a list, the same for every list tool.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use serde_json::{Map, Value, json};

use crate::nearest::nearest;
use crate::tools::shown::{Shape, ToolError, lookup};
use crate::tools::told::{Arguments, Kind, Parameter};

/// The parameters that every list tool has.
pub static PARAMETERS: &[Parameter] = &[
    Parameter::optional("limit", Kind::Integer { min: 1, max: i64::MAX }, "Maximum of items"),
    Parameter::optional("offset", Kind::Integer { min: 0, max: i64::MAX }, "Number to skip"),
    Parameter::optional("fields", Kind::List(&Kind::Name), "Only these fields"),
    Parameter::optional("count_by", Kind::Name, "Field to count by"),
];

/// What a call wants to see of a list.
pub struct View<'a> {
    /// Items to leave out at the beginning.
    pub offset: usize,
    /// Items to show; none: as many as fit.
    pub limit: Option<usize>,
    /// The field by whose values all are counted instead.
    pub count_by: Option<&'a str>,
    fields: Vec<&'a str>,
}

impl<'a> View<'a> {
    /// What these arguments want.
    pub fn of(arguments: &'a Arguments) -> Self {
        let number = |name| arguments.maybe_integer(name).and_then(|n| usize::try_from(n).ok());
        Self {
            offset: number("offset").unwrap_or(0),
            limit: number("limit"),
            count_by: arguments.maybe_text("count_by"),
            fields: arguments.texts("fields"),
        }
    }

    /// Whether it names fields, which not every record may have.
    pub fn names_fields(&self) -> bool {
        !self.fields.is_empty() || self.count_by.is_some()
    }

    /// Of what the item shows that much which it may be asked for.
    pub fn part(&self, shape: &Shape, item: &Value) -> Value {
        let mut shown = shape.project(item);
        if let (true, Value::Object(fields)) = (self.names_fields(), &mut shown) {
            let wanted = self.count_by.map_or_else(|| self.fields.clone(), |field| vec![field]);
            fields.retain(|name, _| {
                let is = |wanted: &str| plain(wanted) == plain(name);
                wanted.iter().any(|wanted| is(wanted) || wanted.split('.').next().is_some_and(is))
            });
        }
        shown
    }

    /// The parts of items as they are shown, where `more` are the names of their other fields.
    ///
    /// # Errors
    /// When a field is wanted that there is not.
    pub fn shown(
        &self,
        shape: &Shape,
        more: &BTreeSet<String>,
        mut parts: Vec<Value>,
    ) -> Result<Vec<Value>, ToolError> {
        let fields = self
            .fields
            .iter()
            .map(|field| known(shape, more, "fields", field))
            .collect::<Result<Vec<_>, _>>()?;
        if !fields.is_empty() {
            for item in &mut parts {
                let pick = |field: &String| (field.clone(), held(item, field));
                *item = Value::Object(fields.iter().map(pick).collect());
            }
        }
        Ok(parts)
    }
}

/// Parts of items, each with how many have it. As text, for there may be as many as items.
#[derive(Debug, Default)]
pub struct Tally(HashMap<String, Count>);

#[derive(Clone, Copy, Debug)]
struct Count {
    /// How many other parts came before.
    place: usize,
    items: usize,
}

impl Tally {
    /// Counts one more item with this part.
    pub fn add(&mut self, part: &Value) {
        self.add_text(part.to_string(), 1);
    }

    /// Counts all that another one has counted.
    pub fn join(&mut self, other: Self) {
        for (part, Count { items, .. }) in other.in_order() {
            self.add_text(part, items);
        }
    }

    fn add_text(&mut self, part: String, items: usize) {
        let place = self.0.len();
        self.0.entry(part).or_insert(Count { place, items: 0 }).items += items;
    }

    fn in_order(self) -> Vec<(String, Count)> {
        let mut order: Vec<_> = self.0.into_iter().collect();
        order.sort_unstable_by_key(|(_, count)| count.place);
        order
    }
}

/// How many items have each value of `field`, the most frequent first: how many such values there are,
/// and those in this window.
///
/// # Errors
/// When no item has such a field.
pub fn counts(
    shape: &Shape,
    more: &BTreeSet<String>,
    parts: Tally,
    field: &str,
    window: Range<usize>,
) -> Result<(usize, Vec<Value>), ToolError> {
    let field = known(shape, more, "count_by", field)?;
    let read = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    let mut values = Tally::default();
    for (part, count) in parts.in_order() {
        values.add_text(held(&read(&part), &field).to_string(), count.items);
    }
    let mut order = values.in_order();
    // What is equally frequent stays in the order of the list.
    order.sort_by_key(|(_, count)| std::cmp::Reverse(count.items));
    let row = |(value, count): &(String, Count)| {
        let count = ("count".to_owned(), json!(count.items));
        Value::Object(Map::from_iter([(field.clone(), read(value)), count]))
    };
    let shown = order.iter().skip(window.start).take(window.len()).map(row).collect();
    Ok((order.len(), shown))
}

fn held(item: &Value, field: &str) -> Value {
    item.get(field).or_else(|| lookup(item, field)).cloned().unwrap_or_default()
}

/// A name as it is understood: in any case, and with the dashes that older records have.
fn plain(name: &str) -> String {
    name.to_lowercase().replace(['-', '_'], "")
}

/// The field that `wanted` names: one of the shape, one that the platform gives beside them where the
/// shape passes these on, or what stands below one of them, dots between the levels.
fn known(
    shape: &Shape,
    more: &BTreeSet<String>,
    parameter: &str,
    wanted: &str,
) -> Result<String, ToolError> {
    let names = shape.fields.iter().map(|field| field.name);
    let names: Vec<&str> = names.chain(more.iter().map(String::as_str)).collect();
    let (first, below) = wanted.split_once('.').unwrap_or((wanted, ""));
    for (name, rest) in [(wanted, ""), (first, below)] {
        let found = names
            .iter()
            .find(|known| **known == name)
            .or_else(|| names.iter().find(|known| plain(known) == plain(name)));
        if let Some(found) = found {
            let dot = if rest.is_empty() { "" } else { "." };
            return Ok(format!("{found}{dot}{rest}"));
        }
    }
    let hint = match nearest(wanted, names.iter().copied()) {
        Some(close) => format!("did you mean '{close}'?"),
        None => format!("there are: {}", names.join(", ")),
    };
    Err(ToolError::invalid(format!("'{parameter}': no field is called '{wanted}'; {hint}")))
}
