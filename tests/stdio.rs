//! MCP over stdio: the real program, its real pipes, the simulated platform over HTTP.

mod support;

use itential_mcp::protocol::revision::{LEGACY, MODERN};
use serde_json::{Value, json};
use support::{Platform, StdioServer, modern_of, schema};

#[test]
fn every_legacy_revision_shakes_hands_lists_and_calls() {
    let platform = Platform::start();
    for revision in LEGACY {
        let mut server = StdioServer::start(&platform.env(), &[]);
        let hello = server.initialize(revision);
        assert_eq!(hello["result"]["protocolVersion"], revision);
        assert_eq!(hello["result"]["serverInfo"]["name"], "Itential Platform MCP");
        assert!(hello["result"]["instructions"].as_str().is_some_and(|text| text.len() < 1300));
        schema::check(revision, "InitializeResult", &hello["result"]);
        assert_eq!(server.request("ping", json!({}))["result"], json!({}));
        let list = server.request("tools/list", json!({}));
        schema::check(revision, "ListToolsResult", &list["result"]);
        assert!(list["result"].get("resultType").is_none(), "modern fields on a legacy answer");
        let result = server.call("get_adapters", json!({}));
        assert_eq!(result["isError"], false, "{result}");
        schema::check(revision, "CallToolResult", &result);
        let text: Value =
            serde_json::from_str(result["content"][0]["text"].as_str().expect("text"))
                .expect("the text is JSON");
        assert_eq!(text, result["structuredContent"]["result"]);
        let (status, _, _) = server.finish();
        assert!(status.success());
    }
}

#[test]
fn unknown_revisions_are_answered_with_the_newest_handshake() {
    let platform = Platform::start();
    for asked in [MODERN[0], "1999-01-01", ""] {
        let mut server = StdioServer::start(&platform.env(), &[]);
        assert_eq!(server.initialize(asked)["result"]["protocolVersion"], LEGACY[0], "{asked}");
    }
}

#[test]
fn every_stateless_revision_discovers_lists_and_calls() {
    let platform = Platform::start();
    for revision in MODERN {
        let mut server = StdioServer::start(&platform.env(), &[]);
        let found = server.request("server/discover", modern_of(revision, json!({})));
        schema::check(revision, "DiscoverResult", &found["result"]);
        assert_eq!(found["result"]["supportedVersions"], json!(MODERN));
        let list = server.request("tools/list", modern_of(revision, json!({})));
        schema::check(revision, "ListToolsResult", &list["result"]);
        let call = modern_of(revision, json!({"name": "get_health", "arguments": {}}));
        let result = server.request("tools/call", call)["result"].clone();
        schema::check(revision, "CallToolResult", &result);
        assert_eq!(result["resultType"], "complete");
        assert_eq!(result["isError"], false, "{result}");
        // A probe is no commitment: the handshake still works afterwards.
        assert_eq!(server.initialize("2025-06-18")["result"]["protocolVersion"], "2025-06-18");
        assert!(server.request("tools/list", json!({}))["result"]["tools"].is_array());
    }
}

#[test]
fn stateless_requests_are_checked() {
    let platform = Platform::start();
    let mut server = StdioServer::start(&platform.env(), &[]);
    let version = "io.modelcontextprotocol/protocolVersion";
    let capabilities = "io.modelcontextprotocol/clientCapabilities";
    let level = "io.modelcontextprotocol/logLevel";
    for (method, meta, code) in [
        ("tools/list", json!({version: "2026-07-28"}), -32602),
        ("tools/list", json!({version: "2027-01-01", capabilities: {}}), -32022),
        ("tools/list", json!({version: "2025-11-25", capabilities: {}}), -32022),
        ("tools/list", json!({version: 7, capabilities: {}}), -32602),
        ("tools/list", json!({version: "2026-07-28", capabilities: {}, level: "loud"}), -32602),
        ("initialize", json!({version: "2026-07-28", capabilities: {}}), -32601),
        ("ping", json!({version: "2026-07-28", capabilities: {}}), -32601),
        ("logging/setLevel", json!({version: "2026-07-28", capabilities: {}}), -32601),
        ("no/such", json!({version: "2026-07-28", capabilities: {}}), -32601),
    ] {
        let answer = server.request(method, json!({"_meta": meta}));
        assert_eq!(answer["error"]["code"], code, "{method} {meta} {answer}");
        schema::check("2026-07-28", "JSONRPCErrorResponse", &answer);
    }
    let answer = server.request("tools/list", json!({"_meta": {version: "1", capabilities: {}}}));
    assert_eq!(answer["error"]["data"]["supported"], json!(MODERN));
    assert_eq!(answer["error"]["data"]["requested"], "1");
    let without = server.request("tools/list", json!({}));
    assert_eq!(without["error"]["code"], -32602, "{without}");
}

