//! Deployments of the Python server, with the program put in its place and nothing else changed.

mod support;

use std::process::{Command, Stdio};

use serde_json::{Value, json};
use support::raw_http::{self, Answer};
use support::scratch::Scratch;
use support::served::Served;
use support::{Platform, StdioServer, program};

/// The file that the Ansible role writes to /etc/itential-mcp/mcp.conf, for a platform on loopback.
fn role_file(platform: &Platform, port: u16, transport: &str) -> String {
    format!(
        "# Managed by Ansible\n\n[server]\ntransport = {transport}\nhost = 127.0.0.1\nport = {port}\n\
         path = /mcp\nlog_level = INFO\ninclude_tags =\nexclude_tags = experimental,beta\n\
         keepalive_interval = 300\n\n[platform]\nhost = 127.0.0.1\nport = {}\ndisable_tls = true\n\
         disable_verify = false\ntimeout = 30\nttl = 0\n\n\
         # Bindings\n; [tool:provision]\n",
        platform.port
    )
}

/// The variables of an environment file, as systemd reads it.
fn environment_file(text: &str) -> Vec<(String, String)> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.trim_matches('"').to_owned()))
        .collect()
}

const ENVIRONMENT: &str = "# /etc/itential-mcp/itential-mcp.env\n\
                           ITENTIAL_MCP_PLATFORM_USER=admin\n\
                           ITENTIAL_MCP_PLATFORM_PASSWORD=\"admin\"\n";

fn get(port: u16, path: &str) -> Answer {
    raw_http::request(port, "GET", path, &[], None)
}

/// What a Streamable HTTP client does first: initialize, then the list of tools.
fn tools_over_http(port: u16, path: &str) -> Vec<Value> {
    let post = |session: Option<&str>, message: &Value| {
        let mut headers = vec![("Accept", "application/json, text/event-stream")];
        headers.extend(session.map(|session| ("Mcp-Session-Id", session)));
        raw_http::request(port, "POST", path, &headers, Some(&message.to_string()))
    };
    let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-06-18", "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"}}});
    let answer = post(None, &hello);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let session = answer.header("mcp-session-id").expect("a session").to_owned();
    let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    assert_eq!(post(Some(&session), &ready).status, 202);
    let list = json!({"jsonrpc": "2.0", "id": 2, "method": "tools/list"});
    let answer = post(Some(&session), &list);
    let text = answer.text();
    let body = text.lines().find_map(|line| line.strip_prefix("data: ")).unwrap_or(&text);
    let body: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {text}"));
    body["result"]["tools"].as_array().cloned().expect("tools")
}

fn is_well(server: &Served) {
    for path in ["/status/healthz", "/status/readyz"] {
        let answer = get(server.port, path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text());
    }
}

#[test]
fn the_ansible_role_installs_certifies_and_runs() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    for transport in ["sse", "http"] {
        let file = scratch.write("mcp.conf", role_file(&platform, 0, transport));
        let mut env = environment_file(ENVIRONMENT);
        env.push(("ITENTIAL_MCP_CONFIG".into(), file.clone()));
        // The tasks that look whether the installation is sound.
        let (code, out, _) = support::run(&env, &["version"]);
        assert_eq!((code, out.starts_with("itential-mcp ")), (0, true), "{out}");
        let (code, out, err) = support::run(&env, &["--config", &file, "tools"]);
        assert_eq!((code, err.as_str()), (0, ""));
        assert!(out.starts_with("TOOLS ") && out.contains("\nget_health "), "{out}");
        // The unit's ExecStart, and the order that the documents show.
        for args in [["--config", &file, "run"], ["run", "--config", &file]] {
            let server = Served::start(&env, &args);
            assert!(server.url.starts_with("http://127.0.0.1:"), "{}", server.url);
            is_well(&server);
            assert!(!tools_over_http(server.port, "/mcp").is_empty());
            let sse = if transport == "sse" { 200 } else { 404 };
            assert_eq!(first_status(server.port, "/sse"), sse);
        }
    }
    assert!(platform.count("POST", "/login") > 0, "the credentials of the environment were used");
}

/// The status of an answer that may go on for ever.
fn first_status(port: u16, path: &str) -> u16 {
    use std::io::{BufRead, BufReader};

    let mut socket = raw_http::connect(port);
    raw_http::ask(&mut socket, "127.0.0.1", "GET", path, &[("Accept", "text/event-stream")], None);
    let mut line = String::new();
    BufReader::new(socket).read_line(&mut line).expect("a status line");
    line.split(' ').nth(1).and_then(|code| code.parse().ok()).expect("a status")
}

