//! What of the platform's things has become a tool, as the platform was last seen.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::Value;

use super::catalogue::{Catalogue, Endpoint, missing};
use super::made::MadeTool;
use super::recheck::Recheck;
use super::{automations, bound};
use crate::config::{BindingKind, Config, ToolBinding, Tools};
use crate::tools::areas::gateway_manager::read_services;
use crate::tools::asked::record;
use crate::tools::shown::ToolError;
use crate::tools::{self, Context, Hints};

/// What is looked for.
pub struct Wanted<'a> {
    /// The configuration that declares it.
    pub config: &'a Config,
    /// Whether a tool with these tags and this effect would be offered at all.
    pub offered: &'a dyn Fn(&[String], Hints) -> bool,
    /// The one tool that is needed; none: all.
    pub only: Option<&'a str>,
    /// Names of tools from elsewhere, which automations do not get.
    pub taken: &'a BTreeSet<String>,
    /// Through which tools ask for another look.
    pub recheck: &'a Recheck,
}

/// What has become a tool, and what has not.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    bindings: Vec<(ToolBinding, Arc<MadeTool>)>,
    automations: Vec<Arc<MadeTool>>,
    /// What automations were chosen by.
    chosen_by: Vec<String>,
    /// What is not offered, and why.
    pub missing: Vec<Missing>,
    /// What is odd about what is offered.
    pub notes: Vec<String>,
}

/// A tool that is not offered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Missing {
    /// Its name; that of the setting, where it stands for several.
    pub tool: String,
    /// Why not.
    pub why: String,
    /// Whether the platform did not answer: nobody knows whether it is there.
    pub unasked: bool,
}

impl Seen {
    /// The tools, in the order of the configuration.
    pub fn tools(&self) -> Vec<Arc<MadeTool>> {
        let of_bindings = self.bindings.iter().map(|(_, tool)| tool);
        of_bindings.chain(&self.automations).cloned().collect()
    }

    /// Those tools whose things nobody has looked up, and who need not be: callers do it with accounts
    /// of their own.
    pub fn unseen(wanted: &Wanted<'_>) -> Self {
        let tool = |binding: &ToolBinding| {
            (binding.clone(), Arc::new(bound::unseen(binding, wanted.recheck)))
        };
        Self { bindings: wanted.bindings().map(tool).collect(), ..Self::default() }
    }

    /// Looks again. What could not be asked for stays as it was seen before.
    pub fn again(&self, wanted: &Wanted<'_>, context: &Context<'_>) -> Self {
        let mut now = Self::default();
        let bindings: Vec<&ToolBinding> = wanted.bindings().collect();
        let names: BTreeSet<&str> = bindings.iter().filter_map(|one| automation(one)).collect();
        let choosing = wanted.automations();
        let catalogue = Catalogue::look(context, &names, choosing.is_some());
        let of_services = bindings.iter().any(|binding| automation(binding).is_none());
        let services = of_services.then(|| read_services(context, None));
        for binding in bindings {
            let made = match &binding.kind {
                BindingKind::Endpoint { automation } => {
                    catalogue.as_ref().map_err(Clone::clone).map(|catalogue| {
                        let found = catalogue.endpoint(automation, &binding.name)?;
                        now.notes.extend(
                            found.1.map(|note| format!("tool '{}': {note}", binding.tool_name)),
                        );
                        Ok(bound::endpoint(binding, &found.0, wanted.recheck))
                    })
                }
                BindingKind::Service { cluster } => match &services {
                    Some(Ok(services)) => Ok(service(services, &binding.name, cluster)
                        .map(|found| bound::service(binding, found, cluster, wanted.recheck))),
                    Some(Err(error)) => Err(error.clone()),
                    None => continue,
                },
            };
            self.settle(&mut now, binding, made);
        }
        if let Some(settings) = choosing {
            let chosen = catalogue.and_then(|catalogue| {
                let taken = |name: &str| wanted.takes(name);
                let bound = |found: &Endpoint<'_>| wanted.binds(found);
                automations::tools(settings, context, &catalogue, &taken, &bound, wanted.recheck)
            });
            now.chosen_by.clone_from(&settings.automations);
            match chosen {
                Ok((tools, note)) => {
                    now.automations = tools.into_iter().map(Arc::new).collect();
                    now.notes.extend(note);
                }
                Err(error) => {
                    if self.chosen_by == settings.automations {
                        now.automations.clone_from(&self.automations);
                    }
                    now.missing.push(Missing::unasked("tools.automations", &error));
                }
            }
        }
        now
    }

