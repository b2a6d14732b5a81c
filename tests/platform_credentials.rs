//! Callers who act at the platform with accounts of their own.

mod support;

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use support::certificates::{Authority, Pair, connect};
use support::house::House;
use support::http_server::{HttpServer, initialize};
use support::scratch::Scratch;
use support::speaker::{MODERN, REVISIONS, Speaker};
use support::{Platform, StdioServer, eventually, run};

const ANN: &str = "annsPassw0rd";
const BOB: &str = "bobsPassw0rd";

fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{user}:{password}")))
}

/// Everything that a server sends to its platform.
struct Wire {
    port: u16,
    sent: Arc<Mutex<Vec<u8>>>,
}

impl Wire {
    fn to(platform: &Platform) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let (sent, to) = (Arc::new(Mutex::new(Vec::new())), platform.port);
        let all = Arc::clone(&sent);
        std::thread::spawn(move || {
            for mut here in listener.incoming().map_while(Result::ok) {
                let Ok(mut there) = TcpStream::connect(("127.0.0.1", to)) else { return };
                let mut back =
                    (there.try_clone().expect("a socket"), here.try_clone().expect("one"));
                std::thread::spawn(move || {
                    let _ = std::io::copy(&mut back.0, &mut back.1);
                    let _ = back.1.shutdown(Shutdown::Both);
                });
                let all = Arc::clone(&all);
                std::thread::spawn(move || {
                    let mut buffer = [0; 8192];
                    while let Ok(read @ 1..) = here.read(&mut buffer) {
                        all.lock().expect("no panic").extend_from_slice(&buffer[..read]);
                        if there.write_all(&buffer[..read]).is_err() {
                            break;
                        }
                    }
                    let _ = there.shutdown(Shutdown::Both);
                });
            }
        });
        Self { port, sent }
    }

    fn sent(&self) -> String {
        String::from_utf8_lossy(&self.sent.lock().expect("no panic")).into_owned()
    }
}

/// A platform that knows ann and bob, and a server whose callers bring their accounts.
struct Town {
    house: House,
    platform: Platform,
    wire: Wire,
}

impl Town {
    fn new() -> Self {
        let platform = Platform::start();
        let others = json!({"others": {"ann": ANN, "bob": BOB}});
        platform.control("PUT", "/sandbox/credentials", Some(&others));
        let wire = Wire::to(&platform);
        Self { house: House::new(), platform, wire }
    }

    fn env(&self) -> Vec<(String, String)> {
        let mut env = self.platform.env();
        env[1].1 = self.wire.port.to_string();
        env.push(("ITENTIAL_MCP_SERVER_PLATFORM_CREDENTIALS".into(), "caller".into()));
        env
    }

    fn serve(&self, more: &[&str]) -> HttpServer {
        self.house.serve(&self.env(), &[&["--log-level", "trace"], more].concat())
    }

    /// The users who asked for this, each once in a row.
    fn users(&self, path: &str) -> Vec<String> {
        let asked = self.platform.requests();
        let asked = asked.iter().filter(|asked| asked["path"] == path);
        let mut users: Vec<String> =
            asked.filter_map(|asked| Some(asked["user"].as_str()?.to_owned())).collect();
        users.dedup();
        users
    }

    fn logins(&self) -> usize {
        self.platform.count("POST", "/login")
    }
}

fn showing<'a>(
    server: &'a HttpServer,
    revision: &'a str,
    token: &str,
    account: Option<&str>,
) -> Speaker<'a> {
    let mut shown = vec![("Authorization", format!("Bearer {token}"))];
    shown.extend(account.map(|account| ("X-Itential-Authorization", account.to_owned())));
    Speaker::showing(server, revision, shown)
}

