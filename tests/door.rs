//! Nobody blocks the door: the real program against clients that try to, and what it owes to those
//! behind them. Tests are named by the rows of the faults they show absent.

mod support;

use std::io::{Read, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::json;
use support::http_server::{Events, HttpServer, initialize};
use support::scratch::Scratch;
use support::{Platform, StdioServer, raw_http};

fn serve(arguments: &[&str]) -> (Platform, HttpServer) {
    let platform = Platform::start();
    let mut all = vec!["--transport", "http"];
    all.extend(arguments);
    let server = HttpServer::start(&platform.env(), &all);
    (platform, server)
}

/// More connections than any machine here has threads for.
const CROWD: usize = 12;

/// Sends `bytes` again and again, as fast as they are taken, and throws away what comes back.
struct Flood {
    over: Arc<AtomicBool>,
    sockets: Vec<TcpStream>,
    threads: Vec<thread::JoinHandle<()>>,
}

impl Flood {
    /// Begins on `CROWD` connections; each has been answered once already.
    fn start(port: u16, bytes: &'static [u8]) -> Self {
        let over = Arc::new(AtomicBool::new(false));
        let mut flood = Self { over, sockets: Vec::new(), threads: Vec::new() };
        for _ in 0..CROWD {
            let socket = raw_http::connect(port);
            let mut reader = socket.try_clone().expect("a socket");
            let mut writer = socket.try_clone().expect("a socket");
            let over = Arc::clone(&flood.over);
            flood.threads.push(thread::spawn(move || {
                while !over.load(Ordering::Relaxed) && writer.write_all(bytes).is_ok() {}
            }));
            reader.read_exact(&mut [0; 16]).expect("the first answer");
            flood.threads.push(thread::spawn(move || {
                let mut buffer = [0; 64 * 1024];
                while reader.read(&mut buffer).is_ok_and(|count| count > 0) {}
            }));
            flood.sockets.push(socket);
        }
        flood
    }

    /// Ends it. Returns true if it went on until now.
    fn stop(self) -> bool {
        let went_on = self.threads.iter().step_by(2).all(|writer| !writer.is_finished());
        self.over.store(true, Ordering::Relaxed);
        for socket in &self.sockets {
            let _ = socket.shutdown(Shutdown::Both);
        }
        self.threads.into_iter().for_each(|thread| thread.join().expect("no panic"));
        went_on
    }
}

#[test]
fn h1_a_body_of_tiny_chunks_with_long_extensions_is_refused() {
    let (_platform, server) = serve(&[]);
    let chunk = format!("1;{}\r\nx\r\n", "e".repeat(250));
    let mut socket = raw_http::connect(server.port);
    let head = "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                Transfer-Encoding: chunked\r\n\r\n";
    socket.write_all(format!("{head}{}", chunk.repeat(80)).as_bytes()).expect("it reads");
    assert_eq!(raw_http::answer(&mut socket).status, 400);
    // Within reason they are allowed.
    let mut socket = raw_http::connect(server.port);
    socket.write_all(format!("{head}{}0\r\n\r\n", chunk.repeat(20)).as_bytes()).expect("it reads");
    let mut answer = [0; 12];
    socket.read_exact(&mut answer).expect("an answer");
    assert_eq!(&answer, b"HTTP/1.1 400");
    let mut rest = vec![0; 4096];
    let count = socket.read(&mut rest).expect("the rest");
    let rest = String::from_utf8_lossy(&rest[..count]).into_owned();
    assert!(rest.contains("-32700"), "it was read as JSON: {rest}");
}

#[test]
fn h1_a_client_that_sends_on_after_its_refusal_is_cut_off() {
    let (_platform, server) = serve(&[]);
    let mut socket = raw_http::connect(server.port);
    socket.write_all(b"nonsense\r\n\r\n").expect("it reads");
    let block = vec![b'x'; 1024 * 1024];
    while socket.write_all(&block).is_ok() {}
    assert_eq!(server.request("GET", "/status/livez", &[], None).status, 200);
}

#[test]
fn h2_whoever_pipelines_without_end_leaves_the_others_their_turn() {
    let (_platform, server) = serve(&[]);
    let ahead = b"GET /status/livez HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(400);
    let flood = Flood::start(server.port, ahead.leak());
    for _ in 0..3 {
        assert_eq!(server.request("GET", "/status/livez", &[], None).status, 200);
    }
    assert!(flood.stop(), "they were still at it");
}

#[cfg(unix)]
#[test]
fn h12_signals_are_heard_before_anybody_can_see_the_server() {
    for transport in ["stdio", "http", "sse"] {
        // A platform that takes the connection and says nothing: the server is still starting.
        let silent = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = silent.local_addr().expect("bound").port().to_string();
        let mut child = support::program()
            .args(["run", "--transport", transport, "--port", "0"])
            .args(["--test-connection-on-startup", "--startup-test-timeout", "600"])
            .env("ITENTIAL_MCP_PLATFORM_HOST", "127.0.0.1")
            .env("ITENTIAL_MCP_PLATFORM_PORT", port)
            .env("ITENTIAL_MCP_PLATFORM_DISABLE_TLS", "true")
            .stdin(std::process::Stdio::piped())
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .spawn()
            .expect("the program starts");
        let _asked = silent.accept().expect("it asks the platform");
        support::signal("HUP", child.id());
        support::signal("TERM", child.id());
        assert_eq!(support::wait(&mut child).code(), Some(0), "{transport}: killed");
    }
}

#[cfg(unix)]
#[test]
fn h12_a_reload_over_stdio_opens_the_audit_file_anew() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    let file = scratch.path().join("audit.jsonl");
    let path = file.to_str().expect("text");
    let mut server = StdioServer::start(&platform.env(), &["--audit-file", path]);
    server.initialize("2025-11-25");
    std::fs::rename(&file, scratch.path().join("old")).expect("it is there");
    support::signal("HUP", server.pid());
    support::eventually("a new file", || file.exists());
    assert_eq!(server.call("get_adapters", json!({}))["isError"], false);
    let (status, ..) = server.finish();
    assert_eq!(status.code(), Some(0));
    let lines = std::fs::read_to_string(&file).expect("the new file");
    assert!(lines.contains("get_adapters"), "{lines}");
}

