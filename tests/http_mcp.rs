//! MCP over HTTP: the real program, raw requests, every revision.

mod support;

use itential_mcp::protocol::revision::LEGACY;
use serde_json::{Value, json};
use support::http_server::{HttpServer, call, initialize};
use support::{Platform, modern, schema};

const ACCEPT: (&str, &str) = ("Accept", "application/json, text/event-stream");

fn server(platform: &Platform, transport: &str) -> HttpServer {
    HttpServer::start(&platform.env(), &["--transport", transport])
}

fn body(answer: &support::raw_http::Answer) -> Value {
    serde_json::from_slice(&answer.body)
        .unwrap_or_else(|e| panic!("{} is not JSON: {e}: {}", answer.status, answer.text()))
}

#[test]
fn legacy_sessions_live_from_initialize_to_delete() {
    let platform = Platform::start();
    let server = server(&platform, "http");
    for version in LEGACY {
        let id = server.session(version);
        let in_session = [("Mcp-Session-Id", id.as_str()), ("MCP-Protocol-Version", version)];
        let note = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        let answer = server.post(&in_session, &note);
        assert_eq!((answer.status, answer.body.len()), (202, 0));
        let ping = json!({"jsonrpc": "2.0", "id": 5, "method": "ping"});
        assert_eq!(body(&server.post(&in_session, &ping))["result"], json!({}));
        let answer = server.post(&in_session, &call(6, "get_adapters", json!({})));
        assert_eq!(answer.header("content-type"), Some("application/json"), "nothing to stream");
        let result = body(&answer)["result"].clone();
        schema::check(version, "CallToolResult", &result);
        assert_eq!(result["isError"], false);
        assert_eq!(server.request("DELETE", "/mcp", &in_session, None).status, 200);
        assert_eq!(server.post(&in_session, &ping).status, 404);
        assert_eq!(server.request("DELETE", "/mcp", &in_session, None).status, 404);
    }
}

