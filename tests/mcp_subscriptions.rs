//! Hearing about changes: `subscriptions/listen` of the stateless era, streams and subscriptions of
//! the older ones.
#![cfg(unix)]

mod support;

use std::process::Command;

use serde_json::{Value, json};
use support::http_server::{Events, HttpServer};
use support::scratch::Scratch;
use support::{Platform, StdioServer, modern, schema};

const SUBSCRIPTION: &str = "io.modelcontextprotocol/subscriptionId";

fn listen(id: u64, notifications: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": id, "method": "subscriptions/listen",
           "params": modern(json!({"notifications": notifications}))})
}

fn open(server: &HttpServer, id: u64, notifications: Value) -> Events {
    let headers = [
        ("Accept", "application/json, text/event-stream"),
        ("MCP-Protocol-Version", "2026-07-28"),
        ("Mcp-Method", "subscriptions/listen"),
    ];
    server.open_stream("POST", "/mcp", &headers, &listen(id, notifications).to_string())
}

/// The next message, which must belong to this subscription.
fn next(events: &mut Events, id: u64) -> Value {
    let message = events.message().expect("a message");
    assert_eq!(message["params"]["_meta"][SUBSCRIPTION], id, "{message}");
    message
}

fn acknowledged(events: &mut Events, id: u64) -> Value {
    let first = next(events, id);
    schema::check("2026-07-28", "SubscriptionsAcknowledgedNotification", &first);
    first["params"]["notifications"].clone()
}

fn signal(server: &HttpServer, name: &str) {
    let told = Command::new("kill").args(["-s", name, &server.served.pid().to_string()]).status();
    assert!(told.is_ok_and(|status| status.success()));
}

#[test]
fn a_reload_tells_of_the_lists_that_have_changed_and_of_no_others() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    let file = scratch.write("mcp.conf", "[server]\nexclude_tags = beta\n");
    let arguments = ["--transport", "http", "--log-level", "info", "--config", &file];
    let server = HttpServer::start(&platform.env(), &arguments);
    let every = json!({"toolsListChanged": true, "promptsListChanged": true,
                       "resourcesListChanged": true});
    let mut all = open(&server, 1, every.clone());
    assert_eq!(acknowledged(&mut all, 1), every);
    let mut prompts = open(&server, 2, json!({"promptsListChanged": true, "tasksChanged": true}));
    assert_eq!(acknowledged(&mut prompts, 2), json!({"promptsListChanged": true}));
    // What the server cannot tell it does not promise.
    let mut nothing = open(
        &server,
        3,
        json!({"resourceSubscriptions": ["itential://jobs/1"], "toolsListChanged": false}),
    );
    assert_eq!(acknowledged(&mut nothing, 3), json!({}));
    let session = server.session("2025-11-25");
    let mut legacy = server.open_stream(
        "GET",
        "/mcp",
        &[("Accept", "text/event-stream"), ("Mcp-Session-Id", &session)],
        "",
    );

    // The same configuration again: nobody hears anything, as the next messages show.
    signal(&server, "HUP");
    server.served.log_line("reloaded");
    scratch.write("mcp.conf", "[server]\nexclude_tags = configuration_manager\n");
    signal(&server, "HUP");
    let methods = [
        "notifications/tools/list_changed",
        "notifications/prompts/list_changed",
        "notifications/resources/list_changed",
    ];
    for (method, definition) in methods.into_iter().zip([
        "ToolListChangedNotification",
        "PromptListChangedNotification",
        "ResourceListChangedNotification",
    ]) {
        let told = next(&mut all, 1);
        assert_eq!(told["method"], method);
        schema::check("2026-07-28", definition, &told);
        let told = legacy.message().expect("a message");
        assert_eq!(told["method"], method);
        schema::check("2025-11-25", definition, &told);
        assert!(told["params"].get("_meta").is_none(), "{told}");
    }
    assert_eq!(next(&mut prompts, 2)["method"], "notifications/prompts/list_changed");

    // Stopping ends every subscription with its answer.
    signal(&server, "TERM");
    for (mut events, id) in [(all, 1), (prompts, 2), (nothing, 3)] {
        let end = events.message().expect("a last message");
        assert_eq!(end["id"], id, "{end}");
        schema::check("2026-07-28", "SubscriptionsListenResult", &end["result"]);
        assert_eq!(end["result"]["_meta"][SUBSCRIPTION], id);
        assert!(events.message().is_none());
    }
}

