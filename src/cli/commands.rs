//! The table of commands: parsing, help, man page and completions are derived from it, and each row
//! holds what its command does.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use super::call::{self, CallOptions, Format};
use super::clients::{self, CLIENTS};
use super::command::{Argument, Command, Invocation, UsageError, argument};
use super::flags::{
    AUDIT_EARLIER, BUILT, CALL_FILE, CALL_FORMAT, CALL_OUTPUT, CHECK_FORMAT, CLIENT_CA_FILE,
    CLIENT_FILE, CLIENT_NAME, CLIENT_SYSTEM, CLIENT_URL, CLIENT_WRITE, ENABLED, INSECURE,
    LISTED_ROLE, PARAMS, PROBE_CA_FILE, PROBE_TIMEOUT, PROBE_URL, QUIET, READY, SANDBOX_HOST,
    SANDBOX_PORT, SHOW_FORMAT, TEST_FORMAT, TIMEOUT, TOKEN_FILE, TOKEN_ROLE, TOKEN_UNTIL,
    TOOLS_FORMAT, VERBOSE,
};
use super::probe::{self, ProbeOptions};
use super::test::{self, TestOptions};
use super::text::{fail, print, tell};
use super::{
    audit, catalog, completions, explain, man, new_tool, reference, sandbox, serve, tls, token,
    topics, version,
};
use crate::config::Group;

