//! A collector of OpenTelemetry is sent a span for each call and each request to the platform.

mod support;

use std::collections::BTreeSet;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use itential_mcp::http::{Exchange, Options, Response, Server};
use serde_json::{Value, json};
use support::http_server::HttpServer;
use support::{Platform, StdioServer, eventually, modern};

const ID: &str = "0af7651916cd43dd8448eb211c80319c";
const SPAN: &str = "b7ad6b7169203331";

/// A collector that keeps what it is sent, and answers with this status.
struct Collector {
    _server: Server,
    endpoint: String,
    bodies: Arc<Mutex<Vec<Value>>>,
}

impl Collector {
    fn start(status: u16) -> Self {
        let bodies: Arc<Mutex<Vec<Value>>> = Arc::default();
        let kept = Arc::clone(&bodies);
        let handler = move |exchange: Exchange| {
            let request = &exchange.request;
            assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/v1/traces"));
            assert_eq!(request.header("content-type"), Some("application/json"));
            assert_eq!(request.header("x-api-key"), Some("sesame"));
            let body = serde_json::from_slice(&request.body).expect("JSON");
            kept.lock().expect("no panic").push(body);
            exchange.respond(Response::json(status, "{}"));
        };
        let server = Server::start(("127.0.0.1", 0), Options::default(), Arc::new(handler));
        let server = server.expect("a free port");
        let endpoint = format!("http://{}", server.local_addr());
        Self { _server: server, endpoint, bodies }
    }

    fn options(&self) -> [&str; 4] {
        ["--otlp-endpoint", &self.endpoint, "--otlp-headers", "X-Api-Key=sesame"]
    }

    /// Every span, each as strictly as the schema of OTLP has it.
    fn spans(&self) -> Vec<Value> {
        let bodies = self.bodies.lock().expect("no panic");
        bodies.iter().flat_map(spans_of).collect()
    }
}

/// The members of an object, all of which are known.
fn known(value: &Value, names: &[&str]) {
    let members = value.as_object().unwrap_or_else(|| panic!("no object: {value}"));
    let strange: Vec<_> = members.keys().filter(|key| !names.contains(&key.as_str())).collect();
    assert!(strange.is_empty(), "{strange:?} of {value}");
}

fn spans_of(body: &Value) -> Vec<Value> {
    known(body, &["resourceSpans"]);
    let resource = &body["resourceSpans"][0];
    known(resource, &["resource", "scopeSpans", "schemaUrl"]);
    assert_eq!(attribute(&resource["resource"], "service.name"), "itential-mcp");
    let scope = &resource["scopeSpans"][0];
    known(scope, &["scope", "spans", "schemaUrl"]);
    known(&scope["scope"], &["name", "version", "attributes"]);
    let spans = scope["spans"].as_array().expect("a list").clone();
    for span in &spans {
        known(
            span,
            &[
                "traceId",
                "spanId",
                "parentSpanId",
                "traceState",
                "name",
                "kind",
                "startTimeUnixNano",
                "endTimeUnixNano",
                "attributes",
                "status",
            ],
        );
        let hex = |name: &str, length: usize| {
            let text = span[name].as_str().unwrap_or_default();
            assert!(text.len() == length && text.bytes().all(|b| b.is_ascii_hexdigit()), "{span}");
        };
        hex("traceId", 32);
        hex("spanId", 16);
        let time = |name: &str| -> u64 {
            span[name].as_str().and_then(|text| text.parse().ok()).expect("nanoseconds as text")
        };
        assert!(time("startTimeUnixNano") <= time("endTimeUnixNano"), "{span}");
        assert!(time("startTimeUnixNano") > 1_700_000_000_000_000_000, "{span}");
        for attribute in span["attributes"].as_array().expect("a list") {
            known(attribute, &["key", "value"]);
            known(&attribute["value"], &["stringValue", "intValue"]);
        }
    }
    spans
}

/// The value of an attribute, as text.
fn attribute(of: &Value, key: &str) -> String {
    let mut all = of["attributes"].as_array().into_iter().flatten();
    let found = all.find(|attribute| attribute["key"] == key);
    let value = found.map(|found| &found["value"]);
    let text = value.and_then(|value| value["stringValue"].as_str().or(value["intValue"].as_str()));
    text.unwrap_or_default().to_owned()
}

fn call(server: &mut StdioServer, tool: &str, arguments: Value, meta: Value) {
    let mut params = modern(json!({"name": tool, "arguments": arguments}));
    let more = meta.as_object().expect("members").clone();
    params["_meta"].as_object_mut().expect("members").extend(more);
    server.request("tools/call", params);
}

