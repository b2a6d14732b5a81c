//! A call belongs to the trace that its client names, and so does what it asks of the platform.

mod support;

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use itential_mcp::http::{Exchange, Options, Response, Server};
use serde_json::{Value, json};
use support::http_server::HttpServer;
use support::scratch::Scratch;
use support::{StdioServer, modern};

const ID: &str = "0af7651916cd43dd8448eb211c80319c";
const SPAN: &str = "b7ad6b7169203331";

fn parent() -> String {
    format!("00-{ID}-{SPAN}-01")
}

/// The path of a request, its `traceparent` and `tracestate`.
type Noted = (String, Option<String>, Option<String>);

/// A platform that notes which trace each request names.
struct Noting {
    _server: Server,
    env: Vec<(String, String)>,
    seen: Arc<Mutex<Vec<Noted>>>,
}

impl Noting {
    fn start() -> Self {
        let seen: Arc<Mutex<Vec<_>>> = Arc::default();
        let note = Arc::clone(&seen);
        let handler = move |exchange: Exchange| {
            let request = &exchange.request;
            let header = |name| request.header(name).map(str::to_owned);
            let noted = (request.path.clone(), header("traceparent"), header("tracestate"));
            assert_eq!(header("baggage"), None);
            note.lock().expect("no panic").push(noted);
            let body = match request.path.as_str() {
                "/login" => json!("a-token-that-is-long-enough"),
                _ => json!({"results": [], "total": 0, "data": [], "metadata": {}}),
            };
            exchange.respond(Response::json(200, body.to_string()));
        };
        let server = Server::start(("127.0.0.1", 0), Options::default(), Arc::new(handler));
        let server = server.expect("a free port");
        let env = [
            ("ITENTIAL_MCP_PLATFORM_HOST", "127.0.0.1".to_owned()),
            ("ITENTIAL_MCP_PLATFORM_PORT", server.local_addr().port().to_string()),
            ("ITENTIAL_MCP_PLATFORM_DISABLE_TLS", "true".to_owned()),
        ];
        let env = env.map(|(name, value)| (name.to_owned(), value)).to_vec();
        Self { _server: server, env, seen }
    }

    /// What came since this was asked last: traces and states of requests, and how many there were.
    fn taken(&self) -> Vec<(Option<String>, Option<String>)> {
        let seen = std::mem::take(&mut *self.seen.lock().expect("no panic"));
        let tools = seen.into_iter().filter(|(path, ..)| path != "/login");
        tools.map(|(_, parent, state)| (parent, state)).collect()
    }
}

fn call(server: &mut StdioServer, meta: Value) {
    let mut params = modern(json!({"name": "get_health", "arguments": {}}));
    let more = meta.as_object().expect("members").clone();
    params["_meta"].as_object_mut().expect("members").extend(more);
    server.request("tools/call", params);
}

/// The ids of the traces, and of the places in them.
fn ids(taken: &[(Option<String>, Option<String>)]) -> (BTreeSet<String>, BTreeSet<String>) {
    let parts = |parent: &Option<String>| {
        let parent = parent.as_deref().expect("a trace");
        assert!(parent.len() == 55 && parent.starts_with("00-"), "{parent}");
        (parent[3..35].to_owned(), parent[36..52].to_owned())
    };
    taken.iter().map(|(parent, _)| parts(parent)).unzip()
}

