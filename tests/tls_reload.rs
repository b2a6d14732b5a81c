//! Certificates are replaced while clients are connected: nobody is lost.
#![cfg(unix)]

mod support;

use std::io::{Read, Write};

use serde_json::json;
use support::certificates::{Authority, connect, write_key};
use support::http_server::{Events, initialize};
use support::scratch::Scratch;
use support::served::Served;
use support::{PATIENCE, Platform};

const STREAMS: usize = 100;

/// What a fresh connection that trusts only `authority` is answered; none when it trusts nobody here.
fn status_seen_by(port: u16, authority: &str) -> Option<String> {
    let mut socket = connect(port, authority, "localhost");
    socket.sock.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    let asked =
        socket.write_all(b"GET /status HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    let mut text = String::new();
    asked.and_then(|()| socket.read_to_string(&mut text)).ok()?;
    Some(text)
}

#[test]
fn a_new_certificate_is_served_and_a_hundred_streams_live_on() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    let (old, new) = (Authority::new("old"), Authority::new("new"));
    let (certificate, key) = old.issue(&["localhost"]);
    let certificate_file = scratch.write("server.pem", certificate);
    let key_file = write_key(&scratch, "server.key", &key);
    let server = Served::start(
        &platform.env(),
        &[
            "--transport",
            "sse",
            "--port",
            "0",
            "--log-level",
            "info",
            "--certificate-file",
            &certificate_file,
            "--private-key-file",
            &key_file,
        ],
    );
    assert!(server.url.starts_with("https://"), "{}", server.url);
    let port = server.port;
    let mut streams: Vec<_> = (0..STREAMS)
        .map(|_| {
            let socket = connect(port, &old.pem(), "localhost");
            socket.sock.set_read_timeout(Some(PATIENCE)).expect("a time-out");
            let head = "GET /sse HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n";
            let mut events = Events::open(socket, head);
            let endpoint = events.next().expect("the endpoint event").data;
            (events, endpoint)
        })
        .collect();

    // A pair that does not match changes nothing.
    let (certificate, key) = new.issue(&["localhost"]);
    scratch.write("server.pem", &certificate);
    support::signal("HUP", server.pid());
    server.log_line("certificate and private key do not match");
    let status = status_seen_by(port, &old.pem()).expect("the old certificate is still served");
    assert!(status.contains("reload_failed"), "{status}");

    write_key(&scratch, "server.key", &key);
    support::signal("HUP", server.pid());
    server.log_line("INFO: reloaded");
    let status = status_seen_by(port, &new.pem());
    let status =
        status.unwrap_or_else(|| panic!("the new certificate is not served: {}", server.log()));
    assert!(status.contains("days_left") && !status.contains("reload_failed"), "{status}");
    assert!(status_seen_by(port, &old.pem()).is_none(), "the old certificate is still served");

    for (number, (events, endpoint)) in streams.iter_mut().enumerate() {
        let body = initialize("2024-11-05").to_string();
        let mut socket = connect(port, &new.pem(), "localhost");
        write!(
            socket,
            "POST {endpoint} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
        .expect("it reads");
        let mut answer = String::new();
        socket.read_to_string(&mut answer).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 202"), "stream {number}: {answer}");
        let hello = events.message().unwrap_or_else(|| panic!("stream {number} is lost"));
        assert_eq!(hello["result"]["protocolVersion"], json!("2024-11-05"), "stream {number}");
    }
}

#[test]
fn files_that_a_changed_configuration_names_are_served_after_a_reload() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    let (old, new) = (Authority::new("old"), Authority::new("new"));
    let configured = |name: &str, authority: &Authority, client_ca: &str| {
        let (certificate, key) = authority.issue(&["localhost"]);
        let certificate = scratch.write(&format!("{name}.pem"), certificate);
        let key = write_key(&scratch, &format!("{name}.key"), &key);
        let files = format!("certificate_file = {certificate}\nprivate_key_file = {key}\n");
        scratch.write("mcp.conf", format!("[server]\n{files}{client_ca}"))
    };
    let file = configured("old", &old, "");
    let arguments = ["--transport", "http", "--port", "0", "--log-level", "info"];
    let server = Served::start(&platform.env(), &[&arguments[..], &["--config", &file]].concat());
    assert!(status_seen_by(server.port, &old.pem()).is_some());

    configured("new", &new, "");
    support::signal("HUP", server.pid());
    server.log_line("INFO: reloaded");
    assert!(status_seen_by(server.port, &new.pem()).is_some(), "{}", server.log());
    assert!(status_seen_by(server.port, &old.pem()).is_none(), "{}", server.log());

    let authority = scratch.write("clients.pem", new.pem());
    configured("new", &new, &format!("client_ca_file = {authority}\n"));
    support::signal("HUP", server.pid());
    support::eventually("a client without a certificate is refused", || {
        status_seen_by(server.port, &new.pem()).is_none()
    });

    // Without TLS there would be other sockets; that is said, and everything stays.
    scratch.write("mcp.conf", "[server]\n");
    support::signal("HUP", server.pid());
    server.log_line("TLS is switched on and off by a restart only");
}
