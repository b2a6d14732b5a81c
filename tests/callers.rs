//! Many callers at once: places, turns and what holds none of them.

mod support;

use std::io::Write as _;
use std::net::TcpStream;

use serde_json::{Value, json};
use support::http_server::{HttpServer, call};
use support::{PATIENCE, Platform, StdioServer, eventually};

/// Sends a call without waiting for its answer.
fn send(server: &HttpServer, session: &str, id: u64, tool: &str, arguments: Value) -> TcpStream {
    let body = call(id, tool, arguments).to_string();
    let mut socket = TcpStream::connect(("127.0.0.1", server.port)).expect("it listens");
    socket.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    write!(
        socket,
        "POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n\
         Accept: application/json, text/event-stream\r\nMcp-Session-Id: {session}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .expect("it reads");
    socket
}

fn adapters(server: &HttpServer, session: &str) -> Value {
    let in_session = [("Mcp-Session-Id", session)];
    server.post(&in_session, &call(1, "get_applications", json!({}))).json()["result"].clone()
}

/// A platform on which no adapter list is ever answered.
fn hanging() -> Platform {
    let platform = Platform::start();
    let hang = support::HANG.as_millis() as u64;
    platform.faults(json!([{"match": {"path": "/health/adapters"}, "delay_ms": hang,
                            "times": 1000}]));
    platform
}

fn started(platform: &Platform, server: &[&str]) -> HttpServer {
    let mut arguments = vec!["--transport", "http"];
    arguments.extend(server);
    HttpServer::start(&platform.patient_env(), &arguments)
}

#[test]
fn h4_calls_that_wait_for_their_jobs_hold_no_place() {
    let platform = Platform::start();
    let mut server = StdioServer::start(&platform.env(), &["--max-concurrent-calls", "1"]);
    server.initialize("2025-11-25");
    // A job that never ends.
    platform.faults(json!([{"match": {"path": "/operations-manager/jobs/*"}, "times": 100_000,
        "replace": {"data": {"_id": "0123456789abcdef01234567", "status": "running"}}}]));
    for _ in 0..8 {
        let data = json!({"device": "ams-access-sw-008"});
        let arguments = json!({"route_name": "backup-device", "data": data, "wait": 600});
        server.ask("tools/call", json!({"name": "start_workflow", "arguments": arguments}));
    }
    let route = "/operations-manager/triggers/endpoint/backup-device";
    eventually("eight jobs", || platform.count("POST", route) == 8);
    for _ in 0..3 {
        assert_eq!(server.call("get_adapters", json!({}))["isError"], false);
    }
    assert!(server.seen.iter().all(|message| message["id"].as_u64() != Some(2)), "none has ended");
}

#[test]
fn h3_questions_to_people_hold_no_place() {
    let platform = Platform::start();
    let options = ["--max-concurrent-calls", "1", "--confirm", "destructive"];
    let mut server = StdioServer::start(&platform.env(), &options);
    let hello = json!({"protocolVersion": "2025-11-25", "capabilities": {"elicitation": {}},
                       "clientInfo": {"name": "t", "version": "1"}});
    server.request("initialize", hello);
    let arguments = json!({"name": "x"});
    let asked = |server: &StdioServer| {
        server.seen.iter().filter(|m| m["method"] == "elicitation/create").count()
    };
    for _ in 0..32 {
        server.ask("tools/call", json!({"name": "stop_adapter", "arguments": arguments}));
    }
    while asked(&server) < 32 {
        server.receive();
    }
    assert_eq!(server.call("get_adapters", json!({}))["isError"], false);
}

#[test]
fn h6_a_caller_with_many_calls_lets_another_have_its_turn() {
    let platform = Platform::start();
    let server = started(&platform, &["--max-concurrent-calls", "2"]);
    let (many, one) = (server.session("2025-11-25"), server.session("2025-11-25"));
    // Each takes long enough that the queue is there when the other one comes.
    platform.faults(json!([{"match": {"path": "/health/adapters"}, "delay_ms": 1500,
                            "times": 1000}]));
    let waiting: Vec<TcpStream> =
        (0..60).map(|id| send(&server, &many, id, "get_adapters", json!({}))).collect();
    platform.wait_for("GET", "/health/adapters");
    assert_eq!(adapters(&server, &one)["isError"], false);
    // Sixty by two take thirty rounds; the other's turn came in the first ones.
    let before = platform.count("GET", "/health/adapters");
    assert!(before < 30, "{before} of the others were served first");
    drop(waiting);
}

#[test]
fn h6_a_bound_for_each_caller_leaves_places_to_others() {
    let platform = hanging();
    let bounds = ["--max-concurrent-calls", "3", "--max-calls-per-caller", "2"];
    let server = started(&platform, &bounds);
    let (many, one) = (server.session("2025-11-25"), server.session("2025-11-25"));
    let waiting: Vec<TcpStream> =
        (0..400).map(|id| send(&server, &many, id, "get_adapters", json!({}))).collect();
    eventually("two calls", || platform.count("GET", "/health/adapters") == 2);
    for _ in 0..3 {
        assert_eq!(adapters(&server, &one)["isError"], false);
    }
    assert_eq!(platform.count("GET", "/health/adapters"), 2);
    drop(waiting);
}

#[test]
fn h5_two_hundred_calls_at_once_are_all_served() {
    for requests in ["512", "4"] {
        let platform = Platform::start();
        platform.faults(json!([{"match": {"path": "/health/adapters"}, "delay_ms": 50,
                                "times": 1000}]));
        let mut env = platform.patient_env();
        env.push(("ITENTIAL_MCP_PLATFORM_MAX_REQUESTS".into(), requests.into()));
        let mut server = StdioServer::start(&env, &[]);
        server.initialize("2025-11-25");
        let call = json!({"name": "get_adapters", "arguments": {}});
        let asked: Vec<u64> = (0..200).map(|_| server.ask("tools/call", call.clone())).collect();
        let mut answered = 0;
        while answered < asked.len() {
            let answer = server.receive();
            assert_eq!(answer["result"]["isError"], false, "{answer}");
            answered += 1;
        }
    }
}

#[test]
fn requests_at_the_platform_are_bounded_and_given_in_turn() {
    let platform = hanging();
    let mut env = platform.patient_env();
    env.push(("ITENTIAL_MCP_PLATFORM_MAX_REQUESTS".into(), "3".into()));
    let server = HttpServer::start(&env, &["--transport", "http"]);
    let many = server.session("2025-11-25");
    let waiting: Vec<TcpStream> =
        (0..20).map(|id| send(&server, &many, id, "get_adapters", json!({}))).collect();
    eventually("three requests", || platform.count("GET", "/health/adapters") == 3);
    // What needs no platform is served meanwhile, and nobody asks more of it.
    let in_session = [("Mcp-Session-Id", many.as_str())];
    let list = json!({"jsonrpc": "2.0", "id": 9, "method": "tools/list"});
    assert!(server.post(&in_session, &list).json()["result"]["tools"].is_array());
    assert_eq!(platform.count("GET", "/health/adapters"), 3);
    drop(waiting);
}

/// How many more threads this user may have than it has, for a program that starts now.
#[cfg(target_os = "linux")]
fn with_few_threads(more: u32) -> std::process::Command {
    let mut command = std::process::Command::new("sh");
    // Nobody has no other threads, which makes the bound exact where the tests run as root.
    let script = format!(
        "if [ $(id -u) = 0 ]; then exec setpriv --reuid 65534 --regid 65534 --clear-groups \
         prlimit --nproc={more} \"$@\"; else n=$(ps -L --no-headers -u $(id -u) | wc -l); exec prlimit \
         --nproc=$((n + {more})) \"$@\"; fi"
    );
    command.args(["-c", &script, "sh", env!("CARGO_BIN_EXE_itential-mcp"), "run"]);
    command
}

#[test]
#[cfg(target_os = "linux")]
fn h11_without_threads_calls_are_refused_at_once_and_the_end_is_the_end() {
    let platform = hanging();
    let mut command = with_few_threads(8);
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.envs(platform.patient_env());
    let mut server = StdioServer::spawn(command);
    server.initialize("2025-11-25");
    for _ in 0..40 {
        server.ask("tools/call", json!({"name": "get_adapters", "arguments": {}}));
    }
    let mut refused = 0;
    while refused < 20 {
        let answer = server.receive();
        let text = answer["result"]["content"][0]["text"].as_str().unwrap_or_default();
        assert!(text.contains("busy"), "{answer}");
        refused += 1;
    }
    assert_eq!(server.request("ping", json!({}))["result"], json!({}));
    support::signal("TERM", server.pid());
    assert_eq!(server.wait().code(), Some(0));
}
