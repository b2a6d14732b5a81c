//! What becomes of programs when nobody waits for them any more.

use std::path::PathBuf;

use serde_json::json;

use super::support::http_server::{HttpServer, call};
use super::support::{Platform, eventually, raw_http, signal};
use super::{Tools, given, wait_until_gone};

/// A tool that hangs, deaf to SIGTERM, with a child that is so as well.
fn hanging() -> Tools {
    let tools = Tools::new();
    let folder = tools.folder();
    let script = format!(
        "trap '' TERM\nsleep 600 &\necho $! >{folder}/child\npwd >{folder}/place\n\
         echo $$ >{folder}/pid\nwait"
    );
    tools.add("hang", &script, json!({}));
    tools
}

/// Waits until nothing is left of it.
fn nothing_left(tools: &Tools) {
    wait_until_gone(&tools.written("pid"));
    wait_until_gone(&tools.written("child"));
}

fn no_folder_left(tools: &Tools) {
    let place = PathBuf::from(tools.written("place"));
    eventually("its folder is removed", || !place.exists());
}

#[test]
fn a_cancelled_call_leaves_nothing() {
    let tools = hanging();
    let mut server = tools.serve(&[]);
    let id = server.ask("tools/call", json!({"name": "hang", "arguments": {}}));
    tools.written("pid");
    let params = json!({"requestId": id});
    server.send(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params}));
    nothing_left(&tools);
    no_folder_left(&tools);
    assert!(server.request("ping", json!({}))["result"].is_object());
}

#[test]
fn a_server_that_is_told_to_stop_leaves_nothing() {
    for name in ["TERM", "INT"] {
        let tools = hanging();
        let mut server = tools.serve(&[]);
        server.ask("tools/call", json!({"name": "hang", "arguments": {}}));
        tools.written("pid");
        signal(name, server.pid());
        server.wait();
        nothing_left(&tools);
        no_folder_left(&tools);
    }
}

#[test]
fn a_server_over_http_that_is_told_to_stop_leaves_nothing() {
    let tools = hanging();
    let arguments = ["--transport", "http", "--sessions", "none", "--stop-grace", "1"];
    let mut server = HttpServer::start(&tools.env(&[]), &arguments);
    let mut socket = raw_http::connect(server.port);
    let body = call(1, "hang", json!({})).to_string();
    let accept = [("Accept", "application/json, text/event-stream")];
    raw_http::ask(&mut socket, "127.0.0.1", "POST", "/mcp", &accept, Some(&body));
    tools.written("pid");
    signal("TERM", server.served.pid());
    assert!(server.served.wait().success());
    nothing_left(&tools);
    no_folder_left(&tools);
}

#[test]
#[cfg(target_os = "linux")]
fn a_server_that_is_killed_takes_its_programs_along() {
    let tools = hanging();
    let mut server = tools.serve(&[]);
    server.ask("tools/call", json!({"name": "hang", "arguments": {}}));
    let (pid, child) = (tools.written("pid"), tools.written("child"));
    signal("KILL", server.pid());
    server.wait();
    wait_until_gone(&pid);
    // What the program has started is nobody's any more: only a server that lives ends that.
    signal("KILL", child.parse().expect("a number"));
    let _ = std::fs::remove_dir_all(tools.written("place"));
}

#[test]
fn who_waits_for_programs_holds_up_nobody() {
    let (tools, platform) = (hanging(), Platform::start());
    let env = platform.env();
    let mut more: Vec<(&str, &str)> =
        env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    more.push(("ITENTIAL_MCP_SERVER_MAX_CONCURRENT_CALLS", "2"));
    tools.add("quick", "echo 1", json!({}));
    let mut server = tools.serve(&more);
    for _ in 0..12 {
        server.ask("tools/call", json!({"name": "hang", "arguments": {}}));
    }
    tools.written("pid");
    let adapters = server.call("get_adapters", json!({}));
    assert_ne!(adapters["isError"], true, "{adapters}");
    assert_eq!(given(&server.call("quick", json!({}))), 1);
    signal("TERM", server.pid());
    server.wait();
    nothing_left(&tools);
}
