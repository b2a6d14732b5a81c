//! What becomes of clients when a server is told to stop.
#![cfg(unix)]

mod support;

use std::io::{Read, Write};
use std::net::TcpStream;

use serde_json::json;
use support::http_server::{HttpServer, call};
use support::{Platform, eventually, raw_http, signal};

const ADAPTERS: &str = "/health/adapters";

fn start(platform: &Platform, grace: &str) -> HttpServer {
    HttpServer::start(&platform.env(), &["--transport", "http", "--stop-grace", grace])
}

#[test]
fn a_call_that_runs_is_answered_and_nobody_else_is_let_in() {
    let platform = Platform::start();
    let mut server = start(&platform, "60");
    let session = server.session("2025-11-25");
    platform.faults(json!([{"match": {"path": ADAPTERS}, "delay_ms": 4000}]));
    let port = server.port;
    let calling = std::thread::spawn(move || {
        let headers = [
            ("Mcp-Session-Id", session.as_str()),
            ("Accept", "application/json, text/event-stream"),
        ];
        let body = call(1, "get_adapters", json!({})).to_string();
        raw_http::request(port, "POST", "/mcp", &headers, Some(&body))
    });
    platform.wait_for("GET", ADAPTERS);
    signal("TERM", server.served.pid());
    eventually("nobody is let in", || TcpStream::connect(("127.0.0.1", port)).is_err());
    let answer = calling.join().expect("it is answered");
    assert_eq!(answer.status, 200);
    assert_eq!(answer.json()["result"]["isError"], false, "{}", answer.text());
    assert!(server.served.wait().success());
}

#[test]
fn the_grace_is_as_long_as_the_setting_says() {
    let platform = Platform::start();
    platform.hang(ADAPTERS);
    let env = platform.patient_env();
    let mut server = HttpServer::start(
        &env,
        &["--transport", "http", "--sessions", "none", "--stop-grace", "1"],
    );
    let mut socket = raw_http::connect(server.port);
    let body = call(1, "get_adapters", json!({})).to_string();
    let accept = [("Accept", "application/json, text/event-stream")];
    raw_http::ask(&mut socket, "127.0.0.1", "POST", "/mcp", &accept, Some(&body));
    platform.wait_for("GET", ADAPTERS);
    signal("TERM", server.served.pid());
    assert!(server.served.wait().success(), "long before the platform answers");
}

#[test]
fn no_request_is_lost_on_kept_connections() {
    let platform = Platform::start();
    let mut server = start(&platform, "60");
    let mut sockets: Vec<_> = (0..8).map(|_| raw_http::connect(server.port)).collect();
    assert!(!sockets.iter_mut().any(ask_is_last), "connections are kept");
    let clients: Vec<_> = sockets
        .into_iter()
        .map(|mut socket| std::thread::spawn(move || while !ask_is_last(&mut socket) {}))
        .collect();
    signal("TERM", server.served.pid());
    for client in clients {
        client.join().expect("every request is answered");
    }
    assert!(server.served.wait().success());
}

/// Asks on a connection that may be kept; true when the answer says that it ends.
fn ask_is_last(socket: &mut TcpStream) -> bool {
    let ask = "GET /status/livez HTTP/1.1\r\nHost: localhost\r\n\r\n";
    socket.write_all(ask.as_bytes()).expect("it is read");
    let mut answer = Vec::new();
    while !answer.ends_with(b"}") {
        let mut some = [0; 1024];
        let read = socket.read(&mut some).expect("it is answered");
        assert!(read > 0, "lost");
        answer.extend_from_slice(&some[..read]);
    }
    raw_http::parse(&answer).header("connection") == Some("close")
}
