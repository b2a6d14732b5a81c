//! The platform for a program: what passes, and who gets in.

use std::fs;
use std::io::{Read, Write};

use serde_json::{Value, json};

use super::support::raw_http::{self, Answer};
use super::support::{Platform, StdioServer, eventually};
use super::{Tools, given, wait_until_gone};

const ADAPTERS: &str = "/health/adapters";
const INVENTORIES: &str = "/inventory_manager/v1/inventories";

/// A program that has told where it finds the platform, and waits.
struct Waiting {
    tools: Tools,
    platform: Platform,
    server: StdioServer,
    id: u64,
    port: u16,
    secret: String,
}

impl Waiting {
    fn start(more: Value) -> Self {
        let (tools, platform) = (Tools::new(), Platform::start());
        let folder = tools.folder();
        let script = format!(
            "echo $$ >{folder}/pid\necho $ITENTIAL_PLATFORM_URL >{folder}/url\n\
             until [ -e {folder}/over ]; do sleep 0.05; done\necho 1"
        );
        let program = json!({"platform": true, "timeout": 600});
        tools.add_with("waits", &script, program, more);
        tools.add("alone", "echo \"[\\\"$ITENTIAL_PLATFORM_URL\\\"]\"", json!({}));
        let env = platform.patient_env();
        let env: Vec<(&str, &str)> =
            env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let mut server = tools.serve(&env);
        let id = server.ask("tools/call", json!({"name": "waits", "arguments": {}}));
        let url = tools.written("url");
        let rest = url.strip_prefix("http://127.0.0.1:").expect("an address on loopback");
        let (port, secret) = rest.split_once('/').expect("a path");
        assert!(secret.len() >= 43 && !secret.contains('/'), "{url}");
        let (port, secret) = (port.parse().expect("a port"), secret.to_owned());
        Self { tools, platform, server, id, port, secret }
    }

    /// What the program gets from the platform.
    fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let path = format!("/{}{path}", self.secret);
        let body = body.map(Value::to_string);
        raw_http::request(self.port, method, &path, &[], body.as_deref())
    }

    fn end(&mut self) {
        fs::write(self.tools.path("over"), "").expect("it is ours");
        let answer = self.server.answer(self.id);
        assert_eq!(given(&answer["result"]), 1);
    }
}

#[test]
fn requests_pass_with_the_session_of_the_call_and_nothing_of_it_comes_back() {
    let mut waiting = Waiting::start(json!({}));
    let adapters = waiting.ask("GET", &format!("{ADAPTERS}?limit=1&skip=%30"), None);
    assert_eq!(adapters.status, 200);
    assert_eq!(adapters.json()["results"].as_array().map(Vec::len), Some(1), "{}", adapters.text());
    let asked = waiting.platform.requests().into_iter().find(|asked| asked["path"] == ADAPTERS);
    assert!(asked.is_some_and(|asked| asked.to_string().contains("limit")), "it came so");
    assert!(adapters.header("set-cookie").is_none() && adapters.header("authorization").is_none());

    let absent = waiting.ask("GET", "/operations-manager/jobs/no-such-job", None);
    assert_eq!(absent.status, 404);
    assert!(absent.text().contains("message"), "in the platform's words: {}", absent.text());
    let nowhere = waiting.ask("DELETE", "/no/such/route", None);
    assert_eq!(nowhere.status, 404);

    let body = json!({"name": "made_by_a_program", "description": "x", "groups": []});
    let made = waiting.ask("POST", INVENTORIES, Some(&body));
    assert_eq!(made.status / 100, 2, "{}", made.text());
    assert_eq!(waiting.platform.count("POST", INVENTORIES), 1);
    waiting.end();
}

