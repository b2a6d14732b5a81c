//! Deployments of the Python server, with the program put in its place and nothing else changed.

#[cfg(unix)]
#[path = "deployments/page.rs"]
mod page;
mod support;

use std::process::{Command, Stdio};

use serde_json::{Value, json};
#[cfg(unix)]
use support::machine::Machine;
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
                           ITENTIAL_MCP_PLATFORM_PASSWORD=\"admin\"\n\
                           ITENTIAL_MCP_CONFIG=/etc/itential-mcp/mcp.conf\n";

/// What the role's unit says of the process.
const UNIT: &str = "[Service]\nType=simple\nUser=itential\n\
                    EnvironmentFile=/etc/itential-mcp/itential-mcp.env\n\
                    ExecStart=/opt/itential-mcp/venv/bin/itential-mcp --config \
                    /etc/itential-mcp/mcp.conf run\nRestart=on-failure\n";

const PROGRAM: &str = env!("CARGO_BIN_EXE_itential-mcp");

/// What systemd makes of the unit.
struct Unit {
    command: Vec<String>,
    env: Vec<(String, String)>,
}

/// A machine with the role's files, but for the configuration.
#[cfg(unix)]
fn with_role(machine: Machine) -> Machine {
    machine.write("/etc/systemd/system/itential-mcp.service", UNIT);
    machine.write("/etc/itential-mcp/itential-mcp.env", ENVIRONMENT);
    machine
}

#[cfg(unix)]
fn unit(machine: &Machine) -> Unit {
    let read = |path: &str| std::fs::read_to_string(path).expect("the machine has it");
    let unit = read(&machine.path("/etc/systemd/system/itential-mcp.service"));
    let value = |key: &str| {
        let found = unit.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('='));
        found.unwrap_or_else(|| panic!("no {key}")).to_owned()
    };
    Unit {
        command: value("ExecStart").split_whitespace().map(str::to_owned).collect(),
        env: environment_file(&read(&value("EnvironmentFile"))),
    }
}

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

