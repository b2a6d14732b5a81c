//! Completion scripts for shells.

use super::command::{CONFIG, Command, Flag, HELP, PROGRAM, VERSION};
use crate::config::Kind;

/// The script for `shell`, one of the words of the command's table row.
pub fn script(commands: &[Command], shell: &str) -> String {
    match shell {
        "bash" => bash(commands),
        "fish" => fish(commands),
        _ => zsh(commands),
    }
}

/// What completes the value of an option.
enum Complete {
    Nothing,
    Words(Vec<&'static str>),
    Files,
    Anything,
}

fn completes(flag: &Flag) -> Complete {
    let is_path = flag
        .setting
        .map_or(matches!(flag.name, "config" | "ca-file"), |row| row.kind == Kind::Path);
    if flag.is_switch() {
        Complete::Nothing
    } else if !flag.choices.is_empty() {
        Complete::Words(flag.choices.to_vec())
    } else if is_path {
        Complete::Files
    } else {
        Complete::Anything
    }
}

fn names(commands: &[Command]) -> String {
    commands.iter().map(|command| command.name).collect::<Vec<_>>().join(" ")
}

fn choices(command: &Command) -> String {
    command.arguments.iter().flat_map(|a| a.choices).copied().collect::<Vec<_>>().join(" ")
}

fn bash(commands: &[Command]) -> String {
    let mut values = String::new();
    let mut cases = String::new();
    for command in commands {
        let flags = command.flags();
        for flag in &flags {
            let reply = match completes(flag) {
                Complete::Nothing => continue,
                Complete::Words(words) => {
                    format!("compgen -W '{}' -- \"$current\"", words.join(" "))
                }
                Complete::Files => "compgen -f -- \"$current\"".into(),
                Complete::Anything => "true".into(),
            };
            // One option name can mean different things after different commands.
            values.push_str(&format!(
                "        {}:--{}) COMPREPLY=($({reply})); return ;;\n",
                command.name, flag.name
            ));
        }
        let options: Vec<_> = flags.iter().map(|flag| format!("--{}", flag.name)).collect();
        cases.push_str(&format!(
            "        {}) words='{} {}' ;;\n",
            command.name,
            options.join(" "),
            choices(command)
        ));
    }
    format!(
        "# bash completion for {PROGRAM}\n\
         _itential_mcp() {{\n\
         \x20   local current=\"${{COMP_WORDS[COMP_CWORD]}}\" previous=\"${{COMP_WORDS[COMP_CWORD-1]}}\"\n\
         \x20   local command='' words='' word\n\
         \x20   for word in \"${{COMP_WORDS[@]:1:COMP_CWORD-1}}\"; do\n\
         \x20       case \" {names} \" in *\" $word \"*) command=\"$word\"; break ;; esac\n\
         \x20   done\n\
         \x20   case \"${{command:-run}}:$previous\" in\n{values}    esac\n\
         \x20   case \"$command\" in\n\
         \x20       '') words='{names} --config --help --version' ;;\n{cases}    esac\n\
         \x20   COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n\
         }}\n\
         complete -o bashdefault -F _itential_mcp {PROGRAM}\n",
        names = names(commands),
    )
}

fn fish(commands: &[Command]) -> String {
    let mut out = format!("# fish completion for {PROGRAM}\n");
    let line =
        |condition: &str, rest: &str| format!("complete -c {PROGRAM} -n '{condition}' {rest}\n");
    for flag in [CONFIG, HELP, VERSION] {
        out.push_str(&line("true", &fish_option(&flag)));
    }
    for command in commands {
        let summary = quoted(command.summary);
        let rest = format!("-f -a {} -d '{summary}'", command.name);
        out.push_str(&line("__fish_use_subcommand", &rest));
        let seen = format!("__fish_seen_subcommand_from {}", command.name);
        if !choices(command).is_empty() {
            out.push_str(&line(&seen, &format!("-f -a '{}'", choices(command))));
        }
        let common = [CONFIG.name, HELP.name, VERSION.name];
        for flag in command.flags().iter().filter(|flag| !common.contains(&flag.name)) {
            out.push_str(&line(&seen, &fish_option(flag)));
        }
    }
    out
}

fn fish_option(flag: &Flag) -> String {
    let short = flag.short.map(|letter| format!(" -s {letter}")).unwrap_or_default();
    let value = match completes(flag) {
        Complete::Nothing => String::new(),
        Complete::Words(words) => format!(" -x -a '{}'", words.join(" ")),
        Complete::Files => " -r -F".into(),
        Complete::Anything => " -x".into(),
    };
    format!("-l {}{short}{value} -d '{}'", flag.name, quoted(flag.doc))
}

fn zsh(commands: &[Command]) -> String {
    let mut out =
        format!("#compdef {PROGRAM}\n\n_itential_mcp() {{\n  local -a commands\n  commands=(\n");
    for command in commands {
        out.push_str(&format!("    '{}:{}'\n", command.name, zsh_quoted(command.summary)));
    }
    out.push_str("  )\n  local curcontext=\"$curcontext\" state line\n  _arguments -C \\\n");
    for flag in [CONFIG, HELP, VERSION] {
        out.push_str(&format!("    {} \\\n", zsh_option(&flag)));
    }
    out.push_str("    '1:command:->command' '*::argument:->argument'\n  case $state in\n");
    out.push_str(
        "    command) _describe command commands ;;\n    argument)\n      case $words[1] in\n",
    );
    for command in commands {
        out.push_str(&format!("        {}) _arguments", command.name));
        for flag in command.flags() {
            out.push_str(&format!(" \\\n          {}", zsh_option(&flag)));
        }
        for (index, argument) in command.arguments.iter().enumerate() {
            let words = argument.choices.join(" ");
            let words = if words.is_empty() { String::new() } else { format!("({words})") };
            let place = match argument.optional {
                true => format!("{}:", index + 1),
                false => (index + 1).to_string(),
            };
            out.push_str(&format!(" \\\n          '{place}:{}:{words}'", argument.name));
        }
        out.push_str(" ;;\n");
    }
    out.push_str("      esac ;;\n  esac\n}\n\n_itential_mcp \"$@\"\n");
    out
}

fn zsh_option(flag: &Flag) -> String {
    let doc = zsh_quoted(flag.doc);
    match completes(flag) {
        Complete::Nothing => format!("'--{}[{doc}]'", flag.name),
        Complete::Words(words) => {
            format!("'--{}=[{doc}]:{}:({})'", flag.name, flag.metavar, words.join(" "))
        }
        Complete::Files => format!("'--{}=[{doc}]:{}:_files'", flag.name, flag.metavar),
        Complete::Anything => format!("'--{}=[{doc}]:{}:'", flag.name, flag.metavar),
    }
}

/// Text inside single quotes.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\'', "\\'")
}

/// Text inside single quotes and the brackets of a zsh specification.
fn zsh_quoted(text: &str) -> String {
    let text = text.replace('\'', "'\\''").replace('[', "\\[").replace(']', "\\]");
    text.replace(':', "\\:")
}
