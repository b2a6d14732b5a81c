//! The OAuth proxy and those who want somebody else's login, or the server to fall.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;
use support::form::{self, form};
use support::http_server::HttpServer;
use support::oauth::*;
use support::provider::{Provider, SECRET};
use support::raw_http;
use support::site::Reply;

/// The same text changed in one place, and cut, and longer.
fn tampered(text: &str) -> Vec<String> {
    let mut all = vec![
        text[..text.len() - 4].to_owned(),
        text[4..].to_owned(),
        format!("{text}AAAA"),
        format!("{text}="),
        format!("{text} "),
        format!("{}{}", text, text),
    ];
    for at in [0, 20, 30, text.len() / 2, text.len() - 30, text.len() - 1] {
        let mut bytes = text.as_bytes().to_vec();
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        all.push(String::from_utf8(bytes).expect("ASCII"));
    }
    all
}

#[test]
fn nothing_that_was_sealed_can_be_changed_or_used_as_something_else() {
    let provider = Provider::start();
    let server = serve(&provider, &[]);
    let app = App::new(&server);
    let mut browser = Browser::default();
    let asked = location(&browser.get(&server, &app.authorize(&[])));
    let transaction = said(&asked, "transaction").expect("a transaction");
    let there = app.begin(&server, &mut browser, &[]);
    let state = said(&there, "state").expect("a state");
    let code = said(&location(&browser.get(&server, &provider.log_in(&there))), "code");
    let code = code.expect("a code");
    let tokens = app.tokens(&server, &provider);
    let cookie = browser.cookie.clone().expect("a cookie");
    let (name, agreed) = cookie.split_once('=').expect("a pair");

    let callback = |state: &str| format!("/auth/callback?code=x&state={}", form::encoded(state));
    let consent = |transaction: &str| format!("/consent?{}", form(&[("transaction", transaction)]));
    let all = [&app.id, &transaction, &code, &tokens.access, tokens.refresh(), agreed];
    let others = |own: &str| -> Vec<String> {
        all.iter().filter(|text| **text != own).map(|text| (*text).to_owned()).collect()
    };
    let each = |own: &str| [tampered(own), others(own)].concat();
    for id in each(&app.id) {
        is_lost(&browser.get(&server, &app.authorize(&[("client_id", &id)])), "client");
        is_error(&app.change(&server, &code, &[("client_id", &id)]), 401, "invalid_client");
    }
    for text in each(&transaction) {
        is_lost(&browser.get(&server, &consent(&text)), "transaction");
        let body = form(&[("transaction", &text), ("decision", "allow")]);
        is_lost(&browser.post(&server, &[("Origin", BASE)], &body), "transaction");
    }
    for text in each(&state) {
        // A transaction is what a state is made of.
        if text != transaction {
            is_lost(&browser.get(&server, &callback(&text)), "state");
        }
    }
    for text in each(&code) {
        is_error(&app.change(&server, &text, &[]), 400, "invalid_grant");
    }
    for text in each(tokens.refresh()) {
        is_error(&app.refresh(&server, &text, &[]), 400, "invalid_grant");
    }
    for text in each(&tokens.access) {
        if !text.ends_with(' ') {
            assert_eq!(show(&server, &text).status, 401, "{text}");
        }
    }
    for text in each(agreed).into_iter().filter(|text| !text.ends_with(' ')) {
        let mut browser = Browser { cookie: Some(format!("{name}={text}")), forgets: true };
        let next = location(&browser.get(&server, &app.authorize(&[])));
        assert!(next.starts_with("/consent?"), "{next}");
    }
    // Among other cookies it counts.
    let cookie = Some(format!("a=b; {cookie}; {name}x=y"));
    let mut browser = Browser { cookie, forgets: true };
    let next = location(&browser.get(&server, &app.authorize(&[])));
    assert!(next.starts_with(&provider.url("/authorize?")), "{next}");
    // All of it was good, and still is.
    assert_eq!(Tokens::of(&app.change(&server, &code, &[])).said["scope"], "mcp");
}

