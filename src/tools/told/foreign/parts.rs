//! A schema as it is meant: references followed, `allOf` put together, null taken out of choices.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::ptr;

use serde_json::{Map, Value};

use super::kinds::Kinds;
use crate::limits;

/// The document that a schema stands in, and the work that may still go into it.
pub struct Document<'s> {
    root: &'s Value,
    steps: Cell<usize>,
}

/// What is said of one value: all of these hold.
pub struct Parts<'s> {
    /// The nearest first: what refers stands before what it refers to.
    pub maps: Vec<&'s Map<String, Value>>,
    /// Lists of which one schema holds (`anyOf`, `oneOf`), each of two or more.
    pub lists: Vec<Vec<&'s Value>>,
    /// The only values there may be (`enum`, `const`, or a choice of such), but for null.
    pub choices: Option<Vec<&'s Value>>,
    /// Whether null is one of the choices, or is allowed beside the type.
    pub nullable: bool,
}

impl<'s> Document<'s> {
    pub fn new(root: &'s Value, steps: usize) -> Self {
        Self { root, steps: Cell::new(steps) }
    }

    pub fn root(&self) -> Parts<'s> {
        self.parts(&[self.root])
    }

    /// Returns true if so many more steps may be taken.
    pub fn may(&self, steps: usize) -> bool {
        let left = self.steps.get().saturating_sub(steps);
        self.steps.set(left);
        left > 0
    }

    /// What these schemas say together. One that is true, false or no schema at all says nothing.
    pub fn parts(&self, schemas: &[&'s Value]) -> Parts<'s> {
        let mut parts =
            Parts { maps: Vec::new(), lists: Vec::new(), choices: None, nullable: false };
        let mut todo: Vec<&'s Value> = schemas.iter().rev().copied().collect();
        while let Some(schema) = todo.pop() {
            if parts.maps.len() >= limits::SCHEMA_PARTS || !self.may(1) {
                break;
            }
            let Some(map) = schema.as_object() else { continue };
            if parts.maps.iter().any(|known| ptr::eq(*known, map)) {
                continue;
            }
            parts.maps.push(map);
            let all = list(map, "allOf").iter().take(limits::SCHEMA_PARTS);
            todo.extend(all.rev());
            let target = map.get("$ref").and_then(Value::as_str).and_then(|to| self.target(to));
            todo.extend(target);
            for word in ["anyOf", "oneOf"] {
                todo.extend(parts.choose(list(map, word)));
            }
            if let Some(only) = map.get("const") {
                parts.limit([only]);
            } else if !list(map, "enum").is_empty() {
                parts.limit(list(map, "enum"));
            }
        }
        parts
    }

    /// The schema at a reference into this document; others are never fetched.
    fn target(&self, to: &str) -> Option<&'s Value> {
        let pointer = to.strip_prefix('#').filter(|p| p.len() <= limits::SCHEMA_REF_BYTES)?;
        let pointer = percent_encoding::percent_decode_str(pointer).decode_utf8().ok()?;
        self.root.pointer(&pointer)
    }
}

impl<'s> Parts<'s> {
    /// Takes over a list of which one holds, and gives the schema back that is left when null is the
    /// only other one.
    fn choose(&mut self, list: &'s [Value]) -> Option<&'s Value> {
        let null = |schema: &&Value| {
            schema["type"] == "null" || schema.get("const").is_some_and(Value::is_null)
        };
        self.nullable |= list.iter().any(|schema| null(&schema));
        let left: Vec<&'s Value> = list
            .iter()
            .take(limits::SCHEMA_PARTS)
            .filter(|schema| !null(schema) && **schema != Value::Bool(false))
            .collect();
        // A choice that holds whatever is given says nothing.
        if left.len() < 2 || left.iter().any(|schema| !schema.is_object()) {
            return left.first().copied().filter(|_| left.len() == 1);
        }
        let constants = || left.iter().map(|schema| schema.get("const"));
        match constants().all(|constant| constant.is_some()) {
            true => self.limit(constants().flatten()),
            false => self.lists.push(left),
        }
        None
    }

    fn limit(&mut self, values: impl IntoIterator<Item = &'s Value>) {
        let (null, others): (Vec<_>, Vec<_>) = values.into_iter().partition(|v| v.is_null());
        self.nullable |= !null.is_empty();
        self.choices.get_or_insert(others);
    }

    /// The values of a keyword, the nearest first.
    pub fn all<'a>(&'a self, word: &'a str) -> impl Iterator<Item = &'s Value> + 'a {
        self.maps.iter().filter_map(move |map| map.get(word))
    }

