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
mod suggest;

use std::sync::Arc;

use self::runner::{Share, ToolRunner};
use self::suggest::Suggestions;
use crate::config::{Config, Server, Transport};
use crate::observe::Audit;
use crate::platform::Client;
use crate::protocol::Engine;
use crate::protocol::{Offers, Registry, ToolEntry};
use crate::tools::{self, Tool};

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
    let entries = tools.iter().map(|tool| entry(tool, &runner, config.server.slim)).collect();
    Registry::new(Offers {
        instructions: instructions::text(&tools, config.platform.sandbox),
        tools: entries,
        prompts: prompts::entries(&tools, &runner, &suggestions),
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
        run: Arc::new(move |call, arguments| run::run(tool, &runner, call, arguments)),
        tasking,
    }
}

fn is_enabled(tool: &Tool, server: &Server) -> bool {
    let tags = tool.all_tags();
    let has = |wanted: &[String]| wanted.iter().any(|tag| tags.contains(&tag.as_str()));
    server.include_tags.as_deref().is_none_or(has)
        && !has(&server.exclude_tags)
        && (!server.read_only || tool.hints.read_only)
        && (!server.no_destructive || !tool.hints.destructive)
}
