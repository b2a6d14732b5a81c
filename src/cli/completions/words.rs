//! What can stand where on a command line.

use std::collections::BTreeSet;

use crate::cli::command::{Argument, Command, Flag};
use crate::config::Kind;
use crate::tools;

/// What completes a value.
#[derive(PartialEq, Eq)]
pub enum Complete {
    /// There is no value.
    Nothing,
    /// One of these.
    Words(Vec<&'static str>),
    /// One or more of these, separated by commas.
    Several(Vec<&'static str>),
    /// The name of a file.
    Files,
    /// Nobody knows.
    Anything,
}

/// What completes the value of an option.
pub fn of_option(flag: &Flag) -> Complete {
    let kind = flag.setting.map(|row| row.kind);
    match flag.setting.map(|row| row.key) {
        _ if flag.is_switch() => Complete::Nothing,
        Some("include_tags" | "exclude_tags") => Complete::Several(tags()),
        _ if matches!(kind, Some(Kind::Choices(_))) => Complete::Several(flag.choices.to_vec()),
        _ if !flag.choices.is_empty() => Complete::Words(flag.choices.to_vec()),
        _ if kind == Some(Kind::Path) => Complete::Files,
        None if matches!(flag.metavar, "FILE" | "file" | "path") => Complete::Files,
        _ => Complete::Anything,
    }
}

/// What completes a positional argument.
pub fn of_argument(argument: &Argument) -> Complete {
    match argument.name {
        "tool" => Complete::Words(tools::all().map(|tool| tool.name).collect()),
        "file" => Complete::Files,
        _ if argument.choices.is_empty() => Complete::Anything,
        _ => Complete::Words(argument.choices.to_vec()),
    }
}

/// Every word that can be an argument of this command.
pub fn of_arguments(command: &Command) -> Vec<&'static str> {
    let each = command.arguments.iter().map(of_argument);
    let words = each.map(|complete| match complete {
        Complete::Words(words) => words,
        _ => Vec::new(),
    });
    words.flatten().collect()
}

/// The commands.
pub fn names(commands: &[Command]) -> String {
    commands.iter().map(|command| command.name).collect::<Vec<_>>().join(" ")
}

/// What tools can be chosen by.
fn tags() -> Vec<&'static str> {
    tools::all().flat_map(|tool| tool.all_tags()).collect::<BTreeSet<_>>().into_iter().collect()
}
