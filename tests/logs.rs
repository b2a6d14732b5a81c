//! Where the log goes, how its lines look, and what happens when they cannot be written.

#![cfg(target_os = "linux")]

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use support::house::House;
use support::http_server::{HttpServer, call, initialize};
use support::scratch::Scratch;
use support::{Platform, StdioServer, eventually, modern, program, raw_http, signal};

const TRACE: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

fn text_of(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

fn served(platform: &Platform, more: &[&str]) -> HttpServer {
    HttpServer::start(&platform.env(), &[&["--transport", "http"], more].concat())
}

fn path(scratch: &Scratch, name: &str) -> String {
    scratch.path().join(name).to_str().expect("text").to_owned()
}

fn tool_call(more: Value) -> Value {
    let mut params = modern(json!({"name": "get_health", "arguments": {}}));
    if let (Some(meta), Some(more)) = (params["_meta"].as_object_mut(), more.as_object()) {
        meta.extend(more.clone());
    }
    json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params})
}

/// Calls as a stateless client, with more headers and more in `_meta`.
fn modern_call(server: &HttpServer, more: &[(&str, &str)], meta: Value) {
    let headers = [
        ("MCP-Protocol-Version", "2026-07-28"),
        ("Mcp-Method", "tools/call"),
        ("Mcp-Name", "get_health"),
    ];
    let answer = server.post(&[&headers, more].concat(), &tool_call(meta));
    assert_eq!(answer.status, 200, "{}", answer.text());
}

/// The lines of a text, each of which is an object.
fn objects(text: &str) -> Vec<Value> {
    let object = |line: &str| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
    let objects: Vec<Value> = text.lines().map(object).collect();
    assert!(objects.iter().all(Value::is_object), "{text}");
    objects
}

#[test]
fn lines_of_json_are_objects_and_hide_secrets() {
    let platform = Platform::start();
    let more = ["--log-format", "json", "--log-level", "DEBUG", "--access-log", "-"];
    let server = served(&platform, &more);
    server.request("GET", "/a\u{1b}[2J?token=SECRET", &[], None);
    modern_call(&server, &[], json!({"traceparent": TRACE}));
    let id = server.session("2025-11-25");
    server.post(
        &[("Mcp-Session-Id", &id)],
        &call(1, "describe_job", json!({"object_id": "x\nforged"})),
    );
    let text = server.served.stop();
    assert!(!text.contains("SECRET") && !text.contains('\u{1b}'), "{text}");
    let lines = objects(&text);
    let said = |part: &str| {
        let mut lines = lines.iter();
        let found = lines.find(|l| l["message"].as_str().is_some_and(|m| m.contains(part)));
        found.unwrap_or_else(|| panic!("no {part} in {text}"))
    };
    said("serves MCP at http://127.0.0.1:");
    let called = said("get_health for local: ok");
    assert_eq!(called["level"], "INFO");
    assert_eq!(called["logger"], "itential-mcp");
    assert_eq!(called["trace_id"], TRACE[3..35]);
    assert!(called["span_id"].is_string());
    assert!(called["time"].as_str().is_some_and(|time| time.ends_with('Z')), "{called}");
    said("forged");
    let requests: Vec<&Value> =
        lines.iter().filter(|line| line["logger"] == "itential-mcp.access").collect();
    let of_call = requests.iter().find(|line| line["trace_id"] == TRACE[3..35]);
    let of_call = of_call.expect("the request of the call");
    assert_eq!((&of_call["method"], &of_call["path"]), (&json!("POST"), &json!("/mcp")));
    assert_eq!((&of_call["status"], &of_call["client"]), (&json!(200), &json!("127.0.0.1")));
    assert!(of_call["bytes"].as_u64().is_some_and(|bytes| bytes > 100), "{of_call}");
    assert!(of_call["seconds"].as_f64().is_some_and(|seconds| seconds > 0.0), "{of_call}");
}

