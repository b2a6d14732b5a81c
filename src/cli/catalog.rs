//! `tools` and `tags`: what this server can offer.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{self, IsTerminal};
use std::process::ExitCode;
use std::sync::Arc;

use super::backend::Backend;
use super::command::Invocation;
use super::command::PROGRAM;
use super::help::{COLUMN, Page};
use super::roles;
use super::text::{columns, complain, fail, print, tell, width};
use crate::bindings::{MadeTool, Missing};
use crate::config::Config;
use crate::product::{self, Chosen, Live, declared, is_live};
use crate::tools;
use crate::tools::shown::{FieldKind, Output, Shape};
use crate::tools::told::{CLIENT_ADDITIONS, Kind, Parameter, Presence};
use crate::tools::{Callable, Hints, Tool};

/// Columns that a description needs beside a name.
const NARROW: usize = 24;

/// The tools from configuration as a server offers them that starts now; what is missing is complained
/// of.
pub fn made(config: &Config) -> Vec<Arc<MadeTool>> {
    if !is_live(config) {
        return Vec::new();
    }
    // Nothing is called, so nothing is written down.
    let mut config = config.clone();
    config.server.audit_file = None;
    match Backend::open(&config) {
        Ok(backend) => {
            let live = Live::new(&config, &backend.means);
            for problem in live.problems() {
                complain(&format!("WARNING: {problem}"));
            }
            for Missing { tool, why, .. } in live.look(None) {
                complain(&format!("WARNING: tool '{tool}' is not offered: {why}"));
            }
            live.tools()
        }
        Err(error) => {
            complain(&format!("WARNING: {error}"));
            declared(&config)
        }
    }
}

/// What a list command shows. Without --enabled and --role the lists do not depend on any
/// configuration, so none is read.
pub fn listed(invocation: &Invocation, show: fn(Chosen) -> ExitCode) -> ExitCode {
    let role = invocation.option("role");
    if role.is_some() || invocation.switch("enabled") {
        return invocation.with_config(|config| {
            for warning in product::tags::unknown(config) {
                complain(&format!("WARNING: {warning}"));
            }
            let made = made(config);
            let Some(name) = role else { return show(product::enabled(&config.server, &made)) };
            match roles::called(config, name) {
                Ok(role) => show(product::allowed(&config.server, &made, role)),
                Err(unknown) => fail(&unknown),
            }
        });
    }
    if let Some((setting, _)) = invocation.settings().first() {
        complain(&format!(
            "WARNING: without --enabled every tool counts, and --{} changes nothing",
            setting.flag
        ));
    }
    show(Chosen { built: tools::all().collect(), made: Vec::new() })
}

/// Prints these tools: for a person those of an area together.
pub fn tools(chosen: Chosen) -> ExitCode {
    let mut tools = chosen.all();
    tools.sort_unstable_by(|one, other| one.name().cmp(other.name()));
    let tools: Vec<&dyn Callable> = tools.iter().map(AsRef::as_ref).collect();
    let names = tools.iter().map(|tool| tool.name());
    let column = names.chain(["TOOLS"]).map(str::len).max().unwrap_or(0) + 3;
    if !io::stdout().is_terminal() {
        let head = format!("{:<column$}DESCRIPTION", "TOOLS");
        return print(&format!("{head}\n{}\n", listing(&tools, 0, column, width())));
    }
    let mut areas: BTreeMap<&str, Vec<&dyn Callable>> = BTreeMap::new();
    for tool in &tools {
        areas.entry(tool.area().tag).or_default().push(*tool);
    }
    let mut text = format!("{} tools in {} areas\n", tools.len(), areas.len());
    for (area, tools) in &areas {
        let _ = write!(text, "\n{area}\n{}", listing(tools, 2, column - 1, width()));
    }
    print(&text);
    tell(&format!("\nAll about one tool or the tools of one area: {PROGRAM} help NAME\n"))
}

