//! Completion for zsh.

use super::words::{Complete, of_argument, of_option};
use crate::cli::command::{CONFIG, Command, Flag, HELP, PROGRAM, VERSION};

/// The script.
pub fn script(commands: &[Command]) -> String {
    let mut out =
        format!("#compdef {PROGRAM}\n\n_itential_mcp() {{\n  local -a commands\n  commands=(\n");
    for command in commands {
        out.push_str(&format!("    '{}:{}'\n", command.name, quoted(command.summary)));
    }
    out.push_str("  )\n  local curcontext=\"$curcontext\" state line\n  _arguments -C \\\n");
    for flag in [CONFIG, HELP, VERSION] {
        out.push_str(&format!("    {} \\\n", option(&flag)));
    }
    out.push_str("    '1:command:->command' '*::argument:->argument'\n  case $state in\n");
    out.push_str(
        "    command) _describe command commands ;;\n    argument)\n      case $words[1] in\n",
    );
    for command in commands {
        out.push_str(&format!("        {}) _arguments", command.name));
        for flag in command.flags() {
            out.push_str(&format!(" \\\n          {}", option(&flag)));
        }
        for (index, argument) in command.arguments.iter().enumerate() {
            let action = action(argument.name, of_argument(argument));
            let place = match argument.optional {
                true => format!("{}:", index + 1),
                false => (index + 1).to_string(),
            };
            out.push_str(&format!(" \\\n          '{place}:{}:{action}'", argument.name));
        }
        out.push_str(" ;;\n");
    }
    // Read by the shell itself, or by the user's start file.
    out.push_str(&format!(
        "      esac ;;\n  esac\n}}\n\n\
         if [ \"$funcstack[1]\" = _itential_mcp ]; then\n  _itential_mcp \"$@\"\n\
         else\n  compdef _itential_mcp {PROGRAM}\nfi\n"
    ));
    out
}

fn option(flag: &Flag) -> String {
    let doc = quoted(flag.doc);
    match of_option(flag) {
        Complete::Nothing => format!("'--{}[{doc}]'", flag.name),
        value => {
            let action = action(flag.metavar, value);
            format!("'--{}=[{doc}]:{}:{action}'", flag.name, flag.metavar)
        }
    }
}

/// How zsh completes a value of this name.
fn action(name: &str, value: Complete) -> String {
    match value {
        Complete::Words(words) => format!("({})", words.join(" ")),
        Complete::Several(words) => format!("_values -s , {name} {}", words.join(" ")),
        Complete::Files => "_files".into(),
        Complete::Nothing | Complete::Anything => String::new(),
    }
}

/// Text inside single quotes and the brackets of a specification.
fn quoted(text: &str) -> String {
    let text = text.replace('\'', "'\\''").replace('[', "\\[").replace(']', "\\]");
    text.replace(':', "\\:")
}