#[test]
fn nobody_agrees_in_a_persons_name() {
    let provider = Provider::start();
    let server = serve(&provider, &[]);
    let app = App::new(&server);
    let mut browser = Browser::default();
    let asked = location(&browser.get(&server, &app.authorize(&[])));
    let page = browser.get(&server, &asked).text();
    let body = form(&[("transaction", &hidden(&page)), ("decision", "allow")]);
    let site = |value: &'static str| ("Sec-Fetch-Site", value);
    for headers in [
        &[("Origin", "https://evil.example")][..],
        &[("Origin", "https://mcp.example.com.evil.example")],
        &[("Origin", "http://mcp.example.com")],
        &[("Origin", "https://mcp.example.com:8443")],
        &[("Origin", "null")],
        &[("Origin", "null"), site("same-origin")],
        &[("Origin", "https://evil.example"), site("same-origin")],
        &[site("cross-site")],
        &[site("same-site")],
        &[site("none")],
        &[],
    ] {
        let answer = browser.post(&server, headers, &body);
        assert_eq!(answer.status, 403, "{headers:?}");
        assert!(answer.header("location").is_none() && answer.header("set-cookie").is_none());
    }
    for headers in
        [&[("Origin", BASE)][..], &[site("same-origin")], &[("Origin", BASE), site("same-origin")]]
    {
        let answer = Browser::default().post(&server, headers, &body);
        assert!(location(&answer).starts_with(&provider.url("/authorize?")), "{headers:?}");
    }
    // Nor by a link.
    let link = browser.get(&server, &format!("/consent?{body}"));
    assert!(link.status == 200 && link.header("set-cookie").is_none());

    // Somebody agrees for himself, and has another one log in: that one is asked too.
    let mut thief = Browser::default();
    let there = app.begin(&server, &mut thief, &[]);
    let mut victim = Browser::default();
    let back = victim.get(&server, &provider.log_in(&there));
    assert!(back.status == 200 && back.header("location").is_none(), "{}", back.text());
    assert!(back.text().contains("127.0.0.1") && !back.text().contains("upstream"));
    // Nor is anybody sent on by an error that he may have made up.
    let refused = victim.get(&server, &provider.refuse(&there, "access_denied"));
    is_lost(&refused, "an error");

    // A code of one login under the state of another: the provider's challenge does not fit.
    let mut browser = Browser::default();
    let (mine, theirs) =
        (app.begin(&server, &mut browser, &[]), app.begin(&server, &mut thief, &[]));
    let (own, foreign) = (provider.log_in(&mine), provider.log_in(&theirs));
    let (state, code) = (said(&own, "state"), said(&foreign, "code"));
    let mixed = form(&[("code", &code.expect("a code")), ("state", &state.expect("a state"))]);
    let back = location(&browser.get(&server, &format!("/auth/callback?{mixed}")));
    let code = said(&back, "code").expect("a code");
    is_error(&app.change(&server, &code, &[]), 400, "invalid_grant");
}

#[test]
fn what_is_too_long_or_odd_is_refused_and_harms_nobody() {
    let provider = Provider::start();
    let server = serve(&provider, &[]);
    let app = App::new(&server);
    let mib = "a".repeat(1 << 20);
    let body = |name: &str| {
        format!("{}&{name}={mib}", app.authorize(&[(name, "")]).replacen("/authorize?", "", 1))
    };
    for (path, text) in [
        ("/authorize", body("state")),
        ("/consent", format!("transaction={mib}")),
        ("/token", format!("grant_type=refresh_token&client_id={}&refresh_token={mib}", app.id)),
        ("/token", format!("grant_type=authorization_code&client_id={mib}")),
        ("/revoke", format!("client_id={}&token={mib}", app.id)),
        ("/token", "&".repeat(1 << 20)),
        ("/token", "%".repeat(60_000)),
        ("/token", "a=%FF%FE".to_owned()),
        ("/token", "client_id=%00&grant_type=%0d%0a".to_owned()),
    ] {
        let answer = post_form(&server, path, &[("Origin", BASE)], &text);
        assert!((400..=413).contains(&answer.status), "{path}: {}", answer.status);
    }
    for text in [
        format!("{{\"redirect_uris\":[\"{REDIRECT}\"],\"client_name\":\"{mib}\"}}"),
        format!("{{\"redirect_uris\":{}", "[".repeat(1 << 20)),
        format!("{{\"redirect_uris\":[{}\"x\"]}}", "\"\",".repeat(200_000)),
    ] {
        let answer = register(&server, &text);
        assert!((400..=413).contains(&answer.status), "{}", answer.status);
    }
    for path in ["/authorize", "/consent", "/auth/callback"] {
        let answer = server.request("GET", &format!("{path}?state={mib}"), &[], None);
        assert!((400..=431).contains(&answer.status), "{path}: {}", answer.status);
    }
    let long = "s".repeat(4000);
    let answer = Browser::default().get(&server, &app.authorize(&[("state", &long)]));
    let query = is_sent_back(&answer, REDIRECT, "invalid_request");
    assert!(form::get(&query, "state").is_none(), "it would not come back whole");
    // What ends a header elsewhere, and what a person would misread.
    let odd = "x\r\nSet-Cookie: a=b\r\n\r\n<script>\u{202e}\u{0}";
    let place = app.log_in(&server, &provider, &[("state", odd)]);
    assert!(!place.contains(['\r', '\n', '<']), "{place}");
    assert_eq!(said(&place, "state").as_deref(), Some(odd));
    let named = App::with(
        &server,
        json!({"client_name": format!("Cla\u{202e}ude\u{0}\n{}", "x".repeat(500))}),
    );
    let asked = location(&Browser::default().get(&server, &named.authorize(&[])));
    let page = Browser::default().get(&server, &asked).text();
    assert!(
        page.contains("Claude") && !page.contains('\u{202e}') && !page.contains(&"x".repeat(100))
    );
    Tokens::of(&app.change(&server, &app.code(&server, &provider), &[]));
}