/// Every command, in the order of help texts.
pub static COMMANDS: &[Command] = &[
    Command {
        name: "run",
        summary: "Serve MCP clients over stdio, Streamable HTTP or SSE",
        details: "Serves until standard input ends (stdio) or the process is told to stop.",
        arguments: &[],
        options: &[],
        groups: Group::ALL,
        run: |invocation| {
            Ok(match invocation.load() {
                Ok(loaded) => {
                    serve::run(&loaded, &|| invocation.load().map_err(|error| error.to_string()))
                }
                Err(error) => fail(&format!("server stopped unexpectedly: {error}")),
            })
        },
    },
    Command {
        name: "call",
        summary: "Call one tool and print its result",
        details: "Runs the tool in this process with the same configuration as the server. An \
                  argument can come from a file and the result go into one, whole and without a \
                  word beside it: call export_project --params '{\"name\": \"x\"}' --output x.json, \
                  call import_project --file project=x.json.",
        arguments: &[argument("tool", "Name of the tool")],
        options: &[PARAMS, CALL_FILE, CALL_OUTPUT, CALL_FORMAT],
        groups: &[Group::Platform, Group::Tools, Group::Safety, Group::Logging],
        run: |invocation| {
            let options = CallOptions {
                tool: invocation.argument(0),
                params: invocation.option("params"),
                files: invocation.each("file").collect(),
                output: invocation.option("output"),
                format: Format::of(
                    invocation.option("format"),
                    invocation.settings().iter().any(|(row, _)| row.key == "response_format"),
                ),
            };
            Ok(invocation.with_config(|config| call::call(config, &options)))
        },
    },
    Command {
        name: "tools",
        summary: "List the tools",
        details: "Lists every built-in tool. With --enabled, lists the tools that the configuration \
                  leaves enabled, with --role those that callers of a role may use. With --format \
                  markdown, prints all that is to know about them. new writes a tool to start from into \
                  a file of JSON, for tools_path.",
        arguments: &[
            Argument { choices: &["new"], optional: true, ..argument("action", "What to do") },
            Argument {
                optional: true,
                ..argument("file", "The file to write, such as my_tool.json")
            },
        ],
        options: &[ENABLED, LISTED_ROLE, TOOLS_FORMAT],
        groups: &[Group::Platform, Group::Tools, Group::Safety],
        run: |invocation| {
            match (invocation.argument(0), invocation.argument(1)) {
                ("", _) => {}
                (_, "") => {
                    let message = "the following argument is required: file".to_owned();
                    return Err(UsageError { command: Some(invocation.command), message });
                }
                (_, file) => return Ok(new_tool::new(file)),
            }
            let show = match invocation.option("format") {
                Some("markdown") => catalog::reference,
                _ => catalog::tools,
            };
            Ok(catalog::listed(invocation, show))
        },
    },
    Command {
        name: "tags",
        summary: "List the tags of the tools",
        details: "Lists every tag of the built-in tools. With --enabled, lists the tags of the tools \
                  that the configuration leaves enabled, with --role of those that callers of a \
                  role may use.",
        arguments: &[],
        options: &[ENABLED, LISTED_ROLE],
        groups: &[Group::Platform, Group::Tools, Group::Safety],
        run: |invocation| Ok(catalog::listed(invocation, catalog::tags)),
    },
    Command {
        name: "test",
        summary: "Test the connection to the Itential Platform",
        details: "Checks configuration, name, port, certificate, login, health and API, one after \
                  the other, and says what to do about the first that fails.",
        arguments: &[],
        options: &[TIMEOUT, TEST_FORMAT, VERBOSE, QUIET],
        groups: &[Group::Platform, Group::Logging],
        run: |invocation| {
            let options = TestOptions {
                timeout: Duration::from_secs(invocation.number("timeout", 1, 86_400)?),
                json: invocation.option("format") == Some("json"),
                verbose: invocation.switch("verbose"),
                quiet: invocation.switch("quiet"),
            };
            Ok(invocation.with_config(|config| test::test(config, &options)))
        },
    },
    Command {
        name: "config",
        summary: "Show, check or document the configuration",
        details: "show prints every setting with its value and where it came from, secrets masked. \
                  check looks at whatever run looks at before it serves, and reports what is wrong or looks \
                  wrong. example prints a configuration file \
                  to start from. docs prints the reference in Markdown.",
        arguments: &[Argument {
            choices: &["show", "check", "example", "docs"],
            ..argument("action", "What to do")
        }],
        options: &[SHOW_FORMAT],
        groups: Group::ALL,
        run: |invocation| Ok(configuration(invocation)),
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
        run: |invocation| {
            let host = invocation.arguments.get(1).map(String::as_str);
            let json = invocation.option("format") == Some("json");
            Ok(invocation.with_config(|config| tls::check(&config.server, host, json)))
        },
    },
    Command {
        name: "token",
        summary: "Make a token for a caller",
        details: "new appends a line to the file of tokens (auth_tokens_file, or --file), which is \
                  made if there is none, and prints the token, alone on standard output and this \
                  once. The file keeps a hash. A running server sees the new line within seconds; \
                  to withdraw a token, remove its line.",
        arguments: &[
            Argument { choices: &["new"], ..argument("action", "What to do") },
            argument("name", "Whose token it is: shown in the log and the audit file"),
        ],
        options: &[TOKEN_ROLE, TOKEN_UNTIL, TOKEN_FILE],
        groups: &[],
        run: |invocation| Ok(token::new(invocation)),
    },
    Command {
        name: "audit",
        summary: "Tell whether an audit file is as it was written",
        details: "verify follows the chain of hashes through the file and tells every line that was \
                  changed, added or taken out. Files that rotation moved away are named by --earlier, \
                  the oldest first. Whoever can write the file can also write a new one with a chain \
                  of its own, or leave out its end: keep the last link, which is printed, elsewhere. \
                  Exit code 0 means intact, 1 not.",
        arguments: &[
            Argument { choices: &["verify"], ..argument("action", "What to do") },
            argument("file", "The audit file"),
        ],
        options: &[AUDIT_EARLIER],
        groups: &[],
        run: |invocation| {
            let files = invocation.each("earlier").chain([invocation.argument(1)]);
            Ok(audit::verify(files.map(Path::new)))
        },
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
        run: |invocation| {
            let options = ProbeOptions {
                url: invocation.option("url").map(str::to_owned),
                ready: invocation.switch("ready"),
                timeout: Duration::from_secs(invocation.number("timeout", 1, 3_600)?),
                ca_file: invocation.option("ca-file").map(PathBuf::from),
                insecure: invocation.switch("insecure"),
            };
            Ok(invocation.with_config(|config| probe::probe(config, &options)))
        },
    },
    Command {
        name: "client-config",
        summary: "Print what MCP clients need, or write it for one",
        details: "For transport stdio, how to start this program with the present settings; for \
                  http and sse, how to reach it. Secrets are never printed: their places are \
                  filled in as the client allows. Without a client, prints for all of them. With \
                  --write, puts the server into the client's own file: nothing else in it is \
                  touched, and what it was before is kept beside it.",
        arguments: &[Argument {
            choices: &CLIENTS,
            optional: true,
            ..argument("client", "Program that will use the server")
        }],
        options: &[
            CLIENT_NAME,
            CLIENT_URL,
            CLIENT_CA_FILE,
            CLIENT_SYSTEM,
            CLIENT_WRITE,
            CLIENT_FILE,
        ],
        groups: Group::ALL,
        run: clients::run,
    },
    Command {
        name: "sandbox",
        summary: "Run only the simulated Itential Platform",
        details: "Answers like a platform with made-up data, for trying, training and tests. To \
                  serve MCP clients from it in one process, use: itential-mcp run --sandbox",
        arguments: &[],
        options: &[SANDBOX_HOST, SANDBOX_PORT],
        groups: &[],
        run: |invocation| {
            let host = invocation.option("host").unwrap_or("127.0.0.1");
            let port = invocation.number("port", 0, u16::MAX.into())?;
            Ok(sandbox::sandbox(host, u16::try_from(port).unwrap_or(u16::MAX)))
        },
    },
    Command {
        name: "completions",
        summary: "Print a completion script for a shell",
        details: "For bash, for example: itential-mcp completions bash > \
                  /etc/bash_completion.d/itential-mcp",
        arguments: &[Argument {
            choices: &completions::SHELLS,
            ..argument("shell", "Shell to complete for")
        }],
        options: &[],
        groups: &[],
        run: |invocation| {
            Ok(print(&completions::script(invocation.commands, invocation.argument(0))))
        },
    },
    Command {
        name: "man",
        summary: "Print the manual page",
        details: "To read it: itential-mcp man | man -l -",
        arguments: &[],
        options: &[],
        groups: &[],
        run: |invocation| Ok(print(&man::page(invocation.commands))),
    },
    Command {
        name: "help",
        summary: "Explain a command, a tool, a setting or a tag",
        details: "For a tool, says what it does, takes and gives; for a tag of an area, lists its tools. A \
                  setting is found by its key, option or variable.",
        arguments: &[Argument {
            optional: true,
            ..argument("topic", "Name of a command, tool, setting or area")
        }],
        options: &[],
        groups: &[],
        run: topics::help,
    },
    Command {
        name: "version",
        summary: "Print the version",
        details: "With --verbose also the commit and compiler it was built with, the system it was \
                  built for, what does TLS, and the revisions of MCP it speaks.",
        arguments: &[],
        options: &[BUILT],
        groups: &[],
        run: |invocation| Ok(version::version(invocation.switch("verbose"))),
    },
];

fn configuration(invocation: &Invocation) -> ExitCode {
    match invocation.argument(0) {
        "example" => print(&reference::example()),
        "docs" => print(&reference::markdown()),
        action => match invocation.load() {
            loaded if action == "check" => {
                explain::check(loaded, invocation.option("format") == Some("json"))
            }
            Ok(loaded) if invocation.option("format") == Some("json") => {
                print(&explain::json(&loaded))
            }
            Ok(loaded) => tell(&explain::text(&loaded)),
            Err(error) => error.0.iter().fold(ExitCode::FAILURE, |_, line| fail(line)),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;
    use crate::config::settings;

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
            let row = COMMANDS.iter().find(|command| command.name == name);
            let flags = row.expect("in the table").flags();
            for row in settings() {
                assert!(flags.iter().any(|flag| flag.name == row.flag), "{name} --{}", row.flag);
            }
        }
    }
}
