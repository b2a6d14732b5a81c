//! What `/metrics` says is the table of metrics, and is so.

#![cfg(target_os = "linux")]

mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write;

use itential_mcp::limits::{COUNTED_ROLES, DURATION_BUCKETS, SCRAPERS};
use itential_mcp::observe::metrics::{Kind, METRICS, Metric};
use serde_json::{Value, json};
use support::certificates::Authority;
use support::certificates::write_key;
use support::house::House;
use support::http_server::{HttpServer, initialize};
use support::raw_http;
use support::scratch::Scratch;
use support::{Platform, eventually, modern};

/// A page, read as strictly as the format is: each line of numbers by its name and labels.
struct Page {
    lines: BTreeMap<String, f64>,
    families: BTreeSet<String>,
}

impl Page {
    fn of(server: &HttpServer) -> Self {
        let answer = server.request("GET", "/metrics", &[], None);
        assert_eq!(answer.status, 200);
        let kind = answer.header("content-type").expect("a type");
        assert!(kind.starts_with("text/plain; version=0.0.4"), "{kind}");
        Self::read(&answer.text())
    }

    fn read(text: &str) -> Self {
        let mut page = Self { lines: BTreeMap::new(), families: BTreeSet::new() };
        let mut family: Option<&Metric> = None;
        let mut lines = text.lines().peekable();
        while let Some(line) = lines.next() {
            if let Some(help) = line.strip_prefix("# HELP ") {
                let (name, help) = help.split_once(' ').expect("a name and a help");
                let row = METRICS.iter().find(|row| row.name == name);
                let row = row.unwrap_or_else(|| panic!("{name} is not in the table"));
                assert_eq!(help, row.help);
                assert!(page.families.insert(name.to_owned()), "{name} comes twice");
                let kind = format!("{:?}", row.kind).to_lowercase();
                assert_eq!(lines.next(), Some(format!("# TYPE {name} {kind}").as_str()));
                family = Some(row);
                continue;
            }
            let row = family.expect("what it is comes first");
            let (series, value) = line.rsplit_once(' ').expect("a number");
            let (name, labels) = match series.split_once('{') {
                None => (series, Vec::new()),
                Some((name, labels)) => {
                    (name, labels_of(labels.strip_suffix('}').expect("labels end")))
                }
            };
            let mut known: Vec<&str> = row.labels.iter().map(|label| label.name).collect();
            let suffix = name.strip_prefix(row.name).unwrap_or_else(|| panic!("{line}"));
            match (row.kind, suffix) {
                (Kind::Histogram, "_bucket") => known.push("le"),
                (Kind::Histogram, "_sum" | "_count") | (Kind::Counter | Kind::Gauge, "") => {}
                _ => panic!("{line}"),
            }
            assert_eq!(labels, known, "{line}");
            let value = value.parse().unwrap_or_else(|_| panic!("{line}"));
            assert!(page.lines.insert(series.to_owned(), value).is_none(), "{line} comes twice");
        }
        page
    }

    fn get(&self, series: &str) -> f64 {
        self.lines.get(series).copied().unwrap_or(0.0)
    }
}

/// The names of labels; their values may hold anything that is escaped.
fn labels_of(mut text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    while let Some((name, rest)) = text.split_once("=\"") {
        names.push(name);
        let mut escaped = false;
        let end = rest.char_indices().find(|(_, c)| {
            let ends = *c == '"' && !escaped;
            escaped = *c == '\\' && !escaped;
            ends
        });
        let (end, _) = end.unwrap_or_else(|| panic!("a value does not end: {text}"));
        text = rest[end + 1..].trim_start_matches(',');
    }
    names
}

fn served(platform: &Platform, more: &[&str]) -> HttpServer {
    served_with(&platform.env(), more)
}

fn served_with(env: &[(String, String)], more: &[&str]) -> HttpServer {
    HttpServer::start(env, &[&["--transport", "http", "--metrics"], more].concat())
}

fn call(server: &HttpServer, tool: &str, arguments: Value) -> Value {
    call_as(server, &[], tool, arguments)
}

fn call_as(server: &HttpServer, more: &[(&str, &str)], tool: &str, arguments: Value) -> Value {
    let message = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": modern(json!({"name": tool, "arguments": arguments})),
    });
    let headers =
        [("MCP-Protocol-Version", "2026-07-28"), ("Mcp-Method", "tools/call"), ("Mcp-Name", tool)];
    let answer = server.post(&[&headers, more].concat(), &message);
    serde_json::from_slice(&answer.body).unwrap_or(Value::Null)
}

