//! What a person reads at a terminal: results, help, reports, on screens of 80 and of 40 columns.
#![cfg(unix)]

mod support;

use std::collections::BTreeSet;
use std::process::{Command, Stdio};

use itential_mcp::cli::commands::COMMANDS;
use itential_mcp::config::settings;
use itential_mcp::tools;
use serde_json::{Value, json};
use support::scratch::Scratch;
use support::terminal::at_a_terminal;
use support::{Platform, program};
use unicode_width::UnicodeWidthStr;

fn command(arguments: &[&str]) -> Command {
    let mut command = program();
    command.args(arguments).env("NO_COLOR", "1");
    command
}

/// The lines that a person sees of a command that succeeds.
fn seen(arguments: &[&str], columns: u16) -> Vec<String> {
    let (status, seen) = at_a_terminal(command(arguments), columns, 24);
    assert!(status.success(), "{arguments:?}: {seen}");
    seen.lines().map(str::to_owned).collect()
}

/// Standard output and standard error of a command in pipes.
fn piped(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = command(arguments).stdin(Stdio::null()).output().expect("it runs");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

/// A platform with these adapters.
fn platform_with(adapters: &Value) -> Platform {
    let platform = Platform::start();
    let count = adapters.as_array().expect("a list").len();
    platform.faults(json!([{"match": {"path": "/health/adapters"}, "times": 100,
        "replace": {"results": adapters, "total": count}}]));
    platform
}

/// What a person sees of its adapters.
fn adapters(platform: &Platform, arguments: &[&str], columns: u16) -> Vec<String> {
    let all = [&["call", "get_adapters"], arguments].concat();
    let mut command = command(&all);
    command.envs(platform.env());
    let (status, seen) = at_a_terminal(command, columns, 24);
    assert!(status.success(), "{seen}");
    seen.lines().map(str::to_owned).collect()
}

#[test]
fn a_list_is_a_table_whose_columns_are_aligned_whatever_the_script() {
    let names =
        ["plain", "日本語のアダプタ", "e\u{301}te\u{301}", "🚀 rocket", "👩\u{200d}🚀", "한국어"];
    let rows: Vec<Value> = names
        .iter()
        .map(|name| json!({"id": name, "package_id": "@x/y", "version": "1.2.3", "state": "RUNNING"}))
        .collect();
    let platform = platform_with(&json!(rows));
    for columns in [40, 80] {
        let lines = adapters(&platform, &[], columns);
        let head = &lines[0];
        assert!(head.starts_with("name ") && head.contains("state"), "{head}");
        let place = head.find("state").expect("a column");
        for (name, line) in names.iter().zip(&lines[1..]) {
            assert!(line.starts_with(name), "{line}");
            let at = line.find("RUNNING").unwrap_or_else(|| panic!("no state in {line}"));
            assert_eq!(line[..at].width(), place, "{columns}: {line}");
            assert!(line.width() <= columns.into(), "{columns}: {line}");
        }
    }
}

#[test]
fn what_is_cut_or_has_no_room_is_told() {
    let long = "a name that goes on and on and ".repeat(4);
    let platform = platform_with(&json!([
        {"id": long, "package_id": "@itential/adapter-with-a-long-name", "version": "1.2.3-beta",
            "state": "RUNNING"},
    ]));
    let lines = adapters(&platform, &[], 80);
    assert!(lines[1].starts_with("a name that goes") && lines[1].contains('…'), "{lines:?}");
    assert!(lines[1].width() <= 80 && lines[1].contains("RUNNING"), "{lines:?}");
    assert!(lines.iter().any(|line| line == "Some values are cut; --format json shows all"));
    let narrow = adapters(&platform, &[], 40).join(" ");
    assert!(narrow.contains("No room for package, version; --format json shows all"), "{narrow}");
    // What is one of several pages says so, as in a pipe.
    let lines = seen(&["call", "get_jobs", "--sandbox", "--params", r#"{"limit": 3}"#], 80);
    assert!(lines.iter().any(|line| line.starts_with("Shown: first 3 of ")), "{lines:?}");
    assert!(
        seen(&["call", "get_sessions", "--sandbox", "--params", r#"{"agent_name": "x"}"#], 80)
            .contains(&"(none)".to_owned())
    );
}

#[test]
fn numbers_stand_to_the_right_and_ids_are_whole() {
    let metrics = ["call", "get_job_metrics", "--sandbox", "--params", r#"{"limit": 3}"#];
    let lines = seen(&metrics, 80);
    let end = lines[0].find("jobsComplete").expect("a column") + "jobsComplete".len();
    for line in &lines[1..4] {
        let cell = line[..].split_at(line.char_indices().nth(end).map_or(line.len(), |(at, _)| at));
        assert!(cell.0.ends_with(|c: char| c.is_ascii_digit()), "{line}");
        assert!(line.split(' ').next().is_some_and(|id| id.len() == 24), "{line}");
    }
}

#[test]
fn the_first_minute_fits_a_screen() {
    for columns in [80, 100] {
        let health = seen(&["call", "get_health", "--sandbox"], columns);
        // The prompt is the last line.
        assert!(health.len() < 24, "{}", health.join("\n"));
        let text = health.join("\n");
        for part in ["verdict", "degraded", "NSO-emea/dc1 is DEAD", "adapters (5)", "more row"] {
            assert!(text.contains(part), "{part}: {text}");
        }
        assert!(text.contains("--format json shows all"), "{text}");
    }
    let help = seen(&["--help"], 80);
    assert!(help.len() < 24, "{}", help.join("\n"));
}

#[test]
fn formats_are_chosen_by_the_reader() {
    let call = ["call", "get_jobs", "--sandbox", "--params", r#"{"limit": 2}"#];
    let with = |more: &[&'static str]| [&call[..], more].concat();
    let (_, json, notes) = piped(&call);
    assert!(json.starts_with("\n[\n    {\n        \"_id\": "), "{json}");
    assert!(notes.starts_with("Shown: first 2 of "), "{notes}");
    assert_eq!(piped(&with(&["--format", "json"])).1, json);
    assert_eq!(piped(&with(&["--format", "auto"])).1, json);
    // Who asks a server for TOON asks a terminal for a table; who asks `call` gets it.
    let (_, toon, _) = piped(&with(&["--format", "toon"]));
    assert!(toon.contains("result[2]{_id,"), "{toon}");
    assert_eq!(piped(&with(&["--response-format", "toon"])).1, toon);
    let table = piped(&with(&["--format", "table"])).1;
    assert!(table.starts_with("_id  ") && !table.contains('\u{1b}'), "{table}");
    let at = |more: &[&'static str]| seen(&with(more), 80).join("\n");
    assert!(at(&[]).starts_with("_id  "));
    assert!(at(&["--format", "json"]).starts_with("\n[\n"));
    assert!(at(&["--response-format", "json"]).starts_with("\n[\n"));
    let mut configured = command(&call);
    configured.env("ITENTIAL_MCP_SERVER_RESPONSE_FORMAT", "toon");
    assert!(at_a_terminal(configured, 80, 24).1.starts_with("_id  "));
    let mut painted = command(&call);
    painted.env_remove("NO_COLOR");
    assert!(at_a_terminal(painted, 80, 24).1.starts_with("\u{1b}[1m_id"));
    let (code, _, error) = piped(&with(&["--format", "jsn"]));
    assert!(code == Some(2) && error.contains("did you mean json?"), "{error}");
}

#[test]
fn arguments_come_from_files_and_from_standard_input() {
    let scratch = Scratch::new();
    let good = scratch.write("good.json", "{\n  \"limit\": 1\n}\n");
    let bad = scratch.write("bad.json", "{\n  \"limit\": 1,\n  \"name\": x\n}\n");
    let list = scratch.write("list.json", "[1]");
    let call = |params: &str| piped(&["call", "get_jobs", "--sandbox", "--params", params]);
    let (code, out, _) = call(&format!("@{good}"));
    let jobs: Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!((code, jobs.as_array().map(Vec::len)), (Some(0), Some(1)));
    for (params, part) in [
        (format!("@{bad}"), format!("{bad} is not valid JSON: expected value at line 3 column 11")),
        (format!("@{list}"), format!("{list} must be a JSON object")),
        ("@/nope/x.json".into(), "/nope/x.json cannot be read: No such file".into()),
        ("@".into(), "must be followed by the path of a file".into()),
        ("{\"limit\": }".into(), "--params is not valid JSON: expected value at line 1".into()),
    ] {
        let (code, out, error) = call(&params);
        assert_eq!((code, out.as_str()), (Some(1), ""), "{params}");
        assert!(error.contains(&part), "{params}: {error}");
    }
    let from_pipe = |text: &str| {
        let input = scratch.write("input", text);
        let file = std::fs::File::open(input).expect("a file");
        let mut command = command(&["call", "get_jobs", "--sandbox", "--params", "-"]);
        let output = command.stdin(file).output().expect("it runs");
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(said).expect("text"))
    };
    let (done, jobs) = from_pipe("{\"limit\": 1}");
    assert!(done && jobs.contains("Shown: first 1 of "), "{jobs}");
    let (done, error) = from_pipe("{\"limit\" 1}");
    assert!(!done && error.contains("standard input is not valid JSON"), "{error}");
}

#[test]
fn help_explains_commands_tools_settings_and_areas() {
    for (topic, parts) in [
        ("get_jobs", vec!["call get_jobs", "started_after <text>", "It changes nothing"]),
        ("describe_job", vec!["--params '{\"object_id\": \"...\"}'", "(required)"]),
        ("platform.port", vec!["--platform-port", "ITENTIAL_MCP_PLATFORM_PORT"]),
        ("transport", vec!["server.transport", "One of stdio, sse, http"]),
        ("ITENTIAL_MCP_SERVER_AUDIT_FILE", vec!["server.audit_file"]),
        ("adapters", vec!["restart_adapter", "get_adapters"]),
        ("tls", vec!["itential-mcp tls <action>"]),
    ] {
        let (code, text, error) = piped(&["help", topic]);
        assert_eq!((code, error.as_str()), (Some(0), ""), "{topic}");
        let missing = parts.iter().find(|part| !text.contains(**part));
        assert_eq!(missing, None, "{topic}: {text}");
    }
    assert_eq!(piped(&["help"]).1, piped(&["--help"]).1);
    for command in COMMANDS {
        assert_eq!(piped(&["help", command.name]).1, piped(&[command.name, "--help"]).1);
    }
    assert_eq!(piped(&["call", "get_jobs", "--help"]).1, piped(&["help", "get_jobs"]).1);
    // A tool of the configuration is known to it.
    let scratch = Scratch::new();
    let text = "[platform]\nsandbox = true\n[tool:my_backup]\ntype = endpoint\n\
                name = Backup via API\nautomation = Backup Device\n";
    let file = scratch.write("mcp.conf", text);
    let (_, text, error) = piped(&["help", "my_backup", "--config", &file]);
    assert!(text.contains("call my_backup"), "{text}{error}");
}

#[test]
fn a_mistyped_word_gets_the_nearest() {
    for (arguments, nearest) in [
        (&["cal", "get_jobs"][..], "did you mean call?"),
        (&["help", "get_jbos"], "did you mean get_jobs?"),
        (&["help", "prot"], "did you mean port?"),
        (&["config", "shwo"], "did you mean show?"),
        (&["completions", "bsh"], "did you mean bash?"),
        (&["client-config", "claude-cod"], "did you mean claude-code?"),
        (&["test", "--format", "jso"], "did you mean json?"),
        (&["test", "--formt", "json"], "did you mean --format?"),
        (&["run", "--transport", "htpp"], "did you mean http?"),
        (&["run", "--auth-type", "jtw"], "did you mean jwt?"),
        (&["run", "--log-level", "DEBGU"], "did you mean DEBUG?"),
        (&["call", "get_jbos", "--sandbox"], "did you mean 'get_jobs'?"),
        (&["call", "get_jobs", "--sandbox", "--params", r#"{"limt": 1}"#], "did you mean 'limit'?"),
        (&["get_jobs"], "is a tool, not a command: itential-mcp call get_jobs"),
    ] {
        let (code, _, error) = piped(arguments);
        assert!(code != Some(0) && error.contains(nearest), "{arguments:?}: {error}");
    }
    let scratch = Scratch::new();
    let file = scratch.write("mcp.conf", "[role:operators]\nread_only = true\n");
    let (_, _, error) = piped(&["tools", "--role", "operator", "--config", &file]);
    assert!(error.contains("did you mean operators?"), "{error}");
}

/// Whether no line is wider than the screen, but for one word that is.
fn fits(what: &str, text: &str, columns: u16) {
    for line in text.lines() {
        let lonely = !line.trim().contains(' ');
        assert!(line.width() <= columns.into() || lonely, "{what} at {columns}: {line:?}");
        assert!(!line.contains('\u{1b}'), "{what}: {line:?}");
    }
}

fn words(text: &str) -> BTreeSet<&str> {
    text.split_whitespace().collect()
}

#[test]
fn every_help_text_holds_forty_columns_and_breaks_no_word() {
    let mut topics: Vec<Vec<&str>> = vec![vec!["--help"]];
    topics.extend(COMMANDS.iter().map(|command| vec!["help", command.name]));
    topics.extend(tools::all().map(|tool| vec!["help", tool.name]));
    topics.extend(settings().map(|row| vec!["help", row.env]));
    let areas: BTreeSet<&str> = tools::all().map(|tool| tool.area.tag).collect();
    topics.extend(areas.into_iter().map(|area| vec!["help", area]));
    for topic in topics {
        let wide = {
            let mut command = command(&topic);
            command.env("COLUMNS", "10000");
            String::from_utf8(command.output().expect("it runs").stdout).expect("text")
        };
        for columns in [40, 80] {
            let (status, text) = at_a_terminal(command(&topic), columns, 24);
            assert!(status.success(), "{topic:?}: {text}");
            fits(&topic.join(" "), &text, columns);
            assert_eq!(words(&text), words(&wide), "{topic:?} at {columns}");
        }
    }
}

#[test]
fn every_report_holds_forty_columns() {
    let scratch = Scratch::new();
    let file = scratch.write("odd.conf", "[server]\nprot = 1\nexclude_tags = adaptres\n");
    let nowhere = ["--platform-host", "127.0.0.1", "--platform-port", "9"];
    let with = |own: &[&'static str], more: &[&'static str]| [own, more].concat();
    let mut rows: Vec<Vec<&str>> = vec![
        vec!["tools"],
        vec!["tools", "--enabled"],
        vec!["tags"],
        vec!["version"],
        vec!["config", "show"],
        vec!["config", "show", "--config", &file],
        vec!["config", "check", "--config", &file],
        vec!["config", "check", "--config", "/nope"],
        vec!["test", "--sandbox"],
        vec!["test", "--sandbox", "--verbose"],
        with(&["test"], &nowhere),
        with(&["test", "--verbose"], &nowhere),
        vec!["tls", "check", "--certificate-file", "/nope/c.pem", "--private-key-file", "/nope/k"],
        vec!["probe", "--url", "http://127.0.0.1:9"],
        vec!["probe"],
        vec!["audit", "verify", "/nope"],
        vec!["token", "new", "somebody"],
        vec!["call", "get_nothing", "--sandbox"],
        vec!["call", "describe_job", "--sandbox"],
        vec!["bogus"],
        vec!["run", "--bogus"],
    ];
    for tool in ["get_health", "get_jobs", "get_devices", "get_automations", "get_job_metrics"] {
        rows.push(vec!["call", tool, "--sandbox"]);
    }
    for row in rows {
        for columns in [40, 80] {
            let (_, text) = at_a_terminal(command(&row), columns, 24);
            assert!(!text.is_empty(), "{row:?}");
            fits(&row.join(" "), &text, columns);
        }
    }
}
