//! Help, made from the tables. It shows static defaults only: the environment may hold secrets.

use super::command::{CONFIG, Command, Flag, HELP, PROGRAM, VERSION};
use super::text::{columns, wrap, wrap_lines};

/// Column at which descriptions begin.
pub const COLUMN: usize = 30;

/// A description that had fewer columns than this stands below what it describes.
const NARROW: usize = 22;

/// Text in the width of the screen.
pub struct Page {
    width: usize,
    out: String,
}

impl Page {
    /// An empty one.
    pub fn new(width: usize) -> Self {
        Self { width, out: String::new() }
    }

    /// What it says.
    pub fn text(self) -> String {
        wrap_lines(&self.out, self.width)
    }

    /// A line of its own.
    pub fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    /// An empty line.
    pub fn gap(&mut self) {
        self.line("");
    }

    /// Sentences.
    pub fn paragraph(&mut self, text: &str) {
        wrap(text, self.width).iter().for_each(|line| self.line(line));
    }

    /// A term with its description beside it, or below when the term is long or the screen narrow.
    pub fn entry(&mut self, indent: usize, term: &str, doc: &str, column: usize) {
        let room = self.width.saturating_sub(column);
        let narrow = room < NARROW || doc.split_whitespace().any(|word| columns(word) > room);
        let (indent, column) = if narrow { (indent.min(2), 6) } else { (indent, column) };
        let start = format!("{:indent$}{term}", "");
        let mut lines = wrap(doc, self.width.saturating_sub(column)).into_iter();
        if narrow || columns(&start) + 2 > column {
            self.line(&start);
        } else if let Some(first) = lines.next() {
            self.line(&format!("{start:column$}{first}"));
        }
        lines.for_each(|line| self.line(&format!("{:column$}{line}", "")));
    }

    fn option(&mut self, flag: &Flag) {
        let indent = if flag.short.is_some() { 2 } else { 6 };
        let doc = described(flag.doc, flag.choices, flag.default);
        self.entry(indent, &spelled(flag), &doc, COLUMN);
    }
}

/// Help of the program, on one screen.
pub fn program(commands: &[Command], width: usize) -> String {
    let mut page = Page::new(width);
    page.line("MCP server for the Itential Platform");
    page.line("Usage:");
    page.line(&format!("  {PROGRAM} [--config FILE] <COMMAND> [OPTIONS]"));
    page.line("Commands:");
    for command in commands {
        page.entry(2, command.name, command.summary, 17);
    }
    let options = [CONFIG, HELP, VERSION].map(|flag| spelled(&flag)).join(", ");
    page.paragraph(&format!(
        "Everywhere: {options}. Options without a command mean run. For a command, a tool or a \
         setting: {PROGRAM} help NAME"
    ));
    page.text()
}

/// Help of a command.
pub fn command(command: &Command, width: usize) -> String {
    let mut page = Page::new(width);
    page.paragraph(command.summary);
    page.gap();
    page.line("Usage:");
    page.line(&format!("  {}", command.usage()));
    if !command.details.is_empty() {
        page.gap();
        page.paragraph(command.details);
    }
    if !command.arguments.is_empty() {
        page.gap();
        page.line("Arguments:");
        for argument in command.arguments {
            let doc = described(argument.doc, argument.choices, "");
            page.entry(2, &format!("<{}>", argument.name), &doc, COLUMN);
        }
    }
    for group in command.groups {
        page.gap();
        page.line(&format!("{}:", group.title()));
        for flag in Command::settings_of(*group) {
            page.option(&flag);
        }
    }
    page.gap();
    page.line("Options:");
    for flag in command.flags().iter().filter(|flag| flag.setting.is_none()) {
        page.option(flag);
    }
    if !command.groups.is_empty() {
        page.gap();
        page.paragraph(&format!(
            "Every setting can also stand in the environment, which beats the option, or in the \
             configuration file. See: {PROGRAM} help SETTING, {PROGRAM} config docs"
        ));
    }
    page.text()
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
