//! The manual page, in roff.

use super::command::{CONFIG, Command, Flag, HELP, PROGRAM, VERSION};
use super::help::{described, spelled};
use crate::config::Group;
use crate::limits;

/// The day of this version.
const DATE: &str = newest(include_str!("../../CHANGELOG.md"));

/// The day behind the first version of a changelog: `## [1.2.3] - 2030-12-31`.
const fn newest(changelog: &'static str) -> &'static str {
    let bytes = changelog.as_bytes();
    let mut at = 0;
    // The compiler says so if there is none.
    while !(bytes[at] == b']' && bytes[at + 1] == b' ' && bytes[at + 2] == b'-') {
        at += 1;
    }
    changelog.split_at(at + 4).1.split_at(10).0
}

/// Sections of terms, each with its meaning.
const SECTIONS: &[(&str, &[(&str, &str)])] = &[
    (
        "ENVIRONMENT",
        &[
            ("ITENTIAL_MCP_CONFIG", "The configuration file, unless --config names one."),
            (
                "ITENTIAL_MCP_*",
                "A setting, as it is listed under SETTINGS. The name with _FILE at its end names a file \
                 that holds a secret. Tools and roles have variables of their own: ITENTIAL_MCP_TOOL_* \
                 and ITENTIAL_MCP_ROLE_*.",
            ),
            (
                "CREDENTIALS_DIRECTORY",
                "Given by systemd: a folder with secrets, each in a file of the name of its key, such as \
                 password.",
            ),
            (
                "STATE_DIRECTORY, XDG_STATE_HOME",
                "Where the key is kept that seals sessions, unless state_key is set. The first is given \
                 by systemd; without both it is $HOME/.local/state/itential-mcp.",
            ),
            (
                "NOTIFY_SOCKET, WATCHDOG_USEC, LISTEN_FDS",
                "Given by systemd: whom to tell that the server serves, that it lives, and which sockets \
                 to serve instead of opening one.",
            ),
            ("SSL_CERT_FILE, SSL_CERT_DIR", "Authorities to trust instead of those of the system."),
            ("NO_COLOR", "Print without colours."),
        ],
    ),
    (
        "FILES",
        &[
            (
                "/etc/itential-mcp/mcp.conf",
                "The configuration of the service that packages install.",
            ),
            (
                "/etc/itential-mcp/itential-mcp.env",
                "Variables of that service, one NAME=VALUE a line; may be absent.",
            ),
            (
                "/etc/credstore/itential-mcp.password",
                "The password of that service at the platform; may be absent. Likewise \
                 itential-mcp.client_secret and itential-mcp.state_key.",
            ),
            ("/var/lib/itential-mcp", "What that service keeps."),
            ("/var/log/itential-mcp", "Where that service may write log and audit files."),
        ],
    ),
    (
        "SIGNALS",
        &[
            (
                "SIGHUP",
                "Read configuration, certificates and files of tools again, and open the audit file \
                 anew. A mistake in them leaves everything as it was.",
            ),
            (
                "SIGTERM, SIGINT",
                "Accept nobody, finish what has begun for as long as stop_grace says, and end. A second \
                 one ends at once.",
            ),
        ],
    ),
    (
        "EXIT STATUS",
        &[
            ("0", "The command did what it was asked to do."),
            ("1", "The command failed, or the configuration is not valid."),
            ("2", "The command line could not be understood."),
            ("3", "The server cannot listen on the configured address."),
            ("130", "Ended from the keyboard."),
        ],
    ),
];

/// What people do most often.
const EXAMPLES: &[(&str, &str)] = &[
    ("Try a tool without a platform:", "itential-mcp call get_health --sandbox"),
    (
        "Serve desktop clients over standard input and output:",
        "export ITENTIAL_MCP_PLATFORM_HOST=platform.example.com\n\
         export ITENTIAL_MCP_PLATFORM_PASSWORD_FILE=/run/secrets/itential\n\
         itential-mcp test && itential-mcp run",
    ),
    (
        "Serve over HTTPS:",
        "itential-mcp run --transport http --host 0.0.0.0 --port 8443 \\\n  \
         --certificate-file server.pem --private-key-file server.key",
    ),
    (
        "Look at the configuration of the service:",
        "itential-mcp --config /etc/itential-mcp/mcp.conf config check",
    ),
];

/// The page; read it with `man -l -`.
pub fn page(commands: &[Command]) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let mut out =
        format!(".TH ITENTIAL\\-MCP 1 \"{DATE}\" \"{PROGRAM} {version}\" \"User Commands\"\n");
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
    for (title, entries) in SECTIONS {
        out.push_str(&format!(".SH {title}\n"));
        for (term, text) in *entries {
            out.push_str(&format!(".TP\n.B {}\n{}", escape(term), line(text)));
        }
    }
    out.push_str(".SH EXAMPLES\n");
    for (text, command) in EXAMPLES {
        out.push_str(&format!("{}.PP\n.RS 4\n.nf\n", line(text)));
        command.lines().for_each(|one| out.push_str(&format!("{}\n", escape(one))));
        out.push_str(".fi\n.RE\n.PP\n");
    }
    out.truncate(out.len() - ".PP\n".len());
    out
}

fn option(flag: &Flag) -> String {
    let mut out = format!(".TP\n.B {}\n", escape(&spelled(flag)));
    out.push_str(&line(&format!("{}.", described(flag.doc, flag.choices, flag.default))));
    if let Some(row) = flag.setting {
        let (env, section, key) = (row.env, row.section.name(), row.key);
        out.push_str(&format!(
            ".br\n{}",
            line(&format!("Environment: {env}. File: [{section}] {key}."))
        ));
    }
    out
}

/// A paragraph, in lines that tools for such pages do not find too long.
fn line(text: &str) -> String {
    let mut lines = String::new();
    let mut width = 0;
    for word in escape(text.trim()).split_whitespace() {
        let breaks = width > 0 && width + word.len() >= limits::MAN_LINE;
        if width > 0 {
            lines.push(if breaks { '\n' } else { ' ' });
        }
        width = if breaks { 0 } else { width + usize::from(width > 0) } + word.len();
        // A dot or quote at the beginning of a line would be a request.
        if lines.is_empty() || breaks {
            let request = word.starts_with(['.', '\'']);
            lines.push_str(if request { "\\&" } else { "" });
        }
        lines.push_str(word);
    }
    lines + "\n"
}

/// Text without meaning to roff.
fn escape(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    // A dot or quote at the beginning of a line would be a request.
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}