/// Rows: what is sent, the status, the error code (0: none).
#[test]
fn the_wire_table_of_the_legacy_era() {
    let platform = Platform::start();
    let server = server(&platform, "http");
    let id = server.session("2025-11-25");
    let sid = ("Mcp-Session-Id", id.as_str());
    let ping = json!({"jsonrpc": "2.0", "id": 1, "method": "ping"}).to_string();
    type Row<'a> = (&'a str, &'a [(&'a str, &'a str)], &'a str, u16, i64);
    let rows: &[Row<'_>] = &[
        ("no version header", &[ACCEPT, sid], &ping, 200, 0),
        (
            "an older version header",
            &[ACCEPT, sid, ("MCP-Protocol-Version", "2025-03-26")],
            &ping,
            200,
            0,
        ),
        (
            "a bad version header",
            &[ACCEPT, sid, ("MCP-Protocol-Version", "1.0")],
            &ping,
            400,
            -32600,
        ),
        ("no session", &[ACCEPT], &ping, 400, -32600),
        ("an unknown session", &[ACCEPT, ("Mcp-Session-Id", "nope")], &ping, 404, -32600),
        ("JSON only", &[("Accept", "application/json"), sid], &ping, 200, 0),
        ("events only", &[("Accept", "text/event-stream"), sid], &ping, 200, 0),
        ("anything", &[("Accept", "*/*"), sid], &ping, 200, 0),
        ("no Accept", &[sid], &ping, 200, 0),
        ("neither", &[("Accept", "text/html"), sid], &ping, 406, -32600),
        ("text", &[ACCEPT, sid, ("Content-Type", "text/plain")], &ping, 415, -32600),
        (
            "upper case type",
            &[ACCEPT, sid, ("Content-Type", "Application/JSON; charset=utf-8")],
            &ping,
            200,
            0,
        ),
        ("malformed", &[ACCEPT, sid], "{", 400, -32700),
        ("empty", &[ACCEPT, sid], "", 400, -32700),
        ("nested", &[ACCEPT, sid], "[[[[", 400, -32700),
        ("not JSON-RPC", &[ACCEPT, sid], "{}", 400, -32600),
        ("null id", &[ACCEPT, sid], r#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, 400, -32600),
        (
            "duplicate keys",
            &[ACCEPT, sid],
            r#"{"jsonrpc":"2.0","id":1,"id":2,"method":"ping"}"#,
            400,
            -32700,
        ),
        ("a batch", &[ACCEPT, sid], r#"[{"jsonrpc":"2.0","id":1,"method":"ping"}]"#, 400, -32600),
        ("a response", &[ACCEPT, sid], r#"{"jsonrpc":"2.0","id":1,"result":{}}"#, 202, 0),
        (
            "unknown method",
            &[ACCEPT, sid],
            r#"{"jsonrpc":"2.0","id":1,"method":"x/y"}"#,
            200,
            -32601,
        ),
        (
            "unknown tool",
            &[ACCEPT, sid],
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x"}}"#,
            200,
            -32602,
        ),
        (
            "bad cursor",
            &[ACCEPT, sid],
            r#"{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"cursor":"x"}}"#,
            200,
            -32602,
        ),
        ("evil origin", &[ACCEPT, sid, ("Origin", "http://evil.example")], &ping, 403, 0),
        ("null origin", &[ACCEPT, sid, ("Origin", "null")], &ping, 403, 0),
        ("cross-site fetch", &[ACCEPT, sid, ("Sec-Fetch-Site", "cross-site")], &ping, 403, 0),
        ("local origin", &[ACCEPT, sid, ("Origin", "http://localhost:3000")], &ping, 200, 0),
    ];
    for (what, headers, text, status, code) in rows {
        let answer = server.request("POST", "/mcp", headers, Some(text));
        assert_eq!(answer.status, *status, "{what}: {}", answer.text());
        if *code != 0 {
            let error = body(&answer)["error"].clone();
            assert_eq!(error["code"], *code, "{what}: {error}");
            assert!(error["message"].as_str().is_some_and(|m| !m.is_empty()), "{what}");
        }
    }
    for path in ["/mcp", "/status", "/status/healthz", "/nowhere"] {
        let answer = server.request("GET", path, &[("Origin", "http://evil.example")], None);
        assert_eq!(answer.status, 403, "{path} is open to foreign pages");
    }
    for method in ["PUT", "OPTIONS", "PATCH", "HEAD"] {
        let answer = server.request(method, "/mcp", &[sid], None);
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.header("allow"), Some("POST, GET, DELETE"), "{method}");
    }
    assert_eq!(server.request("GET", "/mcp/", &[sid, ("Accept", "*/*")], None).status, 406);
    assert_eq!(server.request("POST", "/mcp/", &[ACCEPT, sid], Some(&ping)).status, 200);
    assert_eq!(server.request("GET", "/nowhere", &[], None).status, 404);
}

#[test]
fn the_wire_table_of_the_stateless_era() {
    let platform = Platform::start();
    let server = server(&platform, "http");
    let request = |method: &str, extra: Value| {
        json!({"jsonrpc": "2.0", "id": "q", "method": method, "params": modern(extra)}).to_string()
    };
    let discover = request("server/discover", json!({}));
    let list = request("tools/list", json!({}));
    let health = request("tools/call", json!({"name": "get_adapters", "arguments": {}}));
    let unknown = request("tools/call", json!({"name": "x", "arguments": {}}));
    let bare = r#"{"jsonrpc":"2.0","id":"q","method":"tools/list","params":{}}"#.to_owned();
    let old = discover.replace("2026-07-28", "2025-11-25");
    let future = discover.replace("2026-07-28", "2027-01-01");
    let no_capabilities = list.replace("clientCapabilities", "nothing");
    let loud = list.replacen(
        "\"_meta\":{",
        "\"_meta\":{\"io.modelcontextprotocol/logLevel\":\"loud\",",
        1,
    );
    let v = ("MCP-Protocol-Version", "2026-07-28");
    type Row<'a> = (&'a str, Vec<(&'a str, &'a str)>, &'a str, u16, i64);
    let initialize = request("initialize", json!({}));
    let ping = request("ping", json!({}));
    let cancelled = json!({"jsonrpc": "2.0", "method": "notifications/cancelled",
                           "params": modern(json!({"requestId": 1}))})
    .to_string();
    let rows: Vec<Row<'_>> = vec![
        ("discover", vec![v, ("Mcp-Method", "server/discover")], &discover, 200, 0),
        ("list", vec![v, ("Mcp-Method", "tools/list")], &list, 200, 0),
        (
            "call",
            vec![v, ("Mcp-Method", "tools/call"), ("Mcp-Name", "get_adapters")],
            &health,
            200,
            0,
        ),
        (
            "base64 name",
            vec![v, ("Mcp-Method", "tools/call"), ("Mcp-Name", "=?base64?Z2V0X2FkYXB0ZXJz?=")],
            &health,
            200,
            0,
        ),
        (
            "bad base64",
            vec![v, ("Mcp-Method", "tools/call"), ("Mcp-Name", "=?base64?Z2V0X2FkYXB0ZXJ?=")],
            &health,
            400,
            -32020,
        ),
        ("padded value", vec![v, ("Mcp-Method", "  tools/list ")], &list, 200, 0),
        (
            "JSON only",
            vec![v, ("Mcp-Method", "tools/list"), ("Accept", "application/json")],
            &list,
            200,
            0,
        ),
        (
            "a stray session id",
            vec![v, ("Mcp-Method", "tools/list"), ("Mcp-Session-Id", "x")],
            &list,
            200,
            0,
        ),
        (
            "unknown tool",
            vec![v, ("Mcp-Method", "tools/call"), ("Mcp-Name", "x")],
            &unknown,
            200,
            -32602,
        ),
        ("no method header", vec![v], &list, 400, -32020),
        ("another method", vec![v, ("Mcp-Method", "tools/call")], &list, 400, -32020),
        ("another case", vec![v, ("Mcp-Method", "TOOLS/LIST")], &list, 400, -32020),
        ("no name header", vec![v, ("Mcp-Method", "tools/call")], &health, 400, -32020),
        (
            "another name",
            vec![v, ("Mcp-Method", "tools/call"), ("Mcp-Name", "get_jobs")],
            &health,
            400,
            -32020,
        ),
        ("no version header", vec![("Mcp-Method", "tools/list")], &list, 400, -32020),
        (
            "another version",
            vec![("MCP-Protocol-Version", "2025-11-25"), ("Mcp-Method", "tools/list")],
            &list,
            400,
            -32020,
        ),
        ("header only", vec![v, ("Mcp-Method", "tools/list")], &bare, 400, -32602),
        ("no capabilities", vec![v, ("Mcp-Method", "tools/list")], &no_capabilities, 400, -32602),
        ("bad log level", vec![v, ("Mcp-Method", "tools/list")], &loud, 400, -32602),
        (
            "a version not served",
            vec![("MCP-Protocol-Version", "2027-01-01"), ("Mcp-Method", "server/discover")],
            &future,
            400,
            -32022,
        ),
        (
            "a legacy version in _meta",
            vec![("MCP-Protocol-Version", "2025-11-25"), ("Mcp-Method", "server/discover")],
            &old,
            400,
            -32022,
        ),
        ("initialize", vec![v, ("Mcp-Method", "initialize")], &initialize, 404, -32601),
        ("ping", vec![v, ("Mcp-Method", "ping")], &ping, 404, -32601),
        ("a notification", vec![v, ("Mcp-Method", "notifications/cancelled")], &cancelled, 202, 0),
    ];
    for (what, mut headers, text, status, code) in rows {
        if !headers.iter().any(|(name, _)| *name == "Accept") {
            headers.push(ACCEPT);
        }
        let answer = server.request("POST", "/mcp", &headers, Some(text));
        assert_eq!(answer.status, status, "{what}: {}", answer.text());
        assert_eq!(answer.header("mcp-session-id"), None, "{what}: a session was made");
        if code != 0 {
            let value = body(&answer);
            assert_eq!(value["error"]["code"], code, "{what}: {value}");
            assert_eq!(value["id"], "q", "{what}: the id is echoed");
            schema::check("2026-07-28", "JSONRPCErrorResponse", &value);
        } else if status == 200 {
            assert_eq!(body(&answer)["result"]["resultType"], "complete", "{what}");
        }
    }
    let mut handshake = initialize_with_modern_header(&server);
    assert_eq!(handshake["error"]["code"].take(), -32020);
    for method in ["GET", "DELETE"] {
        let answer = server.request(method, "/mcp", &[v, ACCEPT], None);
        assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")), "{method}");
    }
}

