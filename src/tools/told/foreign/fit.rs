//! Arguments as a foreign schema wants them: what fits stays as it is, what can only mean one thing is
//! turned into that, and what is wrong is told. What the schema says in words that are not known here
//! is left to the platform.

use std::borrow::Cow;
use std::cell::Cell;

use serde_json::{Map, Value};

use super::bounds::{range, size};
use super::kinds::Kinds;
use super::parts::{Document, Parts};
use super::problems::{Place, Problems};
use super::turn::{is_nothing, turned};
use crate::limits;
use crate::tools::told::arguments::Arguments;
use crate::tools::told::coerce::{describe, excerpt};

/// Whose the arguments are.
#[derive(Clone, Copy, PartialEq)]
pub enum Whose {
    /// A call's: its client may have added some.
    Call,
    /// Those inside the one argument of a call.
    Inner,
    /// What does not fit goes out as it came.
    Lenient,
}

/// Members by the names of the schema, and whether anything of them is other than it was given.
pub type Entries<'v> = (Vec<(&'v str, Cow<'v, Value>)>, bool);

/// One reading of arguments.
pub struct Fit<'d, 's> {
    pub document: &'d Document<'s>,
    /// Bytes that may be read from texts.
    pub room: &'d Cell<usize>,
    pub whose: Whose,
}

