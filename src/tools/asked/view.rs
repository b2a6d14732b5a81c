//! What a call wants to see of a list, the same for every list tool.

use std::collections::HashMap;

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

    /// The items as they are shown.
    ///
    /// # Errors
    /// When a field is wanted that none of `all` has.
    pub fn shown(
        &self,
        shape: &Shape,
        all: &[Value],
        items: &[Value],
    ) -> Result<Vec<Value>, ToolError> {
        let fields = self
            .fields
            .iter()
            .map(|field| known(shape, all, "fields", field))
            .collect::<Result<Vec<_>, _>>()?;
        let mut shown: Vec<Value> = items.iter().map(|item| shape.project(item)).collect();
        if !fields.is_empty() {
            for item in &mut shown {
                let pick = |field: &String| (field.clone(), held(item, field));
                *item = Value::Object(fields.iter().map(pick).collect());
            }
        }
        Ok(shown)
    }
}

/// How many items have each value of `field`, the most frequent first.
///
/// # Errors
/// When no item has such a field.
pub fn counts(shape: &Shape, items: &[Value], field: &str) -> Result<Vec<Value>, ToolError> {
    let field = known(shape, items, "count_by", field)?;
    let mut order: Vec<(Value, usize)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for item in items {
        let value = held(&shape.project(item), &field);
        let place = *places.entry(value.to_string()).or_insert_with(|| {
            order.push((value, 0));
            order.len() - 1
        });
        order[place].1 += 1;
    }
    // What is equally frequent stays in the order of the list.
    order.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    let row = |(value, count): (Value, usize)| {
        Value::Object(Map::from_iter([(field.clone(), value), ("count".to_owned(), json!(count))]))
    };
    Ok(order.into_iter().map(row).collect())
}

fn held(item: &Value, field: &str) -> Value {
    item.get(field).or_else(|| lookup(item, field)).cloned().unwrap_or_default()
}

/// The field that `wanted` names: one of the shape, one that the platform gives beside them where the
/// shape passes these on, or what stands below one of them, dots between the levels.
fn known(
    shape: &Shape,
    items: &[Value],
    parameter: &str,
    wanted: &str,
) -> Result<String, ToolError> {
    let mut names: Vec<&str> = shape.fields.iter().map(|field| field.name).collect();
    if shape.open {
        let mut more: Vec<&str> = items
            .iter()
            .filter_map(Value::as_object)
            .flat_map(|item| item.keys().map(String::as_str))
            .filter(|name| shape.passes(name))
            .collect();
        more.sort_unstable();
        more.dedup();
        names.extend(more);
    }
    let (first, below) = wanted.split_once('.').unwrap_or((wanted, ""));
    // Names are understood in any case, and with the dashes that older records have.
    let plain = |name: &str| name.to_lowercase().replace(['-', '_'], "");
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