#[cfg(unix)]
#[test]
fn the_ansible_role_installs_certifies_and_runs() {
    let platform = Platform::start();
    for transport in ["sse", "http"] {
        let machine = with_role(Machine::bare());
        machine.write("/etc/itential-mcp/mcp.conf", &role_file(&platform, 0, transport));
        let unit = unit(&machine);
        let venv = &unit.command[0];
        assert!(venv.ends_with("/opt/itential-mcp/venv/bin/itential-mcp"), "{venv}");
        machine.link(PROGRAM, "/opt/itential-mcp/venv/bin/itential-mcp");
        // The tasks that look whether the installation is sound.
        let ask = |arguments: &[&str]| {
            let mut command = Command::new(venv);
            command.args(arguments).env_clear().envs(unit.env.clone()).stdin(Stdio::null());
            let output = command.output().expect("the link leads somewhere");
            assert_eq!(output.status.code(), Some(0), "{arguments:?}");
            assert!(output.stderr.is_empty(), "{arguments:?}");
            String::from_utf8(output.stdout).expect("text")
        };
        assert_eq!(ask(&["version"]), concat!("itential-mcp ", env!("CARGO_PKG_VERSION"), "\n\n"));
        let file = machine.path("/etc/itential-mcp/mcp.conf");
        let tools = ask(&["--config", &file, "tools"]);
        assert!(tools.starts_with("TOOLS ") && tools.contains("\nget_health "), "{tools}");
        // The unit's ExecStart, and the order that the documents show.
        let documented = vec![venv.clone(), "run".into(), "--config".into(), file.clone()];
        for started in [&unit.command, &documented] {
            let mut command = Command::new(&started[0]);
            command.args(&started[1..]).env_clear().envs(unit.env.clone());
            let mut server = Served::spawn(command).unwrap_or_else(|(_, log)| panic!("{log}"));
            assert!(server.url.starts_with("http://127.0.0.1:"), "{}", server.url);
            is_well(&server);
            assert!(!tools_over_http(server.port, "/mcp").is_empty());
            let sse = if transport == "sse" { 200 } else { 404 };
            assert_eq!(first_status(server.port, "/sse"), sse);
            // What `pgrep -fa` looks through.
            if let Ok(line) = std::fs::read(format!("/proc/{}/cmdline", server.pid())) {
                assert!(String::from_utf8_lossy(&line).contains("itential-mcp"));
            }
            support::signal("TERM", server.pid());
            assert_eq!(server.wait().code(), Some(0), "Restart=on-failure starts nothing anew");
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
    env.retain(|(name, _)| name != "ITENTIAL_MCP_CONFIG");
    env.push(("ITENTIAL_MCP_CONFIG".into(), file));
    let server = Served::start(&env, &["run"]);
    is_well(&server);
    assert!(!tools_over_http(server.port, "/mcp").is_empty());
    // The example's health check, which never had a route; who asks is told the right one.
    let answer = get(server.port, "/mcp/health");
    assert_eq!(answer.status, 404);
    assert!(answer.text().contains("/status/healthz"), "{}", answer.text());
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
    let mut env = environment_file(ENVIRONMENT);
    env.retain(|(name, _)| name != "ITENTIAL_MCP_CONFIG");
    command.envs(env).env("ITENTIAL_MCP_SERVER_LOG_LEVEL", "DEBUG");
    let mut server = StdioServer::spawn(command);
    let hello = server.initialize("2025-06-18");
    assert_eq!(hello["result"]["protocolVersion"], "2025-06-18");
    let result = server.call("get_health", json!({}));
    assert_ne!(result["isError"], true, "{result}");
    let (status, _, _) = server.finish();
    assert_eq!(status.code(), Some(0));
}

/// The names of the table in docs/migration.md, each with what was meant.
fn published_names() -> Vec<(String, String)> {
    let page = include_str!("../docs/migration.md");
    let (_, table) = page.split_once("| Published | Meant |\n").expect("the table");
    let rows = table.lines().skip(1).take_while(|line| line.starts_with("| "));
    let names = rows.flat_map(|row| {
        let names: Vec<&str> = row.split('`').skip(1).step_by(2).collect();
        let (right, wrong) = names.split_last().expect("a row names what was meant");
        wrong.iter().map(|wrong| ((*wrong).to_owned(), (*right).to_owned())).collect::<Vec<_>>()
    });
    names.collect()
}

#[test]
fn variables_that_published_examples_get_wrong_are_told_and_have_no_effect() {
    let published = published_names();
    assert!(published.len() > 10, "only {} names", published.len());
    for (wrong, right) in published {
        let env = [(wrong.clone(), "health".to_owned())];
        let (code, out, _) = support::run(&env, &["config", "check"]);
        assert_eq!(code, 0);
        let warning =
            out.lines().find(|line| line.starts_with("WARNING: ") && line.contains(&wrong));
        let warning = warning.unwrap_or_else(|| panic!("{wrong}: {out}"));
        assert!(warning.contains(&format!("Did you mean {right}?")), "{warning}");
        // As it always was: the tools are all there.
        let (_, with, _) = support::run(&env, &["tools", "--enabled"]);
        let (_, without, _) = support::run(&[], &["tools", "--enabled"]);
        assert_eq!(with, without, "{wrong}");
    }
    // The chart's, at a start with its own log level, which lets nothing through.
    let env = [("ITENTIAL_MCP_INCLUDE_TAGS".to_owned(), "health".to_owned())];
    let server = Served::start(&env, &["--transport", "sse", "--port", "0", "--sandbox"]);
    server.log_line("Did you mean ITENTIAL_MCP_SERVER_INCLUDE_TAGS?");
    assert!(tools_over_http(server.port, "/mcp").len() > 70, "nothing is chosen by a wrong name");
}
