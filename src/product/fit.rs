//! Making one answer shorter that is too long for a client.
//!
//! Lists become shorter first, the longest first and by whole records; then texts, with a mark where
//! they end; then whatever is left. Each kind of value stays what it was, so that the answer still
//! satisfies its schema.

use serde_json::Value;

use crate::limits;
use crate::tools::Callable;

/// What was made shorter.
#[derive(Debug, Default)]
pub struct Fitted(Vec<Cut>);

#[derive(Debug)]
struct Cut {
    place: String,
    shown: usize,
    of: usize,
    what: &'static str,
}

/// What may be cut, in this order.
#[derive(Clone, Copy, PartialEq)]
enum Stage {
    /// Lists of several records, and objects that are such lists by key; one record stays.
    Records,
    /// Long texts; their beginning stays.
    Texts,
    /// Anything below the first level.
    Rest,
}

impl Fitted {
    /// Takes about `excess` bytes, as JSON, out of `value`; false when nothing can be taken out.
    pub fn shorten(&mut self, value: &mut Value, excess: usize) -> bool {
        for stage in [Stage::Records, Stage::Texts, Stage::Rest] {
            let mut longest = (0, String::new());
            look(value, "", stage, &mut longest);
            if let (1.., place) = longest
                && let Some(part) = value.pointer_mut(&place)
            {
                let (shown, of, what) = cut(part, excess, stage);
                self.note(place, shown, of, what);
                return true;
            }
        }
        false
    }

    fn note(&mut self, place: String, shown: usize, of: usize, what: &'static str) {
        match self.0.iter_mut().find(|cut| cut.place == place) {
            Some(before) => before.shown = shown,
            None => self.0.push(Cut { place, shown, of, what }),
        }
    }

    /// What was cut, and how to see the rest.
    pub fn notes(&self, tool: &dyn Callable, most: usize) -> Option<String> {
        // What stands in something that was cut itself says nothing more.
        let mut told: Vec<String> = self
            .0
            .iter()
            .map(|cut| {
                let place = cut.place.trim_start_matches('/').replace('/', ".");
                let place = if place.is_empty() { "the text" } else { &place };
                format!("{place}: the first {} of {} {}", cut.shown, cut.of, cut.what)
            })
            .collect();
        let more = told.len().saturating_sub(limits::HINT_VALUES);
        told.truncate(limits::HINT_VALUES);
        if more > 0 {
            told.push(format!("and {more} more"));
        }
        let optional = tool.parameters().into_iter().filter(|(_, must)| !must);
        let choices: Vec<&str> = optional.map(|(name, _)| name).collect();
        let ask = match choices.as_slice() {
            [] => String::new(),
            names if tool.hints().read_only => {
                format!("ask for less with {}, or ", names.join(", "))
            }
            _ => String::new(),
        };
        (!told.is_empty()).then(|| {
            format!(
                "Cut to {most} bytes: {}. For the rest {ask}use 'itential-mcp call {}', which cuts \
                 nothing, or raise max_answer_bytes.",
                told.join("; "),
                tool.name()
            )
        })
    }
}

/// Finds the largest part that the stage may cut: its bytes and its place.
fn look(value: &Value, place: &str, stage: Stage, longest: &mut (usize, String)) -> usize {
    let size = match value {
        Value::Array(items) => {
            let each = |(at, item)| look(item, &format!("{place}/{at}"), stage, longest);
            items.iter().enumerate().map(each).sum::<usize>() + items.len() + 1
        }
        Value::Object(fields) => {
            let mut size = 1;
            for (name, field) in fields {
                let name = name.replace('~', "~0").replace('/', "~1");
                size += name.len() + 4 + look(field, &format!("{place}/{name}"), stage, longest);
            }
            size
        }
        other => other.to_string().len(),
    };
    let may = match (stage, value) {
        (Stage::Records, Value::Array(items)) => items.len() > 1,
        (Stage::Records, Value::Object(fields)) => {
            fields.len() >= limits::KEYED_RECORDS && fields.values().all(Value::is_object)
        }
        (Stage::Texts, Value::String(text)) => text.len() > limits::CUT_TEXT_BYTES,
        (Stage::Rest, Value::Array(items)) => !items.is_empty() && !place.is_empty(),
        (Stage::Rest, Value::Object(fields)) => !fields.is_empty() && !place.is_empty(),
        _ => false,
    };
    if may && size > longest.0 {
        *longest = (size, place.to_owned());
    }
    size
}

/// Takes about `excess` bytes off the end: what is left, of how many, of what.
fn cut(part: &mut Value, excess: usize, stage: Stage) -> (usize, usize, &'static str) {
    let least = usize::from(stage == Stage::Records);
    let fewer = |sizes: Vec<usize>| {
        let (mut kept, mut saved) = (sizes.len(), 0);
        while kept > least && saved < excess {
            kept -= 1;
            saved += sizes[kept];
        }
        kept
    };
    match part {
        Value::Array(items) => {
            let of = items.len();
            let kept = fewer(items.iter().map(|item| item.to_string().len() + 1).collect());
            items.truncate(kept);
            (kept, of, "records")
        }
        Value::Object(fields) => {
            let of = fields.len();
            let size = |(name, field): (&String, &Value)| name.len() + field.to_string().len() + 4;
            let kept = fewer(fields.iter().map(size).collect());
            let gone: Vec<String> = fields.keys().skip(kept).cloned().collect();
            for name in gone {
                fields.remove(&name);
            }
            (kept, of, "entries")
        }
        Value::String(text) => {
            let of = text.len();
            let mut kept = of.saturating_sub(excess + CUT_MARK.len());
            kept = kept.max(limits::CUT_TEXT_BYTES - CUT_MARK.len());
            while !text.is_char_boundary(kept) {
                kept -= 1;
            }
            text.truncate(kept);
            text.push_str(CUT_MARK);
            (kept, of, "bytes")
        }
        _ => (0, 0, ""),
    }
}

/// Where a text was cut.
const CUT_MARK: &str = " …[cut]";
