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
fn tools_of_the_configuration_are_named_as_not_served_yet() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    let file = scratch.write(
        "mcp.conf",
        "[server]\nlog_level = warning\n\n[tool:backup_router]\ntype = endpoint\n\
         name = backup-trigger\nautomation = Backup Router\n",
    );
    let mut server = StdioServer::start(&platform.env(), &["--config", &file]);
    server.initialize("2025-11-25");
    let list = server.request("tools/list", json!({}));
    let tools = list["result"]["tools"].as_array().expect("a list");
    assert!(tools.iter().all(|tool| tool["name"] != "backup_router") && tools.len() > 70);
    let (_, _, log) = server.finish();
    assert!(log.contains("does not serve tools from configuration yet: backup_router"), "{log}");
}

#[test]
fn who_cannot_be_checked_is_not_served() {
    for kind in ["jwt", "oauth_proxy"] {
        let mut env = vec![("ITENTIAL_MCP_SERVER_AUTH_TYPE".to_owned(), kind.to_owned())];
        for (name, value) in [
            ("JWKS_URI", "https://id.example/jwks"),
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
        assert!(said.contains("auth_type"), "{said}");
    }
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
