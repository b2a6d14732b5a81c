//! What the platform offers that a tool can stand for.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::limits;
use crate::nearest::nearest;
use crate::tools::Context;
use crate::tools::areas::operations_manager::offers::{
    AUTOMATIONS, TRIGGERS, is_enabled, is_endpoint,
};
use crate::tools::asked::record;
use crate::tools::shown::ToolError;

/// Automations and their triggers.
#[derive(Debug, Default)]
pub struct Catalogue {
    automations: Vec<Value>,
    /// By the automation that they start.
    triggers: BTreeMap<String, Vec<Value>>,
}

/// What a call of a route starts.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint<'a> {
    /// The automation.
    pub automation: &'a Value,
    /// Its trigger.
    pub trigger: &'a Value,
    /// The route.
    pub route: &'a str,
}

impl Catalogue {
    /// Those of these names, or all of them. Where one of a few is not found all are read: what is
    /// there may be meant.
    ///
    /// # Errors
    /// When a list could not be read.
    pub fn look(
        context: &Context<'_>,
        names: &BTreeSet<&str>,
        all: bool,
    ) -> Result<Self, ToolError> {
        if all || names.len() > limits::BINDINGS_BY_NAME {
            return Self::read(context);
        }
        let found = Self::named(context, names)?;
        let is_there = |name: &&str| {
            found.automations.iter().any(|automation| record::name(automation) == Some(*name))
        };
        if names.iter().all(is_there) { Ok(found) } else { Self::read(context) }
    }

    fn read(context: &Context<'_>) -> Result<Self, ToolError> {
        let automations = AUTOMATIONS.listing().items(context)?;
        let mut found = Self { automations, ..Self::default() };
        found.add(TRIGGERS.listing().items(context)?);
        Ok(found)
    }

    /// Those of these names, which a platform finds faster than it shows all.
    ///
    /// # Errors
    /// When a list could not be read.
    pub fn named(context: &Context<'_>, names: &BTreeSet<&str>) -> Result<Self, ToolError> {
        let mut found = Self::default();
        for name in names {
            let listing = AUTOMATIONS.listing().with("equals", *name).with("equalsField", "name");
            let mut automations = listing.items(context)?;
            automations.retain(|automation| record::name(automation) == Some(name));
            for automation in &automations {
                let Some(id) = record::id(automation) else { continue };
                let listing = TRIGGERS.listing().with("equals", id).with("equalsField", "actionId");
                found.add(listing.items(context)?);
            }
            found.automations.extend(automations);
        }
        Ok(found)
    }

    /// What the trigger of this name starts of the automation of this name, and what is odd about it.
    ///
    /// # Errors
    /// Why there is none.
    pub fn endpoint(
        &self,
        automation: &str,
        trigger: &str,
    ) -> Result<(Endpoint<'_>, Option<String>), String> {
        let owners = self.automations.iter().filter(|one| record::name(one) == Some(automation));
        let pairs: Vec<(&Value, &Value)> =
            owners.clone().flat_map(|owner| self.of(owner).map(move |own| (owner, own))).collect();
        let named = pairs.iter().filter(|(_, own)| record::name(own) == Some(trigger));
        let usable: Vec<Endpoint<'_>> =
            named.clone().filter_map(|(owner, own)| usable(owner, own)).collect();
        if let Some(first) = usable.first() {
            let several = usable.len() > 1;
            let note = several.then(|| {
                format!(
                    "{} triggers are called '{trigger}' of automations called '{automation}'; the \
                     first one is taken, with the route '{}'",
                    usable.len(),
                    first.route
                )
            });
            return Ok((*first, note));
        }
        if owners.count() == 0 {
            let names = self.automations.iter().filter_map(record::name);
            return Err(missing(
                &format!("no automation is called '{automation}'"),
                automation,
                names,
            ));
        }
        let Some((_, found)) = named.clone().next() else {
            let names: Vec<&str> = pairs.iter().filter_map(|(_, own)| record::name(own)).collect();
            let what = format!("the automation '{automation}' has no trigger called '{trigger}'");
            return Err(match names.as_slice() {
                [] => format!("{what}, nor any other: give it an endpoint trigger"),
                names => missing(&what, trigger, names.iter().copied()),
            });
        };
        let what = format!("the trigger '{trigger}' of the automation '{automation}'");
        Err(if !is_endpoint(found) {
            let kind = record::text(found, &["type"]).unwrap_or("another");
            format!(
                "{what} is a trigger of the type '{kind}', which no call can start; name an endpoint"
            )
        } else if !is_enabled(found) {
            format!("{what} is disabled; enable it on the platform")
        } else {
            format!("{what} has no route")
        })
    }

    /// Everything that a call of a route starts.
    pub fn startable(&self) -> impl Iterator<Item = Endpoint<'_>> {
        let of = |owner| self.of(owner).filter_map(move |own| usable(owner, own));
        self.automations.iter().flat_map(of)
    }

    fn of<'a>(&'a self, owner: &'a Value) -> impl Iterator<Item = &'a Value> {
        let own = record::id(owner).and_then(|id| self.triggers.get(id.as_ref()));
        own.into_iter().flatten()
    }

    fn add(&mut self, triggers: Vec<Value>) {
        for trigger in triggers {
            if let Some(of) = trigger.get("actionId").and_then(record::scalar) {
                self.triggers.entry(of).or_default().push(trigger);
            }
        }
    }
}

fn usable<'a>(automation: &'a Value, trigger: &'a Value) -> Option<Endpoint<'a>> {
    let route = record::text(trigger, &["routeName"])?;
    let fits = is_endpoint(trigger) && is_enabled(trigger);
    fits.then_some(Endpoint { automation, trigger, route })
}

/// What is missing, and what may be meant.
pub fn missing<'a>(what: &str, name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    match nearest(name, known) {
        Some(close) => format!("{what}; did you mean '{close}'?"),
        None => what.to_owned(),
    }
}
