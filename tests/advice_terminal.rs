//! What a person at a terminal sees: rows S8 and S13.
#![cfg(unix)]

mod support;

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use serde_json::json;
use support::scratch::Scratch;
use support::terminal::{at_a_terminal, terminal};
use support::{Platform, eventually, program, signal, wait};

fn call(platform: &Platform, arguments: &[&str]) -> Command {
    let mut command = program();
    command.arg("call").args(arguments).envs(platform.env());
    command
}

const ADAPTERS: &str = "/health/adapters";

#[test]
fn s8_what_the_platform_says_does_not_steer_the_terminal() {
    let platform = Platform::start();
    let hostile = "x\u{1b}]0;owned\u{7}\u{1b}[2J\u{9b}31m\u{202e}y";
    let answers = [
        json!({"replace": {"results": [{"id": hostile, "package_id": hostile}], "total": 1}}),
        json!({"status": 500, "body": {"message": hostile}}),
        json!({"status": 500, "body": hostile, "content_type": "text/plain"}),
        json!({"body": hostile, "content_type": "text/html"}),
    ];
    for answer in answers {
        for format in ["auto", "json", "toon", "table"] {
            let mut rule = answer.clone();
            rule["match"] = json!({"path": ADAPTERS});
            rule["times"] = json!(100);
            platform.faults(json!([rule]));
            let mut command = call(&platform, &["get_adapters", "--format", format]);
            // Whatever steers is then not ours.
            command.env("NO_COLOR", "1");
            let (_, seen) = at_a_terminal(command, 80, 24);
            assert!(seen.contains("owned"), "it is told all the same: {answer}: {seen}");
            let steers = |c: char| c.is_control() && !['\n', '\r', '\t'].contains(&c);
            let bad = seen.chars().find(|c| steers(*c) || *c == '\u{202e}');
            assert_eq!(bad, None, "{answer}, {format}: {seen:?}");
        }
    }
    // Who reads a pipe gets every byte.
    platform.faults(json!([{"match": {"path": ADAPTERS}, "times": 100,
        "replace": {"results": [{"id": "tab\tbell\u{7}"}], "total": 1}}]));
    let output = call(&platform, &["get_adapters"]).output().expect("it runs");
    assert!(String::from_utf8_lossy(&output.stdout).contains("tab\\tbell\\u0007"));
}

#[test]
fn s8_the_connection_test_paints_and_is_not_painted() {
    let platform = Platform::start();
    platform.faults(json!([{"match": {"path": "/health/status"}, "times": 9,
        "status": 500, "body": {"message": "\u{1b}[2Jgone\u{7}"}}]));
    let mut command = program();
    command.args(["test", "--verbose"]).envs(platform.env());
    let (_, seen) = at_a_terminal(command, 80, 24);
    assert!(seen.contains("\u{1b}[91m"), "colours of our own: {seen:?}");
    assert!(!seen.contains("\u{1b}[2J") && !seen.contains('\u{7}'), "{seen:?}");
}

const ROUTE: &str = "/operations-manager/triggers/endpoint/backup-device";
const JOB: &str = "0123456789abcdef01234567";

/// A platform on which jobs run for ever.
fn busy() -> Platform {
    let platform = Platform::start();
    platform.faults(json!([
        {"match": {"path": "/operations-manager/jobs/*"}, "times": 100_000,
            "replace": {"data": {"_id": JOB, "status": "running"}}},
        {"match": {"path": ROUTE}, "times": 100_000, "after_write": true,
            "replace": {"data": {"_id": JOB, "status": "running"}}},
    ]));
    platform
}

fn waits(platform: &Platform) -> Command {
    let arguments = json!({"route_name": "backup-device", "data": {"device": "ams-access-sw-008"},
        "wait": 600});
    call(platform, &["start_workflow", "--params", &arguments.to_string()])
}

/// The lines of a program's standard error until one says this.
fn hear(child: &mut Child, part: &str) -> (Vec<String>, BufReader<std::process::ChildStderr>) {
    let mut errors = BufReader::new(child.stderr.take().expect("piped"));
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        assert!(
            errors.read_line(&mut line).expect("text") > 0,
            "ended without '{part}': {lines:?}"
        );
        let found = line.contains(part);
        lines.push(line);
        if found {
            return (lines, errors);
        }
    }
}

#[test]
fn s13_the_job_is_named_when_it_starts_and_when_the_call_is_interrupted() {
    for (name, code) in [("INT", 130), ("TERM", 130)] {
        let platform = busy();
        let scratch = Scratch::new();
        let audit = scratch.path().join("audit.jsonl");
        let mut command = waits(&platform);
        command.arg("--audit-file").arg(&audit);
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let (lines, mut errors) = hear(&mut child, JOB);
        assert!(lines.last().is_some_and(|line| line.contains("running")), "{lines:?}");
        signal(name, child.id());
        assert_eq!(wait(&mut child).code(), Some(code), "{name}");
        let mut rest = String::new();
        errors.read_to_string(&mut rest).expect("text");
        let told = rest.lines().find(|line| line.starts_with("interrupted"));
        let told = told.unwrap_or_else(|| panic!("nothing of the interruption: {rest}"));
        assert!(told.contains(JOB) && told.contains("goes on"), "{told}");
        let look = format!("call describe_job --params '{{\"object_id\":\"{JOB}\"}}'");
        assert!(rest.contains(&look), "{rest}");
        let mut out = String::new();
        child.stdout.take().expect("piped").read_to_string(&mut out).expect("text");
        assert_eq!(out, "", "there is no result");
        // What was begun is written down, although nobody waited for its end.
        let written = std::fs::read_to_string(&audit).expect("the audit file");
        assert!(written.contains("start_workflow"), "{name}: {written:?}");
    }
}

#[test]
fn s13_progress_is_shown_on_a_terminal() {
    let platform = busy();
    let (mut person, end) = terminal(80, 24);
    let mut command = waits(&platform);
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::from(end))
        .spawn()
        .expect("the program starts");
    drop(command);
    let mut seen = String::new();
    let mut piece = [0; 4096];
    // The same line, written over as time passes.
    eventually("progress", || {
        let count = person.read(&mut piece).expect("the terminal is open");
        seen.push_str(&String::from_utf8_lossy(&piece[..count]));
        seen.matches("\r\u{1b}[K").count() >= 2
    });
    assert!(seen.contains(&format!("{JOB} is running")) && seen.contains("of 600 s)"), "{seen:?}");
    signal("INT", child.id());
    assert_eq!(wait(&mut child).code(), Some(130));
}

#[test]
fn s13_a_call_that_starts_nothing_is_ended_without_words() {
    let platform = Platform::start();
    platform.hang(ADAPTERS);
    let mut command = call(&platform, &["get_adapters"]);
    let child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn();
    let mut child = child.expect("the program starts");
    platform.wait_for("GET", ADAPTERS);
    signal("INT", child.id());
    assert_eq!(wait(&mut child).code(), Some(130));
    let mut errors = String::new();
    child.stderr.take().expect("piped").read_to_string(&mut errors).expect("text");
    assert_eq!(errors, "");
}
