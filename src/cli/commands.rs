//! The table of commands: parsing, help, man page and completions are derived from it.

use crate::config::{Group, Setting, settings};

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

/// Every command, in the order of help texts.
pub static COMMANDS: &[Command] = &[
    Command {
        name: "run",
        summary: "Serve MCP clients over stdio, Streamable HTTP or SSE",
        details: "Serves until standard input ends (stdio) or the process is told to stop.",
        arguments: &[],
        options: &[],
        groups: Group::ALL,
    },
    Command {
        name: "call",
        summary: "Call one tool and print its result",
        details: "Runs the tool in this process with the same configuration as the server.",
        arguments: &[argument("tool", "Name of the tool")],
        options: &[PARAMS],
        groups: &[Group::Platform, Group::Tools, Group::Safety, Group::Logging],
    },
    Command {
        name: "tools",
        summary: "List the tools",
        details: "Lists every built-in tool. With --enabled, lists the tools that the configuration \
                  leaves enabled. With --format markdown, prints all that is to know about them.",
        arguments: &[],
        options: &[ENABLED, TOOLS_FORMAT],
        groups: &[Group::Tools, Group::Safety],
    },
    Command {
        name: "tags",
        summary: "List the tags of the tools",
        details: "Lists every tag of the built-in tools. With --enabled, lists the tags of the tools \
                  that the configuration leaves enabled.",
        arguments: &[],
        options: &[ENABLED],
        groups: &[Group::Tools, Group::Safety],
    },
    Command {
        name: "test",
        summary: "Test the connection to the Itential Platform",
        details: "Checks configuration, name, port, certificate, login, health and API, one after \
                  the other, and says what to do about the first that fails.",
        arguments: &[],
        options: &[TIMEOUT, TEST_FORMAT, VERBOSE, QUIET],
        groups: &[Group::Platform, Group::Logging],
    },
    Command {
        name: "config",
        summary: "Show, check or document the configuration",
        details: "show prints every setting with its value and where it came from, secrets masked. \
                  check reports what is wrong or looks wrong. example prints a configuration file \
                  to start from. docs prints the reference in Markdown.",
        arguments: &[Argument {
            choices: &["show", "check", "example", "docs"],
            ..argument("action", "What to do")
        }],
        options: &[SHOW_FORMAT],
        groups: Group::ALL,
    },
    Command {
        name: "tls",
        summary: "Check certificate and key before the server uses them",
        details: "check says what the server would do with the files and why: whether they can be \
                  read and belong together, names, dates, chain and permissions. Give the name or \
                  address that clients connect to, to see whether the certificate is for it. Exit \
                  code 0 means usable, 1 not.",
        arguments: &[
            Argument { choices: &["check"], ..argument("action", "What to do") },
            Argument {
                optional: true,
                ..argument("host", "Name or address that clients connect to")
            },
        ],
        options: &[CHECK_FORMAT],
        groups: &[Group::Listener, Group::Tls],
    },
    Command {
        name: "probe",
        summary: "Ask a running server whether it is well",
        details: "For health checks in containers that have no other program. Asks the server that \
                  the configuration describes, on this machine, or the one named by --url. Exit \
                  code 0 means well, 1 not.",
        arguments: &[],
        options: &[PROBE_URL, READY, PROBE_TIMEOUT, PROBE_CA_FILE, INSECURE],
        groups: &[Group::Listener, Group::Tls],
    },
    Command {
        name: "client-config",
        summary: "Print the configuration that MCP clients need",
        details: "For transport stdio, how to start this program with the present settings; for \
                  http and sse, how to reach it. Secrets are never printed: their places are \
                  filled in as the client allows. Without a client, prints for all of them.",
        arguments: &[Argument {
            choices: CLIENTS,
            optional: true,
            ..argument("client", "Program that will use the server")
        }],
        options: &[CLIENT_NAME, CLIENT_URL, CLIENT_CA_FILE],
        groups: Group::ALL,
    },
    Command {
        name: "sandbox",
        summary: "Run only the simulated Itential Platform",
        details: "Answers like a platform with made-up data, for trying, training and tests. To \
                  serve MCP clients from it in one process, use: itential-mcp run --sandbox",
        arguments: &[],
        options: &[SANDBOX_HOST, SANDBOX_PORT],
        groups: &[],
    },
    Command {
        name: "completions",
        summary: "Print a completion script for a shell",
        details: "For bash, for example: itential-mcp completions bash > \
                  /etc/bash_completion.d/itential-mcp",
        arguments: &[Argument {
            choices: &["bash", "fish", "zsh"],
            ..argument("shell", "Shell to complete for")
        }],
        options: &[],
        groups: &[],
    },
    Command {
        name: "man",
        summary: "Print the manual page",
        details: "To read it: itential-mcp man | man -l -",
        arguments: &[],
        options: &[],
        groups: &[],
    },
    Command {
        name: "version",
        summary: "Print the version",
        details: "",
        arguments: &[],
        options: &[],
        groups: &[],
    },
];

