//! The members of an object: which property each name means, which are missing, and which are too many.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::fields::{Field, Fields};
use super::fit::{Entries, Fit, Whose};
use super::parts::Parts;
use super::problems::{Place, Problems};
use super::turn::is_nothing;
use crate::limits;
use crate::nearest::{distance, nearest};
use crate::tools::told::naming::CLIENT_ADDITIONS;

impl<'s> Fit<'_, 's> {
    /// The members of an object. What does not fit stays as it is, beside its problem.
    pub fn entries<'v>(
        &self,
        parts: &Parts<'s>,
        given: &'v Map<String, Value>,
        at: &Place,
        problems: &mut Problems,
    ) -> Entries<'v>
    where
        's: 'v,
    {
        self.document.may(given.len());
        let fields = Fields::of(self.document, parts);
        let mut entries: Vec<(&'v str, Cow<'v, Value>)> = Vec::with_capacity(given.len());
        let mut taken: BTreeMap<&str, &Value> = BTreeMap::new();
        taken.extend(given.iter().filter(|(name, _)| fields.has(name)).map(|(n, v)| (&**n, v)));
        let mut changed = false;
        for (name, value) in given {
            let place = at.name(name);
            let Some(field) = fields.meant(name) else {
                if at.depth == 0 && self.whose == Whose::Call && is_addition(name) {
                    changed = true;
                    continue;
                }
                let value = self.unknown(parts, &fields, given, (name, value), &place, problems);
                changed |= matches!(value, Cow::Owned(_));
                entries.push((name, value));
                continue;
            };
            let known = field.name;
            if known != name {
                match taken.get(known) {
                    Some(before) if *before == value => {
                        changed = true;
                        continue;
                    }
                    Some(_) => {
                        if at.depth > 0 || self.whose != Whose::Call || !is_addition(name) {
                            problems.add(
                                &place,
                                format_args!("is given twice: it means '{}'", field.announced),
                            );
                            entries.push((name, Cow::Borrowed(value)));
                        }
                        continue;
                    }
                    None => drop(taken.insert(known, value)),
                }
                changed = true;
            }
            let mut found = Problems::default();
            let made = match field.certain {
                true => self.value(&field.schemas, value, &at.name(&field.announced), &mut found),
                false => Cow::Borrowed(value),
            };
            // That it says "none" only counts where nothing else is meant.
            if found.count() > 0 && is_nothing(value) && self.whose != Whose::Lenient {
                taken.remove(known);
                changed = true;
                continue;
            }
            problems.append(found);
            changed |= matches!(made, Cow::Owned(_));
            entries.push((known, made));
        }
        let missing = fields.all.iter().filter(|f| f.required && !taken.contains_key(f.name));
        for field in missing {
            self.missing(field, at, problems);
        }
        (entries, changed)
    }

    fn missing(&self, field: &Field<'s>, at: &Place, problems: &mut Problems) {
        let parts = self.document.parts(&field.schemas);
        let text = parts.text("description").or_else(|| parts.text("title"));
        let text = text.map_or(String::new(), |text| {
            let text: String = text.chars().take(limits::SHOWN_LINE_CHARS).collect();
            format!(": {text}")
        });
        let wanted = self.wanted(&parts);
        problems.add(&at.name(&field.announced), format_args!("is required ({wanted}){text}"));
    }

    /// A member that the schema does not describe by name.
    fn unknown<'v>(
        &self,
        parts: &Parts<'s>,
        fields: &Fields<'s>,
        given: &Map<String, Value>,
        (name, value): (&str, &'v Value),
        at: &Place,
        problems: &mut Problems,
    ) -> Cow<'v, Value>
    where
        's: 'v,
    {
        if !fields.judged {
            return Cow::Borrowed(value);
        }
        self.document.may(fields.all.len());
        let names = || fields.all.iter().map(|field| field.announced.as_ref());
        let others: Vec<&Value> = parts.all("additionalProperties").collect();
        if others.iter().any(|schema| **schema == false) {
            let names: Vec<&str> = names().collect();
            match nearest(name, names.iter().copied()) {
                Some(close) => {
                    problems.add(at, format_args!("is not known; did you mean '{close}'?"))
                }
                None if names.is_empty() => problems.add(at, "is not known; nothing is taken here"),
                None => {
                    let shown = &names[..names.len().min(limits::ADVICE)];
                    let more = if shown.len() < names.len() { ", ..." } else { "" };
                    let shown = shown.join(", ");
                    problems.add(at, format_args!("is not known; allowed: {shown}{more}"));
                }
            }
            return Cow::Borrowed(value);
        }
        // What may have any name may have one that is like another: only a slip of the pen is told.
        let missing = fields.all.iter().filter(|field| !given.contains_key(field.name));
        let close = nearest(name, missing.map(|field| field.announced.as_ref()));
        if let Some(close) = close.filter(|close| is_slip(name, close)) {
            problems.add(at, format_args!("is not known; did you mean '{close}'?"));
        }
        self.value(&others, value, at, problems)
    }
}

/// What clients add for their own use.
fn is_addition(name: &str) -> bool {
    let is = CLIENT_ADDITIONS.contains(&name);
    if is {
        log::debug!("the argument '{name}' is passed over: it is a client's own");
    }
    is
}

/// Returns true if somebody who writes `name` most likely means `known`: one letter in four to eight
/// is different, and no digit, by which names are told apart on purpose.
fn is_slip(name: &str, known: &str) -> bool {
    let digits = |name: &str| name.chars().filter(char::is_ascii_digit).collect::<String>();
    let wrong = distance(&name.to_lowercase(), &known.to_lowercase());
    wrong * 4 <= known.chars().count() && digits(name) == digits(known)
}
