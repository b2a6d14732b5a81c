//! What the server says in its log, what it keeps to itself, and what it does not listen to.

mod support;

use serde_json::{Value, json};
use support::http_server::{HttpServer, call, initialize};
use support::scratch::Scratch;
use support::served::Served;
use support::{Platform, StdioServer, program, run};

#[test]
fn secrets_in_arguments_reach_no_log_at_any_level() {
    let platform = Platform::start();
    for level in ["info", "debug"] {
        let mut server = StdioServer::start(&platform.env(), &["--log-level", level]);
        server.initialize("2025-11-25");
        let data = json!({"device": "r1", "password": "hunter2secret", "note": "AKIAhunter2"});
        // Once as it should be, once so that it is refused and the refusal is logged.
        for route in ["backup-device", "no-such-route"] {
            server.call("start_workflow", json!({"route_name": route, "data": data}));
        }
        server.call("start_workflow", json!({"route_name": "x", "pasword": "hunter2secret"}));
        let (_, _, log) = server.finish();
        assert!(log.contains("start_workflow"), "the calls themselves are told: {log}");
        assert!(!log.contains("hunter2"), "{log}");
    }
}

#[test]
fn the_audit_file_names_every_call_and_no_secret() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    let file = scratch.path().join("audit.jsonl");
    let mut env = platform.env();
    env.push(("ITENTIAL_MCP_SERVER_AUDIT_FILE".into(), file.to_str().expect("text").into()));
    let mut server = StdioServer::start(&env, &[]);
    server.initialize("2025-11-25");
    server.call("get_adapters", json!({}));
    let data = json!({"device": "r1", "password": "hunter2"});
    server.call("start_workflow", json!({"route_name": "backup-device", "data": data}));
    server.call("start_workflow", json!({"route_name": "no-such-route", "data": data}));
    server.finish();
    let text = std::fs::read_to_string(&file).expect("it was written");
    let lines: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let tools: Vec<_> = lines.iter().map(|line| &line["tool"]).collect();
    assert_eq!(tools, ["get_adapters", "start_workflow", "start_workflow"]);
    assert_eq!((&lines[1]["caller"], &lines[1]["outcome"]), (&json!("local"), &json!("ok")));
    assert_ne!(lines[2]["outcome"], "ok");
    assert_eq!(lines[1]["arguments"]["data"]["device"], "r1");
    assert!(!text.contains("hunter2"), "{text}");
}

#[test]
fn a_quiet_server_says_only_where_it_is() {
    let platform = Platform::start();
    let server = HttpServer::start(&platform.env(), &["--transport", "http"]);
    let id = server.session("2025-11-25");
    let in_session = [("Mcp-Session-Id", id.as_str())];
    server.post(&in_session, &call(1, "get_adapters", json!({})));
    server.post(&in_session, &call(2, "start_adapter", json!({"nam": "x", "timeout": "soon"})));
    server.request("GET", "/auth/callback?code=SECRETCODE", &[], None);
    server.request("POST", "/mcp", &[], Some("{broken"));
    let log = server.served.stop();
    assert_eq!(log.lines().count(), 1, "{log}");
    assert!(log.contains("serves MCP at"), "{log}");
}

#[test]
fn clients_hear_no_debug_messages_unless_they_ask() {
    let platform = Platform::start();
    let mut server = StdioServer::start(&platform.env(), &["--log-level", "DEBUG"]);
    server.initialize("2025-11-25");
    for tool in ["get_adapters", "get_health", "get_jobs"] {
        server.call(tool, json!({}));
    }
    let told: Vec<&Value> = server.seen.iter().filter(|m| m.get("method").is_some()).collect();
    assert!(told.is_empty(), "{told:?}");
}

#[test]
fn variables_and_files_of_other_programs_change_nothing() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    scratch.write(".env", "ITENTIAL_MCP_SERVER_INCLUDE_TAGS=health\nFASTMCP_LOG_LEVEL=DEBUG\n");
    scratch.write("tool.py", "raise SystemExit('this was run')\n");
    let mut command = program();
    command.arg("run").envs(platform.env()).current_dir(scratch.path());
    command.env("FASTMCP_STATELESS_HTTP", "true").env("FASTMCP_LOG_LEVEL", "DEBUG");
    let mut server = StdioServer::spawn(command);
    server.initialize("2025-11-25");
    let list = server.request("tools/list", json!({}));
    assert!(list["result"]["tools"].as_array().is_some_and(|tools| tools.len() > 70));
    let (status, _, log) = server.finish();
    assert_eq!((status.code(), log.as_str()), (Some(0), ""));
}

