//! The product's own offer: the tools table behind the engine, and what is made from it.

mod host;
mod identity;
mod instructions;
mod long;
mod prompts;
mod resources;
mod run;
mod suggest;

use std::sync::Arc;

use serde_json::Map;

use crate::config::{Config, Confirm, ConfirmFallback, ResponseFormat, Server, Transport};
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
    let shared = Arc::new(Shared {
        client: client.clone(),
        format: config.server.response_format,
        confirm: config.server.confirm,
        fallback: config.server.confirm_fallback,
        audit,
        suggestions: suggest::Suggestions::default(),
    });
    let entries = tools.iter().map(|tool| entry(tool, &shared, config.server.slim)).collect();
    Registry::new(Offers {
        instructions: instructions::text(&tools, config.platform.sandbox),
        tools: entries,
        prompts: prompts::entries(&tools, &shared),
        resources: Vec::new(),
        templates: resources::entries(&tools, &shared),
        subscribe: false,
        // On stdio nobody can ask for a reload.
        changes: config.server.transport != Transport::Stdio,
    })
}

/// What every call of the product uses.
struct Shared {
    client: Client,
    format: ResponseFormat,
    confirm: Confirm,
    fallback: ConfirmFallback,
    audit: Option<Arc<Audit>>,
    suggestions: suggest::Suggestions,
}

fn entry(tool: &'static Tool, shared: &Arc<Shared>, slim: bool) -> ToolEntry {
    let tasking = long::tasking(tool, shared.confirm);
    let shared = Arc::clone(shared);
    ToolEntry {
        definition: tool.definition(slim),
        run: Arc::new(move |call, arguments| run::run(tool, &shared, call, arguments)),
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

/// The tool called `name`, if it is among these.
fn among(tools: &[&'static Tool], name: &str) -> Option<&'static Tool> {
    tools.iter().find(|tool| tool.name == name).copied()
}

/// No arguments.
fn nothing() -> Map<String, serde_json::Value> {
    Map::new()
}
