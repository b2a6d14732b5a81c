//! The command line from outside: exit codes, streams, abbreviations, help, and what is generated.

mod support;

use std::io::Write;
use std::process::{Command, Output, Stdio};

use itential_mcp::cli::commands::COMMANDS;
use itential_mcp::config::{Group, settings};
use support::scratch::Scratch;

fn run(args: &[&str]) -> Output {
    support::program().env("COLUMNS", "80").args(args).output().expect("the program starts")
}

fn stdout(args: &[&str]) -> String {
    let output = run(args);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{args:?}: {stderr}");
    assert_eq!(stderr, "", "{args:?}");
    String::from_utf8(output.stdout).expect("text")
}

/// Standard error of a command line that is not understood.
fn usage(args: &[&str]) -> String {
    let output = run(args);
    let stderr = String::from_utf8(output.stderr).expect("text");
    assert_eq!(output.status.code(), Some(2), "{args:?}: {stderr}");
    assert!(output.stdout.is_empty(), "{args:?}");
    assert!(stderr.starts_with("usage: itential-mcp"), "{stderr}");
    stderr
}

/// A setting as `config show` sees it behind these arguments.
fn setting(id: &str, args: &[&str]) -> String {
    let text = stdout(args);
    let line = text.lines().find(|line| line.split(' ').next() == Some(id));
    line.unwrap_or_else(|| panic!("no {id}")).split_whitespace().nth(1).expect("a value").into()
}

#[test]
fn no_argument_and_help_print_the_programs_help() {
    let help = stdout(&[]);
    for args in [&["-h"][..], &["--help"], &["--help", "run"], &["-h", "nonsense"]] {
        assert_eq!(stdout(args), help, "{args:?}");
    }
    for command in COMMANDS {
        assert!(help.contains(&format!("\n  {} ", command.name)), "{}", command.name);
    }
}

#[test]
fn every_command_has_help_before_and_after_its_options() {
    for command in COMMANDS {
        let help = stdout(&[command.name, "--help"]);
        assert_eq!(stdout(&[command.name, "-h"]), help);
        assert!(help.starts_with(command.summary) && help.contains("\nUsage:\n  itential-mcp "));
        for flag in command.flags() {
            assert!(help.contains(&format!("--{}", flag.name)), "{} --{}", command.name, flag.name);
        }
    }
    assert!(stdout(&["run", "--port", "1", "-h"]).starts_with("Serve MCP clients"));
}

#[test]
fn a3_help_shows_static_defaults_and_never_the_environment() {
    for command in COMMANDS {
        let mut program = support::program();
        for row in settings() {
            program.env(row.env, "hunter2");
        }
        let output = program.args([command.name, "--help"]).output().expect("the program starts");
        assert_eq!(output.status.code(), Some(0));
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(!text.contains("hunter2"), "{text}");
        assert_eq!(text.contains("default: 8000"), command.groups.contains(&Group::Listener));
    }
}

#[test]
fn a23_help_fits_the_screen_without_cutting_words() {
    let wide = support::program().env("COLUMNS", "10000").args(["run", "-h"]).output();
    let wide = String::from_utf8(wide.expect("the program starts").stdout).expect("text");
    let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
    for columns in [60, 80, 120] {
        let mut program = support::program();
        let output = program.env("COLUMNS", columns.to_string()).args(["run", "-h"]).output();
        let text = String::from_utf8(output.expect("the program starts").stdout).expect("text");
        assert_eq!(words(&text), words(&wide), "{columns}");
        assert!(!text.contains('\x1b'));
        for line in text.lines().filter(|line| !line.trim_start().starts_with('-')) {
            assert!(line.chars().count() <= columns, "{columns}: {line}");
        }
    }
}

#[test]
fn the_version_is_told_in_three_ways() {
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(stdout(&["version"]), format!("itential-mcp {version}\n\n"));
    for args in [&["-V"][..], &["--version"], &["run", "--version"], &["tools", "-V"]] {
        assert_eq!(stdout(args), format!("itential-mcp {version}\n"), "{args:?}");
    }
    // Nothing but the command line is read.
    stdout(&["--config", "/nope/x", "version"]);
    // Packages and roles that compare versions see an upgrade of the Python server.
    let numbers: Vec<u32> = version.split('.').map(|part| part.parse().expect("plain")).collect();
    assert!(numbers > vec![0, 14, 1], "{version}");
}