#[cfg(unix)]
#[test]
fn h12_a_signal_right_after_the_first_answer_is_obeyed() {
    let platform = Platform::start();
    for (signal, code) in [("TERM", 0), ("INT", 130)] {
        let arguments = ["--transport", "http", "--log-level", "info"];
        let mut server = HttpServer::start(&platform.env(), &arguments);
        assert_eq!(server.request("GET", "/status/healthz", &[], None).status, 200);
        support::signal("HUP", server.served.pid());
        support::signal(signal, server.served.pid());
        assert_eq!(server.served.wait().code(), Some(code), "{signal}");
    }
}

/// The status of the answer to these bytes.
fn status(port: u16, request: &str) -> u16 {
    let mut socket = raw_http::connect(port);
    socket.write_all(request.as_bytes()).expect("it reads");
    let mut head = [0; 12];
    socket.read_exact(&mut head).unwrap_or_else(|error| panic!("{error}: {request}"));
    String::from_utf8_lossy(&head[9..]).parse().expect("a status")
}

#[test]
fn h14_what_may_be_said_once_is_refused_when_said_twice() {
    let (_platform, server) = serve(&[]);
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list",
                      "params": support::modern(json!({}))});
    let good = [
        ("Accept", "application/json"),
        ("Content-Type", "application/json"),
        ("MCP-Protocol-Version", "2026-07-28"),
        ("Mcp-Method", "tools/list"),
        ("Mcp-Name", "unused"),
        ("Mcp-Session-Id", "unused"),
        ("Mcp-Param-Name", "unused"),
        ("Authorization", "Bearer unused"),
        ("Origin", "http://localhost"),
        ("Sec-Fetch-Site", "same-origin"),
    ];
    let text = list.to_string();
    assert_eq!(server.request("POST", "/mcp", &good, Some(&text)).status, 200);
    for (name, value) in good.into_iter().filter(|(name, _)| *name != "Accept") {
        for second in [value, "another"] {
            let mut twice = good.to_vec();
            twice.push((name, second));
            let answer = server.request("POST", "/mcp", &twice, Some(&text));
            assert_eq!(answer.status, 400, "{name}: {second}: {}", answer.text());
            assert!(!answer.body.is_empty(), "{name}: says why");
        }
    }
    for name in ["Host", "Content-Length"] {
        let request = format!(
            "POST /mcp HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n{name}: {}\r\n\r\n{text}",
            text.len(),
            if name == "Host" { "localhost".to_owned() } else { text.len().to_string() },
        );
        assert_eq!(status(server.port, &request), 400, "{name}");
    }
}