#[test]
fn each_request_is_one_line_of_the_access_log() {
    let platform = Platform::start();
    let house = House::new();
    let file = path(&house.scratch, "access.log");
    let bearer = format!("Bearer {}", house.token("ann", &[]));
    let server = house.serve(&platform.env(), &["--access-log", &file]);
    let as_ann = ("Authorization", bearer.as_str());
    server.post(&[], &initialize("2025-11-25"));
    let answer = server.post(&[as_ann, ("User-Agent", "me/1 \"x\" y")], &initialize("2025-11-25"));
    let id = answer.header("mcp-session-id").expect("an id").to_owned();
    let ping = json!({"jsonrpc": "2.0", "id": 7, "method": "ping"});
    let given = [as_ann, ("Mcp-Session-Id", id.as_str()), ("X-Request-Id", "req-42")];
    server.post(&given, &ping);
    server.post(&[as_ann, ("Mcp-Session-Id", &id), ("X-Request-Id", "a b\" c")], &ping);
    server.request("GET", "/secret?token=SECRET", &[], None);
    server.request("HEAD", "/status/healthz", &[], None);
    // What belongs to no request stays open; its line comes when it ends.
    let stream = [as_ann, ("Mcp-Session-Id", id.as_str()), ("Accept", "text/event-stream")];
    let stream = server.open_stream("GET", "/mcp", &stream, "");
    assert_eq!(stream.status, 200);
    drop(stream);
    let read = || text_of(Path::new(&file));
    eventually("seven lines", || read().lines().count() == 7);
    let text = read();
    assert!(!text.contains("SECRET") && !text.contains(&id), "{text}");
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("127.0.0.1 - - ["), "{text}");
    assert!(lines[0].contains("\"POST /mcp HTTP/1.1\" 401 "), "{text}");
    assert!(lines[1].starts_with("127.0.0.1 - static:ann ["), "{text}");
    assert!(lines[1].contains(" \"-\" \"me/1 \\\"x\\\" y\" "), "{text}");
    let fields = |line: &str| line.rsplit(' ').map(str::to_owned).collect::<Vec<_>>();
    let session = fields(lines[1])[2].clone();
    assert!(session.len() == 8 && session.bytes().all(|b| b.is_ascii_hexdigit()), "{text}");
    assert_eq!(fields(lines[2])[1..3], ["req-42".to_owned(), session.clone()]);
    assert!(!lines[3].contains("a b"), "{text}");
    assert!(lines[4].contains("\"GET /secret HTTP/1.1\" 404 "), "{text}");
    assert!(lines[5].contains("\"HEAD /status/healthz HTTP/1.1\" 200 0 "), "{text}");
    assert!(lines[6].contains("\"GET /mcp HTTP/1.1\" 200 "), "{text}");
    assert_eq!(fields(lines[6])[2], session);
}

#[test]
fn a_file_that_was_moved_away_is_made_anew() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    let (log, access) = (path(&scratch, "log"), path(&scratch, "access"));
    let more = ["--log-file", &log, "--access-log", &access, "--log-level", "INFO"];
    let server = served(&platform, &more);
    let ask = || server.request("GET", "/status/healthz", &[], None).status;
    let work = || modern_call(&server, &[], json!({}));
    ask();
    work();
    for (file, part) in [(&log, "get_health"), (&access, "/status/healthz")] {
        assert!(text_of(Path::new(file)).contains(part), "{file}");
        fs::rename(file, format!("{file}.1")).expect("it can be moved");
    }
    // By itself, a moment later.
    eventually("new files", || {
        ask();
        work();
        [&log, &access].iter().all(|file| !text_of(Path::new(file)).is_empty())
    });
    for file in [&log, &access] {
        fs::rename(file, format!("{file}.2")).expect("it can be moved");
    }
    // At once, on SIGHUP; lines are told by it.
    signal("HUP", server.served.pid());
    eventually("files opened anew", || [&log, &access].iter().all(|file| Path::new(file).exists()));
    eventually("the reload in the log", || text_of(Path::new(&log)).contains("reloaded"));
    let said = server.served.stop();
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn a_full_disk_loses_lines_and_nothing_else() {
    let platform = Platform::start();
    let more = [
        "--log-file",
        "/dev/full",
        "--access-log",
        "/dev/full",
        "--log-level",
        "INFO",
        "--metrics",
        "--audit-file",
        "/dev/full",
    ];
    let server = served(&platform, &more);
    for _ in 0..5 {
        modern_call(&server, &[], json!({}));
    }
    let page = server.request("GET", "/metrics", &[], None).text();
    let number = |series: &str| -> f64 {
        let line = page.lines().find_map(|line| line.strip_prefix(series));
        line.and_then(|rest| rest.trim().parse().ok()).unwrap_or(-1.0)
    };
    assert!(number("itential_mcp_log_lines_lost_total{output=\"log\"}") >= 5.0, "{page}");
    assert_eq!(number("itential_mcp_log_lines_lost_total{output=\"access\"}"), 5.0, "{page}");
    assert_eq!(number("itential_mcp_audit_lost_total"), 5.0, "{page}");
    let said = server.served.stop();
    let lost = said.lines().filter(|line| line.contains("/dev/full cannot be written")).count();
    assert_eq!(lost, 1, "said once: {said}");
}

