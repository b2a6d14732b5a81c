//! Clients that show certificates: who is let in, who no longer, what they are called, and what the
//! operator hears of those who are refused (row S15).

mod support;

use std::io::{Read, Write};

use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, SanType, SerialNumber};
use serde_json::{Value, json};
use support::certificates::{Authority, connect, connect_as, params, write_key};
use support::scratch::Scratch;
use support::served::Served;
use support::{PATIENCE, eventually, program, run};

/// A server that lets in clients of one authority, and the files it reads.
struct House {
    scratch: Scratch,
    servers: Authority,
    clients: Authority,
    options: Vec<String>,
}

impl House {
    fn new() -> Self {
        let scratch = Scratch::new();
        let (servers, clients) = (Authority::new("servers"), Authority::new("clients"));
        let (certificate, key) = servers.issue(&["localhost"]);
        let certificate = scratch.write("server.pem", certificate);
        let key = write_key(&scratch, "server.key", &key);
        let authority = scratch.write("clients.pem", clients.pem());
        let options = ["--transport", "http", "--port", "0", "--sandbox", "--metrics"];
        let options = options.map(str::to_owned).into_iter().chain(
            [
                ("--certificate-file", certificate),
                ("--private-key-file", key),
                ("--client-ca-file", authority),
            ]
            .into_iter()
            .flat_map(|(option, file)| [option.to_owned(), file]),
        );
        let options = options.collect();
        Self { scratch, servers, clients, options }
    }

