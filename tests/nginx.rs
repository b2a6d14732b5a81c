//! Behind a real nginx, configured as the TLS document shows. Not every machine has one, so these
//! tests are run by `.ci/run`, or by `cargo test --test nginx -- --ignored`.

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use support::certificates::{Authority, connect, connect_as, write_key};
use support::document::block;
use support::house::House;
use support::raw_http;
use support::scratch::Scratch;
use support::served::Served;
use support::{PATIENCE, run};

const NAME: &str = "mcp.example.com";

/// nginx, in the foreground and ended with the test.
struct Nginx {
    child: Child,
    port: u16,
    scratch: Scratch,
}

impl Nginx {
    /// Ends TLS and passes `location` on.
    fn start(authority: &Authority, location: &str) -> Self {
        let scratch = Scratch::new();
        let (certificate, key) = authority.issue(&[NAME]);
        let certificate = scratch.write("server.pem", certificate);
        let key = write_key(&scratch, "server.key", &key);
        let here = scratch.path().display();
        let config = |port: u16| {
            format!(
                "daemon off;\nmaster_process off;\npid {here}/pid;\nerror_log stderr warn;\n\
                 events {{}}\nhttp {{\naccess_log off;\nclient_body_temp_path {here}/body;\n\
                 proxy_temp_path {here}/proxy;\nfastcgi_temp_path {here}/fastcgi;\n\
                 uwsgi_temp_path {here}/uwsgi;\nscgi_temp_path {here}/scgi;\n\
                 server {{\n    listen 127.0.0.1:{port} ssl;\n    server_name {NAME};\n\n\
                 \x20   ssl_certificate {certificate};\n    ssl_certificate_key {key};\n\n\
                 {location}\n}}\n}}\n"
            )
        };
        // Nothing keeps others from a port that was free a moment ago.
        let started = (0..5).find_map(|_| {
            let free = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
            let port = free.local_addr().expect("bound").port();
            drop(free);
            let config = scratch.write("nginx.conf", config(port));
            let mut child = Command::new("nginx")
                .args(["-p", scratch.path().to_str().expect("text"), "-e", "stderr", "-c", &config])
                .stdin(Stdio::null())
                .spawn()
                .expect("nginx is installed (Debian: apt-get install nginx-light)");
            let deadline = Instant::now() + PATIENCE;
            while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
                if child.try_wait().expect("a child of ours").is_some() {
                    return None;
                }
                assert!(Instant::now() < deadline, "nginx does not listen");
                std::thread::sleep(Duration::from_millis(10));
            }
            Some((child, port))
        });
        let (child, port) = started.expect("nginx stays");
        Self { child, port, scratch }
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What an MCP client does through the proxy: a session, the tools, a stream of events.
fn use_it(nginx: &Nginx, authority: &Authority) {
    let send = |method: &str, session: Option<&str>, message: Option<&Value>| {
        let mut headers = vec![("Accept", "application/json, text/event-stream")];
        headers.extend(session.map(|session| ("Mcp-Session-Id", session)));
        let mut socket = connect(nginx.port, &authority.pem(), NAME);
        let body = message.map(Value::to_string);
        raw_http::ask(&mut socket, NAME, method, "/mcp", &headers, body.as_deref());
        socket
    };
    let post =
        |session, message| raw_http::answer(&mut CutOff(send("POST", session, Some(&message))));
    let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"}}});
    let answer = post(None, hello);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let session = answer.header("mcp-session-id").expect("a session").to_owned();
    let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    assert_eq!(post(Some(&session), ready).status, 202);
    let answer = post(Some(&session), json!({"jsonrpc": "2.0", "id": 2, "method": "tools/list"}));
    assert!(answer.text().contains("get_health"), "{}", answer.text());
    let call = json!({"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": {
        "name": "restart_adapter", "arguments": {"name": "ServiceNow"},
        "_meta": {"progressToken": 1}}});
    let answer = post(Some(&session), call);
    assert_eq!(answer.header("content-type"), Some("text/event-stream"));
    let text = answer.text();
    let progress = text.find("notifications/progress").expect("progress is told");
    let result = text.find("structuredContent").expect("a result");
    assert!(progress < result, "{text}");

    let mut stream = BufReader::new(CutOff(send("GET", Some(&session), None)));
    assert!(has_event_stream(&mut stream));

    let answer = raw_http::answer(&mut CutOff(send("DELETE", Some(&session), None)));
    assert_eq!(answer.status / 100, 2, "{}", answer.text());
}

/// Whether the answer is a stream of events; reads its head.
fn has_event_stream(stream: &mut impl BufRead) -> bool {
    let head = stream.lines().map(|line| line.expect("a head")).take_while(|line| !line.is_empty());
    let head: Vec<_> = head.collect();
    head.iter().any(|line| line.contains(" 200 "))
        && head.iter().any(|line| line.eq_ignore_ascii_case("content-type: text/event-stream"))
}

/// A TLS stream whose end without a farewell is an end like any other.
struct CutOff<S>(S);

impl<S: Read> Read for CutOff<S> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self.0.read(buffer) {
            Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(0),
            read => read,
        }
    }
}