#[test]
fn who_cannot_be_checked_is_not_served() {
    let mut env = vec![("ITENTIAL_MCP_SERVER_AUTH_TYPE".to_owned(), "oauth_proxy".to_owned())];
    for (name, value) in [
        ("OAUTH_CLIENT_ID", "id"),
        ("OAUTH_CLIENT_SECRET", "secret"),
        ("OAUTH_AUTHORIZATION_URL", "https://id.example/authorize"),
        ("OAUTH_TOKEN_URL", "https://id.example/token"),
        ("OAUTH_REDIRECT_URI", "https://mcp.example/auth/callback"),
    ] {
        env.push((format!("ITENTIAL_MCP_SERVER_AUTH_{name}"), value.to_owned()));
    }
    let args = ["run", "--sandbox", "--transport", "http", "--port", "0"];
    let (code, _, said) = run(&env, &args);
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("auth_oauth_userinfo_url") && said.contains("auth_jwks_uri"), "{said}");
    for left_out in ["CLIENT_ID", "CLIENT_SECRET", "AUTHORIZATION_URL", "TOKEN_URL", "REDIRECT_URI"]
    {
        let name = format!("ITENTIAL_MCP_SERVER_AUTH_OAUTH_{left_out}");
        let some: Vec<_> = env.iter().filter(|(known, _)| *known != name).cloned().collect();
        let (code, _, said) = run(&some, &args);
        assert_eq!(code, 1, "{said}");
        let missing = format!("needs auth_oauth_{}", left_out.to_lowercase());
        assert!(said.contains(&missing), "{missing}: {said}");
    }
    let oauth = [("ITENTIAL_MCP_SERVER_AUTH_TYPE".to_owned(), "oauth".to_owned())];
    let (code, _, said) = run(&oauth, &args);
    assert!(code == 1 && said.contains("oauth_proxy"), "{said}");
}

#[test]
fn settings_that_mean_nothing_over_stdio_are_told() {
    let env = [
        ("ITENTIAL_MCP_SERVER_AUTH_TYPE".to_owned(), "jwt".to_owned()),
        ("ITENTIAL_MCP_SERVER_AUTH_JWKS_URI".to_owned(), "https://id.example/jwks".to_owned()),
        ("ITENTIAL_MCP_SERVER_CERTIFICATE_FILE".to_owned(), "/nope/c.pem".to_owned()),
        ("ITENTIAL_MCP_SERVER_LOG_LEVEL".to_owned(), "WARNING".to_owned()),
    ];
    let (code, _, said) = run(&env, &["run", "--sandbox"]);
    assert_eq!(code, 0, "{said}");
    for setting in ["certificate_file", "auth_type"] {
        let told = said.lines().any(|line| line.contains("WARNING") && line.contains(setting));
        assert!(told, "{setting}: {said}");
    }
}

#[test]
fn an_open_door_is_warned_about() {
    let args = ["run", "--sandbox", "--transport", "http", "--host", "0.0.0.0", "--port", "0"];
    let mut args = args.to_vec();
    args.extend(["--log-level", "warning"]);
    let server = Served::start(&[], &args);
    let answer = support::raw_http::request(
        server.port,
        "POST",
        "/mcp",
        &[("Accept", "application/json, text/event-stream")],
        Some(&initialize("2025-11-25").to_string()),
    );
    assert_eq!(answer.status, 200);
    server.log_line("can use every tool");
}

/// The platform's password of [`Platform`] is too short to be looked for; this one is not.
const SECRET: &str = "Tr0ub4dor&3 \"x\"";

#[test]
fn s1_what_the_platform_repeats_of_the_login_reaches_nobody() {
    let platform = Platform::start();
    let mut env = platform.env();
    env.push(("ITENTIAL_MCP_PLATFORM_PASSWORD".into(), SECRET.into()));
    let echo = json!({"message": format!("bad login of {SECRET}"),
                      "body": {"user": {"username": "admin", "password": SECRET}}});
    platform.faults(json!([{"match": {"path": "/login"}, "status": 401, "replace": echo,
                            "times": 9}]));
    let mut server = StdioServer::start(&env, &["--log-level", "debug"]);
    server.initialize("2025-11-25");
    let refused = server.call("get_adapters", json!({}));
    assert_eq!(refused["isError"], true);
    let (_, _, log) = server.finish();
    for said in [refused.to_string(), log] {
        assert!(said.contains("admin"), "the failure is told: {said}");
        assert!(!said.contains("Tr0ub4dor"), "{said}");
    }
}

