//! Which parameter a given name means.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::coerce::excerpt;
use super::parameter::Parameter;
use crate::limits;
use crate::nearest::nearest;

/// What clients add to the arguments of every call for their own use, and do not take out again.
/// Their models cannot help it, so it is passed over where a tool has no parameter of that name.
pub const CLIENT_ADDITIONS: &[&str] = &[
    // Cline: its list of things to do.
    "task_progress",
    // n8n: the call, the tool, and the chat that it belongs to.
    "toolCallId",
    "tool",
    "sessionId",
    "action",
    "chatInput",
    // LangChain: the call.
    "tool_call_id",
    // Cursor: what it gives a tool that takes nothing.
    "random_string",
];

/// The given values by the names of the parameters that they are meant for, and what is wrong with
/// the names. `Name`, `deviceType` and `device-type` mean `name` and `device_type`.
pub fn sort<'a>(
    parameters: &[&'static Parameter],
    given: &'a Map<String, Value>,
) -> (BTreeMap<&'a str, &'a Value>, Vec<String>) {
    let mut meant = BTreeMap::new();
    let mut problems = Vec::new();
    let is_exact = |name: &str| parameters.iter().any(|p| p.name == name);
    let (exact, others): (Vec<_>, Vec<_>) = given.iter().partition(|(name, _)| is_exact(name));
    for (name, value) in exact {
        meant.insert(name.as_str(), value);
    }
    for (name, value) in others {
        let parameter = parameters.iter().find(|p| plain(p.name) == plain(name));
        match parameter.map(|parameter| (parameter.name, meant.get(parameter.name))) {
            Some((_, Some(before))) if *before == value => {}
            Some((known, None)) => drop(meant.insert(known, value)),
            _ if CLIENT_ADDITIONS.contains(&name.as_str()) => {
                log::debug!("the argument '{name}' is passed over: it is a client's own");
            }
            Some((known, Some(_))) => {
                problems.push(format!("'{}' is given twice: it means '{known}'", excerpt(name)));
            }
            // Of more than are told it only counts that there are some.
            None if problems.len() >= limits::ADVICE => problems.push(String::new()),
            None => problems.push(unknown(name, parameters)),
        }
    }
    (meant, problems)
}

/// A name without what languages write differently.
pub fn plain(name: &str) -> String {
    let letters = name.chars().filter(|c| !matches!(c, '_' | '-' | ' '));
    letters.flat_map(char::to_lowercase).collect()
}

fn unknown(name: &str, parameters: &[&Parameter]) -> String {
    let names: Vec<&str> = parameters.iter().map(|p| p.name).collect();
    if names.is_empty() {
        return format!("'{}' is not known; this tool takes no arguments", excerpt(name));
    }
    match nearest(name, names.iter().copied()) {
        Some(close) => format!("'{}' is not known; did you mean '{close}'?", excerpt(name)),
        None => format!("'{}' is not known; allowed: {}", excerpt(name), names.join(", ")),
    }
}