#[test]
fn logins_and_paths_that_climb_are_refused() {
    let mut waiting = Waiting::start(json!({}));
    let logins = waiting.platform.count("POST", "/login");
    let body = json!({"user": {"username": "admin", "password": "admin"}});
    for (method, path, status) in [
        ("POST", "/login", 403),
        ("POST", "/%6Cogin", 403),
        ("POST", "/oauth/token", 403),
        ("POST", "/health/../login", 400),
        ("POST", "/health/%2e%2e/login", 400),
        ("POST", "//login", 400),
        ("POST", "", 400),
        ("OPTIONS", ADAPTERS, 405),
        ("TRACE", ADAPTERS, 405),
    ] {
        let answer = waiting.ask(method, path, Some(&body));
        assert_eq!(answer.status, status, "{method} {path}: {}", answer.text());
    }
    let path = format!("/{}{INVENTORIES}", waiting.secret);
    let form = [("Content-Type", "application/x-www-form-urlencoded")];
    let answer = raw_http::request(waiting.port, "POST", &path, &form, Some("a=b"));
    assert_eq!(answer.status, 415, "{}", answer.text());
    assert_eq!(waiting.platform.count("POST", "/login"), logins);
    waiting.end();
}

#[test]
fn who_does_not_know_the_name_of_the_run_does_not_get_in() {
    let mut waiting = Waiting::start(json!({}));
    let guess = "A".repeat(43);
    for path in [ADAPTERS.to_owned(), "/".into(), format!("/{guess}{ADAPTERS}")] {
        let answer = raw_http::request(waiting.port, "GET", &path, &[], None);
        assert_eq!(answer.status, 404, "{path}");
    }
    // Nor is a body waited for.
    let mut socket = raw_http::connect(waiting.port);
    let head =
        format!("POST /{guess}/x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 4000000\r\n\r\n");
    socket.write_all(head.as_bytes()).expect("it reads");
    let mut answer = [0; 12];
    socket.read_exact(&mut answer).expect("it answers");
    assert_eq!(&answer, b"HTTP/1.1 404");
    // Those who only come and say nothing hold up nobody.
    let silent: Vec<_> = (0..100).map(|_| raw_http::connect(waiting.port)).collect();
    assert_eq!(waiting.ask("GET", ADAPTERS, None).status, 200);
    drop(silent);
    let alone = waiting.server.call("alone", json!({}));
    assert_eq!(given(&alone), &json!([""]), "only who says so has the platform");
    waiting.end();
    assert_eq!(waiting.ask("GET", ADAPTERS, None).status, 404, "the run is over");
}

#[test]
fn a_tool_that_changes_nothing_only_reads() {
    let mut waiting = Waiting::start(json!({"read_only": true}));
    assert_eq!(waiting.ask("GET", ADAPTERS, None).status, 200);
    for method in ["POST", "PUT", "PATCH", "DELETE"] {
        let answer = waiting.ask(method, INVENTORIES, Some(&json!({})));
        assert_eq!(answer.status, 403, "{}", answer.text());
        assert!(answer.text().contains("only GET"), "{}", answer.text());
    }
    let writes = |asked: &Value| asked["path"] == INVENTORIES;
    assert!(!waiting.platform.requests().iter().any(writes));
    waiting.end();
}

#[test]
fn a_cancelled_call_ends_its_requests_too() {
    let mut waiting = Waiting::start(json!({}));
    waiting.platform.hang(ADAPTERS);
    let (port, path) = (waiting.port, format!("/{}{ADAPTERS}", waiting.secret));
    let asking = std::thread::spawn(move || raw_http::request(port, "GET", &path, &[], None));
    waiting.platform.wait_for("GET", ADAPTERS);
    let params = json!({"requestId": waiting.id});
    let cancelled =
        json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params});
    waiting.server.send(&cancelled);
    assert_eq!(asking.join().expect("it is answered").status, 503);
    wait_until_gone(&waiting.tools.written("pid"));
    eventually("the way is closed", || waiting.ask("GET", "/whoami", None).status == 404);
    assert!(waiting.server.request("ping", json!({}))["result"].is_object());
}
