//! `tools` and `tags`: what this server can offer.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::process::ExitCode;

use super::text::{print, width};
use crate::config::Config;
use crate::mcp;
use crate::tools::{self, Tool};

/// Prints every built-in tool, or with a configuration those it leaves enabled.
pub fn tools(enabled: Option<&Config>) -> ExitCode {
    let mut tools = chosen(enabled);
    tools.sort_unstable_by_key(|tool| tool.name);
    let column = tools.iter().map(|tool| tool.name.len()).max().unwrap_or(0) + 3;
    let room = width().saturating_sub(column);
    let mut text = format!("{:<column$}DESCRIPTION\n", "TOOLS");
    for tool in tools {
        let _ = writeln!(text, "{:<column$}{}", tool.name, shortened(tool.summary(), room));
    }
    text.push('\n');
    print(&text)
}

/// Prints every tag, or with a configuration those of the tools it leaves enabled.
pub fn tags(enabled: Option<&Config>) -> ExitCode {
    // Deployments filter by `default` without ever seeing it here; the list stays as it was.
    let tags: BTreeSet<&str> = chosen(enabled)
        .iter()
        .flat_map(|tool| tool.all_tags())
        .filter(|tag| *tag != "default")
        .collect();
    let mut text = String::from("TAGS\n");
    for tag in tags {
        let _ = writeln!(text, "{tag}");
    }
    text.push('\n');
    print(&text)
}

fn chosen(enabled: Option<&Config>) -> Vec<&'static Tool> {
    match enabled {
        Some(config) => mcp::enabled(&config.server),
        None => tools::all().collect(),
    }
}

/// `text`, cut between words when it does not fit. A terminal too narrow for a word gets it all.
fn shortened(text: &str, room: usize) -> String {
    if text.chars().count() <= room {
        return text.to_owned();
    }
    let mut shown = String::new();
    let mut used = 0;
    for word in text.split(' ') {
        let length = word.chars().count() + usize::from(used > 0);
        if used + length + 3 > room {
            break;
        }
        if used > 0 {
            shown.push(' ');
        }
        shown.push_str(word);
        used += length;
    }
    if shown.is_empty() { text.to_owned() } else { shown + "..." }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn descriptions_are_cut_between_words() {
        assert_eq!(shortened("one two three", 13), "one two three");
        assert_eq!(shortened("one two three", 12), "one two...");
        assert_eq!(shortened("one two three", 2), "one two three");
    }
}
