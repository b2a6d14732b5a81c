//! What needs a person's agreement: a gateway's configuration that holds secrets.

mod support;

use serde_json::{Value, json};
use support::{Platform, StdioServer};

const SECRET: &str = "not-a-real-secret";

fn server(platform: &Platform, capabilities: Value, more: &[(&str, &str)]) -> StdioServer {
    let mut env = platform.env();
    env.extend(more.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
    let mut server = StdioServer::start(&env, &[]);
    let info = json!({"name": "test", "version": "1"});
    let answer = server.request(
        "initialize",
        json!({"protocolVersion": "2025-11-25", "capabilities": capabilities, "clientInfo": info}),
    );
    assert!(answer["result"].is_object(), "{answer}");
    server.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
    server
}

/// Calls the export of a cluster with secrets, and answers the question that comes.
fn export(server: &mut StdioServer, answer: &Value) -> Value {
    let arguments = json!({"cluster_id": "dc-east"});
    let params = json!({"name": "export_gateway_configuration", "arguments": arguments});
    let id = server.ask("tools/call", params);
    loop {
        let message = server.receive();
        if message["method"] == "elicitation/create" {
            let question = message["params"]["message"].as_str().expect("a question");
            assert!(question.contains("dc-east") && question.contains("secrets"), "{question}");
            assert_eq!(message["params"]["requestedSchema"]["required"], json!(["value"]));
            server.send(&json!({"jsonrpc": "2.0", "id": message["id"], "result": answer}));
        } else if message["id"] == id {
            return message["result"].clone();
        }
    }
}

#[test]
fn secrets_are_given_only_to_those_who_agree() {
    let platform = Platform::start();
    let mut server = server(&platform, json!({"elicitation": {}}), &[]);
    for (answer, agreed) in [
        (json!({"action": "accept", "content": {"value": true}}), true),
        (json!({"action": "accept", "content": {"value": "true"}}), true),
        (json!({"action": "accept", "content": {"value": false}}), false),
        (json!({"action": "accept", "content": {}}), false),
        (json!({"action": "accept"}), false),
        (json!({"action": "decline", "content": {"value": true}}), false),
        (json!({"action": "cancel"}), false),
    ] {
        let result = export(&mut server, &answer);
        assert_eq!(result["isError"], !agreed, "{answer}: {result}");
        assert_eq!(result.to_string().contains(SECRET), agreed, "{answer}");
    }
}

#[test]
fn nobody_is_asked_for_what_holds_no_secret() {
    let platform = Platform::start();
    let mut server = server(&platform, json!({"elicitation": {}}), &[]);
    let result = server.call("export_gateway_configuration", json!({"cluster_id": "dc-west"}));
    assert_eq!(result["isError"], false, "{result}");
    assert!(server.seen.iter().all(|message| message["method"] != "elicitation/create"));
}

#[test]
fn the_operator_decides_for_clients_that_cannot_ask() {
    let platform = Platform::start();
    for (fallback, allowed) in [("deny", false), ("allow", true)] {
        let setting = [("ITENTIAL_MCP_SERVER_CONFIRM_FALLBACK", fallback)];
        let mut server = server(&platform, json!({}), &setting);
        let result = server.call("export_gateway_configuration", json!({"cluster_id": "dc-east"}));
        assert_eq!(result["isError"], !allowed, "{fallback}: {result}");
        assert_eq!(result.to_string().contains(SECRET), allowed, "{fallback}");
    }
}
