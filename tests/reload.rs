//! SIGHUP: every setting that is said to be reloadable takes effect in a running server.
#![cfg(unix)]

mod support;

use itential_mcp::config::settings;
use serde_json::{Value, json};
use support::http_server::HttpServer;
use support::scratch::Scratch;
use support::{Platform, eventually, modern, signal};

/// A setting, the configuration around it, and two values that a caller can tell apart.
const CASES: &[(&str, &str, [&str; 2])] = &[
    ("include_tags", "", ["adapters", "configuration_manager"]),
    ("exclude_tags", "", ["adapters", "configuration_manager"]),
    ("response_format", "", ["json", "toon"]),
    ("offer", "", ["all", "lean"]),
    ("slim", "", ["false", "true"]),
    ("max_items", "", ["2", "3"]),
    ("max_answer_bytes", "", ["4000", "60000"]),
    ("full", "max_items = 1\n", ["false", "true"]),
    ("read_only", "", ["false", "true"]),
    ("no_destructive", "", ["false", "true"]),
    ("confirm", "", ["never", "destructive"]),
    ("confirm_fallback", "confirm = destructive\n", ["deny", "allow"]),
];

/// Shown by the log and by handshakes rather than by answers; see `tls_reload.rs` for the files, `traces.rs` for traces,
/// `roles.rs` for roles and `bindings.rs` for tools made from what the platform offers.
const ELSEWHERE: &[&str] = &[
    "tools_path",
    "automations",
    "max_automations",
    "refresh",
    "certificate_file",
    "private_key_file",
    "client_ca_file",
    "client_crl_file",
    "client_identity",
    "default_role",
    "log_level",
    "trace_context",
];

#[test]
fn every_reloadable_setting_takes_effect_without_a_restart() {
    let reloadable = settings().filter(|row| row.reloadable).map(|row| row.key);
    let covered = CASES.iter().map(|(key, ..)| *key).chain(ELSEWHERE.iter().copied());
    let sorted = |keys: Vec<&'static str>| {
        let mut keys = keys;
        keys.sort_unstable();
        keys
    };
    assert_eq!(sorted(covered.collect()), sorted(reloadable.collect()), "a case for each");

    let platform = Platform::start();
    let scratch = Scratch::new();
    let written = |key: &str, around: &str, value: &str| {
        scratch.write("mcp.conf", format!("[server]\n{around}{key} = {value}\n"))
    };
    let (first, around, [value, _]) = CASES[0];
    let file = written(first, around, value);
    let arguments = ["--transport", "http", "--log-level", "info", "--config", &file];
    let server = HttpServer::start(&platform.env(), &arguments);
    let mut reloads = 0;
    for (key, around, values) in CASES {
        let [before, after] = values.map(|value| {
            written(key, around, value);
            signal("HUP", server.served.pid());
            reloads += 1;
            eventually("the reload", || {
                server.served.log().matches("INFO: reloaded").count() == reloads
            });
            seen(&server)
        });
        assert_ne!(before, after, "{key}");
    }
}

/// What a caller sees: the list, the answer of a read and that of a destructive call.
fn seen(server: &HttpServer) -> [Value; 3] {
    let ask = |method: &str, name: &str, parameters: Value| {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": method,
                          "params": modern(parameters)});
        let mut headers = vec![("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", method)];
        if !name.is_empty() {
            headers.push(("Mcp-Name", name));
        }
        server.post(&headers, &body).json()
    };
    let call = |name: &str, arguments: Value| {
        ask("tools/call", name, json!({"name": name, "arguments": arguments}))
    };
    [
        ask("tools/list", "", json!({})),
        call("get_workflows", json!({})),
        call("stop_adapter", json!({"name": "no-such-adapter"})),
    ]
}

#[test]
fn what_takes_a_restart_is_said_by_name() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    let file = scratch.write("mcp.conf", "[server]\npath = /mcp\n");
    let arguments = ["--transport", "http", "--log-level", "info", "--config", &file];
    let server = HttpServer::start(&platform.env(), &arguments);
    scratch.write("mcp.conf", "[server]\npath = /other\n");
    signal("HUP", server.served.pid());
    server.served.log_line("server.path has changed, which takes a restart");
}
