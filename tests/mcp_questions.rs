//! Agreement in the stateless era: the question is a result, and the call comes back with the answer.

mod support;

use serde_json::{Value, json};
use support::{Platform, StdioServer, modern, schema};

const CONFIRM: [&str; 2] = ["--confirm", "destructive"];

fn start(platform: &Platform) -> StdioServer {
    StdioServer::start(&platform.env(), &CONFIRM)
}

fn params(more: Value, capabilities: Value) -> Value {
    let mut params = modern(json!({"name": "restart_adapter", "arguments": {"name": "NetBox"}}));
    params["_meta"]["io.modelcontextprotocol/clientCapabilities"] = capabilities;
    for (key, value) in more.as_object().expect("an object") {
        params[key] = value.clone();
    }
    params
}

fn call(server: &mut StdioServer, more: Value) -> Value {
    server.request("tools/call", params(more, json!({"elicitation": {}})))
}

/// Asks for the restart; the state to answer with.
fn question(server: &mut StdioServer) -> String {
    let asked = call(server, json!({}))["result"].clone();
    schema::check("2026-07-28", "InputRequiredResult", &asked);
    assert_eq!(asked["resultType"], "input_required");
    assert!(asked.get("ttlMs").is_none() && asked.get("content").is_none(), "{asked}");
    let request = &asked["inputRequests"]["confirm"];
    schema::check("2026-07-28", "ElicitRequest", request);
    assert!(request["params"]["message"].as_str().is_some_and(|m| m.contains("NetBox")));
    asked["requestState"].as_str().expect("a state").to_owned()
}

fn answered(state: &str, answer: &Value) -> Value {
    json!({"requestState": state, "inputResponses": {"confirm": answer}})
}

fn agreed() -> Value {
    json!({"action": "accept", "content": {"value": true}})
}

fn restarts(platform: &Platform) -> usize {
    platform
        .requests()
        .iter()
        .filter(|r| r["path"].as_str().is_some_and(|p| p.ends_with("/restart")))
        .count()
}

#[test]
fn only_agreement_lets_the_call_through_and_the_rest_says_why() {
    let platform = Platform::start();
    let mut server = start(&platform);
    for (answer, says) in [
        (json!({"action": "accept", "content": {"value": false}}), "did not agree"),
        (json!({"action": "accept"}), "did not agree"),
        (json!({"action": "decline"}), "declined"),
        (json!({"action": "cancel"}), "put the question away"),
    ] {
        let state = question(&mut server);
        let result = call(&mut server, answered(&state, &answer))["result"].clone();
        schema::check("2026-07-28", "CallToolResult", &result);
        assert_eq!(result["isError"], true, "{answer}");
        assert!(result.to_string().contains(says), "{answer}: {result}");
    }
    assert_eq!(restarts(&platform), 0);
    let state = question(&mut server);
    let result = call(&mut server, answered(&state, &agreed()))["result"].clone();
    assert_eq!(result["isError"], false, "{result}");
    assert_eq!(restarts(&platform), 1);
}

#[test]
fn an_answer_that_is_none_is_asked_for_again() {
    let platform = Platform::start();
    let mut server = start(&platform);
    for responses in [
        json!({}),
        json!({"other": agreed()}),
        json!({"confirm": 7}),
        json!({"confirm": null}),
        json!({"confirm": {"action": "yes", "content": {"value": true}}}),
        json!({"confirm": {"action": "accept", "content": [true]}}),
        json!([agreed()]),
    ] {
        let state = question(&mut server);
        let more = json!({"requestState": state, "inputResponses": responses});
        let again = call(&mut server, more)["result"].clone();
        assert_eq!(again["resultType"], "input_required", "{responses}: {again}");
        assert_ne!(again["requestState"], json!(state));
    }
    // Keys that nobody asked for are ignored beside the right one.
    let state = question(&mut server);
    let responses = json!({"confirm": agreed(), "more": {"action": "decline"}});
    let more = json!({"requestState": state, "inputResponses": responses});
    assert_eq!(call(&mut server, more)["result"]["isError"], false);
}

#[test]
fn agreement_cannot_be_made_up_changed_moved_or_used_twice() {
    let platform = Platform::start();
    let mut server = start(&platform);
    // Without a state nothing was asked, so nothing was agreed to.
    let result = call(&mut server, json!({"inputResponses": {"confirm": agreed()}}));
    assert_eq!(result["result"]["resultType"], "input_required", "{result}");

    let refused = |server: &mut StdioServer, more: Value, why: &str| {
        let answer = call(server, more);
        assert_eq!(answer["error"]["code"], -32602, "{why}: {answer}");
        schema::check("2026-07-28", "JSONRPCErrorResponse", &answer);
    };
    let state = question(&mut server);
    let mut changed = state.clone().into_bytes();
    let middle = changed.len() / 2;
    changed[middle] = if changed[middle] == b'A' { b'B' } else { b'A' };
    let changed = String::from_utf8(changed).expect("ASCII");
    refused(&mut server, answered(&changed, &agreed()), "changed");
    refused(&mut server, answered(&format!("{state}-TAMPERED"), &agreed()), "longer");
    refused(&mut server, answered("", &agreed()), "empty");
    refused(&mut server, answered(&"A".repeat(100_000), &agreed()), "made up");
    refused(&mut server, json!({"requestState": 7}), "a number");
    let mut elsewhere = answered(&state, &agreed());
    elsewhere["arguments"] = json!({"name": "ServiceNow"});
    refused(&mut server, elsewhere, "another adapter");
    let mut elsewhere = answered(&state, &agreed());
    elsewhere["name"] = json!("stop_adapter");
    refused(&mut server, elsewhere, "another tool");
    assert_eq!(restarts(&platform), 0);

    let result = call(&mut server, answered(&state, &agreed()));
    assert_eq!(result["result"]["isError"], false, "{result}");
    refused(&mut server, answered(&state, &agreed()), "twice");
    assert_eq!(restarts(&platform), 1);

    // Nor does one process believe what another has sealed.
    let state = question(&mut server);
    let mut other = start(&platform);
    refused(&mut other, answered(&state, &agreed()), "another process");
}

#[test]
fn the_operator_decides_for_clients_that_show_no_forms() {
    let platform = Platform::start();
    for (fallback, allowed) in [("deny", false), ("allow", true)] {
        let arguments = [&CONFIRM[..], &["--confirm-fallback", fallback]].concat();
        let mut server = StdioServer::start(&platform.env(), &arguments);
        for capabilities in [json!({}), json!({"elicitation": {"url": {}}})] {
            let result = server.request("tools/call", params(json!({}), capabilities.clone()));
            assert_eq!(
                result["result"]["isError"], !allowed,
                "{fallback} {capabilities}: {result}"
            );
        }
    }
}

#[test]
fn harmless_tools_ask_nothing() {
    let platform = Platform::start();
    let mut server = start(&platform);
    let more = json!({"name": "get_adapters", "arguments": {}});
    assert_eq!(call(&mut server, more)["result"]["isError"], false);
    // Wrong arguments are told before anybody is asked.
    let more = json!({"name": "restart_adapter", "arguments": {"nam": "NetBox"}});
    assert_eq!(call(&mut server, more)["result"]["isError"], true);
}