#[test]
fn version_tells_what_it_was_built_from() {
    let told = stdout(&["version", "--verbose"]);
    let lines: Vec<(&str, &str)> = told
        .lines()
        .skip(1)
        .map(|line| line.split_once(' ').expect("a name and what it is"))
        .map(|(name, what)| (name, what.trim_start()))
        .collect();
    let line = |name| lines.iter().find(|line| line.0 == name).map_or("", |line| line.1);
    let lock = include_str!("../Cargo.lock");
    let locked = |name: &str| {
        let (_, rest) = lock.split_once(&format!("name = \"{name}\"\nversion = \"")).expect(name);
        format!("{name} {}", rest.split('"').next().unwrap_or_default())
    };
    assert!(line("TLS").contains(&locked("rustls")), "{told}");
    assert!(line("TLS").contains(&locked("ring")), "{told}");
    assert!(line("authorities").contains(&locked("webpki-roots")), "{told}");
    assert!(line("target").contains(std::env::consts::ARCH), "{told}");
    assert!(line("compiler").starts_with("rustc "), "{told}");
    assert!(line("MCP").starts_with("2026-07-28, 2025-11-25"), "{told}");
    assert!(!line("commit").is_empty(), "{told}");
}

#[test]
fn a5_config_stands_before_or_after_the_command() {
    let scratch = Scratch::new();
    let path = scratch.write("mcp.conf", "[server]\nport = 4711\n");
    let equals = format!("--config={path}");
    for args in [
        &["--config", &path, "config", "show"][..],
        &["config", "show", "--config", &path],
        &["config", "--config", &path, "show"],
        &["config", &equals, "show"],
        &["--conf", &path, "config", "show"],
        &["--config", "/nope/x", "config", "show", "--config", &path],
    ] {
        assert_eq!(setting("server.port", args), "4711", "{args:?}");
    }
}

#[test]
fn options_are_abbreviated_as_in_the_python_server() {
    for (option, id, value) in [
        ("--transp", "server.transport", "http"),
        // Unique there, and newer options must not change that.
        ("--c", "server.certificate_file", "x"),
        ("--platform-t", "", ""),
        ("--platform-h", "platform.host", "h"),
        ("--allowed-o", "server.allowed_origins", "http://x"),
    ] {
        if id.is_empty() {
            let error = usage(&["config", "show", option, "1"]);
            assert!(error.contains("ambiguous option: --platform-t could match"), "{error}");
            assert!(error.contains("--platform-timeout, --platform-ttl"), "{error}");
        } else {
            assert_eq!(setting(id, &["config", "show", option, value]), value, "{option}");
        }
    }
    assert_eq!(
        setting("platform.disable_tls", &["config", "show", "--platform-disable-t"]),
        "true"
    );
    assert!(usage(&["test", "--p"]).contains("--platform-port"));
}

#[test]
fn values_are_taken_as_the_python_server_took_them() {
    for (args, id, value) in [
        (&["--port=1"][..], "server.port", "1"),
        (&["--port", "1", "--port", "2"], "server.port", "2"),
        (&["--platform-ttl", "-1"], "platform.ttl", "-1"),
        (&["--platform-user=--x"], "platform.user", "--x"),
        (&["--platform-user", "-"], "platform.user", "-"),
        (&["--platform-user="], "platform.user", "\"\""),
        (&["--read-only"], "server.read_only", "true"),
        (&["--read-only=false"], "server.read_only", "false"),
    ] {
        let line: Vec<_> = ["config", "show"].iter().chain(args).copied().collect();
        assert_eq!(setting(id, &line), value, "{args:?}");
    }
    // Before the command too.
    assert_eq!(setting("server.port", &["--port", "7", "config", "show"]), "7");
}