#[test]
fn broken_lines_are_answered_and_reading_goes_on() {
    let platform = Platform::start();
    let mut server = StdioServer::start(&platform.env(), &["--log-level", "DEBUG"]);
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let long = format!("{{\"jsonrpc\":\"2.0\",\"x\":\"{}\"}}", "x".repeat(5 * 1024 * 1024));
    let cases: Vec<(Vec<u8>, i64)> = vec![
        (b"{".to_vec(), -32700),
        (b"\xff\xfe{}".to_vec(), -32700),
        (b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xff\"}".to_vec(), -32700),
        (deep.into_bytes(), -32700),
        (long.into_bytes(), -32700),
        (b"NaN".to_vec(), -32700),
        (b"{}".to_vec(), -32600),
        (b"[]".to_vec(), -32600),
        (b"[{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\"}]".to_vec(), -32600),
        (b"{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}".to_vec(), -32600),
        (b"{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"}".to_vec(), -32600),
        (b"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"ping\",\"params\":[]}".to_vec(), -32602),
        (b"{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"ping\"}".to_vec(), -32700),
    ];
    for (line, code) in cases {
        server.write(&line);
        server.write(b"\n");
        let answer = server.receive();
        let shown = String::from_utf8_lossy(&line[..line.len().min(80)]).into_owned();
        assert_eq!(answer["error"]["code"], code, "{shown}: {answer}");
    }
    server.write(b"\n   \r\n{\"jsonrpc\":\"2.0\",\"id\":9,\"method\":\"ping\"}\r\n");
    assert_eq!(server.receive(), json!({"jsonrpc": "2.0", "id": 9, "result": {}}));
}

#[test]
fn batches_belong_to_one_revision() {
    let platform = Platform::start();
    let mut server = StdioServer::start(&platform.env(), &[]);
    server.initialize("2025-03-26");
    server.send(&json!([
        {"jsonrpc": "2.0", "id": "a", "method": "ping"},
        {"jsonrpc": "2.0", "method": "notifications/initialized"},
        {"jsonrpc": "2.0", "id": "b", "method": "tools/call",
         "params": {"name": "get_adapters", "arguments": {}}},
        7
    ]));
    let batch = server.receive();
    let answers = batch.as_array().expect("an array answers an array");
    assert_eq!(answers.len(), 3, "{batch}");
    assert!(answers.iter().any(|a| a["id"] == "a" && a["result"] == json!({})));
    assert!(answers.iter().any(|a| a["id"] == "b" && a["result"]["isError"] == false));
    assert!(answers.iter().any(|a| a["error"]["code"] == -32600));
}

#[test]
fn requests_before_the_handshake_are_refused_except_ping() {
    let platform = Platform::start();
    let mut server = StdioServer::start(&platform.env(), &[]);
    assert_eq!(server.request("ping", json!({}))["result"], json!({}));
    let refused = server.request("tools/list", json!({}));
    assert_eq!(refused["error"]["code"], -32600);
    assert!(refused["error"]["message"].as_str().is_some_and(|m| m.contains("initialize")));
}

