//! Finding a thing by the name or id that a caller gives.

use std::borrow::Cow;

use serde_json::Value;

use super::record;
use super::source::Listing;
use crate::limits;
use crate::nearest::nearest;
use crate::platform::Gather;
use crate::tools::context::Context;
use crate::tools::shown::ToolError;

/// How things of one kind are found: one row for each kind.
#[derive(Clone, Copy, Debug)]
pub struct Directory {
    /// What one is called, as in `device group`.
    pub one: &'static str,
    /// What several are called.
    pub many: &'static str,
    /// Query parameters that ask the platform for one name; `{}` stands for it. Empty: everything is
    /// read.
    pub query: &'static [(&'static str, &'static str)],
    /// Whether an id may be given instead of the name.
    pub by_id: bool,
    /// Where a caller finds the names: a tool.
    pub lister: &'static str,
}

impl Directory {
    /// The one thing called `name` (or with this id, where ids are accepted).
    ///
    /// # Errors
    /// When there is none, with the nearest name, or when several share the name.
    pub fn find(
        &self,
        context: &Context<'_>,
        list: &Listing<'_>,
        name: &str,
    ) -> Result<Value, ToolError> {
        let mut found = self.named(context, list, name)?;
        if found.is_empty() {
            let nobody = Called { name, by_id: self.by_id, found, others: Vec::new() };
            let read = list.gather(context, nobody)?;
            found = read.items.found;
            if found.is_empty() {
                let others = read.items.others.iter().map(String::as_str);
                let mut missing = self.missing(name, others);
                if read.truncated {
                    let most = limits::LIST_ITEMS;
                    missing.message += &format!("; only the first {most} were looked through");
                }
                return Err(missing);
            }
        }
        match found.len() {
            1 => Ok(found.swap_remove(0)),
            _ => Err(self.ambiguous(name, &found)),
        }
    }

    /// The things called `name` that the platform finds by its own filter, compared here again.
    ///
    /// # Errors
    /// When the list could not be read.
    pub fn named(
        &self,
        context: &Context<'_>,
        list: &Listing<'_>,
        name: &str,
    ) -> Result<Vec<Value>, ToolError> {
        let mut list = list.clone();
        for (parameter, value) in self.query {
            list = list.with(parameter, value.replace("{}", name));
        }
        let mut found = list.items(context)?;
        found.retain(|item| record::name(item) == Some(name));
        Ok(found)
    }

    /// Nothing is called so; `known` are the names there are.
    pub fn missing<'a>(&self, name: &str, known: impl IntoIterator<Item = &'a str>) -> ToolError {
        let hint = match nearest(name, known) {
            Some(close) => format!("did you mean '{close}'?"),
            None => format!("{} lists them", self.lister),
        };
        ToolError::not_found(format!("no {} is called '{name}'; {hint}", self.one))
    }

    /// Several share the name.
    pub fn ambiguous(&self, name: &str, found: &[Value]) -> ToolError {
        let advice = match self.by_id {
            true => "give an id instead of the name",
            false => "rename all but one on the platform",
        };
        ToolError::invalid(format!(
            "{} {} are called '{name}' ({}); {advice}",
            found.len(),
            self.many,
            record::ids(found)
        ))
    }

    /// The id of a thing that was found.
    ///
    /// # Errors
    /// When the platform does not say it.
    pub fn id(&self, item: &Value) -> Result<String, ToolError> {
        record::id(item).map(Cow::into_owned).ok_or_else(|| {
            let name = record::name(item).unwrap_or_default();
            ToolError::platform(format!("the platform did not say the id of {} '{name}'", self.one))
        })
    }
}

/// The things that are called so, or have this id, and the names of the others.
struct Called<'a> {
    name: &'a str,
    by_id: bool,
    found: Vec<Value>,
    others: Vec<String>,
}

impl Gather for Called<'_> {
    fn page(&self, _next: bool) -> Self {
        Self { found: Vec::new(), others: Vec::new(), ..*self }
    }

    fn take(&mut self, item: Value, memory: usize) -> usize {
        let by_id = || self.by_id && record::id(&item).as_deref() == Some(self.name);
        if record::name(&item) == Some(self.name) || by_id() {
            self.found.push(item);
            return memory;
        }
        self.others.extend(record::name(&item).map(str::to_owned));
        0
    }

    fn join(&mut self, page: Self) {
        self.found.extend(page.found);
        self.others.extend(page.others);
    }
}