/// The clients that `client-config` knows.
pub const CLIENTS: &[&str] =
    &["claude-desktop", "claude-code", "vscode", "cursor", "windsurf", "gemini", "codex", "zed"];

/// `--config`, understood before and after every command.
pub const CONFIG: Flag = option("config", "FILE", "", "Read this configuration file").ours();

/// `--help`, understood everywhere.
pub const HELP: Flag =
    Flag { short: Some('h'), ..option("help", "", "", "Show this help and exit") };

/// `--version`, understood everywhere.
pub const VERSION: Flag =
    Flag { short: Some('V'), ..option("version", "", "", "Show the version and exit") }.ours();

const PARAMS: Flag = option(
    "params",
    "object",
    "",
    "Arguments of the tool as a JSON object, such as '{\"limit\": 5}'",
);
const ENABLED: Flag =
    option("enabled", "", "", "Only what the configuration leaves enabled").ours();
const TOOLS_FORMAT: Flag = Flag {
    choices: &["text", "markdown"],
    ..option("format", "format", "text", "A list, or the reference of the tools").ours()
};
const TIMEOUT: Flag = option("timeout", "seconds", "30", "Seconds the whole test may take");
const TEST_FORMAT: Flag = Flag {
    choices: &["human", "json"],
    ..option("format", "format", "human", "How the report is written")
};
const VERBOSE: Flag = option("verbose", "", "", "Show details and duration of every check");
const QUIET: Flag = option("quiet", "", "", "Leave out the opening line");
const SHOW_FORMAT: Flag = Flag {
    choices: &["text", "json"],
    ..option("format", "format", "text", "How show writes the settings").ours()
};
const CHECK_FORMAT: Flag = TEST_FORMAT.ours();
const PROBE_URL: Flag = option(
    "url",
    "url",
    "",
    "Server to ask instead, such as https://mcp.example.com:8443; with a path, exactly that is asked",
)
.ours();
const READY: Flag =
    option("ready", "", "", "Ask whether the platform behind the server answers too").ours();
const PROBE_TIMEOUT: Flag =
    option("timeout", "seconds", "5", "Seconds to wait for the answer").ours();
const PROBE_CA_FILE: Flag = option(
    "ca-file",
    "path",
    "",
    "PEM file with the authority of the certificate behind --url, beside those of the system",
)
.ours();
const INSECURE: Flag =
    option("insecure", "", "", "Accept any certificate from the server behind --url").ours();
const CLIENT_NAME: Flag =
    option("name", "name", "itential", "Name of the server in the client").ours();
const CLIENT_URL: Flag = option(
    "url",
    "url",
    "",
    "Address of the server as clients reach it, such as https://mcp.example.com:8443/mcp",
)
.ours();
const CLIENT_CA_FILE: Flag = option(
    "ca-file",
    "path",
    "",
    "PEM file with the authority of the server's certificate, where clients do not know it",
)
.ours();
const SANDBOX_HOST: Flag = option("host", "host", "127.0.0.1", "Address to listen on").ours();
const SANDBOX_PORT: Flag =
    option("port", "port", "3000", "Port to listen on; 0 lets the system choose").ours();

const fn argument(name: &'static str, doc: &'static str) -> Argument {
    Argument { name, choices: &[], doc, optional: false }
}

const fn option(
    name: &'static str,
    metavar: &'static str,
    default: &'static str,
    doc: &'static str,
) -> Flag {
    Flag { name, short: None, metavar, choices: &[], default, doc, drop_in: true, setting: None }
}

impl Flag {
    /// Not an option of the Python server in this place.
    const fn ours(mut self) -> Self {
        self.drop_in = false;
        self
    }

    /// The option of a setting. Its default is the table's, never a value of the environment.
    fn of(setting: &'static Setting) -> Self {
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
    /// The command of this name.
    pub fn find(name: &str) -> Option<&'static Self> {
        COMMANDS.iter().find(|command| command.name == name)
    }

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

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn options_are_unique_in_every_command() {
        for command in COMMANDS {
            let mut seen = HashSet::new();
            for flag in command.flags() {
                assert!(seen.insert(flag.name), "{} --{}", command.name, flag.name);
                assert!(!flag.doc.is_empty() && !flag.doc.ends_with('.'), "--{}", flag.name);
            }
        }
    }

    #[test]
    fn run_and_config_take_every_setting() {
        for name in ["run", "config"] {
            let flags = Command::find(name).expect("in the table").flags();
            for row in settings() {
                assert!(flags.iter().any(|flag| flag.name == row.flag), "{name} --{}", row.flag);
            }
        }
    }
}
