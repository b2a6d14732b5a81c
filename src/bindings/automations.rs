//! Automations that are tools without a section of their own: `[tools] automations`.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::areas::BINDINGS;
use super::bound::{input, starts};
use super::catalogue::{Catalogue, Endpoint};
use super::made::MadeTool;
use super::recheck::Recheck;
use super::words;
use crate::config::Tools;
use crate::limits;
use crate::tools::areas::operations_manager::offers::{Names, WORKFLOW_NAMES};
use crate::tools::asked::record;
use crate::tools::shown::{Output, ToolError};
use crate::tools::{Context, Hints, Tasking};

/// The tools that `automations` chooses, by name: without names that are `taken` and without what is
/// `bound` by a section of its own. And what is to be said of them.
///
/// # Errors
/// When what it chooses by could not be read.
pub fn tools(
    settings: &Tools,
    context: &Context<'_>,
    catalogue: &Catalogue,
    taken: &dyn Fn(&str) -> bool,
    bound: &dyn Fn(&Endpoint<'_>) -> bool,
    recheck: &Recheck,
) -> Result<(Vec<MadeTool>, Option<String>), ToolError> {
    let known = Known { context, names: Names::new(context), tags: OnceCell::new() };
    let mut chosen: Vec<Endpoint<'_>> = Vec::new();
    for found in catalogue.startable().filter(|found| !bound(found)) {
        if known.is_chosen(&settings.automations, &found)? {
            chosen.push(found);
        }
    }
    // The oldest keeps the plain name, so that what comes later renames nothing.
    chosen.sort_by_cached_key(age);
    let mut named = BTreeMap::new();
    for found in &chosen {
        let name = name(found, &|name| taken(name) || named.contains_key(name));
        named.insert(name, found);
    }
    let most = settings.max_automations;
    let note = (named.len() > most).then(|| {
        format!(
            "tools.automations chooses {}, and tools.max_automations allows {most}: those from '{}' \
             on are left out",
            named.len(),
            named.keys().nth(most).map_or("", String::as_str)
        )
    });
    let mut made = Vec::new();
    for (name, found) in named.into_iter().take(most) {
        made.push(tool(name, found, known.tags(found)?, recheck));
    }
    Ok((made, note))
}

fn tool(name: String, found: &Endpoint<'_>, tags: BTreeSet<String>, recheck: &Recheck) -> MadeTool {
    MadeTool {
        title: record::name(found.automation).unwrap_or(&name).to_owned(),
        description: words::of_endpoint(found),
        area: &BINDINGS,
        tags: MadeTool::tags_of(&BINDINGS, &name, tags),
        hints: Hints::RUN,
        input: input(found.trigger.get("schema").unwrap_or(&Value::Null)),
        output: Output::Free,
        output_schema: None,
        tasking: Tasking::Starts(None),
        act: starts(found, recheck),
        name,
    }
}

/// What sorts the older before the newer: when the automation was made, else ids, which grow.
fn age(found: &Endpoint<'_>) -> (Option<String>, Option<String>) {
    let made = found.automation.get("created").and_then(record::scalar);
    (made, record::id(found.trigger).map(|id| id.into_owned()))
}

/// A name that nothing else has: that of the automation, else with the route behind it, else numbered.
fn name(found: &Endpoint<'_>, taken: &dyn Fn(&str) -> bool) -> String {
    let route = words::tool_name(found.route);
    let own = record::name(found.automation).and_then(words::tool_name);
    let plain = own.or_else(|| route.clone()).unwrap_or_else(|| "automation".into());
    if !taken(&plain) {
        return plain;
    }
    let with = |ending: &str| {
        let room = limits::TOOL_NAME_CHARS.saturating_sub(ending.len() + 1);
        format!("{}_{ending}", plain.chars().take(room).collect::<String>())
    };
    let routed = with(route.as_deref().unwrap_or("2"));
    let numbered = (2..).map(|number: u32| with(&number.to_string()));
    let free = |name: &String| !taken(name);
    [routed].into_iter().chain(numbered).find(free).unwrap_or(plain)
}

/// What automations are chosen by, read when it is first needed.
struct Known<'a> {
    context: &'a Context<'a>,
    names: Names<'a>,
    /// The tags of workflows, by id and by name.
    tags: OnceCell<BTreeMap<String, BTreeSet<String>>>,
}