impl<'s> Fit<'_, 's> {
    /// The arguments of a call by the document itself.
    pub fn arguments<'v>(
        &self,
        given: &'v Map<String, Value>,
        problems: &mut Problems,
    ) -> Arguments<'v>
    where
        's: 'v,
    {
        let parts = self.document.root();
        let (entries, _) = self.entries(&parts, given, &Place::TOP, problems);
        if parts.lists.is_empty() || problems.count() > 0 {
            return entries.into_iter().map(|(name, value)| (name.into(), value)).collect();
        }
        match self.chosen(&parts, Cow::Owned(object(entries)), &Place::TOP, problems).into_owned() {
            Value::Object(made) => Arguments::of(made),
            _ => Arguments::default(),
        }
    }

    /// A value that these schemas describe.
    pub fn value<'v>(
        &self,
        schemas: &[&'s Value],
        value: &'v Value,
        at: &Place,
        problems: &mut Problems,
    ) -> Cow<'v, Value>
    where
        's: 'v,
    {
        self.by(&self.document.parts(schemas), value, at, problems)
    }

    fn by<'v>(
        &self,
        parts: &Parts<'s>,
        value: &'v Value,
        at: &Place,
        problems: &mut Problems,
    ) -> Cow<'v, Value>
    where
        's: 'v,
    {
        if parts.maps.is_empty() || at.depth > limits::SCHEMA_DEPTH || !self.document.may(1) {
            return Cow::Borrowed(value);
        }
        let before = problems.count();
        let made = self.typed(parts, value, at, problems);
        match problems.count() > before || made.is_null() && parts.kinds().0.allow(Kinds::NULL) {
            true => made,
            false => self.chosen(parts, made, at, problems),
        }
    }

    /// What one schema of every list makes of a value.
    fn chosen<'v>(
        &self,
        parts: &Parts<'s>,
        mut made: Cow<'v, Value>,
        at: &Place,
        problems: &mut Problems,
    ) -> Cow<'v, Value>
    where
        's: 'v,
    {
        for list in &parts.lists {
            made = match made {
                Cow::Borrowed(value) => self.one_of(list, parts.nullable, value, at, problems),
                Cow::Owned(value) => {
                    let other = match self.one_of(list, parts.nullable, &value, at, problems) {
                        Cow::Owned(other) => Some(other),
                        Cow::Borrowed(_) => None,
                    };
                    Cow::Owned(other.unwrap_or(value))
                }
            };
        }
        made
    }

    /// By the first schema that the value fits as it is, or else the first that it can be made to fit.
    fn one_of<'v>(
        &self,
        list: &[&'s Value],
        nullable: bool,
        value: &'v Value,
        at: &Place,
        problems: &mut Problems,
    ) -> Cow<'v, Value>
    where
        's: 'v,
    {
        let mut made = None;
        let mut nearest: Option<Problems> = None;
        let mut wanted = if nullable { Kinds::NULL } else { Kinds::NONE };
        for schema in list {
            let parts = self.document.parts(&[*schema]);
            let kinds = parts.kinds().0;
            wanted = wanted.and(kinds);
            let mut found = Problems::default();
            match self.by(&parts, value, &at.inside(), &mut found) {
                _ if found.count() > 0 => {
                    let nearer = nearest.as_ref().is_none_or(|n| found.count() < n.count());
                    if kinds.allow(Kinds::of(value)) && nearer {
                        nearest = Some(found);
                    }
                }
                Cow::Borrowed(value) => return Cow::Borrowed(value),
                other => drop(made.get_or_insert(other)),
            }
        }
        match (made, nearest) {
            (Some(made), _) => return made,
            (None, _) if nullable && is_nothing(value) => return Cow::Owned(Value::Null),
            (None, Some(nearest)) => problems.append(nearest),
            (None, None) => wrong(&wanted.in_words(), value, at, problems),
        }
        Cow::Borrowed(value)
    }

    fn typed<'v>(
        &self,
        parts: &Parts<'s>,
        value: &'v Value,
        at: &Place,
        problems: &mut Problems,
    ) -> Cow<'v, Value>
    where
        's: 'v,
    {
        let (kinds, stated) = parts.kinds();
        if value.is_null() && kinds.allow(Kinds::NULL) {
            return Cow::Borrowed(value);
        }
        let choices = parts.choices.iter().flatten().copied();
        let choices: Vec<&Value> = choices.filter(|c| kinds.allow(Kinds::of(c))).collect();
        if !choices.is_empty() && !kinds.allow(Kinds::ARRAY.and(Kinds::OBJECT)) {
            return self.choice(&choices, kinds, value, at, problems);
        }
        let turned = match kinds.allow(Kinds::of(value)) {
            true => Ok(Cow::Borrowed(value)),
            false => turned(self.document, parts, kinds, value, self.room),
        };
        match turned {
            Ok(Cow::Borrowed(value)) => self.inside(parts, value, at, problems),
            Ok(Cow::Owned(value)) => {
                let inside = match self.inside(parts, &value, at, problems) {
                    Cow::Owned(inside) => Some(inside),
                    Cow::Borrowed(_) => None,
                };
                Cow::Owned(inside.unwrap_or(value))
            }
            // The type is only a guess.
            Err(_) if !stated => Cow::Borrowed(value),
            Err(Some(why)) => {
                problems.add(at, why);
                Cow::Borrowed(value)
            }
            Err(None) => {
                wrong(&self.wanted(parts), value, at, problems);
                Cow::Borrowed(value)
            }
        }
    }

    fn choice<'v>(
        &self,
        choices: &[&Value],
        kinds: Kinds,
        value: &'v Value,
        at: &Place,
        problems: &mut Problems,
    ) -> Cow<'v, Value> {
        self.document.may(choices.len());
        if choices.iter().any(|choice| same(choice, value)) {
            return Cow::Borrowed(value);
        }
        let text = printed(value);
        let meant = |choice: &&&Value| text.is_some() && printed(choice) == text;
        if let Some(meant) = choices.iter().find(meant) {
            return Cow::Owned((**meant).clone());
        }
        if kinds.allow(Kinds::NULL) && is_nothing(value) {
            return Cow::Owned(Value::Null);
        }
        wrong(&one_of(choices), value, at, problems);
        Cow::Borrowed(value)
    }

    /// What a value of the right kind holds.
    fn inside<'v>(
        &self,
        parts: &Parts<'s>,
        value: &'v Value,
        at: &Place,
        problems: &mut Problems,
    ) -> Cow<'v, Value>
    where
        's: 'v,
    {
        match value {
            Value::Object(given) => {
                let (entries, changed) = self.entries(parts, given, at, problems);
                if changed {
                    return Cow::Owned(object(entries));
                }
            }
            Value::Array(items) => {
                size(parts, items.len(), ["minItems", "maxItems"], "elements", at, problems);
                if let Some(other) = self.list(parts, items, at, problems) {
                    return Cow::Owned(Value::Array(other));
                }
            }
            Value::String(text) => {
                let length = text.chars().count();
                size(parts, length, ["minLength", "maxLength"], "characters", at, problems);
            }
            Value::Number(number) => range(parts, number, at, problems),
            _ => {}
        }
        Cow::Borrowed(value)
    }

    /// The elements, where one of them is other than it was given.
    fn list(
        &self,
        parts: &Parts<'s>,
        items: &[Value],
        at: &Place,
        problems: &mut Problems,
    ) -> Option<Vec<Value>> {
        let tuple = parts.tuple();
        let others = self.document.parts(&parts.items(tuple));
        if tuple == 0 && others.maps.is_empty() {
            return None;
        }
        let mut other: Option<Vec<Value>> = None;
        for (i, item) in items.iter().enumerate() {
            let place = at.index(i);
            let made = match i < tuple {
                true => self.value(&parts.items(i), item, &place, problems),
                false => self.by(&others, item, &place, problems),
            };
            match (made, &mut other) {
                (Cow::Borrowed(_), None) => {}
                (made, Some(other)) => other.push(made.into_owned()),
                (Cow::Owned(made), None) => {
                    other = Some(items.iter().take(i).cloned().chain([made]).collect());
                }
            }
        }
        other
    }

    /// What is wanted, in words.
    pub fn wanted(&self, parts: &Parts<'s>) -> String {
        if let Some(choices) = parts.choices.as_ref().filter(|choices| !choices.is_empty()) {
            return one_of(choices);
        }
        let (mut kinds, _) = parts.kinds();
        if let Some(list) = parts.lists.first().filter(|_| kinds == Kinds::ALL) {
            let each = list.iter().map(|schema| self.document.parts(&[*schema]).kinds().0);
            kinds = each.fold(Kinds::NONE, Kinds::and);
        }
        kinds.in_words()
    }
}

fn object(entries: Vec<(&str, Cow<Value>)>) -> Value {
    entries.into_iter().map(|(name, value)| (name.to_owned(), value.into_owned())).collect()
}

fn wrong(wanted: &str, value: &Value, at: &Place, problems: &mut Problems) {
    problems.add(at, format_args!("must be {wanted}, not {}", describe(value)));
}

fn one_of(choices: &[&Value]) -> String {
    let shown: Vec<String> = choices
        .iter()
        .take(limits::ADVICE)
        .map(|choice| excerpt(&choice.as_str().map_or_else(|| choice.to_string(), str::to_owned)))
        .collect();
    let more = if shown.len() < choices.len() { ", ..." } else { "" };
    match &shown[..] {
        [only] => format!("'{only}'"),
        _ => format!("one of {}{more}", shown.join(", ")),
    }
}

fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => {
            one == other || one.as_f64() == other.as_f64()
        }
        _ => one == other,
    }
}

/// A scalar as a text, in which case and blanks do not count.
fn printed(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.trim().to_lowercase()),
        Value::Bool(_) | Value::Number(_) => Some(value.to_string()),
        _ => None,
    }
}