#[test]
fn h18_the_longest_head_is_a_setting() {
    let long = |bytes: usize| {
        let request = "GET /status/livez HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ";
        let filler = "t".repeat(bytes - request.len() - 4);
        format!("{request}{filler}\r\n\r\n")
    };
    let (_platform, server) = serve(&[]);
    assert_eq!(status(server.port, &long(17_000)), 200);
    assert_eq!(status(server.port, &long(32 * 1024)), 200);
    assert_eq!(status(server.port, &long(32 * 1024 + 1)), 431);
    let (_platform, small) = serve(&["--max-header-bytes", "2048"]);
    assert_eq!(status(small.port, &long(2048)), 200);
    assert_eq!(status(small.port, &long(2049)), 431);
}

#[test]
fn h20_what_can_be_read_in_two_ways_is_not_guessed() {
    let (_platform, server) = serve(&[]);
    let ping = r#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#;
    let post = |host: &str, fields: &str, body: &str| {
        format!(
            "POST /mcp HTTP/1.1\r\nHost: {host}\r\nContent-Type: application/json\r\n\
             {fields}\r\n{body}"
        )
    };
    let length = format!("Content-Length: {}\r\n", ping.len());
    let get = |version: &str, host: &str, fields: &str| {
        format!("GET /status/livez {version}\r\nHost: {host}\r\n{fields}\r\n")
    };
    let v = "HTTP/1.1";
    let rows = [
        ("a compressed body", post("h", &format!("{length}Content-Encoding: gzip\r\n"), ping), 415),
        ("a coding without end", post("h", "Transfer-Encoding: xchunked\r\n", ping), 400),
        ("a later version", get("HTTP/1.2", "localhost", ""), 200),
        ("an open bracket", get(v, "[::1", ""), 400),
        ("a closed bracket", get(v, "[::1]", ""), 200),
        ("too great a port", get(v, "localhost:99999", ""), 400),
        ("the greatest port", get(v, "localhost:65535", ""), 200),
        ("two words as Origin", get(v, "localhost", "Origin: http://localhost:1 evil\r\n"), 403),
        ("an Origin's port", get(v, "localhost", "Origin: http://localhost:99999\r\n"), 403),
        ("an Origin with a path", get(v, "localhost", "Origin: http://localhost/x\r\n"), 403),
        ("an Origin", get(v, "localhost", "Origin: http://localhost:1\r\n"), 200),
    ];
    for (what, request, wanted) in rows {
        assert_eq!(status(server.port, &request), wanted, "{what}");
    }
}

/// A call of 2026-07-28 as its client sends it, accepting this.
fn modern_call(accept: &str, tool: &str) -> String {
    let text = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call",
                      "params": support::modern(json!({"name": tool, "arguments": {}}))})
    .to_string();
    format!(
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nAccept: {accept}\r\n\
         Content-Type: application/json\r\nMCP-Protocol-Version: 2026-07-28\r\n\
         Mcp-Method: tools/call\r\nMcp-Name: {tool}\r\nContent-Length: {}\r\n\r\n{text}",
        text.len()
    )
}

const BOTH: &str = "application/json, text/event-stream";

#[test]
fn h15_who_only_ends_its_side_still_gets_its_answer() {
    let (platform, server) = serve(&[]);
    // Long enough for the end to be noticed first; nothing depends on that.
    let slow = json!([{"match": {"path": "/health/adapters"}, "delay_ms": 500}]);
    for accept in [BOTH, "application/json"] {
        platform.faults(slow.clone());
        let mut socket = raw_http::connect(server.port);
        socket.write_all(modern_call(accept, "get_adapters").as_bytes()).expect("it reads");
        socket.shutdown(Shutdown::Write).expect("a socket");
        let answer = raw_http::answer(&mut socket);
        assert_eq!(answer.status, 200, "{accept}: {}", answer.text());
        assert!(answer.text().contains("structuredContent"), "{accept}: {}", answer.text());
    }
}

