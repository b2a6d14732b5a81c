//! What a command is, and what it is given.

use std::path::PathBuf;
use std::process::ExitCode;

use super::text::fail;
use crate::config::{self, Config, Environment, Group, Loaded, Setting, Sources, settings, value};

/// Name of the program in usage lines and messages.
pub const PROGRAM: &str = "itential-mcp";

/// One command.
#[derive(Debug)]
pub struct Command {
    /// What the user types.
    pub name: &'static str,
    /// One line for the list of commands.
    pub summary: &'static str,
    /// What else to know, in sentences.
    pub details: &'static str,
    /// Positional arguments.
    pub arguments: &'static [Argument],
    /// Options of this command alone.
    pub options: &'static [Flag],
    /// Groups of settings it takes.
    pub groups: &'static [Group],
    /// What it does.
    pub run: fn(&Invocation) -> Result<ExitCode, UsageError>,
}

/// A positional argument.
#[derive(Debug)]
pub struct Argument {
    /// Name in usage lines.
    pub name: &'static str,
    /// Accepted words; empty is anything.
    pub choices: &'static [&'static str],
    /// What it is.
    pub doc: &'static str,
    /// Whether it may be left out.
    pub optional: bool,
}

/// An option of the command line.
#[derive(Clone, Copy, Debug)]
pub struct Flag {
    /// Long name without dashes.
    pub name: &'static str,
    /// Short name.
    pub short: Option<char>,
    /// Name of the value; empty for switches.
    pub metavar: &'static str,
    /// Accepted words; empty is anything.
    pub choices: &'static [&'static str],
    /// Default as text; empty is none.
    pub default: &'static str,
    /// What it does.
    pub doc: &'static str,
    /// Whether the Python server had it: its abbreviations keep their meaning.
    pub drop_in: bool,
    /// The setting it gives a value to.
    pub setting: Option<&'static Setting>,
}

/// `--config`, understood before and after every command.
pub const CONFIG: Flag = option("config", "FILE", "", "Read this configuration file").ours();

/// `--help`, understood everywhere.
pub const HELP: Flag =
    Flag { short: Some('h'), ..option("help", "", "", "Show this help and exit") };

/// `--version`, understood everywhere.
pub const VERSION: Flag =
    Flag { short: Some('V'), ..option("version", "", "", "Show the version and exit") }.ours();

/// A positional argument that must be given.
pub const fn argument(name: &'static str, doc: &'static str) -> Argument {
    Argument { name, choices: &[], doc, optional: false }
}

/// An option of a command.
pub const fn option(
    name: &'static str,
    metavar: &'static str,
    default: &'static str,
    doc: &'static str,
) -> Flag {
    Flag { name, short: None, metavar, choices: &[], default, doc, drop_in: true, setting: None }
}

impl Flag {
    /// Not an option of the Python server in this place.
    pub const fn ours(mut self) -> Self {
        self.drop_in = false;
        self
    }

    /// The option of a setting. Its default is the table's, never a value of the environment.
    pub fn of(setting: &'static Setting) -> Self {
        Self {
            name: setting.flag,
            short: None,
            metavar: setting.metavar,
            choices: setting.choices(),
            default: if setting.is_switch() { "" } else { setting.default },
            doc: setting.doc,
            drop_in: setting.drop_in,
            setting: Some(setting),
        }
    }

    /// Whether it stands without a value.
    pub fn is_switch(&self) -> bool {
        self.metavar.is_empty()
    }
}

impl Command {
    /// The settings of one group, as options.
    pub fn settings_of(group: Group) -> impl Iterator<Item = Flag> {
        settings().filter(move |row| row.group == group).map(Flag::of)
    }

    /// Every option understood after this command.
    pub fn flags(&self) -> Vec<Flag> {
        let settings = self.groups.iter().flat_map(|group| Self::settings_of(*group));
        let own = self.options.iter().copied();
        own.chain(settings).chain([CONFIG, HELP, VERSION]).collect()
    }

    /// The usage line.
    pub fn usage(&self) -> String {
        let mut line = format!("{PROGRAM} {}", self.name);
        for argument in self.arguments {
            line.push_str(&match argument.optional {
                true => format!(" [{}]", argument.name),
                false => format!(" <{}>", argument.name),
            });
        }
        line + " [OPTIONS]"
    }
}

/// A command with what was given to it.
#[derive(Debug)]
pub struct Invocation {
    /// The command.
    pub command: &'static Command,
    /// Positional arguments, at most as many as the command has.
    pub arguments: Vec<String>,
    /// Options with their values, in order.
    pub options: Vec<(Flag, String)>,
    /// Every command, for those that document them all.
    pub commands: &'static [Command],
}

/// A command line that cannot be understood.
#[derive(Debug)]
pub struct UsageError {
    /// The command it was meant for, if one was reached.
    pub command: Option<&'static Command>,
    /// What is wrong.
    pub message: String,
}

impl Invocation {
    /// The last value of an option.
    pub fn option(&self, name: &str) -> Option<&str> {
        let found = self.options.iter().rev().find(|(flag, _)| flag.name == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Every value of an option, in order.
    pub fn each<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let found = self.options.iter().filter(move |(flag, _)| flag.name == name);
        found.map(|(_, value)| value.as_str())
    }

    /// A positional argument; empty when it was left out.
    pub fn argument(&self, index: usize) -> &str {
        self.arguments.get(index).map_or("", String::as_str)
    }

    /// Whether a switch was given.
    pub fn switch(&self, name: &str) -> bool {
        self.option(name).is_some()
    }

    /// The number given to an option of the command, or its default.
    pub fn number(&self, name: &str, min: i64, max: i64) -> Result<u64, UsageError> {
        let own = self.command.options.iter().find(|flag| flag.name == name);
        let default = own.map_or("0", |flag| flag.default);
        let text = self.option(name).unwrap_or(default);
        let number =
            value::integer(text, min, max, "a whole number").map_err(|invalid| UsageError {
                command: Some(self.command),
                message: format!(
                    "argument --{name}: {} is not valid; expected {invalid}",
                    value::shown(text)
                ),
            })?;
        Ok(number.unsigned_abs())
    }

    /// Where the configuration comes from.
    pub fn sources(&self) -> Sources {
        Sources {
            environment: Environment::of_process(),
            command_line: self.settings(),
            config_file: self.option("config").filter(|f| !f.is_empty()).map(PathBuf::from),
        }
    }

    /// The configuration.
    ///
    /// # Errors
    /// Everything that makes it unusable.
    pub fn load(&self) -> Result<Loaded, config::Error> {
        config::load(&self.sources())
    }

    /// Does something with the configuration, or says why it cannot be used.
    pub fn with_config(&self, then: impl FnOnce(&Config) -> ExitCode) -> ExitCode {
        match self.load() {
            Ok(loaded) => then(&loaded.config),
            Err(error) => fail(&error.to_string()),
        }
    }

    /// The options that are settings, in order.
    pub fn settings(&self) -> Vec<(&'static Setting, String)> {
        let settings = self.options.iter();
        settings.filter_map(|(flag, value)| Some((flag.setting?, value.clone()))).collect()
    }
}