#[test]
fn the_platform_is_told_the_trace_of_the_message() {
    let platform = Noting::start();
    let mut server = StdioServer::start(&platform.env, &[]);
    let meta = json!({"traceparent": parent(), "tracestate": "a=1,t@v=2", "baggage": "user=ann"});
    call(&mut server, meta);
    let taken = platform.taken();
    let (traces, spans) = ids(&taken);
    assert_eq!(traces, BTreeSet::from([ID.to_owned()]));
    assert!(taken.len() > 2 && spans.len() == taken.len(), "each has a span: {taken:?}");
    assert!(!spans.contains(SPAN), "{taken:?}");
    assert!(taken.iter().all(|(_, state)| state.as_deref() == Some("a=1,t@v=2")), "{taken:?}");
    // The next call names none, or nonsense, which would be a header of its own.
    for meta in [
        json!({}),
        json!({"traceparent": "00-x"}),
        json!({"traceparent": format!("{}\r\nX-Evil: 1", parent())}),
        json!({"traceparent": 7}),
    ] {
        call(&mut server, meta.clone());
        let taken = platform.taken();
        assert!(!taken.is_empty() && taken.iter().all(|(parent, _)| parent.is_none()), "{meta}");
    }
    call(&mut server, json!({"traceparent": parent(), "tracestate": "a=1\r\nX-Evil: 1"}));
    assert!(platform.taken().iter().all(|(parent, state)| parent.is_some() && state.is_none()));
}

#[test]
fn the_headers_of_a_request_name_a_trace_too() {
    let platform = Noting::start();
    let scratch = Scratch::new();
    let audit = scratch.path().join("audit").to_str().expect("text").to_owned();
    let arguments = ["--transport", "http", "--audit-file", &audit, "--log-level", "INFO"];
    let server = HttpServer::start(&platform.env, &arguments);
    let named = parent();
    let other = named.replace('0', "1").replacen("11-", "00-", 1);
    let call = |meta: Value, trace: &str| {
        let mut params = modern(json!({"name": "get_adapters", "arguments": {}}));
        let more = meta.as_object().expect("members").clone();
        params["_meta"].as_object_mut().expect("members").extend(more);
        let headers = [
            ("MCP-Protocol-Version", "2026-07-28"),
            ("Mcp-Method", "tools/call"),
            ("Mcp-Name", "get_adapters"),
            ("traceparent", trace),
        ];
        let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
        assert_eq!(server.post(&headers, &message).status, 200);
        ids(&platform.taken()).0
    };
    assert_eq!(call(json!({}), &named), BTreeSet::from([ID.to_owned()]));
    // What stands in the message is nearer to the call.
    assert_eq!(call(json!({"traceparent": named}), &other), BTreeSet::from([ID.to_owned()]));
    let log = server.served.stop();
    assert_eq!(log.matches(&format!("trace={named}")).count(), 2, "{log}");
    let audit = std::fs::read_to_string(audit).expect("a file");
    assert_eq!(audit.matches(&format!("\"traceparent\":\"{named}\"")).count(), 2, "{audit}");
}

#[test]
fn a_setting_begins_traces_or_ends_them_here() {
    let platform = Noting::start();
    let mut server = StdioServer::start(&platform.env, &["--trace-context", "always"]);
    call(&mut server, json!({}));
    let (first, _) = ids(&platform.taken());
    call(&mut server, json!({}));
    let (second, _) = ids(&platform.taken());
    assert_eq!((first.len(), second.len()), (1, 1), "one trace a call");
    assert_ne!(first, second);
    call(&mut server, json!({"traceparent": parent()}));
    assert_eq!(ids(&platform.taken()).0, BTreeSet::from([ID.to_owned()]));

    let mut server = StdioServer::start(&platform.env, &["--trace-context", "off"]);
    call(&mut server, json!({"traceparent": parent()}));
    assert!(platform.taken().iter().all(|(parent, _)| parent.is_none()));
}

#[test]
#[cfg(unix)]
fn the_setting_is_taken_over_without_a_restart() {
    let platform = Noting::start();
    let scratch = Scratch::new();
    let config = scratch.write("mcp.conf", "[server]\ntrace_context = off\n");
    let arguments = ["--log-level", "INFO", "--config", &config];
    let mut server = StdioServer::start(&platform.env, &arguments);
    call(&mut server, json!({}));
    assert!(platform.taken().iter().all(|(parent, _)| parent.is_none()));
    scratch.write("mcp.conf", "[server]\ntrace_context = always\n");
    support::signal("HUP", server.pid());
    support::eventually("a call with a trace", || {
        call(&mut server, json!({}));
        platform.taken().iter().all(|(parent, _)| parent.is_some())
    });
}