#[test]
fn room_on_the_disk_again_is_said() {
    if !has_tmpfs() {
        eprintln!("SKIPPED: no file system may be mounted here");
        return;
    }
    // A small disk of its own, in a namespace that ends with the shell.
    let script = "mount -t tmpfs -o size=64k none /mnt && head -c 64k /dev/zero > /mnt/fill; \
                  exec \"$0\" \"$@\" --log-file /mnt/log";
    let platform = Platform::start();
    let mut command = Command::new("unshare");
    let itself = program();
    command.args(["--mount", "sh", "-c", script]).arg(itself.get_program());
    command.args(["run", "--transport", "http", "--port", "0", "--log-level", "INFO"]);
    command.envs(platform.env());
    let served = support::served::Served::spawn(command).unwrap_or_else(|(_, log)| panic!("{log}"));
    let server = HttpServer { port: served.port, served };
    modern_call(&server, &[], json!({}));
    server.served.log_line("the log /mnt/log cannot be written");
    let fill = format!("/proc/{}/root/mnt/fill", server.served.pid());
    fs::remove_file(fill).expect("the disk has room again");
    modern_call(&server, &[], json!({}));
    server.served.log_line("the log /mnt/log is written again");
    let log = format!("/proc/{}/root/mnt/log", server.served.pid());
    let text = text_of(Path::new(&log));
    assert!(
        text.lines().any(|line| line.ends_with(" ms") && line.contains("get_health")),
        "{text}"
    );
}

fn has_tmpfs() -> bool {
    let tried =
        Command::new("unshare").args(["--mount", "mount", "-t", "tmpfs", "none", "/mnt"]).output();
    tried.is_ok_and(|output| output.status.success())
}

#[test]
fn a_file_that_cannot_be_opened_is_told_at_the_start() {
    let platform = Platform::start();
    for setting in ["log_file", "access_log"] {
        let option = format!("--{}", setting.replace('_', "-"));
        let arguments = ["run", "--transport", "http", "--port", "0", &option, "/nowhere/log"];
        let (code, _, err) = support::run(&platform.env(), &arguments);
        assert_eq!(code, 1, "{err}");
        assert!(err.contains(&format!("{setting} /nowhere/log cannot be written")), "{err}");
        let (code, out, err) =
            support::run(&platform.env(), &["config", "check", &option, "/nowhere/log"]);
        assert_eq!(code, 1, "{out}{err}");
        assert!(format!("{out}{err}").contains(setting), "{out}{err}");
    }
}

#[test]
fn a_pipe_that_nobody_reads_stops_nothing() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    let pipe = path(&scratch, "pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    // Somebody has it open, and reads nothing.
    let _reader = fs::OpenOptions::new().read(true).write(true).open(&pipe).expect("a pipe");
    let server = served(&platform, &["--access-log", &pipe]);
    for _ in 0..2_000 {
        assert_eq!(server.request("GET", "/status/healthz", &[], None).status, 200);
    }
    server.served.log_line("the access log");
}

#[test]
fn over_stdio_only_messages_are_on_standard_output() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    let log = path(&scratch, "log");
    let more = ["--log-level", "DEBUG", "--log-format", "json", "--log-file", &log];
    let mut server = StdioServer::start(&platform.env(), &more);
    server.initialize("2025-11-25");
    server.call("get_health", json!({}));
    let (status, messages, err) = server.finish();
    assert!(status.success(), "{err}");
    assert!(messages.iter().all(|message| message["jsonrpc"] == "2.0"), "{messages:?}");
    assert_eq!(err, "");
    let lines = objects(&text_of(Path::new(&log)));
    let called = |line: &Value| line["message"].as_str().is_some_and(|m| m.contains("get_health"));
    assert!(lines.iter().any(called), "{lines:?}");
}

#[test]
fn the_start_says_what_is_served() {
    let platform = Platform::start();
    let server = served(&platform, &["--metrics-port", "0", "--auth-type", "none"]);
    let line = server.served.log_line("serves MCP at");
    for part in [
        concat!("version ", env!("CARGO_PKG_VERSION")),
        &format!(" tools of http://127.0.0.1:{}", platform.port),
        "without TLS",
        "callers prove nothing",
        "metrics at http://127.0.0.1:",
    ] {
        assert!(line.contains(part), "{part}: {line}");
    }
    let (_, rest) = line.split_once("metrics at http://127.0.0.1:").expect("an address");
    let (port, path) = rest.split_once('/').expect("a path");
    let answer =
        raw_http::request(port.parse().expect("a port"), "GET", &format!("/{path}"), &[], None);
    assert_eq!(answer.status, 200);
}