    fn options<'a>(&'a self, more: &[&'a str]) -> Vec<&'a str> {
        self.options.iter().map(String::as_str).chain(more.iter().copied()).collect()
    }

    fn serve(&self, more: &[&str]) -> Served {
        Served::start(&[], &[&["run"], &self.options(more)[..]].concat())
    }

    /// Certificate and key of a client.
    fn client(&self, name: &str, serial: u64) -> (String, String) {
        self.clients.issue_with(client(name, serial))
    }

    /// The file of revoked certificates.
    fn revoke(&self, serials: &[u64]) -> String {
        self.scratch.write("revoked.pem", self.clients.revoke(serials, 24))
    }

    /// What a client is answered; none when it is not let in.
    fn answer(
        &self,
        server: &Served,
        (certificate, key): &(String, String),
        request: &str,
    ) -> Option<String> {
        let socket = connect_as(server.port, &self.servers.pem(), "localhost", certificate, key);
        ask(socket, request)
    }

    fn is_let_in(&self, server: &Served, client: &(String, String)) -> bool {
        let answer = self.answer(server, client, HEALTH);
        answer.is_some_and(|answer| answer.starts_with("HTTP/1.1 200"))
    }
}

const HEALTH: &str = "GET /status/healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
const METRICS: &str = "GET /metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

fn client(name: &str, serial: u64) -> CertificateParams {
    let mut params = params(&[]);
    params.distinguished_name.push(rcgen::DnType::CommonName, name);
    params.serial_number = Some(SerialNumber::from(serial));
    params
}

fn ask(
    mut socket: rustls::StreamOwned<rustls::ClientConnection, std::net::TcpStream>,
    request: &str,
) -> Option<String> {
    socket.sock.set_read_timeout(Some(PATIENCE)).expect("a time-out");
    let mut text = String::new();
    socket.write_all(request.as_bytes()).and_then(|()| socket.read_to_string(&mut text)).ok()?;
    Some(text)
}

/// A number of `/metrics`.
fn metric(text: &str, name: &str) -> u64 {
    let line = text.lines().find(|line| line.starts_with(name)).unwrap_or_else(|| panic!("{text}"));
    line.rsplit(' ').next().and_then(|number| number.parse().ok()).expect("a number")
}

#[test]
fn item_8_revoked_clients_are_refused_and_the_list_is_reloaded() {
    let house = House::new();
    let (ada, bob) = (house.client("ada", 7), house.client("bob", 8));
    let revoked = house.revoke(&[8]);
    let server = house.serve(&["--client-crl-file", &revoked, "--log-level", "WARNING"]);
    assert!(house.is_let_in(&server, &ada), "{}", server.log());
    assert!(!house.is_let_in(&server, &bob));
    let line = server.log_line("refused: CN=bob");
    assert!(line.contains("WARNING") && line.contains("it is revoked"), "{line}");
    // The list is replaced as it is by a job that fetches it: nobody tells the server.
    house.revoke(&[7]);
    eventually("the new list", || !house.is_let_in(&server, &ada));
    assert!(house.is_let_in(&server, &bob), "{}", server.log());
    // A bad one leaves the good one in use.
    house.scratch.write("revoked.pem", "nothing");
    server.log_line("TLS files not reloaded");
    assert!(!house.is_let_in(&server, &ada) && house.is_let_in(&server, &bob));
}

#[test]
fn item_8_what_is_wrong_with_a_list_is_told_before_and_at_start() {
    let house = House::new();
    let der = house.scratch.path().join("list.der");
    let pem = house.revoke(&[]);
    let converted = std::process::Command::new("openssl")
        .args(["crl", "-in", &pem, "-outform", "DER", "-out"])
        .arg(&der)
        .output();
    let der = der.to_str().expect("text").to_owned();
    if !converted.is_ok_and(|output| output.status.success()) {
        house.scratch.write("list.der", [0x30, 0x82, 1, 0]);
    }
    let empty = house.scratch.write("empty", "");
    let none = house.scratch.write("none", house.clients.pem());
    let damaged = "-----BEGIN X509 CRL-----\nMIIB\n-----END X509 CRL-----\n";
    let damaged = house.scratch.write("damaged", damaged);
    for (file, words) in [
        ("/nope/list.pem", "client CRL file not found"),
        (der.as_str(), "openssl crl -inform DER"),
        (empty.as_str(), "client CRL file is empty"),
        (none.as_str(), "no list of revoked certificates in client CRL file"),
        (damaged.as_str(), "malformed list in client CRL file"),
    ] {
        let options = house.options(&["--client-crl-file", file]);
        let (code, _, checked) = run(&[], &[&["config", "check"], &options[..]].concat());
        assert!(code == 1 && checked.contains(words), "{file}: {checked}");
        let mut command = program();
        command.arg("run").args(&options);
        let (status, log) = Served::spawn(command).err().expect("it does not serve");
        assert!(status.code() == Some(1) && log.contains(words), "{file}: {log}");
    }
    // Without authorities there is nobody to refuse.
    let files = &house.options[6..10];
    let files: Vec<&str> = files.iter().map(String::as_str).collect();
    let (code, out, _) =
        run(&[], &[&["tls", "check", "--client-crl-file", &pem], &files[..]].concat());
    assert!(code == 1 && out.contains("client_crl_file is set but client_ca_file is not"), "{out}");
}

#[test]
fn item_8_a_list_that_is_late_or_of_somebody_else_is_warned_of() {
    let house = House::new();
    let (ada, bob) = (house.client("ada", 7), house.client("bob", 8));
    let late = house.scratch.write("late.pem", house.clients.revoke(&[8], -24));
    let server = house.serve(&["--client-crl-file", &late]);
    let line = server.log_line("the list of CN=clients was to be replaced by");
    assert!(line.contains("fetch the new one"), "{line}");
    assert!(house.is_let_in(&server, &ada), "an old list does not lock everybody out");
    assert!(!house.is_let_in(&server, &bob), "and still counts");
    let other = house.scratch.write("other.pem", house.servers.revoke(&[], 24));
    let server = house.serve(&["--client-crl-file", &other, "--log-level", "WARNING"]);
    let line = server.log_line("there is no list of CN=clients");
    assert!(line.contains("are refused"), "{line}");
    assert!(!house.is_let_in(&server, &ada));
    let line = server.log_line("refused: CN=ada");
    assert!(line.contains("holds no list of the authority that signed it"), "{line}");
}

#[test]
fn s15_refused_certificates_are_told_in_words_and_counted() {
    let house = House::new();
    let stranger = Authority::new("strangers");
    let mut old = client("old", 1);
    old.not_before = rcgen::date_time_ymd(2020, 1, 1);
    old.not_after = rcgen::date_time_ymd(2021, 1, 1);
    let mut early = client("early", 2);
    early.not_before = rcgen::date_time_ymd(2999, 1, 1);
    early.not_after = rcgen::date_time_ymd(3000, 1, 1);
    let mut purpose = client("web", 3);
    purpose.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let named = |name: &str| stranger.issue_with(client(name, 4));
    for (name, shown, words) in [
        ("old", house.clients.issue_with(old), "it has expired"),
        ("early", house.clients.issue_with(early), "it is not valid yet"),
        ("web", house.clients.issue_with(purpose), "it is not for clients"),
        ("eve", named("eve"), "no authority of client_ca_file has signed it"),
        ("x\u{1b}[2J", named("x\u{1b}[2J"), "no authority of client_ca_file has signed it"),
    ] {
        let server = house.serve(&["--log-level", "WARNING"]);
        assert!(!house.is_let_in(&server, &shown), "{name}");
        let line = server.log_line("client certificate of 127.0.0.1 refused: CN=");
        assert!(line.contains("WARNING") && line.contains(words), "{name}: {line}");
        assert!(!line.contains('\u{1b}'), "{name}: {line:?}");
    }
}

#[test]
fn s15_many_refusals_are_one_line_and_all_counted() {
    let house = House::new();
    let server = house.serve(&["--log-level", "WARNING"]);
    let eve = Authority::new("strangers").issue_with(client("eve", 1));
    for _ in 0..20 {
        assert!(!house.is_let_in(&server, &eve));
    }
    // Health checks come without a certificate, all the time: counted, and no warning.
    for _ in 0..3 {
        let socket = connect(server.port, &house.servers.pem(), "localhost");
        assert_eq!(ask(socket, HEALTH), None);
    }
    let ada = house.client("ada", 7);
    let mut counted = (0, 0);
    eventually("all of them counted", || {
        let text = house.answer(&server, &ada, METRICS).expect("ada is let in");
        let of = |what| metric(&text, &format!("itential_mcp_client_certificates_{what}_total "));
        counted = (of("refused"), of("missing"));
        counted == (20, 3)
    });
    let log = server.log();
    let lines = log.lines().filter(|line| line.contains("WARNING")).count();
    // Twenty handshakes may take longer than the pause between two lines on a busy machine.
    assert!((1..=4).contains(&lines), "{log}");
}

#[test]
fn item_8_the_caller_is_called_by_subject_or_alternative_name() {
    let house = House::new();
    let text = |text: &str| text.try_into().expect("ASCII");
    let mut rich = client("ada", 1);
    rich.subject_alt_names = vec![
        SanType::DnsName(text("agent.example.com")),
        SanType::Rfc822Name(text("ada@example.com")),
        SanType::URI(text("spiffe://example.com/agent")),
    ];
    let mut dns = client("ada", 2);
    dns.subject_alt_names = vec![
        SanType::IpAddress([192, 0, 2, 1].into()),
        SanType::DnsName(text("agent.example.com")),
    ];
    let bare = client("ada", 3);
    let rows = [
        ("subject", &rich, "CN=ada"),
        ("san", &rich, "URI:spiffe://example.com/agent"),
        ("san", &dns, "DNS:agent.example.com"),
        ("san", &bare, "CN=ada"),
    ];
    for (setting, params, expected) in rows {
        let audit =
            house.scratch.path().join(format!("{setting}-{expected}.jsonl").replace('/', "_"));
        let shown = audit.to_str().expect("text");
        let server = house.serve(&["--client-identity", setting, "--audit-file", shown]);
        let client = house.clients.issue_with(params.clone());
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call",
            "params": support::modern(json!({"name": "get_health", "arguments": {}}))});
        let body = body.to_string();
        let request = format!(
            "POST /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nMCP-Protocol-Version: \
             2026-07-28\r\nMcp-Method: tools/call\r\nMcp-Name: get_health\r\nContent-Type: \
             application/json\r\nAccept: application/json, text/event-stream\r\nContent-Length: \
             {}\r\n\r\n{body}",
            body.len()
        );
        let answer = house.answer(&server, &client, &request).expect("an answer");
        assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
        let mut caller = Value::Null;
        eventually("a line of the audit trail", || {
            let text = std::fs::read_to_string(&audit).unwrap_or_default();
            let line =
                text.lines().next().and_then(|line| serde_json::from_str::<Value>(line).ok());
            caller = line.map(|line| line["caller"].clone()).unwrap_or_default();
            !caller.is_null()
        });
        assert_eq!(caller, expected, "{setting}");
    }
}

#[test]
fn the_subject_of_a_certificate_decides_the_role() {
    let house = House::new();
    let roles = "[role:viewer]\nread_only = yes\nsubjects = CN=ada; CN=eve\n";
    let roles = house.scratch.write("mcp.conf", roles);
    let server = house.serve(&["--config", &roles]);
    let params = support::modern(json!({"name": "stop_adapter", "arguments": {}}));
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
    let body = body.to_string();
    let request = format!(
        "POST /mcp HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nMcp-Method: tools/call\r\n\
         Content-Type: application/json\r\nAccept: application/json, text/event-stream\r\n\
         MCP-Protocol-Version: 2026-07-28\r\nMcp-Name: stop_adapter\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    for (name, part) in [("ada", "Unknown tool"), ("bob", "HTTP/1.1 403")] {
        let answer = house.answer(&server, &house.client(name, 1), &request).expect("an answer");
        assert!(answer.contains(part), "{name}: {answer}");
    }
}