#[test]
fn calls_act_as_the_account_of_their_caller_in_every_revision() {
    let town = Town::new();
    let (one, two) = (town.house.token("one", &[]), town.house.token("two", &[]));
    let audit = town.house.scratch.path().join("audit").to_str().expect("text").to_owned();
    let server = town.serve(&["--audit-file", &audit]);
    for revision in REVISIONS {
        let ann = showing(&server, revision, &one, Some(&basic("ann", ANN)));
        let bob = showing(&server, revision, &two, Some(&basic("bob", BOB)));
        for caller in [&ann, &bob] {
            assert_eq!(caller.call("get_adapters", json!({}))["result"]["isError"], false);
        }
        // What needs no platform needs no account.
        let without = showing(&server, revision, &one, None);
        assert!(!without.tools().is_empty());
        let said = without.said("get_adapters", json!({}));
        assert!(said.contains("X-Itential-Authorization") && said.contains("Basic"), "{said}");
        let uri = json!({"uri": "itential://workflows/backup-device"});
        assert!(ann.ask("resources/read", uri.clone())["result"].is_object());
        assert!(without.ask("resources/read", uri)["error"].is_object());
    }
    assert_eq!(town.users("/health/adapters"), ["ann", "bob", "ann", "bob", "ann", "bob"]);
    assert_eq!(town.logins(), 2, "each logs in once");

    let lines = std::fs::read_to_string(&audit).expect("the audit file");
    let first: Value = serde_json::from_str(lines.lines().next().expect("a line")).expect("JSON");
    assert_eq!(
        (&first["caller"], &first["platform_account"]),
        (&json!("static:one"), &json!("ann"))
    );
    let sent = town.wire.sent();
    for token in [&one, &two] {
        assert!(!sent.contains(token.as_str()), "what opens this server stays here");
    }
    assert!(sent.contains(ANN) && !sent.to_ascii_lowercase().contains("x-itential"));
    let log = server.served.log();
    for secret in [ANN, BOB, &basic("ann", ANN)[6..], &one] {
        assert!(!log.contains(secret) && !lines.contains(secret), "{secret}");
    }
}

#[test]
fn a_login_belongs_to_one_caller_and_what_it_has_shown() {
    let town = Town::new();
    let (one, two) = (town.house.token("one", &[]), town.house.token("two", &[]));
    let server = town.serve(&[]);
    let works = |token: &str, account: &str| {
        let caller = showing(&server, MODERN, token, Some(account));
        caller.call("get_adapters", json!({}))["result"]["isError"] == json!(false)
    };
    assert!(works(&one, &basic("ann", ANN)));
    assert_eq!(town.logins(), 1);
    // Another caller with the same account logs in on its own, and one with a wrong password is not
    // let in by the login of somebody else, nor is anybody kept out by its mistake.
    assert!(works(&two, &basic("ann", ANN)));
    assert_eq!(town.logins(), 2);
    for _ in 0..3 {
        assert!(!works(&two, &basic("ann", "wrong-by-far")));
        assert!(!works(&one, &basic("ann", "")));
    }
    assert_eq!(town.logins(), 4, "who was refused a moment ago is not tried again at once");
    assert!(works(&one, &basic("ann", ANN)) && works(&two, &basic("ann", ANN)));
    let refused = showing(&server, MODERN, &two, Some(&basic("ann", "wrong-by-far")));
    let said = refused.said("get_adapters", json!({}));
    assert!(said.contains("user 'ann'") && !said.contains("wrong-by-far"), "{said}");

    // Names that one account has read are not shown to another.
    let complete = json!({"ref": {"type": "ref/resource", "uri": "itential://workflows/{name}"},
                          "argument": {"name": "name", "value": "Back"}});
    let ann = showing(&server, MODERN, &one, Some(&basic("ann", ANN)));
    assert!(ann.ask("completion/complete", complete.clone())["result"].is_object());
    assert!(refused.ask("completion/complete", complete)["error"].is_object());
}