fn initialize_with_modern_header(server: &HttpServer) -> Value {
    let answer = server.post(&[("MCP-Protocol-Version", "2026-07-28")], &initialize("2025-11-25"));
    assert_eq!(answer.status, 400);
    body(&answer)
}

#[test]
fn batches_belong_to_2025_03_26() {
    let platform = Platform::start();
    let server = server(&platform, "http");
    let id = server.session("2025-03-26");
    let sid = [("Mcp-Session-Id", id.as_str())];
    let answer = server.post(
        &sid,
        &json!([
            {"jsonrpc": "2.0", "id": 1, "method": "ping"},
            {"jsonrpc": "2.0", "method": "notifications/initialized"},
            call(2, "get_adapters", json!({})),
            {"jsonrpc": "2.0", "id": 3, "method": "no/such"}
        ]),
    );
    let value = body(&answer);
    let answers = value.as_array().expect("an array");
    assert_eq!(answers.len(), 3, "{value}");
    assert!(answers.iter().any(|a| a["id"] == 2 && a["result"]["isError"] == false));
    assert!(answers.iter().any(|a| a["id"] == 3 && a["error"]["code"] == -32601));
    let notes = json!([{"jsonrpc": "2.0", "method": "notifications/initialized"}]);
    assert_eq!(server.post(&sid, &notes).status, 202);
}