impl Known<'_> {
    fn is_chosen(&self, choices: &[String], found: &Endpoint<'_>) -> Result<bool, ToolError> {
        for choice in choices {
            let fits = match choice.split_once(':').map(|(kind, of)| (kind, of.trim())) {
                Some(("tag", tag)) => self.tags(found)?.contains(tag),
                Some(("project", project)) => {
                    self.names.of(found.automation).1.as_deref() == Some(project)
                }
                _ => record::name(found.automation).is_some_and(|name| matches(choice, name)),
            };
            if fits {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The tags of an automation, of its trigger and of its workflow.
    fn tags(&self, found: &Endpoint<'_>) -> Result<BTreeSet<String>, ToolError> {
        let of_workflows = match self.tags.get() {
            Some(known) => known,
            None => {
                let listing = WORKFLOW_NAMES.listing().with("include", "_id,name,tags");
                let mut known = BTreeMap::new();
                for workflow in listing.items(self.context)? {
                    let tags = own_tags(&workflow);
                    let keys = [record::id(&workflow), record::name(&workflow).map(Into::into)];
                    for key in keys.into_iter().flatten().filter(|_| !tags.is_empty()) {
                        known.insert(key.into_owned(), tags.clone());
                    }
                }
                self.tags.get_or_init(|| known)
            }
        };
        let mut tags = own_tags(found.automation);
        tags.extend(own_tags(found.trigger));
        for key in ["componentId", "componentName"] {
            let key = record::text(found.automation, &[key]);
            tags.extend(key.and_then(|key| of_workflows.get(key)).into_iter().flatten().cloned());
        }
        Ok(tags.into_iter().take(limits::MADE_TAGS).collect())
    }
}

/// The tags of a record: texts, or objects with a name.
fn own_tags(record: &Value) -> BTreeSet<String> {
    let tags = record.get("tags").and_then(Value::as_array).into_iter().flatten();
    let name = |tag: &Value| tag.as_str().or_else(|| record::name(tag)).map(str::to_owned);
    tags.filter_map(name).filter(|tag| !tag.is_empty()).collect()
}

/// Whether a name is as a pattern says, in any case: `*` stands for anything, `?` for one character.
fn matches(pattern: &str, name: &str) -> bool {
    let fold = |text: &str| text.chars().flat_map(char::to_lowercase).collect::<Vec<char>>();
    let (pattern, name) = (fold(pattern), fold(name));
    let (mut at, mut seen) = (0, 0);
    // The last star, and up to where it stands for what was seen.
    let mut star: Option<(usize, usize)> = None;
    while seen < name.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, seen));
                at += 1;
            }
            Some(one) if *one == '?' || *one == name[seen] => (at, seen) = (at + 1, seen + 1),
            _ => match &mut star {
                Some((before, upto)) => {
                    *upto += 1;
                    (at, seen) = (*before + 1, *upto);
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|rest| *rest == '*')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn patterns_of_names() {
        for (pattern, name, fits) in [
            ("Backup *", "backup Device", true),
            ("Backup *", "Backup", false),
            ("*device*", "Backup Device Now", true),
            ("a*b*c", "axxbyybzc", true),
            ("a*b*c", "axxbyyb", false),
            ("?x", "ax", true),
            ("?x", "x", false),
            ("Exact", "exact", true),
            ("*", "", true),
            ("", "x", false),
        ] {
            assert_eq!(matches(pattern, name), fits, "{pattern} {name}");
        }
        assert!(!matches(&"*a".repeat(500), &"a".repeat(400)));
    }

    #[test]
    fn a_name_that_is_taken_gets_the_route_and_then_a_number() {
        let automation = json!({"_id": "1", "name": "Get Jobs"});
        let trigger = json!({"_id": "2", "routeName": "all-jobs"});
        let found = Endpoint { automation: &automation, trigger: &trigger, route: "all-jobs" };
        let named = |taken: &[&str]| name(&found, &|name| taken.contains(&name));
        assert_eq!(named(&[]), "get_jobs");
        assert_eq!(named(&["get_jobs"]), "get_jobs_all_jobs");
        assert_eq!(named(&["get_jobs", "get_jobs_all_jobs"]), "get_jobs_2");
        let foreign = json!({"name": "設定"});
        let found = Endpoint { automation: &foreign, trigger: &trigger, route: "設" };
        assert_eq!(name(&found, &|_| false), "automation");
    }
}