#[test]
fn a_page_shows_the_whole_table() {
    let scratch = Scratch::new();
    let audit = scratch.path().join("audit");
    let authority = Authority::new("servers");
    let (certificate, key) = authority.issue(&["localhost"]);
    let certificate = scratch.write("server.pem", certificate);
    let key = write_key(&scratch, "server.key", &key);
    let server = HttpServer::start(
        &[],
        &[
            "--transport",
            "http",
            "--sandbox",
            "--metrics-port",
            "0",
            "--audit-file",
            audit.to_str().expect("text"),
            "--certificate-file",
            &certificate,
            "--private-key-file",
            &key,
        ],
    );
    let line = server.served.log_line("metrics at http://");
    let port = line.rsplit(':').next().and_then(|rest| rest.split('/').next());
    let port = port.and_then(|port| port.parse().ok()).expect("a port");
    let url = |path: &str| raw_http::request(port, "GET", path, &[], None);
    let mut socket = support::certificates::connect(server.port, &authority.pem(), "localhost");
    let message = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": modern(json!({"name": "get_health", "arguments": {}})),
    });
    let headers = [
        ("Accept", "application/json, text/event-stream"),
        ("MCP-Protocol-Version", "2026-07-28"),
        ("Mcp-Method", "tools/call"),
        ("Mcp-Name", "get_health"),
    ];
    let body = message.to_string();
    raw_http::ask(&mut socket, "localhost", "POST", "/mcp", &headers, Some(&body));
    assert_eq!(raw_http::answer(&mut socket).status, 200);
    let page = Page::read(&url("/metrics").text());
    let missing = METRICS.iter().filter(|row| !page.families.contains(row.name));
    assert_eq!(missing.map(|row| row.name).collect::<Vec<_>>(), Vec::<&str>::new());
    for (series, least) in [
        ("process_resident_memory_bytes", 1e6),
        ("process_virtual_memory_bytes", 1e6),
        ("process_threads", 3.0),
        ("process_open_fds", 5.0),
        ("process_max_fds", 100.0),
        ("process_start_time_seconds", 1.7e9),
        ("itential_mcp_certificate_not_after_timestamp_seconds", 1.7e9),
        ("itential_mcp_config_last_reload_successful", 1.0),
        ("itential_mcp_config_last_reload_success_timestamp_seconds", 1.7e9),
        ("itential_mcp_connections_max", 1.0),
        ("itential_mcp_workers_max", 1.0),
    ] {
        assert!(page.get(series) >= least, "{series} {}", page.get(series));
    }
    // There is nothing else at this address, and nothing of it at the other.
    assert_eq!(url("/mcp").status, 404);
    assert_eq!(url("/status/healthz").status, 200);
    assert_eq!(url("/status/readyz").status, 200);
    let hostile = raw_http::request(port, "GET", "/metrics", &[("Origin", "https://x.test")], None);
    assert_eq!(hostile.status, 403);
    let mut socket = support::certificates::connect(server.port, &authority.pem(), "localhost");
    raw_http::ask(&mut socket, "localhost", "GET", "/metrics", &[], None);
    assert_eq!(raw_http::answer(&mut socket).status, 404);
}