#[test]
fn what_is_asked_wrongly_is_answered_with_what_is_right() {
    let platform = Platform::start();
    let mut server = StdioServer::start(&platform.env(), &[]);
    server.initialize("2025-11-25");
    for (method, params, code, says) in [
        ("tools/call", json!({"name": "get_helth"}), -32602, "get_health"),
        ("tools/call", json!({"arguments": {}}), -32602, "name"),
        ("tools/call", json!({"name": "get_health", "arguments": [1]}), -32602, "object"),
        ("tools/list", json!({"cursor": "made up"}), -32602, "cursor"),
        ("logging/setLevel", json!({"level": "loud"}), -32602, "warning"),
        ("no/such/method", json!({}), -32601, "no/such/method"),
    ] {
        let answer = server.request(method, params.clone());
        assert_eq!(answer["error"]["code"], code, "{method} {params}: {answer}");
        let message = answer["error"]["message"].as_str().unwrap_or_default();
        assert!(message.contains(says), "{message}");
    }
    for (arguments, says) in [
        (json!({"nam": "x"}), "did you mean 'name'"),
        (json!({"name": "x", "timeout": "soon"}), "'timeout' must be a whole number"),
        (json!({}), "'name' is required"),
        (json!({"name": "no-such-adapter"}), "no adapter is called"),
    ] {
        let result = server.call("start_adapter", arguments.clone());
        assert_eq!(result["isError"], true, "{arguments}");
        let text = result["content"][0]["text"].as_str().unwrap_or_default();
        assert!(text.contains(says), "{arguments}: {text}");
    }
}

#[test]
fn a_slow_call_delays_nobody_and_can_be_cancelled() {
    let platform = Platform::start();
    platform.hang("/health/adapters");
    let mut server = StdioServer::start(&platform.patient_env(), &["--log-level", "warning"]);
    server.initialize("2025-11-25");
    let slow = server.ask("tools/call", json!({"name": "get_adapters", "arguments": {}}));
    platform.wait_for("GET", "/health/adapters");
    assert_eq!(server.request("ping", json!({}))["result"], json!({}));
    assert_eq!(server.call("get_applications", json!({}))["isError"], false);
    server.send(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled",
                        "params": {"requestId": slow, "reason": "test"}}));
    server.send(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled",
                        "params": {"requestId": "never existed"}}));
    assert_eq!(server.request("ping", json!({}))["result"], json!({}));
    // Were the call not cancelled, the end of the input would wait for it, and then give it up.
    let (status, rest, log) = server.finish();
    assert!(status.success());
    assert!(!log.contains("given up"), "{log}");
    assert!(rest.iter().all(|m| m["id"] != slow), "a cancelled request was answered: {rest:?}");
}

#[test]
fn the_end_of_the_input_loses_no_answer() {
    let platform = Platform::start();
    platform.faults(json!([
        {"match": {"method": "GET", "path": "/health/adapters"}, "delay_ms": 700, "times": 1}
    ]));
    let mut server = StdioServer::start(&platform.env(), &[]);
    let hello = json!({"protocolVersion": "2025-11-25", "capabilities": {},
                       "clientInfo": {"name": "t", "version": "1"}});
    server.ask("initialize", hello);
    server.ask("tools/list", json!({}));
    server.ask("tools/call", json!({"name": "get_adapters", "arguments": {}}));
    server.ask("ping", json!({}));
    let (status, rest, _) = server.finish();
    assert!(status.success());
    let mut ids: Vec<u64> = rest.iter().filter_map(|m| m["id"].as_u64()).collect();
    ids.sort_unstable();
    assert_eq!(ids, [1, 2, 3, 4]);
    assert_eq!(
        rest.iter().find(|m| m["id"] == 3).map(|m| &m["result"]["isError"]),
        Some(&json!(false))
    );
}

#[test]
fn progress_is_told_only_when_asked_and_only_grows() {
    let platform = Platform::start();
    let mut server = StdioServer::start(&platform.env(), &[]);
    server.initialize("2025-11-25");
    let adapters = server.call("get_adapters", json!({}));
    let running = adapters["structuredContent"]["result"]
        .as_array()
        .and_then(|all| all.iter().find(|a| a["state"] == "RUNNING"))
        .and_then(|a| a["name"].as_str())
        .expect("the sandbox has a running adapter")
        .to_owned();
    server.seen.clear();
    let result = server.request(
        "tools/call",
        json!({"name": "restart_adapter", "arguments": {"name": running, "timeout": 15},
               "_meta": {"progressToken": "p"}}),
    );
    assert_eq!(result["result"]["structuredContent"]["state"], "RUNNING", "{result}");
    let steps: Vec<f64> = server
        .seen
        .iter()
        .filter(|m| m["method"] == "notifications/progress")
        .map(|m| {
            assert_eq!(m["params"]["progressToken"], "p");
            schema::check("2025-11-25", "ProgressNotification", m);
            m["params"]["progress"].as_f64().expect("a number")
        })
        .collect();
    assert!(!steps.is_empty(), "no progress was told");
    assert!(steps.windows(2).all(|w| w[0] < w[1]), "{steps:?}");
    server.seen.clear();
    server.call("restart_adapter", json!({"name": running, "timeout": 15}));
    assert!(server.seen.iter().all(|m| m["method"] != "notifications/progress"));
}