#[test]
fn what_is_not_understood_is_a_usage_error() {
    for (args, part) in [
        (&["ru"][..], "did you mean run?"),
        (&["--bogus"], "unrecognized option: --bogus"),
        (&["run", "--prot", "1"], "did you mean --port?"),
        (&["run", "stray"], "unrecognized argument: 'stray'"),
        (&["run", "-x"], "unrecognized option: -x"),
        (&["run", "--port"], "argument --port: expected one argument"),
        (&["run", "--platform-user", "-x"], "write --platform-user=VALUE"),
        (&["--config"], "argument --config: expected one argument"),
        (&["run", "--transport", "bogus"], "expected one of stdio, sse, http"),
        (&["run", "--port", "abc"], "argument --port: 'abc' is not valid"),
        (&["call"], "the following argument is required: tool"),
        (&["config"], "required: action (show, check, example, docs)"),
        (&["config", "sow"], "expected one of show, check"),
        (&["completions", "tcsh"], "expected one of bash, fish, powershell, zsh"),
        (&["test", "--format", "xml"], "expected one of human, json"),
        (&["test", "--timeout", "abc"], "argument --timeout: 'abc' is not valid"),
        (&["test", "--timeout", "0"], "from 1 to 86400"),
        (&["test", "--verbose=1"], "argument --verbose: takes no value"),
        (
            &["call", "--port", "1", "t"],
            "it belongs to run, config, tls, probe, client-config, sandbox",
        ),
        (&["--transport", "http", "tags"], "option --transport does not belong to tags"),
        (&["sandbox", "--port", "65536"], "from 0 to 65535"),
    ] {
        let error = usage(args);
        assert!(error.contains(part), "{args:?}: {error}");
    }
}

#[test]
fn a21_arguments_of_a_tool_are_an_object() {
    for (params, part) in [
        ("[1]", "--params must be a JSON object"),
        ("5", "--params must be a JSON object"),
        ("null", "--params must be a JSON object"),
        ("{'a': 1}", "--params is not valid JSON"),
    ] {
        let output = run(&["call", "get_jobs", "--sandbox", "--params", params]);
        assert_eq!(output.status.code(), Some(1), "{params}");
        assert!(output.stdout.is_empty(), "{params}");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert!(stderr.starts_with("ERROR: ") && stderr.contains(part), "{stderr}");
    }
}

#[test]
fn a22_an_empty_result_is_a_result() {
    let nobody = r#"{"agent_name": "nobody"}"#;
    let output = run(&["call", "get_sessions", "--sandbox", "--params", nobody]);
    assert!(output.status.success());
    assert_eq!(String::from_utf8_lossy(&output.stdout), "\n[]\n");
    // What is said of it does not get into what a script reads.
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.starts_with("No agent_name fits 'nobody'; there is: "), "{stderr}");
}

#[test]
fn a23_lists_show_what_the_configuration_leaves_enabled() {
    let scratch = Scratch::new();
    let path = scratch.write("mcp.conf", "[server]\ninclude_tags = health, beta\n");
    let only = |args: &[&str]| stdout(&[args, &["--config", &path]].concat());
    let names = |text: &str| -> Vec<String> {
        let names = text.lines().skip(1).filter_map(|line| line.split_whitespace().next());
        names.map(str::to_owned).collect()
    };
    assert_eq!(names(&only(&["tools", "--enabled"])), ["get_health"]);
    assert_eq!(names(&only(&["tags", "--enabled"])), ["get_health", "health"]);
    assert!(names(&only(&["tools"])).len() > 70);
}

#[cfg(unix)]
#[test]
fn an_argument_that_is_not_text_is_a_usage_error() {
    use std::os::unix::ffi::OsStrExt;
    let bytes = std::ffi::OsStr::from_bytes(b"\xff");
    let output = support::program().arg(bytes).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("not valid UTF-8"));
}

#[test]
fn failures_are_told_on_standard_error_as_the_python_server_told_them() {
    for (args, start) in [
        (&["run"][..], "ERROR: server stopped unexpectedly: Config file not found: /nope/x"),
        (&["--port", "1"], "ERROR: server stopped unexpectedly: Config file not found: /nope/x"),
        (&["call", "t"], "ERROR: Config file not found: /nope/x"),
        (&["test"], "ERROR: Config file not found: /nope/x"),
        (&["tools", "--enabled"], "ERROR: Config file not found: /nope/x"),
        (&["tags", "--enabled"], "ERROR: Config file not found: /nope/x"),
        (&["config", "check"], "ERROR: Config file not found: /nope/x"),
    ] {
        let output = run(&[args, &["--config", "/nope/x"]].concat());
        assert_eq!(output.status.code(), Some(1), "{args:?}");
        assert!(output.stdout.is_empty(), "{args:?}");
        let stderr = String::from_utf8_lossy(&output.stderr);
        assert_eq!(stderr.trim_end(), start, "{args:?}");
    }
    let output = run(&["run", "--port", "65536"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("from 0 to 65535"));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let output = support::program()
        .args(["config", "docs"])
        .stdout(writer)
        .stderr(Stdio::piped())
        .output()
        .expect("the program starts");
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty());
}