/// A running adapter's name.
fn running_adapter(server: &HttpServer, session: &str) -> String {
    let answer = server.post(&[("Mcp-Session-Id", session)], &call(90, "get_adapters", json!({})));
    body(&answer)["result"]["structuredContent"]["result"]
        .as_array()
        .and_then(|all| all.iter().find(|a| a["state"] == "RUNNING")?["name"].as_str())
        .expect("a running adapter")
        .to_owned()
}

#[test]
fn what_has_something_to_stream_is_streamed_and_can_be_resumed() {
    let platform = Platform::start();
    let server = server(&platform, "http");
    let id = server.session("2025-11-25");
    let adapter = running_adapter(&server, &id);
    let request = json!({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {
        "name": "restart_adapter", "arguments": {"name": adapter, "timeout": 20},
        "_meta": {"progressToken": "p"}}})
    .to_string();
    let headers = [ACCEPT, ("Mcp-Session-Id", id.as_str())];
    let mut events = server.open_stream("POST", "/mcp", &headers, &request);
    assert_eq!(events.status, 200);
    let first = events.next().expect("a priming event");
    assert!(first.retry && first.data.is_empty() && first.id.is_some(), "{first:?}");
    let progress = events.next().expect("progress");
    let last_id = progress.id.clone().expect("an id to come back to");
    assert!(progress.data.contains("notifications/progress"), "{progress:?}");
    // The connection breaks; the call goes on, and the rest waits for whoever comes back.
    drop(events);
    let headers = [ACCEPT, ("Mcp-Session-Id", id.as_str()), ("Last-Event-ID", last_id.as_str())];
    let mut rest = server.open_stream("GET", "/mcp", &headers, "");
    let mut last = Value::Null;
    while let Some(message) = rest.message() {
        last = message;
    }
    assert_eq!(last["id"], 7, "{last}");
    assert_eq!(last["result"]["structuredContent"]["state"], "RUNNING");
    // JSON-only clients get the same answer without the stream.
    let only_json = [("Accept", "application/json"), ("Mcp-Session-Id", id.as_str())];
    let answer = server.request("POST", "/mcp", &only_json, Some(&request));
    assert_eq!(body(&answer)["result"]["structuredContent"]["state"], "RUNNING");
}

