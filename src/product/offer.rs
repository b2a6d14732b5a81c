//! What is offered to whom: tools, and what is made of them.

use std::sync::Arc;

use super::chosen::{Chosen, allowed, enabled};
use super::long::{self, Jobs};
use super::means::Means;
use super::runner::ToolRunner;
use super::suggest::Suggestions;
use super::{instructions, prompts, resources, run, search};
use crate::bindings::MadeTool;
use crate::config::{Config, Offer, Role, Transport};
use crate::protocol::{Offers, Registries, Registry, ToolEntry};
use crate::tools::told::Arguments;
use crate::tools::{self, Callable, Context};

/// What the product offers to whom with this configuration. Where there are roles, whoever has none
/// is offered nothing, except on stdio: whoever starts a program may use it.
pub fn registries(config: &Config, made: &[Arc<MadeTool>], means: &Arc<Means>) -> Registries {
    let runner = Arc::new(ToolRunner::new(config, means));
    let suggestions = Arc::new(Suggestions::default());
    let offer = |chosen: &Chosen| registry(config, chosen, &runner, &suggestions);
    let settings = &config.server;
    let without = match config.roles.is_empty() || settings.transport == Transport::Stdio {
        true => enabled(settings, made),
        false => Chosen::default(),
    };
    let of_role =
        |role: &Arc<Role>| (Arc::clone(&role.name), offer(&allowed(settings, made, role)));
    Registries::new(offer(&without), config.roles.iter().map(of_role).collect())
}

/// These tools, and what is made of them.
fn registry(
    config: &Config,
    chosen: &Chosen,
    runner: &Arc<ToolRunner>,
    suggestions: &Arc<Suggestions>,
) -> Registry {
    let (offer, slim) = (config.server.offer, config.server.slim);
    let (built, tools) = (&chosen.built, chosen.all());
    let entries = tools.iter().map(|tool| entry(tool, runner, slim)).collect();
    let (listed, unlisted, through) = match offer {
        Offer::All | Offer::Lean => (entries, Vec::new(), None),
        Offer::Search => (search::entries(&tools, runner, slim), entries, Some(search::THROUGH)),
    };
    Registry::new(Offers {
        instructions: instructions::text(&tools, offer, config.platform.sandbox),
        tools: listed,
        unlisted,
        through,
        prompts: prompts::entries(built, offer, runner, suggestions),
        resources: Vec::new(),
        templates: resources::entries(built, runner, suggestions),
        elsewhere: Some(Arc::new(Jobs { runner: Arc::clone(runner), tools })),
        subscribe: false,
        // On stdio nobody can ask for a reload.
        changes: config.server.transport != Transport::Stdio || is_live(config),
    })
}

fn entry(tool: &Arc<dyn Callable>, runner: &Arc<ToolRunner>, slim: bool) -> ToolEntry {
    let tasking = long::tasking(tool, runner.confirm);
    let (tool, runner) = (Arc::clone(tool), Arc::clone(runner));
    ToolEntry {
        definition: tool.definition(slim),
        run: match tool.tasking() {
            tools::Tasking::Starts(wait) => {
                Arc::new(move |call, given| long::start(&*tool, wait, &runner, call, given))
            }
            _ => Arc::new(move |call, given| {
                let act = |context: &Context<'_>, arguments: &Arguments<'_>| {
                    tool.call(context, arguments)
                };
                run::run(&*tool, &act, &runner, call, given)
            }),
        },
        tasking,
    }
}

/// Whether a configuration declares tools that can come and go while the server runs.
pub fn is_live(config: &Config) -> bool {
    !config.bindings.is_empty()
        || !config.tools.automations.is_empty()
        || config.server.tools_path.is_some()
}
