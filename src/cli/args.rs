//! From the command line to an inert description of what to do.

use std::ffi::{OsStr, OsString};

use lexopt::Arg;

use super::command::{CONFIG, Command, Flag, HELP, Invocation, PROGRAM, UsageError, VERSION};
use crate::config::{nearest, value};
use crate::nearest::one_of;
use crate::tools;

/// What the command line asks for.
#[derive(Debug)]
pub enum Request {
    /// A command.
    Run(Invocation),
    /// Help for a command and what it is to be done with, or for the program.
    Help(Option<&'static Command>, Vec<String>),
    /// `--version`.
    Version,
}

/// Reads the arguments after the program's name.
///
/// # Errors
/// The first thing that cannot be understood.
pub fn parse(
    args: impl Iterator<Item = OsString>,
    commands: &'static [Command],
) -> Result<Request, UsageError> {
    let mut reader = Reader {
        commands,
        parser: lexopt::Parser::from_args(args),
        command: None,
        arguments: Vec::new(),
        options: Vec::new(),
    };
    let mut any = false;
    while let Some(arg) = reader.next()? {
        any = true;
        match arg {
            Given::Option(flag, _) if flag.name == HELP.name => {
                return Ok(Request::Help(reader.command, reader.arguments));
            }
            Given::Option(flag, _) if flag.name == VERSION.name => return Ok(Request::Version),
            Given::Option(flag, value) => reader.options.push((flag, value)),
            Given::Argument(text) => reader.argument(text)?,
        }
    }
    if any { reader.finish().map(Request::Run) } else { Ok(Request::Help(None, Vec::new())) }
}

struct Reader {
    commands: &'static [Command],
    parser: lexopt::Parser,
    command: Option<&'static Command>,
    arguments: Vec<String>,
    options: Vec<(Flag, String)>,
}

enum Given {
    Option(Flag, String),
    Argument(String),
}

impl Reader {
    fn next(&mut self) -> Result<Option<Given>, UsageError> {
        let arg = match self.parser.next() {
            Ok(None) => return Ok(None),
            Ok(Some(Arg::Long(name))) => Ok(format!("--{name}")),
            Ok(Some(Arg::Short(letter))) => Ok(format!("-{letter}")),
            Ok(Some(Arg::Value(text))) => Err(text),
            Err(error) => {
                let message = error.to_string();
                return Err(self.error(message));
            }
        };
        let name = match arg {
            Err(text) => return Ok(Some(Given::Argument(self.utf8(text)?))),
            Ok(name) => name,
        };
        let flag = self.find(&name)?;
        let value = self.value(&flag)?;
        Ok(Some(Given::Option(flag, value)))
    }

    /// The options understood at this place; before the command those of `run` are.
    fn flags(&self) -> Vec<Flag> {
        match self.command {
            Some(command) => command.flags(),
            None => {
                // In the Python server only these two stand here, and `--conf` means the first.
                let own = [Flag { drop_in: true, ..CONFIG }, HELP, VERSION];
                let run =
                    self.commands[0].flags().into_iter().filter(|flag| flag.setting.is_some());
                own.into_iter().chain(run.map(|flag| Flag { drop_in: false, ..flag })).collect()
            }
        }
    }

    /// The option of this name, or of this unique beginning.
    ///
    /// A beginning that was unique among the Python server's options keeps its meaning, however many
    /// options have been added since.
    fn find(&self, given: &str) -> Result<Flag, UsageError> {
        let flags = self.flags();
        let Some(name) = given.strip_prefix("--") else {
            let letter = given.chars().nth(1);
            let found = flags.into_iter().find(|flag| flag.short == letter);
            return found.ok_or_else(|| self.unknown(given));
        };
        if let Some(flag) = flags.iter().find(|flag| flag.name == name) {
            return Ok(*flag);
        }
        let begins = |flag: &&Flag| !name.is_empty() && flag.name.starts_with(name);
        let old: Vec<_> = flags.iter().filter(|flag| flag.drop_in).filter(begins).collect();
        let all: Vec<_> = flags.iter().filter(begins).collect();
        match if old.is_empty() { &all } else { &old }.as_slice() {
            [] => Err(self.unknown(given)),
            [flag] => Ok(**flag),
            several => {
                let names: Vec<_> = several.iter().map(|f| format!("--{}", f.name)).collect();
                Err(self
                    .error(format!("ambiguous option: {given} could match {}", names.join(", "))))
            }
        }
    }

    fn unknown(&self, given: &str) -> UsageError {
        let bare = given.trim_start_matches('-');
        let flags = self.flags();
        let meant = nearest(bare, flags.iter().map(|flag| flag.name));
        let meant = meant.map(|name| format!("; did you mean --{name}?")).unwrap_or_default();
        // An option of another command is better explained than guessed at.
        let owners: Vec<_> = self
            .commands
            .iter()
            .filter(|command| command.flags().iter().any(|flag| flag.name == bare))
            .map(|command| command.name)
            .collect();
        match owners.as_slice() {
            [] => self.error(format!("unrecognized option: {given}{meant}")),
            _ => self.error(format!(
                "unrecognized option: {given}; it belongs to {}",
                owners.join(", ")
            )),
        }
    }

