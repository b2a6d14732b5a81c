//! What templates may name: what a request can know where it stands, and what a call knows.

use serde_json::{Map, Value};

use crate::nearest::nearest;

/// What stands for the present item of a request that is sent for each of several.
pub const ITEM: &str = "item";

/// The names that a request may use.
#[derive(Clone, Debug)]
pub struct Scope<'a> {
    /// The arguments.
    pub arguments: &'a [String],
    /// The requests before it.
    pub before: &'a [String],
    /// The requests from it on.
    pub later: &'a [String],
    /// Whether it is sent for each of several items.
    pub each: bool,
}

impl Scope<'_> {
    /// Whether this name is known there.
    ///
    /// # Errors
    /// Why not, and what to do.
    pub fn check(&self, name: &str) -> Result<(), String> {
        if name.is_empty() {
            return Err(
                "braces hold a name, as in {name}; write {{}} where braces are meant".into()
            );
        }
        if self.arguments.iter().chain(self.before).any(|known| known == name) {
            return Ok(());
        }
        if name == ITEM {
            return match self.each {
                true => Ok(()),
                false => Err("{item} is known only beside \"each\"".into()),
            };
        }
        if self.later.iter().any(|known| known == name) {
            return Err(format!(
                "'{name}' is the answer of a request that is sent later; put that request first"
            ));
        }
        let known = self.arguments.iter().chain(self.before).map(String::as_str);
        let known = known.filter(|known| !known.is_empty());
        let hint = match nearest(name, known.clone()) {
            Some(close) => format!("did you mean '{close}'?"),
            None => match known.collect::<Vec<_>>().as_slice() {
                [] => "nothing is known here".to_owned(),
                names => format!("there are: {}", names.join(", ")),
            },
        };
        Err(format!("'{name}' is neither an argument nor the name of an earlier request; {hint}"))
    }
}

/// What a call knows.
#[derive(Clone, Copy, Debug)]
pub struct Known<'a> {
    /// What it was given.
    pub arguments: &'a Map<String, Value>,
    /// What its requests have given, by their names.
    pub answers: &'a Map<String, Value>,
    /// The present item.
    pub item: Option<&'a Value>,
}

impl<'a> Known<'a> {
    /// What is known by this name.
    pub fn get(&self, name: &str) -> Option<&'a Value> {
        let own = if name == ITEM { self.item } else { None };
        own.or_else(|| self.answers.get(name)).or_else(|| self.arguments.get(name))
    }
}