#[test]
fn a_token_of_the_platform_serves_as_well() {
    let town = Town::new();
    let one = town.house.token("one", &[]);
    let server = town.serve(&[]);
    let login = json!({"user": {"username": "ann", "password": ANN}});
    let json_type = [("Content-Type", "application/json")];
    let answer = support::raw_http::request(
        town.platform.port,
        "POST",
        "/login",
        &json_type,
        Some(&login.to_string()),
    );
    let token = format!("Bearer {}", answer.text());
    let ann = showing(&server, MODERN, &one, Some(&token));
    assert_eq!(ann.call("get_adapters", json!({}))["result"]["isError"], false);
    assert_eq!(town.users("/health/adapters"), ["ann"]);
    town.platform.control("POST", "/sandbox/expire-sessions", None);
    let said = ann.said("get_adapters", json!({}));
    assert!(said.contains("the platform does not take the token"), "{said}");
    assert_eq!(town.logins(), 1, "ours was the only one");
    for bad in ["Bearer", "Digest x", "Basic !", &one] {
        let caller = showing(&server, MODERN, &one, Some(bad));
        let said = caller.said("get_adapters", json!({}));
        assert!(said.contains("cannot be read") && !said.contains(&one), "{said}");
    }
    let own = format!("Bearer {one}");
    let headers = [("Authorization", own.as_str()), ("X-Itential-Authorization", &own)];
    assert_eq!(server.post(&headers, &initialize("2025-06-18")).status, 400);
    assert!(!town.wire.sent().contains(&one));
}

#[test]
fn a_task_is_asked_for_with_the_account_that_comes_with_the_question() {
    let town = Town::new();
    let one = town.house.token("one", &[]);
    let server = town.serve(&[]);
    let able = json!({"extensions": {"io.modelcontextprotocol/tasks": {}}});
    let speak = |account: Option<&str>| {
        let mut caller = showing(&server, MODERN, &one, account);
        caller.can = able.clone();
        caller
    };
    let ann = speak(Some(&basic("ann", ANN)));
    // Its job waits for a person.
    let arguments = json!({"route_name": "change-approval", "data": {}, "wait": 600});
    let task = ann.call("start_workflow", arguments)["result"].clone();
    let id = task["taskId"].as_str().unwrap_or_else(|| panic!("{task}")).to_owned();
    for secret in [ANN, &basic("ann", ANN)[6..]] {
        assert!(!task.to_string().contains(secret), "{task}");
    }
    let look = |caller: &Speaker<'_>| caller.ask("tasks/get", json!({"taskId": id}));
    assert_eq!(look(&ann)["result"]["status"], "working");
    let without = look(&speak(None));
    let message =
        without["result"]["statusMessage"].as_str().unwrap_or_else(|| panic!("{without}"));
    assert!(message.contains("X-Itential-Authorization"), "{message}");
    let bob = look(&speak(Some(&basic("bob", BOB))));
    assert!(bob["result"].is_object(), "{bob}");
    let asked = town.platform.requests();
    let about_jobs = asked.iter().filter(|asked| {
        asked["path"].as_str().is_some_and(|path| path.starts_with("/operations-manager/jobs/"))
    });
    let users: Vec<_> = about_jobs.filter_map(|asked| asked["user"].as_str()).collect();
    assert!(users.contains(&"ann") && users.last() == Some(&"bob"), "{users:?}");
    assert!(!users.contains(&"admin"), "{users:?}");
}

