//! Several processes, and one after a restart, serve the same clients.

mod support;

use serde_json::{Value, json};
use support::Platform;
use support::http_server::{HttpServer, call, initialize};
use support::scratch::Scratch;

const KEY: &str = "a91f0c3de8274b56a91f0c3de8274b56";

fn replica(platform: &Platform, key: &str, options: &[&str]) -> HttpServer {
    let mut env = platform.env();
    env.push(("ITENTIAL_MCP_SERVER_STATE_KEY".into(), key.into()));
    let mut arguments = vec!["--transport", "http"];
    arguments.extend(options);
    HttpServer::start(&env, &arguments)
}

fn adapters(server: &HttpServer, session: &str) -> (u16, Value) {
    let in_session = [("Mcp-Session-Id", session)];
    let answer = server.post(&in_session, &call(1, "get_adapters", json!({})));
    (answer.status, answer.json())
}

#[test]
fn h13_a_session_is_known_to_every_process_with_the_key() {
    let platform = Platform::start();
    let (here, there) = (replica(&platform, KEY, &[]), replica(&platform, KEY, &[]));
    let rotated = replica(&platform, &format!("{}\n{KEY}", KEY.replace('a', "b")), &[]);
    let foreign = replica(&platform, &KEY.replace('a', "b"), &[]);
    for revision in ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"] {
        let id = here.session(revision);
        for server in [&there, &rotated, &here] {
            let (status, answer) = adapters(server, &id);
            assert_eq!((status, &answer["result"]["isError"]), (200, &json!(false)), "{answer}");
        }
        assert_eq!(adapters(&foreign, &id).0, 404);
        assert_eq!(adapters(&there, &id[1..]).0, 404);
        // Whoever ends it says so to one process.
        let in_session = [("Mcp-Session-Id", id.as_str())];
        assert_eq!(there.request("DELETE", "/mcp", &in_session, None).status, 200);
        assert_eq!(adapters(&there, &id).0, 404);
    }
}

#[test]
fn h13_a_question_is_answered_at_another_process() {
    let platform = Platform::start();
    let confirm = ["--confirm", "destructive"];
    let (here, there) = (replica(&platform, KEY, &confirm), replica(&platform, KEY, &confirm));
    let modern = [
        ("MCP-Protocol-Version", "2026-07-28"),
        ("Mcp-Method", "tools/call"),
        ("Mcp-Name", "stop_adapter"),
    ];
    let mut params = support::modern(json!({"name": "stop_adapter",
        "arguments": {"name": "ServiceNow-Prod", "timeout": 0}}));
    params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = json!({"elicitation": {}});
    let ask = |server: &HttpServer, params: &Value| {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
        server.post(&modern, &body).json()
    };
    let asked = ask(&here, &params)["result"].clone();
    assert_eq!(asked["resultType"], "input_required", "{asked}");
    params["requestState"] = asked["requestState"].clone();
    params["inputResponses"] = json!({"confirm": {"action": "accept", "content": {"value": true}}});
    let answer = ask(&there, &params);
    assert!(answer["error"].is_null(), "{answer}");
    assert_eq!(answer["result"]["resultType"], "complete", "{answer}");
    // Good once, where it was used.
    assert_eq!(ask(&there, &params)["error"]["code"], -32602);
}

#[test]
fn a_key_is_made_and_kept_so_that_sessions_outlive_a_restart() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    let mut env = platform.env();
    env.push(("STATE_DIRECTORY".into(), scratch.path().to_str().expect("text").into()));
    let first = HttpServer::start(&env, &["--transport", "http"]);
    let id = first.session("2025-11-25");
    first.served.stop();
    let second = HttpServer::start(&env, &["--transport", "http"]);
    assert_eq!(adapters(&second, &id).0, 200);
    let file = scratch.path().join("state_key");
    let key = std::fs::read_to_string(&file).expect("it was kept");
    assert_eq!(key.trim().len(), 64);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&file).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let names = std::fs::read_dir(scratch.path()).expect("a folder").count();
    assert_eq!(names, 1, "nothing else is left there");
}

#[test]
fn a_weak_key_is_refused_at_the_start() {
    let platform = Platform::start();
    let mut env = platform.env();
    env.push(("ITENTIAL_MCP_SERVER_STATE_KEY".into(), "too short".into()));
    let (code, _, said) = support::run(&env, &["run", "--transport", "http", "--port", "0"]);
    assert_ne!(code, 0);
    assert!(said.contains("state_key is too weak"), "{said}");
    assert!(!said.contains("too short\n"), "{said}");
}

#[test]
fn h7_sessions_cost_a_place_only_when_they_need_one() {
    let platform = Platform::start();
    let server = replica(&platform, KEY, &["--max-sessions", "1"]);
    let ids: Vec<String> = (0..40).map(|_| server.session("2025-11-25")).collect();
    for id in &ids {
        assert_eq!(adapters(&server, id).0, 200);
    }
    assert_eq!(server.request("GET", "/status", &[], None).json()["sessions"], 0);
    let stream = |id: &str| {
        let headers = [("Mcp-Session-Id", id), ("Accept", "text/event-stream")];
        server.open_stream("GET", "/mcp", &headers, "")
    };
    let _first = stream(&ids[0]);
    let headers = [("Mcp-Session-Id", ids[1].as_str()), ("Accept", "text/event-stream")];
    assert_eq!(server.request("GET", "/mcp", &headers, None).status, 503);
    assert_eq!(server.request("GET", "/status", &[], None).json()["sessions"], 1);
    assert_eq!(adapters(&server, &ids[1]).0, 200, "calls need no place");
    // Whoever ends its session gives its place to the next.
    let ended = server.request("DELETE", "/mcp", &[("Mcp-Session-Id", ids[0].as_str())], None);
    assert_eq!(ended.status, 200);
    let _second = stream(&ids[1]);
}

#[test]
fn without_session_ids_legacy_clients_are_served_all_the_same() {
    let platform = Platform::start();
    let server = replica(&platform, KEY, &["--sessions", "none"]);
    for revision in ["2025-11-25", "2025-06-18", "2025-03-26"] {
        let hello = server.post(&[], &initialize(revision));
        assert_eq!(hello.status, 200);
        assert_eq!(hello.json()["result"]["protocolVersion"], revision);
        assert!(hello.header("mcp-session-id").is_none());
        let version = [("MCP-Protocol-Version", revision)];
        let answer = server.post(&version, &call(2, "get_adapters", json!({})));
        assert_eq!(answer.json()["result"]["isError"], false, "{}", answer.text());
    }
    let unversioned = server.post(&[], &call(3, "get_adapters", json!({})));
    assert_eq!(unversioned.json()["result"]["isError"], false);
}

#[test]
fn h8_a_large_message_in_no_session_is_not_read_and_one_of_many_values_is_refused() {
    let platform = Platform::start();
    let server = replica(&platform, KEY, &[]);
    let many = |id: &str| {
        let padding = format!("[{}1]", "1,".repeat(600_000));
        let body = format!(
            "{{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":{{\"x\":{padding}}}}}"
        );
        let headers = [("Mcp-Session-Id", id), ("Accept", "application/json, text/event-stream")];
        server.request("POST", "/mcp", &headers, Some(&body))
    };
    assert_eq!(many("made-up").status, 404, "refused for its session, before it is read");
    let refused = many(&server.session("2025-11-25"));
    assert_eq!((refused.status, &refused.json()["error"]["code"]), (400, &json!(-32700)));
    assert!(refused.text().contains("too many values"), "{}", refused.text());
}