#[test]
fn h15_who_has_gone_altogether_still_cancels_its_call() {
    let platform = Platform::start();
    platform.hang("/health/adapters");
    let arguments = ["--transport", "http", "--log-level", "info"];
    let server = HttpServer::start(&platform.patient_env(), &arguments);
    let mut socket = raw_http::connect(server.port);
    socket.write_all(modern_call(BOTH, "get_adapters").as_bytes()).expect("it reads");
    platform.wait_for("GET", "/health/adapters");
    drop(socket);
    let line = server.served.log_line("get_adapters for local: failed");
    assert!(line.to_lowercase().contains("cancel"), "{line}");
}

#[test]
fn h15_a_stream_goes_on_for_who_reads_it_and_ends_with_who_has_gone() {
    let platform = Platform::start();
    let server = HttpServer::start(&platform.env(), &["--transport", "sse"]);
    let request = "GET /sse HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n";
    let socket = raw_http::connect(server.port);
    let end = socket.try_clone().expect("a socket");
    let mut events = Events::open(socket, request);
    let place = events.next().expect("the endpoint").data;
    end.shutdown(Shutdown::Write).expect("a socket");
    let hello = initialize("2024-11-05").to_string();
    let say = || server.request("POST", &place, &[], Some(&hello)).status;
    assert_eq!(say(), 202);
    let answer = events.message().expect("an answer after the end of this side");
    assert_eq!(answer["result"]["protocolVersion"], "2024-11-05");
    drop((events, end));
    support::eventually("the end of the session", || say() == 404);
}

#[test]
fn h23_localhost_is_both_loopback_addresses() {
    let (_platform, server) = serve(&["--host", "localhost"]);
    let port = server.port;
    let ask = |address: IpAddr| {
        let mut socket = TcpStream::connect((address, port)).expect("it listens there");
        raw_http::ask(&mut socket, "localhost", "GET", "/status/livez", &[], None);
        raw_http::answer(&mut socket).status
    };
    assert_eq!(ask(Ipv4Addr::LOCALHOST.into()), 200);
    let Ok(taken) = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)) else {
        return eprintln!("this machine has no IPv6");
    };
    assert_eq!(ask(Ipv6Addr::LOCALHOST.into()), 200);
    // Half a server is none: the port must be free on both.
    let taken = taken.local_addr().expect("bound").port().to_string();
    let arguments = ["run", "--transport", "http", "--host", "localhost", "--port", &taken];
    let (code, _, stderr) = support::run(&[], &arguments);
    assert_eq!(code, 3, "{stderr}");
    assert!(stderr.contains(&taken), "{stderr}");
}

/// A request for which the first bytes of the answer are enough: status and content type.
fn head(port: u16, host: &str, path: &str, headers: &[(&str, &str)]) -> (u16, String) {
    let mut text = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n");
    for (name, value) in headers {
        text.push_str(&format!("{name}: {value}\r\n"));
    }
    let mut socket = raw_http::connect(port);
    socket.write_all(format!("{text}\r\n").as_bytes()).expect("it reads");
    let mut bytes = Vec::new();
    let mut byte = [0];
    while !bytes.ends_with(b"\r\n\r\n") {
        socket.read_exact(&mut byte).expect("a head");
        bytes.push(byte[0]);
    }
    let answer = raw_http::parse(&bytes);
    (answer.status, answer.header("content-type").unwrap_or_default().to_owned())
}

#[test]
fn h16_only_who_names_an_event_stream_is_given_one_at_the_endpoint() {
    let platform = Platform::start();
    let server = HttpServer::start(&platform.env(), &["--transport", "sse"]);
    for accept in [None, Some("*/*"), Some("application/json"), Some("text/html, */*;q=0.8")] {
        let headers: Vec<_> = accept.map(|accept| ("Accept", accept)).into_iter().collect();
        let answer = server.request("GET", "/mcp", &headers, None);
        assert_eq!(answer.status, 406, "{accept:?}: {}", answer.text());
        assert!(answer.text().contains("POST") && answer.text().contains("text/event-stream"));
    }
    let sessions = || server.request("GET", "/status", &[], None).json()["sessions"].clone();
    assert_eq!(sessions(), 0);
    for accept in ["text/event-stream", "application/json, text/event-stream;q=0.5"] {
        let (status, media) = head(server.port, "localhost", "/mcp", &[("Accept", accept)]);
        assert_eq!((status, media.as_str()), (200, "text/event-stream"), "{accept}");
    }
}

