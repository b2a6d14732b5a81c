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
use crate::bindings::MadeTool;
use crate::config::{Config, Offer, Role, Server, Transport};
use crate::protocol::{Engine, Offers, Registries, Registry, ToolEntry};
use crate::tools::told::Arguments;
use crate::tools::{self, Callable, Context, Tool};

/// What is offered: rows of the table, and tools that were made from configuration.
#[derive(Clone, Debug, Default)]
pub struct Chosen {
    /// Rows, in listing order.
    pub built: Vec<&'static Tool>,
    /// Those that were made, in the order of the configuration.
    pub made: Vec<Arc<MadeTool>>,
}

impl Chosen {
    /// All of them, in listing order.
    pub fn all(&self) -> Vec<Arc<dyn Callable>> {
        let made = self.made.iter().map(|tool| -> Arc<dyn Callable> { tool.clone() });
        self.built.iter().copied().map(shared).chain(made).collect()
    }

    /// Those that `fits` leaves.
    fn filter(mut self, fits: impl Fn(&dyn Callable) -> bool) -> Self {
        self.built.retain(|tool| fits(*tool));
        self.made.retain(|tool| fits(tool.as_ref()));
        self
    }
}

/// A row as any tool is handed around.
fn shared(tool: &'static Tool) -> Arc<dyn Callable> {
    Arc::new(*tool)
}

/// The tools that this configuration enables, among them these that were made. One that was made
/// stands for the row of its name.
pub fn enabled(server: &Server, made: &[Arc<MadeTool>]) -> Chosen {
    let lean = |tool: &&Tool| server.offer != Offer::Lean || tools::LEAN.contains(&tool.name);
    let all = Chosen { built: tools::all().filter(lean).collect(), made: made.to_vec() };
    let mut chosen = all.filter(|tool| {
        has_tags(tool, server.include_tags.as_deref(), &server.exclude_tags)
            && has_effect(tool, server.read_only, server.no_destructive)
    });
    let made = &chosen.made;
    chosen.built.retain(|tool| !made.iter().any(|made| made.name == tool.name));
    chosen
}

/// Those of them that callers of this role may use: what the server does not offer, no role does.
pub fn allowed(server: &Server, made: &[Arc<MadeTool>], role: &Role) -> Chosen {
    let role = &role.settings;
    enabled(server, made).filter(|tool| {
        has_tags(tool, role.include_tags.as_deref(), &role.exclude_tags)
            && has_effect(tool, role.read_only, role.no_destructive)
    })
}

/// The product's engine, offering these made tools among others.
pub fn engine(config: &Config, made: &[Arc<MadeTool>], means: &Arc<Means>) -> Engine {
    Engine::new(identity::server(), registries(config, made, means))
}

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
        changes: config.server.transport != Transport::Stdio,
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

/// Whether it has one of the tags that are included, and none that are excluded.
fn has_tags(tool: &dyn Callable, included: Option<&[String]>, excluded: &[String]) -> bool {
    let tags = tool.tags();
    let has = |wanted: &[String]| wanted.iter().any(|tag| tags.contains(&tag.as_str()));
    included.is_none_or(has) && !has(excluded)
}

/// Whether it does no more than it may.
fn has_effect(tool: &dyn Callable, read_only: bool, no_destructive: bool) -> bool {
    let hints = tool.hints();
    (!read_only || hints.read_only) && (!no_destructive || !hints.destructive)
}