#[test]
fn calls_are_counted_by_tool_role_and_outcome() {
    let platform = Platform::start();
    let house = House::new();
    let [vic, bob] = ["vic", "bob"].map(|name| format!("Bearer {}", house.token(name, &[])));
    let roles = "[role:viewer]\nread_only = yes\ntokens = vic\ncalls_per_minute = 3\n\
                 [role:admin]\ntokens = bob\n";
    let config = house.scratch.write("mcp.conf", roles);
    let server = house.serve(&platform.env(), &["--metrics", "--config", &config]);
    for (who, tool, arguments) in [
        (&vic, "get_health", json!({})),
        (&vic, "get_health", json!({"nonsense": 1})),
        (&vic, "describe_job", json!({"object_id": "nobody"})),
        (&vic, "get_health", json!({})),
        (&bob, "get_health", json!({})),
        (&bob, "no_such_tool", json!({})),
    ] {
        call_as(&server, &[("Authorization", who)], tool, arguments);
    }
    platform.faults(json!([{"match": {"path": "/operations-manager/jobs"}, "status": 400}]));
    call_as(&server, &[("Authorization", &bob)], "get_jobs", json!({}));
    let page = Page::of(&server);
    let calls: BTreeMap<&str, f64> = page
        .lines
        .iter()
        .filter_map(|(series, value)| {
            Some((series.strip_prefix("itential_mcp_tool_calls_total")?, *value))
        })
        .collect();
    let count = |tool: &str, role: &str, outcome: &str| {
        let series = format!("{{tool=\"{tool}\",role=\"{role}\",outcome=\"{outcome}\"}}");
        calls.get(series.as_str()).copied()
    };
    assert_eq!(count("get_health", "viewer", "ok"), Some(1.0), "{calls:?}");
    assert_eq!(count("get_health", "viewer", "invalid_arguments"), Some(1.0), "{calls:?}");
    assert_eq!(count("get_health", "viewer", "busy"), Some(1.0), "{calls:?}");
    assert_eq!(count("describe_job", "viewer", "not_found"), Some(1.0), "{calls:?}");
    assert_eq!(count("get_health", "admin", "ok"), Some(1.0), "{calls:?}");
    assert_eq!(count("get_jobs", "admin", "refused"), Some(1.0), "{calls:?}");
    assert_eq!(calls.len(), 6, "a tool that is none is not counted: {calls:?}");
    let times = "itential_mcp_tool_call_seconds";
    assert_eq!(page.get(&format!("{times}_count{{tool=\"get_health\"}}")), 4.0);
    assert_eq!(page.get(&format!("{times}_bucket{{tool=\"get_health\",le=\"+Inf\"}}")), 4.0);
    assert_eq!(page.get("itential_mcp_refused_total{reason=\"rate\"}"), 1.0);
}

#[test]
fn requests_are_counted_by_route_method_and_status() {
    let platform = Platform::start();
    let house = House::new();
    let good = format!("Bearer {}", house.token("ann", &[]));
    let server = house.serve(&platform.env(), &["--metrics"]);
    server.post(&[], &initialize("2025-11-25"));
    server.post(&[("Authorization", "Bearer nonsense")], &initialize("2025-11-25"));
    server.post(&[("Authorization", &good)], &initialize("2025-11-25"));
    server
        .post(&[("Authorization", &good), ("Origin", "https://x.test")], &initialize("2025-11-25"));
    server.request("GET", "/status/healthz", &[], None);
    server.request("HEAD", "/status/healthz", &[], None);
    server.request("PUT", "/status/livez", &[], None);
    // A client that does not speak HTTP, and one whose head is too large.
    let long = format!("/{}", "x".repeat(40_000));
    assert_eq!(server.request("GET", &long, &[], None).status, 414);
    let mut socket = raw_http::connect(server.port);
    socket.write_all(b"nonsense\r\n\r\n").expect("it reads");
    assert_eq!(raw_http::answer(&mut socket).status, 400);
    let before = Page::of(&server);
    // Whatever strangers invent is counted as one.
    for number in 0..300 {
        let (method, path) = (format!("METHOD{number}"), format!("/path{number}"));
        server.request(&method, &path, &[], None);
    }
    let page = Page::of(&server);
    for (labels, count) in [
        ("route=\"mcp\",method=\"POST\",code=\"200\"", 1.0),
        ("route=\"mcp\",method=\"POST\",code=\"401\"", 2.0),
        ("route=\"mcp\",method=\"POST\",code=\"403\"", 1.0),
        ("route=\"health\",method=\"GET\",code=\"200\"", 1.0),
        ("route=\"health\",method=\"HEAD\",code=\"200\"", 1.0),
        ("route=\"health\",method=\"PUT\",code=\"405\"", 1.0),
        ("route=\"other\",method=\"other\",code=\"404\"", 300.0),
    ] {
        let series = format!("itential_mcp_http_requests_total{{{labels}}}");
        assert_eq!(page.get(&series), count, "{series}");
    }
    for (series, count) in [
        ("itential_mcp_refused_total{reason=\"no_token\"}", 1.0),
        ("itential_mcp_refused_total{reason=\"bad_token\"}", 1.0),
        ("itential_mcp_refused_total{reason=\"origin\"}", 1.0),
        ("itential_mcp_http_refused_total{reason=\"malformed\"}", 1.0),
        ("itential_mcp_http_refused_total{reason=\"head_size\"}", 1.0),
        ("itential_mcp_http_request_seconds_count{route=\"mcp\"}", 4.0),
    ] {
        assert_eq!(page.get(series), count, "{series}");
    }
    // Those of the page itself, and of what is other: one series, one histogram.
    let more = page.lines.len() - before.lines.len();
    assert!(more <= 3 + 2 * (DURATION_BUCKETS.len() + 3), "{more} more");
}