impl<S: Write> Write for CutOff<S> {
    fn write(&mut self, buffer: &[u8]) -> std::io::Result<usize> {
        self.0.write(buffer)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.0.flush()
    }
}

#[test]
#[ignore = "needs nginx: cargo test --test nginx -- --ignored"]
fn tls_ends_at_nginx() {
    for transport in ["http", "sse"] {
        let server = Served::start(&[], &["--transport", transport, "--port", "0", "--sandbox"]);
        let authority = Authority::new("Test CA");
        let location = format!(
            "    location /mcp {{\n        proxy_pass http://localhost:{};\n        \
             proxy_set_header Host $host;\n        proxy_set_header X-Real-IP $remote_addr;\n    }}",
            server.port
        );
        let nginx = Nginx::start(&authority, &location);
        use_it(&nginx, &authority);
    }
}

#[test]
#[ignore = "needs nginx: cargo test --test nginx -- --ignored"]
fn tls_ends_at_nginx_and_begins_anew() {
    let authority = Authority::new("Test CA");
    let inside = Scratch::new();
    let (certificate, key) = authority.issue(&["localhost"]);
    let certificate = inside.write("server.pem", certificate);
    let key = write_key(&inside, "server.key", &key);
    let trusted = inside.write("ca.pem", authority.pem());
    let tls = ["--certificate-file", &certificate, "--private-key-file", &key];
    for version in ["1.2", "1.3"] {
        let start =
            ["--transport", "sse", "--port", "0", "--sandbox", "--tls-min-version", version];
        let server = Served::start(&[], &[&start[..], &tls].concat());
        let location = format!(
            "    location / {{\n        proxy_pass https://localhost:{};\n        \
             proxy_ssl_verify on;\n        proxy_ssl_trusted_certificate {trusted};\n        \
             proxy_ssl_name localhost;\n        proxy_ssl_server_name on;\n        \
             proxy_ssl_protocols TLSv1.2 TLSv1.3;\n        \
             proxy_set_header Host $host;\n        proxy_set_header X-Real-IP $remote_addr;\n    }}",
            server.port
        );
        let nginx = Nginx::start(&authority, &location);
        use_it(&nginx, &authority);
        // HTTP+SSE begins with an event while the stream stays open: nothing is held back on the way.
        let mut socket = CutOff(connect(nginx.port, &authority.pem(), NAME));
        let accept = [("Accept", "text/event-stream")];
        raw_http::ask(&mut socket, NAME, "GET", "/sse", &accept, None);
        let mut stream = BufReader::new(socket);
        assert!(has_event_stream(&mut stream));
        // The heartbeat, which comes later, would end a wait for an event that was held back.
        let first = stream
            .lines()
            .map(|line| line.expect("an event"))
            .find(|line| line.starts_with("event:") || line.starts_with(": ping"));
        assert_eq!(first.as_deref(), Some("event: endpoint"));

        // The health check of a load balancer in front of nginx, by name of the proxy.
        let ca = nginx.scratch.write("ca.pem", authority.pem());
        let url = format!("https://127.0.0.1:{}", nginx.port);
        let (code, _, err) = run(&[], &["probe", "--url", &url, "--ca-file", &ca]);
        assert_eq!(code, 1);
        assert!(err.contains("certificate hostname does not match"), "{err}");
        assert_eq!(run(&[], &["probe", "--url", &url, "--insecure", "--ready"]).0, 0);
    }
}

/// HTTP+SSE through `location`, which leads here from `before`.
fn use_sse(before: &str, path: &str, location: &str) {
    let server = Served::start(&[], &["--transport", "sse", "--port", "0", "--sandbox"]);
    let authority = Authority::new("Test CA");
    let nginx = Nginx::start(&authority, &location.replace("PORT", &server.port.to_string()));
    let mut socket = CutOff(connect(nginx.port, &authority.pem(), NAME));
    let accept = [("Accept", "text/event-stream")];
    raw_http::ask(&mut socket, NAME, "GET", &format!("{before}{path}"), &accept, None);
    let mut stream = BufReader::new(socket);
    assert!(has_event_stream(&mut stream));
    let mut lines = stream.lines().map(|line| line.expect("an event"));
    let place = lines.find_map(|line| line.strip_prefix("data: ").map(str::to_owned));
    let place = place.expect("the endpoint");
    assert!(place.starts_with(before), "{place}");
    let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2024-11-05", "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"}}});
    let mut socket = connect(nginx.port, &authority.pem(), NAME);
    raw_http::ask(&mut socket, NAME, "POST", &place, &[], Some(&hello.to_string()));
    let answer = raw_http::answer(&mut CutOff(socket));
    assert_eq!(answer.status, 202, "{place}: {}", answer.text());
    let message = lines.find_map(|line| line.strip_prefix("data: ").map(str::to_owned));
    assert!(message.expect("an answer").contains("2024-11-05"));
}