#[test]
fn a_container_is_configured_by_its_environment_alone() {
    let platform = Platform::start();
    let mut env = platform.env();
    for (name, value) in [
        ("ITENTIAL_MCP_SERVER_TRANSPORT", "sse"),
        ("ITENTIAL_MCP_SERVER_HOST", "0.0.0.0"),
        ("ITENTIAL_MCP_SERVER_PORT", "0"),
        ("ITENTIAL_MCP_SERVER_PATH", "/mcp"),
        ("ITENTIAL_MCP_SERVER_LOG_LEVEL", "INFO"),
        ("ITENTIAL_MCP_PLATFORM_USER", "admin"),
        ("ITENTIAL_MCP_PLATFORM_PASSWORD", "admin"),
        ("ITENTIAL_MCP_PLATFORM_DISABLE_VERIFY", "True"),
        // What Kubernetes adds for a service of this name.
        ("ITENTIAL_MCP_SERVICE_HOST", "10.96.0.7"),
        ("ITENTIAL_MCP_PORT", "tcp://10.96.0.7:8000"),
    ] {
        env.push((name.into(), value.into()));
    }
    let server = Served::start(&env, &["run"]);
    is_well(&server);
    assert!(!tools_over_http(server.port, "/mcp").is_empty());
    assert!(!server.log().contains("Did you mean"), "{}", server.log());
    // The health check that works without curl and python.
    let port = server.port.to_string();
    env.retain(|(name, _)| name != "ITENTIAL_MCP_SERVER_PORT");
    env.push(("ITENTIAL_MCP_SERVER_PORT".into(), port));
    for args in [&["probe"][..], &["probe", "--ready"]] {
        assert_eq!(support::run(&env, args).0, 0);
    }
}

#[test]
fn a_container_with_a_mounted_file_speaks_streamable_http() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    let file = scratch.write("mcp.conf", role_file(&platform, 0, "streamable-http"));
    let mut env = environment_file(ENVIRONMENT);
    env.push(("ITENTIAL_MCP_CONFIG".into(), file));
    let server = Served::start(&env, &["run"]);
    is_well(&server);
    assert!(!tools_over_http(server.port, "/mcp").is_empty());
}

#[test]
fn the_default_of_compose_is_stdio_and_says_why_it_ends() {
    let mut command = program();
    let output = command.arg("run").stdin(Stdio::null()).output().expect("the program starts");
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stdout.is_empty());
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.contains("set transport to http or sse"), "{said}");
}

#[test]
fn claude_desktop_starts_it_over_stdio() {
    let platform = Platform::start();
    let mut command = Command::new(env!("CARGO_BIN_EXE_itential-mcp"));
    command.env_clear().arg("run").envs(platform.env());
    command.envs(environment_file(ENVIRONMENT)).env("ITENTIAL_MCP_SERVER_LOG_LEVEL", "DEBUG");
    let mut server = StdioServer::spawn(command);
    let hello = server.initialize("2025-06-18");
    assert_eq!(hello["result"]["protocolVersion"], "2025-06-18");
    let result = server.call("get_health", json!({}));
    assert_ne!(result["isError"], true, "{result}");
    let (status, _, _) = server.finish();
    assert_eq!(status.code(), Some(0));
}

#[test]
fn variables_that_published_examples_get_wrong_are_told_and_have_no_effect() {
    for (wrong, value, right) in [
        ("ITENTIAL_MCP_INCLUDE_TAGS", "health", "ITENTIAL_MCP_SERVER_INCLUDE_TAGS"),
        ("ITENTIAL_MCP_EXCLUDE_TAGS", "health", "ITENTIAL_MCP_SERVER_EXCLUDE_TAGS"),
        ("ITENTIAL_MCP_LOG_LEVEL", "DEBUG", "ITENTIAL_MCP_SERVER_LOG_LEVEL"),
        ("ITENTIAL_MCP_HOST", "0.0.0.0", "ITENTIAL_MCP_SERVER_HOST"),
        ("ITENTIAL_MCP_PLATFORM_USERNAME", "x", "ITENTIAL_MCP_PLATFORM_USER"),
        ("ITENTIAL_MCP_PLATFORM_LOG_LEVEL", "DEBUG", "ITENTIAL_MCP_SERVER_LOG_LEVEL"),
    ] {
        let env = [(wrong.to_owned(), value.to_owned())];
        let (code, out, _) = support::run(&env, &["config", "check"]);
        assert_eq!(code, 0);
        let warning =
            out.lines().find(|line| line.starts_with("WARNING: ") && line.contains(wrong));
        let warning = warning.unwrap_or_else(|| panic!("{wrong}: {out}"));
        assert!(warning.contains(&format!("Did you mean {right}?")), "{warning}");
        // As it always was: the tools are all there.
        let (_, with, _) = support::run(&env, &["tools", "--enabled"]);
        let (_, without, _) = support::run(&[], &["tools", "--enabled"]);
        assert_eq!(with, without, "{wrong}");
    }
    let env = [
        ("ITENTIAL_MCP_INCLUDE_TAGS".to_owned(), "health".to_owned()),
        ("ITENTIAL_MCP_SERVER_LOG_LEVEL".to_owned(), "WARNING".to_owned()),
    ];
    let server = Served::start(&env, &["--transport", "sse", "--port", "0", "--sandbox"]);
    let log = server.log();
    assert!(log.contains("Did you mean ITENTIAL_MCP_SERVER_INCLUDE_TAGS?"), "{log}");
}