#[test]
fn s1_the_session_is_masked_in_answers_of_every_kind() {
    let platform = Platform::start();
    let token = "q7Zt0session0token0of0today";
    let cookie = json!({"Set-Cookie": format!("token={token}; Path=/")});
    platform.faults(json!([
        {"match": {"path": "/login"}, "status": 200, "headers": cookie, "replace": "x", "times": 9},
        {"match": {"path": "/health/adapters"}, "times": 9, "replace":
            {"results": [{"id": format!("seen {token}"), token: {"a": [token]}}], "total": 1}}
    ]));
    let mut server = StdioServer::start(&platform.env(), &[]);
    server.initialize("2025-11-25");
    let answer = server.call("get_adapters", json!({})).to_string();
    assert!(answer.contains("seen [REDACTED]"), "{answer}");
    assert!(!answer.contains(token), "{answer}");
}

#[test]
fn s2_s3_the_audit_file_holds_no_secret_of_a_device_or_of_an_outcome() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    let file = scratch.path().join("audit.jsonl");
    let mut env = platform.env();
    env.push(("ITENTIAL_MCP_SERVER_AUDIT_FILE".into(), file.to_str().expect("text").into()));
    platform.faults(json!([{"match": {"path": "/configuration_manager/*"}, "times": 9,
        "status": 422, "replace": {"message": "refused: snmp-server community hunter2 RO"}}]));
    let mut server = StdioServer::start(&env, &[]);
    server.initialize("2025-11-25");
    let lines = "enable secret 5 hunter2\nsnmp-server community hunter2 RW\n\
                 username bob privilege 15 password 0 hunter2\ntacacs-server key 7 hunter2\n\
                 line vty 0 4\n password hunter2\nhostname r1";
    let arguments = json!({"device": "ams-access-sw-008", "config": lines, "config_id": "x",
                           "device_name": "ams-access-sw-008"});
    server.call("apply_device_configuration", arguments.clone());
    // Refused for what it is given: the argument travels as it came.
    server.call("get_health", json!({"note": arguments.to_string()}));
    server.finish();
    let text = std::fs::read_to_string(&file).expect("it was written");
    assert_eq!(text.lines().count(), 2, "{text}");
    assert!(text.contains("snmp-server community [REDACTED] RW"), "{text}");
    assert!(!text.contains("hunter2"), "{text}");
}

/// A device on which nothing can ever be written, as on a full disk.
#[cfg(target_os = "linux")]
const FULL: &str = "/dev/full";

#[test]
#[cfg(target_os = "linux")]
fn s4_an_audit_file_that_cannot_be_written_is_said_shown_and_where_required_stops_calls() {
    for (required, refused) in [("false", false), ("true", true)] {
        let platform = Platform::start();
        let mut env = platform.env();
        env.push(("ITENTIAL_MCP_SERVER_AUDIT_FILE".into(), FULL.into()));
        env.push(("ITENTIAL_MCP_SERVER_AUDIT_REQUIRED".into(), required.into()));
        env.push(("ITENTIAL_MCP_SERVER_METRICS".into(), "true".into()));
        let server = HttpServer::start(&env, &["--transport", "http"]);
        let id = server.session("2025-11-25");
        let in_session = [("Mcp-Session-Id", id.as_str())];
        let answer = server.post(&in_session, &call(1, "get_adapters", json!({})));
        assert_eq!(answer.json()["result"]["isError"], refused, "{}", answer.json());
        assert_eq!(platform.count("GET", "/health/adapters") == 0, refused);
        let status = server.request("GET", "/status", &[], None).json();
        assert_eq!(status["audit"]["healthy"], false, "{status}");
        assert!(status["audit"]["lost"].as_u64() > Some(0), "{status}");
        let metrics = server.request("GET", "/metrics", &[], None).text();
        assert!(metrics.contains("\nitential_mcp_audit_healthy 0\n"), "{metrics}");
        // Said once, at the default level.
        let log = server.served.stop();
        assert_eq!(log.matches("cannot be written").count(), 1, "{required}: {log}");
    }
}

#[test]
fn h10_what_a_caller_makes_long_is_cut_wherever_it_is_repeated() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    let file = scratch.path().join("audit.jsonl");
    let mut env = platform.env();
    env.push(("ITENTIAL_MCP_SERVER_AUDIT_FILE".into(), file.to_str().expect("text").into()));
    let mut server = StdioServer::start(&env, &["--log-level", "info"]);
    server.initialize("2025-11-25");
    let answer = server.call("start_adapter", json!({"name": "x".repeat(3 << 20)}));
    assert_eq!(answer["isError"], true);
    let (_, _, log) = server.finish();
    let audit = std::fs::read_to_string(&file).expect("it was written");
    for (what, said, most) in
        [("answer", answer.to_string(), 20_000), ("log", log, 40_000), ("audit", audit, 300_000)]
    {
        assert!(said.len() < most, "{what}: {} bytes", said.len());
        assert!(said.contains("start_adapter") || what == "answer", "{what}: {said}");
    }
}