#[test]
fn requests_to_the_platform_are_counted_by_status_or_failure() {
    let platform = Platform::start();
    let server = served(&platform, &[]);
    platform.faults(json!([
        {"match": {"path": "/operations-manager/jobs"}, "status": 503, "times": 1}
    ]));
    assert!(call(&server, "get_jobs", json!({}))["result"]["isError"] != json!(true));
    let page = Page::of(&server);
    let requests = |method: &str, code: &str| {
        page.get(&format!(
            "itential_mcp_platform_requests_total{{method=\"{method}\",code=\"{code}\"}}"
        ))
    };
    assert_eq!(requests("GET", "503"), 1.0);
    assert!(requests("GET", "200") >= 1.0);
    assert_eq!(requests("POST", "200"), 1.0, "the login");
    assert_eq!(page.get("itential_mcp_platform_retries_total"), 1.0);
    assert_eq!(page.get("itential_mcp_platform_logins_total{outcome=\"ok\"}"), 1.0);
    assert!(page.get("itential_mcp_platform_request_seconds_count{method=\"GET\"}") >= 2.0);
    assert_eq!(page.get("itential_mcp_platform_requests_open"), 0.0);

    let mut env = platform.env();
    env.push(("ITENTIAL_MCP_PLATFORM_PASSWORD".into(), "wrong".into()));
    let refused = served_with(&env, &[]);
    call(&refused, "get_jobs", json!({}));
    let page = Page::of(&refused);
    assert_eq!(page.get("itential_mcp_platform_logins_total{outcome=\"refused\"}"), 1.0);

    let mut env = platform.env();
    env.push(("ITENTIAL_MCP_PLATFORM_PORT".into(), "1".into()));
    let nowhere = served_with(&env, &[]);
    call(&nowhere, "get_jobs", json!({}));
    let page = Page::of(&nowhere);
    assert!(page.get("itential_mcp_platform_failures_total{reason=\"connect\"}") >= 1.0);
    assert_eq!(page.get("itential_mcp_platform_logins_total{outcome=\"failed\"}"), 1.0);
    let none = "itential_mcp_platform_requests_total{method=\"POST\",code=\"none\"}";
    assert!(page.get(none) >= 1.0);
}

#[test]
fn what_runs_and_waits_is_shown_while_it_does() {
    let platform = Platform::start();
    let server = served_with(&platform.patient_env(), &["--max-concurrent-calls", "1"]);
    platform.hang("/operations-manager/jobs");
    let message = json!({
        "jsonrpc": "2.0", "id": 1, "method": "tools/call",
        "params": {"name": "get_jobs", "arguments": {}},
    });
    let id = server.session("2025-11-25");
    let send = |number: u64| {
        let mut message = message.clone();
        message["id"] = json!(number);
        let mut socket = raw_http::connect(server.port);
        let headers =
            [("Accept", "application/json, text/event-stream"), ("Mcp-Session-Id", id.as_str())];
        let body = message.to_string();
        raw_http::ask(&mut socket, "localhost", "POST", "/mcp", &headers, Some(&body));
        socket
    };
    let first = send(1);
    platform.wait_for("GET", "/operations-manager/jobs");
    let second = send(2);
    eventually("one runs and one waits", || {
        let page = Page::of(&server);
        let now = ["workers_busy", "calls_queued", "platform_requests_open"];
        now.iter().all(|name| page.get(&format!("itential_mcp_{name}")) == 1.0)
    });
    drop((first, second));
}

#[test]
#[cfg(unix)]
fn reloads_are_counted_and_a_bad_one_shows() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    let config = scratch.write("mcp.conf", "[server]\nlog_level = INFO\n");
    let server = served(&platform, &["--config", &config]);
    let good = |page: &Page| page.get("itential_mcp_config_last_reload_successful");
    assert_eq!(good(&Page::of(&server)), 1.0);
    for (text, outcome, now) in
        [("[server\n", "failed", 0.0), ("[server]\nlog_level = INFO\n", "ok", 1.0)]
    {
        scratch.write("mcp.conf", text);
        support::signal("HUP", server.served.pid());
        let series = format!("itential_mcp_reloads_total{{outcome=\"{outcome}\"}}");
        eventually(&series, || Page::of(&server).get(&series) == 1.0);
        assert_eq!(good(&Page::of(&server)), now);
    }
}