#[test]
fn a_call_and_what_it_asks_are_spans_of_one_trace() {
    let platform = Platform::start();
    let collector = Collector::start(200);
    let mut server = StdioServer::start(&platform.env(), &collector.options());
    let named = json!({"traceparent": format!("00-{ID}-{SPAN}-01"), "tracestate": "a=1"});
    call(&mut server, "describe_job", json!({"object_id": "nobody"}), named);
    // Its client does not record it.
    let unseen = json!({"traceparent": format!("00-{}-{SPAN}-00", ID.replace('0', "1"))});
    call(&mut server, "get_health", json!({}), unseen);
    call(&mut server, "get_adapters", json!({}), json!({}));
    // The last ones are sent when it ends.
    let (status, _, err) = server.finish();
    assert!(status.success(), "{err}");
    let spans = collector.spans();
    let calls: Vec<&Value> = spans.iter().filter(|span| span["kind"] == 2).collect();
    let names: Vec<_> = calls.iter().map(|span| span["name"].as_str().expect("text")).collect();
    assert_eq!(names, ["tools/call describe_job", "tools/call get_adapters"]);
    let (first, second) = (calls[0], calls[1]);
    assert_eq!((&first["traceId"], &first["parentSpanId"]), (&json!(ID), &json!(SPAN)));
    assert_eq!(first["traceState"], "a=1");
    assert_eq!(first["status"]["code"], 2);
    assert_eq!(attribute(first, "error.type"), "not_found");
    assert_eq!(attribute(first, "gen_ai.tool.name"), "describe_job");
    assert_ne!(second["traceId"], ID);
    assert!(second["parentSpanId"].is_null() && second["status"].is_null(), "{second}");
    for (call, status) in [(first, "404"), (second, "200")] {
        let below: Vec<&Value> =
            spans.iter().filter(|span| span["parentSpanId"] == call["spanId"]).collect();
        let asked = below.iter().find(|span| span["name"] == "GET");
        let asked = asked.unwrap_or_else(|| panic!("no request below {call}"));
        assert_eq!((&asked["kind"], &asked["traceId"]), (&json!(3), &call["traceId"]));
        assert_eq!(attribute(asked, "http.response.status_code"), status);
        let url = attribute(asked, "url.full");
        assert!(url.starts_with(&platform.url) && !url.contains('?'), "{url}");
    }
    let ids: BTreeSet<_> = spans.iter().map(|span| span["spanId"].to_string()).collect();
    assert_eq!(ids.len(), spans.len());
    let text = format!("{spans:?}");
    assert!(!text.contains("admin\"") && !text.contains("nobody\"}"), "{text}");
}

#[test]
fn a_collector_that_hangs_or_refuses_stops_nobody() {
    let platform = Platform::start();
    let hanging = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    let hangs = format!("http://{}", hanging.local_addr().expect("an address"));
    let refusing = Collector::start(503);
    for (endpoint, said) in [(&hangs, None), (&refusing.endpoint, Some("status 503"))] {
        let arguments = [
            "--transport",
            "http",
            "--metrics",
            "--otlp-endpoint",
            endpoint,
            "--otlp-headers",
            "X-Api-Key=sesame",
        ];
        let server = HttpServer::start(&platform.env(), &arguments);
        let message = json!({
            "jsonrpc": "2.0", "id": 1, "method": "tools/call",
            "params": modern(json!({"name": "get_adapters", "arguments": {"nonsense": 1}})),
        });
        let headers = [
            ("MCP-Protocol-Version", "2026-07-28"),
            ("Mcp-Method", "tools/call"),
            ("Mcp-Name", "get_adapters"),
        ];
        // More than find room while the collector takes none.
        let calls = if said.is_none() { itential_mcp::limits::SPANS_QUEUED + 1_000 } else { 10 };
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..calls / 4 {
                        assert_eq!(server.post(&headers, &message).status, 200);
                    }
                });
            }
        });
        let lost = || {
            let page = server.request("GET", "/metrics", &[], None).text();
            let line = page.lines().find_map(|l| l.strip_prefix("itential_mcp_spans_lost_total "));
            line.and_then(|count| count.parse::<f64>().ok()).unwrap_or(0.0)
        };
        eventually("lost spans are counted", || lost() > 0.0);
        if let Some(said) = said {
            let line = server.served.log_line("does not take spans");
            assert!(line.contains(said), "{line}");
            assert_eq!(server.served.stop().matches("does not take spans").count(), 1);
        }
    }
}

#[test]
fn what_cannot_work_is_told_at_the_start() {
    let platform = Platform::start();
    let start = ["run", "--transport", "http", "--port", "0", "--otlp-endpoint"];
    for (given, said) in [
        (&["http://127.0.0.1:1", "--otlp-headers", "nonsense"][..], "otlp_headers: these are no"),
        (&["collector:4318"][..], "otlp_endpoint"),
    ] {
        let (code, _, err) = support::run(&platform.env(), &[&start, given].concat());
        assert!(code != 0 && err.contains(said), "{code} {err}");
    }
}
