//! Who may call tools made from configuration, and as whom.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::support::http_server::{HttpServer, call};
use super::support::{Platform, modern};
use super::{BACKUP, Bound, FACTS, Scratch, text};

#[test]
fn a_role_is_offered_what_its_tags_say() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    let config = format!(
        "[server]\ntransport = http\ndefault_role = readers\n[role:readers]\ninclude_tags = own\n\
         {BACKUP}tags = own\n{FACTS}"
    );
    let file = scratch.write("mcp.conf", config);
    let server = HttpServer::start(&platform.env(), &["--config", &file]);
    let session = server.session("2025-11-25");
    let headers = [("Mcp-Session-Id", session.as_str())];
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
    let answer = server.post(&headers, &list).text();
    assert!(answer.contains("\"backup_router\"") && !answer.contains("\"facts\""), "{answer}");
    let answer = server.post(&headers, &call(2, "facts", json!({"device": "r1"}))).text();
    assert!(answer.contains("-32602"), "{answer}");
    let answer = server.post(&headers, &call(3, "backup_router", json!({"device": "r1"}))).text();
    assert!(answer.contains("\"isError\":false"), "{answer}");
}

#[test]
fn what_a_section_says_of_the_effect_decides_whether_a_person_is_asked() {
    let mut bound = Bound::start(&format!(
        "[server]\nconfirm = destructive\n{BACKUP}{FACTS}destructive = false\n"
    ));
    let refused = bound.server.call("backup_router", json!({"device": "r1"}));
    assert!(text(&refused).contains("agreement"), "{refused}");
    let answer = bound.server.call("facts", json!({"device": "r1"}));
    assert_eq!(answer["isError"], false, "{answer}");
    assert!(
        bound.platform.count("POST", "/operations-manager/triggers/endpoint/backup-device") == 0
    );
}

#[test]
fn tools_are_found_by_words_and_called_through_another() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    let file = scratch.write(
        "mcp.conf",
        format!("[server]\ntransport = http\noffer = search\n{BACKUP}description = Keep a copy.\n"),
    );
    let server = HttpServer::start(&platform.env(), &["--config", &file]);
    let ask = |name: &str, arguments: serde_json::Value| {
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call",
            "params": modern(json!({"name": name, "arguments": arguments}))});
        let headers = [
            ("MCP-Protocol-Version", "2026-07-28"),
            ("Mcp-Method", "tools/call"),
            ("Mcp-Name", name),
        ];
        server.post(&headers, &body).text()
    };
    let found = ask("find_tools", json!({"words": "copy router"}));
    assert!(found.contains("backup_router") && found.contains("bindings"), "{found}");
    let described = ask("describe_tool", json!({"name": "backup_router"}));
    assert!(described.contains("vlan_id"), "{described}");
    let called = ask("call_tool", json!({"name": "backup_router", "arguments": {"device": "r1"}}));
    assert!(called.contains("object_id"), "{called}");
}

#[test]
fn where_callers_have_accounts_of_their_own_each_call_looks_it_up_as_its_caller() {
    let platform = Platform::start();
    let scratch = Scratch::new();
    let config = format!(
        "[server]\ntransport = http\nplatform_credentials = caller\n[tools]\nautomations = *\n{BACKUP}"
    );
    let file = scratch.write("mcp.conf", config);
    let mut env = platform.env();
    // The server itself cannot log in.
    env.retain(|(name, _)| !name.ends_with("_PASSWORD"));
    env.push(("ITENTIAL_MCP_PLATFORM_PASSWORD".into(), "wrong".into()));
    let server = HttpServer::start(&env, &["--config", &file]);
    let session = server.session("2025-11-25");
    let basic = format!("Basic {}", STANDARD.encode("admin:admin"));
    let headers =
        [("Mcp-Session-Id", session.as_str()), ("X-Itential-Authorization", basic.as_str())];
    let list = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/list"});
    let answer = server.post(&headers, &list).text();
    assert!(answer.contains("\"backup_router\"") && !answer.contains("firmware_upgrade"));
    assert!(platform.requests().is_empty(), "nobody was asked for: {:?}", platform.requests());
    let body = call(3, "backup_router", json!({"data": {"device": "r1"}}));
    let answer = server.post(&headers, &body).text();
    assert!(answer.contains("\"isError\":false"), "{answer}");
}