    fn value(&mut self, flag: &Flag) -> Result<String, UsageError> {
        let attached = self.parser.optional_value();
        let text = match attached {
            Some(_) if flag.is_switch() && flag.setting.is_none() => {
                return Err(self.error(format!("argument --{}: takes no value", flag.name)));
            }
            Some(text) => text,
            None if flag.is_switch() => "true".into(),
            None => self
                .parser
                .try_raw_args()
                .and_then(|mut rest| rest.next_if(is_value))
                .ok_or_else(|| UsageError {
                    command: self.command,
                    message: format!(
                        "argument --{}: expected one argument; write --{0}=VALUE for a value that \
                         begins with '-'",
                        flag.name
                    ),
                })?,
        };
        let text = self.utf8(text)?;
        self.check(flag, &text)?;
        Ok(text)
    }

    /// Refuses what has not even the right form. Whether a number is in range is asked later, and
    /// only if no variable of the environment overrides it.
    fn check(&self, flag: &Flag, text: &str) -> Result<(), UsageError> {
        let wrong = |expected: String| {
            let text = value::shown(text);
            self.error(format!(
                "argument --{}: {text} is not valid; expected {expected}",
                flag.name
            ))
        };
        match flag.setting {
            Some(row) if text.trim().is_empty() && value::blank_is_unset(row.kind) => Ok(()),
            Some(row) => match value::parse(row, text) {
                Err(invalid) if invalid.malformed => Err(wrong(invalid.reason)),
                _ => Ok(()),
            },
            None if flag.choices.is_empty() || flag.choices.contains(&text) => Ok(()),
            None => Err(wrong(one_of(text, flag.choices))),
        }
    }

    fn argument(&mut self, text: String) -> Result<(), UsageError> {
        let Some(command) = self.command else {
            self.command = Some(
                self.commands.iter().find(|command| command.name == text).ok_or_else(|| {
                    let text = text.as_str();
                    if tools::find(text).is_some() {
                        let how =
                            format!("'{text}' is a tool, not a command: {PROGRAM} call {text}");
                        return self.error(how);
                    }
                    let names: Vec<_> = self.commands.iter().map(|command| command.name).collect();
                    let known = one_of(text, &names);
                    self.error(format!("unknown command {}; expected {known}", value::shown(text)))
                })?,
            );
            return Ok(());
        };
        let Some(argument) = command.arguments.get(self.arguments.len()) else {
            return Err(self.error(format!("unrecognized argument: {}", value::shown(&text))));
        };
        if !argument.choices.is_empty() && !argument.choices.contains(&text.as_str()) {
            return Err(self.error(format!(
                "argument {}: {} is not valid; expected {}",
                argument.name,
                value::shown(&text),
                one_of(&text, argument.choices)
            )));
        }
        self.arguments.push(text);
        Ok(())
    }

    fn finish(self) -> Result<Invocation, UsageError> {
        // Options alone mean `run`.
        let command = self.command.unwrap_or(&self.commands[0]);
        let fail = |message| Err(UsageError { command: Some(command), message });
        let missing = command.arguments.get(self.arguments.len());
        if let Some(missing) = missing.filter(|argument| !argument.optional) {
            let mut message = format!("the following argument is required: {}", missing.name);
            if !missing.choices.is_empty() {
                message.push_str(&format!(" ({})", missing.choices.join(", ")));
            }
            return fail(message);
        }
        // Options before the command were read without knowing it.
        let flags = command.flags();
        let foreign = |flag: &Flag| flags.iter().all(|own| own.name != flag.name);
        if let Some((flag, _)) = self.options.iter().find(|(flag, _)| foreign(flag)) {
            return fail(format!("option --{} does not belong to {}", flag.name, command.name));
        }
        let Self { commands, arguments, options, .. } = self;
        Ok(Invocation { command, arguments, options, commands })
    }

    fn utf8(&self, text: OsString) -> Result<String, UsageError> {
        text.into_string()
            .map_err(|text| self.error(format!("'{}' is not valid UTF-8", text.to_string_lossy())))
    }

    fn error(&self, message: String) -> UsageError {
        UsageError { command: self.command, message }
    }
}

/// Whether an argument can be the value of the option before it. As in the Python server, one that
/// begins with a dash is an option, unless it is a dash alone, a number, or contains a blank.
fn is_value(arg: &OsStr) -> bool {
    let text = arg.to_string_lossy();
    let Some(rest) = text.strip_prefix('-') else { return true };
    let number = rest.bytes().all(|b| b.is_ascii_digit() || b == b'.')
        && rest.ends_with(|c: char| c.is_ascii_digit())
        && rest.matches('.').count() <= 1;
    rest.is_empty() || number || text.contains(' ')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_follow_an_option() {
        for text in ["x", "", "-", "-1", "-.5", "-1.5", "-a b", "a-b"] {
            assert!(is_value(OsStr::new(text)), "{text}");
        }
        for text in ["-x", "--port", "--", "-1x", "-."] {
            assert!(!is_value(OsStr::new(text)), "{text}");
        }
    }
}
