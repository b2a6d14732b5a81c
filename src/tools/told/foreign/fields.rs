//! The properties of an object: as its schema has them, as they are announced, and as callers may
//! write them.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::ptr;

use serde_json::{Map, Value};

use super::parts::{Document, Parts};
use crate::limits;
use crate::tools::told::naming::plain;

/// One property.
pub struct Field<'s> {
    /// As the schema has it.
    pub name: &'s str,
    /// The same in the letters that every vendor allows.
    pub announced: Cow<'s, str>,
    /// What is said of it; all of these hold.
    pub schemas: Vec<&'s Value>,
    pub required: bool,
    /// Whether this is said under no condition.
    pub certain: bool,
}

/// All properties of one object.
pub struct Fields<'s> {
    pub all: Vec<Field<'s>>,
    /// Whether these are all that the schema knows, so that a mistake in a name can be told.
    pub judged: bool,
    places: BTreeMap<&'s str, usize>,
    renamed: BTreeMap<String, usize>,
    spellings: OnceCell<BTreeMap<String, usize>>,
}

impl<'s> Fields<'s> {
    pub fn of(document: &Document<'s>, parts: &Parts<'s>) -> Self {
        let mut fields = Self {
            all: Vec::new(),
            judged: parts.all("patternProperties").next().is_none(),
            places: BTreeMap::new(),
            renamed: BTreeMap::new(),
            spellings: OnceCell::new(),
        };
        let required = parts.required();
        for (name, schemas) in parts.properties() {
            // One that is false must not be given.
            if !schemas.iter().any(|schema| **schema == false) {
                fields.add(name, schemas, required.contains(name), true);
            }
        }
        for name in required {
            fields.add(name, Vec::new(), true, true);
        }
        let mut branches = parts.branches();
        fields.judged &= branches.is_empty();
        let mut seen: Vec<&Map<String, Value>> = parts.maps.clone();
        while let Some(branch) = branches.pop() {
            let parts = document.parts(&[branch]);
            let new = |map: &&Map<String, Value>| !seen.iter().any(|known| ptr::eq(*known, *map));
            if !parts.maps.iter().any(new) || seen.len() > limits::SCHEMA_PARTS {
                continue;
            }
            for (name, schemas) in parts.properties() {
                fields.add(name, schemas, false, false);
            }
            seen.extend(&parts.maps);
            branches.extend(parts.branches());
        }
        fields.announce();
        document.may(fields.all.len());
        fields
    }

    fn add(&mut self, name: &'s str, schemas: Vec<&'s Value>, required: bool, certain: bool) {
        if !self.places.contains_key(name) {
            self.places.insert(name, self.all.len());
            let announced = Cow::Borrowed(name);
            self.all.push(Field { name, announced, schemas, required, certain });
        }
    }

    /// Gives those a name that have one which a vendor refuses.
    fn announce(&mut self) {
        let mut number = 2;
        for (place, field) in self.all.iter_mut().enumerate() {
            if is_plain(field.name) {
                continue;
            }
            let letters = field.name.chars().map(|c| if is_allowed(c) { c } else { '_' });
            let letters: String = letters.take(limits::PROPERTY_NAME_BYTES).collect();
            let base = match letters.trim_matches('_') {
                "" => "value",
                letters => letters,
            };
            let mut name = base.to_owned();
            while self.places.contains_key(name.as_str()) || self.renamed.contains_key(&name) {
                let ending = format!("_{number}");
                let room = limits::PROPERTY_NAME_BYTES - ending.len();
                name = format!("{}{ending}", &base[..base.len().min(room)]);
                number += 1;
            }
            field.announced = Cow::Owned(name.clone());
            self.renamed.insert(name, place);
        }
    }

    /// Returns true if the schema has a property of exactly this name.
    pub fn has(&self, name: &str) -> bool {
        self.places.contains_key(name)
    }

    /// The property that a name means: its own, the one announced, or the same in another spelling.
    pub fn meant(&self, name: &str) -> Option<&Field<'s>> {
        let place = self.places.get(name).or_else(|| self.renamed.get(name)).or_else(|| {
            let spellings = self.spellings.get_or_init(|| {
                let mut spellings = BTreeMap::new();
                for (place, field) in self.all.iter().enumerate() {
                    spellings.entry(plain(field.name)).or_insert(place);
                }
                spellings
            });
            spellings.get(&plain(name)).filter(|_| name.contains(char::is_alphanumeric))
        });
        self.all.get(*place?)
    }
}

fn is_plain(name: &str) -> bool {
    (1..=limits::PROPERTY_NAME_BYTES).contains(&name.len()) && name.chars().all(is_allowed)
}

fn is_allowed(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-')
}
