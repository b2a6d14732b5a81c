//! `help`: commands, tools, settings and areas, as a person reads of them.

use std::process::ExitCode;

use serde_json::Value;

use super::catalog::{self, hints, summaries};
use super::command::{Invocation, PROGRAM, UsageError};
use super::help::{self, Page};
use super::reference::accepted;
use super::text::{fail, print, width};
use crate::config::{Setting, settings};
use crate::nearest::nearest;
use crate::tools::shown::{Output, Shape};
use crate::tools::{self, Callable};

/// Prints what there is to know about the topic.
///
/// # Errors
/// When there is none of this name.
pub fn help(invocation: &Invocation) -> Result<ExitCode, UsageError> {
    let (topic, commands) = (invocation.argument(0), invocation.commands);
    let bare = topic.trim_start_matches('-');
    if topic.is_empty() {
        return Ok(print(&help::program(commands, width())));
    }
    if let Some(command) = commands.iter().find(|command| command.name == topic) {
        return Ok(print(&help::command(command, width())));
    }
    if let Some(tool) = tools::find(topic) {
        return Ok(print(&of_tool(tool, width())));
    }
    let rows: Vec<_> = settings().filter(|row| is_called(row, bare)).collect();
    if !rows.is_empty() {
        return Ok(print(&rows.into_iter().map(of_setting).collect::<Vec<_>>().join("\n")));
    }
    let area: Vec<_> = tools::all().filter(|tool| tool.area.tag == topic).collect();
    if !area.is_empty() {
        let all: Vec<&dyn Callable> = area.iter().map(|tool| *tool as &dyn Callable).collect();
        return Ok(print(&summaries(&all, width())));
    }
    of_made(invocation, topic)
}

/// `call TOOL --help`: the tool, as far as it is known without a configuration.
pub fn of_call(name: &str) -> Option<ExitCode> {
    tools::find(name).map(|tool| print(&of_tool(tool, width())))
}

/// A tool from configuration, which only the configuration knows.
fn of_made(invocation: &Invocation, topic: &str) -> Result<ExitCode, UsageError> {
    let config = match invocation.load() {
        Ok(loaded) => loaded.config,
        Err(error) if invocation.option("config").is_some() => {
            return Ok(fail(&error.to_string()));
        }
        Err(_) => return Err(unknown(invocation, topic)),
    };
    let made = catalog::made(&config);
    match made.iter().find(|tool| tool.name() == topic) {
        Some(tool) => Ok(print(&of_tool(tool.as_ref(), width()))),
        None => Err(unknown(invocation, topic)),
    }
}

fn unknown(invocation: &Invocation, topic: &str) -> UsageError {
    let commands = invocation.commands.iter().map(|command| command.name);
    let tools = tools::all().flat_map(|tool| [tool.name, tool.area.tag]);
    let keys = settings().map(|row| row.key);
    let meant = nearest(topic, commands.chain(tools).chain(keys));
    let meant = meant.map(|name| format!("; did you mean {name}?")).unwrap_or_default();
    let message = format!(
        "there is no command, tool, setting or tag '{}'{meant}",
        topic.escape_debug().collect::<String>()
    );
    UsageError { command: Some(invocation.command), message }
}

/// By its name in the file, in the environment or on the command line.
fn is_called(row: &Setting, name: &str) -> bool {
    row.key == name || row.flag == name || row.env == name || row.id() == name
}

fn of_setting(row: &Setting) -> String {
    let mut page = Page::new(width());
    page.paragraph(&format!("{}: {}.", row.id(), row.doc));
    page.gap();
    let default = if row.default.is_empty() { "unset" } else { row.default };
    for (term, doc) in [
        ("File", format!("[{}] {}", row.section.name(), row.key)),
        ("Environment", row.env.to_owned()),
        ("Option", format!("--{}", row.flag)),
        ("Values", accepted(row)),
        ("Default", default.to_owned()),
    ] {
        page.entry(2, term, &doc, 15);
    }
    if row.reloadable {
        page.entry(2, "Reload", "SIGHUP, without a restart", 15);
    }
    page.text()
}

/// What a tool does, takes and gives.
pub fn of_tool(tool: &dyn Callable, width: usize) -> String {
    let schema = tool.input_schema(true);
    let none = Vec::new();
    let required: Vec<&str> =
        schema["required"].as_array().unwrap_or(&none).iter().filter_map(Value::as_str).collect();
    let mut page = Page::new(width);
    page.paragraph(tool.title());
    page.gap();
    page.line("Usage:");
    let usage = format!("  {PROGRAM} call {}", tool.name());
    let example: Vec<String> = required
        .iter()
        .map(|name| format!("\"{name}\": {}", example(&schema["properties"][*name])))
        .collect();
    match example.as_slice() {
        [] => page.line(&format!("{usage} [OPTIONS]")),
        members => {
            page.line(&format!("{usage} \\"));
            page.line(&format!("    --params '{{{}}}'", members.join(", ")));
        }
    }
    page.gap();
    page.paragraph(tool.description());
    if let Some(properties) = schema["properties"].as_object().filter(|all| !all.is_empty()) {
        page.gap();
        page.line("Parameters:");
        for (name, property) in properties {
            let mut doc = property["description"].as_str().unwrap_or_default().to_owned();
            let choices = property.get("enum").or_else(|| property["items"].get("enum"));
            if let Some(words) = choices.and_then(Value::as_array) {
                let words: Vec<String> = words.iter().map(plain).collect();
                doc.push_str(&format!(" [{}]", words.join(", ")));
            }
            match property.get("default") {
                _ if required.contains(&name.as_str()) => doc.push_str(" (required)"),
                Some(value) => doc.push_str(&format!(" (default: {})", plain(value))),
                None => {}
            }
            page.entry(2, &format!("{name} <{}>", kind(property)), doc.trim_start(), help::COLUMN);
        }
    }
    page.gap();
    page.paragraph(&format!("It {}.", hints(tool.hints())));
    page.paragraph(&format!("Tags: {}.", tool.tags().join(", ")));
    page.paragraph(&returned(tool.output()));
    page.text()
}

/// A value to be replaced by one's own.
fn example(property: &Value) -> String {
    match kind(property) {
        "number" => "1".into(),
        "true|false" => "true".into(),
        "object" => "{}".into(),
        "list" => "[\"...\"]".into(),
        _ => "\"...\"".into(),
    }
}

fn kind(property: &Value) -> &'static str {
    let either = property["anyOf"].as_array().and_then(|all| all.first());
    match property["type"].as_str().or_else(|| either?["type"].as_str()) {
        Some("integer" | "number") => "number",
        Some("boolean") => "true|false",
        Some("object") => "object",
        Some("array") => "list",
        Some("string") => "text",
        _ => "value",
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn returned(output: Output) -> String {
    let fields = |shape: &Shape| {
        let names: Vec<&str> = shape.fields.iter().map(|field| field.name).collect();
        names.join(", ")
    };
    match output {
        Output::Object(shape) => format!("It gives: {}.", fields(shape)),
        Output::List(shape) => format!("It gives a list, of each: {}.", fields(shape)),
        Output::OneOf(_) | Output::Free | Output::Wrapped => {
            "It gives what the platform has.".into()
        }
    }
}
