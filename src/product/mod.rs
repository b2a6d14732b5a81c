//! The product's own offer: the tools table behind the engine, and what is made from it.

mod answer;
mod fit;
mod host;
mod identity;
mod instructions;
mod long;
mod prompts;
mod resources;
mod run;
mod runner;
mod search;
mod suggest;
pub mod tags;

use std::sync::Arc;

use self::long::Jobs;
use self::runner::{Share, ToolRunner};
use self::suggest::Suggestions;
use crate::config::{Config, Offer, Server, Transport};
use crate::observe::Audit;
use crate::platform::Client;
use crate::protocol::Engine;
use crate::protocol::{Offers, Registry, ToolEntry};
use crate::tools::told::Arguments;
use crate::tools::{self, Context, Tool};

/// The tools that this configuration enables, in listing order.
pub fn enabled(server: &Server) -> Vec<&'static Tool> {
    tools::all().filter(|tool| is_enabled(tool, server)).collect()
}

/// The product's engine.
pub fn engine(config: &Config, client: &Client, audit: Option<Arc<Audit>>) -> Engine {
    Engine::new(identity::server(), registry(config, client, audit))
}

/// What the product offers with this configuration.
pub fn registry(config: &Config, client: &Client, audit: Option<Arc<Audit>>) -> Registry {
    let tools = enabled(&config.server);
    let runner = Arc::new(ToolRunner {
        client: client.clone(),
        format: config.server.response_format,
        confirm: config.server.confirm,
        fallback: config.server.confirm_fallback,
        audit,
        share: Share::of(&config.server),
    });
    let suggestions = Arc::new(Suggestions::default());
    let (offer, slim) = (config.server.offer, config.server.slim);
    let entries = tools.iter().map(|tool| entry(tool, &runner, slim)).collect();
    let (listed, unlisted, through) = match offer {
        Offer::All | Offer::Lean => (entries, Vec::new(), None),
        Offer::Search => (search::entries(&tools, &runner, slim), entries, Some(search::THROUGH)),
    };
    Registry::new(Offers {
        instructions: instructions::text(&tools, offer, config.platform.sandbox),
        tools: listed,
        unlisted,
        through,
        elsewhere: Some(Arc::new(Jobs { runner: Arc::clone(&runner), tools: tools.clone() })),
        prompts: prompts::entries(&tools, offer, &runner, &suggestions),
        resources: Vec::new(),
        templates: resources::entries(&tools, &runner, &suggestions),
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
    let tags = tool.all_tags();
    let has = |wanted: &[String]| wanted.iter().any(|tag| tags.contains(&tag.as_str()));
    (server.offer != Offer::Lean || tools::LEAN.contains(&tool.name))
        && server.include_tags.as_deref().is_none_or(has)
        && !has(&server.exclude_tags)
        && (!server.read_only || tool.hints.read_only)
        && (!server.no_destructive || !tool.hints.destructive)
}
