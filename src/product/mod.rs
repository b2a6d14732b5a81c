//! The product's own offer: the tools table behind the engine, and what is made from it.

mod acting;
mod answer;
mod fit;
mod host;
mod identity;
mod instructions;
mod logins;
mod long;
mod means;
mod prompts;
mod rates;
mod resources;
mod run;
mod runner;
mod search;
mod suggest;
pub mod tags;

use std::sync::Arc;

use self::long::Jobs;
pub use self::means::Means;
use self::runner::ToolRunner;
use self::suggest::Suggestions;
use crate::config::{Config, Offer, Role, Server, Transport};
use crate::protocol::{Engine, Offers, Registries, Registry, ToolEntry};
use crate::tools::told::Arguments;
use crate::tools::{self, Context, Tool};

/// The tools that this configuration enables, in listing order.
pub fn enabled(server: &Server) -> Vec<&'static Tool> {
    tools::all().filter(|tool| is_enabled(tool, server)).collect()
}

/// Those of them that callers of this role may use: what the server does not offer, no role does.
pub fn allowed(server: &Server, role: &Role) -> Vec<&'static Tool> {
    let role = &role.settings;
    let fits = |tool: &&Tool| {
        has_tags(tool, role.include_tags.as_deref(), &role.exclude_tags)
            && has_effect(tool, role.read_only, role.no_destructive)
    };
    tools::all().filter(|tool| is_enabled(tool, server)).filter(fits).collect()
}

/// The product's engine.
pub fn engine(config: &Config, means: &Arc<Means>) -> Engine {
    Engine::new(identity::server(), registries(config, means))
}

/// What the product offers to whom with this configuration. Where there are roles, whoever has none
/// is offered nothing, except on stdio: whoever starts a program may use it.
pub fn registries(config: &Config, means: &Arc<Means>) -> Registries {
    let runner = Arc::new(ToolRunner::new(config, means));
    let suggestions = Arc::new(Suggestions::default());
    let offer = |tools: Vec<&'static Tool>| registry(config, &tools, &runner, &suggestions);
    let settings = &config.server;
    let without = match config.roles.is_empty() || settings.transport == Transport::Stdio {
        true => enabled(settings),
        false => Vec::new(),
    };
    let of_role = |role: &Arc<Role>| (Arc::clone(&role.name), offer(allowed(settings, role)));
    Registries::new(offer(without), config.roles.iter().map(of_role).collect())
}

/// These tools, and what is made of them.
fn registry(
    config: &Config,
    tools: &[&'static Tool],
    runner: &Arc<ToolRunner>,
    suggestions: &Arc<Suggestions>,
) -> Registry {
    let (offer, slim) = (config.server.offer, config.server.slim);
    let entries = tools.iter().map(|tool| entry(tool, runner, slim)).collect();
    let (listed, unlisted, through) = match offer {
        Offer::All | Offer::Lean => (entries, Vec::new(), None),
        Offer::Search => (search::entries(tools, runner, slim), entries, Some(search::THROUGH)),
    };
    Registry::new(Offers {
        instructions: instructions::text(tools, offer, config.platform.sandbox),
        tools: listed,
        unlisted,
        through,
        elsewhere: Some(Arc::new(Jobs { runner: Arc::clone(runner), tools: tools.to_vec() })),
        prompts: prompts::entries(tools, offer, runner, suggestions),
        resources: Vec::new(),
        templates: resources::entries(tools, runner, suggestions),
        subscribe: false,
        // On stdio nobody can ask for a reload.
        changes: config.server.transport != Transport::Stdio,
    })
}

fn entry(tool: &'static Tool, runner: &Arc<ToolRunner>, slim: bool) -> ToolEntry {
    let tasking = long::tasking(tool, runner.confirm);
    let runner = Arc::clone(runner);
    ToolEntry {
        definition: tool.definition(slim),
        run: match tool.tasking {
            tools::Tasking::Starts(wait) => {
                Arc::new(move |call, given| long::start(tool, wait, &runner, call, given))
            }
            _ => Arc::new(move |call, given| {
                let act = |context: &Context<'_>, arguments: &Arguments<'_>| {
                    tool.call(context, arguments)
                };
                run::run(tool, &act, &runner, call, given)
            }),
        },
        tasking,
    }
}

fn is_enabled(tool: &Tool, server: &Server) -> bool {
    (server.offer != Offer::Lean || tools::LEAN.contains(&tool.name))
        && has_tags(tool, server.include_tags.as_deref(), &server.exclude_tags)
        && has_effect(tool, server.read_only, server.no_destructive)
}

/// Whether it has one of the tags that are included, and none that are excluded.
fn has_tags(tool: &Tool, included: Option<&[String]>, excluded: &[String]) -> bool {
    let tags = tool.all_tags();
    let has = |wanted: &[String]| wanted.iter().any(|tag| tags.contains(&tag.as_str()));
    included.is_none_or(has) && !has(excluded)
}

/// Whether it does no more than it may.
fn has_effect(tool: &Tool, read_only: bool, no_destructive: bool) -> bool {
    (!read_only || tool.hints.read_only) && (!no_destructive || !tool.hints.destructive)
}