#[test]
fn the_tools_in_docs_are_those_of_the_table() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/tools.md");
    let kept = std::fs::read_to_string(path).expect("docs/tools.md is kept");
    let printed = stdout(&["tools", "--format", "markdown"]);
    // What it costs a model follows; see tests/budget.rs.
    let costs = kept.strip_prefix(&printed).is_some_and(|rest| rest.starts_with("\n## What"));
    assert!(costs, "docs/tools.md is out of date; run: docs/regenerate");
    let list = stdout(&["tools"]);
    for name in list.lines().skip(1).filter_map(|line| line.split(' ').next()) {
        assert!(name.is_empty() || kept.contains(&format!("### `{name}`\n")), "{name}");
    }
}

#[test]
fn the_reference_in_docs_is_what_the_table_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md");
    let kept = std::fs::read_to_string(path).expect("docs/configuration.md is kept");
    assert!(
        kept == stdout(&["config", "docs"]),
        "docs/configuration.md is out of date; run: docs/regenerate"
    );
    for row in settings() {
        assert!(kept.contains(&format!("### `{}`\n", row.id())), "{}", row.id());
    }
}

#[test]
fn the_manual_page_names_every_command_and_setting() {
    let page = stdout(&["man"]);
    assert!(page.starts_with(".TH ITENTIAL\\-MCP 1"));
    for row in settings() {
        assert!(page.contains(&row.env.replace('-', "\\-")), "{}", row.env);
    }
    for command in COMMANDS {
        let name = command.name.replace('-', "\\-");
        assert!(page.contains(&format!("\n.B {name}")), "{name}");
    }
    for section in ["ENVIRONMENT", "FILES", "SIGNALS", "EXIT STATUS", "EXAMPLES"] {
        assert!(page.contains(&format!("\n.SH {section}\n")), "{section}");
    }
    assert!(page.lines().all(|line| line.len() <= 80), "mandoc finds longer lines hard to read");
    // A line that begins with a dot is a request: only those used on purpose may stand there.
    for line in page.lines().filter(|line| line.starts_with(['.', '\''])) {
        let request = line.split(' ').next().expect("split gives one");
        assert!(
            [".TH", ".SH", ".SS", ".TP", ".PP", ".B", ".RS", ".RE", ".br", ".nf", ".fi"]
                .contains(&request),
            "{line}"
        );
    }
}

#[test]
fn completions_know_every_command_and_option() {
    for shell in ["bash", "fish", "powershell", "zsh"] {
        let script = stdout(&["completions", shell]);
        for command in COMMANDS {
            assert!(script.contains(command.name), "{shell} {}", command.name);
        }
        for row in settings() {
            assert!(script.contains(row.flag), "{shell} --{}", row.flag);
        }
    }
}

#[test]
fn bash_completes_commands_options_and_choices() {
    let complete = |line: &[&str]| {
        let words: Vec<_> = line.iter().map(|word| format!("'{word}'")).collect();
        let script = format!(
            "{}\nCOMP_WORDS=(itential-mcp {})\nCOMP_CWORD={}\n_itential_mcp\necho \"${{COMPREPLY[*]}}\"\n",
            stdout(&["completions", "bash"]),
            words.join(" "),
            line.len()
        );
        let mut bash = Command::new("bash")
            .arg("--norc")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("bash is installed");
        let mut stdin = bash.stdin.take().expect("stdin is piped");
        stdin.write_all(script.as_bytes()).expect("bash reads");
        drop(stdin);
        let output = bash.wait_with_output().expect("bash ends");
        String::from_utf8(output.stdout).expect("text").trim().to_owned()
    };
    assert_eq!(complete(&["ve"]), "version");
    assert_eq!(complete(&["run", "--transp"]), "--transport");
    assert_eq!(complete(&["run", "--transport", "s"]), "stdio sse");
    assert_eq!(complete(&["test", "--format", "j"]), "json");
    assert_eq!(complete(&["config", "show", "--format", "t"]), "text");
    assert_eq!(complete(&["config", "ch"]), "check");
    assert_eq!(complete(&["call", "--port"]), "");
    assert_eq!(complete(&["call", "get_adap"]), "get_adapters");
    assert_eq!(complete(&["run", "--include-tags", "health,adap"]), "health,adapters");
    assert_eq!(complete(&["run", "--transport", "=", "st"]), "stdio");
}