/// The tools of an area with what each of them does.
pub fn summaries(tools: &[&dyn Callable], width: usize) -> String {
    let mut page = Page::new(width);
    page.line("Tools:");
    for tool in tools {
        page.entry(2, tool.name(), tool.summary(), COLUMN);
    }
    page.gap();
    page.paragraph(&format!("All about one: {PROGRAM} help NAME"));
    page.text()
}

/// A line for each tool. On a narrow screen what a tool does stands below its name.
fn listing(tools: &[&dyn Callable], indent: usize, column: usize, width: usize) -> String {
    let mut text = String::new();
    let room = width.saturating_sub(indent + column);
    let before = " ".repeat(indent);
    for tool in tools {
        let _ = match room < NARROW {
            true => writeln!(
                text,
                "{before}{}\n{before}  {}",
                tool.name(),
                shortened(tool.summary(), width - indent - 2)
            ),
            false => {
                writeln!(
                    text,
                    "{before}{:<column$}{}",
                    tool.name(),
                    shortened(tool.summary(), room)
                )
            }
        };
    }
    text
}

/// Prints all that is to know about these tools, in Markdown.
pub fn reference(chosen: Chosen) -> ExitCode {
    let mut areas: BTreeMap<&str, String> = BTreeMap::new();
    for tool in chosen.built {
        areas.entry(tool.area.tag).or_default().push_str(&entry(tool));
    }
    for tool in chosen.made {
        areas.entry(tool.area.tag).or_default().push_str(&made_entry(&tool));
    }
    let additions = format!("`{}`", CLIENT_ADDITIONS.join("`, `"));
    let lean = format!("`{}`", tools::LEAN.join("`, `"));
    let mut text = INTRODUCTION.replace("ADDITIONS", &additions).replace("LEAN", &lean);
    for (area, entries) in areas {
        let _ = write!(text, "\n## {}\n{entries}", title(area));
    }
    print(&text)
}

/// Prints the tags of these tools.
pub fn tags(chosen: Chosen) -> ExitCode {
    let tools = chosen.all();
    // Deployments filter by `default` without ever seeing it here; the list stays as it was.
    let tags: BTreeSet<&str> =
        tools.iter().flat_map(|tool| tool.tags()).filter(|tag| *tag != "default").collect();
    let mut text = String::from("TAGS\n");
    for tag in tags {
        let _ = writeln!(text, "{tag}");
    }
    text.push('\n');
    print(&text)
}

fn head(tool: &dyn Callable) -> String {
    format!(
        "\n### `{}`\n\n**{}.** {}\n\n- Hints: {}\n- Tags: `{}`\n",
        tool.name(),
        tool.title(),
        tool.description(),
        hints(tool.hints()),
        tool.tags().join("`, `")
    )
}

/// A tool from configuration: its arguments are known as a schema.
fn made_entry(tool: &MadeTool) -> String {
    let schema = tool.input_schema(true);
    let mut text = format!("{}\nArguments:\n\n```json\n{schema:#}\n```\n", head(tool));
    returned(tool.output(), &mut text);
    text
}

fn entry(tool: &Tool) -> String {
    let mut text = head(tool);
    if tool.all_parameters().next().is_some() {
        text.push_str("\n| Parameter | Type | Default | Meaning |\n|---|---|---|---|\n");
    }
    for parameter in tool.all_parameters() {
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} |",
            parameter.name,
            accepted(parameter),
            default(parameter.presence),
            parameter.doc.replace('|', "\\|")
        );
    }
    returned(tool.output(), &mut text);
    text
}

/// What comes back: every field of the result.
fn returned(output: Output, text: &mut String) {
    let (what, shapes): (_, &[&Shape]) = match output {
        Output::Object(shape) => ("an object", &[shape]),
        Output::List(shape) => ("under `result`, a list of objects", &[shape]),
        Output::OneOf(shapes) => ("under `result`, an object of one of these forms", shapes),
        Output::Free => ("the platform's object as it is", &[]),
        Output::Wrapped => ("under `result`, the platform's value as it is", &[]),
    };
    let _ = writeln!(text, "\nReturns {what}.");
    for shape in shapes {
        text.push_str("\n| Field | Type | Meaning |\n|---|---|---|\n");
        fields(shape, "", text);
        if shape.open {
            text.push_str("| … | any | Whatever else the platform tells |\n");
        }
    }
}

