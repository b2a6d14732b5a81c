//! Who is let in over HTTP, and what those are told who are not: tokens of a file.

mod support;

use serde_json::{Value, json};
use support::house::House;
use support::http_server::{HttpServer, call, initialize};
use support::raw_http::Answer;
use support::served::Served;
use support::{eventually, modern, run};

fn ask(server: &HttpServer, authorization: Option<&str>) -> Answer {
    let hello = initialize("2025-06-18");
    match authorization {
        Some(value) => server.post(&[("Authorization", value)], &hello),
        None => server.post(&[], &hello),
    }
}

fn is_let_in(server: &HttpServer, token: &str) -> bool {
    ask(server, Some(&format!("Bearer {token}"))).status == 200
}

#[test]
fn a_token_is_shown_once_and_kept_as_a_hash_for_its_owner_alone() {
    let house = House::new();
    let token = house.token("ci", &["--role", "operators", "--until", "2099-12-31"]);
    assert!(token.starts_with("imcp_") && token.len() == 48, "{token}");
    let kept = std::fs::read_to_string(&house.file).expect("the file");
    assert!(kept.starts_with("ci operators sha256:") && kept.ends_with(" 2099-12-31\n"), "{kept}");
    assert!(!kept.contains(&token));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = std::fs::metadata(&house.file).expect("the file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    for (arguments, part) in [
        (&["token", "new", "ci", "--file", &house.file][..], "already"),
        (&["token", "new", "a b", "--file", &house.file], "letters, digits"),
        (&["token", "new", "x", "--file", &house.file, "--until", "soon"], "YYYY-MM-DD"),
        (&["token", "new", "x", "--file", "/nowhere/tokens"], "/nowhere/tokens"),
        (&["token", "new", "x"], "--file"),
    ] {
        let (code, out, err) = run(&[], arguments);
        assert!(code != 0 && out.is_empty() && err.contains(part), "{arguments:?}: {err}");
    }
    assert_eq!(std::fs::read_to_string(&house.file).expect("the file"), kept);
}

#[test]
fn callers_without_a_good_token_are_told_why_and_what_to_do() {
    let house = House::new();
    let good = house.token("ci", &[]);
    let late = house.token("late", &["--until", "2020-01-01"]);
    let server = house.serve(&[], &["--sandbox"]);
    assert!(is_let_in(&server, &good));
    for scheme in ["bearer", "BEARER", "Bearer "] {
        assert_eq!(ask(&server, Some(&format!("{scheme} {good}"))).status, 200, "{scheme}");
    }
    let changed = format!("{}x", &good[..good.len() - 1]);
    let long = "x".repeat(25_000);
    for (authorization, error) in [
        (None, None),
        (Some("Basic dXNlcjpwYXNz".to_owned()), None),
        (Some(good.clone()), None),
        (Some("Bearer".to_owned()), None),
        (Some(format!("Bearer {changed}")), Some("not known")),
        (Some("Bearer garbage".to_owned()), Some("none of those")),
        (Some(format!("Bearer {late}")), Some("expired")),
        (Some(format!("Bearer {good} {good}")), Some("not known")),
        (Some(format!("Bearer {long}")), Some("longer")),
    ] {
        let answer = ask(&server, authorization.as_deref());
        assert_eq!(answer.status, 401, "{authorization:?}: {}", answer.text());
        let challenge = answer.header("www-authenticate").expect("a challenge").to_owned();
        let said = answer.json();
        match error {
            // Nothing was shown, so nothing was wrong with it.
            None if authorization.as_deref() != Some("Bearer") => assert_eq!(challenge, "Bearer"),
            None => assert!(challenge.starts_with("Bearer"), "{challenge}"),
            Some(part) => {
                assert!(challenge.starts_with("Bearer error=\"invalid_token\""), "{challenge}");
                assert!(said["error_description"].as_str().expect("text").contains(part), "{said}");
            }
        }
        // No way is shown where there is none to get a token.
        assert!(!challenge.contains("resource_metadata"), "{challenge}");
        assert!(!challenge.contains(&good), "{challenge}");
    }
    // A query ends up in logs.
    let body = initialize("2025-06-18").to_string();
    let target = format!("/mcp?access_token={good}");
    let json = ("Content-Type", "application/json");
    let accept = ("Accept", "application/json, text/event-stream");
    let answer = server.request("POST", &target, &[json, accept], Some(&body));
    assert_eq!(answer.status, 401);
    let bearer = format!("Bearer {good}");
    let twice = [("Authorization", bearer.as_str()), ("Authorization", "Bearer other")];
    assert_eq!(server.post(&twice, &initialize("2025-06-18")).status, 400);
}

#[test]
fn what_is_no_secret_answers_everybody_and_the_rest_nobody() {
    let house = House::new();
    let _ = house.token("ci", &[]);
    let server = house.serve(&[], &["--sandbox", "--metrics", "--transport", "sse"]);
    for path in ["/status", "/status/healthz", "/status/livez", "/status/readyz", "/metrics"] {
        assert_eq!(server.request("GET", path, &[], None).status, 200, "{path}");
    }
    for path in ["/.well-known/oauth-protected-resource", "/.well-known/openid-configuration"] {
        let answer = server.request("GET", path, &[], None);
        assert_eq!((answer.status, &answer.json()["error"]), (404, &json!("not_found")), "{path}");
    }
    let events = [("Accept", "text/event-stream")];
    for (method, path) in [
        ("GET", "/mcp"),
        ("DELETE", "/mcp"),
        ("POST", "/mcp"),
        ("GET", "/sse"),
        ("POST", "/messages?session_id=1"),
        ("POST", "/mcp/messages/"),
    ] {
        assert_eq!(server.request(method, path, &events, None).status, 401, "{method} {path}");
    }
    // Which methods there are is told first, as ever.
    assert_eq!(server.request("PUT", "/mcp", &[], None).status, 405);
}

