//! Help, made from the tables. It shows static defaults only: the environment may hold secrets.

use super::command::{CONFIG, Command, Flag, HELP, PROGRAM, VERSION};
use super::text::wrap;

/// Column at which descriptions begin.
const COLUMN: usize = 30;

/// Help of the program.
pub fn program(commands: &[Command], width: usize) -> String {
    let mut out = String::from("MCP server for the Itential Platform\n\nUsage:\n");
    out.push_str(&format!("  {PROGRAM} [--config FILE] <COMMAND> [OPTIONS]\n\nCommands:\n"));
    for command in commands {
        entry(&mut out, 2, command.name, command.summary, 20, width);
    }
    out.push_str("\nOptions:\n");
    for flag in [CONFIG, HELP, VERSION] {
        option(&mut out, &flag, width);
    }
    out.push('\n');
    paragraph(&mut out, "Options without a command mean run.", width);
    let hint = format!("For the options of a command: {PROGRAM} <COMMAND> --help");
    paragraph(&mut out, &hint, width);
    out
}

/// Help of a command.
pub fn command(command: &Command, width: usize) -> String {
    let mut out = format!("{}\n\nUsage:\n  {}\n", command.summary, command.usage());
    if !command.details.is_empty() {
        out.push('\n');
        paragraph(&mut out, command.details, width);
    }
    if !command.arguments.is_empty() {
        out.push_str("\nArguments:\n");
        for argument in command.arguments {
            let doc = described(argument.doc, argument.choices, "");
            entry(&mut out, 2, &format!("<{}>", argument.name), &doc, COLUMN, width);
        }
    }
    for group in command.groups {
        out.push_str(&format!("\n{}:\n", group.title()));
        for flag in Command::settings_of(*group) {
            option(&mut out, &flag, width);
        }
    }
    out.push_str("\nOptions:\n");
    for flag in command.flags().iter().filter(|flag| flag.setting.is_none()) {
        option(&mut out, flag, width);
    }
    if !command.groups.is_empty() {
        out.push('\n');
        paragraph(
            &mut out,
            &format!(
                "Every setting can also stand in the environment, which beats the option, or in the \
                 configuration file. See: {PROGRAM} config docs"
            ),
            width,
        );
    }
    out
}

/// A description with what is accepted and what is assumed.
pub fn described(doc: &str, choices: &[&str], default: &str) -> String {
    let mut text = doc.to_string();
    if !choices.is_empty() {
        text.push_str(&format!(" [{}]", choices.join(", ")));
    }
    if !default.is_empty() {
        text.push_str(&format!(" (default: {default})"));
    }
    text
}

/// An option as it is typed.
pub fn spelled(flag: &Flag) -> String {
    let short = flag.short.map(|letter| format!("-{letter}, ")).unwrap_or_default();
    let value = if flag.is_switch() { String::new() } else { format!(" <{}>", flag.metavar) };
    format!("{short}--{}{value}", flag.name)
}

fn option(out: &mut String, flag: &Flag, width: usize) {
    let indent = if flag.short.is_some() { 2 } else { 6 };
    let doc = described(flag.doc, flag.choices, flag.default);
    entry(out, indent, &spelled(flag), &doc, COLUMN, width);
}

/// A term with its description beside it, or below when the term is long.
fn entry(out: &mut String, indent: usize, term: &str, doc: &str, column: usize, width: usize) {
    let start = format!("{:indent$}{term}", "");
    let mut lines = wrap(doc, width.saturating_sub(column)).into_iter();
    if start.chars().count() + 2 > column {
        out.push_str(&start);
        out.push('\n');
    } else if let Some(first) = lines.next() {
        out.push_str(&format!("{start:column$}{first}\n"));
    }
    for line in lines {
        out.push_str(&format!("{:column$}{line}\n", ""));
    }
}

fn paragraph(out: &mut String, text: &str, width: usize) {
    for line in wrap(text, width) {
        out.push_str(&line);
        out.push('\n');
    }
}