#[test]
fn a_client_that_reads_no_streams_cannot_listen() {
    let platform = Platform::start();
    let server = HttpServer::start(&platform.env(), &["--transport", "http"]);
    let headers = [
        ("Accept", "application/json"),
        ("MCP-Protocol-Version", "2026-07-28"),
        ("Mcp-Method", "subscriptions/listen"),
    ];
    let answer = server.post(&headers, &listen(1, json!({"toolsListChanged": true})));
    assert_eq!(answer.status, 406, "{}", answer.text());
    assert_eq!(answer.json()["id"], 1);
}

#[test]
fn stdio_serves_as_many_as_it_says_and_closes_what_is_cancelled() {
    const MOST: u64 = 1024;
    let platform = Platform::start();
    let mut server = StdioServer::start(&platform.env(), &[]);
    let ask = |server: &mut StdioServer| -> (u64, Value) {
        let id = server.ask("subscriptions/listen", modern(json!({"notifications": {}})));
        (id, server.receive())
    };
    let is_open = |(id, message): &(u64, Value)| message["params"]["_meta"][SUBSCRIPTION] == *id;
    let mut last = 0;
    for _ in 0..MOST {
        let answer = ask(&mut server);
        assert!(is_open(&answer), "{answer:?}");
        last = answer.0;
    }
    for _ in 0..50 {
        let (id, refused) = ask(&mut server);
        assert_eq!((&refused["error"]["code"], &refused["id"]), (&json!(-32603), &json!(id)));
    }
    let cancel = |server: &mut StdioServer, id: Value| {
        server.send(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled",
                            "params": {"requestId": id}}));
    };
    for unknown in [json!(999_999), json!("x"), json!(null), json!({})] {
        cancel(&mut server, unknown);
    }
    assert!(!is_open(&ask(&mut server)), "an id that never existed freed a place");
    cancel(&mut server, json!(last));
    assert!(is_open(&ask(&mut server)), "a cancelled subscription still takes its place");
    // The same id cannot be listened on twice.
    cancel(&mut server, json!(2));
    server.send(&listen(1, json!({})));
    let twice = server.receive();
    assert_eq!(twice["error"]["code"], -32600, "{twice}");

    let (status, rest, _) = server.finish();
    assert!(status.success());
    let ended = rest
        .iter()
        .filter(|m| m["result"].is_object() && m["result"]["_meta"][SUBSCRIPTION] == m["id"])
        .count();
    let told = rest.iter().filter(|m| m["method"] == "notifications/cancelled").count();
    assert_eq!((ended as u64, told as u64), (MOST - 1, MOST - 1));
    assert!(rest.iter().all(|m| m["id"] != last), "a cancelled request was answered");
}

#[test]
fn wrong_filters_are_refused() {
    let platform = Platform::start();
    let mut server = StdioServer::start(&platform.env(), &[]);
    let many: Vec<String> = (0..1001).map(|n| format!("itential://jobs/{n}")).collect();
    for params in [
        json!({}),
        json!({"notifications": true}),
        json!({"notifications": {"resourceSubscriptions": "itential://jobs/1"}}),
        json!({"notifications": {"resourceSubscriptions": [1]}}),
        json!({"notifications": {"resourceSubscriptions": many}}),
        json!({"notifications": {"taskIds": {}}}),
    ] {
        let answer = server.request("subscriptions/listen", modern(params));
        assert_eq!(answer["error"]["code"], -32602, "{answer}");
    }
    let tasks = modern(json!({"notifications": {"taskIds": ["1"]}}));
    let answer = server.request("subscriptions/listen", tasks);
    assert_eq!(answer["error"]["code"], -32021, "{answer}");
    // It is a method of the stateless era only.
    server.initialize("2025-11-25");
    let answer = server.request("subscriptions/listen", json!({"notifications": {}}));
    assert_eq!(answer["error"]["code"], -32601);
}