#[test]
fn h17_messages_go_below_the_endpoint_and_behind_the_prefix_of_a_proxy() {
    let platform = Platform::start();
    let server = HttpServer::start(&platform.env(), &["--transport", "sse"]);
    let stranger = HttpServer::start(
        &platform.env(),
        &["--transport", "sse", "--trusted-proxies", "192.0.2.1"],
    );
    let rows: &[(&HttpServer, &str, &[&str], &str)] = &[
        (&server, "/mcp", &[], "/mcp/messages/"),
        (&server, "/sse", &[], "/messages/"),
        (&server, "/mcp", &["/itential"], "/itential/mcp/messages/"),
        (&server, "/sse", &["/itential/"], "/itential/messages/"),
        (&server, "/sse", &["/a, /b", "/c"], "/a/b/c/messages/"),
        // What would name another host, or is none of a path.
        (&server, "/sse", &["//evil.example"], "/messages/"),
        (&server, "/sse", &["/", "//evil.example"], "/messages/"),
        (&server, "/sse", &["evil"], "/messages/"),
        (&server, "/sse", &["/a?b"], "/messages/"),
        (&stranger, "/sse", &["/itential"], "/messages/"),
    ];
    for (server, path, prefixes, wanted) in rows {
        let mut headers = vec![("Accept", "text/event-stream")];
        headers.extend(prefixes.iter().map(|prefix| ("X-Forwarded-Prefix", *prefix)));
        let mut events = server.open_stream("GET", path, &headers, "");
        let place = events.next().expect("the endpoint").data;
        assert!(place.starts_with(&format!("{wanted}?")), "{path} {prefixes:?}: {place}");
        // The proxy takes off what it told of.
        let before: String = wanted.trim_end_matches("messages/").into();
        let inside = before.trim_end_matches('/').trim_end_matches("/mcp");
        let place = place.strip_prefix(inside).expect("the prefix");
        let hello = initialize("2024-11-05").to_string();
        assert_eq!(server.request("POST", place, &[], Some(&hello)).status, 202, "{place}");
        let answer = events.message().expect("an answer");
        assert_eq!(answer["result"]["protocolVersion"], "2024-11-05");
    }
    let elsewhere = server.request("POST", "/mcp/x/messages/?session_id=1", &[], Some("{}"));
    assert!(elsewhere.text().contains("Not Found"), "{}", elsewhere.text());
}

#[test]
fn h19_readiness_is_asked_once_and_what_needs_no_platform_waits_for_nobody() {
    let platform = Platform::start();
    let hang = support::HANG.as_millis() as u64;
    platform.faults(json!([
        {"match": {"path": "/whoami"}, "delay_ms": hang, "times": 1000},
        {"match": {"path": "/health/adapters"}, "delay_ms": hang, "times": 1000},
    ]));
    let arguments = ["--transport", "http", "--max-concurrent-calls", "1"];
    let server = HttpServer::start(&platform.patient_env(), &arguments);
    let id = server.session("2025-11-25");
    let session = [("Mcp-Session-Id", id.as_str())];
    // The one worker hangs for good.
    let mut socket = raw_http::connect(server.port);
    socket.write_all(modern_call(BOTH, "get_adapters").as_bytes()).expect("it reads");
    platform.wait_for("GET", "/health/adapters");
    let ready: Vec<TcpStream> = (0..240)
        .map(|_| {
            let mut socket = raw_http::connect(server.port);
            raw_http::ask(&mut socket, "localhost", "GET", "/status/readyz", &[], None);
            socket
        })
        .collect();
    platform.wait_for("GET", "/whoami");
    let ask = |method: &str, params: serde_json::Value| {
        let request = json!({"jsonrpc": "2.0", "id": 1, "method": method, "params": params});
        server.post(&session, &request).json()["result"].clone()
    };
    assert_eq!(ask("ping", json!({})), json!({}));
    assert!(ask("tools/list", json!({}))["tools"].is_array());
    let prompts = ask("prompts/list", json!({}));
    let prompts = prompts["prompts"].as_array().expect("prompts");
    assert!(!prompts.is_empty());
    for prompt in prompts {
        let names = prompt["arguments"].as_array().into_iter().flatten();
        let arguments: serde_json::Map<_, _> =
            names.map(|a| (a["name"].as_str().expect("a name").to_owned(), json!("x"))).collect();
        let got = ask("prompts/get", json!({"name": prompt["name"], "arguments": arguments}));
        assert!(got["messages"].is_array(), "{}", prompt["name"]);
    }
    server.session("2025-06-18");
    // Nobody waits for ever to hear that the platform hangs.
    for mut socket in ready {
        let answer = raw_http::answer(&mut socket);
        assert_eq!((answer.status, &answer.json()["status"]), (503, &json!("not ready")));
    }
    assert_eq!(platform.count("GET", "/whoami"), 1);
}

