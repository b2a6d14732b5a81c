//! Which tools are offered.

use std::sync::Arc;

use crate::bindings::MadeTool;
use crate::config::{Offer, Role, Server};
use crate::tools::{self, Callable, Hints, Tool};

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
        let made = self.made.iter().map(|tool| Arc::clone(tool) as Arc<dyn Callable>);
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
pub fn shared(tool: &'static Tool) -> Arc<dyn Callable> {
    Arc::new(*tool)
}

/// The tools that this configuration enables, among them these that were made. One that was made
/// stands for the row of its name.
pub fn enabled(server: &Server, made: &[Arc<MadeTool>]) -> Chosen {
    let lean = |tool: &&Tool| server.offer != Offer::Lean || tools::LEAN.contains(&tool.name);
    let all = Chosen { built: tools::all().filter(lean).collect(), made: made.to_vec() };
    let mut chosen = all.filter(|tool| {
        has_tags(tool, server.include_tags.as_deref(), &server.exclude_tags)
            && has_effect(tool.hints(), server.read_only, server.no_destructive)
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
            && has_effect(tool.hints(), role.read_only, role.no_destructive)
    })
}

/// Whether a tool with these tags and this effect is offered.
pub fn would_offer(server: &Server, tags: &[String], hints: Hints) -> bool {
    let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
    fits(server.include_tags.as_deref(), &server.exclude_tags, &tags)
        && has_effect(hints, server.read_only, server.no_destructive)
}

/// Whether it has one of the tags that are included, and none that are excluded.
fn has_tags(tool: &dyn Callable, included: Option<&[String]>, excluded: &[String]) -> bool {
    fits(included, excluded, &tool.tags())
}

fn fits(included: Option<&[String]>, excluded: &[String], tags: &[&str]) -> bool {
    let has = |wanted: &[String]| wanted.iter().any(|tag| tags.contains(&tag.as_str()));
    included.is_none_or(has) && !has(excluded)
}

/// Whether it does no more than it may.
fn has_effect(hints: Hints, read_only: bool, no_destructive: bool) -> bool {
    (!read_only || hints.read_only) && (!no_destructive || !hints.destructive)
}