#[test]
fn scrapers_that_hang_or_come_all_at_once_harm_nobody() {
    let platform = Platform::start();
    let server = served(&platform, &["--metrics-port", "0"]);
    let line = server.served.log_line("metrics at http://");
    let port = line.rsplit(':').next().and_then(|rest| rest.split('/').next());
    let port: u16 = port.and_then(|port| port.parse().ok()).expect("a port");
    // As many as may come: some never ask, some never read.
    let hanging: Vec<_> = (0..SCRAPERS)
        .map(|number| {
            let mut socket = raw_http::connect(port);
            let text: &[u8] = match number % 2 {
                0 => b"GET /metrics HTTP/1.1\r\nHo",
                _ => b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n",
            };
            socket.write_all(text).expect("it reads");
            socket
        })
        .collect();
    // One of them makes room for whoever asks.
    assert_eq!(raw_http::request(port, "GET", "/metrics", &[], None).status, 200);
    std::thread::scope(|scope| {
        for _ in 0..16 {
            scope.spawn(|| {
                for _ in 0..10 {
                    Page::of(&server);
                }
            });
        }
    });
    let answer = call(&server, "get_health", json!({}));
    assert!(answer["result"]["content"].is_array(), "{answer}");
    drop(hanging);
}

#[test]
fn roles_without_end_are_counted_together() {
    let house = House::new();
    let platform = Platform::start();
    let mut roles = String::new();
    let names: Vec<String> = (0..COUNTED_ROLES + 5).map(|number| format!("r{number}")).collect();
    let tokens: Vec<String> = names.iter().map(|name| house.token(name, &[])).collect();
    for name in &names {
        writeln!(roles, "[role:{name}]\ntokens = {name}").expect("text grows");
    }
    let config = house.scratch.write("mcp.conf", roles);
    let server = house.serve(&platform.env(), &["--metrics", "--config", &config]);
    for token in &tokens {
        let bearer = format!("Bearer {token}");
        call_as(&server, &[("Authorization", &bearer)], "get_adapters", json!({"nonsense": 1}));
    }
    let page = Page::of(&server);
    let series = |name: &str| {
        format!("{{tool=\"get_adapters\",role=\"{name}\",outcome=\"invalid_arguments\"}}")
    };
    let others = format!("itential_mcp_tool_calls_total{}", series("other"));
    assert_eq!(page.get(&others), 5.0);
}

/// The page of the documents has each metric as the table has it. `UPDATE_SNAPSHOTS=1` writes it anew.
#[test]
fn the_documents_list_every_metric() {
    const BEGIN: &str = "<!-- metrics -->\n";
    const END: &str = "<!-- end -->";
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/observability.md");
    let text = std::fs::read_to_string(path).expect("the page is there");
    let (before, rest) = text.split_once(BEGIN).expect("the table begins");
    let (_, after) = rest.split_once(END).expect("the table ends");
    let mut table =
        String::from("\n| Metric | Kind | Labels | What it says |\n|---|---|---|---|\n");
    for row in METRICS {
        let labels = row.labels.iter().map(|label| format!("`{}`", label.name));
        let labels = labels.collect::<Vec<_>>().join(", ");
        let kind = format!("{:?}", row.kind).to_lowercase();
        let Metric { name, help, .. } = row;
        writeln!(table, "| `{name}` | {kind} | {labels} | {help} |").expect("text grows");
    }
    table.push_str("\n| Label | Values |\n|---|---|\n");
    let mut seen = BTreeSet::new();
    for label in METRICS.iter().flat_map(|row| row.labels) {
        if !label.values.is_empty() && seen.insert(label.values.join(" ")) {
            let values = label.values.iter().map(|value| format!("`{value}`"));
            let users = METRICS.iter().filter(|row| {
                row.labels.iter().any(|other| {
                    std::ptr::eq(other.values, label.values) || other.values == label.values
                })
            });
            let users: Vec<_> = users.map(|row| format!("`{}`", row.name)).collect();
            let values = values.collect::<Vec<_>>().join(", ");
            writeln!(table, "| `{}` of {} | {values} |", label.name, users.join(", "))
                .expect("text grows");
        }
    }
    table.push('\n');
    let now = format!("{before}{BEGIN}{table}{END}{after}");
    if std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        std::fs::write(path, &now).expect("it can be written");
    } else {
        assert!(text == now, "docs/observability.md differs; run docs/regenerate");
    }
}