#[test]
fn nobody_uses_the_session_of_another() {
    let house = House::new();
    let (ann, bob) = (house.token("ann", &[]), house.token("bob", &[]));
    let server = house.serve(&[], &["--sandbox"]);
    let as_ann = format!("Bearer {ann}");
    let as_bob = format!("Bearer {bob}");
    let hello = server.post(&[("Authorization", &as_ann)], &initialize("2025-06-18"));
    let session = hello.header("mcp-session-id").expect("a session").to_owned();
    let list = json!({"jsonrpc": "2.0", "id": 2, "method": "tools/list"});
    for (who, status) in [(&as_ann, 200), (&as_bob, 404)] {
        let headers = [("Authorization", who.as_str()), ("Mcp-Session-Id", &session)];
        assert_eq!(server.post(&headers, &list).status, status, "{who}");
    }
}

#[test]
fn a_line_that_comes_or_goes_counts_within_seconds_and_a_bad_one_changes_nothing() {
    let house = House::new();
    let ann = house.token("ann", &[]);
    let server = house.serve(&[], &["--sandbox"]);
    assert!(is_let_in(&server, &ann));
    let bob = house.token("bob", &[]);
    eventually("the new token", || is_let_in(&server, &bob));
    let both = std::fs::read_to_string(&house.file).expect("the file");
    house.scratch.write("tokens", format!("{both}nonsense\n"));
    eventually("a word about the bad line", || server.served.log().contains("line 3"));
    assert!(is_let_in(&server, &ann) && is_let_in(&server, &bob), "the old ones stay");
    let bobs = both.lines().nth(1).expect("bob's line");
    house.scratch.write("tokens", format!("# ann has left\n{bobs}\n"));
    eventually("that ann is out", || !is_let_in(&server, &ann));
    assert!(is_let_in(&server, &bob));
    let log = server.served.log();
    assert!(!log.contains(&ann) && !log.contains(&bob), "{log}");
}

#[test]
fn the_audit_names_the_token_of_every_era() {
    let house = House::new();
    let token = house.token("nightly-backup", &[]);
    let audit = house.scratch.path().join("audit").to_str().expect("text").to_owned();
    let arguments = ["--sandbox", "--audit-file", &audit, "--log-level", "info"];
    let server = house.serve(&[], &arguments);
    let bearer = format!("Bearer {token}");
    let hello = server.post(&[("Authorization", &bearer)], &initialize("2025-06-18"));
    let session = hello.header("mcp-session-id").expect("a session").to_owned();
    let headers = [("Authorization", bearer.as_str()), ("Mcp-Session-Id", &session)];
    assert_eq!(server.post(&headers, &call(2, "get_health", json!({}))).status, 200);
    let params = modern(json!({"name": "get_health", "arguments": {}}));
    let request = json!({"jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": params});
    let headers = [
        ("Authorization", bearer.as_str()),
        ("Mcp-Protocol-Version", "2026-07-28"),
        ("Mcp-Method", "tools/call"),
        ("Mcp-Name", "get_health"),
    ];
    let answer = server.post(&headers, &request);
    assert_eq!(answer.status, 200, "{}", answer.text());
    let lines = std::fs::read_to_string(&audit).expect("the audit file");
    let callers: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["caller"].clone())
        .collect();
    assert_eq!(callers, [json!("static:nightly-backup"), json!("static:nightly-backup")]);
    // A name that looks like one of a secret would be masked in the log.
    server.served.log_line("get_health for static:nightly-backup: ok");
    assert!(!lines.contains(&token) && !server.served.log().contains(&token));
}

#[test]
fn what_cannot_work_is_refused_at_start() {
    let house = House::new();
    house.scratch.write("tokens", "ci - md5:abc\n");
    let base = ["run", "--transport", "http", "--port", "0", "--sandbox", "--auth-type"];
    for (arguments, part) in [
        (&["token"][..], "auth_tokens_file"),
        (&["token", "--auth-tokens-file", &house.file], "line 1"),
        (&["token", "--auth-tokens-file", "/nowhere/tokens"], "/nowhere/tokens"),
        (&["none,token", "--auth-tokens-file", &house.file], "none"),
    ] {
        let whole = [&base[..], arguments].concat();
        let mut command = support::program();
        command.args(&whole);
        let refused = Served::spawn(command).err();
        let (status, said) = refused.unwrap_or_else(|| panic!("{arguments:?} is served"));
        assert_eq!(status.code(), Some(1));
        assert!(said.contains(part), "{arguments:?}: {said}");
        let check = [&["config", "check"][..], &whole[1..]].concat();
        let (code, out, err) = run(&[], &check);
        assert!(code != 0 && (out + &err).contains(part), "config check {arguments:?}");
    }
}
