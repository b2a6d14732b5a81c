//! Tags that choose tools, and those that choose none.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::bindings::MadeTool;
use crate::config::Config;
use crate::nearest::nearest;
use crate::{limits, tools};

/// Tags that published configurations leave out for a day when tools bear them.
const KEPT: [&str; 2] = ["experimental", "beta"];

/// What to tell an operator about tags that no tool has, and about settings that leave no tool.
pub fn unknown(config: &Config) -> Vec<String> {
    let settings = &config.server;
    let made = super::declared(config);
    let lists = |section: String, included: &Option<Vec<String>>, excluded: &[String]| {
        let included = included.clone().unwrap_or_default();
        [
            (format!("{section}.include_tags"), included, "brings in nothing"),
            (format!("{section}.exclude_tags"), excluded.to_vec(), "leaves out nothing"),
        ]
    };
    let of_server = lists("server".into(), &settings.include_tags, &settings.exclude_tags);
    let of_roles = config.roles.iter().flat_map(|role| {
        let tags = &role.settings;
        lists(format!("role:{}", role.name), &tags.include_tags, &tags.exclude_tags)
    });
    let mut found = Vec::new();
    for (setting, tags, effect) in of_server.into_iter().chain(of_roles) {
        for tag in tags.iter().filter(|tag| !is_known(tag, config, &made)).take(limits::ADVICE) {
            let shown: String = tag.escape_debug().collect();
            let meant =
                meant(tag).map(|meant| format!(" Did you mean '{meant}'?")).unwrap_or_default();
            found.push(format!(
                "{setting}: no tool has the tag '{shown}', which {effect}.{meant} 'itential-mcp tags' \
                 lists them all"
            ));
        }
    }
    if super::enabled(settings, &made).all().is_empty() && config.tools.automations.is_empty() {
        found.push(
            "no tool is left to offer: see include_tags, exclude_tags, read_only and no_destructive"
                .into(),
        );
    }
    found
}

/// The tag that is most like this one: of an area, else of a tool, whose name is a tag as well, else of
/// the area whose tools speak of it most often.
fn meant(tag: &str) -> Option<&'static str> {
    let areas = tools::all().map(|tool| tool.area.tag);
    let names = tools::all().map(|tool| tool.name);
    nearest(tag, areas).or_else(|| nearest(tag, names)).or_else(|| {
        let word = tag.to_lowercase();
        let mut speaking: BTreeMap<&str, usize> = BTreeMap::new();
        for tool in tools::all().filter(|tool| word.len() > 2 && tool.name.contains(&word)) {
            *speaking.entry(tool.area.tag).or_default() += 1;
        }
        speaking.into_iter().max_by_key(|(_, tools)| *tools).map(|(area, _)| area)
    })
}

fn is_known(tag: &str, config: &Config, made: &[Arc<MadeTool>]) -> bool {
    KEPT.contains(&tag)
        || tools::all().any(|tool| tool.all_tags().contains(&tag))
        || made.iter().any(|tool| tool.tags.iter().any(|own| own == tag))
        // Automations bring the tags that they have on the platform.
        || !config.tools.automations.is_empty()
}