#[test]
fn stdout_is_pure_json_at_every_log_level() {
    let platform = Platform::start();
    for level in ["DEBUG", "info", "Warning", "ERROR", "CRITICAL", "NONE"] {
        let mut server = StdioServer::start(&platform.env(), &["--log-level", level]);
        server.initialize("2025-06-18");
        // Every line is parsed by the harness, so a stray one fails here.
        server.call("get_adapters", json!({}));
        server.call("get_job_metrics", json!({"nonsense": 1}));
        let (_, _, log) = server.finish();
        if level == "NONE" {
            assert_eq!(log, "", "silence was asked for");
        }
        if level == "DEBUG" {
            assert!(log.contains("get_adapters"), "{log}");
            assert!(!log.contains("\"admin\""), "a password is in the log");
        }
    }
}

#[cfg(unix)]
#[test]
fn signals_end_the_server_promptly() {
    for (signal, code) in [("TERM", 0), ("INT", 130)] {
        let platform = Platform::start();
        platform.hang("/health/adapters");
        let mut server = StdioServer::start(&platform.patient_env(), &[]);
        server.initialize("2025-11-25");
        server.ask("tools/call", json!({"name": "get_adapters", "arguments": {}}));
        platform.wait_for("GET", "/health/adapters");
        support::signal(signal, server.pid());
        assert_eq!(server.wait().code(), Some(code), "{signal}");
    }
}

#[test]
fn tags_and_switches_hold_at_list_and_at_call() {
    let platform = Platform::start();
    let env = |name: &str, value: &str| {
        let mut env = platform.env();
        env.push((name.to_owned(), value.to_owned()));
        env
    };
    for (env, allowed, refused) in [
        (env("ITENTIAL_MCP_SERVER_INCLUDE_TAGS", "health, adapters"), "get_health", "get_jobs"),
        (env("ITENTIAL_MCP_SERVER_EXCLUDE_TAGS", "get_jobs"), "get_health", "get_jobs"),
        (env("ITENTIAL_MCP_SERVER_READ_ONLY", "true"), "get_jobs", "stop_adapter"),
        (env("ITENTIAL_MCP_SERVER_NO_DESTRUCTIVE", "true"), "expose_workflow", "start_workflow"),
    ] {
        let mut server = StdioServer::start(&env, &[]);
        server.initialize("2025-11-25");
        let list = server.request("tools/list", json!({}));
        let names: Vec<&str> = list["result"]["tools"]
            .as_array()
            .map(|tools| tools.iter().filter_map(|t| t["name"].as_str()).collect())
            .unwrap_or_default();
        assert!(names.contains(&allowed), "{names:?}");
        assert!(!names.contains(&refused), "{names:?}");
        let answer = server.request("tools/call", json!({"name": refused, "arguments": {}}));
        assert_eq!(answer["error"]["code"], -32602, "{answer}");
    }
}

#[test]
fn nobody_waits_for_ever_when_the_platform_is_gone() {
    let env = [
        ("ITENTIAL_MCP_PLATFORM_HOST".to_owned(), "127.0.0.1".to_owned()),
        ("ITENTIAL_MCP_PLATFORM_PORT".to_owned(), "9".to_owned()),
        ("ITENTIAL_MCP_PLATFORM_DISABLE_TLS".to_owned(), "true".to_owned()),
    ];
    let mut server = StdioServer::start(&env, &[]);
    server.initialize("2025-11-25");
    let result = server.call("get_adapters", json!({}));
    assert_eq!(result["isError"], true);
    let text = result["content"][0]["text"].as_str().unwrap_or_default();
    assert!(text.contains("127.0.0.1:9"), "{text}");
    assert_eq!(server.request("ping", json!({}))["result"], json!({}));
    let (status, rest, _) = server.finish();
    assert!(status.success());
    assert!(rest.is_empty(), "{rest:?}");
}