#[test]
fn d8_the_log_holds_no_code_no_state_and_no_token() {
    let provider = Provider::start();
    let server = serve(&provider, &["--log-level", "debug"]);
    let app = App::with(&server, json!({"token_endpoint_auth_method": "client_secret_post"}));
    let mut browser = Browser::default();
    let there = app.begin(&server, &mut browser, &[]);
    let back = provider.log_in(&there);
    let code = said(&location(&browser.get(&server, &back)), "code").expect("a code");
    let tokens = Tokens::of(&app.change(&server, &code, &[]));
    let new = Tokens::of(&app.refresh(&server, tokens.refresh(), &[]));
    assert_eq!(show(&server, &new.access).status, 200);
    is_error(&app.change(&server, &code, &[]), 400, "invalid_grant");
    app.revoke(&server, new.refresh());
    let state = said(&there, "state").expect("a state");
    let secrets = [&code, &state, &tokens.access, tokens.refresh(), &new.access, new.refresh()];
    let log = server.served.stop();
    for secret in secrets.into_iter().chain([
        VERIFIER,
        SECRET,
        "upstream-",
        app.secret.as_deref().expect("one"),
    ]) {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
    assert!(log.contains("has logged in"), "{log}");
}

#[test]
fn a_slow_provider_holds_up_those_alone_who_wait_for_it() {
    let provider = Provider::start();
    let server = serve(&provider, &[]);
    let app = App::new(&server);
    let tokens = app.tokens(&server, &provider);
    let codes: Vec<String> = (0..40).map(|_| app.code(&server, &provider)).collect();
    let slow = Arc::new(AtomicBool::new(true));
    let waits = Arc::clone(&slow);
    provider.ail("/token", move || {
        while waits.load(Ordering::SeqCst) {
            std::thread::sleep(std::time::Duration::from_millis(10));
        }
        Reply::Json(400, json!({"error": "invalid_grant"}))
    });
    let before = provider.forms("/token").len();
    std::thread::scope(|scope| {
        for code in &codes {
            let (app, server) = (&app, &server);
            scope.spawn(move || {
                let answer = app.change(server, code, &[]);
                // On a slow machine the server has given up.
                assert!([400, 503].contains(&answer.status), "{}", answer.text());
            });
        }
        support::eventually("all at the provider", || {
            provider.forms("/token").len() >= before + codes.len()
        });
        for _ in 0..20 {
            assert_eq!(server.request("GET", "/status/healthz", &[], None).status, 200);
            assert_eq!(show(&server, &tokens.access).status, 200);
            assert!(
                location(&Browser::default().get(&server, &app.authorize(&[])))
                    .starts_with("/consent")
            );
        }
        slow.store(false, Ordering::SeqCst);
    });
}

/// The memory that it holds.
#[cfg(target_os = "linux")]
fn memory(server: &HttpServer) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.served.pid()));
    let status = status.expect("it runs");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a line");
    line.trim_matches([' ', '\t', 'k', 'B']).parse().expect("a number")
}

#[cfg(target_os = "linux")]
#[test]
fn ten_thousand_registrations_are_kept_by_nobody() {
    use std::io::{Read, Write};

    let server = serve(&Provider::start(), &[]);
    let padding = "x".repeat(80);
    let body = json!({"client_name": padding, "redirect_uris": [format!("{REDIRECT}/{}", "y".repeat(900))]});
    let body = body.to_string();
    let flood = |count: usize| {
        let mut left = count;
        while left > 0 {
            // As many on one connection as it takes.
            let mut socket = raw_http::connect(server.port);
            let head = format!(
                "POST /register HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n\
                 Content-Length: {}\r\n\r\n{body}",
                body.len()
            );
            let mut bytes = vec![0; 16 * 1024];
            for _ in 0..50.min(left) {
                socket.write_all(head.as_bytes()).expect("it reads");
                let mut seen = Vec::new();
                while !seen.ends_with(b"}") {
                    let read = socket.read(&mut bytes).expect("an answer");
                    assert!(read > 0, "{}", String::from_utf8_lossy(&seen));
                    seen.extend_from_slice(&bytes[..read]);
                }
                assert!(seen.starts_with(b"HTTP/1.1 201"), "{}", String::from_utf8_lossy(&seen));
                left -= 1;
            }
        }
    };
    flood(1000);
    let before = memory(&server);
    flood(10_000);
    let grown = memory(&server).saturating_sub(before);
    // Kept whole they would be 10 MB and more.
    assert!(grown < 4096, "{grown} KiB more after 10,000 registrations");
}