/// The rows of a shape's fields; those of what lies below are named by their path.
fn fields(shape: &Shape, path: &str, text: &mut String) {
    for field in shape.fields {
        let name = format!("{path}{}", field.name);
        let doc = field.doc.replace('|', "\\|");
        let _ = writeln!(text, "| `{name}` | {} | {doc} |", field.kind.in_words());
        match field.kind {
            FieldKind::Object(below) => fields(below, &format!("{name}."), text),
            FieldKind::Objects(below) => fields(below, &format!("{name}[]."), text),
            _ => {}
        }
    }
}

/// What may be assumed about a call, as the end of a sentence.
pub fn hints(hints: Hints) -> String {
    let change = match hints {
        Hints { read_only: true, .. } => "changes nothing",
        Hints { destructive: true, .. } => "may destroy or interrupt something",
        _ => "changes something, destroys nothing",
    };
    let again = if hints.idempotent { "safe to repeat" } else { "does it again when repeated" };
    let reach = if hints.open_world { "reaches other systems" } else { "stays on the platform" };
    format!("{change}; {again}; {reach}")
}

fn accepted(parameter: &Parameter) -> String {
    if !parameter.choices.is_empty() {
        return format!("one of `{}`", parameter.choices.join("`, `"));
    }
    let mut text = parameter.kind.in_words().to_owned();
    if let Kind::Integer { min, max } = parameter.kind {
        if min != i64::MIN {
            let _ = write!(text, ", at least {min}");
        }
        if max != i64::MAX {
            let _ = write!(text, ", at most {max}");
        }
    }
    text
}

fn default(presence: Presence) -> String {
    match presence {
        Presence::Required => "required".into(),
        Presence::Optional => "none".into(),
        Presence::Integer(number) => format!("`{number}`"),
        Presence::Boolean(flag) => format!("`{flag}`"),
        Presence::Text("") => "empty".into(),
        Presence::Text(text) => format!("`{text}`"),
    }
}

/// `operations_manager` as people write it.
fn title(area: &str) -> String {
    let word = |word: &str| {
        word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect()
    };
    area.split('_').map(word).collect::<Vec<String>>().join(" ")
}

/// `text`, cut between words when it does not fit. A terminal too narrow for a word gets it all.
fn shortened(text: &str, room: usize) -> String {
    if columns(text) <= room {
        return text.to_owned();
    }
    let mut shown = String::new();
    let mut used = 0;
    for word in text.split(' ') {
        let length = columns(word) + usize::from(used > 0);
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

const INTRODUCTION: &str = concat!(
    "# Tools\n\n",
    "<!-- Generated: docs/regenerate -->\n\n",
    "The tools of this server, by the application of the platform that they work with; the first ",
    "tag of a tool is its area. Every parameter that is not required may also be null. Models ",
    "may send numbers, flags, lists and objects as text: what can be understood is understood, and ",
    "what cannot is answered with what is allowed. So are names of parameters, and words to choose ",
    "from, in another case or spelling (`deviceType` for `device_type`), one value for a list, names ",
    "with commas between them for a list of names, and null as text. Text that looks like JSON and ",
    "was cut off is refused. What clients add to the arguments of every call for their own use is ",
    "passed over: ADDITIONS.\n\n",
    "The settings `include_tags`, `exclude_tags`, `read_only` and `no_destructive` choose which tools ",
    "are offered; `itential-mcp tools --enabled` shows the outcome, ",
    "and `--role NAME` what callers of a role may use. Of these, `offer = lean` leaves what ",
    "operators need most: LEAN. With `offer = search` a client is shown three tools: `find_tools` finds ",
    "the others by words and area, `describe_tool` shows all of one, `call_tool` calls it. A person ",
    "is asked, arguments are checked and the call is written down as if the tool had been called itself.\n",
);

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