#[test]
fn a_get_stream_stays_open_and_ends_with_its_session() {
    let platform = Platform::start();
    let server = server(&platform, "http");
    let id = server.session("2025-06-18");
    let headers = [("Accept", "text/event-stream"), ("Mcp-Session-Id", id.as_str())];
    let mut events = server.open_stream("GET", "/mcp", &headers, "");
    assert_eq!(events.status, 200);
    let gone = server.request("DELETE", "/mcp", &[("Mcp-Session-Id", id.as_str())], None);
    assert_eq!(gone.status, 200);
    assert_eq!(events.next(), None, "the stream ends with its session");
    let stale = server.request("GET", "/mcp", &headers, None);
    assert_eq!(stale.status, 404);
}

#[test]
fn a_modern_client_that_goes_cancels_its_call() {
    let platform = Platform::start();
    platform.hang("/health/adapters");
    let env = platform.patient_env();
    let server = HttpServer::start(&env, &["--transport", "http", "--log-level", "info"]);
    let request = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": modern(json!({"name": "get_adapters", "arguments": {}}))});
    let text = request.to_string();
    let mut socket = std::net::TcpStream::connect(("127.0.0.1", server.port)).expect("it listens");
    std::io::Write::write_all(
        &mut socket,
        format!(
            "POST /mcp HTTP/1.1\r\nHost: localhost\r\nAccept: application/json, text/event-stream\r\n\
             Content-Type: application/json\r\nMCP-Protocol-Version: 2026-07-28\r\n\
             Mcp-Method: tools/call\r\nMcp-Name: get_adapters\r\nContent-Length: {}\r\n\r\n{text}",
            text.len()
        )
        .as_bytes(),
    )
    .expect("it reads");
    platform.wait_for("GET", "/health/adapters");
    drop(socket);
    let line = server.served.log_line("get_adapters for local: failed");
    assert!(line.to_lowercase().contains("cancel"), "{line}");
}

