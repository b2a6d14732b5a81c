//! The manual page, in roff.

use super::command::{CONFIG, Command, Flag, HELP, PROGRAM, VERSION};
use super::help::{described, spelled};
use crate::config::Group;

/// The page; read it with `man -l -`.
pub fn page(commands: &[Command]) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let mut out = format!(".TH ITENTIAL\\-MCP 1 \"\" \"{PROGRAM} {version}\" \"User Commands\"\n");
    out.push_str(
        ".SH NAME\nitential\\-mcp \\- MCP server for the Itential Platform\n.SH SYNOPSIS\n",
    );
    out.push_str(".B itential\\-mcp\n[\\-\\-config FILE] <COMMAND> [OPTIONS]\n.SH DESCRIPTION\n");
    out.push_str(&line(
        "Lets language models operate a network through the Itential Platform: the server offers \
         the platform's functions as tools of the Model Context Protocol, over standard input and \
         output or over HTTP with TLS. Options without a command mean run.",
    ));
    out.push_str(".SH COMMANDS\n");
    for command in commands {
        out.push_str(&format!(
            ".TP\n.B {}\n",
            escape(command.usage().trim_start_matches(PROGRAM).trim())
        ));
        out.push_str(&line(&format!("{}. {}", command.summary, command.details)));
        for flag in command.options {
            out.push_str(".RS\n");
            out.push_str(&option(flag));
            out.push_str(".RE\n");
        }
    }
    out.push_str(".SH OPTIONS OF EVERY COMMAND\n");
    for flag in [CONFIG, HELP, VERSION] {
        out.push_str(&option(&flag));
    }
    out.push_str(".SH SETTINGS\n");
    out.push_str(&line(
        "Each setting is taken from the environment, the command line, the configuration file or \
         its default, in this order of precedence.",
    ));
    for group in Group::ALL {
        out.push_str(&format!(".SS {}\n", group.title()));
        for flag in Command::settings_of(*group) {
            out.push_str(&option(&flag));
        }
    }
    out.push_str(".SH EXIT STATUS\n");
    for (code, meaning) in [
        ("0", "The command did what it was asked to do."),
        ("1", "The command failed, or the configuration is not valid."),
        ("2", "The command line could not be understood."),
        ("3", "The server cannot listen on the configured address."),
    ] {
        out.push_str(&format!(".TP\n.B {code}\n{}", line(meaning)));
    }
    out
}

fn option(flag: &Flag) -> String {
    let mut out = format!(".TP\n.B {}\n", escape(&spelled(flag)));
    out.push_str(&line(&format!("{}.", described(flag.doc, flag.choices, flag.default))));
    if let Some(row) = flag.setting {
        out.push_str(&format!(
            ".br\nEnvironment: {}. File: [{}] {}.\n",
            escape(row.env),
            row.section.name(),
            escape(row.key)
        ));
    }
    out
}

fn line(text: &str) -> String {
    format!("{}\n", escape(text.trim()))
}

/// Text without meaning to roff.
fn escape(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    // A dot or quote at the beginning of a line would be a request.
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}