#[test]
fn h21_on_loopback_only_names_of_this_machine_lead_here() {
    let platform = Platform::start();
    let open = HttpServer::start(&platform.env(), &["--transport", "http"]);
    let stranger = ["--transport", "sse", "--trusted-proxies", "192.0.2.1"];
    let stranger = HttpServer::start(&platform.env(), &stranger);
    let mut env = platform.env();
    env.push(("ITENTIAL_MCP_SERVER_ALLOWED_HOSTS".into(), "mcp.example.com".into()));
    let named = HttpServer::start(&env, &["--transport", "http"]);
    let wide = HttpServer::start(&platform.env(), &["--transport", "http", "--host", "0.0.0.0"]);
    let real = ("X-Real-IP", "192.0.2.7");
    for path in ["/status", "/status/healthz", "/status/readyz", "/nowhere"] {
        let status = |server: &HttpServer, host: &str, headers: &[(&str, &str)]| {
            head(server.port, host, path, headers).0
        };
        let served = if path == "/nowhere" { 404 } else { 200 };
        for host in [
            "localhost",
            "LOCALHOST:1",
            "127.0.0.1",
            "127.9.9.9:8000",
            "[::1]:1",
            "mcp.localhost",
            "localhost.",
        ] {
            assert_eq!(status(&open, host, &[]), served, "{path} as {host}");
        }
        for host in [
            "evil.example",
            "evil.example:8000",
            "localhost.evil.example",
            "192.0.2.1",
            "notlocalhost",
            "[2001:db8::1]",
        ] {
            assert_eq!(status(&open, host, &[]), 403, "{path} as {host}");
        }
        // A proxy says for whom it asks, and is believed where it stands.
        for says in [real, ("X-Forwarded-For", "192.0.2.7"), ("Forwarded", "for=192.0.2.7")] {
            assert_eq!(status(&open, "mcp.example.com", &[says]), served, "{says:?}");
        }
        assert_eq!(status(&stranger, "mcp.example.com", &[real]), 403);
        assert_eq!(status(&named, "mcp.example.com", &[]), served);
        assert_eq!(status(&wide, "mcp.example.com", &[]), served);
    }
    let accept = [("Accept", "text/event-stream")];
    for path in ["/mcp", "/sse"] {
        assert_eq!(head(stranger.port, "evil.example", path, &accept).0, 403, "{path}");
    }
}

#[test]
fn h22_a_get_without_a_session_is_answered_with_405_and_an_explanation() {
    let (_platform, server) = serve(&[]);
    for accept in ["text/event-stream", "application/json, text/event-stream", "*/*"] {
        let answer = server.request("GET", "/mcp", &[("Accept", accept)], None);
        assert_eq!((answer.status, answer.header("allow")), (405, Some("POST, DELETE")));
        assert!(answer.text().contains("initialize"), "{accept}: {}", answer.text());
    }
    let id = server.session("2025-11-25");
    let headers = [("Accept", "text/event-stream"), ("Mcp-Session-Id", id.as_str())];
    assert_eq!(head(server.port, "localhost", "/mcp", &headers).0, 200, "with one it is there");
}
