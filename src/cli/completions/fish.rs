//! Completion for fish.

use super::words::{Complete, of_arguments, of_option};
use crate::cli::command::{CONFIG, Command, Flag, HELP, PROGRAM, VERSION};

/// The script.
pub fn script(commands: &[Command]) -> String {
    let mut out = format!("# fish completion for {PROGRAM}\ncomplete -c {PROGRAM} -f\n");
    let line =
        |condition: &str, rest: &str| format!("complete -c {PROGRAM} -n '{condition}' {rest}\n");
    for flag in [CONFIG, HELP, VERSION] {
        out.push_str(&line("true", &option(&flag)));
    }
    for command in commands {
        let summary = quoted(command.summary);
        let rest = format!("-a {} -d '{summary}'", command.name);
        out.push_str(&line("__fish_use_subcommand", &rest));
        let seen = format!("__fish_seen_subcommand_from {}", command.name);
        let words = of_arguments(command);
        if !words.is_empty() {
            let words = words.join(" ");
            let first = format!("{seen}; and not __fish_seen_subcommand_from {words}");
            out.push_str(&line(&first, &format!("-a '{words}'")));
        }
        if command.arguments.iter().any(|argument| argument.name == "file") {
            out.push_str(&line(&seen, "-F"));
        }
        let common = [CONFIG.name, HELP.name, VERSION.name];
        for flag in command.flags().iter().filter(|flag| !common.contains(&flag.name)) {
            out.push_str(&line(&seen, &option(flag)));
        }
    }
    out
}

fn option(flag: &Flag) -> String {
    let short = flag.short.map(|letter| format!(" -s {letter}")).unwrap_or_default();
    let value = match of_option(flag) {
        Complete::Nothing => String::new(),
        Complete::Words(words) => format!(" -x -a '{}'", words.join(" ")),
        Complete::Several(words) => format!(" -x -a '(__fish_append , {})'", words.join(" ")),
        Complete::Files => " -r -F".into(),
        Complete::Anything => " -x".into(),
    };
    format!("-l {}{short}{value} -d '{}'", flag.name, quoted(flag.doc))
}

/// Text inside single quotes.
fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('\'', "\\'")
}