    /// Puts down what became of a binding.
    fn settle(
        &self,
        now: &mut Self,
        binding: &ToolBinding,
        made: Result<Result<MadeTool, String>, ToolError>,
    ) {
        let tool = binding.tool_name.as_str();
        match made {
            Ok(Ok(made)) => now.bindings.push((binding.clone(), Arc::new(made))),
            Ok(Err(why)) => {
                now.missing.push(Missing { tool: tool.to_owned(), why, unasked: false });
            }
            Err(error) => match self.bindings.iter().find(|(known, _)| known == binding) {
                Some(known) => now.bindings.push(known.clone()),
                None => now.missing.push(Missing::unasked(tool, &error)),
            },
        }
    }
}

impl Missing {
    fn unasked(tool: &str, error: &ToolError) -> Self {
        Self { tool: tool.to_owned(), why: error.to_string(), unasked: true }
    }
}

impl<'a> Wanted<'a> {
    /// The bindings that are looked for: what is not offered is not.
    fn bindings(&self) -> impl Iterator<Item = &'a ToolBinding> {
        let wanted = |binding: &&ToolBinding| {
            self.only.is_none_or(|only| only == binding.tool_name)
                && (self.offered)(&bound::tags(binding), bound::hints(binding))
        };
        self.config.bindings.iter().filter(wanted)
    }

    /// What automations are chosen by, if any are.
    fn automations(&self) -> Option<&'a Tools> {
        let settings = &self.config.tools;
        let needed = self.only.is_none_or(|only| !self.takes(only));
        (needed && !settings.automations.is_empty()).then_some(settings)
    }

    /// Whether a section stands for it.
    fn binds(&self, found: &Endpoint<'_>) -> bool {
        let [owner, own] = [found.automation, found.trigger].map(record::name);
        let is = |binding: &ToolBinding| {
            own == Some(&binding.name) && owner.is_some() && owner == automation(binding)
        };
        self.config.bindings.iter().any(is)
    }

    /// Whether another tool than an automation has this name.
    fn takes(&self, name: &str) -> bool {
        self.taken.contains(name)
            || tools::find(name).is_some()
            || self.config.bindings.iter().any(|binding| binding.tool_name == name)
    }
}

/// The automation that a binding starts, if it starts one.
fn automation(binding: &ToolBinding) -> Option<&str> {
    match &binding.kind {
        BindingKind::Endpoint { automation } => Some(automation),
        BindingKind::Service { .. } => None,
    }
}

/// The service of this name on this cluster, in the shape of `get_services`.
fn service<'a>(services: &'a Value, name: &str, cluster: &str) -> Result<&'a Value, String> {
    let services = services.as_array().map(Vec::as_slice).unwrap_or_default();
    let named: Vec<&Value> = services.iter().filter(|one| one["name"] == name).collect();
    if let Some(found) = named.iter().find(|one| one["cluster"] == cluster) {
        return Ok(found);
    }
    let clusters: Vec<&str> = named.iter().filter_map(|one| one["cluster"].as_str()).collect();
    let known = services.iter().filter_map(|one| one["name"].as_str());
    Err(match named.is_empty() {
        true => missing(&format!("no service is called '{name}'"), name, known),
        false => format!(
            "the service '{name}' is not on the cluster '{cluster}'; it is on {}",
            clusters.join(", ")
        ),
    })
}