#[test]
fn an_account_that_others_on_the_way_could_read_is_refused() {
    let town = Town::new();
    let one = town.house.token("one", &[]);
    let server = town.serve(&[]);
    let post = |more: &[(&str, &str)]| {
        let bearer = format!("Bearer {one}");
        let account = basic("ann", ANN);
        let mut headers = vec![
            ("Authorization", bearer.as_str()),
            ("X-Itential-Authorization", account.as_str()),
        ];
        headers.extend(more);
        server.post(&headers, &initialize("2025-06-18"))
    };
    for (more, status) in [
        (&[][..], 200),
        (&[("X-Forwarded-For", "192.0.2.1"), ("X-Forwarded-Proto", "https")], 200),
        (&[("X-Forwarded-For", "192.0.2.1")], 403),
        (&[("X-Forwarded-For", "192.0.2.1"), ("X-Forwarded-Proto", "http")], 403),
        (&[("X-Forwarded-Proto", "http, https")], 403),
        (&[("X-Itential-Authorization", "Bearer x")], 400),
    ] {
        let answer = post(more);
        assert_eq!(answer.status, status, "{more:?}: {}", answer.text());
        assert!(!answer.text().contains(ANN));
        if status == 403 {
            assert_eq!(answer.json()["error"], "insecure_transport");
        }
    }
    let scratch = Scratch::new();
    let authority = Authority::new("servers");
    let pair = Pair::write(&scratch, "server", authority.issue(&["localhost"]));
    let safe = town.serve(&pair.options());
    let socket = || connect(safe.port, &authority.pem(), "localhost");
    let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call",
                      "params": support::modern(json!({"name": "get_adapters", "arguments": {}}))});
    let (bearer, account) = (format!("Bearer {one}"), basic("ann", ANN));
    let headers = [
        ("Authorization", bearer.as_str()),
        ("X-Itential-Authorization", account.as_str()),
        ("Accept", "application/json, text/event-stream"),
        ("MCP-Protocol-Version", MODERN),
        ("Mcp-Method", "tools/call"),
        ("Mcp-Name", "get_adapters"),
    ];
    let mut socket = socket();
    let text = body.to_string();
    support::raw_http::ask(&mut socket, "localhost", "POST", "/mcp", &headers, Some(&text));
    let answer = support::raw_http::answer(&mut socket).json();
    assert_eq!(answer["result"]["isError"], false, "{answer}");
}

#[test]
fn a_server_without_an_account_of_its_own_is_ready_and_offers_search() {
    let town = Town::new();
    let one = town.house.token("one", &[]);
    let nobody = ["--platform-user", "nobody", "--platform-password", "nothing-good"];
    let server = town.serve(&[&nobody[..], &["--offer", "search"]].concat());
    eventually("readiness", || server.request("GET", "/status/readyz", &[], None).status == 200);
    let without = showing(&server, MODERN, &one, None);
    let found = without.said("find_tools", json!({"words": "adapters"}));
    assert!(found.contains("get_adapters"), "{found}");
    let called = json!({"name": "get_adapters", "arguments": {}});
    assert!(without.said("call_tool", called.clone()).contains("X-Itential-Authorization"));
    let ann = showing(&server, MODERN, &one, Some(&basic("ann", ANN)));
    assert_eq!(ann.call("call_tool", called)["result"]["isError"], false);
    assert_eq!(town.logins(), 1, "nobody logs in");
}

#[test]
fn without_the_setting_and_over_stdio_calls_act_as_this_server() {
    let town = Town::new();
    let one = town.house.token("one", &[]);
    let server = town.house.serve(&town.platform.env(), &[]);
    let caller = showing(&server, MODERN, &one, Some(&basic("ann", ANN)));
    assert_eq!(caller.call("get_adapters", json!({}))["result"]["isError"], false);
    let mut stdio = StdioServer::start(&town.env(), &[]);
    stdio.initialize("2025-11-25");
    assert_eq!(stdio.call("get_adapters", json!({}))["isError"], false);
    assert_eq!(town.users("/health/adapters"), ["admin"]);
    let (code, said, _) = run(&town.env(), &["config", "check"]);
    assert!(code == 0 && said.contains("platform_credentials = caller means nothing"), "{said}");
    let arguments = ["call", "get_adapters", "--transport", "http"];
    let (code, _, err) = run(&town.env(), &[arguments[0], arguments[1]]);
    assert_eq!(code, 0, "{err}");
}