#[test]
fn legacy_sse_and_streamable_http_share_a_listener() {
    let platform = Platform::start();
    let server = server(&platform, "sse");
    for place in ["/sse", "/mcp"] {
        let mut events = server.open_stream("GET", place, &[("Accept", "text/event-stream")], "");
        let endpoint = events.next().expect("the endpoint event");
        assert_eq!(endpoint.kind, "endpoint");
        let say = |message: &Value| {
            let answer = server.request("POST", &endpoint.data, &[], Some(&message.to_string()));
            assert_eq!(answer.status, 202, "{}", answer.text());
        };
        say(&initialize("2024-11-05"));
        let hello = events.message().expect("an answer");
        assert_eq!(hello["result"]["protocolVersion"], "2024-11-05");
        schema::check("2024-11-05", "InitializeResult", &hello["result"]);
        say(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        say(&call(2, "get_adapters", json!({})));
        let result = events.message().expect("an answer");
        assert_eq!((&result["id"], &result["result"]["isError"]), (&json!(2), &json!(false)));
    }
    assert_eq!(server.request("POST", "/sse", &[], Some("{}")).status, 405);
    assert_eq!(server.request("POST", "/messages/", &[], Some("{}")).status, 400);
    assert_eq!(server.request("POST", "/messages/?session_id=x", &[], Some("{}")).status, 404);
    let id = server.session("2025-11-25");
    assert_eq!(
        body(&server.post(&[("Mcp-Session-Id", &id)], &call(1, "get_adapters", json!({}))))["result"]
            ["isError"],
        false
    );
}

#[test]
fn the_endpoint_explains_itself_to_curl() {
    let platform = Platform::start();
    let server = server(&platform, "http");
    let answer = server.request("GET", "/mcp", &[("Accept", "*/*")], None);
    let text = answer.text();
    assert!(text.contains("POST") && text.contains("initialize"), "{text}");
}

#[test]
fn status_routes_answer_without_login() {
    let platform = Platform::start();
    let server = server(&platform, "http");
    for (path, says) in [
        ("/status/healthz", json!({"status": "ok"})),
        ("/status/livez", json!({"status": "alive"})),
        ("/status/readyz", json!({"status": "ready"})),
    ] {
        let answer = server.request("GET", path, &[], None);
        assert_eq!((answer.status, body(&answer)), (200, says), "{path}");
        let head = server.request("HEAD", path, &[], None);
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
        let refused = server.request("POST", path, &[], Some("{}"));
        assert_eq!((refused.status, refused.header("allow")), (405, Some("GET, HEAD")));
    }
    let before = platform.count("POST", "/login");
    for _ in 0..20 {
        server.request("GET", "/status/readyz", &[], None);
    }
    assert_eq!(platform.count("POST", "/login"), before, "probes must not log in each time");
    drop(platform);
    let other = HttpServer::start(
        &[
            ("ITENTIAL_MCP_PLATFORM_HOST".into(), "127.0.0.1".into()),
            ("ITENTIAL_MCP_PLATFORM_PORT".into(), "9".into()),
            ("ITENTIAL_MCP_PLATFORM_DISABLE_TLS".into(), "true".into()),
        ],
        &["--transport", "http"],
    );
    let answer = other.request("GET", "/status/readyz", &[], None);
    assert_eq!(answer.status, 503);
    assert_eq!(body(&answer)["status"], "not ready");
    assert!(!answer.text().contains("127.0.0.1"), "a stranger learns where the platform is");
}

#[cfg(unix)]
#[test]
fn a_stop_ends_streams_and_exits_cleanly() {
    let platform = Platform::start();
    let mut server = server(&platform, "sse");
    let mut events = server.open_stream("GET", "/sse", &[("Accept", "text/event-stream")], "");
    events.next().expect("the endpoint event");
    let mut half = std::net::TcpStream::connect(("127.0.0.1", server.port)).expect("it listens");
    std::io::Write::write_all(
        &mut half,
        b"POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n{",
    )
    .expect("it reads");
    support::signal("TERM", server.served.pid());
    assert_eq!(events.next(), None, "the stream ends");
    assert_eq!(server.served.wait().code(), Some(0));
}

#[test]
fn an_address_in_use_is_exit_code_3() {
    let platform = Platform::start();
    let server = server(&platform, "http");
    let port = server.port.to_string();
    let (code, _, stderr) =
        support::run(&platform.env(), &["run", "--transport", "http", "--port", &port]);
    assert_eq!(code, 3, "{stderr}");
    assert!(stderr.contains(&port), "{stderr}");
}

#[test]
fn browsers_from_allowed_origins_can_call() {
    let platform = Platform::start();
    let mut env = platform.env();
    env.push(("ITENTIAL_MCP_SERVER_ALLOWED_ORIGINS".into(), "https://app.example".into()));
    let server = HttpServer::start(&env, &["--transport", "http"]);
    let origin = ("Origin", "https://app.example");
    let preflight = server.request("OPTIONS", "/mcp", &[origin], None);
    assert_eq!(preflight.status, 204);
    assert!(
        preflight
            .header("access-control-allow-headers")
            .is_some_and(|h| h.contains("Mcp-Session-Id"))
    );
    let answer = server.post(&[origin], &initialize("2025-11-25"));
    assert_eq!(answer.header("access-control-allow-origin"), Some("https://app.example"));
}

#[test]
fn a_name_that_was_bound_anew_opens_no_door() {
    let platform = Platform::start();
    let status = |server: &HttpServer, host: &str, headers: &[(&str, &str)]| {
        let mut socket = support::raw_http::connect(server.port);
        support::raw_http::ask(&mut socket, host, "GET", "/status/livez", headers, None);
        support::raw_http::answer(&mut socket).status
    };
    // A page of evil.example whose name now leads here is same-origin to its browser.
    let open = server(&platform, "http");
    assert_eq!(status(&open, "evil.example", &[("Origin", "http://evil.example")]), 403);
    assert_eq!(status(&open, "evil.example", &[("Sec-Fetch-Site", "same-origin")]), 403);
    assert_eq!(status(&open, "localhost", &[("Sec-Fetch-Site", "same-origin")]), 200);
    let mut env = platform.env();
    env.push(("ITENTIAL_MCP_SERVER_ALLOWED_HOSTS".into(), "mcp.example.com".into()));
    let named = HttpServer::start(&env, &["--transport", "http"]);
    for (host, wanted) in [
        ("mcp.example.com", 200),
        ("MCP.example.com:8443", 200),
        ("evil.example", 403),
        ("127.0.0.1", 403),
    ] {
        assert_eq!(status(&named, host, &[]), wanted, "{host}");
    }
}