    /// A text that says something.
    pub fn text(&self, word: &str) -> Option<&'s str> {
        self.all(word).filter_map(Value::as_str).map(str::trim).find(|text| !text.is_empty())
    }

    /// The kinds of value that are allowed, and whether that is said or guessed from other keywords.
    pub fn kinds(&self) -> (Kinds, bool) {
        let null = self.nullable || self.all("nullable").any(|n| *n == true);
        let with_null = |kinds: Kinds| if null { kinds.and(Kinds::NULL) } else { kinds };
        let stated = self.all("type").map(Kinds::of_type);
        let kinds = stated.fold(Kinds::ALL, Kinds::within);
        if kinds == Kinds::NONE {
            // What contradicts itself is left to who wrote it.
            return (Kinds::ALL, false);
        }
        if kinds != Kinds::ALL {
            return (with_null(kinds), true);
        }
        if let Some(choices) = self.choices.as_ref().filter(|choices| !choices.is_empty()) {
            let of = choices.iter().fold(Kinds::NONE, |all, v| all.and(Kinds::of(v)));
            return (with_null(of), true);
        }
        let says = |words: &[&str]| words.iter().any(|word| self.all(word).next().is_some());
        let kinds = match () {
            () if says(&["properties", "required", "additionalProperties"]) => Kinds::OBJECT,
            () if says(&["items", "prefixItems", "minItems", "maxItems"]) => Kinds::ARRAY,
            () if says(&["minimum", "maximum"]) => Kinds::NUMBER,
            () if says(&["pattern", "format", "minLength", "maxLength"]) => Kinds::STRING,
            () => Kinds::ALL,
        };
        (with_null(kinds), false)
    }

    /// The properties that are described, in order, each with all that is said of it.
    pub fn properties(&self) -> Vec<(&'s str, Vec<&'s Value>)> {
        let mut properties: Vec<(&str, Vec<&Value>)> = Vec::new();
        let mut places = BTreeMap::new();
        let described = self.all("properties").filter_map(Value::as_object).flatten();
        for (name, schema) in described {
            let place = *places.entry(name.as_str()).or_insert(properties.len());
            match properties.get_mut(place) {
                Some((_, schemas)) => schemas.push(schema),
                None => properties.push((name, vec![schema])),
            }
        }
        properties
    }

    /// The properties that must be there: by their list, or each by its own mark as in draft 3.
    pub fn required(&self) -> BTreeSet<&'s str> {
        let listed = self.all("required").filter_map(Value::as_array).flatten();
        let marked = self.all("properties").filter_map(Value::as_object).flatten();
        let marked = marked.filter(|(_, schema)| schema["required"] == true);
        listed.filter_map(Value::as_str).chain(marked.map(|(name, _)| name.as_str())).collect()
    }

    /// Schemas that describe further properties, under conditions that are not judged here.
    pub fn branches(&self) -> Vec<&'s Value> {
        let by_name = ["dependencies", "dependentSchemas"];
        let by_name = by_name.iter().flat_map(|word| self.all(word));
        let by_name = by_name.filter_map(Value::as_object).flat_map(Map::values);
        let by_condition = ["if", "then", "else"].iter().flat_map(|word| self.all(word));
        let chosen = self.lists.iter().flatten().copied();
        let all = chosen.chain(by_name).chain(by_condition).filter(|schema| schema.is_object());
        all.take(limits::SCHEMA_PARTS).collect()
    }

    /// What is said of the element at a place of a list; the place after the last of a tuple stands
    /// for all others.
    pub fn items(&self, place: usize) -> Vec<&'s Value> {
        let of = |map: &&'s Map<String, Value>| {
            let tuple = |word| map.get(word).and_then(Value::as_array);
            let (first, rest) = match (tuple("prefixItems"), tuple("items")) {
                (Some(first), _) => (first.as_slice(), "items"),
                (None, Some(first)) => (first.as_slice(), "additionalItems"),
                (None, None) => (Default::default(), "items"),
            };
            first.get(place).or_else(|| map.get(rest))
        };
        self.maps.iter().filter_map(of).collect()
    }

    /// Elements of a list that are described one by one.
    pub fn tuple(&self) -> usize {
        let tuples = self.all("prefixItems").chain(self.all("items"));
        tuples.filter_map(Value::as_array).map(Vec::len).max().unwrap_or_default()
    }
}

fn list<'s>(map: &'s Map<String, Value>, word: &str) -> &'s [Value] {
    map.get(word).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}