#[test]
#[ignore = "needs nginx: cargo test --test nginx -- --ignored"]
fn sse_is_reached_through_the_endpoint_alone_and_below_a_prefix() {
    let headers = "proxy_set_header Host $host;\n        proxy_set_header X-Real-IP $remote_addr;";
    let document = format!(
        "    location /mcp {{\n        proxy_pass http://localhost:PORT;\n        {headers}\n    }}"
    );
    use_sse("", "/mcp", &document);
    let prefixed = format!(
        "    location /itential/ {{\n        proxy_pass http://localhost:PORT/;\n        {headers}\n        \
         proxy_set_header X-Forwarded-Prefix /itential;\n    }}"
    );
    use_sse("/itential", "/mcp", &prefixed);
    use_sse("/itential", "/sse", &prefixed);
}

/// The recipe of docs/authentication.md.
#[test]
#[ignore = "needs nginx: cargo test --test nginx -- --ignored"]
fn a_certificate_that_nginx_checks_is_no_identity_here_and_a_token_is_needed_too() {
    let (servers, clients) = (Authority::new("Test CA"), Authority::new("Clients"));
    let house = House::new();
    let token = house.token("nightly-backup", &[]);
    let trusted = house.scratch.write("clients.pem", clients.pem());
    let audit = house.scratch.path().join("audit").to_str().expect("text").to_owned();
    let recipe = block("authentication.md", "nginx", "ssl_verify_client")
        .replace("/etc/nginx/clients.pem", &trusted);
    let behind = |port: u16| recipe.replace("localhost:8000", &format!("localhost:{port}"));
    let server = house.serve(&[], &["--sandbox", "--audit-file", &audit]);
    let nginx = Nginx::start(&servers, &behind(server.port));
    let client = clients.issue(&["agent.example.com"]);
    let ask = |nginx: &Nginx, known: bool, method: &str, path: &str, headers: &[(&str, &str)]| {
        let mut socket = match known {
            true => connect_as(nginx.port, &servers.pem(), NAME, &client.0, &client.1),
            false => connect(nginx.port, &servers.pem(), NAME),
        };
        let accept = ("Accept", "application/json, text/event-stream");
        let headers = [&[accept][..], headers].concat();
        let params = support::modern(json!({"name": "get_health", "arguments": {}}));
        let call = json!({"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": params});
        let body = call.to_string();
        let body = (method == "POST").then_some(body.as_str());
        raw_http::ask(&mut socket, NAME, method, path, &headers, body);
        raw_http::answer(&mut CutOff(socket))
    };
    let modern = [
        ("Mcp-Protocol-Version", "2026-07-28"),
        ("Mcp-Method", "tools/call"),
        ("Mcp-Name", "get_health"),
        // What a client says of itself in the headers that proxies use for it.
        ("X-SSL-Client-S-DN", "CN=admin"),
        ("X-Client-Cert", "admin"),
        ("X-Forwarded-User", "admin"),
    ];
    let bearer = format!("Bearer {token}");
    let with_token = [&modern[..], &[("Authorization", &bearer)]].concat();
    assert_eq!(ask(&nginx, false, "POST", "/mcp", &with_token).status, 400, "nginx wants one");
    assert_eq!(ask(&nginx, true, "POST", "/mcp", &modern).status, 401);
    let answer = ask(&nginx, true, "POST", "/mcp", &with_token);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let audited = std::fs::read_to_string(&audit).expect("the audit file");
    assert!(audited.contains("static:nightly-backup") && !audited.contains("admin"), "{audited}");

    // Where tokens come from elsewhere, clients are told of the place that they see.
    let issuer = "https://id.example.com";
    let jwt = ["--auth-type", "jwt", "--auth-issuer", issuer, "--auth-algorithm", "HS256"];
    let key = ["--auth-public-key", "0123456789abcdef0123456789abcdef"];
    let start = ["--transport", "http", "--port", "0", "--sandbox"];
    let server = Served::start(&[], &[&start[..], &jwt, &key].concat());
    let nginx = Nginx::start(&servers, &behind(server.port));
    let refused = ask(&nginx, true, "POST", "/mcp", &[]);
    let challenge = refused.header("www-authenticate").expect("a challenge");
    let place = "/.well-known/oauth-protected-resource/mcp";
    assert!(challenge.contains(&format!("\"https://{NAME}{place}\"")), "{challenge}");
    let said = ask(&nginx, true, "GET", place, &[]).json();
    assert_eq!(said["resource"], format!("https://{NAME}/mcp"));
}
